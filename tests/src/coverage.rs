//! What of a schema a set of documents leaves unused: grammar and documents are walked side by side.
//!
//! An element, attribute or value of the schema counts as used where it can take part in a match: its element stands in a
//! document at a place where the schema has it, beside attributes that agree with the branch it belongs to.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use relaxng_model::Grammar;
use relaxng_model::datatype::Type;
use relaxng_model::grammar::{Kind, NameClass, Pattern};
use relaxng_model::schema::{Location, NodeId};
use roxmltree::{Attribute, Document, Node};

use crate::corpus;
use crate::measures::Measure;

/// How deep a child is looked into, to tell which of several patterns of its name it belongs to.
const DEPTH: usize = 3;

/// The project's own good documents, in the order of their paths.
///
/// # Panics
/// When they cannot be read.
#[must_use]
pub fn fixtures() -> Vec<corpus::Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = |path: &Path| -> Vec<PathBuf> {
        let mut entries: Vec<_> =
            fs::read_dir(path).expect("a directory").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        entries
    };
    let sections = entries(&root).into_iter().filter(|path| path.is_dir());
    let files = sections.flat_map(|section| entries(&section)).filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".xml") && !name.ends_with(".bad.xml")
    });
    let document = |path: PathBuf| corpus::Document {
        name: path.strip_prefix(&root).expect("a fixture").display().to_string(),
        text: fs::read_to_string(&path).expect("a fixture"),
        row: corpus::Row::default(),
    };
    files.map(document).collect()
}

/// The elements, attributes and values of our schema, each with its place; those that no fixture uses fall short.
///
/// # Panics
/// When the schema is wrong or a fixture is not well-formed.
#[must_use]
pub fn coverage() -> Measure {
    let grammar = crate::judge::our_grammar();
    let parts = parts(&grammar);
    let unused = unused(&grammar, &fixtures().into_iter().map(|document| document.text).collect::<Vec<_>>());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for what in parts.values() {
        *kinds.entry(what.split(' ').next().unwrap_or_default()).or_default() += 1;
    }
    Measure {
        name: "coverage",
        cases: parts.len(),
        failed: unused.into_iter().map(|line| (line, "no fixture uses it".to_owned())).collect(),
        remarks: kinds.into_iter().map(|(kind, count)| format!("{kind}s: {count}")).collect(),
    }
}

/// Every element, attribute and value of the grammar that none of the documents uses, as `file:line:column: what it is`,
/// in the order of the schema's files.
///
/// # Panics
/// When a document is not well-formed.
#[must_use]
pub fn unused(grammar: &Grammar, documents: &[String]) -> Vec<String> {
    let mut walker = Walker { grammar, types: RefCell::default(), used: BTreeSet::new() };
    for text in documents {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
        let root = document.root_element();
        let mut start = Parts::default();
        walker.collect(&grammar.start, root, &mut start);
        for element in walker.candidates(&start.elements, root) {
            walker.walk(element, root);
        }
    }
    let left = parts(grammar).into_iter().filter(|((_, node), _)| !walker.used.contains(node));
    left.map(|((place, _), what)| format!("{}: {what}", grammar.schema.place(place))).collect()
}

/// The elements, attributes and values of a grammar by their places, with what each is.
fn parts(grammar: &Grammar) -> BTreeMap<(Location, NodeId), String> {
    let mut parts = BTreeMap::new();
    list(grammar, &grammar.start, "", &mut parts);
    for define in &grammar.defines {
        list(grammar, &define.pattern, "", &mut parts);
    }
    parts
}

fn list(grammar: &Grammar, pattern: &Pattern, around: &str, parts: &mut BTreeMap<(Location, NodeId), String>) {
    let mut found = |what: String| {
        parts.insert((grammar.schema.node(pattern.origin).location, pattern.origin), what);
    };
    match &pattern.kind {
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Data { .. } | Kind::Ref(_) => {}
        Kind::Value { value, .. } => found(format!("value '{value}'{around}")),
        Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
            members.iter().for_each(|member| list(grammar, member, around, parts));
        }
        Kind::OneOrMore(member) | Kind::List(member) => list(grammar, member, around, parts),
        Kind::Attribute { name, pattern: content } => {
            let name = words(name);
            found(format!("attribute '{name}'{around}"));
            list(grammar, content, &format!(" of attribute '{name}'"), parts);
        }
        Kind::Element { name, pattern: content } => {
            let name = words(name);
            found(format!("element '{name}'"));
            list(grammar, content, &format!(" of element '{name}'"), parts);
        }
    }
}

fn words(name: &NameClass) -> String {
    match name {
        NameClass::Name { local, .. } => local.clone(),
        NameClass::AnyName(_) | NameClass::NsName { .. } => "*".to_owned(),
        NameClass::Choice(members) => members.iter().map(words).collect::<Vec<_>>().join("|"),
    }
}

/// What stands directly in an element's pattern.
#[derive(Default)]
struct Parts<'g> {
    attributes: Vec<&'g Pattern>,
    elements: Vec<&'g Pattern>,
    /// Patterns of text.
    texts: Vec<&'g Pattern>,
}

struct Walker<'g> {
    grammar: &'g Grammar,
    /// Datatypes by the address of their pattern.
    types: RefCell<HashMap<usize, Rc<Type>>>,
    used: BTreeSet<NodeId>,
}

impl<'g> Walker<'g> {
    /// Marks what an element uses that belongs to this pattern.
    fn walk(&mut self, element: &'g Pattern, node: Node<'_, '_>) {
        self.used.insert(element.origin);
        let Kind::Element { pattern, .. } = &element.kind else { return };
        let mut parts = Parts::default();
        self.collect(pattern, node, &mut parts);
        for attribute in node.attributes() {
            for candidate in &parts.attributes {
                if self.takes(candidate, &attribute) {
                    self.used.insert(candidate.origin);
                    self.mark(candidate, attribute.value());
                }
            }
        }
        let text = text_of(node);
        for candidate in &parts.texts {
            self.mark(candidate, &text);
        }
        for child in node.children().filter(Node::is_element) {
            for candidate in self.candidates(&parts.elements, child) {
                self.walk(candidate, child);
            }
        }
    }

    /// Marks the values that spell this text.
    fn mark(&mut self, pattern: &'g Pattern, text: &str) {
        match &pattern.kind {
            Kind::Value { value, .. } if same(value, text) => {
                self.used.insert(pattern.origin);
            }
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().for_each(|member| self.mark(member, text));
            }
            Kind::List(member) => text.split_whitespace().for_each(|token| self.mark(member, token)),
            Kind::OneOrMore(member) | Kind::Attribute { pattern: member, .. } => self.mark(member, text),
            Kind::Ref(define) => self.mark(&self.grammar.defines[define.0 as usize].pattern, text),
            _ => {}
        }
    }

    /// The patterns of a child: those that it fits; a name is preferred to a wildcard.
    fn candidates(&self, elements: &[&'g Pattern], node: Node<'_, '_>) -> Vec<&'g Pattern> {
        let named: Vec<_> = elements.iter().copied().filter(|element| is_named(element, node)).collect();
        let mut fitting: Vec<_> =
            named.iter().copied().filter(|element| named.len() == 1 || self.fits(element, node, DEPTH)).collect();
        if fitting.iter().any(|element| !is_open(element)) {
            fitting.retain(|element| !is_open(element));
        }
        fitting
    }

    /// Whether an element's attributes, and those of what it holds, are what the pattern says.
    fn fits(&self, element: &'g Pattern, node: Node<'_, '_>, depth: usize) -> bool {
        let Kind::Element { pattern, .. } = &element.kind else { return false };
        let mut parts = Parts::default();
        self.collect(pattern, node, &mut parts);
        let known = |attribute: Attribute<'_, '_>| parts.attributes.iter().any(|known| self.takes(known, &attribute));
        node.attributes().all(known)
            && self.has_required(pattern, node)
            && (depth == 0
                || node.children().filter(Node::is_element).all(|child| {
                    parts.elements.iter().any(|inner| is_named(inner, child) && self.fits(inner, child, depth - 1))
                }))
    }

    /// Adds what stands directly in the pattern, without the branches that the element's attributes rule out.
    fn collect(&self, pattern: &'g Pattern, node: Node<'_, '_>, parts: &mut Parts<'g>) {
        match &pattern.kind {
            Kind::Attribute { .. } => parts.attributes.push(pattern),
            Kind::Element { .. } => parts.elements.push(pattern),
            Kind::Value { .. } | Kind::List(_) => parts.texts.push(pattern),
            Kind::Choice(members) => {
                for member in members.iter().filter(|member| self.agrees(member, node)) {
                    self.collect(member, node, parts);
                }
            }
            Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().for_each(|member| self.collect(member, node, parts));
            }
            Kind::OneOrMore(member) => self.collect(member, node, parts),
            Kind::Ref(define) => self.collect(&self.grammar.defines[define.0 as usize].pattern, node, parts),
            Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Data { .. } => {}
        }
    }

    /// Whether the element's attributes allow a branch: it has those that the branch needs, and the values of those that
    /// the branch knows are among those it takes.
    fn agrees(&self, branch: &'g Pattern, node: Node<'_, '_>) -> bool {
        let mut known = Vec::new();
        self.attributes(branch, &mut known);
        self.has_required(branch, node)
            && node.attributes().all(|attribute| {
                let mut named = known.iter().filter(|pattern| is_attribute(pattern, &attribute)).peekable();
                named.peek().is_none() || named.any(|pattern| self.takes(pattern, &attribute))
            })
    }

    /// All attributes that stand directly in the pattern.
    fn attributes(&self, pattern: &'g Pattern, found: &mut Vec<&'g Pattern>) {
        match &pattern.kind {
            Kind::Attribute { .. } => found.push(pattern),
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().for_each(|member| self.attributes(member, found));
            }
            Kind::OneOrMore(member) => self.attributes(member, found),
            Kind::Ref(define) => self.attributes(&self.grammar.defines[define.0 as usize].pattern, found),
            _ => {}
        }
    }

    fn has_required(&self, pattern: &'g Pattern, node: Node<'_, '_>) -> bool {
        match &pattern.kind {
            Kind::Attribute { .. } => node.attributes().any(|attribute| self.takes(pattern, &attribute)),
            Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().all(|member| self.has_required(member, node))
            }
            Kind::Choice(members) => members.iter().any(|member| self.has_required(member, node)),
            Kind::OneOrMore(member) => self.has_required(member, node),
            Kind::Ref(define) => self.has_required(&self.grammar.defines[define.0 as usize].pattern, node),
            _ => true,
        }
    }

    fn takes(&self, pattern: &'g Pattern, attribute: &Attribute<'_, '_>) -> bool {
        let Kind::Attribute { pattern: content, .. } = &pattern.kind else { return false };
        is_attribute(pattern, attribute) && self.accepts(content, attribute.value())
    }

    /// Whether a text is one of a pattern's.
    fn accepts(&self, pattern: &'g Pattern, text: &str) -> bool {
        match &pattern.kind {
            Kind::Text => true,
            Kind::Empty => text.trim().is_empty(),
            Kind::Value { value, .. } => same(value, text),
            Kind::Data { datatype, params, except } => {
                let key = std::ptr::from_ref(pattern).addr();
                let make = || Rc::new(Type::new(datatype, params).expect("a datatype of a loaded schema"));
                let known = Rc::clone(self.types.borrow_mut().entry(key).or_insert_with(make));
                known.accepts(text, &()) && !except.as_ref().is_some_and(|except| self.accepts(except, text))
            }
            Kind::Choice(members) => members.iter().any(|member| self.accepts(member, text)),
            Kind::Group(members) | Kind::Interleave(members) => members.iter().any(|member| self.accepts(member, text)),
            Kind::List(member) => text.split_whitespace().all(|token| self.accepts(member, token)),
            Kind::OneOrMore(member) => self.accepts(member, text),
            Kind::Ref(define) => self.accepts(&self.grammar.defines[define.0 as usize].pattern, text),
            Kind::NotAllowed | Kind::Attribute { .. } | Kind::Element { .. } => false,
        }
    }
}

fn same(value: &str, text: &str) -> bool {
    value.split_whitespace().eq(text.split_whitespace())
}

fn text_of(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn is_named(element: &Pattern, node: Node<'_, '_>) -> bool {
    let name = node.tag_name();
    matches!(&element.kind, Kind::Element { name: class, .. } if class.contains(name.namespace().unwrap_or_default(), name.name()))
}

fn is_open(element: &Pattern) -> bool {
    matches!(&element.kind, Kind::Element { name, .. } if name.is_open())
}

fn is_attribute(pattern: &Pattern, attribute: &Attribute<'_, '_>) -> bool {
    let ns = attribute.namespace().unwrap_or_default();
    matches!(&pattern.kind, Kind::Attribute { name, .. } if name.contains(ns, attribute.name()))
}
