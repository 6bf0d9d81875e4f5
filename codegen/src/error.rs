//! What keeps a schema from becoming Rust: every error with its place, all of a stage in one go.

use std::fmt;

use relaxng_model::schema::{Location, NodeId, Schema};

/// One error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Error {
    /// The schema file, as its resolver names it; empty where no place is known.
    pub file: String,
    /// Line, from 1; 0 where no place is known.
    pub line: u32,
    /// Column in characters, from 1; 0 where no place is known.
    pub column: u32,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
            if self.line > 0 {
                write!(f, "{}:{}:", self.line, self.column)?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// All errors of a stage. `Display` prints one a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// The errors, sorted by place once a stage has ended.
    pub list: Vec<Error>,
}

impl Errors {
    /// Adds an error at a node of the schema.
    pub fn at(&mut self, schema: &Schema, node: NodeId, message: impl Into<String>) {
        self.at_location(schema, schema.node(node).location, message);
    }

    /// Adds an error at a location of the schema.
    pub fn at_location(&mut self, schema: &Schema, location: Location, message: impl Into<String>) {
        self.list.push(Error {
            file: schema.files[location.file.0 as usize].name.clone(),
            line: location.line,
            column: location.column,
            message: message.into(),
        });
    }

    /// The result of a stage: its value where there was no error.
    ///
    /// # Errors
    ///
    /// All errors of the stage, sorted by place, each once.
    pub fn or<T>(mut self, value: T) -> Result<T, Self> {
        if self.list.is_empty() {
            return Ok(value);
        }
        self.list.sort();
        self.list.dedup();
        Err(self)
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

impl From<relaxng_model::Errors> for Errors {
    fn from(errors: relaxng_model::Errors) -> Self {
        let list = errors
            .list
            .into_iter()
            .map(|error| Error {
                message: if error.section.is_empty() {
                    error.message
                } else {
                    format!("{} (RELAX NG {})", error.message, error.section)
                },
                file: error.file,
                line: error.line,
                column: error.column,
            })
            .collect();
        Self { list }
    }
}
