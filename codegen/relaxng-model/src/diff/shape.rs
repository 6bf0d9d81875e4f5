//! How the parts of an element are put together, in a normal form: what schemas may write in several ways comes out the same.
//!
//! Definitions are put in, choices are sets, attributes come in one order wherever they stand. Two element patterns are of one *class*
//! where their contents have one shape, the classes of their children included.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::content::Side;
use super::values::{Value, collect};
use super::{Difference, Subject};
use crate::grammar::{DefineId, Kind, Pattern};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Shape {
    Empty,
    NotAllowed,
    /// A text or a value, as it prints itself.
    Leaf(String),
    Attribute(String, u32),
    /// An element's names and its class.
    Element(Vec<String>, u32),
    Choice(BTreeSet<u32>),
    /// In any order, sorted.
    Interleave(Vec<u32>),
    Group(Vec<u32>),
    OneOrMore(u32),
}

/// Shapes by their numbers: equal numbers are equal shapes.
#[derive(Default)]
pub(super) struct Shapes {
    known: IndexMap<Shape, bool, FxBuildHasher>,
}

/// The name by which [`Shapes::without`] knows a part of an element.
pub(super) fn part(behind: &str, difference: &Difference) -> String {
    match difference.subject {
        Subject::Element | Subject::Attribute => behind.to_owned(),
        Subject::Value => {
            format!("{behind}={}", difference.old.iter().chain(&difference.new).next().map_or("", |value| value))
        }
    }
}

/// What a shape is made of.
struct Making<'a, 'g> {
    side: &'a Side<'g>,
    /// The classes of elements; children are told by their names alone where there are none.
    classes: Option<&'a [u32]>,
    /// Attributes, children and values that are passed over.
    gone: &'a IndexSet<String, FxBuildHasher>,
    /// What stands for an attribute or a child that is passed over.
    instead: Shape,
    /// Values that another one spells, by how they print themselves.
    same: &'a FxHashMap<String, String>,
    /// Shapes of definitions.
    defines: FxHashMap<DefineId, u32>,
}

impl Shapes {
    /// The class of every element pattern of both sides. Each round divides the classes of the one before, until none is divided.
    pub(super) fn classes(&mut self, old: &Side<'_>, new: &Side<'_>) -> [Vec<u32>; 2] {
        let (gone, same) = (IndexSet::default(), FxHashMap::default());
        let mut classes = [vec![0; old.elements.len()], vec![0; new.elements.len()]];
        let mut count = 0;
        loop {
            let [of_old, of_new] = &classes;
            let next = [(old, of_old), (new, of_new)].map(|(side, classes)| {
                let (classes, defines) = (Some(classes.as_slice()), FxHashMap::default());
                let mut making = Making { side, classes, gone: &gone, instead: Shape::Empty, same: &same, defines };
                let all = (0..side.elements.len()).map(|element| {
                    let inside = self.shape(side.inside(element), "", &mut making);
                    self.intern(Shape::Element(making.names(element), inside))
                });
                all.collect::<Vec<u32>>()
            });
            let distinct = next.iter().flatten().collect::<IndexSet<_>>().len();
            classes = next;
            if distinct == count {
                return classes;
            }
            count = distinct;
        }
    }

    /// Whether the element patterns of both sides are of the same shapes without the parts that are gone. A part that had to be there
    /// leaves nothing in its place; where one of several had to be, the others are left.
    pub(super) fn agree(
        &mut self,
        sides: [&Side<'_>; 2],
        elements: &[Vec<usize>; 2],
        classes: Option<&[Vec<u32>; 2]>,
        gone: &IndexSet<String, FxBuildHasher>,
        same: &FxHashMap<String, String>,
    ) -> bool {
        [Shape::NotAllowed, Shape::Empty].into_iter().any(|instead| {
            let [old, new] = [0, 1].map(|at| {
                let (side, classes) = (sides[at], classes.map(|classes| classes[at].as_slice()));
                let (instead, defines) = (instead.clone(), FxHashMap::default());
                let mut making = Making { side, classes, gone, instead, same, defines };
                let shapes = elements[at].iter().map(|element| self.shape(side.inside(*element), "", &mut making));
                shapes.collect::<BTreeSet<u32>>()
            });
            old == new
        })
    }

    fn intern(&mut self, shape: Shape) -> u32 {
        let attributes = match &shape {
            Shape::Attribute(..) => true,
            Shape::Leaf(_) | Shape::Element(..) | Shape::Empty | Shape::NotAllowed => false,
            Shape::Choice(members) => {
                members.iter().all(|member| self.is_attributes(*member) || self.is(*member, &Shape::Empty))
            }
            Shape::Interleave(members) | Shape::Group(members) => {
                members.iter().all(|member| self.is_attributes(*member))
            }
            Shape::OneOrMore(inner) => self.is_attributes(*inner),
        };
        let entry = self.known.entry(shape);
        let number = entry.index();
        entry.or_insert(attributes);
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    fn is(&self, number: u32, shape: &Shape) -> bool {
        self.get(number) == Some(shape)
    }

    fn get(&self, number: u32) -> Option<&Shape> {
        self.known.get_index(number as usize).map(|(shape, _)| shape)
    }

    /// Whether a shape consists of attributes alone.
    fn is_attributes(&self, number: u32) -> bool {
        self.known.get_index(number as usize).is_some_and(|(_, attributes)| *attributes)
    }

    /// The shape of a pattern; `around` is the attribute around it, as in [`part`].
    fn shape(&mut self, pattern: &Pattern, around: &str, making: &mut Making<'_, '_>) -> u32 {
        match &pattern.kind {
            Kind::Empty => self.intern(Shape::Empty),
            Kind::NotAllowed => self.intern(Shape::NotAllowed),
            Kind::Text | Kind::Value { .. } | Kind::Data { .. } | Kind::List(_) => {
                let value: String = collect(making.side.grammar, pattern).iter().map(Value::to_string).collect();
                if making.gone.contains(&format!("{around}={value}")) {
                    return self.intern(Shape::NotAllowed);
                }
                self.intern(Shape::Leaf(making.same.get(&value).cloned().unwrap_or(value)))
            }
            Kind::Ref(id) => {
                if let Some(known) = making.defines.get(id).filter(|_| around.is_empty()) {
                    return *known;
                }
                let grammar = making.side.grammar;
                let shape = self.shape(&grammar.defines[id.0 as usize].pattern, around, making);
                if around.is_empty() {
                    making.defines.insert(*id, shape);
                }
                shape
            }
            Kind::Choice(members) => {
                let members: Vec<u32> = members.iter().map(|member| self.shape(member, around, making)).collect();
                self.choice(members)
            }
            Kind::Interleave(members) => {
                let members = members.iter().map(|member| self.shape(member, around, making)).collect();
                self.interleave(members)
            }
            Kind::Group(members) => {
                let members = members.iter().map(|member| self.shape(member, around, making)).collect();
                self.group(members)
            }
            Kind::OneOrMore(inner) => {
                let inner = self.shape(inner, around, making);
                match self.get(inner) {
                    Some(Shape::Empty | Shape::NotAllowed | Shape::OneOrMore(_)) => inner,
                    _ => self.intern(Shape::OneOrMore(inner)),
                }
            }
            Kind::Attribute { name, pattern: value } => {
                let names = making.side.names(name, true);
                let each = names.into_iter().map(|name| {
                    let own = format!("/@{name}");
                    if making.gone.contains(&own) {
                        return self.intern(making.instead.clone());
                    }
                    let value = self.shape(value, &own, making);
                    if self.is(value, &Shape::NotAllowed) { value } else { self.intern(Shape::Attribute(own, value)) }
                });
                let each = each.collect();
                self.choice(each)
            }
            Kind::Element { .. } => {
                let number = making.side.number_of(pattern);
                let mut names = making.names(number);
                names.retain(|name| !making.gone.contains(&format!("/{name}")));
                if names.is_empty() {
                    return self.intern(making.instead.clone());
                }
                let class = making.classes.map_or(0, |classes| classes[number]);
                self.intern(Shape::Element(names, class))
            }
        }
    }

    fn choice(&mut self, members: Vec<u32>) -> u32 {
        let mut all = BTreeSet::new();
        for member in members {
            match self.get(member) {
                Some(Shape::Choice(inner)) => all.extend(inner.iter().copied()),
                Some(Shape::NotAllowed) => {}
                _ => {
                    all.insert(member);
                }
            }
        }
        match (all.len(), all.first()) {
            (0, _) => self.intern(Shape::NotAllowed),
            (1, Some(only)) => *only,
            _ => self.intern(Shape::Choice(all)),
        }
    }

    fn interleave(&mut self, members: Vec<u32>) -> u32 {
        let mut all = Vec::new();
        for member in members {
            match self.get(member) {
                Some(Shape::Interleave(inner)) => all.extend(inner.iter().copied()),
                Some(Shape::NotAllowed) => return member,
                Some(Shape::Empty) => {}
                _ => all.push(member),
            }
        }
        all.sort_unstable();
        match all.as_slice() {
            [] => self.intern(Shape::Empty),
            [only] => *only,
            _ => self.intern(Shape::Interleave(all)),
        }
    }

    /// Attributes come in any order: a group of attributes and a rest is an interleave of them.
    fn group(&mut self, members: Vec<u32>) -> u32 {
        let (mut attributes, mut rest) = (Vec::new(), Vec::new());
        for member in members {
            match self.get(member) {
                Some(Shape::NotAllowed) => return member,
                Some(Shape::Empty) => {}
                _ if self.is_attributes(member) => attributes.push(member),
                Some(Shape::Group(inner)) => rest.extend(inner.iter().copied()),
                // A group that was turned into an interleave for its attributes' sake is one again.
                Some(Shape::Interleave(inner)) => {
                    let (own, others): (Vec<u32>, Vec<u32>) = inner.iter().partition(|one| self.is_attributes(**one));
                    match (others.as_slice(), own.is_empty()) {
                        ([only], false) => {
                            match self.get(*only) {
                                Some(Shape::Group(inner)) => rest.extend(inner.iter().copied()),
                                _ => rest.push(*only),
                            }
                            attributes.extend(own);
                        }
                        _ => rest.push(member),
                    }
                }
                _ => rest.push(member),
            }
        }
        match rest.len() {
            0 => {}
            1 => attributes.extend(rest),
            _ => {
                let rest = self.intern(Shape::Group(rest));
                attributes.push(rest);
            }
        }
        self.interleave(attributes)
    }
}

impl Making<'_, '_> {
    /// The names of an element pattern, sorted.
    fn names(&self, element: usize) -> Vec<String> {
        let name = match &self.side.elements[element].kind {
            Kind::Element { name, .. } if element > 0 => name,
            _ => return Vec::new(),
        };
        let mut names = self.side.names(name, false);
        names.sort();
        names
    }
}
