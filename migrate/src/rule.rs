//! What a rule is, and what it is given.
//!
//! A rule is an identity: an id that users select, ignore and look up, with prose and examples. What it does is [`Row`]s, each of them one
//! fact of what libvirt does, with the versions and drivers that do so; [`kinds`] lists the kinds. `CONTRIBUTING.md` shows how one is added.

pub mod board;
pub mod kinds;
pub mod place;
pub mod row;
pub mod scope;

use std::borrow::Cow;

use domxml_runtime::{Content, Extra, Span, Version};
use serde::Serialize;

use crate::finding::{Finding, Level};
use crate::options::{Profile, Target};

pub use row::{Drivers, Kind, Phase, Row};
pub use scope::Scope;

/// Profiles of what always happens.
pub const BOTH: &[Profile] = &[Profile::Modern, Profile::Libvirt];

/// Profiles of what produces libvirt's own form alone.
pub const LIBVIRT: &[Profile] = &[Profile::Libvirt];

/// Profiles of what removes what libvirt's own form keeps, or tells about it.
pub const MODERN: &[Profile] = &[Profile::Modern];

/// The first libvirt of several, and the first behind them.
pub type Range = (Option<Version>, Option<Version>);

/// A rule: what is said of a group of facts.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case identity; says what is found. Never used again for anything else.
    pub id: &'static str,
    /// The chapter of the format that it belongs to.
    pub chapter: &'static str,
    /// What kind of thing it is about.
    pub class: Class,
    /// The first libvirt that does so, or that knows the modern form; of rows that do not say it themselves.
    pub since: Option<Version>,
    /// The first libvirt that does so no longer.
    pub until: Option<Version>,
    /// Whether the rewrite can change anything for a guest or its owner.
    pub safety: Safety,
    /// The profiles in which it has something to say.
    pub profiles: &'static [Profile],
    /// One line.
    pub summary: &'static str,
    /// Prose: what it does, why, and what to know about its safety.
    pub doc: &'static str,
    /// Contents of a `<domain>` before and after; run as a test.
    pub examples: Vec<Example>,
    /// What it does.
    pub rows: Vec<Row>,
}

/// Begins a rule.
#[must_use]
pub fn rule(id: &'static str, class: Class) -> Rule {
    Rule {
        id,
        chapter: "",
        class,
        since: None,
        until: None,
        safety: Safety::ReportOnly,
        profiles: &[],
        summary: "",
        doc: "",
        examples: Vec::new(),
        rows: Vec::new(),
    }
}

impl Rule {
    /// One line: what it finds.
    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Prose.
    #[must_use]
    pub fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// Content of a `<domain>` before and after.
    #[must_use]
    pub fn example(mut self, before: &'static str, after: &'static str) -> Self {
        self.examples.push(Example { before, after });
        self
    }

    /// Content of a `<domain>` that is reported and stays as it is.
    #[must_use]
    pub fn finds(self, content: &'static str) -> Self {
        self.example(content, content)
    }

    /// The first libvirt that does so, or that knows the modern form, of all rows that do not say it themselves.
    #[must_use]
    pub fn since(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.since = Some(Version::new(major, minor, micro));
        self
    }

    /// The first libvirt that does so no longer, of all rows that do not say it themselves.
    #[must_use]
    pub fn until(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.until = Some(Version::new(major, minor, micro));
        self
    }

    /// Rewrites with `--unsafe-fixes` alone: what the author meant is not to be seen.
    #[must_use]
    pub fn on_request(mut self) -> Self {
        self.safety = Safety::Unsafe;
        self
    }

    /// One fact. The order of rows and rules is that in which they run within a phase.
    #[must_use]
    pub fn row(mut self, row: impl Into<Row>) -> Self {
        let row = row.into();
        let has = |profile| self.profiles.contains(&profile) || row.profiles.contains(&profile);
        self.profiles = match (has(Profile::Modern), has(Profile::Libvirt)) {
            (true, true) => BOTH,
            (true, false) => MODERN,
            (false, true) => LIBVIRT,
            (false, false) => &[],
        };
        if self.safety == Safety::ReportOnly && row.profiles.iter().any(|profile| !row.looks(*profile)) {
            self.safety = Safety::Safe;
        }
        self.rows.push(row);
        self
    }

    /// Rows that stand in another file.
    #[must_use]
    pub fn with(self, rows: fn(Self) -> Self) -> Self {
        rows(self)
    }

    /// From when to when a row holds.
    #[must_use]
    pub fn range(&self, row: &Row) -> Range {
        (row.since.or(self.since), row.until.or(self.until))
    }

    /// The profile that its examples show: `modern` where something changes in it, else `libvirt` where something changes there.
    #[must_use]
    pub fn shown_in(&self) -> Profile {
        let changes = |profile| self.rows.iter().any(|row| row.profiles.contains(&profile) && !row.looks(profile));
        let shown = self.profiles.iter().copied().find(|profile| changes(*profile));
        shown.or(self.profiles.first().copied()).unwrap_or_default()
    }

    /// Whether it has something to say in a profile, to one of these libvirts at least.
    #[must_use]
    pub fn concerns(&self, profile: Profile, target: &Target) -> bool {
        self.rows.iter().any(|row| {
            let (since, until) = self.range(row);
            row.profiles.contains(&profile) && target.any_within(since, until)
        })
    }
}

impl Rule {
    /// The level of what it finds; what it only notes is a note whatever this says.
    #[must_use]
    pub fn level(&self) -> Level {
        match (self.safety, self.class) {
            (_, Class::Conflict | Class::Validity | Class::Host | Class::Advice) => self.class.level(),
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
    /// What the host lacks that was asked.
    Host,
    /// What people come to regret.
    Advice,
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
            Self::Host => "host",
            Self::Advice => "advice",
        }
    }

    /// The level of a rewrite by a rule of this class.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::Structure | Self::Spelling | Self::Live | Self::Lossy => Level::Legacy,
            Self::Copy => Level::Copy,
            Self::Default | Self::Implicit => Level::Default,
            Self::Conflict | Self::Host => Level::Error,
            Self::Validity => Level::Invalid,
            Self::Advice => Level::Note,
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
    /// The version that must read the result, or whose form is produced; the newest where none is named.
    pub target: Version,
    /// The form to produce.
    pub profile: Profile,
    /// Whether what only a running domain shows is kept.
    pub live: bool,
    /// What surrounds the element: as it was when the phase began.
    pub scope: Scope,
    /// Where the element stands that is in hand.
    pub(crate) here: Span,
    /// The message that the row has in place of the usual one.
    pub(crate) says: Option<&'static str>,
    /// From when to when the row holds, where that is not the case for all of the target.
    pub(crate) partly: Option<Range>,
    /// The rule that runs.
    pub(crate) rule: &'static str,
    /// The level of its rewrites.
    pub(crate) level: Level,
    pub(crate) findings: Vec<Finding>,
}

impl<'t> Context<'t> {
    pub(crate) fn new(source: &'t str, scope: Scope, profile: Profile, live: bool) -> Self {
        Self {
            source,
            target: scope.target.strictest(),
            profile,
            live,
            scope,
            here: Span::default(),
            says: None,
            partly: None,
            rule: "",
            level: Level::Legacy,
            findings: Vec::new(),
        }
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

    /// The attributes of the element in hand as the document spells them.
    pub(crate) fn as_spelt(&self) -> impl Iterator<Item = (&'t str, &'t str)> + use<'t> {
        let element = self.source.get(self.here.range()).unwrap_or_default();
        let tag = domxml_xml::pieces(element).next().map_or(0..0, |tag| tag.range);
        domxml_xml::attributes(element, &tag).map(|(name, value)| (&element[name], &element[value]))
    }

    /// Reports a rewrite of the element that `at` belongs to.
    pub fn rewrote(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.rewrote_here(at.span, message)
    }

    /// Reports something that is left as it is.
    pub fn note(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.note_here(at.span, message)
    }

    /// Reports a contradiction.
    pub fn error(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.refuse_here(at.span, message)
    }

    pub(crate) fn rewrote_here(&mut self, at: Span, message: impl Into<String>) -> &mut Finding {
        self.push(self.level, at, message.into())
    }

    pub(crate) fn note_here(&mut self, at: Span, message: impl Into<String>) -> &mut Finding {
        let message = self.qualified(message.into());
        self.push(Level::Note, at, message)
    }

    pub(crate) fn refuse_here(&mut self, at: Span, message: impl Into<String>) -> &mut Finding {
        let plain = message.into();
        let message = self.qualified(plain.clone());
        // Where a target is not asked for, old libvirts that do not take the original are not meant.
        let newest = self.scope.target.newest;
        let gone = self.partly.is_some_and(|(_, until)| until.is_some_and(|until| until <= newest));
        let level = if gone && !self.scope.target.named { Level::Note } else { Level::Error };
        // What one row says of older libvirts and another of newer ones, in the same words, is one finding.
        let rest =
            |finding: &Finding| finding.message.strip_prefix(&plain).is_some_and(|rest| rest.starts_with(" (libvirt "));
        let same = |finding: &Finding| finding.rule == self.rule && finding.span == at.range() && rest(finding);
        if self.partly.is_some()
            && let Some(other) = self.findings.iter().rposition(same)
        {
            let other = &mut self.findings[other];
            other.level = other.level.max(level);
            other.message = plain;
            return other;
        }
        self.push(level, at, message)
    }

    fn qualified(&self, message: String) -> String {
        match self.partly {
            Some((Some(since), Some(until))) => format!("{message} (libvirt {since} and newer, before {until})"),
            Some((Some(since), None)) => format!("{message} (libvirt {since} and newer)"),
            Some((None, Some(until))) => format!("{message} (libvirt before {until})"),
            Some((None, None)) | None => message,
        }
    }

    fn push(&mut self, level: Level, at: Span, message: String) -> &mut Finding {
        self.findings.push(Finding {
            rule: Cow::Borrowed(self.rule),
            level,
            span: at.range(),
            path: String::new(),
            message: self.says.map_or(message, str::to_owned),
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
