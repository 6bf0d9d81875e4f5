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

/// The enum of an element's children: each line has the number of the field, and the variant with the type that it refers to.
///
/// ```ignore
/// rt::kinds! { Device of Devices;
///     1 Disk(Disk);
///     2 Controller(Controller);
/// }
/// ```
#[macro_export]
macro_rules! kinds {
    ($ty:ident of $parent:ident; $($index:literal $variant:ident($member:ty);)*) => {
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
    };
}
