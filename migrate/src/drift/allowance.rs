//! What the driver may fill in: rows, each bound to values.

use super::matching::Pair;
use super::tree::Element;
use super::world::World;

/// What stands otherwise than it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was asked for and is not there.
    Missing,
    /// It has another value.
    Changed,
    /// Nobody asked for it.
    Added,
}

impl Change {
    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Added => "added",
        }
    }
}

/// How much of an added element a row answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// All that is in it.
    All,
    /// These attributes. Every other value in it needs a row of its own.
    Only(&'static [&'static str]),
}

/// A row: something that libvirt does with a definition, and under which condition.
#[derive(Debug)]
pub struct Allowance {
    /// Kebab-case identity; never used again for anything else.
    pub id: &'static str,
    /// What kind of change it allows.
    pub change: Change,
    /// Where: paths below `<domain>`, as `devices/controller/@model`; `*` stands for any element.
    pub at: &'static [&'static str],
    /// How much of an added element it answers for.
    pub covers: Covers,
    /// Whether this value may be there.
    pub allows: fn(&Case) -> bool,
    /// Why: one sentence.
    pub why: &'static str,
    /// Whether only the dump of a running domain shows it.
    pub live: bool,
}

impl Allowance {
    const fn new(change: Change, id: &'static str, at: &'static [&'static str]) -> Self {
        Self { id, change, at, covers: Covers::All, allows: |_| true, why: "", live: false }
    }

    /// The values that are allowed, and where.
    pub(super) const fn when(mut self, allows: fn(&Case) -> bool) -> Self {
        self.allows = allows;
        self
    }

    /// The row answers for these attributes of the element only.
    pub(super) const fn covers(mut self, attributes: &'static [&'static str]) -> Self {
        self.covers = Covers::Only(attributes);
        self
    }

    /// The reason.
    pub(super) const fn why(mut self, why: &'static str) -> Self {
        self.why = why;
        self
    }

    /// It holds for running domains only.
    pub(super) const fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// Whether the row is about this place: an element, or the attribute (or `text()`) `leaf` of it.
    #[must_use]
    pub fn is_at(&self, steps: &[&str], leaf: Option<&str>) -> bool {
        self.at.iter().any(|at| {
            let (path, own) = match at.rsplit_once('/') {
                Some((path, last)) if is_leaf(last) => (path, Some(last)),
                None if is_leaf(at) => ("", Some(*at)),
                _ => (*at, None),
            };
            let same_leaf = own.map(|own| own.trim_start_matches('@')) == leaf;
            let mut names = path.split('/').filter(|name| !name.is_empty());
            same_leaf
                && steps.iter().all(|step| names.next().is_some_and(|name| name == "*" || name == *step))
                && names.next().is_none()
        })
    }
}

fn is_leaf(step: &str) -> bool {
    step.starts_with('@') || step == TEXT
}

/// How paths call the text of an element.
pub const TEXT: &str = "text()";

/// A row that lets something be added.
pub(super) const fn added(id: &'static str, at: &'static [&'static str]) -> Allowance {
    Allowance::new(Change::Added, id, at)
}

/// A row that lets a value be another one.
pub(super) const fn changed(id: &'static str, at: &'static [&'static str]) -> Allowance {
    Allowance::new(Change::Changed, id, at)
}

/// A row that lets something be left out.
pub(super) const fn left_out(id: &'static str, at: &'static [&'static str]) -> Allowance {
    Allowance::new(Change::Missing, id, at)
}

/// A difference with what stands around it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'w, 'a> {
    /// The two documents.
    pub world: &'w World<'a>,
    /// From the domain to the element that the difference is about, or that has the attribute.
    pub frames: &'w [Pair<'a>],
    /// The value that was asked for; empty where there is none.
    pub before: &'w str,
    /// The value that stands there; empty where there is none.
    pub after: &'w str,
}

impl<'a> Case<'_, 'a> {
    /// The element that the difference is about, or that has the attribute, as it stands.
    #[must_use]
    pub fn element(&self) -> &'a Element<'a> {
        self.frames.last().map_or(self.world.actual, Pair::any)
    }

    /// The same as it was asked for.
    #[must_use]
    pub fn desired(&self) -> Option<&'a Element<'a>> {
        self.frames.last().and_then(|pair| pair.desired)
    }

    /// The device that the difference is in.
    #[must_use]
    pub fn device(&self) -> &'a Element<'a> {
        self.frames.get(2).map_or(self.world.actual, Pair::any)
    }

    /// The device as it was asked for.
    #[must_use]
    pub fn desired_device(&self) -> Option<&'a Element<'a>> {
        self.frames.get(2).and_then(|pair| pair.desired)
    }

    /// The value of an attribute of the element as it stands; empty where it has none.
    #[must_use]
    pub fn own(&self, attribute: &str) -> &'a str {
        self.element().attribute(attribute).unwrap_or_default()
    }

    /// Whether the value that stands there is one of these.
    #[must_use]
    pub fn is(&self, values: &[&str]) -> bool {
        values.contains(&self.after)
    }

    /// Whether the element says exactly this, and no more.
    #[must_use]
    pub fn says(&self, attributes: &[(&str, &str)]) -> bool {
        let element = self.element();
        element.children.is_empty()
            && element.text.is_empty()
            && element.attributes.len() == attributes.len()
            && attributes.iter().all(|(name, value)| element.attribute(name) == Some(value))
    }
}
