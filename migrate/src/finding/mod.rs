//! Findings: what a command has to say about a place in a file.

pub mod ids;
mod lines;

use std::borrow::Cow;

use serde::Serialize;

pub use lines::{Lines, line_column};

/// How much a finding matters, least first.
///
/// What today's libvirt itself writes has findings of the three lowest levels alone, save where its own schema refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing to rewrite: what is not read, what is newer than the target, advice.
    Note,
    /// A left-out value that libvirt spells out.
    Default,
    /// A form that today's libvirt still writes beside the modern one, or instead of it.
    Copy,
    /// A form that libvirt reads and no longer writes.
    Legacy,
    /// The schema refuses it, though libvirt reads it or reads past it.
    Invalid,
    /// libvirt or the driver refuses it, it cannot be read, or it cannot mean what it says.
    Error,
}

impl Level {
    /// Every level, gravest first.
    pub const ALL: [Self; 6] = [Self::Error, Self::Invalid, Self::Legacy, Self::Copy, Self::Default, Self::Note];

    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Default => "default",
            Self::Copy => "copy",
            Self::Legacy => "legacy",
            Self::Invalid => "invalid",
            Self::Error => "error",
        }
    }

    /// Whether `check` fails for it; with `strict`, for everything that `upgrade` would rewrite.
    #[must_use]
    pub fn fails(self, strict: bool) -> bool {
        match self {
            Self::Error | Self::Invalid | Self::Legacy => true,
            Self::Copy | Self::Default => strict,
            Self::Note => false,
        }
    }

    /// Whether a finding of this level is one that `upgrade` rewrites.
    #[must_use]
    pub fn is_rewrite(self) -> bool {
        matches!(self, Self::Legacy | Self::Copy | Self::Default)
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

impl Finding {
    /// Something of which only its place and one line are known.
    #[must_use]
    pub fn new(
        rule: impl Into<Cow<'static, str>>,
        level: Level,
        span: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self { rule: rule.into(), level, span, path: String::new(), message: message.into(), before: None, after: None }
    }

    /// Whether it is about something in the text, which has a place, and not about the file.
    #[must_use]
    pub fn is_of_text(&self) -> bool {
        self.rule != ids::IO
    }

    /// What is rewritten, or what it is about, in words; none where nothing more is to be said than the message says.
    #[must_use]
    pub fn edit(&self) -> Option<String> {
        let said = |side: &'_ Option<String>| side.clone().filter(|text| !text.is_empty());
        let is_edit = self.level.is_rewrite() || self.level == Level::Invalid;
        let edit = match (said(&self.before), said(&self.after)) {
            (Some(before), Some(after)) => Some(format!("{before} -> {after}")),
            (Some(before), None) if is_edit => Some(format!("remove {before}")),
            (None, Some(after)) if is_edit => Some(format!("add {after}")),
            (one, other) => one.or(other),
        };
        edit.filter(|edit| !self.message.contains(edit.as_str()))
    }
}
