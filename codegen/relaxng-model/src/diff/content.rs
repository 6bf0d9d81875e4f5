//! What the element patterns at one path hold: attributes, children and text, with how often each stands there.

use std::fmt;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::values::{Value, collect};
use crate::dump::name_class;
use crate::grammar::{Grammar, Kind, NameClass, Pattern};
use crate::schema::NodeId;

/// How often something stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    min: u32,
    /// Without limit where it is the greatest number there is.
    max: u32,
}

impl Count {
    const ONCE: Count = Count { min: 1, max: 1 };
    const NONE: Count = Count { min: 0, max: 0 };
    const MAYBE: Count = Count { min: 0, max: 1 };

    fn or(self, other: Count) -> Count {
        Count { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// Whether every number of the other is one of these.
    pub(super) fn holds(self, other: Count) -> bool {
        self.min <= other.min && self.max >= other.max
    }

    /// In words, of what cannot stand twice.
    pub(super) fn of_one(self) -> &'static str {
        if self.min == 0 { "optional" } else { "required" }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (1, 1) => f.write_str("once"),
            (0, 1) => f.write_str("at most once"),
            (0, u32::MAX) => f.write_str("any number"),
            (1, u32::MAX) => f.write_str("once or more"),
            (min, u32::MAX) => write!(f, "{min} times or more"),
            (min, max) if min == max => write!(f, "{min} times"),
            (min, max) => write!(f, "{min} to {max} times"),
        }
    }
}

/// One attribute, the children of one name, or the text.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) count: Count,
    pub(super) values: Vec<Value>,
    /// The numbers of the element patterns.
    pub(super) elements: IndexSet<usize, FxBuildHasher>,
    pub(super) origin: NodeId,
}

impl Slot {
    fn of(origin: NodeId, count: Count) -> Slot {
        Slot { count, values: Vec::new(), elements: IndexSet::default(), origin }
    }
}

/// What an element holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) attributes: IndexMap<String, Slot, FxBuildHasher>,
    pub(super) children: IndexMap<String, Slot, FxBuildHasher>,
    pub(super) text: Text,
}

pub(super) type Text = Slot;

impl Default for Slot {
    fn default() -> Self {
        Slot::of(NodeId(0), Count::NONE)
    }
}

/// One of the two schemas.
pub(super) struct Side<'g> {
    pub(super) grammar: &'g Grammar,
    /// The pattern of `start`, then every element pattern.
    pub(super) elements: Vec<&'g Pattern>,
    numbers: FxHashMap<*const Pattern, usize>,
    /// The namespace of the document element, which is left out of names.
    ns: String,
}

impl<'g> Side<'g> {
    pub(super) fn new(grammar: &'g Grammar) -> Side<'g> {
        let mut side =
            Side { grammar, elements: vec![&grammar.start], numbers: FxHashMap::default(), ns: String::new() };
        side.number(&grammar.start);
        for define in &grammar.defines {
            side.number(&define.pattern);
        }
        side.ns = side.root_namespace(&grammar.start).unwrap_or_default();
        side
    }

    fn number(&mut self, pattern: &'g Pattern) {
        match &pattern.kind {
            Kind::Element { pattern: inner, .. } => {
                self.numbers.insert(std::ptr::from_ref(pattern), self.elements.len());
                self.elements.push(pattern);
                self.number(inner);
            }
            Kind::Choice(members) | Kind::Interleave(members) | Kind::Group(members) => {
                members.iter().for_each(|member| self.number(member));
            }
            Kind::OneOrMore(inner) => self.number(inner),
            _ => {}
        }
    }

    /// The namespace of the first document element that has a name.
    fn root_namespace(&self, pattern: &Pattern) -> Option<String> {
        match &pattern.kind {
            Kind::Element { name, .. } => first_namespace(name),
            Kind::Choice(members) => members.iter().find_map(|member| self.root_namespace(member)),
            Kind::Ref(id) => self.root_namespace(&self.grammar.defines[id.0 as usize].pattern),
            _ => None,
        }
    }

    /// The number of an element pattern.
    pub(super) fn number_of(&self, element: &Pattern) -> usize {
        self.numbers.get(&std::ptr::from_ref(element)).copied().unwrap_or_default()
    }

    pub(super) fn place(&self, node: NodeId) -> String {
        let schema = &self.grammar.schema;
        schema.place(schema.node(node).location).to_string()
    }

    /// What is inside of an element pattern; number 0 is what is around all of them.
    pub(super) fn inside(&self, element: usize) -> &'g Pattern {
        match &self.elements[element].kind {
            Kind::Element { pattern, .. } if element > 0 => pattern,
            _ => self.elements[element],
        }
    }

    /// What several element patterns hold between them. How often something stands there is asked of those alone that have it: that
    /// others do without is no news, and `shape` sees where one of them is new.
    pub(super) fn content(&self, elements: &[usize]) -> Content {
        let mut all = Content::default();
        for element in elements {
            let content = self.of(self.inside(*element));
            all.join(content, |a, b| match (a, b) {
                (Count::NONE, only) | (only, Count::NONE) => only,
                (a, b) => a.or(b),
            });
        }
        all
    }

    fn of(&self, pattern: &'g Pattern) -> Content {
        let mut content = Content::default();
        match &pattern.kind {
            Kind::Empty | Kind::NotAllowed => {}
            Kind::Text => {
                content.text = Slot { values: collect(self.grammar, pattern), ..Slot::of(pattern.origin, Count::MAYBE) }
            }
            Kind::Data { .. } | Kind::Value { .. } | Kind::List(_) => {
                content.text = Slot { values: collect(self.grammar, pattern), ..Slot::of(pattern.origin, Count::ONCE) };
            }
            Kind::Ref(id) => return self.of(&self.grammar.defines[id.0 as usize].pattern),
            Kind::Choice(members) => return either(members.iter().map(|member| self.of(member))),
            Kind::Group(members) | Kind::Interleave(members) => {
                for member in members {
                    content.join(self.of(member), |a, b| Count {
                        min: a.min.saturating_add(b.min),
                        max: a.max.saturating_add(b.max),
                    });
                }
            }
            Kind::OneOrMore(inner) => {
                content = self.of(inner);
                for slot in content.children.values_mut() {
                    slot.count.max = u32::MAX;
                }
            }
            Kind::Attribute { name, pattern: value } => {
                for name in self.names(name, true) {
                    let slot = Slot { values: collect(self.grammar, value), ..Slot::of(pattern.origin, Count::ONCE) };
                    content.attributes.insert(name, slot);
                }
            }
            Kind::Element { name, .. } => {
                let names = self.names(name, false);
                let count = if names.len() == 1 { Count::ONCE } else { Count::MAYBE };
                for name in names {
                    let mut slot = Slot::of(pattern.origin, count);
                    slot.elements.insert(self.number_of(pattern));
                    content.children.insert(name, slot);
                }
            }
        }
        content
    }

    /// The names of a class, each printed.
    pub(super) fn names(&self, class: &NameClass, attribute: bool) -> Vec<String> {
        match class {
            NameClass::Choice(members) => members.iter().flat_map(|member| self.names(member, attribute)).collect(),
            NameClass::Name { ns, local } if !attribute && *ns == self.ns => vec![local.clone()],
            NameClass::Name { ns, local } if ns == XML_NS => vec![format!("xml:{local}")],
            NameClass::Name { ns, local } if !attribute && ns.is_empty() => vec![format!("{{}}{local}")],
            _ => vec![name_class(class)],
        }
    }
}

/// The namespace to which the prefix `xml` is bound.
const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";

fn first_namespace(name: &NameClass) -> Option<String> {
    match name {
        NameClass::Name { ns, .. } | NameClass::NsName { ns, .. } => Some(ns.clone()),
        NameClass::AnyName(_) => None,
        NameClass::Choice(members) => members.iter().find_map(first_namespace),
    }
}

/// One of several contents.
fn either(contents: impl Iterator<Item = Content>) -> Content {
    let mut all: Option<Content> = None;
    for content in contents {
        match &mut all {
            None => all = Some(content),
            Some(all) => all.join(content, |a, b| a.or(b)),
        }
    }
    all.unwrap_or_default()
}

impl Content {
    fn join(&mut self, other: Content, count: impl Fn(Count, Count) -> Count + Copy) {
        join(&mut self.attributes, other.attributes, count);
        join(&mut self.children, other.children, count);
        self.text.join(other.text, count);
    }
}

impl Slot {
    fn join(&mut self, other: Slot, count: impl Fn(Count, Count) -> Count) {
        if self.values.is_empty() && self.elements.is_empty() {
            self.origin = other.origin;
        }
        self.count = count(self.count, other.count);
        for value in other.values {
            if !self.values.contains(&value) {
                self.values.push(value);
            }
        }
        self.elements.extend(other.elements);
    }
}

fn join(
    all: &mut IndexMap<String, Slot, FxBuildHasher>,
    mut other: IndexMap<String, Slot, FxBuildHasher>,
    count: impl Fn(Count, Count) -> Count + Copy,
) {
    for (name, slot) in &mut *all {
        match other.shift_remove(name) {
            Some(more) => slot.join(more, count),
            None => slot.count = count(slot.count, Count::NONE),
        }
    }
    for (name, mut slot) in other {
        slot.count = count(Count::NONE, slot.count);
        all.insert(name, slot);
    }
}
