//! Values that no document can hold.

use crate::error::{ErrorKind, ParseErrors};
use crate::position::Paths;
use domxml_xml::Spare;
use roxmltree::{Document, Node};
use std::fmt;

/// A value, a name or a piece of kept text has a character that XML has no way to write: a control character, U+FFFE or U+FFFF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable {
    /// The attribute or the element whose text it is, as `domain/devices/disk[2]/source/@file`; empty where that cannot be told.
    pub path: String,
    /// The character.
    pub character: char,
    /// Where it stands in what would be written.
    pub at: usize,
}

impl Unwritable {
    /// Where a written text has such characters: the text with U+FFFD for each of them, and the first.
    pub(crate) fn replaced(text: &str) -> Option<(String, Self)> {
        let (at, character) = domxml_xml::forbidden(text)?;
        let text = text.replace(|c| !domxml_xml::is_character(c), "\u{fffd}");
        let path = path(&text, at).unwrap_or_default();
        Some((text, Unwritable { path, character, at }))
    }

    /// What is wrong, without the path.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("no document can hold the character U+{:04X}: take it out of the value", u32::from(self.character))
    }

    /// As what is wrong with a document that was to get the value.
    pub(crate) fn of_document(self, text: &str) -> ParseErrors {
        let mut errors = ParseErrors::syntax(text, 0, self.reason());
        for error in &mut errors.errors {
            error.kind = ErrorKind::Value;
            error.path.clone_from(&self.path);
        }
        errors
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason())
    }
}

impl std::error::Error for Unwritable {}

/// The path of what stands at a place.
fn path(text: &str, at: usize) -> Option<String> {
    let mut spare = Spare::default();
    let tree = domxml_xml::parse(text, &mut spare).ok()?;
    let document: &Document<'_> = &tree.document;
    let around = |node: &Node<'_, '_>| node.is_element() && node.range().contains(&at);
    let element = document.descendants().rfind(around)?;
    let attribute = element.attributes().find(|attribute| attribute.range().contains(&at));
    let attribute = attribute.map_or_else(String::new, |attribute| format!("/@{}", attribute.name()));
    Some(Paths::default().of(element) + &attribute)
}
