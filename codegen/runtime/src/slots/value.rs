//! Fields of scalars.

use super::{Prefer, Room, absorb};
use crate::scalar::{Blanks, Scalar, ScalarError};
use std::any::Any;
use std::fmt::Debug;

/// What came of writing a value. Fields are asked through `dyn`: one call tells all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// There is no value with this number.
    Nothing,
    /// The value is read again as what it is.
    Value,
    /// No value is spelt as this one is: [`Field::check`] says why.
    Refused,
}

impl Wrote {
    /// Appends the spelling of a value.
    #[inline]
    fn of<T: Scalar>(value: &T, out: &mut String) -> Self {
        let start = out.len();
        value.write(out);
        match value.check(&out[start..]) {
            Ok(()) => Wrote::Value,
            Err(_) => Wrote::Refused,
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
    fn write(&self, index: usize, out: &mut String) -> Wrote;

    /// [`Scalar::check`] of the value with this number, which is written so.
    ///
    /// # Errors
    ///
    /// No value is spelt as this one is.
    fn check(&self, index: usize, written: &str) -> Result<(), ScalarError>;

    /// The value with this number, as it shows itself with `{:?}`.
    fn shown(&self, index: usize) -> Option<&dyn Debug>;
}

impl<T: Scalar> Field for T {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn room(&self) -> Room {
        Room::Unknown
    }

    fn read(&mut self, text: &str) -> Result<Option<&'static str>, ScalarError> {
        match T::parse(text) {
            Ok(value) => {
                *self = value;
                Ok(self.objection())
            }
            Err(error) => Err(error),
        }
    }

    fn blanks(&self) -> Blanks {
        Scalar::blanks(self)
    }

    fn clear(&mut self) {}

    fn count(&self) -> usize {
        1
    }

    fn write(&self, _index: usize, out: &mut String) -> Wrote {
        Wrote::of(self, out)
    }

    fn check(&self, _index: usize, written: &str) -> Result<(), ScalarError> {
        Scalar::check(self, written)
    }

    fn shown(&self, _index: usize) -> Option<&dyn Debug> {
        Some(self)
    }
}

// Here `match` and not the methods of `Option` and `?`, of which each type would have its own copies.
impl<T: Scalar> Field for Option<T> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn room(&self) -> Room {
        match self {
            Some(_) => Room::Filled,
            None => Room::Free,
        }
    }

    fn read(&mut self, text: &str) -> Result<Option<&'static str>, ScalarError> {
        match T::parse(text) {
            Ok(value) => {
                let objection = value.objection();
                *self = Some(value);
                Ok(objection)
            }
            Err(error) => Err(error),
        }
    }

    fn blanks(&self) -> Blanks {
        match self {
            Some(value) => value.blanks(),
            None => Blanks::Both,
        }
    }

    fn clear(&mut self) {
        *self = None;
    }

    fn count(&self) -> usize {
        match self {
            Some(_) => 1,
            None => 0,
        }
    }

    fn write(&self, _index: usize, out: &mut String) -> Wrote {
        match self {
            Some(value) => Wrote::of(value, out),
            None => Wrote::Nothing,
        }
    }

    fn check(&self, _index: usize, written: &str) -> Result<(), ScalarError> {
        match self {
            Some(value) => value.check(written),
            None => Ok(()),
        }
    }

    fn shown(&self, _index: usize) -> Option<&dyn Debug> {
        match self {
            Some(value) => Some(value),
            None => None,
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

    fn write(&self, index: usize, out: &mut String) -> Wrote {
        match self.get(index) {
            Some(value) => Wrote::of(value, out),
            None => Wrote::Nothing,
        }
    }

    fn check(&self, index: usize, written: &str) -> Result<(), ScalarError> {
        self.get(index).map_or(Ok(()), |value| value.check(written))
    }

    fn shown(&self, index: usize) -> Option<&dyn Debug> {
        self.get(index).map(|value| value as _)
    }
}
