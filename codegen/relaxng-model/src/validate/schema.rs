//! A grammar made ready for validation: what all validators of a schema share.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

use super::arena::{Arena, Id, Node};
use super::names::{Class, Names};
use crate::datatype::{Namespaces, Type, Value};
use crate::grammar::{Datatype, Define, Grammar, Kind, NameClass, Param, Pattern};
use crate::schema::InScope;

/// A grammar as data: its patterns, each distinct one once, and what they name. It is what can be kept in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Compact {
    start: Id,
    /// The patterns in the order of their ids.
    nodes: Vec<Node>,
    elements: Vec<(NameClass, Id)>,
    attributes: Vec<(NameClass, Id)>,
    leaves: Vec<Source>,
}

/// What a leaf is compiled from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
enum Source {
    Data { datatype: Datatype, params: Vec<Param>, except: Option<Id> },
    Value { datatype: Datatype, text: String, ns: String, prefixes: Vec<(String, String)> },
    Never,
}

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

impl Compact {
    pub(super) fn of(grammar: &Grammar) -> Compact {
        let mut compiler = Compiler::new(grammar);
        let start = compiler.pattern(&grammar.start);
        // Contents come after the patterns around them: recursion of a schema passes through elements, ours does not.
        while let Some((element, content)) = compiler.contents.pop() {
            compiler.elements[element].1 = compiler.pattern(content);
        }
        compiler.finish(start)
    }

    /// The content of one attribute, as what the start is.
    pub(super) fn of_value(grammar: &Grammar, content: &Pattern) -> Compact {
        let mut compiler = Compiler::new(grammar);
        let content = compiler.pattern(content);
        compiler.finish(content)
    }

    /// Whether every part that is referred to is there and, but for the contents of elements, stands before what it is part of.
    fn is_sound(&self) -> bool {
        let known = |id: &Id| (id.0 as usize) < self.nodes.len();
        let parts = |(at, node): (usize, &Node)| {
            let before = |id: &Id| (id.0 as usize) < at;
            match node {
                Node::Leaf(leaf) => match self.leaves.get(*leaf as usize) {
                    Some(Source::Data { except: Some(except), .. }) => before(except),
                    leaf => leaf.is_some(),
                },
                Node::Attribute(place) => self.attributes.get(*place as usize).is_some_and(|(_, it)| before(it)),
                Node::Element(place) => self.elements.get(*place as usize).is_some_and(|(_, it)| known(it)),
                Node::List(inner) => before(inner),
                Node::After(..) => false,
                node => node.members().iter().all(before),
            }
        };
        self.nodes.iter().enumerate().all(parts)
            && known(&self.start)
            && self.elements.iter().chain(&self.attributes).all(|(_, content)| known(content))
    }
}

impl Source {
    fn compile(self) -> Leaf {
        match self {
            Source::Data { datatype, params, except } => match Type::new(&datatype, &params) {
                Ok(datatype) => Leaf::Data { datatype, except },
                Err(_) => Leaf::Never,
            },
            Source::Value { datatype, text, ns, prefixes } => {
                match value(&datatype, &text, &InScope { prefixes: &prefixes, ns: &ns }) {
                    Some((datatype, value)) => Leaf::Value { datatype, value, text },
                    None => Leaf::Never,
                }
            }
            Source::Never => Leaf::Never,
        }
    }
}

fn value(datatype: &Datatype, text: &str, namespaces: &dyn Namespaces) -> Option<(Type, Value)> {
    let compiled = Type::new(datatype, &[]).ok()?;
    let value = compiled.value(text, namespaces)?;
    Some((compiled, value))
}

impl Schema {
    pub(super) fn new(compact: Compact) -> Schema {
        Schema::of(compact).expect("what comes from a grammar is one")
    }

    /// The same for data that may be no grammar, of which it makes none.
    pub(super) fn of(compact: Compact) -> Option<Schema> {
        if !compact.is_sound() {
            return None;
        }
        let Compact { start, nodes, elements, attributes, leaves } = compact;
        let arena = Arena::of(nodes)?;
        let mut names = Names::new();
        let mut named =
            |(class, content): (NameClass, Id)| Named { class: names.compile(&class), names: class, content };
        let elements = elements.into_iter().map(&mut named).collect();
        let attributes = attributes.into_iter().map(&mut named).collect();
        let leaves = leaves.into_iter().map(Source::compile).collect();
        Some(Schema { names, start, elements, attributes, leaves, arena })
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
    arena: Arena,
    elements: Vec<(NameClass, Id)>,
    attributes: IndexSet<(&'g NameClass, Id), FxBuildHasher>,
    leaves: IndexMap<LeafKey<'g>, Source, FxBuildHasher>,
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
            arena: Arena::new(),
            elements: Vec::new(),
            attributes: IndexSet::default(),
            leaves: IndexMap::default(),
            defines: vec![Progress::Untouched; grammar.defines.len()],
            contents: Vec::new(),
        }
    }

    fn finish(self, start: Id) -> Compact {
        Compact {
            start,
            nodes: self.arena.into_nodes(),
            elements: self.elements,
            attributes: self.attributes.into_iter().map(|(name, content)| (name.clone(), content)).collect(),
            leaves: self.leaves.into_values().collect(),
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
                if Type::new(datatype, params).is_err() {
                    return self.leaf(LeafKey::Never, Source::Never);
                }
                let source = Source::Data { datatype: datatype.clone(), params: params.clone(), except };
                self.leaf(LeafKey::Data(datatype, params, except), source)
            }
            Kind::Value { datatype, value: text, ns } => {
                let prefixes = &self.grammar.schema.node(pattern.origin).prefixes;
                let Some((_, parsed)) = value(datatype, text, &InScope { prefixes, ns }) else {
                    return self.leaf(LeafKey::Never, Source::Never);
                };
                let (datatype, text, ns) = (datatype, text.clone(), ns.clone());
                let source = Source::Value { datatype: datatype.clone(), text, ns, prefixes: prefixes.clone() };
                self.leaf(LeafKey::Value(datatype, parsed), source)
            }
            Kind::Attribute { name, pattern } => {
                let content = self.pattern(pattern);
                let (place, _) = self.attributes.insert_full((name, content));
                self.arena.attribute(index(place))
            }
            Kind::Element { name, pattern } => {
                let place = self.elements.len();
                self.elements.push((name.clone(), Id::NOT_ALLOWED));
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

    fn leaf(&mut self, key: LeafKey<'g>, source: Source) -> Id {
        let entry = self.leaves.entry(key);
        let place = index(entry.index());
        entry.or_insert(source);
        self.arena.leaf(place)
    }
}

#[cfg(all(test, feature = "compact"))]
mod tests {
    use crate::validate::Validator;
    use crate::{MemoryResolver, load};

    const SCHEMA: &str = r#"<element name="disk" xmlns="http://relaxng.org/ns/structure/1.0" xmlns:n="urn:n"
        datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
      <interleave>
        <attribute name="type"><choice><value>file</value><value type="QName">n:block</value></choice></attribute>
        <zeroOrMore><attribute><nsName ns="urn:n"/><data type="unsignedInt"><param name="maxInclusive">9</param></data></attribute></zeroOrMore>
        <optional><element name="list"><list><oneOrMore><data type="string"><param name="pattern">[a-c]+</param>
          <except><value>abc</value></except></data></oneOrMore></list></element></optional>
        <zeroOrMore><element><anyName><except><name>list</name></except></anyName><text/></element></zeroOrMore>
      </interleave></element>"#;

    const DOCUMENTS: [&str; 6] = [
        "<disk type='file'/>",
        "<disk type='flie'/>",
        "<disk type='n:block' xmlns:n='urn:n' n:a='9'><list>a ab</list><b>c</b></disk>",
        "<disk type='n:block' xmlns:n='urn:m'/>",
        "<disk type='file' xmlns:n='urn:n' n:a='10'/>",
        "<disk type='file'><list>a abc</list></disk>",
    ];

    fn packed() -> (Validator, Vec<u8>) {
        let mut files = MemoryResolver::new();
        files.insert("disk.rng", SCHEMA);
        let grammar = load(&files, "disk.rng").expect("a correct schema");
        (Validator::new(&grammar), Validator::pack(&grammar))
    }

    #[test]
    fn an_unpacked_grammar_says_the_same() {
        let (mut compiled, bytes) = packed();
        let mut unpacked = Validator::unpack(&bytes).expect("a grammar");
        for text in DOCUMENTS {
            let document = roxmltree::Document::parse(text).expect("well-formed");
            assert_eq!(unpacked.validate(&document), compiled.validate(&document), "{text}");
        }
    }

    #[test]
    fn damaged_bytes_are_no_grammar_or_another_one() {
        let (_, bytes) = packed();
        let document = roxmltree::Document::parse(DOCUMENTS[2]).expect("well-formed");
        for length in 0..bytes.len() {
            assert!(Validator::unpack(&bytes[..length]).is_none(), "cut off after {length} bytes");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                if let Some(mut validator) = Validator::unpack(&damaged) {
                    validator.validate(&document);
                }
            }
        }
    }
}
