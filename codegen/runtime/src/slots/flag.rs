//! Fields of empty elements.

use super::{Prefer, Room, absorb};
use std::any::Any;
use std::fmt::Debug;

/// An empty element that always stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Present;

/// A field that counts empty elements: `bool`, `u32` where there may be several, [`Present`] where it must be there.
pub trait Flag: Any + Debug {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// Whether it can take one more.
    fn room(&self) -> Room;

    /// Takes one more.
    fn raise(&mut self);

    /// Takes one away; false: the field cannot do without, or has none.
    fn lower(&mut self) -> bool;

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

    fn lower(&mut self) -> bool {
        std::mem::take(self)
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

    fn lower(&mut self) -> bool {
        let there = *self > 0;
        *self = self.saturating_sub(1);
        there
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

    fn lower(&mut self) -> bool {
        false
    }

    fn count(&self) -> usize {
        1
    }
}
