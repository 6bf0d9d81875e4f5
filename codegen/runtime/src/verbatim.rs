//! Content that is kept as it is written.

use crate::escape;
use crate::extra::Span;
use domxml_xml::Spare;
use roxmltree::Node;
use std::ops::Range;

/// An element, or a piece of text, kept as it stands in the document.
#[derive(Debug, Clone, Default)]
pub struct Verbatim {
    /// The text as in a document; line ends are `\n`.
    pub source: String,
    /// Local name of the element, empty for text.
    pub name: String,
    /// Prefixes and their namespaces that are used inside and declared outside.
    pub namespaces: Vec<(Box<str>, Box<str>)>,
    /// Where it stood.
    pub span: Span,
}

impl PartialEq for Verbatim {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.namespaces == other.namespaces
    }
}

impl Eq for Verbatim {}

impl std::hash::Hash for Verbatim {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

impl Verbatim {
    /// An element given by its text.
    ///
    /// # Errors
    ///
    /// The text is not one well-formed element; its prefixes must be declared in it.
    pub fn element(source: &str) -> Result<Self, crate::ParseErrors> {
        let mut spare = Spare::default();
        let tree = crate::reader::parse_document(source, &mut spare)?;
        if let Some(name) = tree.undeclared.first() {
            let message = format!("the prefix of {} is not declared", &source[name.range.clone()]);
            return Err(crate::ParseErrors::syntax(source, name.range.start, message));
        }
        Ok(Self::of(tree.document.root_element()))
    }

    /// A piece of text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut source = text.to_owned();
        escape::text(&mut source, 0);
        Verbatim { source, ..Verbatim::default() }
    }

    /// An element of the document that is read.
    #[must_use]
    pub fn of_node(node: crate::reader::Node<'_>) -> Self {
        Self::of(node.0)
    }

    /// The namespace of the element, wherever it is declared; none where it has none, and of a text.
    #[must_use]
    pub fn namespace(&self) -> Option<String> {
        let tag = self.source.strip_prefix('<')?;
        let prefix = prefix_of(tag.split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).next()?);
        if let Some((_, outer)) = self.namespaces.iter().find(|(declared, _)| **declared == *prefix) {
            return Some(outer.to_string());
        }
        let mut spare = Spare::default();
        let tree = crate::reader::parse_document(&self.source, &mut spare).ok()?;
        tree.document.root_element().tag_name().namespace().map(str::to_owned)
    }

    pub(crate) fn of(node: Node<'_, '_>) -> Self {
        Verbatim {
            source: source(node),
            name: node.tag_name().name().to_owned(),
            namespaces: outer_namespaces(node),
            span: range(node).into(),
        }
    }
}

/// An attribute of any name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AnyAttribute {
    /// Namespace URI, empty for none.
    pub ns: String,
    /// Local name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// The bytes of a node. Of a text in several pieces, as CDATA sections are, the tree knows where the first one stands.
pub(crate) fn range(node: Node<'_, '_>) -> Range<usize> {
    let range = node.range();
    if !node.is_text() {
        return range;
    }
    let end = node.next_sibling().map(|next| next.range().start).or_else(|| {
        let parent = node.parent_element()?.range();
        let behind = node.document().input_text().get(range.end..parent.end)?;
        Some(range.end + behind.rfind("</")?)
    });
    range.start..end.unwrap_or(range.end)
}

/// The text of a node in its document, with line ends normalised as a parser would.
pub(crate) fn source(node: Node<'_, '_>) -> String {
    let text = domxml_xml::text_of(node.document(), range(node));
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into_owned() }
}

/// Prefixes that names inside `node` use and that are declared above it. A default namespace counts as the prefix ``.
pub(crate) fn outer_namespaces(node: Node<'_, '_>) -> Vec<(Box<str>, Box<str>)> {
    let Some(parent) = node.parent_element() else { return Vec::new() };
    if parent.namespaces().len() == 0 {
        return Vec::new();
    }
    let mut found: Vec<(Box<str>, Box<str>)> = Vec::new();
    let text = node.document().input_text();
    for inner in node.descendants().filter(Node::is_element) {
        let tag = &text[inner.range()][1..];
        let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
        note(&mut found, parent, inner, prefix_of(&tag[..end]), inner.tag_name().namespace());
        for attribute in inner.attributes() {
            let prefix = prefix_of(&text[attribute.range_qname()]);
            if !prefix.is_empty() {
                note(&mut found, parent, inner, prefix, attribute.namespace());
            }
        }
    }
    found
}

fn prefix_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

fn note(
    found: &mut Vec<(Box<str>, Box<str>)>,
    outer: Node<'_, '_>,
    inner: Node<'_, '_>,
    prefix: &str,
    ns: Option<&str>,
) {
    let Some(ns) = ns else { return };
    let key = if prefix.is_empty() { None } else { Some(prefix) };
    // The same binding outside and inside: declared outside, or declared again to no effect.
    if prefix == "xml" || outer.lookup_namespace_uri(key) != Some(ns) || inner.lookup_namespace_uri(key) != Some(ns) {
        return;
    }
    if !found.iter().any(|(known, _)| **known == *prefix) {
        found.push((prefix.into(), ns.into()));
    }
}
