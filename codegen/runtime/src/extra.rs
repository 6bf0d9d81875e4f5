//! What belongs to an element without being part of the format: where it stood, comments, unknown content.

use crate::content::extras_mut;
use crate::element::{Element, Parsed};
use crate::info::FieldInfo;
use crate::reader::{ReadOptions, Unknown};
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

/// A range of bytes of the document that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
}

impl Span {
    /// Whether it covers nothing, as that of an element which was not read from a document.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// As a range of indices.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        // The reader refuses documents that are too long for this.
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: number(range.start), end: number(range.end) }
    }
}

/// The last field of every element: where it stood in the document, and what is kept of it verbatim.
///
/// Equality and hashes look at what is kept and at nothing else.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// The element's bytes in the document, tags included.
    pub span: Span,
    /// What is kept; none in most elements.
    pub kept: Option<Box<Kept>>,
    /// The discriminating attribute that was absent, where that means one of its values: it is not written as long
    /// as that value holds.
    pub assumed: Option<&'static FieldInfo>,
}

/// Whether the attribute with this table, which decides a choice, was absent, and that meant this value.
pub(crate) fn is_assumed(assumed: Option<&'static FieldInfo>, table: &'static FieldInfo, value: &str) -> bool {
    assumed.is_some_and(|assumed| std::ptr::eq(assumed, table))
        && table.default.is_some_and(|default| default.value == value)
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.kept == other.kept
    }
}

impl Eq for Extra {}

impl Hash for Extra {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kept.hash(state);
    }
}

impl Extra {
    /// An element that takes the place of the one with this `Extra`: same bytes, nothing kept.
    #[must_use]
    pub fn at(span: Span) -> Self {
        Extra { span, ..Extra::default() }
    }

    /// What is kept, made where there is nothing yet.
    pub fn kept_mut(&mut self) -> &mut Kept {
        self.kept.get_or_insert_default()
    }

    /// Whether something is kept in the place of a field: an attribute's value or a child of this name that could not be read.
    #[must_use]
    pub fn keeps(&self, ns: &str, name: &str) -> bool {
        self.kept.as_deref().is_some_and(|kept| {
            kept.values.iter().any(|value| value.name == name && value.ns == ns)
                || kept.nodes.iter().any(|node| node.is_element(name))
        })
    }

    /// As [`Extra::keeps`], but for children in which nothing stands.
    #[must_use]
    pub fn keeps_filled(&self, ns: &str, name: &str) -> bool {
        self.kept.as_deref().is_some_and(|kept| {
            kept.values.iter().any(|value| value.name == name && value.ns == ns)
                || kept.nodes.iter().any(|node| node.is_element(name) && !node.is_empty_element())
        })
    }

    /// Whether anything unknown is kept of the element: attributes, values, elements, a text. Comments are not, nor are values that
    /// say nothing.
    #[must_use]
    pub fn keeps_unknown(&self) -> bool {
        self.kept.as_deref().is_some_and(|kept| {
            let says = |value: &KeptValue| !value.absent;
            !kept.attributes.is_empty() || kept.values.iter().any(says) || kept.nodes.iter().any(KeptNode::is_content)
        })
    }

    /// Forgets where the element stood, and what it keeps: it was not read from the document that it belongs to.
    pub fn displace(&mut self) {
        self.disown();
        self.each_span(&mut |_| Span::default());
    }

    /// As [`Extra::displace`], of an element that was read from a part of the document that begins so many bytes behind its beginning:
    /// it stands there.
    pub(crate) fn shift(&mut self, by: u32) {
        self.disown();
        self.each_span(&mut |span| Span { start: span.start.saturating_add(by), end: span.end.saturating_add(by) });
    }

    /// Forgets what only a root has.
    fn disown(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.rest.iter_mut().for_each(|rest| rest.name = None);
            if **kept == Kept::default() {
                self.kept = None;
            }
        }
    }

    fn each_span(&mut self, place: &mut dyn FnMut(Span) -> Span) {
        self.span = place(self.span);
        for kept in self.kept.iter_mut() {
            let leaves = kept.rest.iter_mut().flat_map(|rest| &mut rest.leaves);
            let inside = leaves.flat_map(|leaf| leaf.before.iter_mut().chain(&mut leaf.after));
            kept.nodes.iter_mut().chain(inside).for_each(|node| node.span = place(node.span));
        }
    }

    /// Drops the namespace declarations for which `unwanted` holds; its argument is the URI.
    pub fn undeclare(&mut self, unwanted: impl Fn(&str) -> bool) {
        if let Some(kept) = &mut self.kept {
            kept.namespaces.retain(|(_, uri)| !unwanted(uri));
        }
    }

    /// Takes over what another element keeps; its nodes go to the end. Of an element beside this one, what stands before it goes
    /// before this one.
    pub fn absorb(&mut self, other: Extra) {
        let inside = self.span.start <= other.span.start && other.span.end <= self.span.end;
        let Some(other) = other.kept else { return };
        let Kept { nodes, rest } = *other;
        let kept = self.kept_mut();
        kept.nodes.extend(nodes.into_iter().map(|node| match node.anchor {
            Anchor::Ahead if !inside => node,
            _ => KeptNode { anchor: Anchor::End, nth: u32::MAX, ..node },
        }));
        let Some(other) = rest else { return };
        kept.namespaces.extend(other.namespaces);
        kept.needs(other.used);
        kept.attributes.extend(other.attributes);
        kept.values.extend(other.values);
        kept.assumed.extend(other.assumed);
        for leaf in other.leaves {
            let attributes = leaf.attributes.into_iter();
            kept.attributes.extend(attributes.filter(|(name, _)| !name.starts_with("xmlns")));
            kept.nodes.extend(leaf.before.into_iter().chain(leaf.after));
        }
    }
}

/// What is kept of an element, verbatim. Of most elements of which something is kept that is a comment, so that all else, which is
/// reached through this as if it were part of it, takes room only where there is some.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Comments, processing instructions and unknown content, in document order.
    pub nodes: Vec<KeptNode>,
    rest: Option<Box<KeptRest>>,
}

impl Deref for Kept {
    type Target = KeptRest;

    fn deref(&self) -> &KeptRest {
        static NOTHING: LazyLock<KeptRest> = LazyLock::new(KeptRest::default);
        self.rest.as_deref().unwrap_or_else(|| &NOTHING)
    }
}

impl DerefMut for Kept {
    fn deref_mut(&mut self) -> &mut KeptRest {
        self.rest.get_or_insert_default()
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.nodes == other.nodes && **self == **other
    }
}

impl Eq for Kept {}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.nodes, &**self).hash(state);
    }
}

/// What is kept of an element beside its [nodes](Kept::nodes).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KeptRest {
    /// Namespace declarations of the start tag: prefix (empty for the default namespace) and URI.
    pub namespaces: Vec<(Box<str>, Box<str>)>,
    /// Prefixes, and their namespaces, that what is kept here uses and that elements around declare: they come along where the element
    /// goes to a place at which they are not declared.
    pub used: Vec<(Box<str>, Box<str>)>,
    /// Unknown attributes: name with prefix as in the document, and value.
    pub attributes: Vec<(Box<str>, Box<str>)>,
    /// Unknown values of attributes that have a field, which holds none.
    pub values: Vec<KeptValue>,
    /// Values that count as none and were taken out: they are not written, and whoever asks can still see them.
    pub read_past: Vec<KeptValue>,
    /// Children that could not be read and were taken out, likewise.
    pub missed: Vec<KeptNode>,
    /// Attributes that must be there and have their default, as they were not there, or empty.
    pub assumed: Vec<AssumedValue>,
    /// Whether a choice of the element is an unknown one, to which belongs what is kept.
    pub open: bool,
    /// What belongs to children that are fields of this element and have no `Extra` of their own.
    pub leaves: Vec<KeptLeaf>,
    /// Of a root whose type holds elements of several names: the namespace and the name that it had.
    pub name: Option<(Box<str>, Box<str>)>,
    /// Of the root: what stands before it in the document (XML declaration, comments), ended by a line break.
    pub prolog: Box<str>,
    /// Of the root: what stands behind it, without white space at its ends.
    pub epilog: Box<str>,
}

impl KeptRest {
    /// Notes namespaces that what is kept uses.
    pub(crate) fn needs(&mut self, namespaces: impl IntoIterator<Item = (Box<str>, Box<str>)>) {
        for namespace in namespaces {
            if !self.used.contains(&namespace) {
                self.used.push(namespace);
            }
        }
    }
}

/// A value that its attribute does not take, or an empty one that counts as none. It is written in the place of the attribute, unless the
/// field has got a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeptValue {
    /// Namespace URI of the attribute, empty for none.
    pub ns: &'static str,
    /// Its local name.
    pub name: &'static str,
    /// The value.
    pub value: Box<str>,
    /// Whether it says nothing: the program that reads the format takes an empty one as if the attribute were not there.
    pub absent: bool,
}

/// An attribute that was read as its default. It is written as it was, as long as the field holds that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AssumedValue {
    /// Namespace URI of the attribute, empty for none.
    pub ns: &'static str,
    /// Its local name.
    pub name: &'static str,
    /// Whether it was there, with nothing in it.
    pub empty: bool,
}

/// A comment, a processing instruction, an unknown element or a text that is not expected.
///
/// Equality and hashes do not look at where it stood.
#[derive(Debug, Clone)]
pub struct KeptNode {
    /// Where it is written.
    pub anchor: Anchor,
    /// Of an element: how many children of its name, prefixes apart, that are fields stood before it. Of elements that have one name it may
    /// matter which is the first, so that it is written behind as many and before the others, wherever these go.
    pub nth: u32,
    /// Whether it stood on the line of what precedes it.
    pub same_line: bool,
    /// Its text in the document; line ends are `\n`.
    pub text: Box<str>,
    /// Its bytes in the document; none where it was not read from it.
    pub span: Span,
}

impl PartialEq for KeptNode {
    fn eq(&self, other: &Self) -> bool {
        (&self.anchor, self.nth, self.same_line, &self.text) == (&other.anchor, other.nth, other.same_line, &other.text)
    }
}

impl Eq for KeptNode {}

impl Hash for KeptNode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.anchor, self.nth, self.same_line, &self.text).hash(state);
    }
}

impl KeptNode {
    /// A node that is written at the end of its element.
    #[must_use]
    pub fn at_end(text: Box<str>, span: Span) -> Self {
        KeptNode { anchor: Anchor::End, nth: u32::MAX, same_line: false, text, span }
    }

    /// The name of an element, its prefix included; none for a comment, a processing instruction or a text.
    #[must_use]
    pub fn element_name(&self) -> Option<&str> {
        let tag = self.text.strip_prefix('<').filter(|tag| !tag.starts_with(['!', '?']))?;
        tag.split(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').next()
    }

    /// The name of an element without its prefix.
    pub(crate) fn local_name(&self) -> Option<&str> {
        self.element_name().map(|name| name.split_once(':').map_or(name, |(_, local)| local))
    }

    /// Whether it is an element of this name, its prefix included.
    #[must_use]
    pub fn is_element(&self, name: &str) -> bool {
        self.element_name() == Some(name)
    }

    /// Whether it is an element without attributes, in which nothing stands but white space.
    #[must_use]
    pub fn is_empty_element(&self) -> bool {
        let Some(name) = self.element_name() else { return false };
        let rest = self.text[1 + name.len()..].trim_start();
        let inner = rest.strip_prefix('>').and_then(|inner| inner.rfind("</").map(|end| &inner[..end]));
        rest == "/>" || inner.is_some_and(|inner| inner.trim().is_empty())
    }

    /// The element read as a `T`, what `T` does not know kept in it. Its parts stand where they stood, unless the text is another than
    /// that in the document: then they have no place.
    #[must_use]
    pub fn read<T: Element>(&self) -> Option<T> {
        self.read_noted().map(|parsed| parsed.value)
    }

    /// As [`KeptNode::read`], with what the reader has to say of it. The notes have no path, as the element does not know where it is;
    /// where its parts have no place they are about all of it.
    #[must_use]
    pub fn read_noted<T: Element>(&self) -> Option<Parsed<T>> {
        let options = ReadOptions { unknown: Unknown::Keep, exact: true, deep: false };
        let Parsed { mut value, mut notes } = T::from_xml_with(&self.text, &options).ok()?;
        let place = self.span.range();
        let stands = place.len() == self.text.len();
        extras_mut(&mut value, &mut |extra| if stands { extra.shift(self.span.start) } else { extra.displace() });
        for note in &mut notes {
            let part = note.range.clone();
            note.range = if stands { place.start + part.start..place.start + part.end } else { place.clone() };
            note.path.clear();
        }
        Some(Parsed { value, notes })
    }

    /// Whether it is a comment.
    #[must_use]
    pub fn is_comment(&self) -> bool {
        self.text.starts_with("<!--")
    }

    /// Whether it is an element or a text: no comment and no processing instruction.
    #[must_use]
    pub fn is_content(&self) -> bool {
        is_content(&self.text)
    }

    /// Whether it is a text.
    pub(crate) fn is_text(&self) -> bool {
        self.is_content() && self.element_name().is_none()
    }
}

/// Where a node is written. A comment belongs to the element that it precedes, or that it stands behind on the same line, and goes
/// where that goes. Other places are among the children of the element that keeps the node, named by a child: its local name and its
/// number, from 0, among the children with that name. `#text` stands for the element's own text. A place whose child is gone
/// counts as the end. Only fields are named: a place does not depend on what else is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// Before the element that keeps it.
    Ahead,
    /// Behind the element that keeps it, on its line.
    Behind,
    /// Before a child.
    Before(Box<str>, u32),
    /// Behind a child, on its line.
    After(Box<str>, u32),
    /// Behind all children.
    End,
}

/// Whether the text of a node is an element or a text: no comment and no processing instruction.
pub(crate) fn is_content(text: &str) -> bool {
    !text.starts_with("<!--") && !text.starts_with("<?")
}

/// The name that stands for an element's own text in an [`Anchor`].
pub(crate) const TEXT: &str = "#text";

/// What belongs to a child that is a plain field of its parent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KeptLeaf {
    /// The child's local name.
    pub name: Box<str>,
    /// Its number, from 0, among the children with that name.
    pub nth: u32,
    /// Attributes (namespace declarations included): name with prefix, and value.
    pub attributes: Vec<(Box<str>, Box<str>)>,
    /// Nodes before its text.
    pub before: Vec<KeptNode>,
    /// Nodes behind its text.
    pub after: Vec<KeptNode>,
}
