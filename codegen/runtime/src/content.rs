//! The traits that printed types implement.

use crate::extra::Extra;
use crate::info::{FieldInfo, TypeInfo};
use crate::reader::{Attribute, Node, Reader};
use crate::slots::PayloadType;
use crate::writer::Writer;
use std::any::Any;
use std::fmt::Debug;

/// A struct of the bindings: an element, or the members of one variant of a [`Payload`].
///
/// Every method has a default that suits a struct without fields of the kind in question. The methods are for the
/// reader and the writer; users of the bindings call those of [`crate::Element`].
pub trait Content: Any + Debug {
    /// The static table of this type.
    fn info(&self) -> &'static TypeInfo;

    /// Where the element stood and what it keeps verbatim; none for the members of a payload.
    fn extra(&self) -> Option<&Extra> {
        None
    }

    /// As [`Content::extra`], to be changed.
    fn extra_mut(&mut self) -> Option<&mut Extra> {
        None
    }

    /// The payload with this number, of as many as the table says; none where it is absent.
    fn payload(&self, _index: usize) -> Option<&dyn Payload> {
        None
    }

    /// As [`Content::payload`], to be changed.
    fn payload_mut(&mut self, _index: usize) -> Option<&mut dyn Payload> {
        None
    }

    /// Chooses the variants of the payloads by their attributes, through [`Reader::select`].
    fn select(&mut self, _r: &mut Reader, _node: Node<'_>) {}

    /// Takes an attribute; true also for those that [`Content::select`] has seen. False: there is no such field.
    fn attribute(&mut self, _r: &mut Reader, _attribute: Attribute<'_>) -> bool {
        false
    }

    /// Takes an attribute for which there is no field by name. False: there is no field for such.
    fn any_attribute(&mut self, _r: &mut Reader, _attribute: Attribute<'_>) -> bool {
        false
    }

    /// Takes a child element. False: there is no such field.
    fn child(&mut self, _r: &mut Reader, _node: Node<'_>) -> bool {
        false
    }

    /// Takes a child element for which there is no field by name. False: there is no field for such.
    fn any_child(&mut self, _r: &mut Reader, _node: Node<'_>) -> bool {
        false
    }

    /// Takes the text of the element, or, where the table says that it is mixed, one text between its children.
    fn text(&mut self, _r: &mut Reader, _node: Node<'_>, _text: &str) {}

    /// Writes the attributes, those of payloads included.
    fn write_attributes(&self, _w: &mut Writer<'_>) {}

    /// Writes text and children, those of payloads included.
    fn write_children(&self, _w: &mut Writer<'_>) {}

    /// Calls `visit` with every child that is a struct, save those inside payloads.
    fn children(&self, _visit: &mut dyn FnMut(&dyn Content)) {}

    /// As [`Content::children`], to be changed.
    fn children_mut(&mut self, _visit: &mut dyn FnMut(&mut dyn Content)) {}

    /// The struct itself, out of its boxes.
    fn inner(&self) -> &dyn Content
    where
        Self: Sized,
    {
        self
    }

    /// As [`Content::inner`], to be changed.
    fn inner_mut(&mut self) -> &mut dyn Content
    where
        Self: Sized,
    {
        self
    }
}

/// A choice discriminated by the value of one attribute: an enum whose variants carry the members that go with the value.
pub trait Payload: Any + Debug {
    /// The variant with this value of the attribute, its members empty.
    fn of(value: &str) -> Option<Self>
    where
        Self: Sized;

    /// The variant that holds where the attribute is absent.
    #[must_use]
    fn absent() -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// The table of the discriminating attribute.
    fn attribute(&self) -> &'static FieldInfo;

    /// The attribute's value; none for the variant that stands for its absence.
    fn value(&self) -> Option<&'static str>;

    /// What the variant carries.
    fn members(&self) -> Option<&dyn Content> {
        None
    }

    /// As [`Payload::members`], to be changed.
    fn members_mut(&mut self) -> Option<&mut dyn Content> {
        None
    }

    /// The enum itself, out of its boxes.
    fn inner(&self) -> &dyn Payload
    where
        Self: Sized,
    {
        self
    }

    /// As [`Payload::inner`], to be changed.
    fn inner_mut(&mut self) -> &mut dyn Payload
    where
        Self: Sized,
    {
        self
    }
}

/// One of several elements (or a text) whose mutual order is kept.
pub trait Mix: Any + Debug + Sized {
    /// The lines of the variants.
    const ENTRIES: &'static [FieldInfo];

    /// The variant for this element, empty.
    fn of(node: Node<'_>) -> Option<Self>;

    /// The variant for a text, if text is taken.
    #[must_use]
    fn of_text() -> Option<Self> {
        None
    }

    /// Reads the element into this variant.
    fn read(&mut self, r: &mut Reader, node: Node<'_>);

    /// Reads the text into this variant.
    fn read_text(&mut self, _r: &mut Reader, _node: Node<'_>, _text: &str) {}

    /// Writes this variant.
    fn write(&self, w: &mut Writer<'_>);

    /// What the variant carries, if that is a struct.
    fn content(&self) -> Option<&dyn Content> {
        None
    }

    /// As [`Mix::content`], to be changed.
    fn content_mut(&mut self) -> Option<&mut dyn Content> {
        None
    }
}

impl<T: Content> Content for Box<T> {
    fn info(&self) -> &'static TypeInfo {
        (**self).info()
    }

    fn extra(&self) -> Option<&Extra> {
        (**self).extra()
    }

    fn extra_mut(&mut self) -> Option<&mut Extra> {
        (**self).extra_mut()
    }

    fn payload(&self, index: usize) -> Option<&dyn Payload> {
        (**self).payload(index)
    }

    fn payload_mut(&mut self, index: usize) -> Option<&mut dyn Payload> {
        (**self).payload_mut(index)
    }

    fn select(&mut self, r: &mut Reader, node: Node<'_>) {
        (**self).select(r, node);
    }

    fn attribute(&mut self, r: &mut Reader, attribute: Attribute<'_>) -> bool {
        (**self).attribute(r, attribute)
    }

    fn any_attribute(&mut self, r: &mut Reader, attribute: Attribute<'_>) -> bool {
        (**self).any_attribute(r, attribute)
    }

    fn child(&mut self, r: &mut Reader, node: Node<'_>) -> bool {
        (**self).child(r, node)
    }

    fn any_child(&mut self, r: &mut Reader, node: Node<'_>) -> bool {
        (**self).any_child(r, node)
    }

    fn text(&mut self, r: &mut Reader, node: Node<'_>, text: &str) {
        (**self).text(r, node, text);
    }

    fn write_attributes(&self, w: &mut Writer<'_>) {
        (**self).write_attributes(w);
    }

    fn write_children(&self, w: &mut Writer<'_>) {
        (**self).write_children(w);
    }

    fn children(&self, visit: &mut dyn FnMut(&dyn Content)) {
        (**self).children(visit);
    }

    fn children_mut(&mut self, visit: &mut dyn FnMut(&mut dyn Content)) {
        (**self).children_mut(visit);
    }

    fn inner(&self) -> &dyn Content {
        (**self).inner()
    }

    fn inner_mut(&mut self) -> &mut dyn Content {
        (**self).inner_mut()
    }
}

impl<T: PayloadType> PayloadType for Box<T> {
    const TABLE: &'static FieldInfo = T::TABLE;
}

impl<T: Payload> Payload for Box<T> {
    fn of(value: &str) -> Option<Self> {
        T::of(value).map(Box::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Box::new)
    }

    fn attribute(&self) -> &'static FieldInfo {
        (**self).attribute()
    }

    fn value(&self) -> Option<&'static str> {
        (**self).value()
    }

    fn members(&self) -> Option<&dyn Content> {
        (**self).members()
    }

    fn members_mut(&mut self) -> Option<&mut dyn Content> {
        (**self).members_mut()
    }

    fn inner(&self) -> &dyn Payload {
        (**self).inner()
    }

    fn inner_mut(&mut self) -> &mut dyn Payload {
        (**self).inner_mut()
    }
}

/// Calls `visit` with `content`, with each of its payloads and their members, and so on down: a visitor that looks for one type
/// asks each for it by `downcast_ref`.
pub fn walk(content: &dyn Content, visit: &mut dyn FnMut(&dyn Any)) {
    visit(content);
    for index in 0..content.info().payloads {
        if let Some(payload) = content.payload(index) {
            visit(payload);
            if let Some(members) = payload.members() {
                walk(members, visit);
            }
        }
    }
    content.children(&mut |child| walk(child, visit));
}

/// As [`walk`], to change what is met: `downcast_mut`.
pub fn walk_mut(content: &mut dyn Content, visit: &mut dyn FnMut(&mut dyn Any)) {
    visit(content);
    for index in 0..content.info().payloads {
        if let Some(payload) = content.payload_mut(index) {
            visit(payload);
            if let Some(members) = payload.members_mut() {
                walk_mut(members, visit);
            }
        }
    }
    content.children_mut(&mut |child| walk_mut(child, visit));
}
