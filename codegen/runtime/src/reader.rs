//! Reading: a parsed document into typed fields, with every error of the document in one go.

use crate::content::{Content, Mix};
use crate::error::{ErrorKind, Note, NoteKind, ParseError, ParseErrors};
use crate::info::{AttributeInfo, TextInfo, TypeInfo};
use crate::keep;
use crate::near;
use crate::position::{Lines, Paths};
use crate::scalar::{Expected, ScalarError};
use crate::slots::{Field, Flag, Nest, NestMix, NestPayload, NestVerbatim, Room, Selection};
use crate::verbatim::{AnyAttribute, Verbatim};
use memchr::memmem;
use roxmltree::{Document, NodeId, NodeType};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// How deep typed elements may nest.
const MAX_DEPTH: u32 = 200;
/// How many errors, and how many notes, are recorded.
const MAX_RECORDED: usize = 1000;
/// How many times `xmlns` may occur: the XML parser's time grows with the cube of it.
const MAX_NAMESPACES: usize = 1000;
/// How many attributes a tag may have: the XML parser's time grows with the square of it.
const MAX_ATTRIBUTES: usize = 10_000;

/// What to do with content that is not of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// It is an error.
    #[default]
    Deny,
    /// It is kept verbatim, in place, with a note.
    Keep,
}

/// Options of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// What to do with content that is not of the format. Comments and processing instructions are always kept.
    pub unknown: Unknown,
}

/// An element of the document that is read.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(pub(crate) roxmltree::Node<'a, 'a>);

impl<'a> Node<'a> {
    /// The local name of an element in no namespace; empty for one in a namespace.
    #[must_use]
    pub fn plain(self) -> &'a str {
        let name = self.0.tag_name();
        if name.namespace().is_none() { name.name() } else { "" }
    }

    /// Namespace URI (empty for none) and local name.
    #[must_use]
    pub fn name(self) -> (&'a str, &'a str) {
        let name = self.0.tag_name();
        (name.namespace().unwrap_or(""), name.name())
    }

    /// Whether it is an element of this name. The local name decides most cases.
    fn is(self, ns: &str, local: &str) -> bool {
        self.0.is_element() && self.0.tag_name().name() == local && self.name().0 == ns
    }
}

/// An attribute of the document that is read.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a>(pub(crate) roxmltree::Attribute<'a, 'a>, roxmltree::Node<'a, 'a>);

impl<'a> Attribute<'a> {
    /// The local name of an attribute in no namespace; empty for one in a namespace.
    #[must_use]
    pub fn plain(self) -> &'a str {
        if self.0.namespace().is_none() { self.0.name() } else { "" }
    }

    /// Namespace URI (empty for none) and local name.
    #[must_use]
    pub fn name(self) -> (&'a str, &'a str) {
        (self.0.namespace().unwrap_or(""), self.0.name())
    }

    /// The name with its prefix, as in the document.
    pub(crate) fn qualified(self) -> &'a str {
        &self.1.document().input_text()[self.0.range_qname()]
    }
}

/// Reads a document: what [`Content`]'s methods call.
#[derive(Debug)]
pub struct Reader {
    options: ReadOptions,
    errors: Vec<Pending<ErrorKind>>,
    notes: Vec<Pending<NoteKind>>,
    omitted: usize,
    depth: u32,
    /// The variant of the open element is not known, so nothing can be said of what it holds.
    silent: bool,
    /// The discriminating attribute of the open element that is absent and means one of its values.
    assumed: Option<&'static AttributeInfo>,
    /// What the open element must have and what it has had of that.
    required: Required,
    /// Whether any namespace is declared in the document.
    namespaces: bool,
    /// Nodes of open elements that are to be kept, in document order.
    kept: Vec<NodeId>,
    /// Plain children of open elements of which something is to be kept, in document order.
    leaves: Vec<NodeId>,
}

/// Attributes and children that an element must have: how many of them are missing so far. A field that must be filled holds
/// exactly one value, and takes exactly one; only where children may be repeated is the count not exact.
#[derive(Debug, Clone, Copy, Default)]
struct Required {
    attributes: usize,
    children: usize,
}

impl Required {
    fn add(&mut self, info: &TypeInfo) {
        self.attributes += info.required_attributes;
        self.children += info.required_children;
    }
}

/// An error or note whose line and path are not yet known.
#[derive(Debug)]
struct Pending<K> {
    node: NodeId,
    range: Range<usize>,
    kind: K,
    message: String,
    expected: Vec<String>,
    suggestion: Option<String>,
}

/// Parses XML: no document type, no entities, and nothing that would take more than linear time.
pub(crate) fn parse_document(text: &str) -> Result<Document<'_>, ParseErrors> {
    let refuse = |at: usize, message: String| {
        let (line, column) = Lines::new(text).at(at);
        let error = ParseError {
            range: at..at,
            line,
            column,
            path: String::new(),
            kind: ErrorKind::Syntax,
            message,
            expected: Vec::new(),
            suggestion: None,
        };
        ParseErrors { errors: vec![error], omitted: 0 }
    };
    if u32::try_from(text.len()).is_err() {
        return Err(refuse(0, "the document is larger than 4 GiB".to_owned()));
    }
    if let Some(at) = NAMESPACE.find_iter(text.as_bytes()).nth(MAX_NAMESPACES) {
        return Err(refuse(at, format!("more than {MAX_NAMESPACES} namespace declarations")));
    }
    // A shorter text has no room for so many.
    if text.len() > 5 * MAX_ATTRIBUTES
        && let Some(at) = crowded_tag(text)
    {
        return Err(refuse(at, format!("more than {MAX_ATTRIBUTES} attributes in one tag")));
    }
    Document::parse(text).map_err(|error| {
        let pos = error.pos();
        let at = Lines::new(text).offset(pos.row, pos.col);
        let message = match error {
            roxmltree::Error::DtdDetected => "a document type declaration is not allowed".to_owned(),
            other => {
                let full = other.to_string();
                let place = format!(" at {pos}");
                full.replace(&place, "")
            }
        };
        refuse(at, message)
    })
}

/// Finds where namespaces may be declared.
static NAMESPACE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("xmlns"));

/// Where the first tag with too many attributes starts.
fn crowded_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .iter()
            .find(|(open, _)| rest.starts_with(open))
            .map(|(_, close)| rest.find(close).map_or(text.len(), |end| start + end + close.len()));
        if let Some(end) = skipped {
            at = end;
            continue;
        }
        let (mut quote, mut values) = (None, 0);
        at = start + 1;
        while let Some(&byte) = bytes.get(at) {
            match (quote, byte) {
                (None, b'>') => break,
                (None, b'\'' | b'"') => {
                    quote = Some(byte);
                    values += 1;
                }
                (Some(open), close) if open == close => quote = None,
                _ => {}
            }
            at += 1;
        }
        if values > MAX_ATTRIBUTES {
            return Some(start);
        }
    }
    None
}

/// Reads a document into `out`.
pub(crate) fn read(text: &str, options: &ReadOptions, out: &mut dyn Content) -> Result<Vec<Note>, ParseErrors> {
    let document = parse_document(text)?;
    let mut reader = Reader {
        options: *options,
        errors: Vec::new(),
        notes: Vec::new(),
        omitted: 0,
        depth: 0,
        silent: false,
        assumed: None,
        required: Required::default(),
        namespaces: NAMESPACE.find(text.as_bytes()).is_some(),
        kept: Vec::new(),
        leaves: Vec::new(),
    };
    let root = document.root_element();
    let found = Node(root).name();
    match out.info().element {
        Some(name) if (name.ns, name.local) != found => {
            let message = match name.ns == found.0 {
                true => format!("the root is <{}>", found.1),
                false => format!("the root is <{}> of the namespace '{}'", found.1, found.0),
            };
            reader.error(root, open_tag(root), ErrorKind::Root, message, vec![format!("<{}>", name.local)], None);
        }
        _ => {
            reader.element(Node(root), out);
            if let Some(extra) = out.extra_mut() {
                keep::surroundings(root, extra);
            }
        }
    }
    reader.finish(&document)
}

/// The bytes of an element's start tag as far as its name.
fn open_tag(node: roxmltree::Node<'_, '_>) -> Range<usize> {
    let range = node.range();
    let tag = &node.document().input_text()[range.clone()];
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
    range.start..range.start + end
}

impl Reader {
    fn finish(self, document: &Document<'_>) -> Result<Vec<Note>, ParseErrors> {
        if self.errors.is_empty() && self.notes.is_empty() {
            return Ok(Vec::new());
        }
        let lines = Lines::new(document.input_text());
        let mut paths = Paths::default();
        let mut place = |node: NodeId, range: &Range<usize>| {
            let path = document.get_node(node).map(|node| paths.of(node)).unwrap_or_default();
            (lines.at(range.start), path)
        };
        if self.errors.is_empty() {
            let mut notes: Vec<Note> = Vec::with_capacity(self.notes.len());
            for Pending { node, range, kind, message, suggestion, .. } in self.notes {
                let ((line, column), path) = place(node, &range);
                notes.push(Note { range, line, column, path, kind, message, suggestion });
            }
            notes.sort_by_key(|note| note.range.start);
            return Ok(notes);
        }
        let mut errors: Vec<ParseError> = Vec::with_capacity(self.errors.len());
        for Pending { node, range, kind, message, expected, suggestion } in self.errors {
            let ((line, column), path) = place(node, &range);
            errors.push(ParseError { range, line, column, path, kind, message, expected, suggestion });
        }
        errors.sort_by_key(|error| error.range.start);
        Err(ParseErrors { errors, omitted: self.omitted })
    }

    fn error(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        range: Range<usize>,
        kind: ErrorKind,
        message: String,
        expected: Vec<String>,
        suggestion: Option<String>,
    ) {
        if self.errors.len() < MAX_RECORDED {
            self.errors.push(Pending { node: node.id(), range, kind, message, expected, suggestion });
        } else {
            self.omitted += 1;
        }
    }

    fn note(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        range: Range<usize>,
        kind: NoteKind,
        message: String,
        suggestion: Option<String>,
    ) {
        if self.notes.len() < MAX_RECORDED {
            self.notes.push(Pending { node: node.id(), range, kind, message, expected: Vec::new(), suggestion });
        }
    }

    /// Reads an element into a struct.
    pub fn element(&mut self, node: Node<'_>, out: &mut dyn Content) {
        let node = node.0;
        if self.depth == MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} elements inside each other");
            return self.error(node, open_tag(node), ErrorKind::Syntax, message, Vec::new(), None);
        }
        self.depth += 1;
        let info = out.info();
        let outer_silent = std::mem::replace(&mut self.silent, false);
        let outer_required = std::mem::take(&mut self.required);
        self.required.add(info);
        let (kept, leaves) = (self.kept.len(), self.leaves.len());
        self.assumed = None;
        if info.payloads > 0 {
            out.select(self, Node(node));
        }
        if let Some(extra) = out.extra_mut() {
            extra.span = node.range().into();
            extra.assumed = self.assumed.take();
        }
        for attribute in node.attributes() {
            let attribute = Attribute(attribute, node);
            if !self.offer_attribute(out, attribute) && !self.offer_any_attribute(out, attribute) && !self.silent {
                self.unknown_attribute(node, out, attribute);
            }
        }
        if self.namespaces
            && let Some(extra) = out.extra_mut()
        {
            keep::namespaces(node, extra);
        }
        let odd = self.read_children(node, out, info);
        if !self.silent && (self.required.attributes > 0 || self.required.children > 0) {
            each_info(out, &mut |info| self.check_required(node, info));
        }
        if (odd || self.kept.len() > kept || self.leaves.len() > leaves)
            && let Some(extra) = out.extra_mut()
        {
            keep::nodes(node, extra, &self.kept[kept..], &self.leaves[leaves..]);
        }
        self.kept.truncate(kept);
        self.leaves.truncate(leaves);
        self.silent = outer_silent;
        self.required = outer_required;
        self.depth -= 1;
    }

    /// Reads text and child elements; true if there are comments or processing instructions.
    fn read_children(&mut self, node: roxmltree::Node<'_, '_>, out: &mut dyn Content, info: &'static TypeInfo) -> bool {
        let mut kind = if info.payloads == 0 { info.text } else { text_kind(out) };
        if kind == TextInfo::Any {
            // As soon as there is a text, the white space around it counts.
            let texts = node.children().any(|child| child.is_text() && !is_blank(child.text().unwrap_or_default()));
            kind = if texts { TextInfo::Mixed } else { TextInfo::None };
        }
        let mut text: Option<Cow<'_, str>> = None;
        let (mut odd, mut elements) = (false, false);
        for child in node.children() {
            match child.node_type() {
                NodeType::Element => {
                    elements = true;
                    if !self.offer_child(out, Node(child)) && !self.offer_any_child(out, Node(child)) {
                        self.unknown_element(node, out, child);
                    }
                }
                NodeType::Text => {
                    let piece = child.text().unwrap_or_default();
                    match kind {
                        TextInfo::None if is_blank(piece) => {}
                        TextInfo::None => self.unexpected_text(node, child),
                        TextInfo::Mixed | TextInfo::Any => self.give_text(out, Node(node), piece),
                        TextInfo::Optional(_) | TextInfo::Required(_) => {
                            text = Some(match text {
                                None => Cow::Borrowed(piece),
                                Some(before) => Cow::Owned(before.into_owned() + piece),
                            });
                        }
                    }
                }
                NodeType::Comment | NodeType::PI => odd = true,
                NodeType::Root => {}
            }
        }
        let text = text.unwrap_or_default();
        let blank = is_blank(&text);
        match kind {
            TextInfo::Required(_) if blank && elements => self.give_text(out, Node(node), ""),
            TextInfo::Required(_) => self.give_text(out, Node(node), &text),
            TextInfo::Optional(_) if !blank => self.give_text(out, Node(node), &text),
            _ => {}
        }
        odd
    }

    fn offer_attribute(&mut self, out: &mut dyn Content, attribute: Attribute<'_>) -> bool {
        if out.attribute(self, attribute) {
            return true;
        }
        for index in 0..out.info().payloads {
            let Some(payload) = out.payload_mut(index) else { continue };
            if let Some(members) = payload.members_mut()
                && self.offer_attribute(members, attribute)
            {
                return true;
            }
        }
        false
    }

    fn offer_any_attribute(&mut self, out: &mut dyn Content, attribute: Attribute<'_>) -> bool {
        out.any_attribute(self, attribute)
            || (0..out.info().payloads).any(|index| {
                let members = out.payload_mut(index).and_then(|payload| payload.members_mut());
                members.is_some_and(|members| self.offer_any_attribute(members, attribute))
            })
    }

    fn offer_child(&mut self, out: &mut dyn Content, node: Node<'_>) -> bool {
        // Where the variant is not known, its members would only lead to further errors.
        let payloads = if self.silent { 0 } else { out.info().payloads };
        out.child(self, node)
            || (0..payloads).any(|index| {
                let members = out.payload_mut(index).and_then(|payload| payload.members_mut());
                members.is_some_and(|members| self.offer_child(members, node))
            })
    }

    fn offer_any_child(&mut self, out: &mut dyn Content, node: Node<'_>) -> bool {
        out.any_child(self, node)
            || (0..out.info().payloads).any(|index| {
                let members = out.payload_mut(index).and_then(|payload| payload.members_mut());
                members.is_some_and(|members| self.offer_any_child(members, node))
            })
    }

    fn give_text(&mut self, out: &mut dyn Content, node: Node<'_>, text: &str) {
        if out.info().text != TextInfo::None {
            return out.text(self, node, text);
        }
        for index in 0..out.info().payloads {
            if let Some(members) = out.payload_mut(index).and_then(|payload| payload.members_mut())
                && text_kind(members) != TextInfo::None
            {
                return self.give_text(members, node, text);
            }
        }
    }

    /// Chooses the variant of a payload by the element's attribute.
    pub fn select(&mut self, node: Node<'_>, slot: &mut dyn NestPayload) {
        let table = slot.table();
        let attribute = match table.ns {
            "" => node.0.attribute_node(table.name),
            ns => node.0.attribute_node((ns, table.name)),
        };
        match slot.select(attribute.map(|a| a.value())) {
            Selection::Chosen | Selection::Absent => {}
            Selection::Assumed => self.assumed = self.assumed.or(Some(table)),
            Selection::Missing => {
                self.silent = true;
                let expected = quoted(table.values);
                let message = format!("missing attribute '{}'", table.name);
                self.error(node.0, open_tag(node.0), ErrorKind::MissingAttribute, message, expected, None);
            }
            Selection::Unknown => {
                self.silent = true;
                if let Some(attribute) = attribute {
                    self.bad_attribute(Attribute(attribute, node.0), ScalarError::one_of(table.values));
                }
            }
        }
        if let Some(members) = slot.get_mut().and_then(|payload| payload.members_mut()) {
            let info = members.info();
            self.required.add(info);
            if info.payloads > 0 {
                members.select(self, node);
            }
        }
    }

    /// Reads an attribute.
    pub fn attribute(&mut self, attribute: Attribute<'_>, field: &mut dyn Field) {
        if field.room() == Room::Unknown {
            self.required.attributes = self.required.attributes.saturating_sub(1);
        }
        if let Err(error) = field.read(attribute.0.value()) {
            self.bad_attribute(attribute, error);
        }
    }

    /// Keeps an attribute of any name; a namespace declaration is none.
    pub fn any_attribute(&mut self, attribute: Attribute<'_>, field: &mut Vec<AnyAttribute>) {
        let (ns, name) = attribute.name();
        field.push(AnyAttribute { ns: ns.to_owned(), name: name.to_owned(), value: attribute.0.value().to_owned() });
    }

    /// Reads a child element into a struct.
    pub fn child(&mut self, node: Node<'_>, field: &mut dyn Nest) {
        if self.has_room(node, field.room()) {
            self.element(node, field.open());
        }
    }

    /// Reads a child element that holds nothing but text.
    pub fn leaf(&mut self, node: Node<'_>, field: &mut dyn Field) {
        let room = field.room();
        if !self.has_room(node, room) {
            return;
        }
        let text = self.leaf_text(node.0);
        if let Err(error) = field.read(&text) {
            // libvirt takes an element with nothing in it for none.
            if room == Room::Free && is_blank(&text) && self.options.unknown == Unknown::Keep {
                let what = || (format!("there is nothing in <{}>", node.name().1), Vec::new(), None);
                if self.unknown(node.0, open_tag(node.0), ErrorKind::Value, what) {
                    self.kept.push(node.0.id());
                }
            } else {
                self.bad_text(node, &text, error);
            }
        }
    }

    /// As [`Reader::leaf`], into a field that is known to have room.
    pub fn scalar(&mut self, node: Node<'_>, field: &mut dyn Field) {
        let text = self.leaf_text(node.0);
        if let Err(error) = field.read(&text) {
            self.bad_text(node, &text, error);
        }
    }

    /// Reads a child element that holds nothing.
    pub fn flag(&mut self, node: Node<'_>, field: &mut dyn Flag) {
        if self.has_room(node, field.room()) {
            field.raise();
            self.empty(node);
        }
    }

    /// Reads an element that holds nothing and is no field.
    pub fn empty(&mut self, node: Node<'_>) {
        let text = self.leaf_text(node.0);
        if !is_blank(&text) {
            self.unexpected_text(node.0, node.0);
        }
    }

    /// Keeps a child element as it stands.
    pub fn verbatim(&mut self, node: Node<'_>, field: &mut dyn NestVerbatim) {
        if self.has_room(node, field.room()) {
            field.put(Verbatim::of(node.0));
        }
    }

    /// Reads one of several elements whose order is kept; false if it is none of them.
    pub fn mix<M: Mix>(&mut self, node: Node<'_>, field: &mut impl NestMix<M>) -> bool {
        let Some(entry) = M::of(node) else { return false };
        match field.put(entry) {
            Some(entry) => entry.read(self, node),
            None => self.repeated(node),
        }
        true
    }

    /// Reads a text among elements whose order is kept.
    pub fn mix_text<M: Mix>(&mut self, node: Node<'_>, text: &str, field: &mut impl NestMix<M>) {
        let entry = M::of_text().and_then(|entry| field.put(entry));
        if let Some(entry) = entry {
            entry.read_text(self, node, text);
        }
    }

    /// Reads the element's own text.
    pub fn text(&mut self, node: Node<'_>, text: &str, field: &mut dyn Field) {
        if let Err(error) = field.read(text) {
            self.bad_text(node, text, error);
        }
    }

    /// The text of an element that is a plain field of its parent; whatever else it holds is kept or reported.
    fn leaf_text<'a>(&mut self, node: roxmltree::Node<'a, 'a>) -> Cow<'a, str> {
        let mut odd = self.namespaces && keep::declares(node);
        for attribute in node.attributes() {
            odd |= self.unknown(node, attribute.range_qname(), ErrorKind::UnknownAttribute, || {
                (format!("unknown attribute '{}'", attribute.name()), Vec::new(), None)
            });
        }
        let mut text = Cow::Borrowed("");
        for child in node.children() {
            match child.node_type() {
                NodeType::Text => {
                    let piece = child.text().unwrap_or_default();
                    text = if text.is_empty() { Cow::Borrowed(piece) } else { Cow::Owned(text.into_owned() + piece) };
                }
                NodeType::Comment | NodeType::PI => odd = true,
                NodeType::Element => {
                    odd |= self.unknown(child, open_tag(child), ErrorKind::UnknownElement, || {
                        (format!("unknown element <{}>", child.tag_name().name()), Vec::new(), None)
                    });
                }
                NodeType::Root => {}
            }
        }
        if odd {
            self.leaves.push(node.id());
        }
        text
    }

    fn has_room(&mut self, node: Node<'_>, room: Room) -> bool {
        let free = match room {
            Room::Free => true,
            Room::Filled => false,
            Room::Unknown => {
                !node.0.prev_siblings().skip(1).any(|s| s.is_element() && s.tag_name() == node.0.tag_name())
            }
        };
        if !free {
            self.repeated(node);
        } else if room == Room::Unknown {
            self.required.children = self.required.children.saturating_sub(1);
        }
        free
    }

    fn repeated(&mut self, node: Node<'_>) {
        let name = node.name().1;
        let message = || (format!("<{name}> is given more than once"), Vec::new(), None);
        if self.unknown(node.0, open_tag(node.0), ErrorKind::Repeated, message) {
            self.kept.push(node.0.id());
        }
    }

    /// Reports what is not of the format; true if it is to be kept.
    fn unknown(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        range: Range<usize>,
        kind: ErrorKind,
        what: impl FnOnce() -> (String, Vec<String>, Option<String>),
    ) -> bool {
        let keep = self.options.unknown == Unknown::Keep;
        // Beyond the limit nothing is recorded, so nothing need be worked out.
        let recorded = if keep { self.notes.len() } else { self.errors.len() };
        if recorded >= MAX_RECORDED {
            self.omitted += usize::from(!keep);
            return keep;
        }
        let (message, expected, suggestion) = what();
        match keep {
            true => self.note(node, range, NoteKind::Kept, message + "; kept as it is", suggestion),
            false => self.error(node, range, kind, message, expected, suggestion),
        }
        keep
    }

    fn unknown_attribute(&mut self, node: roxmltree::Node<'_, '_>, out: &mut dyn Content, attribute: Attribute<'_>) {
        let what = || {
            let mut names = Vec::new();
            each_info(out, &mut |info| names.extend(info.attributes.iter().map(|a| a.name)));
            let suggestion = near::nearest(attribute.name().1, names.iter().copied()).map(|name| format!("'{name}'"));
            let expected = names.iter().map(|name| format!("'{name}'")).collect();
            (format!("unknown attribute '{}'", attribute.qualified()), expected, suggestion)
        };
        let keep = self.unknown(node, attribute.0.range_qname(), ErrorKind::UnknownAttribute, what);
        if keep && let Some(extra) = out.extra_mut() {
            extra.kept_mut().attributes.push((attribute.qualified().into(), attribute.0.value().into()));
        }
    }

    fn unknown_element(
        &mut self,
        parent: roxmltree::Node<'_, '_>,
        out: &mut dyn Content,
        child: roxmltree::Node<'_, '_>,
    ) {
        if self.silent {
            return;
        }
        let what = || {
            let mut names = Vec::new();
            each_info(out, &mut |info| names.extend(info.children.iter().map(|c| c.name)));
            let suggestion =
                near::nearest(child.tag_name().name(), names.iter().copied()).map(|name| format!("<{name}>"));
            let expected = names.iter().map(|name| format!("<{name}>")).collect();
            let open = open_tag(child);
            let name = &parent.document().input_text()[open.start + 1..open.end];
            (format!("unknown element <{name}>"), expected, suggestion)
        };
        if self.unknown(child, open_tag(child), ErrorKind::UnknownElement, what) {
            self.kept.push(child.id());
        }
    }

    fn unexpected_text(&mut self, parent: roxmltree::Node<'_, '_>, text: roxmltree::Node<'_, '_>) {
        if self.silent {
            return;
        }
        let what = || (format!("unexpected text in <{}>", parent.tag_name().name()), Vec::new(), None);
        if self.unknown(parent, text.range(), ErrorKind::UnexpectedText, what) {
            self.kept.push(text.id());
        }
    }

    fn bad_attribute(&mut self, attribute: Attribute<'_>, error: ScalarError) {
        let (expected, suggestion) = expectation(&error, attribute.0.value());
        let message =
            format!("invalid value '{}' of attribute '{}'", clipped(attribute.0.value()), attribute.qualified());
        self.error(attribute.1, attribute.0.range_value(), ErrorKind::Value, message, expected, suggestion);
    }

    fn bad_text(&mut self, node: Node<'_>, text: &str, error: ScalarError) {
        let (expected, suggestion) = expectation(&error, text);
        let message = format!("invalid text '{}' of <{}>", clipped(text), node.name().1);
        let range =
            node.0.children().find(roxmltree::Node::is_text).map_or_else(|| open_tag(node.0), |text| text.range());
        self.error(node.0, range, ErrorKind::Value, message, expected, suggestion);
    }

    /// Reports what is missing of what the table asks for.
    fn check_required(&mut self, node: roxmltree::Node<'_, '_>, info: &'static TypeInfo) {
        for attribute in info.attributes.iter().filter(|a| a.required) {
            let present = match attribute.ns {
                "" => node.has_attribute(attribute.name),
                ns => node.has_attribute((ns, attribute.name)),
            };
            if !present {
                let message = format!("missing attribute '{}'", attribute.name);
                let expected = quoted(attribute.values);
                self.error(node, open_tag(node), ErrorKind::MissingAttribute, message, expected, None);
            }
        }
        for child in info.children.iter().filter(|c| c.required) {
            if !node.children().any(|node| Node(node).is(child.ns, child.name)) {
                let message = format!("missing element <{}>", child.name);
                // Of many there can be none: nothing is made up for it.
                if child.many && self.options.unknown == Unknown::Keep {
                    self.note(node, open_tag(node), NoteKind::Kept, message, None);
                    continue;
                }
                self.error(node, open_tag(node), ErrorKind::MissingElement, message, Vec::new(), None);
            }
        }
    }
}

/// Calls `see` with the tables of a struct and of the members of its payloads.
fn each_info(content: &dyn Content, see: &mut dyn FnMut(&'static TypeInfo)) {
    let info = content.info();
    see(info);
    for index in 0..info.payloads {
        if let Some(members) = content.payload(index).and_then(|payload| payload.members()) {
            each_info(members, see);
        }
    }
}

/// What text the element takes, be it in a member of a payload.
fn text_kind(content: &dyn Content) -> TextInfo {
    let info = content.info();
    if info.text != TextInfo::None {
        return info.text;
    }
    (0..info.payloads)
        .filter_map(|index| content.payload(index)?.members())
        .map(text_kind)
        .find(|kind| *kind != TextInfo::None)
        .unwrap_or(TextInfo::None)
}

pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

fn quoted(values: &[crate::info::ValueInfo]) -> Vec<String> {
    values.iter().map(|value| format!("'{}'", value.value)).collect()
}

fn expectation(error: &ScalarError, found: &str) -> (Vec<String>, Option<String>) {
    let (values, described): (&[_], _) = match &error.expected {
        Expected::Described(text) => (&[], Some(text)),
        Expected::OneOf(values) => (values, None),
        Expected::OneOfOr(values, text) => (values, Some(text)),
    };
    let mut expected = quoted(values);
    expected.extend(described.map(|text| text.to_string()));
    let suggestion = near::nearest(found, values.iter().map(|value| value.value));
    (expected, suggestion.map(|value| format!("'{value}'")))
}

/// The beginning of a value, for messages.
fn clipped(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => Cow::Owned(format!("{}...", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
