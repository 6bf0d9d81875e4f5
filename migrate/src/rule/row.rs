//! A row: one fact of what libvirt does, and how it is written down.

use std::any::Any;
use std::fmt;

use domxml_runtime::{Content, Described, Extra, Filled, Key, Span, TypeInfo, Version};
use serde::Serialize;

use super::{BOTH, Context, LIBVIRT, MODERN, versions};
use crate::options::{Driver, Profile};
use crate::rule::place::{Place, Slot};
use crate::rule::scope::Scope;

/// When, in the making of libvirt's picture of a domain, something happens. Each phase runs once, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// libvirt parses what the author wrote.
    Read,
    /// It fills in and derives.
    Derive,
    /// It prints.
    Write,
}

impl Phase {
    /// In their order.
    pub const ALL: [Phase; 3] = [Phase::Read, Phase::Derive, Phase::Write];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Derive => "derive",
            Self::Write => "write",
        }
    }
}

/// The kinds of rows. There are no others: what does not fit is an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Several of these are one: before anything else.
    Merge,
    /// A value that is left out stands for this one.
    Default,
    /// libvirt does not read this here.
    Unread,
    /// This says nothing, and is not written.
    Nothing,
    /// libvirt refuses this.
    Refuse,
    /// No two of these are alike.
    Unique,
    /// What is named must be there.
    Exists,
    /// These are written in this order.
    Sort,
    /// This size is written in that unit.
    Unit,
    /// This value is written in another spelling.
    Spelling,
    /// Worth a word, and no more.
    Note,
    /// Code that only reports.
    Check,
    /// Code that changes the document.
    Algorithm,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Default => "default",
            Self::Unread => "unread",
            Self::Nothing => "nothing",
            Self::Refuse => "refuse",
            Self::Unique => "unique",
            Self::Exists => "exists",
            Self::Sort => "sort",
            Self::Unit => "unit",
            Self::Spelling => "spelling",
            Self::Note => "note",
            Self::Check => "check",
            Self::Algorithm => "algorithm",
        }
    }

    fn phase(self) -> Phase {
        match self {
            Self::Default => Phase::Derive,
            Self::Nothing | Self::Sort | Self::Unit | Self::Spelling => Phase::Write,
            _ => Phase::Read,
        }
    }

    fn profiles(self) -> &'static [Profile] {
        match self {
            Self::Nothing | Self::Sort | Self::Unit | Self::Spelling => LIBVIRT,
            Self::Note => MODERN,
            _ => BOTH,
        }
    }
}

/// A set of drivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drivers(u32);

impl Drivers {
    /// Every one: what libvirt does before it asks a driver.
    pub const ANY: Self = Self(u32::MAX);

    /// Every one but these.
    #[must_use]
    pub fn all_but(drivers: &[Driver]) -> Self {
        Self(!Self::from(drivers).0)
    }

    /// Whether a driver is one of them.
    #[must_use]
    pub fn contains(self, driver: Driver) -> bool {
        self.0 & (1 << driver as u32) != 0
    }

    /// Their names; none where it is every one.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn names(self) -> Option<Vec<&'static str>> {
        use clap::ValueEnum as _;
        let named = Driver::value_variants().iter().filter(|driver| self.contains(**driver));
        (self != Self::ANY).then(|| named.map(|driver| driver.as_str()).collect())
    }
}

impl From<&[Driver]> for Drivers {
    fn from(drivers: &[Driver]) -> Self {
        Self(drivers.iter().fold(0, |set, driver| set | 1 << *driver as u32))
    }
}

/// What a row does. A trait of one method, as an object of `Fn` brings two more, each compiled for every row.
trait Act<T>: Send + Sync {
    fn act(&self, element: &mut T, cx: &mut Context<'_>);
}

impl<T, F: Fn(&mut T, &mut Context<'_>) + Send + Sync> Act<T> for F {
    fn act(&self, element: &mut T, cx: &mut Context<'_>) {
        self(element, cx);
    }
}

/// Where a row holds.
trait When<T>: Send + Sync {
    fn holds(&self, element: &T, scope: &Scope) -> bool;
}

impl<T, F: Fn(&T, &Scope) -> bool + Send + Sync> When<T> for F {
    fn holds(&self, element: &T, scope: &Scope) -> bool {
        self(element, scope)
    }
}

type At<T> = Box<dyn Fn(&T) -> Option<Span> + Send + Sync>;

/// What is known of a row without running it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What kind of fact.
    pub kind: Kind,
    /// When it happens.
    pub phase: Phase,
    /// The first libvirt that does so.
    pub since: Option<Version>,
    /// The first that does so no longer.
    pub until: Option<Version>,
    /// The drivers that do so.
    pub drivers: Drivers,
    /// The profiles in which it has something to say.
    pub profiles: &'static [Profile],
    /// The element.
    pub element: &'static str,
    /// The attribute or child that it is about, empty for the element.
    pub about: &'static str,
    /// The rules whose rows of the same phase must have run before.
    pub after: Vec<&'static str>,
    /// The table of its type.
    pub(crate) subject: &'static TypeInfo,
    /// Where there is nothing for it to do.
    pub(crate) idle: Idle,
    says: Option<&'static str>,
}

impl Fact {
    /// Takes what is said of all rows of a rule, where this one says no more than its kind does.
    pub(super) fn assume(
        &mut self,
        phase: Option<Phase>,
        profiles: Option<&'static [Profile]>,
        drivers: Option<Drivers>,
    ) {
        if self.phase == self.kind.phase() {
            self.phase = phase.unwrap_or(self.phase);
        }
        if self.profiles == self.kind.profiles() {
            self.profiles = profiles.unwrap_or(self.profiles);
        }
        if self.drivers == Drivers::ANY {
            self.drivers = drivers.unwrap_or(self.drivers);
        }
    }
}

/// Where a row has nothing to do, whatever else is the case: known from its place, so that most rows are passed over without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idle {
    /// That cannot be told.
    Never,
    /// Where the field with this number holds nothing.
    Without(u8),
    /// Where it holds something.
    With(u8),
}

impl Idle {
    /// Whether it is so for an element of which these fields hold something.
    pub(crate) fn holds(self, filled: Filled) -> bool {
        match self {
            Self::Never => false,
            Self::Without(field) => !filled.contains(field.into()),
            Self::With(field) => filled.holds(field.into()),
        }
    }
}

/// A row about elements of the type `T`, while it is being written down.
///
/// What is said of it with [`Draft::when`] and its like reads as a sentence: `default(Cpu::MATCH, CpuMatch::Exact).when(..).since(..)`.
pub struct Draft<T> {
    fact: Fact,
    work: Work<T>,
}

/// The part of a row that knows its type.
struct Work<T> {
    at: Option<At<T>>,
    when: Vec<Box<dyn When<T>>>,
    act: Box<dyn Act<T>>,
}

/// The work of a row, whatever its type.
trait Run: Send + Sync {
    fn run(&self, fact: &Fact, element: &mut dyn Any, cx: &mut Context<'_>);

    /// Does it to a copy.
    fn rehearse(&self, fact: &Fact, element: &dyn Any, cx: &mut Context<'_>);
}

impl<T: Clone + 'static> Work<T> {
    fn is_due(&self, element: &T, cx: &Context<'_>) -> bool {
        self.when.iter().all(|when| when.holds(element, &cx.scope))
    }

    fn act(&self, fact: &Fact, element: &mut T, cx: &mut Context<'_>) {
        let here = cx.here;
        if let Some(at) = &self.at {
            cx.here = at(element).unwrap_or(here);
        }
        cx.says = fact.says;
        self.act.act(element, cx);
        cx.here = here;
    }
}

impl<T: Clone + 'static> Run for Work<T> {
    fn run(&self, fact: &Fact, element: &mut dyn Any, cx: &mut Context<'_>) {
        if let Some(element) = element.downcast_mut().filter(|element| self.is_due(element, cx)) {
            self.act(fact, element, cx);
        }
    }

    fn rehearse(&self, fact: &Fact, element: &dyn Any, cx: &mut Context<'_>) {
        // A copy of all devices is dear: most rows have nothing to do.
        if let Some(element) = element.downcast_ref().filter(|element| self.is_due(element, cx)) {
            self.act(fact, &mut element.clone(), cx);
        }
    }
}

impl<T: Content + Described + Clone> Draft<T> {
    pub(super) fn new(
        kind: Kind,
        about: &'static str,
        act: impl Fn(&mut T, &mut Context<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self::of(kind, about, Box::new(act))
    }

    /// What is done about the values in a place: nothing where the field through which it is reached holds nothing.
    pub(super) fn of_place<V: 'static>(
        kind: Kind,
        place: Place<T, V>,
        act: impl Fn(&Place<T, V>, &mut T, &mut Context<'_>) + Send + Sync + 'static,
    ) -> Self {
        let through = place.through;
        Self::new(kind, place.shape.name, move |element, cx| act(&place, element, cx)).idle_without(through)
    }

    /// Apart, as it is compiled for each type and [`Draft::new`] for each row.
    fn of(kind: Kind, about: &'static str, act: Box<dyn Act<T>>) -> Self {
        let fact = Fact {
            kind,
            phase: kind.phase(),
            since: None,
            until: None,
            drivers: Drivers::ANY,
            profiles: kind.profiles(),
            element: T::table().name,
            about,
            after: Vec::new(),
            subject: T::table(),
            idle: Idle::Never,
            says: None,
        };
        Self { fact, work: Work { at: None, when: Vec::new(), act } }
    }

    /// Where it holds; said twice, both must.
    #[must_use]
    pub fn when(mut self, condition: impl Fn(&T, &Scope) -> bool + Send + Sync + 'static) -> Self {
        self.work.when.push(Box::new(condition));
        self
    }

    /// It has nothing to do where the field through which a place is reached holds nothing.
    pub(super) fn idle_without(mut self, field: Option<usize>) -> Self {
        self.fact.idle = field.and_then(|field| field.try_into().ok()).map_or(Idle::Never, Idle::Without);
        self
    }

    /// It has nothing to do where a field holds something.
    pub(super) fn idle_with(mut self, field: usize) -> Self {
        self.fact.idle = field.try_into().map_or(Idle::Never, Idle::With);
        self
    }

    versions!(fact, "of this row");

    /// The driver that does so; every one where nothing is said.
    #[must_use]
    pub fn driver(self, driver: Driver) -> Self {
        self.drivers(&[driver])
    }

    /// The drivers that do so.
    #[must_use]
    pub fn drivers(mut self, drivers: &[Driver]) -> Self {
        self.fact.drivers = drivers.into();
        self
    }

    /// Every driver but this one: what libvirt's parser does where the driver does not do it itself.
    #[must_use]
    pub fn but(self, driver: Driver) -> Self {
        self.all_but(&[driver])
    }

    /// Every driver but these: what libvirt's parser does for those that do not ask otherwise of it.
    #[must_use]
    pub fn all_but(mut self, drivers: &[Driver]) -> Self {
        self.fact.drivers = Drivers::all_but(drivers);
        self
    }

    /// Another phase than that of its kind.
    #[must_use]
    pub fn phase(mut self, phase: Phase) -> Self {
        self.fact.phase = phase;
        self
    }

    /// Other profiles than those of its kind.
    #[must_use]
    pub fn profiles(mut self, profiles: &'static [Profile]) -> Self {
        self.fact.profiles = profiles;
        self
    }

    /// A rule whose rows of the same phase must have run before; where nothing is said the order does not matter.
    #[must_use]
    pub fn after(mut self, id: &'static str) -> Self {
        self.fact.after.push(id);
        self
    }

    /// Another message than the usual one.
    #[must_use]
    pub fn says(mut self, message: &'static str) -> Self {
        self.fact.says = Some(message);
        self
    }

    /// The place that the message is about, where it is not the element itself.
    #[must_use]
    pub fn at(mut self, at: fn(&T) -> &Extra) -> Self {
        self.work.at = Some(Box::new(move |element| Some(at(element).span)));
        self
    }

    /// As [`Draft::at`]: the first child in this field, where there is one, or what could not be read as one.
    #[must_use]
    pub fn on<S>(mut self, field: Key<T, S>) -> Self
    where
        T: Described,
        S: Slot + 'static,
        S::Item: Content,
    {
        let span = move |element: &T| {
            if let Some(first) = field.get(element).items().first() {
                return first.extra().map(|xml| xml.span);
            }
            let kept = element.extra()?.kept.as_deref()?;
            kept.nodes.iter().find(|node| node.is_element(field.info().name)).map(|node| node.span)
        };
        self.work.at = Some(Box::new(span));
        self
    }
}

/// One fact: what libvirt does with elements of one type.
pub struct Row {
    /// What is known of it.
    pub fact: Fact,
    work: Box<dyn Run>,
}

impl Row {
    /// Whether it only looks at the document in this profile: such rows see it as the phase found it.
    #[must_use]
    pub fn looks(&self, profile: Profile) -> bool {
        match self.fact.kind {
            Kind::Refuse | Kind::Unique | Kind::Exists | Kind::Note | Kind::Check => true,
            Kind::Unread => profile == Profile::Modern,
            Kind::Merge
            | Kind::Default
            | Kind::Nothing
            | Kind::Sort
            | Kind::Unit
            | Kind::Spelling
            | Kind::Algorithm => false,
        }
    }

    /// Does it, whatever the driver.
    pub(crate) fn run(&self, element: &mut dyn Any, cx: &mut Context<'_>) {
        self.work.run(&self.fact, element, cx);
    }

    /// Reports what it would do, whatever the driver.
    pub(crate) fn rehearse(&self, element: &dyn Any, cx: &mut Context<'_>) {
        self.work.rehearse(&self.fact, element, cx);
    }
}

impl<T: Content + Described + Clone> From<Draft<T>> for Row {
    fn from(draft: Draft<T>) -> Self {
        Self { fact: draft.fact, work: Box::new(draft.work) }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.fact.kind.as_str(), self.fact.element, self.fact.about)
    }
}
