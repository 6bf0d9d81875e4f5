//! What a path names: `devices/disk[2]/target/@dev` is got, set and removed by the tables of the types.
//!
//! A path begins below the element that it is asked of; the name of that element may stand before it. Its steps are the names of
//! child elements, with a number from 1 on where there are several, and at last an attribute (`@dev`), the text (`text()`) or a
//! child that is a value (`title`). An element that holds a text stands for its text. A name in a namespace has the usual prefix
//! (`qemu:commandline`). So findings are placed, and so what they say can be asked for.

mod change;
mod every;
mod find;

use crate::scalar::ScalarError;
use std::fmt;

pub(crate) use change::{remove, set};
pub use every::values;
pub(crate) use every::{Item, every};
pub(crate) use find::{element, get};

/// What setting a value did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The value that stood there.
    pub before: Option<String>,
    /// What went with the old value of an attribute that decides a choice, and has no place beside the new one: paths within the
    /// element, and values.
    pub lost: Vec<(String, String)>,
}

/// Why a path could not be followed, or what it leads to not be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// The path as far as it was followed, the step that failed included.
    pub path: String,
    /// What is wrong.
    pub kind: PathErrorKind,
}

/// What is wrong with a path or a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathErrorKind {
    /// It is not written as a path is.
    Syntax(&'static str),
    /// The format has nothing of this name there.
    NoField {
        /// The name that is nearest to it, as a step of a path.
        nearest: Option<String>,
    },
    /// There is no such element.
    Absent,
    /// It stands there, and could not be read.
    Unread,
    /// There are several of this name, and none is chosen.
    Several(usize),
    /// There are not so many of this name.
    Only(usize),
    /// It is an element without a value of its own.
    NoValue,
    /// It does not take the value.
    Value {
        /// The value.
        value: String,
        /// What it takes.
        error: ScalarError,
    },
    /// The program that reads the format refuses the value, though it is one.
    Refused {
        /// The value.
        value: String,
        /// Why.
        reason: &'static str,
    },
    /// The value has a character that no document can hold.
    Unwritable(char),
    /// It has no room for another one.
    Full,
    /// The format does not do without it.
    Required,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self.path.trim_matches('/') {
            "" => "the root".to_owned(),
            _ => format!("'{}'", self.path),
        };
        match &self.kind {
            PathErrorKind::Syntax(what) => write!(f, "'{}' is no path: {what}", self.path),
            PathErrorKind::NoField { nearest: Some(nearest) } => {
                write!(f, "the format has no {path} here; did you mean '{nearest}'?")
            }
            PathErrorKind::NoField { nearest: None } => write!(f, "the format has no {path} here"),
            PathErrorKind::Absent => write!(f, "there is no {path}"),
            PathErrorKind::Unread => write!(f, "{path} is not as the format has it, and could not be read"),
            PathErrorKind::Several(count) => {
                write!(f, "there are {count} of {path}: say which by its number, from [1] to [{count}]")
            }
            PathErrorKind::Only(0) => write!(f, "there is no {path}, nor one before it"),
            PathErrorKind::Only(count) => write!(f, "there is no {path}: the last one is [{count}]"),
            PathErrorKind::NoValue => {
                write!(f, "{path} is an element without a value of its own: name one of its attributes (@) or children")
            }
            PathErrorKind::Value { value, error } => write!(f, "{path} cannot be '{value}': {error}"),
            PathErrorKind::Refused { value, reason } => write!(f, "{path} cannot be '{value}': {reason}"),
            PathErrorKind::Unwritable(character) => {
                write!(f, "{path} cannot hold the character U+{:04X}: no document can", u32::from(*character))
            }
            PathErrorKind::Full => write!(f, "there is no room for {path}"),
            PathErrorKind::Required => write!(f, "the format does not do without {path}"),
        }
    }
}

impl std::error::Error for PathError {}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step<'p> {
    Child { prefix: Option<&'p str>, name: &'p str, number: Option<usize> },
    Attribute { prefix: Option<&'p str>, name: &'p str },
    Text,
}

/// A path, taken apart.
#[derive(Debug, Clone)]
struct Path<'p> {
    text: &'p str,
    /// Each step, and where it ends in the text.
    steps: Vec<(Step<'p>, usize)>,
}

impl<'p> Path<'p> {
    fn parse(text: &'p str) -> Result<Self, PathError> {
        let wrong = |what| PathError { path: text.to_owned(), kind: PathErrorKind::Syntax(what) };
        let mut steps: Vec<(Step<'p>, usize)> = Vec::new();
        let mut start = usize::from(text.starts_with('/'));
        if text.len() == start {
            return Ok(Path { text, steps });
        }
        for part in text[start..].split('/') {
            if steps.last().is_some_and(|(step, _)| !matches!(step, Step::Child { .. })) {
                return Err(wrong("an attribute or a text stands at its end"));
            }
            steps.push((step(part).map_err(wrong)?, start + part.len()));
            start += part.len() + 1;
        }
        Ok(Path { text, steps })
    }

    /// An error at the step with this number.
    fn error(&self, step: usize, kind: PathErrorKind) -> PathError {
        let end = self.steps.get(step).map_or(self.text.len(), |(_, end)| *end);
        PathError { path: self.text[..end].trim_start_matches('/').to_owned(), kind }
    }
}

fn step(part: &str) -> Result<Step<'_>, &'static str> {
    let named = |name| match str::split_once(name, ':') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, name),
    };
    let is_name = |name: &str| !name.is_empty() && !name.contains(['[', ']', '@', '(', ')', ' ']);
    if part == "text()" {
        return Ok(Step::Text);
    }
    if let Some(name) = part.strip_prefix('@') {
        let (prefix, name) = named(name);
        return if is_name(name) { Ok(Step::Attribute { prefix, name }) } else { Err("behind @ stands a name") };
    }
    let (name, number) = match part.split_once('[') {
        None => (part, None),
        Some((name, rest)) => {
            let number = rest.strip_suffix(']').and_then(|digits| digits.parse().ok()).filter(|number| *number > 0);
            (name, Some(number.ok_or("in brackets stands a number from 1 on, as disk[2]")?))
        }
    };
    let (prefix, name) = named(name);
    if is_name(name) { Ok(Step::Child { prefix, name, number }) } else { Err("between two slashes stands a name") }
}

#[cfg(test)]
mod tests {
    use super::{Path, PathErrorKind, Step};

    #[test]
    fn paths_are_taken_apart() {
        let path = Path::parse("devices/disk[2]/@dev").expect("a path");
        let steps: Vec<_> = path.steps.iter().map(|(step, _)| *step).collect();
        assert_eq!(
            steps,
            [
                Step::Child { prefix: None, name: "devices", number: None },
                Step::Child { prefix: None, name: "disk", number: Some(2) },
                Step::Attribute { prefix: None, name: "dev" },
            ]
        );
        assert_eq!(path.error(1, PathErrorKind::Absent).path, "devices/disk[2]");
    }

    #[test]
    fn what_is_no_path_is_told() {
        for wrong in ["a//b", "a[0]", "a[x]", "a[1", "@a/b", "text()/a", "@", "a/"] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }
}
