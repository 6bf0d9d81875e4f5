//! From text to bytes.

use super::tables::{holds, upper_half};
use super::{Declaration, Encoding, Form, declaration};
use crate::character::is_character;
use crate::markup;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// A character that an encoding does not have, where no reference can stand for it: in a name, a comment, a processing
/// instruction or a CDATA section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRoom {
    /// Where it stands in the text.
    pub at: usize,
    /// The character.
    pub character: char,
    /// The name of the encoding.
    pub encoding: &'static str,
}

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { character, encoding, .. } = self;
        if !is_character(*character) {
            let number = u32::from(*character);
            return write!(f, "no document can hold the character U+{number:04X}: take it out of the value");
        }
        write!(f, "{encoding} has no '{character}', and no reference can stand for it there: convert the file to UTF-8")
    }
}

impl std::error::Error for NoRoom {}

impl Form {
    /// The bytes of a text in the form of the document that was read: its encoding and its byte order mark. In values and
    /// texts a character that the encoding does not have becomes a reference.
    ///
    /// # Errors
    /// Such a character stands where there are no references.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, NoRoom> {
        let text = self.referenced(text)?;
        let mut bytes = Vec::with_capacity(text.len() + 4);
        if self.bom {
            self.spell("\u{feff}", &mut bytes);
        }
        if self.lines.is_empty() {
            self.spell(&text, &mut bytes);
        } else {
            for line in text.split_inclusive('\n') {
                match self.lines.get(line) {
                    Some(known) => bytes.extend_from_slice(known),
                    None => self.spell(line, &mut bytes),
                }
            }
        }
        Ok(bytes)
    }

    /// A text with a declaration that names the encoding, as the document's did: strings declare none but UTF-8.
    #[must_use]
    pub fn declared(&self, text: &str) -> String {
        let Some(name) = &self.declared else { return text.to_owned() };
        match declaration(text) {
            None => format!("<?xml version='1.0' encoding='{name}'?>\n{text}"),
            Some(Declaration { encoding: Some(range), .. }) => {
                format!("{}{name}{}", &text[..range.start], &text[range.end..])
            }
            // Behind the version, before what else there may be.
            Some(Declaration { range, .. }) => {
                let end = text[..range.end].find("standalone").unwrap_or(range.end - 2);
                let (before, behind) = (text[..end].trim_end(), &text[end..]);
                let space = if behind.starts_with("?>") { "" } else { " " };
                format!("{before} encoding='{name}'{space}{behind}")
            }
        }
    }

    /// The text with references for the characters that the encoding does not have.
    fn referenced<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, NoRoom> {
        let has = self.repertoire();
        let mut missing = text.char_indices().filter(|(_, c)| !has(*c)).peekable();
        if missing.peek().is_none() {
            return Ok(Cow::Borrowed(text));
        }
        let mut places = markup::Places::new(text);
        let mut out = String::with_capacity(text.len() + 16);
        let mut done = 0;
        for (at, character) in missing {
            if !places.takes_references(at) {
                return Err(NoRoom { at, character, encoding: self.encoding() });
            }
            out.push_str(&text[done..at]);
            out.push_str(&format!("&#{};", u32::from(character)));
            done = at + character.len_utf8();
        }
        out.push_str(&text[done..]);
        Ok(Cow::Owned(out))
    }

    /// Tells which characters the encoding has.
    fn repertoire(&self) -> Box<dyn Fn(char) -> bool> {
        match self.encoding {
            Encoding::Utf8 | Encoding::Utf16 { .. } | Encoding::Ucs4 => Box::new(|_| true),
            Encoding::Ucs2 => Box::new(|c| u32::from(c) <= 0xffff),
            Encoding::Ascii => Box::new(|c| c.is_ascii()),
            Encoding::Latin1 => Box::new(|c| u32::from(c) <= 0xff),
            Encoding::Single { table, upper, .. } => {
                let half = upper_half(table, upper);
                Box::new(move |c| c.is_ascii() || half.contains(&Some(c)))
            }
            encoding @ Encoding::Multi { table, .. } => Box::new(move |c| {
                let mut buffer = [0; 4];
                c.is_ascii() || (table.encode(c.encode_utf8(&mut buffer)).1 && holds(encoding, c))
            }),
        }
    }

    /// Appends a text of characters that the encoding has.
    fn spell(&self, text: &str, out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::Utf8 | Encoding::Ascii => out.extend_from_slice(text.as_bytes()),
            Encoding::Utf16 { big: true, .. } => text.encode_utf16().for_each(|unit| out.extend(unit.to_be_bytes())),
            Encoding::Utf16 { big: false, .. } | Encoding::Ucs2 => {
                text.encode_utf16().for_each(|unit| out.extend(unit.to_le_bytes()));
            }
            Encoding::Ucs4 => text.chars().for_each(|c| out.extend(u32::from(c).to_be_bytes())),
            Encoding::Latin1 => out.extend(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))),
            Encoding::Single { table, upper, .. } => {
                let half = upper_half(table, upper);
                let numbered = half.iter().zip(0x80..=0xff_u8).filter_map(|(c, byte)| Some(((*c)?, byte)));
                let bytes: HashMap<char, u8> = numbered.collect();
                let byte = |c: char| u8::try_from(c).ok().filter(u8::is_ascii).or_else(|| bytes.get(&c).copied());
                out.extend(text.chars().map(|c| byte(c).unwrap_or(b'?')));
            }
            Encoding::Multi { table, .. } => out.extend_from_slice(&table.encode(text).0),
        }
    }

    /// Remembers the lines of a document that would be spelt in other bytes than they were.
    pub(super) fn note_lines(&mut self, text: &str, bytes: &[u8]) {
        let Encoding::Multi { table, .. } = self.encoding else { return };
        if table.has_states() || table.encode(text).0 == bytes {
            return;
        }
        let spelt = bytes.split_inclusive(|byte| *byte == b'\n');
        for (line, bytes) in text.split_inclusive('\n').zip(spelt) {
            if table.encode(line).0 != bytes {
                self.lines.insert(line.into(), bytes.into());
            }
        }
    }
}
