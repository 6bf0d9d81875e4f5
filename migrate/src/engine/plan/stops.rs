//! Where a walk has something to do, and the ways there.

use std::collections::HashSet;
use std::sync::LazyLock;

use domxml::Domain;
use domxml_runtime::{ByTable, Described as _, TypeInfo, Version, Way, address, routes, ways_from};

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
            stop.looks.retain(|entry| !ids.contains(entry.id));
            stop.changes.retain(|entry| !ids.contains(entry.id));
        }
    }

    /// Whether any row of this rule is among them.
    pub(super) fn runs(&self, id: &str) -> bool {
        self.0.values().any(|stop| stop.looks.iter().chain(&stop.changes).any(|entry| entry.id == id))
    }

    /// Finds the ways to the types that have been made, of which none leads through what is newer than a version.
    pub(super) fn route(&mut self, newest: Option<Version>) {
        let ends = self.0.keys().copied().collect();
        let known = |way: &Way| {
            newest.is_none_or(|newest| way.from.fields[way.field].since.is_none_or(|since| since <= newest))
        };
        for (from, fields) in routes(&WAYS, ends, known) {
            self.0.entry(from).or_default().fields = fields;
        }
    }
}

/// The ways that lead to each type of the format.
static WAYS: LazyLock<ByTable<Vec<Way>>> = LazyLock::new(|| ways_from(Domain::table()));
