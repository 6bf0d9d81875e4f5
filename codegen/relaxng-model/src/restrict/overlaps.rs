//! Attributes that occur twice (7.3), and branches of an interleave that take the same elements or text (7.4).

use std::rc::Rc;

use super::Check;
use super::names::Names;
use crate::grammar::{Kind, Pattern};
use crate::schema::NodeId;

/// What a pattern has outside of the elements in it.
#[derive(Debug, Clone, Default)]
struct Summary<'g> {
    attributes: Names<'g>,
    elements: Names<'g>,
    text: Option<NodeId>,
}

/// How many steps comparing and merging names may take. A sound schema stays far below.
const MAX_WORK: usize = 2_000_000;

/// What the definitions come to, and the work that is left.
struct Summaries<'g> {
    defines: Vec<Option<Rc<Summary<'g>>>>,
    work: usize,
}

impl<'g> Check<'g> {
    pub(super) fn overlaps(&mut self) {
        let mut all = Summaries { defines: vec![None; self.grammar.defines.len()], work: MAX_WORK };
        for index in 0..self.order.len() {
            let id = self.order[index];
            let summary = self.summary(self.define(id), &mut all);
            all.defines[id.0 as usize] = Some(summary);
        }
        for content in std::mem::take(&mut self.contents) {
            self.summary(content, &mut all);
            self.contents.push(content);
        }
        if all.work == 0 {
            let message = "the definitions are too entangled to check which names overlap";
            self.error(self.grammar.start.origin, "7.3", message);
        }
    }

    fn summary(&mut self, pattern: &'g Pattern, all: &mut Summaries<'g>) -> Rc<Summary<'g>> {
        let mut summary = Summary::default();
        match &pattern.kind {
            Kind::Empty | Kind::NotAllowed | Kind::Data { .. } | Kind::Value { .. } | Kind::List(_) => {}
            Kind::Text => summary.text = Some(pattern.origin),
            Kind::Element { name, .. } => summary.elements.add(name, pattern.origin),
            Kind::Attribute { name, pattern: inner } => {
                // For the sake of interleaves in it: nothing of it is visible from outside.
                self.summary(inner, all);
                summary.attributes.add(name, pattern.origin);
            }
            Kind::OneOrMore(inner) => return self.summary(inner, all),
            Kind::Ref(id) => return all.defines[id.0 as usize].clone().unwrap_or_default(),
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                for member in members {
                    let next = self.summary(member, all);
                    let cost =
                        summary.attributes.cost(&next.attributes).saturating_add(summary.elements.cost(&next.elements));
                    all.work = all.work.saturating_sub(cost);
                    if all.work == 0 {
                        break;
                    }
                    if !matches!(pattern.kind, Kind::Choice(_)) {
                        self.check_attributes(&summary, &next, member);
                    }
                    if matches!(pattern.kind, Kind::Interleave(_)) {
                        self.check_interleave(&summary, &next, member);
                    }
                    summary.attributes.merge(&next.attributes);
                    summary.elements.merge(&next.elements);
                    summary.text = summary.text.or(next.text);
                }
            }
        }
        Rc::new(summary)
    }

    fn check_attributes(&mut self, before: &Summary<'g>, next: &Summary<'g>, member: &Pattern) {
        for overlap in before.attributes.overlaps(&next.attributes) {
            let (first, second) = (self.place(overlap.first), self.place(overlap.second));
            let message = match overlap.name {
                Some(name) => format!("the attribute `{name}` occurs twice: {first} and {second}"),
                None => format!("two attributes have names in common: {first} and {second}"),
            };
            self.error(member.origin, "7.3", message);
        }
    }

    fn check_interleave(&mut self, before: &Summary<'g>, next: &Summary<'g>, member: &Pattern) {
        for overlap in before.elements.overlaps(&next.elements) {
            let (first, second) = (self.place(overlap.first), self.place(overlap.second));
            let message = match overlap.name {
                Some(name) => {
                    format!("two branches of an `interleave` take the element `{name}`: {first} and {second}")
                }
                None => {
                    format!("two branches of an `interleave` take elements of the same names: {first} and {second}")
                }
            };
            self.error(member.origin, "7.4", message);
        }
        if let Some((first, second)) = before.text.zip(next.text) {
            let (first, second) = (self.place(first), self.place(second));
            self.error(
                member.origin,
                "7.4",
                format!("two branches of an `interleave` take text: {first} and {second}"),
            );
        }
    }
}
