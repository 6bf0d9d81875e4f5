//! How printed structs show themselves with `{:?}`: field by field, and nothing that is secret.

use crate::content::Content;
use crate::info::{FieldInfo, TypeInfo};
use crate::slots::Slot;
use std::fmt::{self, Debug, Formatter};

/// Stands where something is that is not shown.
struct Hidden;

impl Debug for Hidden {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What a field holds, as the field would show itself; only that what is in it is reached by the table, so that no code is made for each type.
struct Held<'s> {
    line: &'static FieldInfo,
    slot: Slot<'s>,
}

impl Debug for Held<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let values: Vec<&dyn Debug> = match self.slot {
            Slot::Value(field) => (0..field.count()).filter_map(|index| field.shown(index)).collect(),
            Slot::Child(nest) => (0..nest.count()).filter_map(|index| nest.get(index)).map(|it| it as _).collect(),
            Slot::Verbatim(verbatim) => verbatim.entries().iter().map(|it| it as _).collect(),
            Slot::Flag(flag) => return flag.fmt(f),
            Slot::Payload(payload) => return payload.fmt(f),
            Slot::Mix(mix) => return mix.fmt(f),
            Slot::Attributes(attributes) => return attributes.fmt(f),
        };
        match values.first() {
            _ if self.line.many => f.debug_list().entries(values).finish(),
            Some(value) if self.line.required => value.fmt(f),
            Some(value) => f.debug_tuple("Some").field(value).finish(),
            None => f.write_str("None"),
        }
    }
}

/// Shows a struct with a table: its fields, named as in Rust, in the order of the table.
///
/// # Errors
///
/// What the formatter says.
pub fn show(content: &dyn Content, names: &[&str], f: &mut Formatter<'_>) -> fmt::Result {
    let table = content.info();
    let mut shown = f.debug_struct(table.name);
    for ((index, name), line) in names.iter().enumerate().zip(table.fields) {
        match content.field(index) {
            Some(slot) if line.secret && slot.count() > 0 => shown.field(name, &Hidden),
            Some(slot) => shown.field(name, &Held { line, slot }),
            None => &mut shown,
        };
    }
    if let Some(extra) = content.extra() {
        // What could not be read is kept as it stood: a password, too.
        let hidden = extra.kept.is_some() && holds_secrets(table, &mut Vec::new());
        if hidden {
            shown.field("xml", &Hidden)
        } else {
            shown.field("xml", extra)
        };
    }
    shown.finish()
}

/// Whether something secret can stand in an element, or anywhere in it.
fn holds_secrets(table: &'static TypeInfo, seen: &mut Vec<*const TypeInfo>) -> bool {
    if seen.contains(&std::ptr::from_ref(table)) {
        return false;
    }
    seen.push(table);
    let secret = |line: &FieldInfo| line.secret;
    let own = table.fields.iter().any(|line| secret(line) || line.entries.iter().any(secret));
    own || table.inner().any(|(_, inner)| holds_secrets(inner, seen))
}
