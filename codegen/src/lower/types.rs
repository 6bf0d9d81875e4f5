//! Types and their names: structs, payloads, mixes.

use std::collections::BTreeMap;
use std::ptr;

use relaxng_model::grammar::{DefineId, Grammar, Kind, Pattern};
use relaxng_model::schema::NodeId;

use super::names::{self, Scope};
use super::{Class, Lowerer};
use crate::analyse::{Choice, ChoiceId, ContentId, MixVariant as AnalysedVariant, Owner, Use, Via, literal};
use crate::model::{
    ChildContent, DefaultForm, Facts, Field, FieldKind, Kinds, Mix, MixVariant, Order, Payload, Scalar, Shape, Slot,
    Struct, TypeId, Variant,
};

/// Elements that are the whole of a definition, by the address of their pattern.
pub fn defines(grammar: &Grammar) -> BTreeMap<usize, DefineId> {
    let mut result = BTreeMap::new();
    for (index, define) in grammar.defines.iter().enumerate() {
        if matches!(define.pattern.kind, Kind::Element { .. }) {
            let id = DefineId(u32::try_from(index).expect("a grammar has fewer than 2^32 definitions"));
            result.insert(ptr::from_ref(&define.pattern).addr(), id);
        }
    }
    result
}

/// The definition that is the whole content of all these elements.
fn content_define(uses: &[Use<'_>]) -> Option<DefineId> {
    let define = |used: &Use<'_>| match &used.leaf.pattern.kind {
        Kind::Element { pattern, .. } => match &pattern.kind {
            Kind::Ref(define) => Some(*define),
            _ => None,
        },
        _ => None,
    };
    let first = define(uses.first()?)?;
    uses.iter().all(|used| define(used) == Some(first)).then_some(first)
}

impl<'g> Lowerer<'g, '_> {
    pub(super) fn define_of(&self, pattern: &Pattern) -> Option<DefineId> {
        self.defines.get(&ptr::from_ref(pattern).addr()).copied()
    }

    fn define_origin(&self, define: DefineId) -> NodeId {
        self.grammar.defines[define.0 as usize].origin
    }

    pub(super) fn define_name(&self, define: DefineId) -> String {
        names::type_name(&self.grammar.defines[define.0 as usize].name)
    }

    /// The nodes whose annotations describe a use of a pattern, the most specific first: references outermost first,
    /// each before its definition, then the pattern itself.
    pub(super) fn nodes_of(&self, used: &Use<'g>) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for via in &used.via {
            nodes.push(via.reference);
            nodes.push(self.define_origin(via.define));
        }
        nodes.push(used.leaf.pattern.origin);
        nodes
    }

    pub(super) fn nodes_of_all(&self, uses: &[Use<'g>]) -> Vec<NodeId> {
        uses.iter().flat_map(|used| self.nodes_of(used)).collect()
    }

    fn nodes_of_via(&self, vias: &[Via], origin: NodeId) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> =
            vias.iter().flat_map(|via| [via.reference, self.define_origin(via.define)]).collect();
        nodes.push(origin);
        nodes
    }

    /// A `d:type` among the nodes.
    pub(super) fn type_override(&mut self, nodes: &[NodeId]) -> Option<String> {
        let (name, node) = self.notes.first(nodes, "type")?;
        if self.strict && !names::is_type_name(name) {
            let location = self.notes.location(node, crate::annotations::NS, "type");
            let message = format!("d:type='{name}' is not a free name for a Rust type");
            self.errors.at_location(&self.grammar.schema, location, message);
        }
        Some(name.to_owned())
    }

    /// A `d:field` among the nodes.
    pub(super) fn field_override(&mut self, nodes: &[NodeId]) -> Option<String> {
        let (name, node) = self.notes.first(nodes, "field")?;
        if self.strict && !names::is_field_name(name) {
            let location = self.notes.location(node, crate::annotations::NS, "field");
            let message = format!("d:field='{name}' is not a free name for a Rust field");
            self.errors.at_location(&self.grammar.schema, location, message);
        }
        Some(name.to_owned())
    }

    /// What the annotations of an attribute's patterns describe: the attribute itself, or, where one of several patterns
    /// holds nothing but one value, that value. A default is the attribute's in any case.
    pub(super) fn attribute_notes(&mut self, uses: &[Use<'g>]) -> (Facts, Vec<String>) {
        let mut own = Vec::new();
        for used in uses {
            let nodes = self.nodes_of(used);
            match &used.leaf.pattern.kind {
                Kind::Attribute { pattern, .. } if uses.len() > 1 && matches!(pattern.kind, Kind::Value { .. }) => {
                    self.value_nodes.insert(pattern.origin, nodes);
                }
                _ => own.extend(nodes),
            }
        }
        let all = self.nodes_of_all(uses);
        let Facts { default, blank, vital, .. } = self.notes.facts(&all);
        let facts = Facts { default, blank, vital, ..self.notes.facts(&own) };
        (facts, self.notes.docs(&own))
    }

    /// Facts and documentation of a literal value.
    pub(super) fn value_notes(&self, value: NodeId) -> (Facts, Vec<String>) {
        let mut nodes = vec![value];
        nodes.extend(self.value_nodes.get(&value).into_iter().flatten());
        (Facts { default: None, ..self.notes.facts(&nodes) }, self.notes.docs(&nodes))
    }

    /// The nodes that describe an element as a type: its definition, then itself.
    fn element_nodes(&self, used: &Use<'g>) -> Vec<NodeId> {
        let define = self.define_of(used.leaf.pattern).map(|define| self.define_origin(define));
        define.into_iter().chain([used.leaf.pattern.origin]).collect()
    }

    /// The name of the type that a content has or would have.
    pub(super) fn content_name(&mut self, id: ContentId) -> String {
        if let Some(name) = self.content_names.get(&id) {
            return name.clone();
        }
        let facts = self.facts;
        let content = &facts.contents[id.0];
        let name = match &content.owner {
            Owner::Element { name, uses } => {
                let nodes: Vec<NodeId> = uses.iter().flat_map(|used| self.element_nodes(used)).collect();
                let define = match &uses[..] {
                    [only] => self.define_of(only.leaf.pattern),
                    _ => None,
                };
                match (self.type_override(&nodes), define, content.parent) {
                    (Some(name), ..) => name,
                    (None, Some(define), _) => self.define_name(define),
                    (None, None, Some(parent)) => self.content_name(parent) + &names::suffix(&name.local),
                    (None, None, None) => names::type_name(&name.local),
                }
            }
            Owner::Branch { choice, branch } => self.branch_name(id, *choice, *branch),
        };
        self.content_names.insert(id, name.clone());
        name
    }

    fn branch_name(&mut self, id: ContentId, choice: ChoiceId, branch: usize) -> String {
        let facts = self.facts;
        let made = &facts.choices[choice.0].branches[branch];
        let nodes = self.nodes_of_via(&made.via, made.origin);
        if let Some(name) = self.type_override(&nodes) {
            return name;
        }
        if let Some(via) = made.via.first()
            && *self.named_branches.entry(via.define).or_insert(id) == id
        {
            return self.define_name(via.define);
        }
        let first = made.values.first().map_or_else(|| "Absent".to_owned(), |value| self.value_name(value));
        let first =
            first.strip_prefix('V').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(&first);
        format!("{}{first}", self.choice_name(choice))
    }

    fn value_name(&self, value: &Pattern) -> String {
        let given = self.notes.first(&[value.origin], "type").or(self.notes.first(&[value.origin], "field"));
        given.map_or_else(|| names::variant_name(&literal(value)), |(name, _)| name.to_owned())
    }

    pub(super) fn choice_nodes(&self, choice: &Choice<'g>) -> Vec<NodeId> {
        let via = choice.via.as_slice();
        let mut nodes = self.nodes_of_via(via, choice.origin);
        nodes.extend(self.nodes_of_all(&choice.uses));
        nodes
    }

    pub(super) fn choice_name(&mut self, id: ChoiceId) -> String {
        if let Some(name) = self.choice_names.get(&id.0) {
            return name.clone();
        }
        let facts = self.facts;
        let choice = &facts.choices[id.0];
        let nodes = self.choice_nodes(choice);
        let name = match (self.type_override(&nodes), choice.via) {
            (Some(name), _) => name,
            (None, Some(via)) => self.define_name(via.define),
            (None, None) => self.content_name(choice.owner) + &names::suffix(&choice.attribute.local),
        };
        self.choice_names.insert(id.0, name.clone());
        name
    }

    pub(super) fn struct_type(&mut self, id: ContentId, ty: TypeId) {
        let facts = self.facts;
        let content = &facts.contents[id.0];
        let name = self.content_name(id);
        let (element, nodes, origin, define) = match &content.owner {
            Owner::Element { name, uses } => {
                let nodes: Vec<NodeId> = uses.iter().flat_map(|used| self.element_nodes(used)).collect();
                (Some(name.clone()), nodes, uses[0].leaf.pattern.origin, content_define(uses))
            }
            Owner::Branch { choice, branch } => {
                let branch = &facts.choices[choice.0].branches[*branch];
                let define = branch.via.first().map(|via| via.define);
                (None, self.nodes_of_via(&branch.via, branch.origin), branch.origin, define)
            }
        };
        self.drafts[ty.0 as usize].define = define;
        self.drafts[ty.0 as usize].given = self.type_override(&nodes).is_some();
        let fields = self.fields(id, &name);
        let kinds = self.kinds(&nodes, &fields);
        let order = |orders: &[crate::analyse::Order]| {
            orders
                .iter()
                .map(|order| Order {
                    when: order
                        .when
                        .as_ref()
                        .map(|(member, branches)| (*member, self.variants_of(content, *member, branches))),
                    slots: order
                        .slots
                        .iter()
                        .map(|&(member, part)| part.map_or(Slot::Field(member), |part| Slot::Part(member, part)))
                        .collect(),
                })
                .collect()
        };
        let mut shape = Struct {
            element,
            shared: false,
            attribute_orders: order(&content.attribute_orders),
            child_orders: order(&content.child_orders),
            fields,
            kinds,
        };
        let docs = self.notes.docs(&nodes);
        let noted = if shape.element.is_some() { self.notes.facts(&nodes) } else { Facts::default() };
        for field in shape.fields.iter_mut().filter(|field| matches!(field.kind, FieldKind::Text { .. })) {
            field.facts.blank = noted.blank;
            field.facts.secret = noted.secret;
        }
        self.define(ty, name, docs, noted, origin, Shape::Struct(shape));
    }

    /// The enum of children that a `d:kinds` asks for.
    fn kinds(&self, nodes: &[NodeId], fields: &[Field]) -> Option<Kinds> {
        let (name, _) = self.notes.first(nodes, "kinds")?;
        let mut scope = Scope::default();
        let child = |(index, field): (usize, &Field)| match &field.kind {
            FieldKind::Child { name, content: ChildContent::Struct(_), .. } => {
                Some((index, scope.take_any(&[&names::variant_name(&name.local)], ())))
            }
            _ => None,
        };
        let variants = fields.iter().enumerate().filter_map(child).collect();
        Some(Kinds { name: name.to_owned(), mutable: format!("{name}Mut"), variants })
    }

    pub(super) fn define(
        &mut self,
        id: TypeId,
        name: String,
        docs: Vec<String>,
        facts: Facts,
        origin: NodeId,
        shape: Shape,
    ) {
        let draft = &mut self.drafts[id.0 as usize];
        draft.origin = origin;
        draft.ty.name = name;
        draft.ty.docs = docs;
        draft.ty.facts = facts;
        draft.ty.shape = shape;
    }

    /// The variants that branches became.
    fn variants_of(&self, content: &crate::analyse::Content<'g>, member: usize, branches: &[usize]) -> Vec<usize> {
        let crate::analyse::MemberKind::Payload { choice, .. } = content.members[member].kind else {
            return Vec::new();
        };
        let choice = &self.facts.choices[choice.0];
        let list = self.variant_list(choice);
        (0..list.len()).filter(|&index| branches.contains(&list[index].0)).collect()
    }

    /// The variants of a choice: the branch, and the value if there is one.
    fn variant_list(&self, choice: &Choice<'g>) -> Vec<(usize, Option<&'g Pattern>)> {
        let folded = self.folded(choice);
        let mut list: Vec<(usize, Option<&'g Pattern>)> = Vec::new();
        for (index, branch) in choice.branches.iter().enumerate() {
            list.extend(branch.values.iter().map(|&value| (index, Some(value))));
            if branch.absent && folded.is_none() {
                list.push((index, None));
            }
        }
        list
    }

    /// The value that stands for the attribute's absence: a default that is always spelt out or never.
    fn folded(&self, choice: &Choice<'g>) -> Option<String> {
        let default = self.notes.facts(&self.nodes_of_all(&choice.uses)).default?;
        let branch = choice.branches.iter().find(|branch| branch.absent)?;
        let known = branch.values.iter().any(|value| literal(value) == default.value);
        (default.form != DefaultForm::Assumed && known).then_some(default.value)
    }

    pub(super) fn payload_type(&mut self, index: usize) {
        let facts = self.facts;
        let choice = &facts.choices[index];
        let folded = self.folded(choice);
        let (attribute_facts, attribute_docs) = self.attribute_notes(&choice.uses);
        let name = self.choice_name(ChoiceId(index));
        let mut scope = Scope::default();
        let mut variants = Vec::new();
        let mut absent = None;
        for (branch, value) in self.variant_list(choice) {
            let branch = &choice.branches[branch];
            let members = branch.content.and_then(|content| self.content_types[content.0]);
            let text = value.map(literal).unwrap_or_default();
            if value.is_none() || folded.as_ref() == Some(&text) {
                absent = Some(variants.len());
            }
            let origin = value.map_or(branch.origin, |value| value.origin);
            let wanted = value.map_or_else(|| "Absent".to_owned(), |value| self.value_name(value));
            let name = self.take(&mut scope, &[&wanted], origin, "variants");
            let (facts, docs) = value.map(|value| self.value_notes(value.origin)).unwrap_or_default();
            variants.push(Variant { value: text, spelt: value.is_some(), name, docs, facts, members });
        }
        let other = scope.take_any(&["Other", "OtherValue"], choice.origin);
        self.check_default(
            &attribute_facts,
            &choice.uses,
            &variants.iter().map(|v| v.value.as_str()).collect::<Vec<_>>(),
        );
        let payload = Payload { attribute: choice.attribute.clone(), facts: attribute_facts, absent, variants, other };
        let nodes = self.nodes_of_via(choice.via.as_slice(), choice.origin);
        let mut docs = self.notes.docs(&nodes);
        if docs.is_empty() {
            docs = attribute_docs;
        }
        let id = self.choice_types[index];
        self.define(id, name, docs, Facts::default(), choice.origin, Shape::Payload(Box::new(payload)));
    }

    /// Takes a name in a scope; where it is taken, reports that or takes the next best.
    pub(super) fn take(&mut self, scope: &mut Scope<NodeId>, wanted: &[&str], origin: NodeId, what: &str) -> String {
        if !self.strict {
            return scope.take_any(wanted, origin);
        }
        if let Err(first) = scope.take(wanted[0], origin) {
            let message = format!(
                "two {what} would be called '{}': this one and the one of {}; name one of them with d:{}",
                wanted[0],
                self.place(first),
                if what == "fields" { "field" } else { "type" }
            );
            self.errors.at(&self.grammar.schema, origin, message);
        }
        wanted[0].to_owned()
    }

    /// In a strict run, a default must be a value that its attribute takes.
    pub(super) fn check_default(&mut self, facts: &Facts, uses: &[Use<'g>], values: &[&str]) {
        let Some(default) = facts.default.as_ref().filter(|_| self.strict) else { return };
        if !values.contains(&default.value.as_str()) {
            let nodes = self.nodes_of_all(uses);
            let ns = relaxng_model::schema::COMPATIBILITY_NS;
            let node = nodes
                .iter()
                .find(|&&node| self.grammar.schema.annotations(node).attribute(ns, "defaultValue").is_some());
            let near = relaxng_model::closest(&default.value, values.iter().copied());
            let near = near.map(|near| format!(", did you mean '{near}'?")).unwrap_or_default();
            let message = format!("the default '{}' is none of the values{near}", default.value);
            if let Some(&node) = node {
                let location = self.notes.location(node, ns, "defaultValue");
                self.errors.at_location(&self.grammar.schema, location, message);
            }
        }
    }

    pub(super) fn mix_type(
        &mut self,
        owner: &str,
        variants: &[AnalysedVariant<'g>],
        origin: NodeId,
        via: Option<Via>,
    ) -> TypeId {
        let id = self.reserve();
        let nodes = self.nodes_of_via(via.as_slice(), origin);
        let name = match (self.type_override(&nodes), via) {
            (Some(name), _) => name,
            (None, Some(via)) => self.define_name(via.define),
            (None, None) => format!("{owner}Item"),
        };
        let mut scope = Scope::default();
        let mut made = Vec::new();
        for AnalysedVariant { element, uses } in variants {
            let place = uses.first().map_or(origin, |used| used.leaf.pattern.origin);
            let nodes = self.nodes_of_all(uses);
            let (wanted, content) = match element {
                Some((name, content)) => (names::variant_name(&name.local), self.child_content(*content)),
                None => ("Text".to_owned(), self.text_content(uses, &name)),
            };
            made.push(MixVariant {
                name: self.take(&mut scope, &[&wanted], place, "variants"),
                element: element.as_ref().map(|(name, _)| name.clone()),
                content,
                docs: self.notes.docs(&nodes),
                facts: self.notes.facts(&nodes),
            });
        }
        let docs = self.notes.docs(&nodes);
        self.define(id, name, docs, Facts::default(), origin, Shape::Mix(Mix { variants: made }));
        id
    }

    /// What a child of this content is in its parent.
    pub(super) fn child_content(&mut self, id: ContentId) -> ChildContent {
        match (self.classes[id.0], self.content_types[id.0]) {
            (Class::Struct, Some(ty)) => ChildContent::Struct(ty),
            (Class::Flag, _) => ChildContent::Flag,
            (Class::Scalar, _) => ChildContent::Scalar(self.content_scalar(id)),
            _ => ChildContent::Any,
        }
    }
}

/// Shows every reference to a type in a shape.
pub(super) fn each_type(shape: &mut Shape, see: &mut dyn FnMut(&mut TypeId)) {
    fn scalar(value: &mut Scalar, see: &mut dyn FnMut(&mut TypeId)) {
        match value {
            Scalar::Type(ty) => see(ty),
            Scalar::List(item) => scalar(item, see),
            Scalar::Basic(_) | Scalar::Spelt(_) | Scalar::Custom(_) => {}
        }
    }
    fn child(content: &mut ChildContent, see: &mut dyn FnMut(&mut TypeId)) {
        match content {
            ChildContent::Struct(ty) => see(ty),
            ChildContent::Scalar(value) => scalar(value, see),
            ChildContent::Flag | ChildContent::Any => {}
        }
    }
    match shape {
        Shape::Struct(shape) => {
            for field in &mut shape.fields {
                match &mut field.kind {
                    FieldKind::Attribute { scalar: value, .. } | FieldKind::Text { scalar: value, .. } => {
                        scalar(value, see);
                    }
                    FieldKind::Child { content, .. } => child(content, see),
                    FieldKind::Payload { ty, .. } | FieldKind::Mix { ty, .. } => see(ty),
                    FieldKind::AnyAttributes | FieldKind::AnyElements { .. } => {}
                }
            }
        }
        Shape::Payload(shape) => shape.variants.iter_mut().filter_map(|it| it.members.as_mut()).for_each(see),
        Shape::Values(shape) => shape.others.iter_mut().for_each(|other| scalar(&mut other.scalar, see)),
        Shape::Mix(shape) => shape.variants.iter_mut().for_each(|it| child(&mut it.content, see)),
    }
}
