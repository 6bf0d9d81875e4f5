//! Stable text of what the stages produce, for tests and for looking at.

use domxml_xml::visible;

use crate::analyse::{Facts as Analysis, MemberKind, Order as AnalysedOrder, Owner, literal};
use crate::model::{
    Basic, Blank, ChildContent, Count, DefaultForm, EmptyForm, Facts, Field, FieldKind, Mix, Model, Order, Payload,
    Scalar, Shape, Slot, Struct, Values, XmlName,
};

/// The facts of the stage `analyse`: one paragraph for each content and choice, in the order in which they were reached.
#[must_use]
pub fn facts(facts: &Analysis<'_>) -> String {
    let mut out = String::new();
    for (index, content) in facts.contents.iter().enumerate() {
        let root = if facts.roots.iter().any(|root| root.0 == index) { " root" } else { "" };
        let owner = match &content.owner {
            Owner::Element { name, uses } => {
                let merged = if uses.len() > 1 { format!(" of {} patterns", uses.len()) } else { String::new() };
                format!("<{}>{merged}", xml_name(name))
            }
            Owner::Branch { choice, branch } => format!("branch {branch} of choice {}", choice.0),
        };
        let parent = content.parent.map(|parent| format!(" in {}", parent.0)).unwrap_or_default();
        line(&mut out, 0, format_args!("content {index}: {owner}{parent}{root}"));
        for member in &content.members {
            let boxed = if member.boxed { " boxed" } else { "" };
            let part = parts(member.part, member.child_part);
            line(&mut out, 1, format_args!("{}{part}{boxed}", member_kind(&member.kind)));
        }
        analysed_orders(&mut out, "attributes", &content.attribute_orders);
        analysed_orders(&mut out, "children", &content.child_orders);
    }
    for (index, choice) in facts.choices.iter().enumerate() {
        let attribute = xml_name(&choice.attribute);
        line(&mut out, 0, format_args!("choice {index}: by {attribute} in content {}", choice.owner.0));
        for (number, branch) in choice.branches.iter().enumerate() {
            let mut values: Vec<String> = branch.values.iter().map(|value| format!("'{}'", literal(value))).collect();
            if branch.absent {
                values.push("absent".to_owned());
            }
            let content =
                branch.content.map_or_else(|| "nothing".to_owned(), |content| format!("content {}", content.0));
            line(&mut out, 1, format_args!("branch {number} {}: {content}", values.join(" ")));
        }
    }
    out
}

fn member_kind(kind: &MemberKind<'_>) -> String {
    match kind {
        MemberKind::Attribute { name, uses, required } => {
            let merged = if uses.len() > 1 { format!(" of {} patterns", uses.len()) } else { String::new() };
            format!("attribute {} {}{merged}", xml_name(name), presence(*required))
        }
        MemberKind::AnyAttributes(_) => "any attributes".to_owned(),
        MemberKind::Child { name, content, count: often, .. } => {
            format!("child <{}> {}: content {}", xml_name(name), count(*often), content.0)
        }
        MemberKind::Text { required, .. } => format!("text {}", presence(*required)),
        MemberKind::Payload { choice, optional } => format!("choice {} {}", choice.0, presence(!optional)),
        MemberKind::Mix { variants, count: often, .. } => {
            let names: Vec<String> = variants
                .iter()
                .map(|variant| {
                    variant.element.as_ref().map_or_else(
                        || "text".to_owned(),
                        |(name, content)| format!("<{}>: content {}", xml_name(name), content.0),
                    )
                })
                .collect();
            format!("mix {}: {}", count(*often), names.join(", "))
        }
        MemberKind::AnyElements { .. } => "any elements".to_owned(),
    }
}

fn analysed_orders(out: &mut String, what: &str, orders: &[AnalysedOrder]) {
    if is_plain(orders.iter().map(|order| (order.when.is_none(), &order.slots[..]))) {
        return;
    }
    for order in orders {
        let when = order.when.as_ref();
        let when = when.map(|(member, branches)| format!(" when {member} is {branches:?}")).unwrap_or_default();
        let slots: Vec<String> = order.slots.iter().map(|&slot| analysed_slot(slot)).collect();
        line(out, 1, format_args!("{what}{when}: {}", slots.join(" ")));
    }
}

fn analysed_slot((member, part): (usize, Option<u32>)) -> String {
    part.map_or_else(|| member.to_string(), |part| format!("{member}/{part}"))
}

/// Whether an order says nothing that the order of the members does not say.
fn is_plain<'a>(mut orders: impl Iterator<Item = (bool, &'a [(usize, Option<u32>)])>) -> bool {
    match (orders.next(), orders.next()) {
        (None, _) => true,
        (Some((true, slots)), None) => {
            slots.iter().all(|(_, part)| part.is_none()) && slots.windows(2).all(|pair| pair[0].0 < pair[1].0)
        }
        _ => false,
    }
}

/// The binding model.
#[must_use]
pub fn model(model: &Model) -> String {
    let mut out = String::new();
    let roots: Vec<&str> = model.roots.iter().map(|root| name(model, root.0)).collect();
    line(&mut out, 0, format_args!("roots {}", roots.join(" ")));
    let mut module = None;
    for ty in &model.types {
        if module != Some(ty.module) {
            module = Some(ty.module);
            let made = &model.modules[ty.module];
            out.push('\n');
            line(&mut out, 0, format_args!("module {} from {}", made.path, made.source));
            docs(&mut out, 1, &made.docs);
        }
        let kind = match &ty.shape {
            Shape::Struct(Struct { element: Some(element), .. }) => format!("struct <{}>", xml_name(element)),
            Shape::Struct(Struct { shared: true, .. }) => "struct of several elements".to_owned(),
            Shape::Struct(_) => "members".to_owned(),
            Shape::Payload(payload) => format!("choice by {}", xml_name(&payload.attribute)),
            Shape::Values(_) => "values".to_owned(),
            Shape::Mix(_) => "mix".to_owned(),
        };
        out.push('\n');
        line(&mut out, 0, format_args!("{}: {kind} at {}{}", ty.name, ty.place, facts_text(&ty.facts)));
        docs(&mut out, 1, &ty.docs);
        match &ty.shape {
            Shape::Struct(shape) => structure(&mut out, model, shape),
            Shape::Payload(shape) => payload(&mut out, model, shape),
            Shape::Values(shape) => values(&mut out, model, shape),
            Shape::Mix(shape) => mix(&mut out, model, shape),
        }
    }
    out
}

fn structure(out: &mut String, model: &Model, shape: &Struct) {
    for field in &shape.fields {
        let boxed = if field.boxed { " boxed" } else { "" };
        let part = parts(field.part, field.child_part);
        let kind = field_kind(model, field);
        line(out, 1, format_args!("{}: {kind}{part}{boxed}{}", field.name, facts_text(&field.facts)));
        docs(out, 2, &field.docs);
    }
    if let Some(kinds) = &shape.kinds {
        let variants: Vec<&str> = kinds.variants.iter().map(|(_, name)| &**name).collect();
        line(out, 1, format_args!("kinds {} {}: {}", kinds.name, kinds.mutable, variants.join(" ")));
    }
    orders(out, model, "attributes", shape, &shape.attribute_orders);
    orders(out, model, "children", shape, &shape.child_orders);
}

fn field_kind(model: &Model, field: &Field) -> String {
    match &field.kind {
        FieldKind::Attribute { name, scalar: value, required } => {
            format!("attribute {} {} {}", xml_name(name), scalar(model, value), presence(*required))
        }
        FieldKind::AnyAttributes => "any attributes".to_owned(),
        FieldKind::Child { name, content, count: often } => {
            format!("child <{}> {} {}", xml_name(name), child(model, content), count(*often))
        }
        FieldKind::Text { scalar: value, required } => {
            format!("text {} {}", scalar(model, value), presence(*required))
        }
        FieldKind::Payload { ty, optional } => format!("choice {} {}", name(model, ty.0), presence(!optional)),
        FieldKind::Mix { ty, count: often } => format!("mix {} {}", name(model, ty.0), count(*often)),
        FieldKind::AnyElements { .. } => "any elements".to_owned(),
    }
}

fn orders(out: &mut String, model: &Model, what: &str, shape: &Struct, orders: &[Order]) {
    let slots = |order: &Order| -> Vec<(usize, Option<u32>)> {
        let slot = |slot: &Slot| match *slot {
            Slot::Field(field) => (field, None),
            Slot::Part(field, part) => (field, Some(part)),
        };
        order.slots.iter().map(slot).collect()
    };
    let listed: Vec<_> = orders.iter().map(|order| (order.when.is_none(), slots(order))).collect();
    if is_plain(listed.iter().map(|(always, slots)| (*always, &slots[..]))) {
        return;
    }
    for (order, (_, slots)) in orders.iter().zip(&listed) {
        let slot = |&(field, part): &(usize, Option<u32>)| {
            let name = &shape.fields[field].name;
            part.map_or_else(|| name.clone(), |part| format!("{name}/{part}"))
        };
        let slots: Vec<String> = slots.iter().map(slot).collect();
        let when = order.when.as_ref().map(|(field, variants)| {
            let FieldKind::Payload { ty, .. } = shape.fields[*field].kind else { return String::new() };
            let Shape::Payload(payload) = &model.types[ty.0 as usize].shape else { return String::new() };
            let names: Vec<&str> = variants.iter().map(|&variant| payload.variants[variant].name.as_str()).collect();
            format!(" when {} is {}", shape.fields[*field].name, names.join(" or "))
        });
        line(out, 1, format_args!("{what}{}: {}", when.unwrap_or_default(), slots.join(" ")));
    }
}

fn payload(out: &mut String, model: &Model, shape: &Payload) {
    let facts = facts_text(&shape.facts);
    if !facts.is_empty() {
        line(out, 1, format_args!("attribute{facts}"));
    }
    for (index, variant) in shape.variants.iter().enumerate() {
        let value = if variant.spelt { format!(" '{}'", variant.value) } else { String::new() };
        let absent = if shape.absent == Some(index) { " absent" } else { "" };
        let members = variant.members.map(|members| format!(" {}", name(model, members.0))).unwrap_or_default();
        let facts = facts_text(&variant.facts);
        line(out, 1, format_args!("{}{value}{absent}:{members}{facts}", variant.name));
        docs(out, 2, &variant.docs);
    }
}

fn values(out: &mut String, model: &Model, shape: &Values) {
    for literal in &shape.literals {
        line(out, 1, format_args!("{} '{}'{}", literal.name, literal.value, facts_text(&literal.facts)));
        docs(out, 2, &literal.docs);
    }
    for other in &shape.others {
        line(out, 1, format_args!("{}({})", other.name, scalar(model, &other.scalar)));
    }
}

fn mix(out: &mut String, model: &Model, shape: &Mix) {
    for variant in &shape.variants {
        let element = variant.element.as_ref().map_or_else(|| "text".to_owned(), |e| format!("<{}>", xml_name(e)));
        line(out, 1, format_args!("{}: {element} {}", variant.name, child(model, &variant.content)));
        docs(out, 2, &variant.docs);
    }
}

fn name(model: &Model, id: u32) -> &str {
    &model.types[id as usize].name
}

fn child(model: &Model, content: &ChildContent) -> String {
    match content {
        ChildContent::Struct(ty) => name(model, ty.0).to_owned(),
        ChildContent::Scalar(value) => scalar(model, value),
        ChildContent::Flag => "flag".to_owned(),
        ChildContent::Any => "anything".to_owned(),
    }
}

fn scalar(model: &Model, value: &Scalar) -> String {
    match value {
        Scalar::Basic(basic) => basic_name(*basic),
        Scalar::Spelt(basic) => format!("spelt {}", basic_name(*basic)),
        Scalar::Type(ty) => name(model, ty.0).to_owned(),
        Scalar::Custom(custom) => format!("scalar {custom}"),
        Scalar::List(item) => format!("list of {}", scalar(model, item)),
    }
}

fn basic_name(basic: Basic) -> String {
    format!("{basic:?}").to_lowercase()
}

fn xml_name(name: &XmlName) -> String {
    if name.ns.is_empty() { name.local.clone() } else { format!("{{{}}}{}", name.ns, name.local) }
}

fn presence(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

fn count(count: Count) -> &'static str {
    match count {
        Count::One => "one",
        Count::Optional => "optional",
        Count::Many => "many",
        Count::OneOrMore => "one or more",
    }
}

fn parts(part: u32, child_part: u32) -> String {
    match (part, child_part) {
        (0, 0) => String::new(),
        (a, b) if a == b => format!(" part {a}"),
        (a, b) => format!(" parts {a} {b}"),
    }
}

fn facts_text(facts: &Facts) -> String {
    let mut list = Vec::new();
    if let Some(since) = &facts.since {
        list.push(format!("since {since}"));
    }
    if let Some(since) = &facts.optional_since {
        list.push(format!("optional since {since}"));
    }
    if let Some(until) = &facts.until {
        list.push(format!("until {until}"));
    }
    if let Some(rule) = &facts.absent {
        list.push(format!("absent by {rule}"));
    }
    if facts.needed {
        list.push("needed".to_owned());
    }
    if facts.vital {
        list.push("absent with its element".to_owned());
    }
    if let Some(narrow) = &facts.narrow {
        list.push(format!("until {} only '{}'", narrow.until, narrow.pattern));
    }
    if let Some(default) = &facts.default {
        let form = match default.form {
            DefaultForm::Assumed => "",
            DefaultForm::Written => " written",
            DefaultForm::Dropped => " dropped",
        };
        let until = default.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        list.push(format!("default '{}'{form}{until}", default.value));
    }
    if let Some(rule) = &facts.legacy {
        list.push(format!("legacy {rule}"));
    }
    if facts.output_only {
        list.push("output only".to_owned());
    }
    if facts.secret {
        list.push("secret".to_owned());
    }
    if facts.repeat_refused {
        list.push("once".to_owned());
    }
    if facts.unknown_absent {
        list.push("absent if unknown".to_owned());
    }
    if facts.unknown_refused {
        list.push("nothing unknown".to_owned());
    }
    match facts.empty {
        EmptyForm::Single => {}
        EmptyForm::Pair => list.push("a pair of tags if empty".to_owned()),
        EmptyForm::Dropped => list.push("dropped if empty".to_owned()),
    }
    match facts.blank {
        Blank::Value => {}
        Blank::Absent => list.push("absent if empty".to_owned()),
        Blank::Refused => list.push("refused if empty".to_owned()),
    }
    if let Some(until) = &facts.empty_until {
        list.push(format!("until {until}"));
    }
    if let Some(reference) = &facts.reference {
        list.push(format!("see {reference}"));
    }
    if list.is_empty() { String::new() } else { format!(" [{}]", list.join(", ")) }
}

fn docs(out: &mut String, depth: usize, docs: &[String]) {
    for paragraph in docs {
        line(out, depth, format_args!("| {paragraph}"));
    }
}

fn line(out: &mut String, depth: usize, text: std::fmt::Arguments<'_>) {
    for _ in 0..depth {
        out.push_str("  ");
    }
    out.push_str(&visible(&text.to_string()));
    out.push('\n');
}
