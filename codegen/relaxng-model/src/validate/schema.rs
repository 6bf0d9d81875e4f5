//! A grammar made ready for validation: what all validators of a schema share.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::arena::{Arena, Id};
use super::names::{Class, Names};
use crate::datatype::{Type, Value};
use crate::grammar::{Datatype, Define, Grammar, Kind, NameClass, Param, Pattern};
use crate::schema::InScope;

/// The compiled schema.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) names: Names,
    pub(super) start: Id,
    pub(super) elements: Vec<Named>,
    pub(super) attributes: Vec<Named>,
    pub(super) leaves: Vec<Leaf>,
    /// The patterns of the schema itself; validators add derivatives to copies of it.
    pub(super) arena: Arena,
}

/// An element or attribute pattern.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) class: Class,
    /// The class as the grammar has it, for messages.
    pub(super) names: NameClass,
    /// What the element contains or the value matches.
    pub(super) content: Id,
}

/// What a string is held against.
#[derive(Debug)]
pub(super) enum Leaf {
    /// Data of a type, without what `except` matches.
    Data { datatype: Type, except: Option<Id> },
    /// One value of a type. `text` is what the schema writes.
    Value { datatype: Type, value: Value, text: String },
    /// Data or a value of a type that does not exist or is misused. The loader refuses such schemas; in a grammar that
    /// did not come from it, they match nothing.
    Never,
}

/// What makes two leaves the same.
#[derive(Debug, PartialEq, Eq, Hash)]
enum LeafKey<'g> {
    Data(&'g Datatype, &'g [Param], Option<Id>),
    Value(&'g Datatype, Value),
    Never,
}

impl Schema {
    pub(super) fn new(grammar: &Grammar) -> Schema {
        let mut compiler = Compiler::new(grammar);
        let start = compiler.pattern(&grammar.start);
        // Contents come after the patterns around them: recursion of a schema passes through elements, ours does not.
        while let Some((element, content)) = compiler.contents.pop() {
            compiler.elements[element].content = compiler.pattern(content);
        }
        compiler.finish(start)
    }

    /// A schema for the content of one attribute, and that content.
    pub(super) fn with_value(grammar: &Grammar, content: &Pattern) -> (Schema, Id) {
        let mut compiler = Compiler::new(grammar);
        let content = compiler.pattern(content);
        (compiler.finish(Id::NOT_ALLOWED), content)
    }
}

#[derive(Debug, Clone, Copy)]
enum Progress {
    Untouched,
    Underway,
    Done(Id),
}

struct Compiler<'g> {
    grammar: &'g Grammar,
    names: Names,
    arena: Arena,
    elements: Vec<Named>,
    attributes: IndexMap<(&'g NameClass, Id), Named, FxBuildHasher>,
    leaves: IndexMap<LeafKey<'g>, Leaf, FxBuildHasher>,
    defines: Vec<Progress>,
    contents: Vec<(usize, &'g Pattern)>,
}

fn index(place: usize) -> u32 {
    u32::try_from(place).expect("fewer patterns than a schema has bytes")
}

impl<'g> Compiler<'g> {
    fn new(grammar: &'g Grammar) -> Compiler<'g> {
        Compiler {
            grammar,
            names: Names::new(),
            arena: Arena::new(),
            elements: Vec::new(),
            attributes: IndexMap::default(),
            leaves: IndexMap::default(),
            defines: vec![Progress::Untouched; grammar.defines.len()],
            contents: Vec::new(),
        }
    }

    fn finish(self, start: Id) -> Schema {
        Schema {
            names: self.names,
            start,
            elements: self.elements,
            attributes: self.attributes.into_values().collect(),
            leaves: self.leaves.into_values().collect(),
            arena: self.arena,
        }
    }

    fn pattern(&mut self, pattern: &'g Pattern) -> Id {
        match &pattern.kind {
            Kind::Empty => Id::EMPTY,
            Kind::NotAllowed => Id::NOT_ALLOWED,
            Kind::Text => Id::TEXT,
            Kind::Choice(members) => {
                let members = self.patterns(members);
                self.arena.choice(members)
            }
            Kind::Interleave(members) => {
                let members = self.patterns(members);
                self.arena.interleave(members)
            }
            Kind::Group(members) => {
                let members = self.patterns(members);
                self.arena.group(members)
            }
            Kind::OneOrMore(inner) => {
                let inner = self.pattern(inner);
                self.arena.one_or_more(inner)
            }
            Kind::List(inner) => {
                let inner = self.pattern(inner);
                self.arena.list(inner)
            }
            Kind::Data { datatype, params, except } => {
                let except = except.as_deref().map(|except| self.pattern(except));
                let leaf = match Type::new(datatype, params) {
                    Ok(datatype) => Leaf::Data { datatype, except },
                    Err(_) => Leaf::Never,
                };
                let key = match leaf {
                    Leaf::Never => LeafKey::Never,
                    _ => LeafKey::Data(datatype, params, except),
                };
                self.leaf(key, leaf)
            }
            Kind::Value { datatype, value, ns } => {
                let namespaces = InScope { node: self.grammar.schema.node(pattern.origin), ns };
                let compiled = Type::new(datatype, &[]).ok();
                let leaf = compiled.and_then(|compiled| Some((compiled.value(value, &namespaces)?, compiled)));
                match leaf {
                    Some((parsed, compiled)) => {
                        let key = LeafKey::Value(datatype, parsed.clone());
                        self.leaf(key, Leaf::Value { datatype: compiled, value: parsed, text: value.clone() })
                    }
                    None => self.leaf(LeafKey::Never, Leaf::Never),
                }
            }
            Kind::Attribute { name, pattern } => {
                let content = self.pattern(pattern);
                let entry = self.attributes.entry((name, content));
                let place = index(entry.index());
                entry.or_insert_with(|| Named { class: self.names.compile(name), names: name.clone(), content });
                self.arena.attribute(place)
            }
            Kind::Element { name, pattern } => {
                let place = self.elements.len();
                let class = self.names.compile(name);
                self.elements.push(Named { class, names: name.clone(), content: Id::NOT_ALLOWED });
                self.contents.push((place, pattern));
                self.arena.element(index(place))
            }
            Kind::Ref(id) => {
                let place = id.0 as usize;
                match self.defines[place] {
                    Progress::Done(id) => id,
                    // A definition that contains itself outside of any element; the loader refuses it (section 4.19).
                    Progress::Underway => Id::NOT_ALLOWED,
                    Progress::Untouched => {
                        self.defines[place] = Progress::Underway;
                        let Define { pattern, .. } = &self.grammar.defines[place];
                        let id = self.pattern(pattern);
                        self.defines[place] = Progress::Done(id);
                        id
                    }
                }
            }
        }
    }

    fn patterns(&mut self, members: &'g [Pattern]) -> Vec<Id> {
        members.iter().map(|member| self.pattern(member)).collect()
    }

    fn leaf(&mut self, key: LeafKey<'g>, leaf: Leaf) -> Id {
        let entry = self.leaves.entry(key);
        let place = index(entry.index());
        entry.or_insert(leaf);
        self.arena.leaf(place)
    }
}
