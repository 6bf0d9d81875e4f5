//! Reads and writes documents by a binding model without printing or compiling anything: whatever the model loses or
//! misplaces shows here, for any schema, in milliseconds.

use domxml_codegen::model::{
    Basic, ChildContent, Count, Field, FieldKind, Model, Order, Payload, Scalar, Shape, Slot, Struct, TypeId, XmlName,
};
use roxmltree::Node;

pub use tree::verbatim;
use tree::{Piece, Tree, attributes_of, name_of};

pub mod tree;

/// What a field holds.
enum Value {
    Nothing,
    Text(String),
    Attributes(Vec<(XmlName, String)>),
    Children(Vec<Child>),
    Mix(Vec<(XmlName, Child)>),
    Payload(usize, Option<Box<Record>>),
    Verbatim(Vec<Piece>),
}

/// What a child holds.
enum Child {
    Struct(Record),
    Text(String),
    Flag,
    Any(Tree),
}

/// The fields of a struct.
struct Record {
    ty: TypeId,
    values: Vec<Value>,
}

/// Reads a document by the model and writes it back.
pub fn round_trip(model: &Model, root: Node<'_, '_>) -> Result<Tree, String> {
    let name = name_of(root);
    let ty = model.roots.iter().copied().find(|&ty| structure(model, ty).element.as_ref() == Some(&name));
    let record = read(model, ty.ok_or_else(|| format!("no root {}", name.local))?, root)?;
    Ok(write(model, &record, name))
}

fn structure(model: &Model, ty: TypeId) -> &Struct {
    match &model.types[ty.0 as usize].shape {
        Shape::Struct(structure) => structure,
        other => panic!("{ty:?} is no struct but {other:?}"),
    }
}

fn payload(model: &Model, ty: TypeId) -> &Payload {
    match &model.types[ty.0 as usize].shape {
        Shape::Payload(payload) => payload,
        other => panic!("{ty:?} is no payload but {other:?}"),
    }
}

fn empty(model: &Model, ty: TypeId) -> Record {
    let values = structure(model, ty).fields.iter().map(|_| Value::Nothing).collect();
    Record { ty, values }
}

fn read(model: &Model, ty: TypeId, node: Node<'_, '_>) -> Result<Record, String> {
    let here = |message: String| format!("<{}>: {message}", node.tag_name().name());
    let mut record = empty(model, ty);
    let attributes = attributes_of(node);
    decide(model, &mut record, &attributes).map_err(here)?;
    for (name, value) in &attributes {
        if !give_attribute(model, &mut record, name, value).map_err(here)? {
            return Err(here(format!("unknown attribute {}", name.local)));
        }
    }
    let has_elements = node.children().any(|child| child.is_element());
    let mut text = String::new();
    for child in node.children() {
        if child.is_element() {
            if !give_child(model, &mut record, child, true)? && !give_child(model, &mut record, child, false)? {
                return Err(here(format!("unknown child {}", child.tag_name().name())));
            }
        } else if let Some(part) = child.text().filter(|_| child.is_text())
            && !give_mixed_text(model, &mut record, part)
        {
            text.push_str(part);
        }
    }
    let shown = !text.trim().is_empty();
    let taken = if shown || !has_elements { give_text(model, &mut record, &text).map_err(here)? } else { true };
    if shown && !taken {
        return Err(here(format!("unexpected text {:?}", text.trim())));
    }
    complete(model, &record).map_err(here)?;
    Ok(record)
}

/// Picks the variants of payloads.
fn decide(model: &Model, record: &mut Record, attributes: &[(XmlName, String)]) -> Result<(), String> {
    for (index, field) in structure(model, record.ty).fields.iter().enumerate() {
        let FieldKind::Payload { ty, optional } = field.kind else { continue };
        let shape = payload(model, ty);
        let value = attributes.iter().find(|(name, _)| *name == shape.attribute).map(|(_, value)| value.as_str());
        let variant = match value {
            Some(value) => shape.variants.iter().position(|variant| variant.spelt && variant.value == value.trim()),
            None => shape.absent,
        };
        match (variant, value) {
            (Some(variant), _) => {
                let members = shape.variants[variant].members.map(|members| empty(model, members));
                let members = match members {
                    Some(mut members) => {
                        decide(model, &mut members, attributes)?;
                        Some(Box::new(members))
                    }
                    None => None,
                };
                record.values[index] = Value::Payload(variant, members);
            }
            (None, None) if optional => {}
            _ => return Err(format!("attribute {} is {value:?}", shape.attribute.local)),
        }
    }
    Ok(())
}

fn give_attribute(model: &Model, record: &mut Record, name: &XmlName, value: &str) -> Result<bool, String> {
    let fields = &structure(model, record.ty).fields;
    for (index, field) in fields.iter().enumerate() {
        match &field.kind {
            FieldKind::Attribute { name: own, scalar, .. } if own == name => {
                if !accepts(model, scalar, value) {
                    return Err(format!("attribute {} does not take {value:?}", name.local));
                }
                record.values[index] = Value::Text(value.to_owned());
                return Ok(true);
            }
            FieldKind::Payload { ty, .. } => {
                if payload(model, *ty).attribute == *name {
                    return Ok(true);
                }
                if let Value::Payload(_, Some(members)) = &mut record.values[index]
                    && give_attribute(model, members, name, value)?
                {
                    return Ok(true);
                }
            }
            _ => {}
        }
    }
    let wildcard = fields.iter().position(|field| matches!(field.kind, FieldKind::AnyAttributes));
    if let Some(index) = wildcard {
        let entry = (name.clone(), value.to_owned());
        match &mut record.values[index] {
            Value::Attributes(list) => list.push(entry),
            other => *other = Value::Attributes(vec![entry]),
        }
    }
    Ok(wildcard.is_some())
}

fn read_child(model: &Model, content: &ChildContent, node: Node<'_, '_>) -> Result<Child, String> {
    let plain = || {
        let bare = node.attributes().next().is_none() && node.children().all(|child| !child.is_element());
        bare.then_some(()).ok_or_else(|| format!("<{}> has attributes or children", node.tag_name().name()))
    };
    let text = || -> String { node.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect() };
    Ok(match content {
        ChildContent::Struct(ty) => Child::Struct(read(model, *ty, node)?),
        ChildContent::Any => Child::Any(verbatim(node)),
        ChildContent::Scalar(scalar) => {
            plain()?;
            if !accepts(model, scalar, &text()) {
                return Err(format!("<{}> does not take {:?}", node.tag_name().name(), text()));
            }
            Child::Text(text())
        }
        ChildContent::Flag => {
            plain()?;
            Child::Flag
        }
    })
}

fn give_child(model: &Model, record: &mut Record, node: Node<'_, '_>, named: bool) -> Result<bool, String> {
    let name = name_of(node);
    for (index, field) in structure(model, record.ty).fields.iter().enumerate() {
        match &field.kind {
            FieldKind::Child { name: own, content, count } if named && *own == name => {
                let child = read_child(model, content, node)?;
                match &mut record.values[index] {
                    Value::Children(list) => list.push(child),
                    other => *other = Value::Children(vec![child]),
                }
                if let (Value::Children(list), Count::One | Count::Optional) = (&record.values[index], count)
                    && list.len() > 1
                {
                    return Err(format!("<{}> stands twice", name.local));
                }
                return Ok(true);
            }
            FieldKind::Mix { ty, .. } if named => {
                let Shape::Mix(mix) = &model.types[ty.0 as usize].shape else { panic!("no mix") };
                let Some(variant) = mix.variants.iter().find(|v| v.element.as_ref() == Some(&name)) else { continue };
                let entry = (name.clone(), read_child(model, &variant.content, node)?);
                match &mut record.values[index] {
                    Value::Mix(list) => list.push(entry),
                    other => *other = Value::Mix(vec![entry]),
                }
                return Ok(true);
            }
            FieldKind::Payload { .. } => {
                if let Value::Payload(_, Some(members)) = &mut record.values[index]
                    && give_child(model, members, node, named)?
                {
                    return Ok(true);
                }
            }
            FieldKind::AnyElements { names, .. }
                if !named && names.iter().any(|class| class.contains(&name.ns, &name.local)) =>
            {
                let piece = Piece::Element(verbatim(node));
                match &mut record.values[index] {
                    Value::Verbatim(list) => list.push(piece),
                    other => *other = Value::Verbatim(vec![piece]),
                }
                return Ok(true);
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Gives text to a mix or a wildcard, which keep every piece in its place.
fn give_mixed_text(model: &Model, record: &mut Record, text: &str) -> bool {
    for (index, field) in structure(model, record.ty).fields.iter().enumerate() {
        match &field.kind {
            FieldKind::Mix { ty, .. } => {
                let Shape::Mix(mix) = &model.types[ty.0 as usize].shape else { panic!("no mix") };
                if mix.variants.iter().any(|variant| variant.element.is_none()) {
                    let none = XmlName { ns: String::new(), local: String::new() };
                    let entry = (none, Child::Text(text.to_owned()));
                    match &mut record.values[index] {
                        Value::Mix(list) => list.push(entry),
                        other => *other = Value::Mix(vec![entry]),
                    }
                    return true;
                }
            }
            FieldKind::AnyElements { text: true, .. } => {
                let piece = Piece::Text(text.to_owned());
                match &mut record.values[index] {
                    Value::Verbatim(list) => list.push(piece),
                    other => *other = Value::Verbatim(vec![piece]),
                }
                return true;
            }
            _ => {}
        }
    }
    false
}

fn give_text(model: &Model, record: &mut Record, text: &str) -> Result<bool, String> {
    for (index, field) in structure(model, record.ty).fields.iter().enumerate() {
        match &field.kind {
            FieldKind::Text { scalar, required } => {
                if !text.is_empty() || *required {
                    if !accepts(model, scalar, text) {
                        return Err(format!("text {text:?} is not taken"));
                    }
                    record.values[index] = Value::Text(text.to_owned());
                }
                return Ok(true);
            }
            FieldKind::Payload { .. } => {
                if let Value::Payload(_, Some(members)) = &mut record.values[index]
                    && give_text(model, members, text)?
                {
                    return Ok(true);
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Whether everything required is there.
fn complete(model: &Model, record: &Record) -> Result<(), String> {
    for (field, value) in structure(model, record.ty).fields.iter().zip(&record.values) {
        let required = match &field.kind {
            FieldKind::Attribute { required, .. } => *required,
            FieldKind::Child { count, .. } | FieldKind::Mix { count, .. } => {
                matches!(count, Count::One | Count::OneOrMore)
            }
            _ => false,
        };
        match value {
            Value::Nothing if required => return Err(format!("{} is missing", field.name)),
            Value::Payload(_, Some(members)) => complete(model, members)?,
            _ => {}
        }
    }
    Ok(())
}

fn accepts(model: &Model, scalar: &Scalar, text: &str) -> bool {
    let trimmed = text.trim();
    match scalar {
        Scalar::Spelt(basic) => accepts(model, &Scalar::Basic(*basic), text),
        Scalar::Basic(Basic::Integer) => {
            let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        Scalar::Basic(Basic::String) | Scalar::Custom(_) => true,
        Scalar::Basic(Basic::Bool) => matches!(trimmed, "true" | "false" | "1" | "0"),
        Scalar::Basic(Basic::U8) => trimmed.parse::<u8>().is_ok(),
        Scalar::Basic(Basic::U16) => trimmed.parse::<u16>().is_ok(),
        Scalar::Basic(Basic::U32) => trimmed.parse::<u32>().is_ok(),
        Scalar::Basic(Basic::U64) => trimmed.parse::<u64>().is_ok(),
        Scalar::Basic(Basic::I8) => trimmed.parse::<i8>().is_ok(),
        Scalar::Basic(Basic::I16) => trimmed.parse::<i16>().is_ok(),
        Scalar::Basic(Basic::I32) => trimmed.parse::<i32>().is_ok(),
        Scalar::Basic(Basic::I64) => trimmed.parse::<i64>().is_ok(),
        Scalar::List(item) => text.split_whitespace().all(|text| accepts(model, item, text)),
        Scalar::Type(ty) => match &model.types[ty.0 as usize].shape {
            Shape::Values(values) => {
                values.literals.iter().any(|literal| literal.value == text || literal.value == squeezed(text))
                    || values.others.iter().any(|other| accepts(model, &other.scalar, text))
            }
            other => panic!("{ty:?} is no set of values but {other:?}"),
        },
    }
}

/// What is being written of a struct: attributes or content, all of it or one part.
#[derive(Clone, Copy)]
enum What {
    Attributes,
    Content,
}

fn write(model: &Model, record: &Record, name: XmlName) -> Tree {
    let mut tree = Tree { name, attributes: Vec::new(), content: Vec::new() };
    write_record(model, record, What::Attributes, None, &mut tree);
    write_record(model, record, What::Content, None, &mut tree);
    tree
}

fn part_of(field: &Field, what: What) -> u32 {
    match what {
        What::Attributes => field.part,
        What::Content => field.child_part,
    }
}

fn write_record(model: &Model, record: &Record, what: What, part: Option<u32>, tree: &mut Tree) {
    let shape = structure(model, record.ty);
    let orders = match what {
        What::Attributes => &shape.attribute_orders,
        What::Content => &shape.child_orders,
    };
    let applies = |order: &&Order| match &order.when {
        None => true,
        Some((field, variants)) => match &record.values[*field] {
            Value::Payload(variant, _) => variants.contains(variant),
            _ => false,
        },
    };
    let Some(order) = orders.iter().find(applies) else { return };
    for slot in &order.slots {
        let (index, inner) = match *slot {
            Slot::Field(index) => (index, None),
            Slot::Part(index, part) => (index, Some(part)),
        };
        let field = &shape.fields[index];
        if part.is_some_and(|part| part_of(field, what) != part) {
            continue;
        }
        match &record.values[index] {
            Value::Payload(variant, members) => {
                let FieldKind::Payload { ty, .. } = field.kind else { panic!("no payload") };
                let shape = payload(model, ty);
                let first = inner.unwrap_or(0) == 0;
                if matches!(what, What::Attributes) && first && shape.variants[*variant].spelt {
                    let value = shape.variants[*variant].value.clone();
                    tree.attributes.push((shape.attribute.clone(), value));
                }
                if let Some(members) = members {
                    write_record(model, members, what, inner, tree);
                }
            }
            value => write_value(model, field, value, what, tree),
        }
    }
}

fn write_value(model: &Model, field: &Field, value: &Value, what: What, tree: &mut Tree) {
    match (value, &field.kind, what) {
        (Value::Text(text), FieldKind::Attribute { name, .. }, What::Attributes) => {
            tree.attributes.push((name.clone(), text.clone()));
        }
        (Value::Attributes(list), _, What::Attributes) => tree.attributes.extend(list.iter().cloned()),
        (Value::Text(text), FieldKind::Text { .. }, What::Content) => tree.content.push(Piece::Text(text.clone())),
        (Value::Children(list), FieldKind::Child { name, .. }, What::Content) => {
            for child in list {
                write_child(model, child, name, tree);
            }
        }
        (Value::Mix(list), _, What::Content) => {
            for (name, child) in list {
                match child {
                    Child::Text(text) if name.local.is_empty() => tree.content.push(Piece::Text(text.clone())),
                    child => write_child(model, child, name, tree),
                }
            }
        }
        (Value::Verbatim(list), _, What::Content) => tree.content.extend(list.iter().cloned()),
        _ => {}
    }
}

fn write_child(model: &Model, child: &Child, name: &XmlName, tree: &mut Tree) {
    let plain = |content| Tree { name: name.clone(), attributes: Vec::new(), content };
    tree.content.push(Piece::Element(match child {
        Child::Struct(record) => write(model, record, name.clone()),
        Child::Text(text) => plain(vec![Piece::Text(text.clone())]),
        Child::Flag => plain(Vec::new()),
        Child::Any(tree) => tree.clone(),
    }));
}

impl Tree {
    /// The tree with attributes sorted, children sorted by name (those of one name left in their order) and text
    /// that is whitespace between elements dropped: what must not change when a document is read and written.
    #[allow(dead_code, reason = "not every test does")]
    pub fn sorted(&self) -> Tree {
        let mut attributes: Vec<_> =
            self.attributes.iter().map(|(name, value)| (name.clone(), squeezed(value))).collect();
        attributes.sort();
        let mut text = String::new();
        let mut children: Vec<Tree> = Vec::new();
        for piece in &self.content {
            match piece {
                Piece::Element(tree) => children.push(tree.sorted()),
                Piece::Text(part) => text.push_str(part),
            }
        }
        children.sort_by(|a, b| a.name.cmp(&b.name));
        let mut content: Vec<Piece> = children.into_iter().map(Piece::Element).collect();
        if !text.trim().is_empty() {
            content.insert(0, Piece::Text(squeezed(&text)));
        }
        Tree { name: self.name.clone(), attributes, content }
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
