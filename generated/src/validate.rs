//! What the schema of the format says of a document.

use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use domxml_runtime::{Element as _, WriteError, WriteErrorKind, WriteOptions};
use domxml_xml::{Positions, Spare};
use relaxng_model::validate::Validator;

use crate::bindings::Domain;
use crate::grammar::grammar;

/// One thing that the schema refuses, or that keeps a text from being a document. It is printed with its line and column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Where it is, in bytes of the text.
    pub range: Range<usize>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The element or attribute, as `/domain/devices/disk[2]/@type`; empty where the text is no document.
    pub path: String,
    /// What is wrong, what was expected, and what may have been meant.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for Violation {}

/// Everything that the schema refuses in a document, one a line; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, violation) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

/// Judges a document by the schema of the format, as `virsh define --validate` does. The first call loads the schema.
///
/// What libvirt or a driver refuses beyond the schema, and forms that libvirt no longer writes, is told by `dommigrate::Checker`, of the crate
/// `dommigrate` without its default features: that takes the rules, which are no part of this crate.
///
/// ```
/// let text = "<domain type='kvm'>\n  <name>web</name>\n  <memory>much</memory>\n</domain>";
/// let wrong = domxml::validate(text).unwrap_err();
/// assert!(wrong.to_string().starts_with("3:11: /domain/memory: "));
/// ```
///
/// # Errors
///
/// All that is wrong with it, in the order of the document.
pub fn validate(text: &str) -> Result<(), Violations> {
    let mut spare = Spare::default();
    let positions = Positions::new(text);
    let violation = |range: Range<usize>, path, message| {
        let (line, column) = positions.line_and_column(range.start);
        Violation { range, line, column, path, message }
    };
    let tree = domxml_xml::parse(text, &mut spare)
        .map_err(|error| Violations(vec![violation(error.at..error.at, String::new(), error.message)]))?;
    let mut validator = validator();
    let found = validator.validate(&tree.document);
    keep(validator);
    if found.is_empty() {
        return Ok(());
    }
    let named = found.into_iter().map(|it| {
        let message = tree.named(it.to_string());
        violation(it.range, tree.named(it.path), message)
    });
    Err(Violations(named.collect()))
}

impl Domain {
    /// Judges the domain by the schema, see [`validate`], also one that cannot be written. Places are those in the text that
    /// [`Domain::to_xml`] gives.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn validate(&self) -> Result<(), Violations> {
        let text = self.print_with(&WriteOptions::default()).text;
        let Some((at, character)) = domxml_xml::forbidden(&text) else { return validate(&text) };
        let (line, column) = Positions::new(&text).line_and_column(at);
        let WriteError { path, kind } = match self.to_xml() {
            Err(error) => error,
            Ok(_) => WriteError { path: String::new(), kind: WriteErrorKind::Character(character) },
        };
        let (range, path, message) = (at..at + character.len_utf8(), format!("/{path}"), kind.to_string());
        Err(Violations(vec![Violation { range, line, column, path, message }]))
    }
}

/// The validators that nobody uses at the moment: each is the faster the more documents it has seen.
static IDLE: Mutex<Vec<Validator>> = Mutex::new(Vec::new());

fn validator() -> Validator {
    static FIRST: OnceLock<Validator> = OnceLock::new();
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    idle.unwrap_or_else(|| {
        let first = FIRST.get_or_init(|| Validator::new(&grammar()));
        first.clone()
    })
}

fn keep(validator: Validator) {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(validator);
}
