//! The children of an element in one list, whatever their names.

use std::any::Any;

use crate::{Content, Slot};

/// The members of one field, each with its number from 1 on.
pub fn members<T: Content>(parent: &dyn Content, field: usize) -> impl Iterator<Item = (&T, usize)> {
    let nest = match parent.field(field) {
        Some(Slot::Child(nest)) => Some(nest),
        _ => None,
    };
    let all = nest.into_iter().flat_map(|nest| (0..nest.count()).filter_map(move |at| Some((nest.get(at)?, at + 1))));
    all.filter_map(|(member, number)| Some(((member as &dyn Any).downcast_ref()?, number)))
}

/// A field that holds members: `T`, `Option<T>` or `Vec<T>`.
pub trait Holds {
    /// What it holds, maybe in a box.
    type Member: Content;

    /// All of them.
    fn held(&mut self) -> impl Iterator<Item = &mut Self::Member>;
}

impl<T: Content> Holds for T {
    type Member = T;

    fn held(&mut self) -> impl Iterator<Item = &mut T> {
        std::iter::once(self)
    }
}

impl<T: Content> Holds for Option<T> {
    type Member = T;

    fn held(&mut self) -> impl Iterator<Item = &mut T> {
        self.iter_mut()
    }
}

impl<T: Content> Holds for Vec<T> {
    type Member = T;

    fn held(&mut self) -> impl Iterator<Item = &mut T> {
        self.iter_mut()
    }
}

/// As [`members`], to be changed.
pub fn members_mut<T: Content, H: Holds>(field: &mut H) -> impl Iterator<Item = (&mut T, usize)> {
    let all = field.held().zip(1..);
    all.filter_map(|(member, number)| Some(((member.inner_mut() as &mut dyn Any).downcast_mut()?, number)))
}

/// What the enum of an element's children can do, and its twin for those that are to be changed: each line has the number and the name of
/// the field, and the variant with the type that it refers to.
///
/// ```ignore
/// rt::kinds! { Device, DeviceMut of Devices;
///     1 disks = Disk(Disk);
///     2 controllers = Controller(Controller);
/// }
/// ```
#[macro_export]
macro_rules! kinds {
    ($ty:ident, $mutable:ident of $parent:ident; $($index:literal $field:ident = $variant:ident($member:ty);)*) => {
        impl<'a> $ty<'a> {
            /// All there are, kind by kind in the order of the schema, each kind in that of the document.
            pub fn all(parent: &'a $parent) -> impl Iterator<Item = Self> {
                let mut all = ::std::vec::Vec::new();
                $(all.extend(
                    $crate::kinds::members::<$member>(parent, $index).map(|(member, number)| Self::$variant(member, number)),
                );)*
                all.into_iter()
            }

            /// The name of its element.
            #[must_use]
            pub fn kind(self) -> &'static str {
                let index = match self { $(Self::$variant(..) => $index,)* };
                <$parent as $crate::Described>::table().fields[index].name
            }

            /// Its number among those of its name, from 1 on.
            #[must_use]
            pub fn number(self) -> usize {
                match self { $(Self::$variant(_, number) => number,)* }
            }

            /// It by the table of its type.
            #[must_use]
            pub fn content(self) -> &'a dyn $crate::Content {
                match self { $(Self::$variant(member, _) => member,)* }
            }

            /// It as this type, where it is one.
            #[must_use]
            pub fn get<T: $crate::Content>(self) -> ::core::option::Option<&'a T> {
                (self.content() as &dyn ::std::any::Any).downcast_ref()
            }
        }

        /// As a path that begins with the element around it.
        impl ::core::fmt::Display for $ty<'_> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let parent = <$parent as $crate::Described>::table().element.map_or("", |name| name.local);
                ::core::write!(f, "{parent}/{}[{}]", self.kind(), self.number())
            }
        }

        impl ::core::fmt::Debug for $ty<'_> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(::core::stringify!($ty)).field(&::core::format_args!("{self}")).finish()
            }
        }

        #[doc = ::core::concat!("As [`", ::core::stringify!($ty), "`], to be changed.")]
        #[non_exhaustive]
        pub enum $mutable<'a> {
            $(
                #[doc = ::core::concat!("As [`", ::core::stringify!($ty), "::", ::core::stringify!($variant), "`].")]
                $variant(&'a mut $member, usize),
            )*
        }

        impl<'a> $mutable<'a> {
            /// All there are, kind by kind in the order of the schema, each kind in that of the document.
            pub fn all(parent: &'a mut $parent) -> impl Iterator<Item = Self> {
                let mut all = ::std::vec::Vec::new();
                $(all.extend(
                    $crate::kinds::members_mut(&mut parent.$field).map(|(member, number)| Self::$variant(member, number)),
                );)*
                all.into_iter()
            }

            /// It to be looked at.
            #[must_use]
            pub fn as_ref(&self) -> $ty<'_> {
                match self { $(Self::$variant(member, number) => $ty::$variant(member, *number),)* }
            }

            /// The name of its element.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                self.as_ref().kind()
            }

            /// Its number among those of its name, from 1 on.
            #[must_use]
            pub fn number(&self) -> usize {
                self.as_ref().number()
            }

            /// It by the table of its type.
            #[must_use]
            pub fn content(self) -> &'a mut dyn $crate::Content {
                match self { $(Self::$variant(member, _) => member,)* }
            }

            /// As `content`, for a while.
            pub fn content_mut(&mut self) -> &mut dyn $crate::Content {
                match self { $(Self::$variant(member, _) => &mut **member,)* }
            }

            /// It as this type, where it is one.
            #[must_use]
            pub fn get<T: $crate::Content>(self) -> ::core::option::Option<&'a mut T> {
                (self.content() as &mut dyn ::std::any::Any).downcast_mut()
            }
        }

        /// As a path that begins with the element around it.
        impl ::core::fmt::Display for $mutable<'_> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.as_ref(), f)
            }
        }

        impl ::core::fmt::Debug for $mutable<'_> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.as_ref(), f)
            }
        }
    };
}
