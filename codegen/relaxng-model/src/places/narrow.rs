//! What an element may hold, with those branches alone that fit what stands there already.

use super::{ANY, Condition, Content, Form, Given, Member, name};
use crate::grammar::{Grammar, Kind, Pattern};
use crate::schema::NodeId;

/// A walk through the content of one element.
pub(super) struct Walk<'g, 'd> {
    pub grammar: &'g Grammar,
    pub given: &'d Given<'d>,
    /// What chooses the branches that are open.
    pub when: Vec<Condition<'g>>,
}

impl<'g> Walk<'g, '_> {
    /// What a pattern holds. `repeated`: it may stand here more than once, so that one choice excludes no other.
    pub fn content(&mut self, pattern: &'g Pattern, repeated: bool, refs: &[NodeId]) -> Content<'g> {
        let mut content = Content::default();
        match &pattern.kind {
            Kind::Text | Kind::Data { .. } | Kind::Value { .. } | Kind::List(_) => content.texts.push(pattern),
            Kind::Empty | Kind::NotAllowed => {}
            Kind::Ref(id) => {
                let target = &self.grammar.defines[id.0 as usize].pattern;
                if matches!(target.kind, Kind::Data { .. } | Kind::List(_)) {
                    // What such a definition says of itself are the words for its values.
                    content.texts.push(pattern);
                    return content;
                }
                let refs = [refs, &[pattern.origin]].concat();
                return self.content(target, repeated, &refs);
            }
            Kind::Choice(members) => return self.choice(members, repeated),
            Kind::Group(members) | Kind::Interleave(members) => {
                for member in members {
                    let member = self.content(member, repeated, &[]);
                    content.and(member);
                }
            }
            Kind::OneOrMore(inner) => {
                content = self.content(inner, true, &[]);
                content.children.iter_mut().for_each(|child| child.max = ANY);
            }
            Kind::Attribute { name: class, .. } => content.attributes.extend(self.member(name(class), pattern, refs)),
            Kind::Element { name: class, .. } => content.children.extend(self.member(name(class), pattern, refs)),
        }
        content
    }

    fn member(&self, name: Option<(&'g str, &'g str)>, pattern: &'g Pattern, refs: &[NodeId]) -> Option<Member<'g>> {
        let (ns, name) = name?;
        let form = Form { pattern, refs: refs.to_vec(), when: self.when.clone() };
        Some(Member { ns, name, min: 1, max: 1, forms: vec![form] })
    }

    fn choice(&mut self, members: &'g [Pattern], repeated: bool) -> Content<'g> {
        let mut open: Vec<&Pattern> = members.iter().filter(|member| self.agrees(member)).collect();
        if open.is_empty() {
            open = members.iter().collect();
        }
        if !repeated {
            let holding: Vec<&Pattern> = open.iter().copied().filter(|member| self.holds_given(member)).collect();
            if !holding.is_empty() {
                open = holding;
            }
        }
        let conditions: Vec<Vec<Condition<'g>>> = members.iter().map(|member| self.chosen_by(member)).collect();
        // An attribute chooses where several branches have it.
        let chooses = |name: &str| conditions.iter().filter(|all| all.iter().any(|(own, _)| *own == name)).count() > 1;
        let mut contents = Vec::new();
        for (member, conditions) in members.iter().zip(&conditions) {
            if !open.iter().any(|open| std::ptr::eq(*open, member)) {
                continue;
            }
            let before = self.when.len();
            self.when.extend(conditions.iter().filter(|(name, _)| chooses(name)).cloned());
            contents.push(self.content(member, repeated, &[]));
            self.when.truncate(before);
        }
        Content::either(contents.into_iter())
    }

    /// The attributes of a branch that have literal values alone.
    fn chosen_by(&self, pattern: &'g Pattern) -> Vec<Condition<'g>> {
        match &pattern.kind {
            Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().flat_map(|member| self.chosen_by(member)).collect()
            }
            Kind::Ref(id) => self.chosen_by(&self.grammar.defines[id.0 as usize].pattern),
            // Something optional.
            Kind::Choice(members) => match members.as_slice() {
                [member, Pattern { kind: Kind::Empty, .. }] if is_attribute(member) => self.chosen_by(member),
                _ => Vec::new(),
            },
            Kind::Attribute { name: class, pattern } => {
                let values = name(class).zip(self.literals(pattern));
                values.map(|((_, name), values)| (name, values)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The values of a pattern that has nothing but literal ones.
    fn literals(&self, pattern: &'g Pattern) -> Option<Vec<&'g str>> {
        match &pattern.kind {
            Kind::Value { value, .. } => Some(vec![value.as_str()]),
            Kind::Choice(members) => {
                let all: Option<Vec<_>> = members.iter().map(|member| self.literals(member)).collect();
                all.map(|all| all.concat())
            }
            Kind::Ref(id) => self.literals(&self.grammar.defines[id.0 as usize].pattern),
            _ => None,
        }
    }

    /// Whether no attribute that is there has a value which this branch refuses.
    fn agrees(&self, pattern: &'g Pattern) -> bool {
        match &pattern.kind {
            Kind::Choice(members) => members.iter().any(|member| self.agrees(member)),
            Kind::Group(members) | Kind::Interleave(members) => members.iter().all(|member| self.agrees(member)),
            Kind::OneOrMore(inner) => self.agrees(inner),
            Kind::Ref(id) => self.agrees(&self.grammar.defines[id.0 as usize].pattern),
            Kind::Attribute { name: class, pattern } => {
                let name = name(class).filter(|(ns, _)| ns.is_empty());
                let value = name.and_then(|(_, name)| self.given.attributes.iter().find(|(given, _)| *given == name));
                value.is_none_or(|(_, value)| self.takes(pattern, value))
            }
            _ => true,
        }
    }

    fn takes(&self, pattern: &'g Pattern, text: &str) -> bool {
        match &pattern.kind {
            Kind::Value { value, .. } => value == text.trim(),
            Kind::Choice(members) => members.iter().any(|member| self.takes(member, text)),
            Kind::Ref(id) => self.takes(&self.grammar.defines[id.0 as usize].pattern, text),
            // Types seldom tell branches apart, and compiling them takes long.
            _ => true,
        }
    }

    /// Whether a branch has any of what is there.
    fn holds_given(&self, pattern: &'g Pattern) -> bool {
        match &pattern.kind {
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().any(|member| self.holds_given(member))
            }
            Kind::OneOrMore(inner) => self.holds_given(inner),
            Kind::Ref(id) => self.holds_given(&self.grammar.defines[id.0 as usize].pattern),
            Kind::Attribute { name: class, .. } => {
                name(class).is_some_and(|(_, name)| self.given.attributes.iter().any(|(given, _)| *given == name))
            }
            Kind::Element { name: class, .. } => {
                name(class).is_some_and(|(_, name)| self.given.children.contains(&name))
            }
            _ => false,
        }
    }
}

fn is_attribute(pattern: &Pattern) -> bool {
    matches!(pattern.kind, Kind::Attribute { .. })
}
