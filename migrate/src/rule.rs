//! What a rule is, and what it is given.

use std::borrow::Cow;

use domxml::Domain;
use domxml_runtime::{Content, Extra, Version};
use serde::Serialize;

use crate::cli::Profile;
use crate::finding::{Finding, Level};

/// A rule: one legacy form, and how it becomes the current one.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case identity; says what is found. Never used again for anything else.
    pub id: &'static str,
    /// What kind of thing it is about.
    pub class: Class,
    /// The first libvirt that knows the modern form; the rule rests where the target is older.
    pub since: Option<Version>,
    /// Whether the rewrite can change anything for a guest or its owner.
    pub safety: Safety,
    /// The profiles in which it runs.
    pub profiles: &'static [Profile],
    /// One line.
    pub summary: &'static str,
    /// Prose: what it does, why, and what to know about its safety.
    pub doc: &'static str,
    /// Content of a `<domain>` before and after; run as a test.
    pub example: Example,
    /// Finds and rewrites.
    pub apply: fn(&mut Domain, &mut Context),
}

impl Rule {
    /// The level of what it finds; what it only notes is a note whatever this says.
    #[must_use]
    pub fn level(&self) -> Level {
        match (self.safety, self.class) {
            (_, Class::Conflict | Class::Validity) => self.class.level(),
            (Safety::Safe, _) => self.class.level(),
            (Safety::Unsafe | Safety::ReportOnly, _) => Level::Note,
        }
    }
}

/// Content of a `<domain>` element before and after a rule.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Before.
    pub before: &'static str,
    /// After; the same as before where the rule only reports.
    pub after: &'static str,
}

/// Kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A form that another one replaced.
    Structure,
    /// A form that another one replaced and that libvirt still writes beside it, or instead of it.
    Copy,
    /// An omitted value that libvirt fills in.
    Default,
    /// A value spelt another way than libvirt spells it, or content in another order.
    Spelling,
    /// A device that libvirt adds.
    Implicit,
    /// What libvirt drops or a running domain alone shows.
    Live,
    /// A form whose rewrite would lose something.
    Lossy,
    /// Contradictions and values that libvirt refuses.
    Conflict,
    /// What is not of the format, or not of the target's.
    Validity,
}

impl Class {
    /// The word for it on the command line and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Copy => "copy",
            Self::Default => "default",
            Self::Spelling => "spelling",
            Self::Implicit => "implicit",
            Self::Live => "live",
            Self::Lossy => "lossy",
            Self::Conflict => "conflict",
            Self::Validity => "validity",
        }
    }

    /// The level of a rewrite by a rule of this class.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::Structure | Self::Spelling | Self::Live | Self::Lossy => Level::Legacy,
            Self::Copy => Level::Copy,
            Self::Default | Self::Implicit => Level::Default,
            Self::Conflict => Level::Error,
            Self::Validity => Level::Invalid,
        }
    }
}

/// Whether a rewrite is made without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Always: libvirt reads the result alike.
    Safe,
    /// Only with `--unsafe-fixes`.
    Unsafe,
    /// Never.
    ReportOnly,
}

impl Safety {
    /// The word for it in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::ReportOnly => "report-only",
        }
    }
}

/// What a rule is told and where it reports.
#[derive(Debug)]
pub struct Context<'t> {
    /// The text of the document, in which the spans count bytes.
    pub source: &'t str,
    /// The version that must read the result, or whose form is produced.
    pub target: Version,
    /// The form to produce.
    pub profile: Profile,
    /// Whether what only a running domain shows is kept.
    pub live: bool,
    /// The rule that runs.
    pub(crate) rule: &'static str,
    /// The level of its rewrites.
    pub(crate) level: Level,
    pub(crate) findings: Vec<Finding>,
}

impl<'t> Context<'t> {
    pub(crate) fn new(source: &'t str, target: Version, profile: Profile, live: bool) -> Self {
        Self { source, target, profile, live, rule: "", level: Level::Legacy, findings: Vec::new() }
    }

    /// Whether the target knows what came with this version.
    #[must_use]
    pub fn knows(&self, major: u16, minor: u16, micro: u16) -> bool {
        self.target >= Version::new(major, minor, micro)
    }

    /// Whether the target reads an element. In profile `libvirt` it reads past what is newer.
    #[must_use]
    pub fn reads(&self, element: &dyn Content) -> bool {
        self.profile == Profile::Modern || element.info().since.is_none_or(|since| since <= self.target)
    }

    /// Reports a rewrite of the element that `at` belongs to.
    pub fn rewrote(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.push(self.level, at, message.into())
    }

    /// Reports something that is left as it is.
    pub fn note(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.push(Level::Note, at, message.into())
    }

    /// Reports a contradiction.
    pub fn error(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.push(Level::Error, at, message.into())
    }

    fn push(&mut self, level: Level, at: &Extra, message: String) -> &mut Finding {
        self.findings.push(Finding {
            rule: Cow::Borrowed(self.rule),
            level,
            span: at.span.range(),
            path: String::new(),
            message,
            before: None,
            after: None,
        });
        self.findings.last_mut().expect("one was just pushed")
    }
}

impl Finding {
    /// Adds what stood there and what stands there now.
    pub fn becomes(&mut self, before: impl Into<String>, after: impl Into<String>) {
        self.before = Some(before.into());
        self.after = Some(after.into());
    }
}
