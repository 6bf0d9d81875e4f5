//! What is said beside a schema that is not one's own: names, types and documentation for its parts, and what foreign datatypes are taken for.
//!
//! ```xml
//! <overrides xmlns="https://domxml.org/ns/schema/1">
//!   <node at="person" type="Member"/>
//!   <node at="person/@ref" field="card_number">The number on the card.</node>
//!   <node at="person/@role=admin" type="Librarian"/>
//!   <library uri="http://whattf.org/datatype-draft" as="string"/>
//! </overrides>
//! ```
//!
//! `at` begins with the name of a definition, or `start`. Below it stand the names of elements, attributes and references within that definition,
//! whatever groups and choices are around them, and the values of a text or an attribute behind a `=`; an element or attribute of any name
//! is `*`. Where a definition is one element, its name stands for that. What is said is what the annotation of the same name
//! says in a schema (`type` what `d:type` does); the text of `node` is documentation. What leads nowhere, and what nothing reads, is an error.

use std::collections::BTreeMap;

use relaxng_model::grammar::{Kind, NameClass, Pattern};
use relaxng_model::schema::{AnnotationAttribute, AnnotationElement, COMPATIBILITY_NS, FileId, Location, NodeId};
use relaxng_model::{Grammar, Libraries, Resolver, closest};
use roxmltree::{Document, Node};

use crate::annotations::NS;
use crate::error::{Error, Errors};

/// The contents of a file beside a schema.
#[derive(Debug, Clone)]
pub struct Overrides {
    name: String,
    text: String,
    libraries: Libraries,
    nodes: Vec<Said>,
}

/// What is said of some nodes.
#[derive(Debug, Clone)]
struct Said {
    at: String,
    place: Place,
    annotations: Vec<(String, String, Place)>,
    documentation: Option<String>,
}

/// Byte offset, line and column.
type Place = (usize, u32, u32);

impl Overrides {
    /// Reads such a file; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// All that is wrong with it by itself.
    pub fn read(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Errors> {
        let (name, text) = (name.into(), text.into());
        let mut read = Reader { name: &name, text: &text, errors: Errors::default() };
        let mut libraries = Libraries::default();
        let mut nodes = Vec::new();
        match Document::parse(&text) {
            Ok(document) => {
                let root = document.root_element();
                if root.tag_name() != (NS, "overrides").into() {
                    read.error(root, format!("expected <overrides xmlns='{NS}'>, found <{}>", root.tag_name().name()));
                }
                for child in root.children().filter(Node::is_element) {
                    match child.tag_name().name() {
                        _ if child.tag_name().namespace() != Some(NS) => {
                            read.error(child, format!("<{}> is not in the namespace {NS}", child.tag_name().name()));
                        }
                        "node" => nodes.extend(read.node(child)),
                        "library" => read.library(child, &mut libraries),
                        other => read.error(child, format!("unknown <{other}>; expected <node> or <library>")),
                    }
                }
            }
            Err(error) => {
                let error = domxml_xml::explained(&text, &error);
                let (line, column) = domxml_xml::line_and_column(&text, error.at);
                read.errors.list.push(Error { file: name.clone(), line, column, message: error.message });
            }
        }
        let errors = read.errors;
        errors.or(Self { name, text, libraries, nodes })
    }

    /// What errors call the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Loads a schema with what is said of it.
    ///
    /// # Errors
    ///
    /// All that is wrong with the schema, or what leads to no part of it.
    pub fn load(&self, resolver: &dyn Resolver, root: &str) -> Result<Grammar, Errors> {
        self.said_of(relaxng_model::load_with(resolver, root, &self.libraries)?)
    }

    /// As [`Overrides::load`], of what types are made of, which may read more than is valid: see [`relaxng_model::load_lenient`].
    ///
    /// # Errors
    ///
    /// As those of [`Overrides::load`].
    pub fn load_lenient(&self, resolver: &dyn Resolver, root: &str) -> Result<Grammar, Errors> {
        self.said_of(relaxng_model::load_lenient(resolver, root, &self.libraries)?)
    }

    /// A grammar with what is said of it.
    fn said_of(&self, mut grammar: Grammar) -> Result<Grammar, Errors> {
        let mut paths: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
        walk(&grammar, &grammar.start, "start".to_owned(), &mut paths);
        for define in &grammar.defines {
            // A definition that is one element stands for that.
            let is_element = matches!(define.pattern.kind, Kind::Element { .. });
            let node = if is_element { define.pattern.origin } else { define.origin };
            paths.entry(define.name.clone()).or_default().push(node);
            below(&grammar, &define.pattern, define.name.clone(), &mut paths);
        }
        let file = grammar.schema.add_beside(self.name.clone(), self.text.clone());
        let mut errors = Errors::default();
        for said in &self.nodes {
            let Some(nodes) = paths.get(&said.at) else {
                let near = closest(&said.at, paths.keys().map(String::as_str));
                let near = near.map(|near| format!(", did you mean '{near}'?")).unwrap_or_default();
                let message = format!("there is no '{}' in the schema{near}", said.at);
                errors.at_location(&grammar.schema, location(file, said.place), message);
                continue;
            };
            for node in nodes {
                said.annotate(file, &mut grammar.schema.nodes[node.0 as usize].annotations);
            }
        }
        errors.or(grammar)
    }
}

impl Said {
    /// Adds what is said, before what the schema says itself.
    fn annotate(&self, file: FileId, annotations: &mut relaxng_model::schema::Annotations) {
        for (local, value, place) in &self.annotations {
            let (ns, local, value) = (NS.to_owned(), local.clone(), value.clone());
            let attribute = AnnotationAttribute { ns, local, value, location: location(file, *place) };
            annotations.attributes.insert(0, attribute);
        }
        if let Some(text) = &self.documentation {
            annotations.elements.retain(|it| it.ns != COMPATIBILITY_NS || it.local != "documentation");
            annotations.elements.push(AnnotationElement {
                ns: COMPATIBILITY_NS.to_owned(),
                local: "documentation".to_owned(),
                text: text.clone(),
                location: location(file, self.place),
            });
        }
    }
}

fn location(file: FileId, (offset, line, column): Place) -> Location {
    Location { file, offset: u32::try_from(offset).unwrap_or(u32::MAX), line, column }
}

/// Finds the paths of what stands in a pattern.
fn walk(grammar: &Grammar, pattern: &Pattern, path: String, paths: &mut BTreeMap<String, Vec<NodeId>>) {
    let mut found = |path: &str| paths.entry(path.to_owned()).or_default().push(pattern.origin);
    match &pattern.kind {
        Kind::Element { name, .. } => {
            let path = format!("{path}/{}", spelt(name));
            found(&path);
            below(grammar, pattern, path, paths);
        }
        Kind::Attribute { name, .. } => {
            let path = format!("{path}/@{}", spelt(name));
            found(&path);
            below(grammar, pattern, path, paths);
        }
        Kind::Ref(define) => found(&format!("{path}/{}", grammar.defines[define.0 as usize].name)),
        Kind::Value { value, .. } => found(&format!("{path}={value}")),
        _ => below(grammar, pattern, path, paths),
    }
}

/// As [`walk`], of what a pattern holds, whose own path this is.
fn below(grammar: &Grammar, pattern: &Pattern, path: String, paths: &mut BTreeMap<String, Vec<NodeId>>) {
    match &pattern.kind {
        Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
            members.iter().for_each(|member| walk(grammar, member, path.clone(), paths));
        }
        Kind::Element { pattern: inner, .. }
        | Kind::Attribute { pattern: inner, .. }
        | Kind::OneOrMore(inner)
        | Kind::List(inner) => walk(grammar, inner, path, paths),
        Kind::Value { .. } | Kind::Ref(_) => walk(grammar, pattern, path, paths),
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Data { .. } => {}
    }
}

fn spelt(name: &NameClass) -> &str {
    if let NameClass::Name { local, .. } = name { local } else { "*" }
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    errors: Errors,
}

impl Reader<'_> {
    fn place(&self, offset: usize) -> Place {
        let (line, column) = domxml_xml::line_and_column(self.text, offset);
        (offset, line, column)
    }

    fn error_at(&mut self, offset: usize, message: String) {
        let (_, line, column) = self.place(offset);
        self.errors.list.push(Error { file: self.name.to_owned(), line, column, message });
    }

    fn error(&mut self, node: Node<'_, '_>, message: String) {
        self.error_at(node.range().start, message);
    }

    fn node(&mut self, node: Node<'_, '_>) -> Option<Said> {
        let text: String = node.descendants().filter_map(|it| it.text().filter(|_| it.is_text())).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let others = node.attributes().filter(|it| it.name() != "at");
        let annotations: Vec<_> =
            others.map(|it| (it.name().to_owned(), it.value().to_owned(), self.place(it.range().start))).collect();
        let at = self.required(node, "at")?;
        if annotations.is_empty() && text.is_empty() {
            self.error(node, format!("nothing is said of '{at}'"));
        }
        Some(Said {
            at,
            place: self.place(node.range().start),
            annotations,
            documentation: (!text.is_empty()).then_some(text),
        })
    }

    fn library(&mut self, node: Node<'_, '_>, libraries: &mut Libraries) {
        for attribute in node.attributes().filter(|it| !["uri", "type", "as"].contains(&it.name())) {
            self.error_at(attribute.range().start, format!("unknown attribute '{}' of <library>", attribute.name()));
        }
        let (Some(uri), Some(meant)) = (self.required(node, "uri"), self.required(node, "as")) else { return };
        if let Err(why) = libraries.take(&uri, node.attribute("type"), &meant) {
            self.error(node, why);
        }
    }

    fn required(&mut self, node: Node<'_, '_>, name: &str) -> Option<String> {
        let value = node.attribute(name).map(str::to_owned);
        if value.is_none() {
            self.error(node, format!("<{}> lacks the attribute '{name}'", node.tag_name().name()));
        }
        value
    }
}
