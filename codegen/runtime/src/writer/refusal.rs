//! What cannot be written.

use crate::content::Content;
use crate::error::{ErrorKind, ParseErrors};
use crate::info::{Blank, FieldInfo};
use crate::path::{self, Item};
use crate::position::Paths;
use crate::scalar::ScalarError;
use crate::slots::Wrote;
use domxml_xml::{NoRoom, Spare};
use roxmltree::{Document, Node};
use std::fmt;

/// A value, a name or a piece of kept text would not be read again as what it is, so that nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    /// The attribute or the element, as `domain/devices/disk[2]/source/@file`; empty where that cannot be told. [`crate::Element::get`] and
    /// [`crate::Element::set`] take it as it is.
    pub path: String,
    /// What is wrong.
    pub kind: WriteErrorKind,
}

/// What is wrong with what cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteErrorKind {
    /// XML has no way to write this character: a control character, U+FFFE or U+FFFF.
    Character(char),
    /// The encoding that was asked for does not have a character.
    Encoding(NoRoom),
    /// No value is spelt so: a number is beyond its range, a list that needs items has none.
    Value {
        /// As it would be written.
        value: String,
        /// What is taken.
        error: ScalarError,
    },
    /// It is empty, and what is empty there is read as if it were not there.
    Empty,
}

impl WriteErrorKind {
    /// What is wrong with what stands at a place, if anything.
    fn of(item: Item<'_>) -> Option<Self> {
        let Item::Value(line, field, at) = item else { return None };
        let mut value = String::new();
        field.write(at, &mut value);
        match field.check(at, &value) {
            Err(error) => Some(WriteErrorKind::Value { value, error }),
            Ok(()) => is_lost(line, &value).then_some(WriteErrorKind::Empty),
        }
    }
}

/// Whether a value is read as if it were not there.
fn is_lost(line: &FieldInfo, value: &str) -> bool {
    value.is_empty() && line.blank == Blank::Absent
}

/// Notes, where that is asked, that a value of a field, written so, would not be read again as what it is: what [`WriteError`] tells.
pub(super) fn note_refused(refused: &mut Option<bool>, line: &FieldInfo, wrote: Wrote, written: &str) {
    if *refused == Some(false) {
        *refused = Some(match wrote {
            Wrote::Nothing => false,
            Wrote::Value => is_lost(line, written),
            Wrote::Refused => true,
        });
    }
}

impl fmt::Display for WriteErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteErrorKind::Character(character) => write!(
                f,
                "no document can hold the character U+{:04X}: take it out of the value",
                u32::from(*character)
            ),
            WriteErrorKind::Encoding(error) => error.fmt(f),
            WriteErrorKind::Value { value, error } => write!(f, "it cannot be '{value}': {error}"),
            WriteErrorKind::Empty => f.write_str(
                "it cannot be empty, which is read as if it were not there: give it a value or leave it out",
            ),
        }
    }
}

impl WriteError {
    /// Why the print of an element is no document that is read as this element, if it is none.
    pub(crate) fn of(name: &str, content: &dyn Content, print: &str) -> Option<Self> {
        let below = |path: &str| format!("{name}/{}", path.strip_suffix("/text()").unwrap_or(path));
        if let Some((at, character)) = domxml_xml::forbidden(print) {
            let holds = |(_, value): &(String, String)| domxml_xml::forbidden(value).is_some();
            let path = match path::values(content).iter().find(|it| holds(it)) {
                Some((path, _)) => below(path),
                // It is no value's: a comment, unknown content.
                None => path(&print.replace(|c| !domxml_xml::is_character(c), "\u{fffd}"), at).unwrap_or_default(),
            };
            return Some(WriteError { path, kind: WriteErrorKind::Character(character) });
        }
        let mut found = None;
        path::every(content, None, &mut |place, item| {
            if found.is_none()
                && let Some(kind) = WriteErrorKind::of(item)
            {
                found = Some(WriteError { path: below(&place.to_string()), kind });
            }
        });
        found
    }

    /// That an encoding does not have a character of a text.
    pub(crate) fn of_encoding(text: &str, error: NoRoom) -> Self {
        WriteError { path: path(text, error.at).unwrap_or_default(), kind: WriteErrorKind::Encoding(error) }
    }

    /// As what is wrong with a document that was to get the value.
    pub(crate) fn of_document(self, text: &str) -> ParseErrors {
        let mut errors = ParseErrors::syntax(text, 0, self.kind.to_string());
        for error in &mut errors.errors {
            error.kind = ErrorKind::Value;
            error.path.clone_from(&self.path);
        }
        errors
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for WriteError {}

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
