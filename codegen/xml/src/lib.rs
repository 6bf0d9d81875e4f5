//! XML documents, from bytes to a tree and back: what every reader and writer of this project has in common.
//!
//! * [`decode`] and [`Form::encode`] go between bytes and text, by encodings as libxml2 understands their names: those of Unicode,
//!   ISO-8859-1 and ASCII, with the feature `encodings` also those that take tables;
//! * [`parse`] makes a tree of a text, by `roxmltree`: within the [`limits`], without entities, with prefixes that are declared
//!   nowhere read as libxml2 reads them, and with errors that say what to do.

mod character;
mod document;
mod encoding;
pub mod fragment;
pub mod limits;
mod markup;
mod position;
mod undeclared;
mod wrong;

pub use character::{forbidden, is_character, visible, visible_lines};
pub use document::{Error, Spare, Tree, parse, root_name, within_limits};
pub use encoding::{Declaration, Decoded, Form, NoRoom, NotText, declaration, decode};
pub use markup::{Kind, Piece, attributes, pieces, tag_name};
pub use position::Positions;
pub use undeclared::{Undeclared, original, text_of};
pub use wrong::{explained, why};

/// Line and column in characters, both from 1, of one byte offset; of many [`Positions`] tells them faster.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[start..].chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}
