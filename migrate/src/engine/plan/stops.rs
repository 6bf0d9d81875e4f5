//! Where a walk has something to do, and the ways there.

use std::collections::HashSet;
use std::sync::LazyLock;

use domxml::Domain;
use domxml_runtime::{ByTable, Described as _, TypeInfo, Version, address};

use super::Entry;

/// The types at which a walk does something, or passes by on the way to such.
#[derive(Debug, Clone, Default)]
pub(super) struct Stops(ByTable<Stop>);

/// What a walk does at the elements of one type.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    /// Rows that see the document as the phase found it: before anything in the element changes.
    pub(super) looks: Vec<Entry>,
    /// Rows that find the element's children changed already.
    pub(super) changes: Vec<Entry>,
    /// The numbers of the fields in which there is more to do.
    pub(super) fields: Vec<usize>,
}

impl Stops {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn at(&self, table: &'static TypeInfo) -> Option<&Stop> {
        self.0.get(&address(table))
    }

    pub(super) fn make(&mut self, table: &'static TypeInfo) -> &mut Stop {
        self.0.entry(address(table)).or_default()
    }

    /// Forgets the rows of these rules. The ways to them are left: they lead to nothing, which costs a little and changes nothing.
    pub(super) fn leave_out(&mut self, ids: &HashSet<String>) {
        for stop in self.0.values_mut() {
            stop.looks.retain(|entry| !ids.contains(entry.rule.id));
            stop.changes.retain(|entry| !ids.contains(entry.rule.id));
        }
    }

    /// Finds the ways to the types that have been made, of which none leads through what is newer than a version.
    pub(super) fn route(&mut self, newest: Option<Version>) {
        let mut ends: Vec<usize> = self.0.keys().copied().collect();
        while let Some(end) = ends.pop() {
            for way in WAYS.get(&end).into_iter().flatten() {
                if newest.is_some_and(|newest| way.since.is_some_and(|since| since > newest)) {
                    continue;
                }
                let stop = self.0.entry(way.from).or_insert_with(|| {
                    ends.push(way.from);
                    Stop::default()
                });
                if !stop.fields.contains(&way.field) {
                    stop.fields.push(way.field);
                }
            }
        }
        self.0.values_mut().for_each(|stop| stop.fields.sort_unstable());
    }
}

/// A field of a type that can hold structs of another.
#[derive(Debug)]
struct Way {
    from: usize,
    field: usize,
    /// The first version that knows it.
    since: Option<Version>,
}

/// The ways that lead to each type.
static WAYS: LazyLock<ByTable<Vec<Way>>> = LazyLock::new(|| {
    let mut ways: ByTable<Vec<Way>> = ByTable::default();
    let mut seen: ByTable<()> = ByTable::default();
    let mut left = vec![Domain::table()];
    while let Some(table) = left.pop() {
        if seen.insert(address(table), ()).is_some() {
            continue;
        }
        for (field, inner) in table.inner() {
            let since = table.fields[field].since;
            ways.entry(address(inner)).or_default().push(Way { from: address(table), field, since });
            left.push(inner);
        }
    }
    ways
});
