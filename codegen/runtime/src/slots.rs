//! Fields by cardinality: `T`, `Option<T>`, `Vec<T>`, behind traits that are used through `dyn`, so that no code is made for each type.

use crate::content::{Content, Mix, Payload};
use crate::info::{FieldInfo, TypeInfo, ValueInfo};
use crate::scalar::{Blanks, Scalar, ScalarError};
use crate::table::Described;
use crate::verbatim::{AnyAttribute, Verbatim};
use std::any::Any;

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

impl Slot<'_> {
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

impl SlotMut<'_> {
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
macro_rules! kinds {
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

kinds! {
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

/// How many values a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Always one.
    One,
    /// At most one.
    Optional,
    /// Any number.
    Many,
}

/// What a table takes from the type of a field of scalars.
pub trait FieldType {
    /// How many it holds.
    const COUNT: Count;
    /// The values that it takes, empty where they are not listed.
    const VALUES: &'static [ValueInfo];
    /// Whether it takes others too.
    const OPEN: bool;
    /// Whether it holds whole numbers, written in decimal digits.
    const NUMBER: bool;
}

/// What a table takes from the type of a field of structs.
pub trait NestType {
    /// How many it holds.
    const COUNT: Count;
    /// Gives the table of the struct.
    const TABLE: fn() -> &'static TypeInfo;
}

/// What a table takes from the type of a field of empty elements.
pub trait FlagType {
    /// How many it holds.
    const COUNT: Count;
}

/// What a table takes from the type of a field of verbatim elements.
pub trait VerbatimType {
    /// How many it holds.
    const COUNT: Count;
}

/// What a table takes from the type of a field that is a payload.
pub trait PayloadType {
    /// The table of the discriminating attribute.
    const TABLE: &'static FieldInfo;
    /// Whether there may be none, though the attribute says what there is.
    const OPTIONAL: bool = false;
}

/// What a table takes from the type of a field whose elements keep their order.
pub trait MixType {
    /// How many it holds.
    const COUNT: Count;
    /// The lines of the variants.
    const ENTRIES: &'static [FieldInfo];
}

/// One implementation for each of `T`, `Option<T>` and `Vec<T>`.
macro_rules! by_count {
    ($trait:ident of $bound:ident: $($constant:ident: $ty:ty = $value:expr),*) => {
        impl<T: $bound> $trait for T {
            const COUNT: Count = Count::One;
            $(const $constant: $ty = $value;)*
        }

        impl<T: $bound> $trait for Option<T> {
            const COUNT: Count = Count::Optional;
            $(const $constant: $ty = $value;)*
        }

        impl<T: $bound> $trait for Vec<T> {
            const COUNT: Count = Count::Many;
            $(const $constant: $ty = $value;)*
        }
    };
}

by_count!(
    FieldType of Scalar: VALUES: &'static [ValueInfo] = <T as Scalar>::VALUES, OPEN: bool = <T as Scalar>::OPEN,
    NUMBER: bool = <T as Scalar>::NUMBER
);
by_count!(NestType of Described: TABLE: fn() -> &'static TypeInfo = T::table);
by_count!(MixType of Mix: ENTRIES: &'static [FieldInfo] = <T as Mix>::ENTRIES);

impl<P: PayloadType> PayloadType for Option<P> {
    const TABLE: &'static FieldInfo = P::TABLE;
    const OPTIONAL: bool = true;
}

impl VerbatimType for Verbatim {
    const COUNT: Count = Count::One;
}

impl VerbatimType for Option<Verbatim> {
    const COUNT: Count = Count::Optional;
}

impl VerbatimType for Vec<Verbatim> {
    const COUNT: Count = Count::Many;
}

impl FlagType for Present {
    const COUNT: Count = Count::One;
}

impl FlagType for bool {
    const COUNT: Count = Count::Optional;
}

impl FlagType for u32 {
    const COUNT: Count = Count::Many;
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
        if let Some(other) = other.downcast_mut::<Option<T>>()
            && other.is_some()
            && (own.is_none() || prefer == Prefer::Last)
        {
            std::mem::swap(own, other);
        }
    }

    pub fn many<T: 'static>(own: &mut Vec<T>, other: &mut dyn Any) {
        if let Some(other) = other.downcast_mut::<Vec<T>>() {
            own.append(other);
        }
    }
}

/// A field that holds scalars: `T`, `Option<T>` or `Vec<T>`.
pub trait Field: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// Whether it can take one more.
    fn room(&self) -> Room;

    /// Takes one. What is returned is the value's own [`Scalar::objection`].
    ///
    /// # Errors
    ///
    /// The text is no spelling of such a value.
    fn read(&mut self, text: &str) -> Result<Option<&'static str>, ScalarError>;

    /// What the value that was taken last says of blanks around it: [`Scalar::blanks`].
    fn blanks(&self) -> Blanks;

    /// Takes out what it holds, as far as it can do without.
    fn clear(&mut self);

    /// How many it holds.
    fn count(&self) -> usize;

    /// Appends the spelling of the value with this number, not escaped.
    fn write(&self, index: usize, out: &mut String);
}

impl<T: Scalar> Field for T {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn room(&self) -> Room {
        Room::Unknown
    }

    fn read(&mut self, text: &str) -> Result<Option<&'static str>, ScalarError> {
        *self = T::parse(text)?;
        Ok(self.objection())
    }

    fn blanks(&self) -> Blanks {
        Scalar::blanks(self)
    }

    fn clear(&mut self) {}

    fn count(&self) -> usize {
        1
    }

    fn write(&self, _index: usize, out: &mut String) {
        Scalar::write(self, out);
    }
}

impl<T: Scalar> Field for Option<T> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn room(&self) -> Room {
        if self.is_some() { Room::Filled } else { Room::Free }
    }

    fn read(&mut self, text: &str) -> Result<Option<&'static str>, ScalarError> {
        Ok(self.insert(T::parse(text)?).objection())
    }

    fn blanks(&self) -> Blanks {
        self.as_ref().map_or(Blanks::Both, Scalar::blanks)
    }

    fn clear(&mut self) {
        *self = None;
    }

    fn count(&self) -> usize {
        usize::from(self.is_some())
    }

    fn write(&self, _index: usize, out: &mut String) {
        if let Some(value) = self {
            value.write(out);
        }
    }
}

impl<T: Scalar> Field for Vec<T> {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        absorb::many(self, other);
    }

    fn room(&self) -> Room {
        Room::Free
    }

    fn read(&mut self, text: &str) -> Result<Option<&'static str>, ScalarError> {
        let value = T::parse(text)?;
        let objection = value.objection();
        self.push(value);
        Ok(objection)
    }

    fn blanks(&self) -> Blanks {
        self.last().map_or(Blanks::Both, Scalar::blanks)
    }

    fn clear(&mut self) {
        Vec::clear(self);
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn write(&self, index: usize, out: &mut String) {
        if let Some(value) = self.get(index) {
            value.write(out);
        }
    }
}

/// A field that holds structs: `T`, `Option<T>` or `Vec<T>`.
pub trait Nest: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// Whether it can take one more.
    fn room(&self) -> Room;

    /// The place for one more, holding defaults.
    fn open(&mut self) -> &mut dyn Content;

    /// Takes back the place that was opened last, as far as the field can do without.
    fn close(&mut self) {}

    /// Makes room for so many more, and no more than that.
    fn reserve(&mut self, _more: usize) {}

    /// How many it holds.
    fn count(&self) -> usize;

    /// The one with this number.
    fn get(&self, index: usize) -> Option<&dyn Content>;

    /// As [`Nest::get`], to be changed.
    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Content>;

    /// Calls `visit` with each.
    fn each(&self, visit: &mut dyn FnMut(&dyn Content)) {
        for index in 0..self.count() {
            if let Some(content) = self.get(index) {
                visit(content);
            }
        }
    }

    /// As [`Nest::each`], to be changed.
    fn each_mut(&mut self, visit: &mut dyn FnMut(&mut dyn Content)) {
        for index in 0..self.count() {
            if let Some(content) = self.get_mut(index) {
                visit(content);
            }
        }
    }
}

impl<T: Content> Nest for T {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn room(&self) -> Room {
        Room::Unknown
    }

    fn open(&mut self) -> &mut dyn Content {
        self.inner_mut()
    }

    fn count(&self) -> usize {
        1
    }

    fn get(&self, _index: usize) -> Option<&dyn Content> {
        Some(self.inner())
    }

    fn get_mut(&mut self, _index: usize) -> Option<&mut dyn Content> {
        Some(self.inner_mut())
    }
}

impl<T: Content + Default> Nest for Option<T> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn room(&self) -> Room {
        if self.is_some() { Room::Filled } else { Room::Free }
    }

    fn open(&mut self) -> &mut dyn Content {
        self.insert(T::default()).inner_mut()
    }

    fn close(&mut self) {
        *self = None;
    }

    fn count(&self) -> usize {
        usize::from(self.is_some())
    }

    fn get(&self, _index: usize) -> Option<&dyn Content> {
        match self {
            Some(content) => Some(content.inner()),
            None => None,
        }
    }

    fn get_mut(&mut self, _index: usize) -> Option<&mut dyn Content> {
        match self {
            Some(content) => Some(content.inner_mut()),
            None => None,
        }
    }
}

impl<T: Content + Default> Nest for Vec<T> {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        absorb::many(self, other);
    }

    fn room(&self) -> Room {
        Room::Free
    }

    fn open(&mut self) -> &mut dyn Content {
        let last = self.len();
        self.push(T::default());
        self[last].inner_mut()
    }

    fn close(&mut self) {
        self.pop();
    }

    fn reserve(&mut self, more: usize) {
        self.reserve_exact(more);
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> Option<&dyn Content> {
        match <[T]>::get(self, index) {
            Some(content) => Some(content.inner()),
            None => None,
        }
    }

    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Content> {
        match <[T]>::get_mut(self, index) {
            Some(content) => Some(content.inner_mut()),
            None => None,
        }
    }
}

/// What came of choosing a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// The attribute's value names a variant.
    Chosen,
    /// The attribute is absent, and that means a variant.
    Assumed,
    /// The attribute is absent, and may be.
    Absent,
    /// The attribute is absent, and must not be.
    Missing,
    /// No variant has this value.
    Unknown,
}

/// The branch of a choice that a value leads to which is none of those that are known. What goes with the value is kept with
/// the element, in [`Extra::kept`](crate::Extra::kept), attributes and children as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Other {
    /// The value of the attribute.
    pub value: String,
}

/// A field that holds a payload: `P` or `Option<P>`.
pub trait NestPayload: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// The table of the discriminating attribute.
    fn table(&self) -> &'static FieldInfo;

    /// Chooses the variant.
    fn select(&mut self, value: Option<&str>) -> Selection;

    /// Chooses the variant for a value that is none of those that are known.
    fn select_other(&mut self, value: &str);

    /// The payload, if it is there.
    fn get(&self) -> Option<&dyn Payload>;

    /// As [`NestPayload::get`], to be changed.
    fn get_mut(&mut self) -> Option<&mut dyn Payload>;
}

impl<P: Payload + PayloadType> NestPayload for P {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn table(&self) -> &'static FieldInfo {
        P::TABLE
    }

    fn select(&mut self, value: Option<&str>) -> Selection {
        let (chosen, otherwise) = match value {
            Some(value) => (P::of(value).map(|p| (p, Selection::Chosen)), Selection::Unknown),
            None => (P::absent().map(|p| (p, Selection::Assumed)), Selection::Missing),
        };
        match chosen {
            Some((payload, selection)) => {
                *self = payload;
                selection
            }
            None => otherwise,
        }
    }

    fn select_other(&mut self, value: &str) {
        *self = P::other(value);
    }

    fn get(&self) -> Option<&dyn Payload> {
        Some(self)
    }

    fn get_mut(&mut self) -> Option<&mut dyn Payload> {
        Some(self)
    }
}

impl<P: Payload + PayloadType> NestPayload for Option<P> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn table(&self) -> &'static FieldInfo {
        P::TABLE
    }

    fn select(&mut self, value: Option<&str>) -> Selection {
        let Some(value) = value else { return Selection::Absent };
        match P::of(value) {
            Some(payload) => {
                *self = Some(payload);
                Selection::Chosen
            }
            None => Selection::Unknown,
        }
    }

    fn select_other(&mut self, value: &str) {
        *self = Some(P::other(value));
    }

    fn get(&self) -> Option<&dyn Payload> {
        match self {
            Some(payload) => Some(payload),
            None => None,
        }
    }

    fn get_mut(&mut self) -> Option<&mut dyn Payload> {
        match self {
            Some(payload) => Some(payload),
            None => None,
        }
    }
}

/// A field that holds elements in a mixture: `M`, `Option<M>` or `Vec<M>`.
pub trait NestMix: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// The place for one more, of this variant. None: there is no room.
    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>>;

    /// Takes back the place that was opened last; false: the field cannot do without.
    fn close(&mut self) -> bool;

    /// Calls `visit` with each entry: its line in the table, and what it carries.
    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>));

    /// How many it holds.
    fn count(&self) -> usize {
        let mut count = 0;
        self.each(&mut |_, _| count += 1);
        count
    }

    /// As [`NestMix::each`], to be changed.
    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>));
}

fn each_entry<'m, M: Mix>(entries: &'m [M], visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
    for entry in entries {
        if let Some(line) = M::ENTRIES.get(entry.variant()) {
            visit(line, entry.slot());
        }
    }
}

fn each_entry_mut<M: Mix>(entries: &mut [M], visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
    for entry in entries {
        if let Some(line) = M::ENTRIES.get(entry.variant()) {
            visit(line, entry.slot_mut());
        }
    }
}

impl<M: Mix> NestMix for M {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>> {
        *self = M::of(variant)?;
        Some(self.slot_mut())
    }

    fn close(&mut self) -> bool {
        false
    }

    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
        each_entry(std::slice::from_ref(self), visit);
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
        each_entry_mut(std::slice::from_mut(self), visit);
    }
}

impl<M: Mix> NestMix for Option<M> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>> {
        if self.is_some() { None } else { Some(self.insert(M::of(variant)?).slot_mut()) }
    }

    fn close(&mut self) -> bool {
        self.take().is_some()
    }

    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
        each_entry(self.as_slice(), visit);
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
        each_entry_mut(self.as_mut_slice(), visit);
    }
}

impl<M: Mix> NestMix for Vec<M> {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        absorb::many(self, other);
    }

    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>> {
        let last = self.len();
        self.push(M::of(variant)?);
        Some(self[last].slot_mut())
    }

    fn close(&mut self) -> bool {
        self.pop().is_some()
    }

    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
        each_entry(self, visit);
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
        each_entry_mut(self, visit);
    }
}

/// A field that holds verbatim elements: `Verbatim`, `Option<Verbatim>` or `Vec<Verbatim>`.
pub trait NestVerbatim: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// Whether it can take one more.
    fn room(&self) -> Room;

    /// Takes one more.
    fn put(&mut self, verbatim: Verbatim);

    /// What it holds.
    fn entries(&self) -> &[Verbatim];
}

impl NestVerbatim for Verbatim {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn room(&self) -> Room {
        Room::Unknown
    }

    fn put(&mut self, verbatim: Verbatim) {
        *self = verbatim;
    }

    fn entries(&self) -> &[Verbatim] {
        std::slice::from_ref(self)
    }
}

impl NestVerbatim for Option<Verbatim> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn room(&self) -> Room {
        if self.is_some() { Room::Filled } else { Room::Free }
    }

    fn put(&mut self, verbatim: Verbatim) {
        *self = Some(verbatim);
    }

    fn entries(&self) -> &[Verbatim] {
        self.as_slice()
    }
}

impl NestVerbatim for Vec<Verbatim> {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        absorb::many(self, other);
    }

    fn room(&self) -> Room {
        Room::Free
    }

    fn put(&mut self, verbatim: Verbatim) {
        self.push(verbatim);
    }

    fn entries(&self) -> &[Verbatim] {
        self
    }
}

/// An empty element that always stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Present;

/// A field that counts empty elements: `bool`, `u32` where there may be several, [`Present`] where it must be there.
pub trait Flag: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// Whether it can take one more.
    fn room(&self) -> Room;

    /// Takes one more.
    fn raise(&mut self);

    /// How many there are.
    fn count(&self) -> usize;
}

impl Flag for bool {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        *self |= other.downcast_ref::<bool>().is_some_and(|other| *other);
    }

    fn room(&self) -> Room {
        if *self { Room::Filled } else { Room::Free }
    }

    fn raise(&mut self) {
        *self = true;
    }

    fn count(&self) -> usize {
        usize::from(*self)
    }
}

impl Flag for u32 {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        *self = self.saturating_add(other.downcast_ref::<u32>().copied().unwrap_or(0));
    }

    fn room(&self) -> Room {
        Room::Free
    }

    fn raise(&mut self) {
        *self = self.saturating_add(1);
    }

    fn count(&self) -> usize {
        *self as usize
    }
}

impl Flag for Present {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn room(&self) -> Room {
        Room::Unknown
    }

    fn raise(&mut self) {}

    fn count(&self) -> usize {
        1
    }
}
