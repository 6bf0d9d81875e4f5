//! One method for each kind of field.

use super::report::{Spare, clipped, text_range, undeclared};
use super::{Attribute, Node, Reader, Unknown, append, is_blank, open_tag, texts};
use crate::content::{Content, fields_mut};
use crate::error::{ErrorKind, NoteKind};
use crate::extra::{AssumedValue, KeptValue};
use crate::info::{Blank, FieldInfo, FieldKind, TextInfo, TypeInfo};
use crate::keep;
use crate::scalar::ScalarError;
use crate::slots::{Count, Field, Flag, Nest, NestPayload, NestVerbatim, Room, Selection, SlotMut};
use crate::verbatim::Verbatim;
use roxmltree::NodeType;
use std::borrow::Cow;

/// How many elements of a name are read before those to come are counted.
const MANY: usize = 64;

/// How much a reader had found before it read an element.
#[derive(Clone, Copy)]
struct Stand {
    errors: usize,
    omitted: usize,
    taken: usize,
}

impl Reader {
    /// Chooses the variants of the payloads of a struct by the element's attributes. `text` is what text the element takes, as far as
    /// that is known without them.
    pub(super) fn select_all(
        &mut self,
        node: Node<'_>,
        info: &'static TypeInfo,
        out: &mut dyn Content,
        text: &mut TextInfo,
    ) {
        for index in info.payload_fields() {
            if let Some(SlotMut::Payload(payload)) = out.field_mut(index) {
                self.select(node, &info.fields[index], payload, text);
            }
        }
    }

    /// Chooses the variant of a payload by the element's attribute.
    fn select(&mut self, node: Node<'_>, table: &'static FieldInfo, slot: &mut dyn NestPayload, text: &mut TextInfo) {
        let attribute = match table.ns {
            "" => node.0.attribute_node(table.name),
            ns => node.0.attribute_node((ns, table.name)),
        };
        let empty = attribute.filter(|attribute| attribute.value().is_empty() && table.blank == Blank::Absent);
        let selection = slot.select(attribute.filter(|_| empty.is_none()).map(|a| a.value()));
        match selection {
            Selection::Chosen => {}
            Selection::Absent | Selection::Assumed => {
                if selection == Selection::Assumed {
                    self.assumed = self.assumed.or(Some(slot.table()));
                }
                if let Some(attribute) = empty {
                    self.absent(Attribute(attribute, node.0), table, false);
                }
            }
            Selection::Missing => {
                self.silent = true;
                match empty {
                    Some(attribute) => self.empty_value(Attribute(attribute, node.0)),
                    None => self.missing_attribute(node.0, table),
                }
            }
            Selection::Unknown => {
                if let Some(attribute) = attribute
                    && self.bad_attribute(
                        Attribute(attribute, node.0),
                        ScalarError::one_of(table.values),
                        Spare::Choice,
                    )
                {
                    slot.select_other(attribute.value());
                }
                self.silent = true;
            }
        }
        if let Some(members) = slot.members_mut() {
            let info = members.info();
            self.required.add(info);
            if *text == TextInfo::None {
                *text = info.text;
            }
            if info.payloads > 0 {
                self.select_all(node, info, members, text);
            }
        }
    }

    /// Reads an attribute.
    pub(super) fn attribute(&mut self, attribute: Attribute<'_>, line: &'static FieldInfo, field: &mut dyn Field) {
        // No element has an attribute twice: the type tells without being asked.
        let room = if line.count == Count::One { Room::Unknown } else { Room::Free };
        if room == Room::Unknown {
            self.required.attributes = self.required.attributes.saturating_sub(1);
        }
        let read = field.read(attribute.0.value());
        let empty = attribute.0.value().is_empty();
        let absent = empty && line.blank == Blank::Absent;
        match read {
            _ if absent && room == Room::Free => {
                field.clear();
                self.absent(attribute, line, read.is_ok());
            }
            // What stands for the attribute that must be there.
            _ if absent && line.default.is_some() => {
                if line.default.is_some_and(|default| matches!(field.read(default.value), Ok(None))) {
                    self.assumed_values.push(AssumedValue { ns: line.ns, name: line.name, empty: true });
                    self.told_absent(attribute, nothing_in(attribute));
                }
            }
            // Without it the element says nothing.
            _ if absent && (read.is_err() || self.options.unknown == Unknown::Keep) => self.empty_value(attribute),
            Ok(_) if empty && line.blank == Blank::Refused => self.refused_attribute(attribute, NOT_EMPTY),
            Ok(None) => {
                let Some(objection) = self.blanks(field, attribute.0.value()) else { return };
                match line.lax && !line.output_only {
                    true => self.lax(attribute, line, field, room, objection.to_owned()),
                    false if line.output_only => {}
                    false => self.refused_attribute(attribute, objection),
                }
            }
            Ok(Some(objection)) => self.refused_attribute(attribute, objection),
            Err(error) if line.lax && self.options.unknown == Unknown::Keep => {
                self.lax(attribute, line, field, room, error.to_string());
            }
            Err(error) => {
                if self.bad_attribute(attribute, error, Spare::of(room, line.output_only)) {
                    let value = attribute.0.value().into();
                    self.values.push(KeptValue { ns: line.ns, name: line.name, value, absent: false });
                }
            }
        }
    }

    /// Fills in attributes that must be there and are not, where the schema knows what stands for them.
    #[cold]
    pub(super) fn assume(&mut self, node: roxmltree::Node<'_, '_>, out: &mut dyn Content) {
        fields_mut(out, |line, slot| match slot {
            SlotMut::Value(field) if line.kind == FieldKind::Attribute && line.required => {
                let present = match line.ns {
                    "" => node.has_attribute(line.name),
                    ns => node.has_attribute((ns, line.name)),
                };
                if let Some(default) = line.default.filter(|_| !present)
                    && let Ok(None) = field.read(default.value)
                {
                    self.required.attributes = self.required.attributes.saturating_sub(1);
                    self.assumed_values.push(AssumedValue { ns: line.ns, name: line.name, empty: false });
                    let message = format!(
                        "<{}> lacks the attribute '{}': '{}' is assumed",
                        Node(node).name().1,
                        line.name,
                        default.value
                    );
                    self.note(node, open_tag(node), NoteKind::Missing, message, None);
                }
            }
            SlotMut::Payload(payload) => {
                if let Some(members) = payload.members_mut() {
                    self.assume(node, members);
                }
            }
            _ => {}
        });
    }

    /// Keeps an empty value that counts as none. Where the type of the attribute takes it there is nothing to say.
    #[cold]
    fn absent(&mut self, attribute: Attribute<'_>, line: &FieldInfo, taken: bool) {
        let value = attribute.0.value().into();
        self.values.push(KeptValue { ns: line.ns, name: line.name, value, absent: true });
        if !taken {
            self.told_absent(attribute, nothing_in(attribute));
        }
    }

    /// Tells of a value that counts as none.
    #[cold]
    fn told_absent(&mut self, attribute: Attribute<'_>, message: String) {
        let range = attribute.0.range_value();
        match self.options.unknown {
            Unknown::Keep => self.note(attribute.1, range, NoteKind::ReadPast, message, None),
            Unknown::Deny => self.error(attribute.1, range, ErrorKind::Empty, message, Vec::new(), None),
        }
    }

    /// Keeps a value that is not known and counts as none. Where the attribute must be there, so does the element.
    #[cold]
    fn lax(&mut self, attribute: Attribute<'_>, line: &FieldInfo, field: &mut dyn Field, room: Room, why: String) {
        let value = attribute.0.value();
        let message = format!(
            "'{}' is no value of the attribute '{}', and read past: {why}",
            clipped(value),
            attribute.qualified()
        );
        if room == Room::Free {
            field.clear();
            self.values.push(KeptValue { ns: line.ns, name: line.name, value: value.into(), absent: true });
            self.told_absent(attribute, message);
        } else {
            self.error(attribute.1, attribute.0.range_value(), ErrorKind::Empty, message, Vec::new(), None);
        }
    }

    /// Keeps an element whose text is not known and counts as none.
    #[cold]
    fn lax_text(&mut self, node: Node<'_>, text: &str, field: &mut dyn Field, why: &str) {
        let message = format!("'{}' is no value of <{}>, and read past: {why}", clipped(text), node.name().1);
        field.clear();
        self.note(node.0, text_range(node.0), NoteKind::ReadPast, message, None);
        self.kept.push(node.0.id());
    }

    /// Reports an empty value, which counts as none.
    #[cold]
    fn empty_value(&mut self, attribute: Attribute<'_>) {
        let (message, range) = (nothing_in(attribute), attribute.0.range_value());
        self.error(attribute.1, range, ErrorKind::Empty, message, Vec::new(), None);
    }

    /// Reads a child element that belongs to this field; of a mix, to this variant.
    pub(super) fn child_field(&mut self, node: Node<'_>, line: &FieldInfo, variant: usize, slot: SlotMut<'_>) {
        if line.once {
            self.once(node);
        }
        if !line.many && matches!(slot, SlotMut::Child(_) | SlotMut::Value(_)) && self.keeps_twin(node) {
            return self.repeated(node);
        }
        match slot {
            SlotMut::Child(nest) => self.child(node, line, nest),
            SlotMut::Value(field) => self.leaf(node, line, field),
            SlotMut::Flag(flag) => self.flag(node, flag),
            SlotMut::Verbatim(verbatim) => self.verbatim(node, verbatim),
            SlotMut::Mix(mix) => {
                let before = self.stand();
                match mix.open(variant) {
                    Some(slot) => self.mix_entry(node, slot),
                    None => self.repeated(node),
                }
                if self.may_keep(before) && mix.close() {
                    self.keep_unread(node, before, false);
                }
            }
            SlotMut::Payload(_) | SlotMut::Attributes(_) => {}
        }
    }

    /// Reads an element into the place that was made for it.
    fn mix_entry(&mut self, node: Node<'_>, slot: SlotMut<'_>) {
        match slot {
            SlotMut::Child(nest) => self.element(node, nest.open()),
            SlotMut::Value(field) => {
                let text = self.leaf_text(node.0);
                self.text(node, &text, Blank::Value, field);
            }
            SlotMut::Flag(_) => self.empty(node),
            SlotMut::Verbatim(verbatim) => verbatim.put(Verbatim::of(node.0)),
            SlotMut::Mix(_) | SlotMut::Payload(_) | SlotMut::Attributes(_) => {}
        }
    }

    /// Notes a child element that repeats one which must not be repeated; it is then read as any other.
    fn once(&mut self, node: Node<'_>) {
        if has_twin_before(node) {
            let message = format!("a second <{}> is not taken here: leave one of them out", node.name().1);
            self.note(node.0, open_tag(node.0), NoteKind::Refused, message, None);
        }
    }

    /// Reads a child element into a struct.
    fn child(&mut self, node: Node<'_>, line: &FieldInfo, field: &mut dyn Nest) {
        let room = room_for(line, || field.room());
        if self.has_room(node, room) {
            // Many siblings are counted, once: growing step by step would take far more memory than they need.
            if line.count == Count::Many && field.count() == MANY {
                let name = node.0.tag_name();
                field.reserve(node.0.next_siblings().filter(|sibling| sibling.tag_name() == name).count());
            }
            let before = self.stand();
            let content = field.open();
            let info = content.info();
            let shown = line.output_only || info.output_only;
            let notes = self.notes.len();
            self.element_of(node.0, info, content);
            if shown {
                self.pass_over(notes);
            }
            if room == Room::Free && self.may_keep(before) {
                field.close();
                self.keep_unread(node, before, shown);
            }
        }
    }

    /// Whether something is wrong that was not before, and may be kept.
    fn may_keep(&self, before: Stand) -> bool {
        self.options.unknown == Unknown::Keep && (self.errors.len() > before.errors || self.omitted > before.omitted)
    }

    fn stand(&self) -> Stand {
        Stand { errors: self.errors.len(), omitted: self.omitted, taken: self.taken.len() }
    }

    /// Keeps an element in which something is wrong as it stands: the errors become notes. Where it is only `shown`, nobody reads it. The
    /// comments around it, which it would have taken, are kept beside it.
    #[cold]
    fn keep_unread(&mut self, node: Node<'_>, before: Stand, shown: bool) {
        for error in self.errors.split_off(before.errors) {
            self.note_of(error, shown);
        }
        self.omitted = before.omitted;
        self.taken.truncate(before.taken);
        self.kept.push(node.0.id());
    }

    /// Reads a child element that holds nothing but text.
    fn leaf(&mut self, node: Node<'_>, line: &FieldInfo, field: &mut dyn Field) {
        let room = room_for(line, || field.room());
        if !self.has_room(node, room) {
            return;
        }
        let text = self.leaf_text(node.0);
        match field.read(&text) {
            Ok(_) if text.is_empty() && line.blank == Blank::Refused => self.refused_text(node, &text, NOT_EMPTY),
            Ok(None) => {
                let Some(objection) = self.blanks(field, &text) else { return };
                match line.lax && room == Room::Free {
                    true => self.lax_text(node, &text, field, objection),
                    false => self.refused_text(node, &text, objection),
                }
            }
            Ok(Some(objection)) => self.refused_text(node, &text, objection),
            Err(error) if line.lax && room == Room::Free && self.options.unknown == Unknown::Keep => {
                self.lax_text(node, &text, field, &error.to_string());
            }
            // libvirt takes an element with nothing in it for none.
            Err(_)
                if room == Room::Free
                    && text.is_empty()
                    && line.blank == Blank::Value
                    && self.options.unknown == Unknown::Keep =>
            {
                let what = || (nothing_inside(node), Vec::new(), None);
                if self.unknown(node.0, open_tag(node.0), ErrorKind::Value, what) {
                    self.kept.push(node.0.id());
                }
            }
            Err(error) => {
                if self.bad_text(node, &text, error, Spare::of_leaf(room, line.output_only)) {
                    self.kept.push(node.0.id());
                }
            }
        }
    }

    /// Reads a child element that holds nothing.
    fn flag(&mut self, node: Node<'_>, field: &mut dyn Flag) {
        if self.has_room(node, field.room()) {
            field.raise();
            self.empty(node);
        }
    }

    /// Reads an element that holds nothing and is no field. A text in it stays in it.
    fn empty(&mut self, node: Node<'_>) {
        self.leaf_text(node.0);
        let kept = self.kept.len();
        for text in node.0.children().filter(|child| child.is_text() && !is_blank(child.text().unwrap_or_default())) {
            self.unexpected_text(node.0, text);
        }
        if self.kept.len() > kept && self.leaves.last() != Some(&node.0.id()) {
            self.leaves.push(node.0.id());
        }
    }

    /// What is wrong with the blanks around a value that was read.
    fn blanks(&self, field: &dyn Field, text: &str) -> Option<&'static str> {
        if self.options.exact { field.blanks().refused(text) } else { None }
    }

    /// Keeps a child element as it stands.
    pub(super) fn verbatim(&mut self, node: Node<'_>, field: &mut dyn NestVerbatim) {
        if self.has_room(node, field.room()) {
            field.put(Verbatim::of(node.0));
        }
    }

    /// Reads the element's own text.
    pub(super) fn text(&mut self, node: Node<'_>, text: &str, blank: Blank, field: &mut dyn Field) {
        let room = field.room();
        match field.read(text) {
            Ok(_) if text.is_empty() && blank == Blank::Refused => self.refused_text(node, text, NOT_EMPTY),
            // As an element that holds nothing but a value, see above.
            Err(_) if room == Room::Unknown && text.is_empty() && blank == Blank::Value => {
                let message = nothing_inside(node);
                self.error(node.0, open_tag(node.0), ErrorKind::Empty, message, Vec::new(), None);
            }
            Ok(None) => {
                if let Some(objection) = self.blanks(field, text) {
                    self.refused_text(node, text, objection);
                }
            }
            Ok(Some(objection)) => self.refused_text(node, text, objection),
            Err(error) => {
                if self.bad_text(node, text, error, Spare::of(room, false)) {
                    let texts =
                        node.0.children().filter(|child| child.is_text() && !is_blank(child.text().unwrap_or("")));
                    self.kept.extend(texts.map(|text| text.id()));
                }
            }
        }
    }

    /// The text of an element that is a plain field of its parent; whatever else it holds is kept or reported.
    fn leaf_text<'a>(&mut self, node: roxmltree::Node<'a, 'a>) -> Cow<'a, str> {
        let mut odd = self.namespaces && keep::declares(node);
        for attribute in node.attributes() {
            odd |= self.unknown(node, attribute.range_qname(), ErrorKind::UnknownAttribute, || {
                let name = domxml_xml::text_of(node.document(), attribute.range_qname());
                let message = match name.split_once(':').filter(|_| attribute.namespace().is_none()) {
                    Some((prefix, _)) => undeclared(prefix, &format!("attribute '{name}'"), None),
                    None => format!("unknown attribute '{}' of <{}>", attribute.name(), Node(node).name().1),
                };
                (message, Vec::new(), None)
            });
        }
        let mut text = Cow::Borrowed("");
        for child in node.children() {
            match child.node_type() {
                NodeType::Text if self.passes_over(child, &text) => {}
                NodeType::Text => append(&mut text, child.text().unwrap_or_default()),
                NodeType::Comment | NodeType::PI => odd = true,
                NodeType::Element => {
                    odd |= self.unknown(child, open_tag(child), ErrorKind::UnknownElement, || {
                        let parent = Node(node).name().1;
                        (format!("unknown element <{}> in <{parent}>", child.tag_name().name()), Vec::new(), None)
                    });
                    if self.options.deep {
                        texts(child).for_each(|piece| append(&mut text, piece));
                    }
                }
                NodeType::Root => {}
            }
        }
        if odd {
            self.leaves.push(node.id());
        }
        text
    }

    /// Whether an element of this name could not be read, so that its field is empty: of several it is the first that counts.
    fn keeps_twin(&self, node: Node<'_>) -> bool {
        if self.kept.is_empty() {
            return false;
        }
        let (document, Some(parent)) = (node.0.document(), node.0.parent()) else { return false };
        let mut kept = self
            .kept
            .iter()
            .rev()
            .map_while(|id| document.get_node(*id).filter(|kept| kept.id().get() > parent.id().get()));
        kept.any(|kept| kept.parent() == Some(parent) && kept.tag_name() == node.0.tag_name())
    }

    fn has_room(&mut self, node: Node<'_>, room: Room) -> bool {
        let free = match room {
            Room::Free => true,
            Room::Filled => false,
            Room::Unknown => !has_twin_before(node),
        };
        if !free {
            self.repeated(node);
        } else if room == Room::Unknown {
            self.required.children = self.required.children.saturating_sub(1);
        }
        free
    }

    #[cold]
    fn repeated(&mut self, node: Node<'_>) {
        let name = node.name().1;
        let parent = node.0.parent_element().map_or("", |parent| Node(parent).name().1);
        let message = || (format!("<{name}> is given more than once in <{parent}>"), Vec::new(), None);
        if self.unknown(node.0, open_tag(node.0), ErrorKind::Repeated, message) {
            self.kept.push(node.0.id());
        }
    }
}

/// Whether a field has room for one more: of most types that is known without looking.
fn room_for(line: &FieldInfo, ask: impl FnOnce() -> Room) -> Room {
    match line.count {
        Count::One => Room::Unknown,
        Count::Many => Room::Free,
        Count::Optional => ask(),
    }
}

/// What is wrong with an empty value that is refused.
const NOT_EMPTY: &str = "there must be something in it";

/// What to say of an empty value that counts as none.
fn nothing_in(attribute: Attribute<'_>) -> String {
    format!("there is nothing in the attribute '{}'", attribute.qualified())
}

/// As [`nothing_in`], of an element.
fn nothing_inside(node: Node<'_>) -> String {
    format!("there is nothing in <{}>", node.name().1)
}

/// Whether an element of the same name precedes it under its parent.
fn has_twin_before(node: Node<'_>) -> bool {
    node.0.prev_siblings().skip(1).any(|sibling| sibling.is_element() && sibling.tag_name() == node.0.tag_name())
}
