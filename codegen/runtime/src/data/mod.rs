//! Typed documents as data in the shape of the XML, for JSON, YAML and whatever else serde has a format for.
//!
//! ```json
//! {"type": "file", "device": "disk", "source": {"file": "/a"}, "target": {"dev": "vda", "bus": "virtio"}}
//! ```
//!
//! | in the XML | in the data |
//! |---|---|
//! | an element | an object: attributes and children by name |
//! | an element that holds nothing but a value | the value |
//! | an element that is there or not | `true` |
//! | children of which there may be several | a list, also of one |
//! | a value | a text, or a number where the type is one and the spelling is that of JSON |
//! | the text of an element that has attributes too | `$text` |
//! | children whose mutual order is kept | `$content`, a list of objects with one key each |
//! | content that the format leaves to others (`<metadata>`) | its XML, as a text; children of any name are the list `$elements` |
//! | a name in a namespace | with the usual prefix, `qemu:commandline` |
//! | a namespace declaration | `@xmlns:qemu` |
//! | an attribute that a child shares its name with (`firmware` of `<os>`) | with an `@`, `@firmware` |
//! | an attribute or a value that is not of the format | with an `@` |
//! | an element or a text that is not of the format | `$unknown`, a list of objects: its `xml`, and the child that it stands `before` |
//!
//! Nothing is lost but comments, processing instructions and layout. What is read may have an `@` before every attribute, and a
//! lone value for an element with `$text`. A key that is not of the format is an error unless it has an `@`; so is a value. Both
//! directions go by the tables of the types and through the XML, so that there is one reader and one writer.

mod object;
mod schema;
mod shape;
mod text;
mod value;

use crate::content::Content;
use crate::element::Element;
use crate::error::{NoteKind, ParseError};
use crate::extra::Extra;
use crate::reader::{self, ReadOptions, Unknown};
use crate::scalar::Scalar;
use crate::writer::{self, KeptContent, WriteError, WriteOptions};
use domxml_xml::Spare;
use serde_core::de::{Deserialize, Deserializer, Error as _};
use serde_core::ser::{Error as _, Serialize, Serializer};
use std::fmt;

pub use schema::json_schema;
pub use value::Data;

/// What is wrong with data, or with a document that is to become data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// The open elements, as `domain/devices/disk[2]`; empty where none is known.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl DataError {
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        DataError { path: path.into(), message: message.into() }
    }

    fn of(error: &ParseError) -> Self {
        DataError::new(&*error.path, error.sentence(""))
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for DataError {}

/// All that is wrong, one on each line.
fn joined(errors: &[DataError]) -> String {
    errors.iter().map(DataError::to_string).collect::<Vec<_>>().join("\n")
}

/// An element as data.
///
/// # Errors
///
/// It holds what no XML document can hold.
pub fn to_data<T: Element>(element: &T) -> Result<Data, DataError> {
    of(element, &mut T::default())
}

/// Reads an element from data.
///
/// # Errors
///
/// All that is wrong with it.
pub fn from_data<T: Element>(data: &Data) -> Result<T, Vec<DataError>> {
    let mut value = T::default();
    into(data, &mut value)?;
    Ok(value)
}

/// What `serde_struct!` calls; `again` is an empty struct of the same type.
#[doc(hidden)]
pub fn serialize<S: Serializer>(content: &dyn Content, again: &mut dyn Content, out: S) -> Result<S::Ok, S::Error> {
    of(content, again).map_err(S::Error::custom)?.serialize(out)
}

/// What `serde_struct!` calls.
#[doc(hidden)]
pub fn deserialize<'de, D: Deserializer<'de>>(content: &mut dyn Content, from: D) -> Result<(), D::Error> {
    let data = Data::deserialize(from)?;
    into(&data, content).map_err(|errors| D::Error::custom(joined(&errors)))
}

/// What `serde_scalar!` calls.
#[doc(hidden)]
pub fn serialize_scalar<T: Scalar, S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
    let mut text = String::new();
    value.write(&mut text);
    Data::scalar(text, T::NUMBER).serialize(out)
}

/// What `serde_scalar!` calls.
#[doc(hidden)]
pub fn deserialize_scalar<'de, T: Scalar, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let text = Data::deserialize(from)?.text(T::VALUES).map_err(D::Error::custom)?;
    T::parse(&text).map_err(|error| D::Error::custom(format!("invalid value '{text}'; {error}")))
}

/// The name under which the members of a variant are written, which have none of their own.
const MEMBERS: &str = "members";

/// A struct as data: it is printed and read back, which tells what of it is not of the format.
fn of(content: &dyn Content, again: &mut dyn Content) -> Result<Data, DataError> {
    let options = WriteOptions { kept: KeptContent::Unknown, ..WriteOptions::default() };
    let refused = |error: WriteError| DataError::new(error.path, error.kind.to_string());
    let text = writer::write_as(MEMBERS, content, &options).map_err(refused)?.text;
    let mut spare = Spare::default();
    let cannot =
        |error: ParseError| DataError::new(error.path.clone(), format!("no XML can hold this: {}", error.message));
    let first =
        |errors: crate::ParseErrors| errors.errors.into_iter().next().map_or_else(|| DataError::new("", ""), cannot);
    let tree = reader::parse_for(&text, &mut spare, again).map_err(first)?;
    let keep = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    reader::read(&tree, &keep, again).map_err(first)?;
    Ok(object::of_document(&tree, again))
}

/// Reads a struct from data: what is not of the format must be marked as such.
fn into(data: &Data, content: &mut dyn Content) -> Result<(), Vec<DataError>> {
    let name = content.info().element.unwrap_or(crate::Name::plain(MEMBERS));
    let document = text::document(name, content.info(), data).map_err(|error| vec![error])?;
    let mut spare = Spare::default();
    let all = |errors: crate::ParseErrors| errors.errors.iter().map(DataError::of).collect::<Vec<_>>();
    let tree = reader::parse_for(&document.text, &mut spare, content).map_err(all)?;
    let keep = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let notes = reader::read(&tree, &keep, content).map_err(all)?.notes;
    let unmarked = notes.iter().filter(|note| {
        !matches!(note.kind, NoteKind::Refused | NoteKind::Missing) && !document.is_marked(note.range.start)
    });
    let errors: Vec<DataError> = unmarked.map(|note| DataError::new(&*note.path, note.sentence(""))).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    crate::content::extras_mut(content, &mut Extra::displace);
    Ok(())
}
