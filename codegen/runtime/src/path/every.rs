//! Every value of an element, with its place.

use super::find::{spelt, unread};
use crate::content::{Content, filled_fields};
use crate::extra::{Extra, is_assumed};
use crate::info::{FieldInfo, FieldKind};
use crate::slots::{Field, Slot};
use std::fmt;

/// Where something stands in an element. It is spelt out only where somebody asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    /// None for the element itself.
    around: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Attribute(&'p str, &'p str),
    /// With the number among those of its name, where there can be several.
    Child(&'p str, &'p str, Option<usize>),
    Text,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(around) = self.around {
            write!(f, "{around}/")?;
        }
        match self.step {
            Step::Attribute(ns, name) => write!(f, "@{}", spelt(ns, name)),
            Step::Child(ns, name, None) => f.write_str(&spelt(ns, name)),
            Step::Child(ns, name, Some(number)) => write!(f, "{}[{number}]", spelt(ns, name)),
            Step::Text => f.write_str("text()"),
        }
    }
}

/// What stands at a place.
#[derive(Clone, Copy)]
pub(crate) enum Item<'v> {
    /// The value of a field, with its number there.
    Value(&'static FieldInfo, &'v dyn Field, usize),
    /// A text that is no field's: an attribute that decides a choice or has any name, an element as it stands. Empty of an element that
    /// says nothing else.
    Text(&'v str),
}

impl Item<'_> {
    fn text(self) -> String {
        match self {
            Item::Text(text) => text.to_owned(),
            Item::Value(_, field, at) => {
                let mut text = String::new();
                field.write(at, &mut text);
                text
            }
        }
    }
}

/// Everything that an element says: the paths of its values, and these. An element that says nothing else has an empty value.
#[must_use]
pub fn values(content: &dyn Content) -> Vec<(String, String)> {
    let mut all = Vec::new();
    every(content, None, &mut |place, item| all.push((place.to_string(), item.text())));
    all
}

/// What is told of each value.
type Visit<'v> = dyn FnMut(Place<'_>, Item<'_>) + 'v;

/// Visits all values of an element; whether there are any. What could not be read is none.
pub(crate) fn every(content: &dyn Content, around: Option<&Place<'_>>, visit: &mut Visit<'_>) -> bool {
    every_of(content, content.extra(), around, visit)
}

/// As [`every`], of the fields of an element that keeps this, or of the members of one of its payloads.
fn every_of(content: &dyn Content, extra: Option<&Extra>, around: Option<&Place<'_>>, visit: &mut Visit<'_>) -> bool {
    let mut any = false;
    filled_fields(content, |line, slot| match slot {
        Slot::Payload(payload) => {
            let assumed = extra.and_then(|extra| extra.assumed);
            if let Some(value) = payload.get().and_then(|payload| payload.value())
                && !is_assumed(assumed, payload.table(), value)
            {
                any = true;
                visit(Place { around, step: Step::Attribute(line.ns, line.name) }, Item::Text(value));
            }
            if let Some(members) = payload.members() {
                any |= every_of(members, extra, around, visit);
            }
        }
        Slot::Value(field) if line.kind == FieldKind::Attribute => {
            if field.count() > 0 {
                any = true;
                visit(Place { around, step: Step::Attribute(line.ns, line.name) }, Item::Value(line, field, 0));
            }
        }
        Slot::Attributes(attributes) => {
            for it in attributes.iter() {
                any = true;
                visit(Place { around, step: Step::Attribute(&it.ns, &it.name) }, Item::Text(&it.value));
            }
        }
        Slot::Mix(mix) => {
            let mut seen = vec![0; line.entries.len()];
            mix.each(&mut |entry, slot| {
                let at = line.entries.iter().position(|own| std::ptr::eq(own, entry)).unwrap_or_default();
                any |= children(entry, slot, (&mut seen[at], extra), around, visit);
            });
        }
        slot => any |= children(line, slot, (&mut 0, extra), around, visit),
    });
    any
}

/// Visits what children or a text say; `seen` counts those of the name, beside which the element around them may keep some.
fn children(
    line: &'static FieldInfo,
    slot: Slot<'_>,
    (seen, extra): (&mut usize, Option<&Extra>),
    around: Option<&Place<'_>>,
    visit: &mut Visit<'_>,
) -> bool {
    let count = slot.count();
    for at in 0..count {
        let own = *seen;
        *seen += 1;
        let number = || own + 1 + unread(extra, line).filter(|before| *before <= own).count();
        let step = match line.kind {
            FieldKind::Text => Step::Text,
            _ => Step::Child(line.ns, line.name, line.many.then(number)),
        };
        let place = Place { around, step };
        match slot {
            Slot::Child(nest) => {
                let Some(child) = nest.get(at) else { continue };
                if !every(child, Some(&place), visit) {
                    visit(place, Item::Text(""));
                }
            }
            Slot::Value(field) => visit(place, Item::Value(line, field, at)),
            Slot::Verbatim(field) => {
                if let Some(own) = field.entries().get(at) {
                    visit(place, Item::Text(&own.source));
                }
            }
            _ => visit(place, Item::Text("")),
        }
    }
    count > 0
}
