//! What `diff` and `drift` cannot judge.

use crate::finding::{Finding, Level, ids, line_column};
use crate::input::{self, Origin};
use crate::report::{Action, FileReport};

/// What cannot be judged, and why.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Unread {
    pub(in crate::commands) label: String,
    /// Its text; empty where it could not be read, or the text has nothing to do with it.
    pub(in crate::commands) text: String,
    pub(in crate::commands) why: Box<Finding>,
}

impl Unread {
    pub(in crate::commands) fn new(label: String, why: String) -> Self {
        Self { label, text: String::new(), why: Box::new(Finding::new(ids::IO, Level::Error, 0..0, why)) }
    }

    /// A document that cannot be read.
    pub(in crate::commands) fn of(origin: &Origin, error: &input::Unread) -> Self {
        match error {
            input::Unread::Io(error) => Self::new(origin.label(), error.clone()),
            input::Unread::NotText(error, _) => {
                let why = Finding::new(ids::SYNTAX, Level::Error, error.at..error.at, error.message.clone());
                Self { label: origin.label(), text: error.text.clone(), why: Box::new(why) }
            }
        }
    }

    /// As the reporters of findings take it.
    pub(in crate::commands) fn report(&self) -> FileReport {
        FileReport::new(self.label.clone(), &self.text, vec![Finding::clone(&self.why)], Action::Failed)
    }

    /// `place: why`.
    pub(in crate::commands) fn line(&self) -> String {
        let (line, column) = line_column(&self.text, self.why.span.start);
        let place = if self.why.is_of_text() { format!(":{line}:{column}") } else { String::new() };
        format!("{}{place}: {}", self.label, self.why.message)
    }

    /// What is found in a document that cannot be judged for the first error among it.
    pub(in crate::commands) fn found(label: String, text: String, findings: Vec<Finding>) -> Self {
        let unknown = || Finding::new(ids::INVALID, Level::Error, 0..0, "unknown error");
        let why = findings.into_iter().find(|finding| finding.level == Level::Error).unwrap_or_else(unknown);
        Self { label, text, why: Box::new(why) }
    }
}
