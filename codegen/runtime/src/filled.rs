//! Which fields of a struct hold something.

use std::ops::{BitOr, Range};

use crate::slots::{Field, Flag, Nest, NestMix, NestPayload, NestVerbatim};
use crate::verbatim::AnyAttribute;

/// Which fields of a struct hold something: nearly all of them hold nothing, and who goes through them has no need to ask each.
///
/// One bit for each by its number, the last for all from the 64th on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filled(u64);

impl Filled {
    /// None does.
    pub const NONE: Self = Self(0);

    /// Any may.
    pub const ALL: Self = Self(u64::MAX);

    /// The field that shares its bit with those behind it.
    const LAST: usize = u64::BITS as usize - 1;

    /// These, and the field with this number, if it does.
    #[inline]
    #[must_use]
    pub const fn with(self, index: usize, holds: bool) -> Self {
        Self(self.0 | (holds as u64) << if index < Self::LAST { index } else { Self::LAST })
    }

    /// Whether the field with this number may hold something: one that is not among these holds nothing.
    #[inline]
    #[must_use]
    pub const fn contains(self, index: usize) -> bool {
        self.0 >> if index < Self::LAST { index } else { Self::LAST } & 1 != 0
    }

    /// Whether the field with this number holds something, as far as that is known of it alone.
    #[inline]
    #[must_use]
    pub const fn holds(self, index: usize) -> bool {
        index < Self::LAST && self.contains(index)
    }

    /// The numbers of the fields of a range that may hold something.
    pub fn among(self, mut range: Range<usize>) -> impl Iterator<Item = usize> {
        std::iter::from_fn(move || {
            if range.start < Self::LAST {
                let next = range.start + (self.0 >> range.start).trailing_zeros() as usize;
                range.start = next.min(Self::LAST);
            }
            range.next().filter(|index| self.contains(*index))
        })
    }
}

impl BitOr for Filled {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// For each kind of field whether it holds something, by the names that the lines of a table have for them.
macro_rules! kinds {
    ($($kind:ident($field:ident: $ty:ty) = $holds:expr;)*) => {$(
        #[doc(hidden)]
        #[inline]
        #[must_use]
        pub fn $kind($field: &$ty) -> bool {
            $holds
        }
    )*};
}

kinds! {
    attribute(field: impl Field) = field.count() > 0;
    leaf(field: impl Field) = field.count() > 0;
    text(field: impl Field) = field.count() > 0;
    child(field: impl Nest) = field.count() > 0;
    flag(field: impl Flag) = field.count() > 0;
    payload(field: impl NestPayload) = field.get().is_some();
    mix(field: impl NestMix) = field.count() > 0;
    verbatim(field: impl NestVerbatim) = !field.entries().is_empty();
    any_elements(field: impl NestVerbatim) = !field.entries().is_empty();
    any_attributes(field: [AnyAttribute]) = !field.is_empty();
}

#[cfg(test)]
mod tests {
    use super::Filled;

    #[test]
    fn numbers_of_fields_in_order() {
        let filled = Filled::NONE.with(0, true).with(1, false).with(7, true).with(62, true);
        assert_eq!(filled.among(0..70).collect::<Vec<_>>(), [0, 7, 62]);
        assert_eq!(filled.among(1..7).collect::<Vec<_>>(), []);
        assert_eq!(filled.among(62..63).collect::<Vec<_>>(), [62]);
    }

    #[test]
    fn fields_beyond_the_last_bit_are_asked_together() {
        let filled = Filled::NONE.with(70, true);
        assert_eq!(filled.among(0..72).collect::<Vec<_>>(), (63..72).collect::<Vec<_>>());
        assert_eq!(Filled::NONE.among(0..72).count(), 0);
        assert_eq!(Filled::ALL.among(0..72).count(), 72);
    }
}
