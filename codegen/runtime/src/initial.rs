//! What stands in a field of an element of which nothing is known yet.

use crate::scalar::List;
use crate::slots::Present;
use crate::spelt::{Integer, Spelt};
use crate::verbatim::Verbatim;

/// A value to start from, as the reader does and `Default` of a printed struct: nothing where there may be nothing, and some value where
/// one must be. The first of an enum, say, which has a `Default` only where the format has.
pub trait Initial {
    /// The value.
    fn initial() -> Self;
}

impl<T> Initial for Option<T> {
    fn initial() -> Self {
        None
    }
}

impl<T> Initial for Vec<T> {
    fn initial() -> Self {
        Vec::new()
    }
}

impl<T: Initial> Initial for Box<T> {
    fn initial() -> Self {
        Box::new(T::initial())
    }
}

impl<T: Initial> Initial for Spelt<T> {
    fn initial() -> Self {
        Spelt::from(T::initial())
    }
}

impl<T> Initial for List<T> {
    fn initial() -> Self {
        List::default()
    }
}

/// Implements [`Initial`] by `Default`, for scalars of a format's own that stand in fields which must hold one.
#[macro_export]
macro_rules! initial {
    ($($ty:ty),* $(,)?) => {$(
        impl $crate::Initial for $ty {
            fn initial() -> Self {
                <$ty as ::core::default::Default>::default()
            }
        }
    )*};
}

initial!(String, bool, u8, u16, u32, u64, i8, i16, i32, i64, Integer, Present, Verbatim);
