//! What a rule is, and what it is given.
//!
//! A rule is an identity: an id that users select, ignore and look up, with prose and examples. What it does is [`Row`]s, each of them one
//! fact of what libvirt does, with the versions and drivers that do so; [`kinds`] lists the kinds. `CONTRIBUTING.md` shows how one is added.

pub(crate) mod asks;
pub mod board;
mod context;
pub mod drivers;
pub mod kinds;
pub mod place;
pub mod row;
pub mod scope;
pub mod selection;
#[macro_use]
mod table;
pub mod whereabouts;

use domxml_runtime::Version;
use serde::Serialize;

use crate::finding::Level;
use crate::options::{Driver, Profile, Target};

pub use context::Context;
pub(crate) use row::Idle;
pub use row::{Drivers, Fact, Kind, Phase, Row};
pub use scope::Scope;

/// Profiles of what always happens.
pub const BOTH: &[Profile] = &[Profile::Modern, Profile::Libvirt];

/// Profiles of what produces libvirt's own form alone.
pub const LIBVIRT: &[Profile] = &[Profile::Libvirt];

/// Profiles of what removes what libvirt's own form keeps, or tells about it.
pub const MODERN: &[Profile] = &[Profile::Modern];

/// The first libvirt of several, and the first behind them.
pub type Range = (Option<Version>, Option<Version>);

/// Says from when to when something holds: of a rule, and of a row.
macro_rules! versions {
    ($($of:ident,)? $which:literal) => {
        #[doc = concat!("The first libvirt that does so, or that knows the form that is written, ", $which, ".")]
        #[must_use]
        pub fn since(mut self, major: u16, minor: u16, micro: u16) -> Self {
            self$(.$of)?.since = Some(Version::new(major, minor, micro));
            self
        }

        #[doc = concat!("The first libvirt that does so no longer, ", $which, ".")]
        #[must_use]
        pub fn until(mut self, major: u16, minor: u16, micro: u16) -> Self {
            self$(.$of)?.until = Some(Version::new(major, minor, micro));
            self
        }
    };
}

pub(crate) use versions;

/// A rule: what is said of a group of facts.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case identity; says what is found. Never used again for anything else.
    pub id: &'static str,
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
    usual: Usual,
}

/// What holds of all rows of a rule that do not say it themselves.
#[derive(Debug, Default)]
struct Usual {
    phase: Option<Phase>,
    profiles: Option<&'static [Profile]>,
    drivers: Option<Drivers>,
}

/// Begins a rule.
#[must_use]
pub fn rule(id: &'static str, class: Class) -> Rule {
    Rule {
        id,
        class,
        since: None,
        until: None,
        safety: Safety::ReportOnly,
        profiles: &[],
        summary: "",
        doc: "",
        examples: Vec::new(),
        rows: Vec::new(),
        usual: Usual::default(),
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

    versions!("of all rows that do not say it themselves");

    /// The phase of all rows that do not say it themselves.
    #[must_use]
    pub fn phase(mut self, phase: Phase) -> Self {
        self.usual.phase = Some(phase);
        self
    }

    /// The profiles of all rows that do not say it themselves.
    #[must_use]
    pub fn profiles(mut self, profiles: &'static [Profile]) -> Self {
        self.usual.profiles = Some(profiles);
        self
    }

    /// The driver that does what all rows say.
    #[must_use]
    pub fn driver(mut self, driver: Driver) -> Self {
        self.usual.drivers = Some(Drivers::from([driver].as_slice()));
        self
    }

    /// Every driver but this one does what all rows say.
    #[must_use]
    pub fn but(mut self, driver: Driver) -> Self {
        self.usual.drivers = Some(Drivers::all_but(&[driver]));
        self
    }

    /// Rewrites with `--unsafe-fixes` alone: what the author meant is not to be seen.
    #[must_use]
    pub fn on_request(mut self) -> Self {
        self.safety = Safety::Unsafe;
        self
    }

    /// One fact; what is said of all of them stands before. The order of rows and rules is that in which they run within a phase.
    #[must_use]
    pub fn row(self, row: impl Into<Row>) -> Self {
        self.with_row(row.into())
    }

    fn with_row(mut self, mut row: Row) -> Self {
        row.fact.assume(self.usual.phase, self.usual.profiles, self.usual.drivers);
        let has = |profile| self.profiles.contains(&profile) || row.fact.profiles.contains(&profile);
        self.profiles = match (has(Profile::Modern), has(Profile::Libvirt)) {
            (true, true) => BOTH,
            (true, false) => MODERN,
            (false, true) => LIBVIRT,
            (false, false) => &[],
        };
        if self.safety == Safety::ReportOnly && row.fact.profiles.iter().any(|profile| !row.looks(*profile)) {
            self.safety = Safety::Safe;
        }
        self.rows.push(row);
        self
    }

    /// The same fact of several things.
    #[must_use]
    pub fn rows<R: Into<Row>>(self, rows: impl IntoIterator<Item = R>) -> Self {
        rows.into_iter().fold(self, Self::row)
    }

    /// Rows that stand in another file.
    #[must_use]
    pub fn with(self, rows: fn(Self) -> Self) -> Self {
        rows(self)
    }

    /// The level of what it finds; what it only notes is a note whatever this says.
    #[must_use]
    pub fn level(&self) -> Level {
        match (self.safety, self.class) {
            (_, Class::Conflict | Class::Validity | Class::Host | Class::Advice) => self.class.level(),
            (Safety::Safe, _) => self.class.level(),
            (Safety::Unsafe | Safety::ReportOnly, _) => Level::Note,
        }
    }

    /// From when to when a row holds.
    #[must_use]
    pub fn range(&self, row: &Row) -> Range {
        (row.fact.since.or(self.since), row.fact.until.or(self.until))
    }

    /// The profile that its examples show: `modern` where something changes in it, else `libvirt` where something changes there.
    #[must_use]
    pub fn shown_in(&self) -> Profile {
        let changes = |profile| self.rows.iter().any(|row| row.fact.profiles.contains(&profile) && !row.looks(profile));
        let shown = self.profiles.iter().copied().find(|profile| changes(*profile));
        shown.or(self.profiles.first().copied()).unwrap_or_default()
    }

    /// Whether it has something to say in a profile, to one of these libvirts at least.
    #[must_use]
    pub fn concerns(&self, profile: Profile, target: &Target) -> bool {
        self.rows.iter().any(|row| {
            let (since, until) = self.range(row);
            row.fact.profiles.contains(&profile) && target.any_within(since, until)
        })
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
