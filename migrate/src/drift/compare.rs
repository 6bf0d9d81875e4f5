//! Walks two documents side by side and judges each difference by the rows.

use super::allowance::{Allowance, Case, Change, Covers, TEXT};
use super::matching::{self, Pair};
use super::tree::{Attribute, Element};
use super::world::World;
use super::{Difference, Drift, Filled, Place, rows};

/// The comparison as far as it has come.
pub(super) struct Walk<'w, 'a> {
    world: &'w World<'a>,
    drift: Drift,
    /// From the domain to the element that is looked at.
    frames: Vec<Pair<'a>>,
    /// Their names below `<domain>`.
    steps: Vec<&'a str>,
}

/// A value that differs: an attribute, or the text of the element.
#[derive(Clone, Copy)]
struct Value<'v> {
    leaf: &'v str,
    before: &'v str,
    after: &'v str,
}

impl<'w, 'a> Walk<'w, 'a> {
    /// Compares the two documents of a world.
    pub(super) fn run(world: &'w World<'a>) -> Drift {
        let domain = Pair { desired: Some(world.desired), actual: Some(world.actual) };
        let mut walk = Self { world, drift: Drift::default(), frames: vec![domain], steps: Vec::new() };
        walk.both(world.desired, world.actual);
        walk.drift
    }

    /// Compares the element that the frames lead to.
    fn both(&mut self, desired: &'a Element<'a>, actual: &'a Element<'a>) {
        let find = |element: &'a Element<'a>, own: &Attribute| {
            element.attributes.iter().find(|other| other.name == own.name && other.namespace == own.namespace)
        };
        for own in &desired.attributes {
            let value = Value { leaf: own.name, before: own.value, after: "" };
            match find(actual, own) {
                Some(other) if other.value == own.value => {}
                Some(other) => self.value(Change::Changed, Value { after: other.value, ..value }),
                None => self.value(Change::Missing, value),
            }
        }
        for own in actual.attributes.iter().filter(|own| find(desired, own).is_none()) {
            self.value(Change::Added, Value { leaf: own.name, before: "", after: own.value });
        }
        let value = Value { leaf: TEXT, before: &desired.text, after: &actual.text };
        match (value.before, value.after) {
            (a, b) if a == b => {}
            ("", _) => self.value(Change::Added, value),
            (_, "") => self.value(Change::Missing, value),
            _ => self.value(Change::Changed, value),
        }
        for pair in matching::children(&self.steps, desired, actual) {
            self.frames.push(pair);
            self.steps.push(pair.any().name);
            match (pair.desired, pair.actual) {
                (Some(a), Some(b)) if a != b => self.both(a, b),
                (Some(a), None) => self.missing(a),
                (None, Some(b)) => self.added(b),
                _ => {}
            }
            self.steps.pop();
            self.frames.pop();
        }
    }

    fn value(&mut self, change: Change, value: Value) {
        match self.row(change, Some(value)) {
            Some(row) => {
                let stands = if change == Change::Missing { value.before } else { value.after };
                self.fill(row, Some(value.leaf), stands.to_owned());
            }
            None => {
                let some = |text: &str| Some(text.to_owned());
                let desired = some(value.before).filter(|_| change != Change::Added);
                let actual = some(value.after).filter(|_| change != Change::Missing);
                self.differs(change, Some(value.leaf), desired, actual);
            }
        }
    }

    fn missing(&mut self, element: &'a Element<'a>) {
        match self.row(Change::Missing, None) {
            Some(row) => self.fill(row, None, element.line()),
            None => self.differs(Change::Missing, None, Some(element.line()), None),
        }
    }

    fn added(&mut self, element: &'a Element<'a>) {
        let Some(row) = self.row(Change::Added, None) else {
            self.differs(Change::Added, None, None, Some(element.line()));
            return;
        };
        self.fill(row, None, element.line());
        let Covers::Only(covered) = row.covers else { return };
        for own in element.attributes.iter().filter(|own| !covered.contains(&own.name)) {
            self.value(Change::Added, Value { leaf: own.name, before: "", after: own.value });
        }
        if !element.text.is_empty() && !covered.contains(&TEXT) {
            self.value(Change::Added, Value { leaf: TEXT, before: "", after: &element.text });
        }
        for child in &element.children {
            self.frames.push(Pair { desired: None, actual: Some(child) });
            self.steps.push(child.name);
            self.added(child);
            self.steps.pop();
            self.frames.pop();
        }
    }

    /// The first row that allows the difference at which the walk stands.
    fn row(&self, change: Change, value: Option<Value>) -> Option<&'static Allowance> {
        let case = Case {
            world: self.world,
            frames: &self.frames,
            before: value.map_or("", |value| value.before),
            after: value.map_or("", |value| value.after),
        };
        rows::all().find(|row| {
            row.change == change
                && (!row.live || self.world.running)
                && row.is_at(&self.steps, value.map(|value| value.leaf))
                && (row.allows)(&case)
        })
    }

    fn fill(&mut self, row: &'static Allowance, leaf: Option<&str>, value: String) {
        let place = self.place();
        self.drift.filled.push(Filled { row, path: place.path(leaf), place, value });
    }

    fn differs(&mut self, change: Change, leaf: Option<&str>, desired: Option<String>, actual: Option<String>) {
        let place = self.place();
        self.drift.differences.push(Difference { change, path: place.path(leaf), place, desired, actual });
    }

    /// The place at which the walk stands.
    fn place(&self) -> Place {
        Place::of(&self.frames)
    }
}
