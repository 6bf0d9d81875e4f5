//! What a table takes from the type of a field: how many it holds, which values, which table.

use super::Present;
use crate::content::Mix;
use crate::info::{FieldInfo, TypeInfo, ValueInfo};
use crate::scalar::Scalar;
use crate::table::Described;
use crate::verbatim::Verbatim;

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
