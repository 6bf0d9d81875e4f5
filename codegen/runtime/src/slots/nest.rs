//! Fields of structs.

use super::{Prefer, Room, absorb};
use crate::content::Content;
use std::any::Any;

/// A field that holds structs: `T`, `Option<T>` or `Vec<T>`.
pub trait Nest: Any {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// Whether it can take one more.
    fn room(&self) -> Room;

    /// The place for one more, holding defaults.
    fn open(&mut self) -> &mut dyn Content;

    /// Takes back the place that was opened last, as far as the field can do without.
    fn close(&mut self) {}

    /// Takes out the one with this number; false: the field cannot do without, or has none such.
    fn remove(&mut self, _index: usize) -> bool {
        false
    }

    /// Makes room for so many more, and no more than that.
    fn reserve(&mut self, _more: usize) {}

    /// How many it holds.
    fn count(&self) -> usize;

    /// The one with this number.
    fn get(&self, index: usize) -> Option<&dyn Content>;

    /// As [`Nest::get`], to be changed.
    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Content>;
}

// Not methods of the trait, of which each type would have its own.
impl dyn Nest {
    /// Calls `visit` with each.
    pub fn each(&self, visit: &mut dyn FnMut(&dyn Content)) {
        for index in 0..self.count() {
            if let Some(content) = self.get(index) {
                visit(content);
            }
        }
    }

    /// As `each`, to be changed.
    pub fn each_mut(&mut self, visit: &mut dyn FnMut(&mut dyn Content)) {
        for index in 0..self.count() {
            if let Some(content) = self.get_mut(index) {
                visit(content);
            }
        }
    }
}

impl<T: Content> Nest for T {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn room(&self) -> Room {
        Room::Unknown
    }

    fn open(&mut self) -> &mut dyn Content {
        self.inner_mut()
    }

    fn count(&self) -> usize {
        1
    }

    fn get(&self, _index: usize) -> Option<&dyn Content> {
        Some(self.inner())
    }

    fn get_mut(&mut self, _index: usize) -> Option<&mut dyn Content> {
        Some(self.inner_mut())
    }
}

// Here `match` and not the methods of `Option`, of which each type would have its own copies.
impl<T: Content + Default> Nest for Option<T> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn room(&self) -> Room {
        match self {
            Some(_) => Room::Filled,
            None => Room::Free,
        }
    }

    fn open(&mut self) -> &mut dyn Content {
        *self = Some(T::default());
        match self {
            Some(content) => content.inner_mut(),
            None => unreachable!("it was put there"),
        }
    }

    fn close(&mut self) {
        *self = None;
    }

    fn remove(&mut self, index: usize) -> bool {
        match self {
            Some(_) if index == 0 => {
                *self = None;
                true
            }
            _ => false,
        }
    }

    fn count(&self) -> usize {
        match self {
            Some(_) => 1,
            None => 0,
        }
    }

    fn get(&self, _index: usize) -> Option<&dyn Content> {
        match self {
            Some(content) => Some(content.inner()),
            None => None,
        }
    }

    fn get_mut(&mut self, _index: usize) -> Option<&mut dyn Content> {
        match self {
            Some(content) => Some(content.inner_mut()),
            None => None,
        }
    }
}

impl<T: Content + Default> Nest for Vec<T> {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        absorb::many(self, other);
    }

    fn room(&self) -> Room {
        Room::Free
    }

    fn open(&mut self) -> &mut dyn Content {
        let last = self.len();
        self.push(T::default());
        self[last].inner_mut()
    }

    fn close(&mut self) {
        self.pop();
    }

    fn remove(&mut self, index: usize) -> bool {
        let there = index < self.len();
        if there {
            Vec::remove(self, index);
        }
        there
    }

    fn reserve(&mut self, more: usize) {
        self.reserve_exact(more);
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> Option<&dyn Content> {
        match <[T]>::get(self, index) {
            Some(content) => Some(content.inner()),
            None => None,
        }
    }

    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Content> {
        match <[T]>::get_mut(self, index) {
            Some(content) => Some(content.inner_mut()),
            None => None,
        }
    }
}
