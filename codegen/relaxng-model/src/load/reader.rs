//! What every element of a schema file has in common: attributes, annotations, position.

use std::rc::Rc;

use domxml_xml::Positions;
use roxmltree::{Attribute, Document, NS_XML_URI, Node, ParsingOptions};

use super::names::{is_ncname, trimmed};
use super::syntax::{Combine, Syntax};
use super::{Files, Link, Loaded, MAX_DEPTH, MAX_FILES, MAX_NODES, MAX_URI, uri};
use crate::compact::Translated;
use crate::datatype::{collapse, is_blank};
use crate::error::Error;
use crate::facts;
use crate::schema::{
    self, AnnotationAttribute, AnnotationElement, Annotations, COMPATIBILITY_NS, FileId, Location, NodeId, RELAXNG_NS,
};

/// Reads one file.
pub(super) struct Reader<'l, 'f, 'r> {
    pub(super) loaded: &'l mut Loaded,
    pub(super) files: &'f mut Files<'r>,
    pub(super) file: FileId,
    positions: Positions<'l>,
    /// Of a file in compact syntax: where the parts of its translation stand in it.
    translated: Option<&'l Translated>,
    full: bool,
}

/// What elements inherit from those around them.
#[derive(Debug, Clone)]
pub(super) struct Context {
    parent: Option<NodeId>,
    depth: u32,
    /// What relative references are relative to: the file, or the nearest `xml:base`.
    base: Rc<str>,
    library: Rc<str>,
}

/// An element whose attributes have been read.
pub(super) struct Open<'a> {
    pub(super) id: NodeId,
    pub(super) at: Location,
    /// The element's local name.
    pub(super) tag: &'a str,
    /// The context of its children.
    pub(super) context: Context,
    pub(super) ns: Option<String>,
    pub(super) name: Option<&'a str>,
    pub(super) datatype: Option<&'a str>,
    pub(super) href: Option<&'a str>,
    pub(super) combine: Option<Combine>,
}

impl Open<'_> {
    /// The datatype library in force, by its own attribute or an outer one.
    pub(super) fn library(&self) -> &str {
        &self.context.library
    }
}

/// The attributes that an element takes besides `ns` and `datatypeLibrary`.
fn own_attributes(tag: &str) -> &'static [&'static str] {
    match tag {
        "element" | "attribute" | "ref" | "parentRef" | "param" => &["name"],
        "define" => &["name", "combine"],
        "start" => &["combine"],
        "data" | "value" => &["type"],
        "externalRef" | "include" => &["href"],
        _ => &[],
    }
}

/// The `value` that a documentation element belongs to: a `value` holds no elements, so its documentation stands right
/// behind it (section 2.3 of the DTD compatibility specification).
fn documented_value<'a, 'i>(node: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let is = |node: Node<'_, '_>, ns: &str, local: &str| {
        node.tag_name().namespace() == Some(ns) && node.tag_name().name() == local
    };
    let documentation = |node: Node<'_, '_>| is(node, COMPATIBILITY_NS, "documentation");
    if !documentation(node) {
        return None;
    }
    let before = node.prev_siblings().skip(1).filter(Node::is_element).find(|sibling| !documentation(*sibling))?;
    is(before, RELAXNG_NS, "value").then_some(before)
}

impl<'l> Reader<'l, '_, '_> {
    /// Reads a file; none if it is not well-formed.
    /// `translated` is the XML syntax of a file in compact syntax.
    pub(super) fn read(
        loaded: &'l mut Loaded,
        files: &mut Files<'_>,
        file: FileId,
        text: &'l str,
        translated: Option<&'l Translated>,
    ) -> Option<Syntax> {
        let xml = translated.map_or(text, |translated| &translated.xml);
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let name = loaded.schema.files[file.0 as usize].name.clone();
        let broken = |line: u32, column: u32, message: String| Error { file: name, line, column, section: "", message };
        if let Err(error) = domxml_xml::within_limits(xml) {
            let at = translated.map_or(error.at, |translated| translated.place(error.at));
            let (line, column) = domxml_xml::line_and_column(text, at);
            loaded.errors.push(broken(line, column, error.message));
            return None;
        }
        let document = match Document::parse_with_options(xml, options) {
            Ok(document) => document,
            Err(error) => {
                let error = domxml_xml::explained(xml, &error);
                let (line, column) = domxml_xml::line_and_column(xml, error.at);
                loaded.errors.push(broken(line, column, error.message));
                return None;
            }
        };
        let base: Rc<str> = loaded.schema.files[file.0 as usize].name.as_str().into();
        let context = Context { parent: None, depth: 0, base, library: "".into() };
        let mut reader = Reader { loaded, files, file, positions: Positions::new(text), translated, full: false };
        Some(reader.pattern(document.root_element(), &context))
    }

    /// Line and column of a byte offset.
    pub(super) fn location(&self, start: usize) -> Location {
        let start = self.translated.map_or(start, |translated| translated.place(start));
        let (line, column) = self.positions.line_and_column(start);
        Location { file: self.file, offset: offset(start), line: offset(line), column: offset(column) }
    }

    /// Reports an error of section 3.
    pub(super) fn error(&mut self, at: Location, message: impl Into<String>) {
        self.error_of("3", at, message);
    }

    /// Reports an error.
    pub(super) fn error_of(&mut self, section: &'static str, at: Location, message: impl Into<String>) {
        self.loaded.errors.add(&self.loaded.schema, at, section, message);
    }

    /// Reads an element's attributes. None where the schema has become too large or too deep.
    pub(super) fn open<'a>(&mut self, node: Node<'a, '_>, context: &Context) -> Option<Open<'a>> {
        let at = self.location(node.range().start);
        if context.depth >= MAX_DEPTH || self.loaded.schema.nodes.len() >= MAX_NODES {
            if !std::mem::replace(&mut self.full, true) {
                let deep = context.depth >= MAX_DEPTH;
                let limit = if deep { MAX_DEPTH as usize } else { MAX_NODES };
                let what = if deep { "levels of elements" } else { "elements" };
                self.error_of("", at, format!("the schema has more than {limit} {what}"));
            }
            return None;
        }
        let tag = node.tag_name().name();
        let id = NodeId(offset(self.loaded.schema.nodes.len()));
        self.loaded.schema.nodes.push(schema::Node {
            location: at,
            tag: schema::known_tag(tag),
            parent: context.parent,
            annotations: Annotations::default(),
            prefixes: Vec::new(),
        });
        let mut open = Open {
            id,
            at,
            tag,
            context: Context { parent: Some(id), depth: context.depth + 1, ..context.clone() },
            ns: None,
            name: None,
            datatype: None,
            href: None,
            combine: None,
        };
        for attribute in node.attributes() {
            self.attribute(&mut open, attribute, context);
        }
        if tag == "value" {
            let behind = node.next_siblings().skip(1).filter(Node::is_element);
            for documentation in behind.take_while(|sibling| documented_value(*sibling) == Some(node)) {
                self.foreign_element(documentation, id);
            }
        }
        Some(open)
    }

    fn attribute<'a>(&mut self, open: &mut Open<'a>, attribute: Attribute<'a, '_>, outer: &Context) {
        let name = attribute.name();
        let value = attribute.value();
        let at = self.location(attribute.range().start);
        match attribute.namespace() {
            None => match name {
                "ns" => {
                    if self.short_enough(value, at) {
                        open.ns = Some(value.to_owned());
                    }
                }
                "datatypeLibrary" => match uri::check_library(value) {
                    Ok(()) => {
                        if self.short_enough(value, at) {
                            open.context.library = value.into();
                        }
                    }
                    Err(why) => self.error_of("4.3", at, format!("the datatype library `{value}` {why}")),
                },
                _ if !own_attributes(open.tag).contains(&name) => {
                    self.error(at, format!("`{}` takes no attribute `{name}`", open.tag));
                }
                "name" => open.name = Some(trimmed(value)),
                "type" => open.datatype = Some(trimmed(value)),
                "href" => open.href = Some(value),
                _ => match trimmed(value) {
                    "choice" => open.combine = Some(Combine::Choice),
                    "interleave" => open.combine = Some(Combine::Interleave),
                    other => self.error(at, format!("`combine` is `choice` or `interleave`, not `{other}`")),
                },
            },
            Some(RELAXNG_NS) => {
                self.error(at, format!("the attribute `{name}` must not be in the namespace of RELAX NG"));
            }
            Some(NS_XML_URI) if name == "base" => match self.files.resolver.resolve(&outer.base, value) {
                Ok(base) => open.context.base = base.into(),
                Err(error) => self.error_of("4.5", at, format!("the base `{value}` cannot be used: {error}")),
            },
            Some(ns) => {
                let kept = AnnotationAttribute { ns: ns.into(), local: name.into(), value: value.into(), location: at };
                self.annotations(open.id).attributes.push(kept);
            }
        }
    }

    fn annotations(&mut self, id: NodeId) -> &mut Annotations {
        &mut self.loaded.schema.nodes[id.0 as usize].annotations
    }

    /// The RELAX NG elements within an element. Foreign elements become annotations.
    pub(super) fn children<'a, 'i>(&mut self, node: Node<'a, 'i>, open: &Open<'_>) -> Vec<Node<'a, 'i>> {
        let mut children = Vec::new();
        for child in node.children() {
            if child.is_element() {
                if child.tag_name().namespace() == Some(RELAXNG_NS) {
                    children.push(child);
                } else if child.has_tag_name((facts::NS, facts::READS)) {
                    // An annotation, and so nothing to whoever does not know it.
                    if self.files.reads {
                        children.extend(self.children(child, open));
                    }
                } else if documented_value(child).is_none() {
                    self.foreign_element(child, open.id);
                }
            } else if child.is_text() && !child.text().is_none_or(is_blank) {
                let at = self.location(child.range().start);
                self.error(at, format!("`{}` takes no text", open.tag));
            }
        }
        children
    }

    fn foreign_element(&mut self, node: Node<'_, '_>, owner: NodeId) {
        let text: String = node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
        let kept = AnnotationElement {
            ns: node.tag_name().namespace().unwrap_or_default().to_owned(),
            local: node.tag_name().name().to_owned(),
            text: collapse(&text).into_owned(),
            location: self.location(node.range().start),
        };
        self.annotations(owner).elements.push(kept);
    }

    /// The text of an element that holds nothing else (`name`, `param`, `value`).
    pub(super) fn text(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> String {
        let mut text = String::new();
        for child in node.children() {
            if child.is_element() {
                let at = self.location(child.range().start);
                self.error(at, format!("`{}` holds text alone, no elements", open.tag));
            } else if child.is_text() {
                text.push_str(child.text().unwrap_or_default());
            }
        }
        text
    }

    /// Reports children of an element that holds none.
    pub(super) fn no_children(&mut self, node: Node<'_, '_>, open: &Open<'_>) {
        for child in self.children(node, open) {
            let at = self.location(child.range().start);
            self.error(at, format!("`{}` holds no elements", open.tag));
        }
    }

    /// The `name` attribute where it is required and has no prefix.
    pub(super) fn required_name(&mut self, open: &Open<'_>) -> Option<String> {
        match open.name {
            Some(name) if is_ncname(name) => Some(name.to_owned()),
            Some(name) => {
                self.error(open.at, format!("`{name}` is not a name without a colon"));
                None
            }
            None => {
                self.error(open.at, format!("`{}` needs the attribute `name`", open.tag));
                None
            }
        }
    }

    /// The file that an `href` attribute refers to.
    pub(super) fn referred(&mut self, open: &Open<'_>, section: &'static str) -> Option<FileId> {
        let Some(href) = open.href else {
            self.error(open.at, format!("`{}` needs the attribute `href`", open.tag));
            return None;
        };
        let resolved = match uri::check_href(href) {
            Ok(()) => self.files.resolver.resolve(&open.context.base, href).map_err(|error| error.to_string()),
            Err(why) => {
                self.error_of("4.5", open.at, format!("the reference `{href}` {why}"));
                return None;
            }
        };
        match resolved {
            Ok(name) => {
                let to = self.files.id(&name);
                if let Some(to) = to {
                    self.files.links.push(Link { from: self.file, to, at: open.at, section });
                } else {
                    self.error_of("", open.at, format!("the schema has more than {MAX_FILES} files"));
                }
                to
            }
            Err(why) => {
                self.error_of("4.5", open.at, format!("the reference `{href}` leads nowhere: {why}"));
                None
            }
        }
    }

    /// A qualified name with its prefix looked up: (namespace of the prefix, local name).
    pub(super) fn qualified<'a>(
        &mut self,
        node: Node<'_, '_>,
        at: Location,
        name: &'a str,
    ) -> Option<(Option<String>, &'a str)> {
        let Some((prefix, local)) = name.split_once(':') else {
            if !is_ncname(name) {
                self.error(at, format!("`{name}` is not a name"));
                return None;
            }
            return Some((None, name));
        };
        if !is_ncname(prefix) || !is_ncname(local) {
            self.error(at, format!("`{name}` is not a name"));
            return None;
        }
        let ns = if prefix == "xml" { Some(NS_XML_URI) } else { node.lookup_namespace_uri(Some(prefix)) };
        if ns.is_none() {
            self.error_of("4.10", at, format!("the prefix `{prefix}` is not declared"));
        }
        let ns = ns.filter(|ns| self.short_enough(ns, at))?;
        Some((Some(ns.to_owned()), local))
    }

    /// Reports a URI that is too long.
    fn short_enough(&mut self, uri: &str, at: Location) -> bool {
        if uri.len() > MAX_URI {
            self.error_of("", at, format!("a URI has more than {MAX_URI} bytes"));
        }
        uri.len() <= MAX_URI
    }

    /// Keeps what the prefix of a value stands for, for datatypes that depend on it.
    pub(super) fn keep_prefix(&mut self, node: Node<'_, '_>, open: &Open<'_>, value: &str) {
        let Some((prefix, _)) = trimmed(value).split_once(':') else {
            return;
        };
        let Some(ns) = node.lookup_namespace_uri(Some(prefix)) else {
            return;
        };
        if self.short_enough(ns, open.at) {
            let kept = vec![(prefix.to_owned(), ns.to_owned())];
            self.loaded.schema.nodes[open.id.0 as usize].prefixes = kept;
        }
    }
}

/// Sizes in a schema fit 32 bits: the XML parser takes no larger text.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
