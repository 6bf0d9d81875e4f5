//! Fields by cardinality: `T`, `Option<T>`, `Vec<T>`, behind traits that are used through `dyn`, so that no code is made for each type.

mod flag;
mod kinds;
mod mix;
mod nest;
mod payload;
mod value;
mod verbatim;

use std::any::Any;

use crate::verbatim::AnyAttribute;

pub use flag::{Flag, Present};
pub use kinds::{Count, FieldType, FlagType, MixType, NestType, PayloadType, VerbatimType};
pub use mix::NestMix;
pub use nest::Nest;
pub use payload::{NestPayload, Other, Selection};
pub use value::{Field, Wrote};
pub use verbatim::NestVerbatim;

/// Whether a field can take one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It can.
    Free,
    /// It cannot.
    Filled,
    /// It holds one from the start: whether that is a default cannot be seen.
    Unknown,
}

/// A field of a struct, by its kind.
#[derive(Clone, Copy)]
pub enum Slot<'s> {
    /// Scalars: an attribute, leaves, a text.
    Value(&'s dyn Field),
    /// Structs.
    Child(&'s dyn Nest),
    /// Empty elements.
    Flag(&'s dyn Flag),
    /// A payload.
    Payload(&'s dyn NestPayload),
    /// Elements whose order is kept.
    Mix(&'s dyn NestMix),
    /// Elements kept verbatim.
    Verbatim(&'s dyn NestVerbatim),
    /// Attributes of any name.
    Attributes(&'s Vec<AnyAttribute>),
}

/// As [`Slot`], to be changed.
pub enum SlotMut<'s> {
    /// Scalars: an attribute, leaves, a text.
    Value(&'s mut dyn Field),
    /// Structs.
    Child(&'s mut dyn Nest),
    /// Empty elements.
    Flag(&'s mut dyn Flag),
    /// A payload.
    Payload(&'s mut dyn NestPayload),
    /// Elements whose order is kept.
    Mix(&'s mut dyn NestMix),
    /// Elements kept verbatim.
    Verbatim(&'s mut dyn NestVerbatim),
    /// Attributes of any name.
    Attributes(&'s mut Vec<AnyAttribute>),
}

impl<'s> Slot<'s> {
    /// The field itself, of whatever type.
    pub(crate) fn whole(self) -> &'s dyn Any {
        match self {
            Slot::Value(field) => field,
            Slot::Child(nest) => nest,
            Slot::Flag(flag) => flag,
            Slot::Payload(payload) => payload,
            Slot::Mix(mix) => mix,
            Slot::Verbatim(verbatim) => verbatim,
            Slot::Attributes(attributes) => attributes,
        }
    }

    /// How many values, elements or attributes the field holds.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Slot::Value(field) => field.count(),
            Slot::Child(nest) => nest.count(),
            Slot::Flag(flag) => flag.count(),
            Slot::Payload(payload) => usize::from(payload.get().is_some()),
            Slot::Mix(mix) => mix.count(),
            Slot::Verbatim(verbatim) => verbatim.entries().len(),
            Slot::Attributes(attributes) => attributes.len(),
        }
    }
}

impl<'s> SlotMut<'s> {
    /// The field itself, of whatever type.
    pub(crate) fn whole(self) -> &'s mut dyn Any {
        match self {
            SlotMut::Value(field) => field,
            SlotMut::Child(nest) => nest,
            SlotMut::Flag(flag) => flag,
            SlotMut::Payload(payload) => payload,
            SlotMut::Mix(mix) => mix,
            SlotMut::Verbatim(verbatim) => verbatim,
            SlotMut::Attributes(attributes) => attributes,
        }
    }

    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    pub fn absorb(&mut self, other: SlotMut<'_>, prefer: Prefer) {
        match (self, other) {
            (SlotMut::Value(own), SlotMut::Value(other)) => own.absorb(other, prefer),
            (SlotMut::Child(own), SlotMut::Child(other)) => own.absorb(other, prefer),
            (SlotMut::Flag(own), SlotMut::Flag(other)) => own.absorb(other, prefer),
            (SlotMut::Payload(own), SlotMut::Payload(other)) => own.absorb(other, prefer),
            (SlotMut::Mix(own), SlotMut::Mix(other)) => own.absorb(other, prefer),
            (SlotMut::Verbatim(own), SlotMut::Verbatim(other)) => own.absorb(other, prefer),
            (SlotMut::Attributes(own), SlotMut::Attributes(other)) => own.append(other),
            _ => {}
        }
    }
}

/// What the lines of a table call a field, and how it is held.
macro_rules! constructors {
    ($($kind:ident: $slot:ident $ty:ty;)*) => {
        #[allow(missing_docs)]
        impl<'s> Slot<'s> {
            $(#[must_use]
            pub const fn $kind(field: &'s $ty) -> Self {
                Slot::$slot(field)
            })*
        }

        #[allow(missing_docs)]
        impl<'s> SlotMut<'s> {
            $(#[must_use]
            pub const fn $kind(field: &'s mut $ty) -> Self {
                SlotMut::$slot(field)
            })*
        }
    };
}

constructors! {
    attribute: Value dyn Field;
    leaf: Value dyn Field;
    text: Value dyn Field;
    child: Child dyn Nest;
    flag: Flag dyn Flag;
    payload: Payload dyn NestPayload;
    mix: Mix dyn NestMix;
    verbatim: Verbatim dyn NestVerbatim;
    any_elements: Verbatim dyn NestVerbatim;
    any_attributes: Attributes Vec<AnyAttribute>;
}

/// Which of two counts where there is room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    /// The one that is there.
    First,
    /// The one that comes in addition.
    Last,
}

/// What a field does that takes over what another one of its type holds: `absorb` of the traits below.
mod absorb {
    use super::Prefer;
    use std::any::Any;

    pub fn one<T: 'static>(own: &mut T, other: &mut dyn Any, prefer: Prefer) {
        if let Some(other) = other.downcast_mut::<T>()
            && prefer == Prefer::Last
        {
            std::mem::swap(own, other);
        }
    }

    pub fn optional<T: 'static>(own: &mut Option<T>, other: &mut dyn Any, prefer: Prefer) {
        // `match` and not `swap` or the methods of `Option`, of which each type would have its own copies.
        match (own, other.downcast_mut::<Option<T>>()) {
            (Some(_), _) if prefer == Prefer::First => {}
            (own, Some(other)) => {
                if let Some(value) = other.take() {
                    *own = Some(value);
                }
            }
            (_, None) => {}
        }
    }

    pub fn many<T: 'static>(own: &mut Vec<T>, other: &mut dyn Any) {
        if let Some(other) = other.downcast_mut::<Vec<T>>() {
            own.append(other);
        }
    }
}
