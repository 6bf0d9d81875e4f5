//! Findings: what a command has to say about a place in a file.

use std::borrow::Cow;

use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Report only: unsafe to rewrite, unknown content, newer than the target.
    Note,
    /// A legacy form, which `upgrade` rewrites.
    Legacy,
    /// Invalid or contradictory; `upgrade` leaves the file.
    Error,
}

impl Level {
    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Legacy => "legacy",
            Self::Error => "error",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, or one of the ids in [`ids`].
    pub rule: Cow<'static, str>,
    /// How much it matters.
    pub level: Level,
    /// Byte offsets of the place in the decoded text.
    pub span: std::ops::Range<usize>,
    /// Path of the element, as `domain/devices/disk[2]`; empty where none is known.
    pub path: String,
    /// One line.
    pub message: String,
    /// What stood there, shortened.
    pub before: Option<String>,
    /// What stands there after the rewrite.
    pub after: Option<String>,
}

/// Ids of findings that no rule makes.
pub mod ids {
    /// Not well-formed XML, or not decodable.
    pub const SYNTAX: &str = "xml-syntax";
    /// Does not fit the schema.
    pub const INVALID: &str = "invalid";
    /// Not known to the schema, kept.
    pub const UNKNOWN: &str = "unknown-content";
    /// An omitted or superfluous default, by the schema's annotations.
    pub const DEFAULT: &str = "default-value";
    /// An element with nothing in it, which the schema says is not written then.
    pub const EMPTY: &str = "empty-element";
    /// What only a running domain shows.
    pub const LIVE: &str = "live-only";
    /// Newer than the target version.
    pub const NEWER: &str = "newer-than-target";
    /// Not in canonical layout.
    pub const LAYOUT: &str = "layout";
    /// Not a domain document.
    pub const NOT_A_DOMAIN: &str = "not-a-domain";
    /// Could not be read or written.
    pub const IO: &str = "io";
}

/// Line and column of a byte offset, both from 1; the column counts characters.
#[must_use]
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_column("a\näb", 0), (1, 1));
        assert_eq!(line_column("a\näb", 4), (2, 2));
        assert_eq!(line_column("a\näb", 3), (2, 1), "inside a character");
        assert_eq!(line_column("a", 99), (1, 2));
    }
}
