//! Encodings: from the bytes of a document to its text, and from a text to bytes of the same kind.
//!
//! A document is read as libxml2 reads it, by its byte order mark, else by its first bytes and its declaration; where these
//! contradict each other it is refused. [`Form`] is what there is to know for writing it back.

mod names;
mod read;
mod tables;
mod write;

#[cfg_attr(not(feature = "encodings"), path = "no_web.rs")]
mod web;

use std::collections::HashMap;
use web::Table;

pub(crate) use read::said;
pub use read::{Declaration, NotText, declaration, decode};
pub use write::NoRoom;

/// How the text of a document is spelt in bytes.
#[cfg_attr(not(feature = "encodings"), allow(dead_code))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Encoding {
    Utf8,
    /// Two bytes to a unit.
    Utf16 {
        /// The high byte comes first.
        big: bool,
        /// The name leaves the order of bytes to the document.
        marked: bool,
    },
    /// UTF-16, low byte first, without the characters that take two units.
    Ucs2,
    /// Four bytes to a character, the highest first: the only order that libxml2 reads.
    Ucs4,
    Ascii,
    /// ISO 8859-1: every byte is the character of its number.
    Latin1,
    /// One byte to a character; the lower half is ASCII.
    Single {
        name: &'static str,
        table: Table,
        upper: Upper,
    },
    /// One byte to an ASCII character, several to others.
    Multi {
        name: &'static str,
        table: Table,
    },
}

/// What the bytes from 0x80 to 0x9F of a table are.
#[cfg_attr(not(feature = "encodings"), allow(dead_code))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upper {
    /// What the table says.
    Table,
    /// Control characters, whatever the table says.
    Controls,
    /// What the table says; a control character is none.
    NoControls,
    /// None, nor is 0xA0.
    Nothing,
}

impl Encoding {
    /// How messages call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 { .. } => "UTF-16",
            Self::Ucs2 => "UCS-2",
            Self::Ucs4 => "UCS-4",
            Self::Ascii => "US-ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::Single { name, .. } | Self::Multi { name, .. } => name,
        }
    }

    /// Whether ASCII characters are single bytes in it.
    fn extends_ascii(self) -> bool {
        !matches!(self, Self::Utf16 { .. } | Self::Ucs2 | Self::Ucs4)
    }
}

/// The form of a document that was read: its encoding and its byte order mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    encoding: Encoding,
    bom: bool,
    /// The name that the document declares.
    declared: Option<Box<str>>,
    /// Lines that would be spelt in other bytes than they were: some encodings have two spellings of a character.
    lines: HashMap<Box<str>, Box<[u8]>>,
}

impl Default for Form {
    /// UTF-8 without a byte order mark.
    fn default() -> Self {
        Self { encoding: Encoding::Utf8, bom: false, declared: None, lines: HashMap::new() }
    }
}

impl Form {
    /// The name of the encoding.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    fn new(encoding: Encoding, bom: bool, text: &str) -> Self {
        let declared = declaration(text).and_then(|found| found.encoding).map(|name| text[name].into());
        Self { encoding, bom, declared, lines: HashMap::new() }
    }
}

/// The text of a document, and how it was spelt.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// How to write it back.
    pub form: Form,
}
