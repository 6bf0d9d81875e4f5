//! From bytes to text.

use super::tables::{holds, upper_half};
use super::{Decoded, Encoding, Form, names};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Bytes that are not a text of their encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotText {
    /// What could be read before the place where it went wrong.
    pub text: String,
    /// Where in `text` it went wrong.
    pub at: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl NotText {
    fn new(text: &str, at: usize, message: String) -> Self {
        Self { text: text.to_owned(), at, message }
    }
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = crate::line_and_column(&self.text, self.at);
        write!(f, "{line}:{column}: {}", self.message)
    }
}

impl std::error::Error for NotText {}

/// An XML declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The bytes of the name of the encoding.
    pub encoding: Option<Range<usize>>,
}

impl Declaration {
    /// The declaration of `text` without the name of an encoding, if that is another than UTF-8: a string is all characters, and
    /// where it is written as it is, it is UTF-8.
    #[must_use]
    pub fn of_string<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let whole = &text[self.range.clone()];
        match &self.encoding {
            Some(name) if names::named(&text[name.clone()]) != Some(Encoding::Utf8) => {
                let before = &text[self.range.start..name.start - 1];
                let before = before.trim_end().trim_end_matches('=').trim_end().trim_end_matches("encoding");
                Cow::Owned(format!("{}{}", before.trim_end(), &text[name.end + 1..self.range.end]))
            }
            _ => Cow::Borrowed(whole),
        }
    }
}

/// The declaration that a text begins with.
#[must_use]
pub fn declaration(text: &str) -> Option<Declaration> {
    let inner = text.strip_prefix("<?xml").filter(|rest| rest.starts_with([' ', '\t', '\r', '\n']))?;
    let range = 0..5 + inner.find("?>")? + 2;
    let encoding = said(&text[range.clone()]).filter(|(name, _)| *name == "encoding").map(|(_, value)| value).last();
    Some(Declaration { range, encoding })
}

/// What a declaration says: pairs of a name and a value in quotes.
pub(crate) fn said(declaration: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 5;
    std::iter::from_fn(move || {
        let open = at + declaration.get(at..)?.find(['\'', '"'])?;
        let close = open + 1 + declaration[open + 1..].find(&declaration[open..=open])?;
        let name = declaration[at..open].trim_end().strip_suffix('=').unwrap_or_default().trim();
        at = close + 1;
        Some((name, open + 1..close))
    })
}

/// Reads the text of a document by its byte order mark, its first bytes and its declaration.
///
/// # Errors
/// The encoding is not known, the bytes are not text of it, or the declaration says another than the bytes.
pub fn decode(bytes: &[u8]) -> Result<Decoded, NotText> {
    let (encoding, bom) = family(bytes)?;
    let body = &bytes[bom.len()..];
    let bom = !bom.is_empty();
    match encoding {
        Some(encoding) => {
            // Where the declaration says another, that is what is wrong.
            let text = by(encoding, body).map_err(|not| agreed(&not.text, encoding, bom).err().unwrap_or(not))?;
            let encoding = agreed(&text, encoding, bom)?;
            // Nor does libxml2 pass over a second one, as two programs leave that each put theirs.
            if bom && text.starts_with('\u{feff}') {
                return Err(NotText::new(&text, 0, "a second byte order mark begins the text: take it out".to_owned()));
            }
            if encoding == Encoding::Ucs2
                && let Some(at) = text.find(|c| u32::from(c) > 0xffff)
            {
                return Err(NotText::new(&text, at, not_of(encoding)));
            }
            let form = Form::new(encoding, bom, &text);
            Ok(Decoded { text, form })
        }
        None => {
            let encoding = declared(body)?;
            let text = by(encoding, body)?;
            let mut form = Form::new(encoding, bom, &text);
            if matches!(encoding, Encoding::Multi { .. }) {
                if let Some(at) = text.find(|c| !holds(encoding, c)) {
                    return Err(NotText::new(&text, at, not_of(encoding)));
                }
                form.note_lines(&text, body);
            }
            Ok(Decoded { text, form })
        }
    }
}

/// What the first bytes tell: the encoding, none where a declaration in ASCII may name it; and the byte order mark.
fn family(bytes: &[u8]) -> Result<(Option<Encoding>, &[u8]), NotText> {
    let refuse = |what: &str| {
        let message = format!("{what}: convert the file to UTF-8");
        Err(NotText::new("", 0, message))
    };
    let little = Encoding::Utf16 { big: false, marked: true };
    let big = Encoding::Utf16 { big: true, marked: true };
    let (encoding, mark) = match bytes {
        [0, 0, 0xfe, 0xff, ..] | [0xff, 0xfe, 0, 0, ..] => {
            return refuse("this is UTF-32 with a byte order mark, which libvirt cannot read");
        }
        [b'<', 0, 0, 0, ..] => return refuse("this is UTF-32 with the low byte first, which libvirt cannot read"),
        [0x4c, 0x6f, 0xa7, 0x94, ..] => return refuse("this is EBCDIC, which is not read"),
        [0, 0, 0, b'<', ..] => (Some(Encoding::Ucs4), 0),
        [0xef, 0xbb, 0xbf, ..] => (Some(Encoding::Utf8), 3),
        [0xff, 0xfe, ..] => (Some(little), 2),
        [0xfe, 0xff, ..] => (Some(big), 2),
        [b'<', 0, ..] => (Some(little), 0),
        [0, b'<', ..] => (Some(big), 0),
        _ => (None, 0),
    };
    Ok((encoding, &bytes[..mark]))
}

/// The encoding that a document in a superset of ASCII declares.
fn declared(bytes: &[u8]) -> Result<Encoding, NotText> {
    if !bytes.starts_with(b"<?xml") {
        return Ok(Encoding::Utf8);
    }
    let end = bytes.windows(2).take(1024).position(|pair| pair == b"?>").map_or(0, |at| at + 2);
    let Ok(start) = std::str::from_utf8(&bytes[..end]) else { return Ok(Encoding::Utf8) };
    let Some(range) = declaration(start).and_then(|found| found.encoding) else { return Ok(Encoding::Utf8) };
    let encoding = known(start, &range)?;
    if !encoding.extends_ascii() {
        return Err(contradiction(start, &range, "the bytes are one byte to a letter"));
    }
    Ok(encoding)
}

/// The encoding by its name in the declaration.
fn known(text: &str, range: &Range<usize>) -> Result<Encoding, NotText> {
    let name = &text[range.clone()];
    if !names::is_name(name) {
        return Err(NotText::new(text, range.start, format!("'{name}' cannot be the name of an encoding")));
    }
    names::named(name).ok_or_else(|| {
        let message = if cfg!(feature = "encodings") {
            format!("the encoding '{name}' is not known: convert the file to UTF-8 and declare that")
        } else {
            let advice = "turn that on, or convert the file to UTF-8 and declare that";
            format!("the encoding '{name}' is not known without the feature `encodings`: {advice}")
        };
        NotText::new(text, range.start, message)
    })
}

/// The encoding that the first bytes told and the declaration, if there is one, agrees to.
fn agreed(text: &str, encoding: Encoding, bom: bool) -> Result<Encoding, NotText> {
    let Some(range) = declaration(text).and_then(|found| found.encoding) else {
        if bom || encoding == Encoding::Ucs4 {
            return Ok(encoding);
        }
        let message = "this is UTF-16 without a byte order mark and without a declaration, which libvirt cannot read: convert the file to UTF-8";
        return Err(NotText::new(text, 0, message.to_owned()));
    };
    match (encoding, known(text, &range)?) {
        (Encoding::Utf16 { big, .. }, Encoding::Utf16 { big: named, marked }) if marked || named == big => {
            Ok(Encoding::Utf16 { big, marked })
        }
        (Encoding::Utf16 { big: false, .. }, Encoding::Ucs2) => Ok(Encoding::Ucs2),
        (found, named) if found == named => Ok(found),
        _ => {
            let witness = if bom { "the byte order mark says" } else { "the bytes are" };
            Err(contradiction(text, &range, &format!("{witness} {}", encoding.name())))
        }
    }
}

fn contradiction(text: &str, name: &Range<usize>, found: &str) -> NotText {
    let declared = &text[name.clone()];
    let message = format!("the declaration says {declared}, but {found}: correct the declaration, or convert the file");
    NotText::new(text, name.start, message)
}

fn not_of(encoding: Encoding) -> String {
    let name = encoding.name();
    let advice = match encoding {
        Encoding::Utf8 => "if it is of another encoding, declare that: <?xml version='1.0' encoding='...'?>",
        _ => "correct the encoding in the declaration, or the text",
    };
    format!("this is not {name} text: {advice}")
}

/// Decodes bytes that are to be of an encoding.
fn by(encoding: Encoding, bytes: &[u8]) -> Result<String, NotText> {
    let (text, whole) = match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), true),
            Err(error) => (String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned(), false),
        },
        Encoding::Ascii => characters(bytes.iter().map(|byte| Some(char::from(*byte)).filter(char::is_ascii))),
        Encoding::Latin1 => characters(bytes.iter().map(|byte| Some(char::from(*byte)))),
        Encoding::Single { table, upper, .. } => {
            let half = upper_half(table, upper);
            let character = |byte: &u8| match byte.checked_sub(0x80) {
                None => Some(char::from(*byte)),
                Some(at) => half[usize::from(at)],
            };
            characters(bytes.iter().map(character))
        }
        Encoding::Ucs4 => {
            let units = bytes.chunks(4).map(|unit| unit.try_into().ok().map(u32::from_be_bytes));
            characters(units.map(|unit| unit.and_then(char::from_u32)))
        }
        Encoding::Utf16 { big, .. } => utf16(bytes, big),
        Encoding::Ucs2 => utf16(bytes, false),
        Encoding::Multi { table, .. } => table.decode(bytes),
    };
    if whole { Ok(text) } else { Err(NotText::new(&text, text.len(), not_of(encoding))) }
}

/// A text of characters, and whether all of them were some.
fn characters(all: impl Iterator<Item = Option<char>>) -> (String, bool) {
    let mut text = String::with_capacity(all.size_hint().0);
    for character in all {
        match character {
            Some(character) => text.push(character),
            None => return (text, false),
        }
    }
    (text, true)
}

fn utf16(bytes: &[u8], big: bool) -> (String, bool) {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    let (text, whole) = characters(char::decode_utf16(units).map(Result::ok));
    (text, whole && rest.is_empty())
}
