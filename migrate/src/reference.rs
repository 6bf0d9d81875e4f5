//! What is known of the format at a place in it: the embedded schema, for whoever tells people of it.

use std::sync::LazyLock;

use relaxng_model::facts::Facts;
use relaxng_model::{Grammar, MemoryResolver, load};

use crate::rules;

/// The manual of the format, in which `d:ref` names anchors.
const MANUAL: &str = "https://libvirt.org/formatdomain.html";

/// The text of the schema, packed: names and texts of its files, with a NUL between them.
const SCHEMA: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/schema"));

static GRAMMAR: LazyLock<Result<Grammar, String>> =
    LazyLock::new(|| load(&files()?, domxml_schema::ROOT).map_err(|errors| errors.to_string()));

fn files() -> Result<MemoryResolver, String> {
    let bytes = miniz_oxide::inflate::decompress_to_vec(SCHEMA).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    let parts: Vec<&str> = text.split('\0').collect();
    let mut files = MemoryResolver::new();
    for part in parts.chunks_exact(2) {
        files.insert(part[0], part[1]);
    }
    Ok(files)
}

/// The embedded schema.
///
/// # Errors
/// Never, as long as the embedded schema is right.
pub fn grammar() -> Result<&'static Grammar, String> {
    GRAMMAR.as_ref().map_err(Clone::clone)
}

/// Where the manual tells of something.
#[must_use]
pub fn manual(facts: &Facts<'_>) -> Option<String> {
    facts.reference.map(|anchor| format!("{MANUAL}#{anchor}"))
}

/// What the rule that replaces something does, with its id.
#[must_use]
pub fn replaced_by(facts: &Facts<'_>) -> Option<String> {
    let rule = rules::find(facts.legacy?)?;
    Some(format!("{}: {}", rule.id, rule.summary))
}
