//! What is wrong with a schema: every error at once, each with its place and the section of the specification it breaks.

use std::fmt;

use crate::schema::{Location, Schema};

/// How many errors are kept; what comes after them is only counted.
pub const MAX_ERRORS: usize = 100;

/// One error in a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The file, as the resolver names it.
    pub file: String,
    /// Line, from 1; 0 where the error concerns the file as a whole.
    pub line: u32,
    /// Column in characters, from 1; 0 where the error concerns the file as a whole.
    pub column: u32,
    /// The section of the RELAX NG specification that is broken, as `4.17`; empty where the fault lies outside of it
    /// (a file that cannot be read, text that is not XML).
    pub section: &'static str,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        write!(f, " {}", self.message)?;
        if !self.section.is_empty() {
            write!(f, " (RELAX NG {})", self.section)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// All errors of a schema, in the order in which they were found. `Display` prints one a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// The errors, at most [`MAX_ERRORS`].
    pub list: Vec<Error>,
    /// How many more there were.
    pub more: usize,
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

impl Errors {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// `Err` with these errors if there are any.
    ///
    /// # Errors
    ///
    /// The errors themselves.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Whether further errors are only counted: nobody reads their messages.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= MAX_ERRORS
    }

    /// Adds an error at a place of `schema`.
    pub(crate) fn add(&mut self, schema: &Schema, at: Location, section: &'static str, message: impl Into<String>) {
        self.push(Error {
            file: schema.files[at.file.0 as usize].name.clone(),
            line: at.line,
            column: at.column,
            section,
            message: message.into(),
        });
    }

    /// Adds all errors of another list.
    pub(crate) fn append(&mut self, other: Self) {
        for error in other.list {
            self.push(error);
        }
        self.more += other.more;
    }

    /// Adds an error. The same error at the same place is kept once: a file that is included twice is read twice.
    pub(crate) fn push(&mut self, error: Error) {
        if self.list.contains(&error) {
            return;
        }
        if self.list.len() < MAX_ERRORS {
            self.list.push(error);
        } else {
            self.more += 1;
        }
    }
}
