//! The table of a type: what is printed once for each struct, and the keys of its fields.

use crate::info::{FieldInfo, TypeInfo};

/// A type with a static table.
pub trait Described {
    /// The table.
    fn table() -> &'static TypeInfo;
}

impl<T: Described> Described for Box<T> {
    fn table() -> &'static TypeInfo {
        T::table()
    }
}

/// A field of the struct `S` that holds a `T`: what code says that is about one field without naming it twice.
///
/// ```ignore
/// let device = Disk::DEVICE;
/// assert_eq!(device.info().name, "device");
/// *device.get_mut(&mut disk) = Some(DiskDevice::Cdrom);
/// ```
pub struct Key<S: 'static, T: 'static> {
    /// Its number in the table of `S`.
    pub index: usize,
    /// The field.
    pub get: fn(&S) -> &T,
    /// The field, to be changed.
    pub get_mut: fn(&mut S) -> &mut T,
}

impl<S: Described, T> Key<S, T> {
    /// Its line in the table: its name, and what the schema says about it.
    #[must_use]
    pub fn info(&self) -> &'static FieldInfo {
        &S::table().fields[self.index]
    }

    /// The field of a struct.
    #[must_use]
    pub fn get<'s>(&self, content: &'s S) -> &'s T {
        (self.get)(content)
    }

    /// The field of a struct, to be changed.
    #[must_use]
    pub fn get_mut<'s>(&self, content: &'s mut S) -> &'s mut T {
        (self.get_mut)(content)
    }
}

impl<S, T> Clone for Key<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T> Copy for Key<S, T> {}

impl<S: Described, T> std::fmt::Debug for Key<S, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", S::table().name, self.info().name)
    }
}

/// The table of a struct, its fields in the order of the schema, attributes first: for each its number, its key, its Rust name and type,
/// and what the schema says about it.
///
/// ```ignore
/// rt::table! { Disk: element("disk").since(0, 6, 0);
///     0 TYPE = type_: DiskType, payload();
///     1 DEVICE = device: Option<DiskDevice>, attribute("device").written("disk").since(0, 6, 0);
///     2 SOURCE = source: Option<DiskSource>, child("source").since(0, 6, 0);
/// }
/// ```
#[macro_export]
macro_rules! table {
    ($ty:ident: $head:ident $head_args:tt $(.$head_fact:ident $head_fact_args:tt)*;
        $($index:literal $key:ident = $field:ident: $field_ty:ty, $kind:ident $args:tt $(.$fact:ident $fact_args:tt)*;)*
    ) => {
        impl $ty {
            $(/// The key of the field of this name.
            pub const $key: $crate::Key<$ty, $field_ty> = $crate::Key {
                index: $index,
                get: |content| &content.$field,
                get_mut: |content| &mut content.$field,
            };)*
        }

        impl $crate::Described for $ty {
            fn table() -> &'static $crate::TypeInfo {
                static TABLE: $crate::TypeInfo = $crate::TypeInfo::$head $head_args $(.$head_fact $head_fact_args)*
                    .fields(stringify!($ty), &[$($crate::FieldInfo::$kind::<$field_ty> $args $(.$fact $fact_args)*,)*]);
                &TABLE
            }
        }
    };
}
