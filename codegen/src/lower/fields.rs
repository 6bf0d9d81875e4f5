//! The fields of a struct.

use relaxng_model::grammar::{Kind, Pattern};
use relaxng_model::schema::NodeId;

use super::Lowerer;
use super::names::{self, Scope};
use crate::analyse::{ContentId, Member, MemberKind, Use};
use crate::model::{Count, Field, FieldKind};

/// A field's name before clashes are looked at.
struct Wanted {
    /// Names in the order of preference; all but the first are for schemas that no annotation guides.
    names: Vec<String>,
    /// Whether the first name is only one of several that are all as good.
    free: bool,
    /// Which fields are named first.
    rank: u8,
    origin: NodeId,
}

impl<'g> Lowerer<'g, '_> {
    pub(super) fn fields(&mut self, id: ContentId, owner: &str) -> Vec<Field> {
        let facts = self.facts;
        let members = &facts.contents[id.0].members;
        let wanted: Vec<Wanted> = members.iter().map(|member| self.wanted(member)).collect();
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|&index| wanted[index].rank);
        let mut scope = Scope::default();
        let mut taken = vec![String::new(); members.len()];
        for index in order {
            let Wanted { names, free, origin, .. } = &wanted[index];
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            taken[index] =
                if *free { scope.take_any(&names, *origin) } else { self.take(&mut scope, &names, *origin, "fields") };
        }
        members.iter().zip(taken).map(|(member, name)| self.field(member, name, owner)).collect()
    }

    fn wanted(&mut self, member: &Member<'g>) -> Wanted {
        let (nodes, names, free, rank, origin) = self.preferred(member);
        match self.field_override(&nodes) {
            Some(name) => Wanted { names: vec![name], free: false, rank: 0, origin },
            None => Wanted { names, free, rank, origin },
        }
    }

    /// What is described by which nodes, how it is called without a `d:field`, and when its turn is.
    fn preferred(&self, member: &Member<'g>) -> (Vec<NodeId>, Vec<String>, bool, u8, NodeId) {
        let named = |nodes: &[NodeId], names: &[&str], free: bool, rank: u8, origin: NodeId| {
            (nodes.to_vec(), names.iter().map(|&name| name.to_owned()).collect(), free, rank, origin)
        };
        match &member.kind {
            MemberKind::Attribute { name, uses, .. } => {
                let own = names::field_name(&name.local);
                let second = format!("{}_attribute", own.trim_end_matches('_'));
                named(&self.nodes_of_all(uses), &[&own, &second], false, 1, uses[0].leaf.pattern.origin)
            }
            MemberKind::Child { name, uses, count, .. } => {
                let own = names::field_name(&name.local);
                let defines: Vec<String> = uses
                    .iter()
                    .filter_map(|used| self.define_of(used.leaf.pattern))
                    .map(|define| names::field_name(&self.grammar.defines[define.0 as usize].name))
                    .collect();
                let second = format!("{}_element", own.trim_end_matches('_'));
                let second = match &defines[..] {
                    [define] if *define != own => define,
                    _ => &second,
                };
                let plural = matches!(count, Count::Many | Count::OneOrMore).then(|| names::plural(&own));
                let names = plural.into_iter().chain([own.clone(), second.clone()]).collect();
                (self.nodes_of_all(uses), names, false, 3, uses[0].leaf.pattern.origin)
            }
            MemberKind::Text { uses, .. } => {
                let nodes = self.nodes_of_all(uses);
                named(&nodes, &["value", "text", "content"], true, 4, uses[0].leaf.pattern.origin)
            }
            MemberKind::Payload { choice, .. } => {
                let choice = &self.facts.choices[choice.0];
                let own = names::field_name(&choice.attribute.local);
                let second = format!("{}_choice", own.trim_end_matches('_'));
                named(&self.choice_nodes(choice), &[&own, &second], false, 2, choice.origin)
            }
            MemberKind::Mix { origin, via, .. } => {
                let mut nodes: Vec<NodeId> = via.iter().map(|via| via.reference).collect();
                nodes.push(*origin);
                named(&nodes, &["items", "mixed_items"], true, 4, *origin)
            }
            MemberKind::AnyAttributes(origin) => named(&[], &["attributes", "any_attributes"], true, 4, *origin),
            MemberKind::AnyElements { uses, .. } => {
                let nodes = self.nodes_of_all(uses);
                named(&nodes, &["elements", "any_elements"], true, 4, uses[0].leaf.pattern.origin)
            }
        }
    }

    fn field(&mut self, member: &Member<'g>, name: String, owner: &str) -> Field {
        let mut nodes = Vec::new();
        let mut noted = None;
        let kind = match &member.kind {
            MemberKind::Attribute { name: attribute, uses, required } => {
                nodes = self.nodes_of_all(uses);
                let given = self.type_override(&nodes);
                let custom = self.notes.first(&nodes, "scalar").map(|(scalar, _)| scalar.to_owned());
                let patterns: Vec<_> = uses
                    .iter()
                    .filter_map(|used| match &used.leaf.pattern.kind {
                        Kind::Attribute { pattern, .. } => Some(&**pattern),
                        _ => None,
                    })
                    .collect();
                let own = match &uses[..] {
                    [used] if !used.via.is_empty() => self.define_name(used.via[used.via.len() - 1].define),
                    _ => format!("{owner}{}", names::suffix(&attribute.local)),
                };
                let origin = uses[0].leaf.pattern.origin;
                let (facts, docs) = self.attribute_notes(uses);
                let scalar = self.scalar(&patterns, custom, given, &own, origin, true);
                self.check_scalar_default(&facts, uses, &scalar);
                let required = *required && facts.absent.is_none();
                noted = Some((facts, docs));
                FieldKind::Attribute { name: attribute.clone(), scalar, required }
            }
            MemberKind::AnyAttributes(_) => FieldKind::AnyAttributes,
            MemberKind::AnyElements { uses, text } => {
                nodes = self.nodes_of_all(uses);
                let class = |used: &Use<'g>| match &used.leaf.pattern.kind {
                    Kind::Element { name, .. } => Some(name.clone()),
                    _ => None,
                };
                FieldKind::AnyElements { names: uses.iter().filter_map(class).collect(), text: *text }
            }
            MemberKind::Child { name: child, content, uses, count } => {
                nodes = self.nodes_of_all(uses);
                let count = match count {
                    Count::One if self.notes.facts(&nodes).absent.is_some() => Count::Optional,
                    count => *count,
                };
                FieldKind::Child { name: child.clone(), content: self.child_content(*content), count }
            }
            MemberKind::Text { uses, required } => {
                nodes = uses.iter().flat_map(|used| text_nodes(used.leaf.pattern)).collect();
                let scalar = self.text_scalar(uses, &format!("{owner}Value"));
                FieldKind::Text { scalar, required: *required }
            }
            MemberKind::Payload { choice, optional } => {
                let facts = self.facts;
                noted = Some(self.attribute_notes(&facts.choices[choice.0].uses));
                FieldKind::Payload { ty: self.choice_types[choice.0], optional: *optional }
            }
            MemberKind::Mix { variants, count, origin, via } => {
                let ty = self.mix_type(owner, variants, *origin, *via);
                FieldKind::Mix { ty, count: *count }
            }
        };
        let (facts, docs) = noted.unwrap_or_else(|| (self.notes.facts(&nodes), self.notes.docs(&nodes)));
        Field { name, docs, facts, part: member.part, child_part: member.child_part, boxed: member.boxed, kind }
    }
}

/// The nodes that describe a text: its pattern and, where that may be absent, the pattern without its absence.
fn text_nodes(pattern: &Pattern) -> Vec<NodeId> {
    let mut nodes = vec![pattern.origin];
    if let Kind::Choice(members) = &pattern.kind {
        let mut solid = members.iter().filter(|member| !matches!(member.kind, Kind::Empty));
        if let (Some(only), None) = (solid.next(), solid.next()) {
            nodes.push(only.origin);
        }
    }
    nodes
}
