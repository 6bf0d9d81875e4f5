//! Reading: a parsed document into typed fields, with every error of the document in one go.

mod document;
mod fields;
mod report;

use crate::content::Content;
use crate::error::{ErrorKind, NoteKind};
use crate::extra::{AssumedValue, Kept, KeptValue};
use crate::info::{Blank, FieldInfo, FieldKind, TextInfo, TypeInfo};
use crate::keep;
use crate::slots::{Slot, SlotMut};
use crate::verbatim::{AnyAttribute, Verbatim};
use report::Pending;
use roxmltree::NodeId;
use std::borrow::Cow;
use std::ops::Range;

pub use document::read_into;
pub(crate) use document::{Read, parse_document, parse_for, read};

/// How deep elements may nest; of a document the parser has seen to that already.
const MAX_DEPTH: u32 = domxml_xml::limits::MAX_DEPTH as u32;

/// What to do with content that is not of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// It is an error.
    #[default]
    Deny,
    /// It is kept verbatim, in place, with a note. So is what cannot be read, wherever the types can do without it.
    Keep,
}

/// Options of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// What to do with content that is not of the format. Comments and processing instructions are always kept.
    pub unknown: Unknown,
    /// Whether blanks around a value are noted as refused where the program that reads the format does not read past them, as
    /// [`Scalar::blanks`](crate::Scalar::blanks) tells. XML Schema always does. Blanks between the start tag of an element and a comment are no
    /// part of its text then, as they are none for a program that has libxml2 leave blanks out.
    pub exact: bool,
    /// Whether the text of an element goes on in what is unknown in it, as it does for a program that asks XPath for the string.
    pub deep: bool,
}

/// An element of the document that is read.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(pub(crate) roxmltree::Node<'a, 'a>);

impl<'a> Node<'a> {
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
    /// Namespace URI (empty for none) and local name.
    #[must_use]
    pub fn name(self) -> (&'a str, &'a str) {
        (self.0.namespace().unwrap_or(""), self.0.name())
    }

    /// The name with its prefix, as in the document.
    pub(crate) fn qualified(self) -> Cow<'a, str> {
        domxml_xml::text_of(self.1.document(), self.0.range_qname())
    }
}

/// Reads a document by the tables of its types.
#[derive(Debug)]
pub struct Reader {
    options: ReadOptions,
    errors: Vec<Pending<ErrorKind>>,
    notes: Vec<Pending<NoteKind>>,
    omitted: usize,
    depth: u32,
    /// The variant of the open element is not known, so nothing can be said of what it holds.
    silent: bool,
    /// Values of the open element's attributes that are to be kept.
    values: Vec<KeptValue>,
    /// Whether anything is kept that is not known, or a value assumed: see [`Read::keeps`].
    keeps: bool,
    /// Attributes of the open element that have their default without saying so.
    assumed_values: Vec<AssumedValue>,
    /// The discriminating attribute of the open element that is absent and means one of its values.
    assumed: Option<&'static FieldInfo>,
    /// What the open element must have and what it has had of that.
    required: Required,
    /// Whether any namespace is declared in the document.
    namespaces: bool,
    /// Nodes of open elements that are to be kept, in document order.
    kept: Vec<NodeId>,
    /// Plain children of open elements of which something is to be kept, in document order.
    leaves: Vec<NodeId>,
    /// Whether there are comments or processing instructions in the document.
    remarks: bool,
    /// Those of them in open elements that belong to one of their children, in document order.
    taken: Vec<NodeId>,
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

/// The bytes of an element's start tag as far as its name.
fn open_tag(node: roxmltree::Node<'_, '_>) -> Range<usize> {
    let range = node.range();
    let tag = &node.document().input_text()[range.clone()];
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
    range.start..range.start + end
}

impl Reader {
    /// Reads an element into a struct.
    pub fn element(&mut self, node: Node<'_>, out: &mut dyn Content) {
        let info = out.info();
        self.element_of(node.0, info, out);
    }

    /// As [`Reader::element`], with the table of the struct: that is asked for once, as each question to a struct by way of its
    /// [`Content`] is a jump that the processor does not foresee.
    fn element_of(&mut self, node: roxmltree::Node<'_, '_>, info: &'static TypeInfo, out: &mut dyn Content) {
        if self.depth == MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} elements stand inside each other");
            return self.error(node, open_tag(node), ErrorKind::Syntax, message, Vec::new(), None);
        }
        self.depth += 1;
        let outer_silent = std::mem::replace(&mut self.silent, false);
        let outer_required = std::mem::take(&mut self.required);
        self.required.add(info);
        let (kept, leaves, taken) = (self.kept.len(), self.leaves.len(), self.taken.len());
        let errors = self.errors.len();
        let mut around = Vec::new();
        self.assumed = None;
        let mut text = info.text;
        if info.payloads > 0 {
            self.select_all(Node(node), info, out, &mut text);
        }
        if let Some(extra) = out.extra_mut() {
            extra.span = node.range().into();
            extra.assumed = self.assumed.take();
            if self.remarks {
                keep::around(node, extra, &mut around);
            }
        }
        let mut from = 0;
        for attribute in node.attributes() {
            let attribute = Attribute(attribute, node);
            if !self.offer_attribute(info, out, attribute, &mut from) && !self.offer_any_attribute(out, attribute) {
                self.unknown_attribute(node, out, attribute);
            }
        }
        if !self.values.is_empty()
            && let Some(kept) = self.keep_in(out)
        {
            kept.values.append(&mut self.values);
        }
        if self.silent
            && self.options.unknown == Unknown::Keep
            && let Some(kept) = self.keep_in(out)
        {
            kept.open = true;
        }
        if self.namespaces
            && let Some(extra) = out.extra_mut()
        {
            keep::namespaces(node, extra);
        }
        if self.required.attributes > 0 && !self.silent && self.options.unknown == Unknown::Keep {
            self.assume(node, out);
        }
        if !self.assumed_values.is_empty()
            && let Some(kept) = self.keep_in(out)
        {
            kept.assumed.append(&mut self.assumed_values);
        }
        let odd = self.read_children(node, info, text, out);
        // Nothing is made up for what all branches have, be the branch unknown.
        let is_open = self.silent && self.options.unknown == Unknown::Keep && self.errors.len() == errors;
        if (!self.silent || is_open) && (self.required.attributes > 0 || self.required.children > 0) {
            each_info(out, &mut |info| self.check_required(node, info));
        }
        let unknown = self.kept.len() > kept || self.leaves.len() > leaves;
        self.keeps |= unknown;
        if (odd || unknown)
            && let Some(extra) = out.extra_mut()
        {
            // A text is read behind the elements.
            self.kept[kept..].sort_unstable_by_key(|id| id.get());
            keep::nodes(node, extra, &self.kept[kept..], &self.leaves[leaves..], &self.taken[taken..]);
        }
        self.taken.truncate(taken);
        self.taken.append(&mut around);
        self.kept.truncate(kept);
        self.leaves.truncate(leaves);
        self.silent = outer_silent;
        self.required = outer_required;
        self.depth -= 1;
    }

    /// What an element keeps, for something more that is not known.
    #[cold]
    fn keep_in<'o>(&mut self, out: &'o mut dyn Content) -> Option<&'o mut Kept> {
        let extra = out.extra_mut()?;
        self.keeps = true;
        Some(extra.kept_mut())
    }

    /// Reads text, of this kind, and child elements; true if there are comments or processing instructions.
    fn read_children(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        info: &'static TypeInfo,
        mut kind: TextInfo,
        out: &mut dyn Content,
    ) -> bool {
        if kind == TextInfo::Any {
            // As soon as there is a text, the white space around it counts.
            let texts = node.children().any(|child| child.is_text() && !is_blank(child.text().unwrap_or_default()));
            kind = if texts { TextInfo::Mixed } else { TextInfo::None };
        }
        let mut text = Cow::Borrowed("");
        let (mut odd, mut elements) = (false, false);
        let mut from = 0;
        for child in node.children() {
            if child.is_element() {
                elements = true;
                if !self.offer_child(info, out, Node(child), &mut from) && !self.offer_any_child(out, Node(child)) {
                    self.unknown_element(node, out, child);
                    if self.options.deep {
                        texts(child).for_each(|piece| append(&mut text, piece));
                    }
                }
            } else if child.is_text() {
                let piece = child.text().unwrap_or_default();
                match kind {
                    TextInfo::None if is_blank(piece) => {}
                    TextInfo::None => self.unexpected_text(node, child),
                    TextInfo::Mixed | TextInfo::Any => self.give_text(out, Node(node), piece),
                    TextInfo::Optional(_) | TextInfo::Required(_) if self.passes_over(child, &text) => {}
                    TextInfo::Optional(_) | TextInfo::Required(_) => append(&mut text, piece),
                }
            } else {
                odd = true;
            }
        }
        let blank = is_blank(&text);
        match kind {
            TextInfo::Required(_) if blank && elements => self.give_text(out, Node(node), ""),
            TextInfo::Required(_) => self.give_text(out, Node(node), &text),
            TextInfo::Optional(_) if !blank => self.give_text(out, Node(node), &text),
            _ => {}
        }
        odd
    }

    /// Whether a piece of a text is layout to the program that reads the format: blanks beside a comment or an element, where nothing has
    /// been read yet. References make no layout.
    fn passes_over(&self, piece: roxmltree::Node<'_, '_>, read: &str) -> bool {
        self.options.exact
            && read.is_empty()
            && (piece.prev_sibling().is_some() || piece.next_sibling().is_some())
            && is_blank(&piece.document().input_text()[piece.range()])
    }

    /// Gives an attribute to the field that has its name, be it in a member of a payload; false: there is none. `from` is where the
    /// last one was found: documents mostly keep to the order of the table.
    fn offer_attribute(
        &mut self,
        info: &'static TypeInfo,
        out: &mut dyn Content,
        attribute: Attribute<'_>,
        from: &mut usize,
    ) -> bool {
        let (ns, local) = attribute.name();
        if let Some(index) = info.find_attribute(ns, local, *from) {
            *from = index + 1;
            // The attribute of a payload was seen when the variant was chosen.
            if let Some(SlotMut::Value(field)) = out.field_mut(index) {
                self.attribute(attribute, &info.fields[index], field);
            }
            return true;
        }
        members_mut(info, out, &mut |info, members| self.offer_attribute(info, members, attribute, &mut 0))
    }

    fn offer_any_attribute(&mut self, out: &mut dyn Content, attribute: Attribute<'_>) -> bool {
        let info = out.info();
        let any = info.fields.iter().position(|field| field.kind == FieldKind::AnyAttributes);
        if let Some(SlotMut::Attributes(field)) = any.and_then(|index| out.field_mut(index)) {
            let (ns, name) = attribute.name();
            let value = attribute.0.value().to_owned();
            field.push(AnyAttribute { ns: ns.to_owned(), name: name.to_owned(), value });
            return true;
        }
        members_mut(info, out, &mut |_, members| self.offer_any_attribute(members, attribute))
    }

    /// As [`Reader::offer_attribute`], for a child element.
    fn offer_child(
        &mut self,
        info: &'static TypeInfo,
        out: &mut dyn Content,
        node: Node<'_>,
        from: &mut usize,
    ) -> bool {
        let (ns, local) = node.name();
        if let Some((index, variant)) = info.find_child(ns, local, *from) {
            *from = index;
            if let Some(slot) = out.field_mut(index) {
                self.child_field(node, &info.fields[index], variant, slot);
            }
            return true;
        }
        // Where the variant is not known, its members would only lead to further errors.
        !self.silent && members_mut(info, out, &mut |info, members| self.offer_child(info, members, node, &mut 0))
    }

    fn offer_any_child(&mut self, out: &mut dyn Content, node: Node<'_>) -> bool {
        let (ns, local) = node.name();
        let takes = |field: &FieldInfo| field.kind == FieldKind::AnyElements && field.names.contains(ns, local);
        let info = out.info();
        let any = info.fields.iter().position(takes);
        if let Some(SlotMut::Verbatim(field)) = any.and_then(|index| out.field_mut(index)) {
            self.verbatim(node, field);
            return true;
        }
        members_mut(info, out, &mut |_, members| self.offer_any_child(members, node))
    }

    fn give_text(&mut self, out: &mut dyn Content, node: Node<'_>, text: &str) {
        let info = out.info();
        if info.text == TextInfo::None {
            members_mut(info, out, &mut |_, members| {
                let takes = text_kind(members) != TextInfo::None;
                if takes {
                    self.give_text(members, node, text);
                }
                takes
            });
            return;
        }
        let text_in = |field: &FieldInfo| field.entries.iter().position(|entry| entry.kind == FieldKind::Text);
        let takes = |field: &FieldInfo| field.kind == FieldKind::Text || field.text_too || text_in(field).is_some();
        let Some(index) = info.fields.iter().position(takes) else { return };
        match out.field_mut(index) {
            Some(SlotMut::Value(field)) => self.text(node, text, info.fields[index].blank, field),
            Some(SlotMut::Verbatim(field)) => field.put(Verbatim::text(text)),
            Some(SlotMut::Mix(mix)) => {
                let entry = text_in(&info.fields[index]).and_then(|variant| mix.open(variant));
                if let Some(SlotMut::Value(field)) = entry {
                    self.text(node, text, Blank::Value, field);
                }
            }
            _ => {}
        }
    }
}

/// Calls `take` with the members of each payload, and their table, until one of them takes what is offered.
fn members_mut(
    info: &'static TypeInfo,
    out: &mut dyn Content,
    take: &mut dyn FnMut(&'static TypeInfo, &mut dyn Content) -> bool,
) -> bool {
    info.payload_fields().any(|index| match out.field_mut(index) {
        Some(SlotMut::Payload(payload)) => payload.members_mut().is_some_and(|members| take(members.info(), members)),
        _ => false,
    })
}

/// Calls `see` with the tables of a struct and of the members of its payloads.
fn each_info(content: &dyn Content, see: &mut dyn FnMut(&'static TypeInfo)) {
    let info = content.info();
    see(info);
    for index in info.payload_fields() {
        if let Some(Slot::Payload(payload)) = content.field(index)
            && let Some(members) = payload.members()
        {
            each_info(members, see);
        }
    }
}

/// What text the element takes, be it in a member of a payload.
fn text_kind(content: &dyn Content) -> TextInfo {
    let mut kind = TextInfo::None;
    each_info(content, &mut |info| {
        if kind == TextInfo::None {
            kind = info.text;
        }
    });
    kind
}

/// The pieces of text in an element, and in those within it.
fn texts<'a, 'i>(node: roxmltree::Node<'a, 'i>) -> impl Iterator<Item = &'a str> {
    node.descendants().filter(|it| it.is_text() && !is_layout(*it)).filter_map(|text| text.text())
}

/// Whether a text is white space between elements, in one that does not begin with a text.
fn is_layout(text: roxmltree::Node<'_, '_>) -> bool {
    let blank = |text: roxmltree::Node<'_, '_>| is_blank(text.text().unwrap_or_default());
    let opens =
        text.parent().and_then(|parent| parent.first_child()).is_some_and(|first| first.is_text() && !blank(first));
    blank(text) && !opens && (text.prev_sibling().is_some() || text.next_sibling().is_some())
}

/// Another piece of a text.
fn append<'t>(text: &mut Cow<'t, str>, piece: &'t str) {
    match text.is_empty() {
        true => *text = Cow::Borrowed(piece),
        false => text.to_mut().push_str(piece),
    }
}

pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
