//! What is wrong with a document.

use std::fmt;
use std::ops::Range;

/// How many violations of one document are reported; a document with more is hardly meant for the schema.
pub const MAX_VIOLATIONS: usize = 10_000;

/// How many expected names or values a violation lists.
pub const MAX_EXPECTED: usize = 16;

/// How many characters of a name or value are repeated in a violation.
pub(super) const MAX_SHOWN: usize = 120;

/// The kinds of violations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViolationKind {
    /// An element that its parent never contains.
    UnknownElement,
    /// An element that its parent contains, but at another place.
    MisplacedElement,
    /// An element that its parent contains, but not once more.
    RepeatedElement,
    /// An element that its parent lacks, or content of any kind.
    MissingContent,
    /// A value that its element lacks: there is nothing in it.
    MissingValue,
    /// An attribute that its element never has.
    UnknownAttribute,
    /// An attribute that its element has, but not with the other attributes it has here.
    ConflictingAttribute,
    /// An attribute with a bad value.
    AttributeValue,
    /// An attribute that its element lacks.
    MissingAttribute,
    /// Text where there is none to be.
    UnexpectedText,
    /// An element whose text is not a proper value.
    ElementValue,
    /// An ID that another element has, or a reference to one that no element has.
    Identity,
}

impl ViolationKind {
    /// A short name that stays the same over versions, as `unknown-element`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ViolationKind::UnknownElement => "unknown-element",
            ViolationKind::MisplacedElement => "misplaced-element",
            ViolationKind::RepeatedElement => "repeated-element",
            ViolationKind::MissingContent => "missing-content",
            ViolationKind::MissingValue => "missing-value",
            ViolationKind::UnknownAttribute => "unknown-attribute",
            ViolationKind::ConflictingAttribute => "conflicting-attribute",
            ViolationKind::AttributeValue => "attribute-value",
            ViolationKind::MissingAttribute => "missing-attribute",
            ViolationKind::UnexpectedText => "unexpected-text",
            ViolationKind::ElementValue => "element-value",
            ViolationKind::Identity => "identity",
        }
    }
}

/// One violation of a schema by a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What kind it is.
    pub kind: ViolationKind,
    /// Where it is, in bytes of the document: an element's or attribute's name, a value, a text.
    pub range: Range<usize>,
    /// The element or attribute, as `/domain/devices/disk[2]/@type`; the number, from 1, is that among the siblings of the
    /// same name and is given where there are several. Prefixes are those of the document.
    pub path: String,
    /// What is wrong, without what was expected: lower case, no full stop.
    pub message: String,
    /// The name or value that stands there; `None` where something is missing.
    pub found: Option<String>,
    /// What could stand there: names of elements or attributes, values, types in words. What must come stands before
    /// what may. At most [`MAX_EXPECTED`].
    pub expected: Vec<String>,
    /// How many more are expected than `expected` lists.
    pub more_expected: usize,
    /// One of the expected names or values that is close to what was found.
    pub suggestion: Option<String>,
}

/// The path, the message, and in parentheses what was expected or, where there is one, the suggestion.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        if let Some(suggestion) = &self.suggestion {
            return write!(f, " (did you mean '{suggestion}'?)");
        }
        for (at, expected) in self.expected.iter().enumerate() {
            let before = match at {
                0 => " (expected ",
                _ if at + 1 == self.expected.len() && self.more_expected == 0 => " or ",
                _ => ", ",
            };
            write!(f, "{before}{expected}")?;
        }
        match (self.expected.len(), self.more_expected) {
            (0, _) => Ok(()),
            (_, 0) => f.write_str(")"),
            (_, more) => write!(f, " or one of {more} more)"),
        }
    }
}

/// A name or value as a message shows it: on one line and not too long.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MAX_SHOWN {
            shown.push('…');
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}
