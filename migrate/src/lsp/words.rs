//! What is known of a thing, in Markdown.

use std::fmt::Write as _;

use lsp_types::{Documentation, MarkupContent, MarkupKind};
use relaxng_model::facts::Facts;
use relaxng_model::places::Values;

use crate::reference;

/// How many values are listed.
const MAX_VALUES: usize = 40;

/// Documentation, what is known in short, the rule that replaces it, and the place in the manual.
#[must_use]
pub fn about(facts: &Facts<'_>) -> String {
    let mut parts: Vec<String> = facts.docs.iter().map(|paragraph| (*paragraph).to_owned()).collect();
    let phrases: Vec<_> = facts.phrases().into_iter().filter(|phrase| !phrase.starts_with("legacy")).collect();
    if !phrases.is_empty() {
        parts.push(format!("*{}*", phrases.join("; ")));
    }
    parts.extend(reference::replaced_by(facts).map(|rule| format!("**Legacy**, replaced by {rule}")));
    parts.extend(reference::manual(facts).map(|url| format!("[Manual]({url})")));
    parts.join("\n\n")
}

/// A list of the values that something takes; empty where it says nothing.
#[must_use]
pub fn values(values: &Values<'_>) -> String {
    let mut text = String::new();
    let grammar = reference::grammar().ok();
    for literal in values.literals.iter().take(MAX_VALUES) {
        let facts = grammar.map(|grammar| literal.facts(grammar)).unwrap_or_default();
        let phrases = facts.phrases().join("; ");
        let said = [facts.text(), if phrases.is_empty() { phrases } else { format!("*({phrases})*") }];
        let said: Vec<_> = said.into_iter().filter(|part| !part.is_empty()).collect();
        let _ = writeln!(text, "- `{}` {}", literal.text, said.join(" "));
    }
    if values.literals.len() > MAX_VALUES {
        let _ = writeln!(text, "- and {} more", values.literals.len() - MAX_VALUES);
    }
    for kind in &values.kinds {
        let _ = writeln!(text, "- {kind}");
    }
    text
}

/// Text in Markdown, as the protocol takes it.
#[must_use]
pub fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// The documentation of what can be completed; none where nothing is said.
#[must_use]
pub fn documentation(facts: &Facts<'_>) -> Option<Documentation> {
    let text = about(facts);
    (!text.is_empty()).then(|| Documentation::MarkupContent(markdown(text)))
}
