//! Fields of elements whose order is kept.

use super::{Prefer, Slot, SlotMut, absorb};
use crate::content::Mix;
use crate::info::FieldInfo;
use std::any::Any;
use std::fmt::Debug;

/// A field that holds elements in a mixture: `M`, `Option<M>` or `Vec<M>`.
pub trait NestMix: Any + Debug {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// The place for one more, of this variant. None: there is no room.
    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>>;

    /// Takes back the place that was opened last; false: the field cannot do without.
    fn close(&mut self) -> bool;

    /// Takes out the entry with this number; false: the field cannot do without, or has none such.
    fn remove(&mut self, index: usize) -> bool;

    /// Calls `visit` with each entry: its line in the table, and what it carries.
    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>));

    /// How many it holds.
    fn count(&self) -> usize {
        let mut count = 0;
        self.each(&mut |_, _| count += 1);
        count
    }

    /// As [`NestMix::each`], to be changed.
    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>));
}

fn each_entry<'m, M: Mix>(entries: &'m [M], visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
    for entry in entries {
        if let Some(line) = M::ENTRIES.get(entry.variant()) {
            visit(line, entry.slot());
        }
    }
}

fn each_entry_mut<M: Mix>(entries: &mut [M], visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
    for entry in entries {
        if let Some(line) = M::ENTRIES.get(entry.variant()) {
            visit(line, entry.slot_mut());
        }
    }
}

impl<M: Mix> NestMix for M {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>> {
        *self = M::of(variant)?;
        Some(self.slot_mut())
    }

    fn close(&mut self) -> bool {
        false
    }

    fn remove(&mut self, _index: usize) -> bool {
        false
    }

    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
        each_entry(std::slice::from_ref(self), visit);
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
        each_entry_mut(std::slice::from_mut(self), visit);
    }
}

impl<M: Mix> NestMix for Option<M> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>> {
        if self.is_some() { None } else { Some(self.insert(M::of(variant)?).slot_mut()) }
    }

    fn close(&mut self) -> bool {
        self.take().is_some()
    }

    fn remove(&mut self, index: usize) -> bool {
        index == 0 && self.take().is_some()
    }

    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
        each_entry(self.as_slice(), visit);
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
        each_entry_mut(self.as_mut_slice(), visit);
    }
}

impl<M: Mix> NestMix for Vec<M> {
    fn absorb(&mut self, other: &mut dyn Any, _prefer: Prefer) {
        absorb::many(self, other);
    }

    fn open(&mut self, variant: usize) -> Option<SlotMut<'_>> {
        let last = self.len();
        self.push(M::of(variant)?);
        Some(self[last].slot_mut())
    }

    fn close(&mut self) -> bool {
        self.pop().is_some()
    }

    fn remove(&mut self, index: usize) -> bool {
        let there = index < self.len();
        if there {
            Vec::remove(self, index);
        }
        there
    }

    fn each<'m>(&'m self, visit: &mut dyn FnMut(&'static FieldInfo, Slot<'m>)) {
        each_entry(self, visit);
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&'static FieldInfo, SlotMut<'_>)) {
        each_entry_mut(self, visit);
    }
}
