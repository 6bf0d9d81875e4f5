//! What printed types get with the feature `serde`, and nothing without it.

/// Implements `Serialize` and `Deserialize` for a struct with a table: an element, or the members of a variant.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_struct {
    ($ty:ident) => {
        impl $crate::serde_core::Serialize for $ty {
            fn serialize<S: $crate::serde_core::Serializer>(&self, out: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::data::serialize(self, &mut <$ty as ::core::default::Default>::default(), out)
            }
        }

        impl<'de> $crate::serde_core::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::serde_core::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let mut value = <$ty as ::core::default::Default>::default();
                $crate::data::deserialize(&mut value, from)?;
                ::core::result::Result::Ok(value)
            }
        }
    };
}

/// Implements `Serialize` and `Deserialize` for scalars.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_scalar {
    ($ty:ty) => {
        impl $crate::serde_core::Serialize for $ty {
            fn serialize<S: $crate::serde_core::Serializer>(&self, out: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::data::serialize_scalar(self, out)
            }
        }

        impl<'de> $crate::serde_core::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::serde_core::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::data::deserialize_scalar(from)
            }
        }
    };
}

/// Nothing, without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_struct {
    ($ty:ident) => {};
}

/// Nothing, without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_scalar {
    ($ty:ty) => {};
}
