//! Sets of names that overlap.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::grammar::NameClass;
use crate::schema::NodeId;

/// The names of attributes or elements that a pattern has, with the pattern that each stands in.
#[derive(Debug, Clone, Default)]
pub(super) struct Names<'g> {
    /// Single names: (namespace, local name).
    exact: IndexMap<(&'g str, &'g str), NodeId, FxBuildHasher>,
    /// `anyName` and `nsName`.
    open: Vec<(&'g NameClass, NodeId)>,
    /// How many parts the classes in `open` have.
    weight: usize,
}

/// Two patterns that share a name.
#[derive(Debug, Clone)]
pub(super) struct Overlap {
    /// The name they share, or one of them; none where both have infinitely many.
    pub(super) name: Option<String>,
    pub(super) first: NodeId,
    pub(super) second: NodeId,
}

impl<'g> Names<'g> {
    /// Adds all names of a class.
    pub(super) fn add(&mut self, class: &'g NameClass, origin: NodeId) {
        match class {
            NameClass::Name { ns, local } => {
                self.exact.entry((ns, local)).or_insert(origin);
            }
            NameClass::AnyName(_) | NameClass::NsName { .. } => {
                self.open.push((class, origin));
                self.weight += weight(class);
            }
            NameClass::Choice(members) => {
                for member in members {
                    self.add(member, origin);
                }
            }
        }
    }

    /// Adds the names of another set.
    pub(super) fn merge(&mut self, other: &Self) {
        for (name, origin) in &other.exact {
            self.exact.entry(*name).or_insert(*origin);
        }
        for (class, origin) in &other.open {
            if !self.open.iter().any(|(known, _)| known == class) {
                self.open.push((class, *origin));
                self.weight += weight(class);
            }
        }
    }

    /// How many steps it takes to compare another set with this one and to merge it.
    pub(super) fn cost(&self, other: &Self) -> usize {
        let open = if other.weight == 0 { 0 } else { (self.weight + other.weight).saturating_mul(self.weight) };
        other.exact.len()
            + other.open.len()
            + other.exact.len().saturating_mul(self.weight)
            + self.exact.len().saturating_mul(other.weight)
            + open
    }

    /// The first overlap between each name of `other` and this set.
    pub(super) fn overlaps(&self, other: &Self) -> Vec<Overlap> {
        let mut found = Vec::new();
        for ((ns, local), second) in &other.exact {
            let open = || self.open.iter().find(|(class, _)| class.contains(ns, local)).map(|(_, origin)| origin);
            if let Some(first) = self.exact.get(&(*ns, *local)).or_else(open) {
                found.push(Overlap { name: Some(printed(ns, local)), first: *first, second: *second });
            }
        }
        for (class, second) in &other.open {
            let exact = self.exact.iter().find(|((ns, local), _)| class.contains(ns, local));
            if let Some(((ns, local), first)) = exact {
                found.push(Overlap { name: Some(printed(ns, local)), first: *first, second: *second });
            } else if let Some((_, first)) = self.open.iter().find(|(known, _)| known.overlaps(class)) {
                found.push(Overlap { name: None, first: *first, second: *second });
            }
        }
        found
    }
}

/// How many parts a class has.
fn weight(class: &NameClass) -> usize {
    match class {
        NameClass::Name { .. } => 1,
        NameClass::AnyName(except) | NameClass::NsName { except, .. } => 1 + except.as_deref().map_or(0, weight),
        NameClass::Choice(members) => members.iter().map(weight).sum(),
    }
}

fn printed(ns: &str, local: &str) -> String {
    if ns.is_empty() { local.to_owned() } else { format!("{{{ns}}}{local}") }
}
