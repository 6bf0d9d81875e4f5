//! Fields of elements kept verbatim.

use super::{Prefer, Room, absorb};
use crate::verbatim::Verbatim;
use std::any::Any;

/// A field that holds verbatim elements: `Verbatim`, `Option<Verbatim>` or `Vec<Verbatim>`.
pub trait NestVerbatim: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// Whether it can take one more.
    fn room(&self) -> Room;

    /// Takes one more.
    fn put(&mut self, verbatim: Verbatim);

    /// Takes out the one with this number; false: the field cannot do without, or has none such.
    fn remove(&mut self, index: usize) -> bool;

    /// What it holds.
    fn entries(&self) -> &[Verbatim];
}

impl NestVerbatim for Verbatim {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn room(&self) -> Room {
        Room::Unknown
    }

    fn put(&mut self, verbatim: Verbatim) {
        *self = verbatim;
    }

    fn remove(&mut self, _index: usize) -> bool {
        false
    }

    fn entries(&self) -> &[Verbatim] {
        std::slice::from_ref(self)
    }
}

impl NestVerbatim for Option<Verbatim> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn room(&self) -> Room {
        if self.is_some() { Room::Filled } else { Room::Free }
    }

    fn put(&mut self, verbatim: Verbatim) {
        *self = Some(verbatim);
    }

    fn remove(&mut self, index: usize) -> bool {
        index == 0 && self.take().is_some()
    }

    fn entries(&self) -> &[Verbatim] {
        self.as_slice()
    }
}

impl NestVerbatim for Vec<Verbatim> {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        absorb::many(self, other);
    }

    fn room(&self) -> Room {
        Room::Free
    }

    fn put(&mut self, verbatim: Verbatim) {
        self.push(verbatim);
    }

    fn remove(&mut self, index: usize) -> bool {
        let there = index < self.len();
        if there {
            Vec::remove(self, index);
        }
        there
    }

    fn entries(&self) -> &[Verbatim] {
        self
    }
}
