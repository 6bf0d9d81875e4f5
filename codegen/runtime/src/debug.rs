//! How printed structs show themselves with `{:?}`: field by field, and nothing that is secret.

use crate::content::Content;
use crate::info::{FieldInfo, TypeInfo};
use std::fmt::{self, Debug, Formatter};

/// Stands where something is that is not shown.
struct Hidden;

impl Debug for Hidden {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Shows a struct with a table: its fields, named as in Rust, in the order of the table.
///
/// # Errors
///
/// What the formatter says.
pub fn show(content: &dyn Content, fields: &[(&str, &dyn Debug)], f: &mut Formatter<'_>) -> fmt::Result {
    let table = content.info();
    let mut shown = f.debug_struct(table.name);
    for ((index, (name, value)), line) in fields.iter().enumerate().zip(table.fields) {
        let is_there = || content.field(index).is_some_and(|slot| slot.count() > 0);
        if line.secret && is_there() {
            shown.field(name, &Hidden)
        } else {
            shown.field(name, value)
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
