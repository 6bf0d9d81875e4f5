//! In which order the text and children of a content tree are written so that the result is valid again.
//!
//! Two children have an order where a group holds both. Where both orders can occur in documents, no fixed order will
//! do: such children form a knot, which becomes one field that keeps the order of the document.

use std::collections::{BTreeMap, BTreeSet};

use super::flat::Atom;
use super::tree::{Tree, TreeKind};
use relaxng_model::grammar::{Kind, Pattern};

/// The order of a tree.
#[derive(Debug, Clone, Default)]
pub struct Sequence {
    /// Attributes, wildcards and payloads, in schema order.
    pub attributes: Vec<Atom>,
    /// Text, children and payloads in the order of writing; several atoms in one place are a knot.
    pub content: Vec<Vec<Atom>>,
}

/// Computes the order of a tree. The atoms of each set in `knots` are kept together.
pub fn sequence(tree: &Tree<'_>, knots: &[BTreeSet<Atom>]) -> Sequence {
    let mut graph = Graph::default();
    let mut attributes = Vec::new();
    collect(tree, &mut attributes, &mut graph);
    graph.before = vec![BTreeSet::new(); graph.atoms.len()];
    graph.edges(tree, false);
    for knot in knots {
        for a in knot {
            for b in knot {
                graph.edge(a, b);
            }
        }
    }
    Sequence { attributes, content: graph.sorted() }
}

/// Numbers the atoms in schema order.
fn collect(tree: &Tree<'_>, attributes: &mut Vec<Atom>, graph: &mut Graph) {
    let mut attribute = |atom: Atom| {
        if !attributes.contains(&atom) {
            attributes.push(atom);
        }
    };
    match &tree.kind {
        TreeKind::Attribute(name, _) => attribute(Atom::Attribute(name.clone())),
        TreeKind::AnyAttributes(_) => attribute(Atom::AnyAttributes),
        TreeKind::Payload(plan) => {
            attribute(Atom::Payload(plan.attribute.clone()));
            if plan.has_content {
                graph.add(Atom::Payload(plan.attribute.clone()));
            }
        }
        TreeKind::Child(name, _) => graph.add(Atom::Child(name.clone())),
        TreeKind::AnyElements(_) => graph.add(Atom::AnyElements),
        TreeKind::Text(_) => graph.add(Atom::Text),
        _ => {
            for member in tree.members() {
                collect(member, attributes, graph);
            }
        }
    }
}

#[derive(Default)]
struct Graph {
    atoms: Vec<Atom>,
    numbers: BTreeMap<Atom, usize>,
    /// For each atom those that may stand after it where the order matters.
    before: Vec<BTreeSet<usize>>,
}

impl Graph {
    fn add(&mut self, atom: Atom) {
        if !self.numbers.contains_key(&atom) {
            self.numbers.insert(atom.clone(), self.atoms.len());
            self.atoms.push(atom);
        }
    }

    fn edge(&mut self, a: &Atom, b: &Atom) {
        if let (Some(&a), Some(&b)) = (self.numbers.get(a), self.numbers.get(b)) {
            self.before[a].insert(b);
        }
    }

    fn all_before(&mut self, first: &BTreeSet<usize>, second: &BTreeSet<usize>) {
        for &a in first {
            self.before[a].extend(second);
        }
    }

    /// Adds what the tree says about the order and returns the atoms in it.
    fn edges(&mut self, tree: &Tree<'_>, interleaved: bool) -> BTreeSet<usize> {
        match &tree.kind {
            TreeKind::Child(name, _) => self.number(&Atom::Child(name.clone())),
            TreeKind::AnyElements(_) => self.number(&Atom::AnyElements),
            TreeKind::Text(_) => self.number(&Atom::Text),
            TreeKind::Payload(plan) => self.number(&Atom::Payload(plan.attribute.clone())),
            TreeKind::Empty | TreeKind::Attribute(..) | TreeKind::AnyAttributes(_) => BTreeSet::new(),
            TreeKind::Choice(members) => members.iter().flat_map(|member| self.edges(member, interleaved)).collect(),
            TreeKind::Group(members) => {
                let mut seen = BTreeSet::new();
                for member in members {
                    let atoms = self.edges(member, interleaved);
                    self.all_before(&seen, &atoms);
                    seen.extend(atoms);
                }
                seen
            }
            TreeKind::Interleave(members) => {
                let sets: Vec<_> = members.iter().map(|member| self.edges(member, true)).collect();
                let all: BTreeSet<usize> = sets.iter().flatten().copied().collect();
                // Text that mingles with elements stands anywhere between them.
                for (member, atoms) in members.iter().zip(&sets) {
                    if mingles(member) {
                        let text = self.number(&Atom::Text);
                        let others: BTreeSet<usize> = all.difference(atoms).copied().collect();
                        self.all_before(&text, &others);
                        self.all_before(&others, &text);
                    }
                }
                all
            }
            TreeKind::OneOrMore(member) => {
                let atoms = self.edges(member, interleaved);
                // Repeated single elements may be sorted by name and stay valid; outside of an interleave their order
                // is kept all the same, as it may mean something.
                if !(interleaved && alternatives_are_single(member)) {
                    let all = atoms.clone();
                    self.all_before(&atoms, &all);
                }
                atoms
            }
        }
    }

    fn number(&self, atom: &Atom) -> BTreeSet<usize> {
        self.numbers.get(atom).copied().into_iter().collect()
    }

    /// Knots found and sorted: of what may come next, always the first in schema order.
    fn sorted(&self) -> Vec<Vec<Atom>> {
        let size = self.atoms.len();
        // Mostly the schema's own order is right and nothing is knotted.
        if self.before.iter().enumerate().all(|(a, after)| after.iter().all(|&b| a <= b)) {
            return self.atoms.iter().map(|atom| vec![atom.clone()]).collect();
        }
        let reach: Vec<BTreeSet<usize>> = (0..size).map(|start| self.reachable(start)).collect();
        let mut knot_of: Vec<usize> = (0..size).collect();
        for a in 0..size {
            if let Some(&first) = reach[a].iter().find(|&&b| b < a && reach[b].contains(&a)) {
                knot_of[a] = knot_of[first];
            }
        }
        let mut left: BTreeSet<usize> = knot_of.iter().copied().collect();
        let mut result = Vec::new();
        while let Some(next) =
            left.iter().copied().find(|&knot| left.iter().all(|&other| other == knot || !reach[other].contains(&knot)))
        {
            left.remove(&next);
            result.push((0..size).filter(|&a| knot_of[a] == next).map(|a| self.atoms[a].clone()).collect());
        }
        result
    }

    fn reachable(&self, start: usize) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(next) = open.pop() {
            for &after in &self.before[next] {
                if seen.insert(after) {
                    open.push(after);
                }
            }
        }
        seen
    }
}

/// Whether the member of an interleave is text that may stand between its siblings.
fn mingles(tree: &Tree<'_>) -> bool {
    match &tree.kind {
        TreeKind::Text(leaf) => is_text(leaf.pattern),
        TreeKind::Choice(_) | TreeKind::Group(_) | TreeKind::OneOrMore(_) => tree.members().iter().any(mingles),
        _ => false,
    }
}

/// Values and data never share an element with child elements, so whatever does is `text`.
fn is_text(pattern: &Pattern) -> bool {
    !matches!(pattern.kind, Kind::Data { .. } | Kind::Value { .. } | Kind::List(_))
}

/// Whether a repeated tree is a choice of elements that may be sorted: each alternative has one name at most.
fn alternatives_are_single(tree: &Tree<'_>) -> bool {
    match &tree.kind {
        TreeKind::Choice(members) => members.iter().all(alternatives_are_single),
        TreeKind::OneOrMore(member) => alternatives_are_single(member),
        TreeKind::Text(_) => false,
        TreeKind::Group(_) | TreeKind::Interleave(_) => {
            super::flat::atoms(tree).iter().filter(|atom| atom.is_content()).count() < 2
        }
        _ => true,
    }
}
