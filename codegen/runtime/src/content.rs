//! The traits that printed types implement, and how all of their fields are visited.

use crate::extra::Extra;
use crate::filled::Filled;
use crate::info::{FieldInfo, FieldKind, TypeInfo};
use crate::slots::{PayloadType, Slot, SlotMut};
use std::any::Any;
use std::fmt::Debug;

/// A struct of the bindings: an element, or the members of one variant of a [`Payload`].
///
/// [`table!`](crate::table!) implements it. The methods are for the reader, the writer and what else goes by the table;
/// users of the bindings call those of [`crate::Element`].
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

    /// The field with this number in the table.
    fn field(&self, index: usize) -> Option<Slot<'_>>;

    /// As [`Content::field`], to be changed.
    fn field_mut(&mut self, index: usize) -> Option<SlotMut<'_>>;

    /// Which of its fields hold something.
    fn filled(&self) -> Filled;

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
///
/// [`payload!`](crate::payload) implements it.
pub trait Payload: Any + Debug {
    /// The variant with this value of the attribute, its members empty.
    fn of(value: &str) -> Option<Self>
    where
        Self: Sized;

    /// The variant that holds where the attribute is absent.
    #[must_use]
    fn absent() -> Option<Self>
    where
        Self: Sized;

    /// The variant for a value that is none of those that are known.
    #[must_use]
    fn other(value: &str) -> Self
    where
        Self: Sized;

    /// The table of the discriminating attribute.
    fn attribute(&self) -> &'static FieldInfo;

    /// The attribute's value; none for the variant that stands for its absence.
    fn value(&self) -> Option<&str>;

    /// The same, where it is one of those that are known.
    fn known_value(&self) -> Option<&'static str> {
        known(self.attribute(), self.value()?)
    }

    /// What the variant carries.
    fn members(&self) -> Option<&dyn Content>;

    /// As [`Payload::members`], to be changed.
    fn members_mut(&mut self) -> Option<&mut dyn Content>;
}

/// The value, where it is one of those that an attribute is known to have; apart, so that no type has code of its own for it.
fn known(attribute: &FieldInfo, value: &str) -> Option<&'static str> {
    attribute.values.iter().map(|known| known.value).find(|known| *known == value)
}

/// One of several elements (or a text) whose mutual order is kept.
///
/// [`mix!`](crate::mix) implements it.
pub trait Mix: Any + Debug + Sized {
    /// The lines of the variants.
    const ENTRIES: &'static [FieldInfo];

    /// The variant with this number, empty.
    fn of(variant: usize) -> Option<Self>;

    /// The number of the variant.
    fn variant(&self) -> usize;

    /// What the variant carries.
    fn slot(&self) -> Slot<'_>;

    /// As [`Mix::slot`], to be changed.
    fn slot_mut(&mut self) -> SlotMut<'_>;
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

    fn field(&self, index: usize) -> Option<Slot<'_>> {
        (**self).field(index)
    }

    fn field_mut(&mut self, index: usize) -> Option<SlotMut<'_>> {
        (**self).field_mut(index)
    }

    fn filled(&self) -> Filled {
        (**self).filled()
    }

    fn inner(&self) -> &dyn Content {
        (**self).inner()
    }

    fn inner_mut(&mut self) -> &mut dyn Content {
        (**self).inner_mut()
    }
}

/// Calls `visit` with each field, its line in the table first.
pub fn fields<'c>(content: &'c dyn Content, mut visit: impl FnMut(&'static FieldInfo, Slot<'c>)) {
    for (index, field) in content.info().fields.iter().enumerate() {
        if let Some(slot) = content.field(index) {
            visit(field, slot);
        }
    }
}

/// As [`fields`], of those that hold something: most hold nothing, and are not asked.
pub fn filled_fields<'c>(content: &'c dyn Content, mut visit: impl FnMut(&'static FieldInfo, Slot<'c>)) {
    let info = content.info();
    for index in content.filled().among(0..info.fields.len()) {
        if let Some(slot) = content.field(index) {
            visit(&info.fields[index], slot);
        }
    }
}

/// The names of the attributes and children that are there.
#[must_use]
pub fn given(content: &dyn Content) -> Vec<&'static str> {
    let mut names = Vec::new();
    filled_fields(content, |line, slot| names.extend((slot.count() > 0).then_some(line.name)));
    names
}

/// As [`fields`], to change them.
pub fn fields_mut(content: &mut dyn Content, mut visit: impl FnMut(&'static FieldInfo, SlotMut<'_>)) {
    for (index, field) in content.info().fields.iter().enumerate() {
        if let Some(slot) = content.field_mut(index) {
            visit(field, slot);
        }
    }
}

/// The first field that is of the type `T`, as `Option<Alias>`, whatever the struct is.
#[must_use]
pub fn field<T: 'static>(content: &dyn Content) -> Option<&T> {
    (0..content.info().fields.len()).find_map(|index| content.field(index)?.whole().downcast_ref())
}

/// As [`field`], to be changed.
pub fn field_mut<T: 'static>(content: &mut dyn Content) -> Option<&mut T> {
    let is_it = |index: &usize| content.field(*index).is_some_and(|slot| slot.whole().is::<T>());
    let index = (0..content.info().fields.len()).find(is_it)?;
    content.field_mut(index)?.whole().downcast_mut()
}

/// The first child of this type, whatever the struct is, and whether or not it is in a box.
#[must_use]
pub fn child_of_type<T: Content>(content: &dyn Content) -> Option<&T> {
    (0..content.info().fields.len()).find_map(|index| match content.field(index)? {
        Slot::Child(nest) => (nest.get(0)? as &dyn Any).downcast_ref(),
        _ => None,
    })
}

/// The first child of this name, whatever the struct is: one that is an element, no value.
#[must_use]
pub fn child_called<'c>(content: &'c dyn Content, name: &str) -> Option<&'c dyn Content> {
    let index = content.info().fields.iter().position(|line| line.is_child() && line.is("", name))?;
    match content.field(index)? {
        Slot::Child(nest) => nest.get(0),
        _ => None,
    }
}

/// As [`child_called`], to be changed.
pub fn child_called_mut<'c>(content: &'c mut dyn Content, name: &str) -> Option<&'c mut dyn Content> {
    let index = content.info().fields.iter().position(|line| line.is_child() && line.is("", name))?;
    match content.field_mut(index)? {
        SlotMut::Child(nest) => nest.get_mut(0),
        _ => None,
    }
}

/// What a choice holds in its branch, where that is of the type `T`.
pub fn branch<T: Content>(choice: &impl Payload) -> Option<&T> {
    let members: &dyn Any = choice.members()?;
    members.downcast_ref()
}

/// As [`branch`], to be changed.
pub fn branch_mut<T: Content>(choice: &mut impl Payload) -> Option<&mut T> {
    let members: &mut dyn Any = choice.members_mut()?;
    members.downcast_mut()
}

/// Calls `visit` with `content`, with each of its payloads and their members, and so on down: a visitor that looks for one type
/// asks each for it by `downcast_ref`.
pub fn walk(content: &dyn Content, visit: &mut dyn FnMut(&dyn Any)) {
    visit(content);
    filled_fields(content, |_, slot| match slot {
        Slot::Payload(payload) => {
            let Some(payload) = payload.get() else { return };
            visit(payload);
            if let Some(members) = payload.members() {
                walk(members, visit);
            }
        }
        Slot::Child(nest) => nest.each(&mut |child| walk(child, visit)),
        Slot::Mix(mix) => mix.each(&mut |_, entry| {
            if let Slot::Child(nest) = entry {
                nest.each(&mut |child| walk(child, visit));
            }
        }),
        _ => {}
    });
}

/// As [`walk`], to change what is met: `downcast_mut`.
pub fn walk_mut(content: &mut dyn Content, visit: &mut dyn FnMut(&mut dyn Any)) {
    visit(content);
    for index in held(content) {
        match content.field_mut(index) {
            Some(SlotMut::Payload(payload)) => {
                let Some(payload) = payload.get_mut() else { continue };
                visit(payload);
                if let Some(members) = payload.members_mut() {
                    walk_mut(members, visit);
                }
            }
            Some(SlotMut::Child(nest)) => nest.each_mut(&mut |child| walk_mut(child, visit)),
            Some(SlotMut::Mix(mix)) => mix.each_mut(&mut |_, entry| {
                if let SlotMut::Child(nest) = entry {
                    nest.each_mut(&mut |child| walk_mut(child, visit));
                }
            }),
            _ => {}
        }
    }
}

/// Calls `visit` with what `content` keeps, and every element inside.
pub fn extras(content: &dyn Content, visit: &mut dyn FnMut(&Extra)) {
    content.extra().into_iter().for_each(&mut *visit);
    each_struct(content, &mut |inner| extras(inner, visit));
}

/// As [`extras`], to be changed.
pub fn extras_mut(content: &mut dyn Content, visit: &mut dyn FnMut(&mut Extra)) {
    content.extra_mut().into_iter().for_each(&mut *visit);
    each_struct_mut(content, &mut |inner| extras_mut(inner, visit));
}

/// The fields that hold structs, by number: of the others nothing need be asked.
fn held(content: &dyn Content) -> impl Iterator<Item = usize> + use<> {
    let fields = content.info().fields;
    let holds = |index: &usize| matches!(fields[*index].kind, FieldKind::Child | FieldKind::Payload | FieldKind::Mix);
    content.filled().among(0..fields.len()).filter(holds)
}

/// Calls `visit` with the structs right below `content`: its children, and the members of its payloads.
pub fn each_struct(content: &dyn Content, visit: &mut dyn FnMut(&dyn Content)) {
    for index in held(content) {
        each_struct_in(content, index, visit);
    }
}

/// As [`each_struct`], of those in the field with this number.
pub fn each_struct_in(content: &dyn Content, index: usize, visit: &mut dyn FnMut(&dyn Content)) {
    match content.field(index) {
        Some(Slot::Payload(payload)) => {
            payload.members().into_iter().for_each(&mut *visit);
        }
        Some(Slot::Child(nest)) => nest.each(visit),
        Some(Slot::Mix(mix)) => mix.each(&mut |_, entry| {
            if let Slot::Child(nest) = entry {
                nest.each(visit);
            }
        }),
        _ => {}
    }
}

/// Removes every element of a type that the format does without; how many there were.
pub(crate) fn remove_every<T: Content>(content: &mut dyn Content) -> usize {
    let is = |held: &dyn Content| (held as &dyn Any).is::<T>();
    let mut removed = 0;
    for index in held(content) {
        match content.field_mut(index) {
            Some(SlotMut::Child(nest)) => {
                for at in (0..nest.count()).rev() {
                    removed += usize::from(nest.get(at).is_some_and(is) && nest.remove(at));
                }
            }
            Some(SlotMut::Mix(mix)) => {
                let (mut found, mut at) = (Vec::new(), 0);
                mix.each(&mut |_, slot| {
                    found.extend(matches!(slot, Slot::Child(nest) if nest.get(0).is_some_and(is)).then_some(at));
                    at += 1;
                });
                removed += found.into_iter().rev().filter(|at| mix.remove(*at)).count();
            }
            _ => {}
        }
    }
    each_struct_mut(content, &mut |inner| removed += remove_every::<T>(inner));
    removed
}

/// As [`each_struct`], to change them.
pub fn each_struct_mut(content: &mut dyn Content, visit: &mut dyn FnMut(&mut dyn Content)) {
    for index in held(content) {
        each_struct_in_mut(content, index, visit);
    }
}

/// As [`each_struct_mut`], of those in the field with this number.
pub fn each_struct_in_mut(content: &mut dyn Content, index: usize, visit: &mut dyn FnMut(&mut dyn Content)) {
    match content.field_mut(index) {
        Some(SlotMut::Payload(payload)) => {
            payload.members_mut().into_iter().for_each(&mut *visit);
        }
        Some(SlotMut::Child(nest)) => nest.each_mut(visit),
        Some(SlotMut::Mix(mix)) => mix.each_mut(&mut |_, entry| {
            if let SlotMut::Child(nest) = entry {
                nest.each_mut(visit);
            }
        }),
        _ => {}
    }
}

impl<P: PayloadType> PayloadType for Box<P> {
    const TABLE: &'static FieldInfo = P::TABLE;
}

impl<P: Payload> Payload for Box<P> {
    fn of(value: &str) -> Option<Self> {
        P::of(value).map(Box::new)
    }

    fn absent() -> Option<Self> {
        P::absent().map(Box::new)
    }

    fn other(value: &str) -> Self {
        Box::new(P::other(value))
    }

    fn attribute(&self) -> &'static FieldInfo {
        (**self).attribute()
    }

    fn value(&self) -> Option<&str> {
        (**self).value()
    }

    fn members(&self) -> Option<&dyn Content> {
        (**self).members()
    }

    fn members_mut(&mut self) -> Option<&mut dyn Content> {
        (**self).members_mut()
    }
}
