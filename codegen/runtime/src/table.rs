//! The table of a type: what is printed once for each struct, and the keys of its fields.

use std::any::Any;
use std::marker::PhantomData;

use crate::content::Content;
use crate::info::{FieldInfo, TypeInfo};
use crate::scalar::Scalar;

/// A type with a static table.
pub trait Described: Content {
    /// The table.
    fn table() -> &'static TypeInfo;

    /// The struct with another value in one of its fields: `disk.with(Disk::DEVICE, DiskDevice::Cdrom)`.
    #[must_use]
    fn with<T: 'static>(mut self, key: Key<Self, T>, value: impl Into<T>) -> Self
    where
        Self: Sized + 'static,
    {
        *key.get_mut(&mut self) = value.into();
        self
    }
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
    of: PhantomData<fn(S) -> T>,
}

impl<S, T> Key<S, T> {
    /// For [`table!`](crate::table!) alone, which takes the number and the type from one line: the key of a field of another type cannot be
    /// asked for it.
    #[doc(hidden)]
    #[must_use]
    pub const fn of(index: usize) -> Self {
        Self { index, of: PhantomData }
    }
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
        let field = content.field(self.index).map(|slot| slot.whole());
        field.and_then(<dyn Any>::downcast_ref).unwrap_or_else(|| unreachable!("{self:?} is of another type"))
    }

    /// The field of a struct, to be changed.
    #[must_use]
    pub fn get_mut<'s>(&self, content: &'s mut S) -> &'s mut T {
        let field = content.field_mut(self.index).map(|slot| slot.whole());
        field.and_then(<dyn Any>::downcast_mut).unwrap_or_else(|| unreachable!("{self:?} is of another type"))
    }
}

impl<S: Described, T: Scalar + Clone> Key<S, Option<T>> {
    /// What the field means: its value, or where it is absent the default that the format states; none where it states none.
    #[must_use]
    pub fn meant(&self, content: &S) -> Option<T> {
        let stated = || self.info().default.and_then(|default| T::parse(default.value).ok());
        self.get(content).clone().or_else(stated)
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
    (@extra element) => {
        fn extra(&self) -> ::core::option::Option<&$crate::Extra> {
            ::core::option::Option::Some(&self.xml)
        }

        fn extra_mut(&mut self) -> ::core::option::Option<&mut $crate::Extra> {
            ::core::option::Option::Some(&mut self.xml)
        }
    };
    (@extra shared) => { $crate::table!(@extra element); };
    (@extra members) => {};
    (@initial element $($field:ident)*) => {
        Self { $($field: $crate::Initial::initial(),)* xml: ::core::default::Default::default() }
    };
    (@initial shared $($field:ident)*) => { $crate::table!(@initial element $($field)*) };
    (@initial members $($field:ident)*) => { Self { $($field: $crate::Initial::initial(),)* } };
    (@element element $ty:ident) => { $crate::elements!($ty); };
    (@element shared $ty:ident) => { $crate::elements!(shared $ty); };
    (@element members $ty:ident) => {};
    ($ty:ident: $head:ident $head_args:tt $(.$head_fact:ident $head_fact_args:tt)*;
        $($index:literal $key:ident = $field:ident: $field_ty:ty, $kind:ident $args:tt $(.$fact:ident $fact_args:tt)*;)*
    ) => {
        impl $ty {
            $(/// The key of the field of this name.
            pub const $key: $crate::Key<$ty, $field_ty> = $crate::Key::of($index);)*
        }

        impl $crate::Described for $ty {
            fn table() -> &'static $crate::TypeInfo {
                static TABLE: $crate::TypeInfo = $crate::TypeInfo::$head $head_args $(.$head_fact $head_fact_args)*
                    .fields(stringify!($ty), &[$($crate::FieldInfo::$kind::<$field_ty> $args $(.$fact $fact_args)*,)*]);
                &TABLE
            }
        }

        impl ::core::default::Default for $ty {
            fn default() -> Self {
                $crate::table!(@initial $head $($field)*)
            }
        }

        $crate::initial!($ty);

        impl ::core::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::debug::show(self, &[$(stringify!($field)),*], f)
            }
        }

        impl $crate::Content for $ty {
            fn info(&self) -> &'static $crate::TypeInfo {
                <$ty as $crate::Described>::table()
            }

            $crate::table!(@extra $head);

            fn filled(&self) -> $crate::Filled {
                $crate::Filled::NONE $(.with($index, $crate::filled::$kind(&self.$field)))*
            }

            fn field(&self, index: usize) -> ::core::option::Option<$crate::Slot<'_>> {
                match index {
                    $($index => ::core::option::Option::Some($crate::Slot::$kind(&self.$field)),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn field_mut(&mut self, index: usize) -> ::core::option::Option<$crate::SlotMut<'_>> {
                match index {
                    $($index => ::core::option::Option::Some($crate::SlotMut::$kind(&mut self.$field)),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        $crate::table!(@element $head $ty);
        $crate::serde_struct!($ty);
    };
}

/// The table of a payload: its attribute, and its variants with their members, each with its value and what the schema says about that.
/// A line with `_` says what holds where the attribute is absent: one of the values, or a variant of its own; the last one names the
/// variant for values that are not known.
///
/// ```ignore
/// rt::payload! { DiskType: attribute("type").written("file");
///     File(DiskTypeFile) = "file".since(0, 6, 0);
///     Block(DiskTypeBlock) = "block".since(0, 6, 0);
///     _ = "file";
///     .. = Other(rt::Other);
/// }
/// ```
#[macro_export]
macro_rules! payload {
    ($ty:ident: $head:ident $args:tt $(.$fact:ident $fact_args:tt)*;
        $($variant:ident $(($members:ty))? = $value:literal $(.$value_fact:ident $value_fact_args:tt)*;)*
        $(_ = $absent:literal;)?
        $(_ = $unspelt:ident $(($unspelt_members:ty))?;)?
        .. = $other:ident($other_ty:ty);
    ) => {
        impl $crate::Initial for $ty {
            #[allow(unreachable_code)]
            fn initial() -> Self {
                $(return <Self as $crate::Payload>::of($absent).unwrap_or_else(|| <Self as $crate::Payload>::other($absent));)?
                $(return Self::$unspelt $((<$unspelt_members>::default()))?;)?
                $(return Self::$variant $((<$members>::default()))?;)*
            }
        }

        impl $crate::PayloadType for $ty {
            const TABLE: &'static $crate::FieldInfo = {
                static TABLE: $crate::FieldInfo = $crate::FieldInfo::$head::<::std::string::String> $args
                    $(.$fact $fact_args)*
                    .values(&[$($crate::ValueInfo::of($value) $(.$value_fact $value_fact_args)*),*])
                    .branches(&[
                        $($($crate::Branch {
                            value: ::core::option::Option::Some($value),
                            table: <$members as $crate::Described>::table,
                        },)?)*
                        $($($crate::Branch {
                            value: ::core::option::Option::None,
                            table: <$unspelt_members as $crate::Described>::table,
                        },)?)?
                    ]);
                &TABLE
            };
        }

        impl $crate::Payload for $ty {
            fn of(value: &str) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(match value {
                    $($value => Self::$variant $((<$members>::default()))?,)*
                    _ => return ::core::option::Option::None,
                })
            }

            #[allow(unreachable_code)]
            fn absent() -> ::core::option::Option<Self> {
                $(return Self::of($absent);)?
                $(return ::core::option::Option::Some(Self::$unspelt $((<$unspelt_members>::default()))?);)?
                ::core::option::Option::None
            }

            fn other(value: &str) -> Self {
                Self::$other($crate::Other { value: ::std::string::String::from(value) })
            }

            fn attribute(&self) -> &'static $crate::FieldInfo {
                <$ty as $crate::PayloadType>::TABLE
            }

            fn value(&self) -> ::core::option::Option<&str> {
                ::core::option::Option::Some(match self {
                    $(Self::$variant { .. } => $value,)*
                    $(Self::$unspelt { .. } => return ::core::option::Option::None,)?
                    Self::$other(other) => &other.value,
                })
            }

            fn members(&self) -> ::core::option::Option<&dyn $crate::Content> {
                match self {
                    $($(Self::$variant(members) => {
                        let members: &$members = members;
                        ::core::option::Option::Some(members)
                    })?)*
                    $($(Self::$unspelt(members) => {
                        let members: &$unspelt_members = members;
                        ::core::option::Option::Some(members)
                    })?)?
                    _ => ::core::option::Option::None,
                }
            }

            fn members_mut(&mut self) -> ::core::option::Option<&mut dyn $crate::Content> {
                match self {
                    $($(Self::$variant(members) => {
                        let members: &mut $members = members;
                        ::core::option::Option::Some(members)
                    })?)*
                    $($(Self::$unspelt(members) => {
                        let members: &mut $unspelt_members = members;
                        ::core::option::Option::Some(members)
                    })?)?
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}

/// The table of a set of values: each variant with its value and what the schema says about that, and behind `_` the variants
/// that carry other values, in the order in which they are tried.
///
/// ```ignore
/// rt::values! { DiskDevice;
///     Floppy = "floppy".since(0, 6, 0);
///     Disk = "disk".since(0, 6, 0);
/// }
/// ```
#[macro_export]
macro_rules! values {
    ($ty:ident; $($variant:ident = $value:literal $(.$fact:ident $fact_args:tt)*;)*) => {
        impl $ty {
            /// The value as a document spells it.
            #[must_use]
            pub fn as_str(&self) -> &'static str {
                match self {
                    $(Self::$variant => $value,)*
                }
            }
        }

        $crate::values!(@scalar $ty; $($variant = $value $(.$fact $fact_args)*;)*);
    };
    ($ty:ident; $($variant:ident = $value:literal $(.$fact:ident $fact_args:tt)*;)* _ = $other:ident(String);) => {
        impl $ty {
            /// The value as a document spells it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::$other(text) => text,
                }
            }
        }

        $crate::values!(@scalar $ty; $($variant = $value $(.$fact $fact_args)*;)* _ = $other(String););
    };
    ($ty:ident; $($variant:ident = $value:literal $(.$fact:ident $fact_args:tt)*;)* $(_ = $other:ident($other_ty:ty);)*) => {
        $crate::values!(@scalar $ty; $($variant = $value $(.$fact $fact_args)*;)* $(_ = $other($other_ty);)*);
    };
    (@scalar $ty:ident; $($variant:ident = $value:literal $(.$fact:ident $fact_args:tt)*;)* $(_ = $other:ident($other_ty:ty);)*) => {
        impl $ty {
            /// The values that are known by name.
            pub const VALUES: &'static [$crate::ValueInfo] =
                &[$($crate::ValueInfo::of($value) $(.$fact $fact_args)*),*];
        }

        impl $crate::Scalar for $ty {
            const VALUES: &'static [$crate::ValueInfo] = $ty::VALUES;
            const OPEN: bool = false $(|| <$other_ty as $crate::Scalar>::OPEN)*;
            const NUMBER: bool = false $(|| <$other_ty as $crate::Scalar>::NUMBER)*;

            fn parse(text: &str) -> ::core::result::Result<Self, $crate::ScalarError> {
                match $crate::scalar::trim(text) {
                    $($value => return ::core::result::Result::Ok(Self::$variant),)*
                    _ => {}
                }
                let error = $crate::ScalarError::one_of(Self::VALUES);
                $(let error = match <$other_ty as $crate::Scalar>::parse(text) {
                    ::core::result::Result::Ok(value) => return ::core::result::Result::Ok(Self::$other(value)),
                    ::core::result::Result::Err(other) => error.or(other),
                };)*
                ::core::result::Result::Err(error)
            }

            fn write(&self, out: &mut ::std::string::String) {
                match self {
                    $(Self::$variant => out.push_str($value),)*
                    $(Self::$other(value) => $crate::Scalar::write(value, out),)*
                }
            }

            fn check(&self, _written: &str) -> ::core::result::Result<(), $crate::ScalarError> {
                match self {
                    $(Self::$variant => ::core::result::Result::Ok(()),)*
                    $(Self::$other(value) => $crate::Scalar::check(value, _written),)*
                }
            }

            fn blanks(&self) -> $crate::Blanks {
                match self {
                    $(Self::$variant => $crate::Blanks::Nowhere,)*
                    $(Self::$other(value) => $crate::Scalar::blanks(value),)*
                }
            }
        }

        impl $crate::Initial for $ty {
            #[allow(unreachable_code)]
            fn initial() -> Self {
                $(return Self::$variant;)*
                $(return Self::$other($crate::Initial::initial());)*
            }
        }

        $crate::scalar_text!($ty);
    };
}

/// The table of a mix: each variant with its number, what it carries, and its line.
///
/// ```ignore
/// rt::mix! { Inline;
///     0 Text(String) = text();
///     1 Link(Link) = child("link");
/// }
/// ```
#[macro_export]
macro_rules! mix {
    ($ty:ident; $($index:literal $variant:ident($variant_ty:ty) = $kind:ident $args:tt $(.$fact:ident $fact_args:tt)*;)*) => {
        impl $crate::Initial for $ty {
            #[allow(unreachable_code)]
            fn initial() -> Self {
                $(return Self::$variant($crate::Initial::initial());)*
            }
        }

        impl $crate::Mix for $ty {
            const ENTRIES: &'static [$crate::FieldInfo] = {
                // Lines are told apart by where they are, and a constant may be in several places.
                static ENTRIES: [$crate::FieldInfo; [$($index),*].len()] =
                    [$($crate::FieldInfo::$kind::<$variant_ty> $args $(.$fact $fact_args)* .entry()),*];
                &ENTRIES
            };

            fn of(variant: usize) -> ::core::option::Option<Self> {
                match variant {
                    $($index => ::core::option::Option::Some(Self::$variant($crate::Initial::initial())),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn variant(&self) -> usize {
                match self {
                    $(Self::$variant(_) => $index,)*
                }
            }

            fn slot(&self) -> $crate::Slot<'_> {
                match self {
                    $(Self::$variant(content) => $crate::Slot::$kind(content),)*
                }
            }

            fn slot_mut(&mut self) -> $crate::SlotMut<'_> {
                match self {
                    $(Self::$variant(content) => $crate::SlotMut::$kind(content),)*
                }
            }
        }
    };
}
