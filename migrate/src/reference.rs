//! What is known of the format at a place in it: the embedded schema, for whoever tells people of it.

use std::sync::LazyLock;

use relaxng_model::facts::Facts;
use relaxng_model::{EmbeddedResolver, Grammar, load};

use crate::rules;

/// The manual of the format, in which `d:ref` names anchors.
const MANUAL: &str = "https://libvirt.org/formatdomain.html";

static GRAMMAR: LazyLock<Result<Grammar, String>> = LazyLock::new(|| {
    load(&EmbeddedResolver::new(domxml_schema::FILES), domxml_schema::ROOT).map_err(|errors| errors.to_string())
});

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
