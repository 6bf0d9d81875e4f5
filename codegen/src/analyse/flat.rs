//! What a content tree holds, whatever the order: every attribute, child and text with how often it stands.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::choice::Plan;
use super::tree::{Leaf, Tree, TreeKind, Via};
use crate::model::{Count, XmlName};

/// What one field is made for.
#[derive(Debug, Clone, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// An attribute.
    Attribute(XmlName),
    /// The attributes of wildcards.
    AnyAttributes,
    /// A child element.
    Child(XmlName),
    /// The child elements of wildcards.
    AnyElements,
    /// The text.
    Text,
    /// A choice discriminated by this attribute.
    Payload(XmlName),
}

/// Atoms are compared all the time, and mostly differ in the length of their local names.
impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Atom::Attribute(a), Atom::Attribute(b))
            | (Atom::Child(a), Atom::Child(b))
            | (Atom::Payload(a), Atom::Payload(b)) => {
                a.local.len() == b.local.len() && a.local == b.local && a.ns == b.ns
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Atom {
    /// Whether it has a place among text and children. A payload has one there as well as among the attributes.
    pub fn is_content(&self) -> bool {
        matches!(self, Atom::Child(_) | Atom::AnyElements | Atom::Text)
    }
}

/// A pattern and the references that led to it.
#[derive(Debug, Clone)]
pub struct Use<'g> {
    /// The pattern.
    pub leaf: Leaf<'g>,
    /// The references that stand for exactly this pattern, outermost first.
    pub via: Vec<Via>,
}

/// An atom with everything that the tree says about it.
#[derive(Debug, Clone)]
pub struct Item<'g> {
    /// The atom.
    pub atom: Atom,
    /// Its patterns, each once, in schema order.
    pub uses: Vec<Use<'g>>,
    /// Whether it always stands.
    pub required: bool,
    /// Whether it may stand twice.
    pub many: bool,
    /// The choice, of a payload.
    pub plan: Option<Rc<Plan<'g>>>,
}

impl Item<'_> {
    /// How often it stands.
    pub fn count(&self) -> Count {
        match (self.required, self.many) {
            (true, false) => Count::One,
            (false, false) => Count::Optional,
            (false, true) => Count::Many,
            (true, true) => Count::OneOrMore,
        }
    }

    /// The numbers of its patterns.
    pub fn leaves(&self) -> BTreeSet<u32> {
        self.uses.iter().map(|used| used.leaf.id).collect()
    }

    fn absorb(&mut self, other: Self) {
        for used in other.uses {
            if self.uses.iter().all(|known| known.leaf.id != used.leaf.id) {
                self.uses.push(used);
            }
        }
        self.plan = self.plan.take().or(other.plan);
    }
}

/// The items of a tree, in schema order, each atom once.
pub fn flat<'g>(tree: &Tree<'g>) -> Vec<Item<'g>> {
    let leaf = |atom: Atom, leaf: &Leaf<'g>, many: bool| {
        let used = Use { leaf: *leaf, via: tree.via.clone() };
        vec![Item { atom, uses: vec![used], required: !many, many, plan: None }]
    };
    match &tree.kind {
        TreeKind::Empty => Vec::new(),
        TreeKind::Attribute(name, pattern) => leaf(Atom::Attribute(name.clone()), pattern, false),
        TreeKind::AnyAttributes(pattern) => leaf(Atom::AnyAttributes, pattern, true),
        TreeKind::Child(name, pattern) => leaf(Atom::Child(name.clone()), pattern, false),
        TreeKind::AnyElements(pattern) => leaf(Atom::AnyElements, pattern, true),
        TreeKind::Text(pattern) => leaf(Atom::Text, pattern, false),
        TreeKind::Payload(plan) => vec![Item {
            atom: Atom::Payload(plan.attribute.clone()),
            uses: Vec::new(),
            required: true,
            many: false,
            plan: Some(Rc::clone(plan)),
        }],
        TreeKind::Group(members) | TreeKind::Interleave(members) => {
            let mut items: Vec<Item<'g>> = Vec::new();
            for item in members.iter().flat_map(flat) {
                match items.iter_mut().find(|known| known.atom == item.atom) {
                    Some(known) => {
                        known.required |= item.required;
                        known.many |= matches!(item.atom, Atom::Child(_)) || item.many;
                        known.absorb(item);
                    }
                    None => items.push(item),
                }
            }
            items
        }
        TreeKind::Choice(members) => {
            let mut items: Vec<Item<'g>> = Vec::new();
            for (index, member) in members.iter().enumerate() {
                let branch = flat(member);
                for known in &mut items {
                    known.required &= branch.iter().any(|item| item.atom == known.atom && item.required);
                }
                for mut item in branch {
                    match items.iter_mut().find(|known| known.atom == item.atom) {
                        Some(known) => {
                            known.many |= item.many;
                            known.absorb(item);
                        }
                        None => {
                            item.required &= index == 0;
                            items.push(item);
                        }
                    }
                }
            }
            items
        }
        TreeKind::OneOrMore(member) => {
            let mut items = flat(member);
            for item in &mut items {
                item.many |= matches!(item.atom, Atom::Child(_));
            }
            items
        }
    }
}

/// The atoms of a tree, payloads not opened.
pub fn atoms(tree: &Tree<'_>) -> BTreeSet<Atom> {
    flat(tree).into_iter().map(|item| item.atom).collect()
}

/// Whether whatever matches the tree holds at least one of these atoms.
pub fn requires(tree: &Tree<'_>, wanted: &[Atom]) -> bool {
    match &tree.kind {
        TreeKind::Child(name, _) => wanted.contains(&Atom::Child(name.clone())),
        TreeKind::Choice(members) => members.iter().all(|member| requires(member, wanted)),
        TreeKind::Group(members) | TreeKind::Interleave(members) => {
            members.iter().any(|member| requires(member, wanted))
        }
        TreeKind::OneOrMore(member) => requires(member, wanted),
        _ => false,
    }
}

/// The tree without these atoms.
pub fn without<'g>(tree: &Tree<'g>, dropped: &BTreeSet<Atom>) -> Tree<'g> {
    let gone = match &tree.kind {
        TreeKind::Attribute(name, _) => dropped.contains(&Atom::Attribute(name.clone())),
        TreeKind::Child(name, _) => dropped.contains(&Atom::Child(name.clone())),
        TreeKind::Payload(plan) => dropped.contains(&Atom::Payload(plan.attribute.clone())),
        TreeKind::AnyAttributes(_) => dropped.contains(&Atom::AnyAttributes),
        TreeKind::AnyElements(_) => dropped.contains(&Atom::AnyElements),
        TreeKind::Text(_) => dropped.contains(&Atom::Text),
        _ => return tree.map(|member| without(member, dropped)),
    };
    if gone { Tree::empty(tree.origin) } else { tree.clone() }
}

/// The payloads of a tree, in schema order.
pub fn payloads<'g>(tree: &Tree<'g>) -> Vec<Rc<Plan<'g>>> {
    match &tree.kind {
        TreeKind::Payload(plan) => vec![Rc::clone(plan)],
        _ => tree.members().iter().flat_map(payloads).collect(),
    }
}

/// The tree with another one in place of the payload discriminated by `attribute`.
pub fn replace<'g>(tree: &Tree<'g>, attribute: &XmlName, with: &Tree<'g>) -> Tree<'g> {
    match &tree.kind {
        TreeKind::Payload(plan) if plan.attribute == *attribute => with.clone(),
        _ => tree.map(|member| replace(member, attribute, with)),
    }
}
