//! Errors and notes of reading.

use std::fmt;
use std::ops::Range;

/// Everything that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseErrors {
    /// The errors in document order; never empty.
    pub errors: Vec<ParseError>,
    /// How many more there are: only so many are recorded.
    pub omitted: usize,
}

impl fmt::Display for ParseErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        match self.omitted {
            0 => Ok(()),
            omitted => write!(f, "\n{omitted} more"),
        }
    }
}

impl std::error::Error for ParseErrors {}

impl From<domxml_xml::NotText> for ParseErrors {
    fn from(error: domxml_xml::NotText) -> Self {
        ParseErrors::syntax(&error.text, error.at, error.message)
    }
}

impl ParseErrors {
    /// One error of a text that is no document of the kind that is asked for.
    #[must_use]
    pub fn syntax(text: &str, at: usize, message: String) -> Self {
        let (line, column) = domxml_xml::line_and_column(text, at);
        let error = ParseError {
            range: at..at,
            line,
            column,
            path: String::new(),
            kind: ErrorKind::Syntax,
            message,
            expected: Vec::new(),
            suggestion: None,
        };
        ParseErrors { errors: vec![error], omitted: 0 }
    }
}

/// One error. `Display` prints `line:column: path: message`, with what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The bytes of the document that are wrong.
    pub range: Range<usize>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The open elements, as `domain/devices/disk[2]`; empty outside of the root.
    pub path: String,
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What is wrong.
    pub message: String,
    /// What would have been right: names, values, or one description.
    pub expected: Vec<String>,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

/// Kinds of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// The document is not well-formed, or too large or deep.
    Syntax,
    /// The root is another element.
    Root,
    /// There is no such attribute here.
    UnknownAttribute,
    /// There is no such element here.
    UnknownElement,
    /// There is no text here.
    UnexpectedText,
    /// An attribute that must be there is not.
    MissingAttribute,
    /// An element that must be there is not.
    MissingElement,
    /// An element stands more often than it may.
    Repeated,
    /// A value is not spelt as its type asks.
    Value,
    /// An empty value, which counts as none, of what must be there, or nothing at all: the element counts as absent.
    Empty,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.sentence(""))
    }
}

impl std::error::Error for ParseError {}

impl ParseError {
    /// What is wrong without its place: the message, what was expected, `consequence`, what may have been meant.
    #[must_use]
    pub fn sentence(&self, consequence: &str) -> String {
        sentence(&self.message, consequence, &self.expected, self.suggestion.as_deref())
    }
}

/// How many expectations are printed.
const LISTED: usize = 12;

fn sentence(message: &str, consequence: &str, expected: &[String], suggestion: Option<&str>) -> String {
    let expected_in_all = expected.len();
    let mut text = message.to_owned();
    let listed = &expected[..expected.len().min(LISTED)];
    for (i, expected) in listed.iter().enumerate() {
        text.push_str(match i {
            0 => "; expected ",
            _ if i + 1 == listed.len() && listed.len() == expected_in_all => " or ",
            _ => ", ",
        });
        text.push_str(expected);
    }
    if expected_in_all > LISTED {
        text.push_str(&format!(" or {} others", expected_in_all - LISTED));
    }
    text.push_str(consequence);
    if let Some(suggestion) = suggestion {
        text.push_str(&format!("; did you mean {suggestion}?"));
    }
    text
}

/// Something that the reader did of its own accord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The bytes of the document that it is about.
    pub range: Range<usize>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The open elements, as `domain/devices/disk[2]`.
    pub path: String,
    /// What kind of note it is.
    pub kind: NoteKind,
    /// What was found.
    pub message: String,
    /// What would have been right in the place of what could not be read: names, values, or one description.
    pub expected: Vec<String>,
    /// What may have been meant by something unknown.
    pub suggestion: Option<String>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.line, self.column, self.path, self.sentence(""))
    }
}

impl Note {
    /// What was found without its place: the message, what was expected, `consequence`, what may have been meant.
    #[must_use]
    pub fn sentence(&self, consequence: &str) -> String {
        sentence(&self.message, consequence, &self.expected, self.suggestion.as_deref())
    }
}

/// Kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// An unknown element or attribute was kept verbatim.
    Kept,
    /// A text, or a further element of a name, that has no meaning where it stands was kept verbatim.
    ReadPast,
    /// A value that is none of those that are known was kept verbatim: the field holds none.
    Value,
    /// The value of a choice is none of those that are known: the choice is [`crate::Other`], and what goes with it was kept verbatim.
    Choice,
    /// Something is wrong in an attribute or element, which was kept verbatim: the field holds none.
    Unread,
    /// Elements of which there must be some are missing; the field holds none.
    Missing,
    /// A value is spelt well but stands for nothing, see [`crate::Scalar::objection`], or an element is repeated that
    /// must not be; it is kept as it stands.
    Refused,
}
