//! Prohibited paths (7.1), and the repetition that an attribute with infinitely many names needs (7.3).
//!
//! Each rule asks whether a pattern stands somewhere below another. A set of flags says what stands above; where a
//! definition is reached by several paths their union decides, since no rule asks for two things of one path that
//! were not made one flag.

use super::Check;
use crate::grammar::{Kind, Pattern};

/// What stands above a pattern, up to the nearest element.
type Above = u8;
/// `start`.
const START: Above = 1;
/// `attribute`.
const ATTRIBUTE: Above = 1 << 1;
/// `list`.
const LIST: Above = 1 << 2;
/// The `except` of `data`.
const EXCEPT: Above = 1 << 3;
/// `oneOrMore`.
const REPEATED: Above = 1 << 4;
/// `group` below `oneOrMore`.
const REPEATED_GROUP: Above = 1 << 5;
/// `interleave` below `oneOrMore`.
const REPEATED_INTERLEAVE: Above = 1 << 6;
/// Not even one `oneOrMore`.
const SINGLE: Above = 1 << 7;

impl<'g> Check<'g> {
    pub(super) fn paths(&mut self) {
        let grammar = self.grammar;
        let mut above = vec![0; grammar.defines.len()];
        self.walk(&grammar.start, START, &mut above);
        for content in std::mem::take(&mut self.contents) {
            self.walk(content, SINGLE, &mut above);
            self.contents.push(content);
        }
        for index in (0..self.order.len()).rev() {
            let id = self.order[index];
            let flags = above[id.0 as usize];
            self.walk(self.define(id), flags, &mut above);
        }
    }

    /// Checks a pattern down to the next elements and notes in `defines` what stands above definitions.
    fn walk(&mut self, pattern: &'g Pattern, above: Above, defines: &mut [Above]) {
        self.check_path(pattern, above);
        match &pattern.kind {
            Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } | Kind::Element { .. } => {}
            Kind::Ref(id) => defines[id.0 as usize] |= above,
            Kind::Choice(members) => self.walk_all(members, above, defines),
            Kind::Group(members) => {
                let repeated = if above & REPEATED == 0 { 0 } else { REPEATED_GROUP };
                self.walk_all(members, above | repeated, defines);
            }
            Kind::Interleave(members) => {
                let repeated = if above & REPEATED == 0 { 0 } else { REPEATED_INTERLEAVE };
                self.walk_all(members, above | repeated, defines);
            }
            Kind::OneOrMore(inner) => self.walk(inner, (above | REPEATED) & !SINGLE, defines),
            Kind::List(inner) => self.walk(inner, LIST, defines),
            Kind::Attribute { pattern: inner, .. } => self.walk(inner, ATTRIBUTE, defines),
            Kind::Data { except, .. } => {
                if let Some(inner) = except {
                    self.walk(inner, EXCEPT, defines);
                }
            }
        }
    }

    fn walk_all(&mut self, members: &'g [Pattern], above: Above, defines: &mut [Above]) {
        for member in members {
            self.walk(member, above, defines);
        }
    }

    fn check_path(&mut self, pattern: &Pattern, above: Above) {
        // (flag, section, what stands above)
        const IN_START: (Above, &str, &str) = (START, "7.1.5", "`start`");
        const IN_ATTRIBUTE: (Above, &str, &str) = (ATTRIBUTE, "7.1.1", "an `attribute`");
        const IN_LIST: (Above, &str, &str) = (LIST, "7.1.3", "a `list`");
        const IN_EXCEPT: (Above, &str, &str) = (EXCEPT, "7.1.4", "the `except` of a `data`");
        const IN_GROUPS: (Above, &str, &str) = (REPEATED_GROUP, "7.1.2", "a `group` within a `oneOrMore`");
        const IN_INTERLEAVES: (Above, &str, &str) =
            (REPEATED_INTERLEAVE, "7.1.2", "an `interleave` within a `oneOrMore`");
        let (what, prohibited): (&str, &[(Above, &'static str, &str)]) = match &pattern.kind {
            Kind::NotAllowed | Kind::Choice(_) | Kind::Ref(_) => return,
            Kind::Empty if self.incomplete => return,
            Kind::Empty => ("`empty`", &[IN_START, IN_EXCEPT]),
            Kind::Text => ("`text`", &[IN_START, IN_LIST, IN_EXCEPT]),
            Kind::Group(_) => ("a `group`", &[IN_START, IN_EXCEPT]),
            Kind::Interleave(_) => ("an `interleave`", &[IN_START, IN_LIST, IN_EXCEPT]),
            Kind::OneOrMore(_) => ("a `oneOrMore`", &[IN_START, IN_EXCEPT]),
            Kind::List(_) => ("a `list`", &[IN_START, IN_LIST, IN_EXCEPT]),
            Kind::Data { .. } => ("a `data`", &[IN_START]),
            Kind::Value { .. } => ("a `value`", &[IN_START]),
            Kind::Element { .. } => ("an `element`", &[IN_ATTRIBUTE, IN_LIST, IN_EXCEPT]),
            Kind::Attribute { .. } => {
                ("an `attribute`", &[IN_START, IN_ATTRIBUTE, IN_LIST, IN_EXCEPT, IN_GROUPS, IN_INTERLEAVES])
            }
        };
        for (flag, section, outer) in prohibited {
            if above & flag != 0 {
                self.error(pattern.origin, section, format!("{what} must not stand in {outer}"));
            }
        }
        if let Kind::Attribute { name, .. } = &pattern.kind
            && above & SINGLE != 0
            && name.is_open()
        {
            let message = "an `attribute` with infinitely many names must stand in a `oneOrMore`";
            self.error(pattern.origin, "7.3", message);
        }
    }
}
