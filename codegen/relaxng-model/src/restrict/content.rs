//! String sequences (7.2): a pattern that matches one string cannot stand beside others that match text or elements.

use super::Check;
use crate::grammar::{Kind, Pattern};

/// The content types of 7.2. A greater one prevails in a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    /// Attributes at most.
    Empty,
    /// Elements and text.
    Complex,
    /// One string: `data`, `value`, `list`.
    Simple,
}

/// None where there is no content type: the pattern is in error, which has been reported, or `notAllowed`.
type Found = Option<Content>;

impl<'g> Check<'g> {
    pub(super) fn content_types(&mut self) {
        let mut defines = vec![None; self.grammar.defines.len()];
        for index in 0..self.order.len() {
            let id = self.order[index];
            defines[id.0 as usize] = self.content(self.define(id), &defines);
        }
        for content in std::mem::take(&mut self.contents) {
            self.content(content, &defines);
            self.contents.push(content);
        }
    }

    fn content(&mut self, pattern: &'g Pattern, defines: &[Found]) -> Found {
        match &pattern.kind {
            Kind::NotAllowed => None,
            Kind::Empty => Some(Content::Empty),
            Kind::Text | Kind::Element { .. } => Some(Content::Complex),
            Kind::Data { .. } | Kind::Value { .. } | Kind::List(_) => Some(Content::Simple),
            Kind::Ref(id) => defines[id.0 as usize],
            Kind::Attribute { pattern: inner, .. } => self.content(inner, defines).map(|_| Content::Empty),
            Kind::Choice(members) => {
                let mut greatest = None;
                for member in members {
                    greatest = greatest.max(self.content(member, defines));
                }
                greatest
            }
            Kind::OneOrMore(inner) => {
                let content = self.content(inner, defines)?;
                if content == Content::Simple {
                    let message = "a pattern that matches a string cannot be repeated outside of a `list`";
                    self.error(pattern.origin, "7.2", message);
                    return None;
                }
                Some(content)
            }
            Kind::Group(members) | Kind::Interleave(members) => {
                let mut whole = Some(Content::Empty);
                for member in members {
                    let next = self.content(member, defines);
                    whole = match (whole, next) {
                        (Some(Content::Empty), other) | (other, Some(Content::Empty)) => other,
                        (Some(Content::Complex), Some(Content::Complex)) => whole,
                        (None, _) | (_, None) => None,
                        _ => {
                            let message = "a pattern that matches a string cannot stand beside others that match text or elements";
                            self.error(member.origin, "7.2", message);
                            None
                        }
                    };
                }
                whole
            }
        }
    }
}
