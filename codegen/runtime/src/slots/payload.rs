//! Fields that are a choice discriminated by an attribute.

use super::kinds::PayloadType;
use super::{Prefer, absorb};
use crate::content::{Content, Payload};
use crate::info::FieldInfo;
use std::any::Any;
use std::fmt::Debug;

/// What came of choosing a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// The attribute's value names a variant.
    Chosen,
    /// The attribute is absent, and that means a variant.
    Assumed,
    /// The attribute is absent, and may be.
    Absent,
    /// The attribute is absent, and must not be.
    Missing,
    /// No variant has this value.
    Unknown,
}

/// The branch of a choice that a value leads to which is none of those that are known. What goes with the value is kept with
/// the element, in [`Extra::kept`](crate::Extra::kept), attributes and children as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Other {
    /// The value of the attribute.
    pub value: String,
}

/// A field that holds a payload: `P` or `Option<P>`.
pub trait NestPayload: Any + Debug {
    /// Takes over what another field of the same type holds, as far as there is room; `prefer` decides where there is
    /// none. A field of another type is left alone.
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer);

    /// The table of the discriminating attribute.
    fn table(&self) -> &'static FieldInfo;

    /// Chooses the variant.
    fn select(&mut self, value: Option<&str>) -> Selection;

    /// Chooses the variant for a value that is none of those that are known.
    fn select_other(&mut self, value: &str);

    /// As [`NestPayload::select`], but `carry` sees the payload that was there and the one that takes its place.
    fn exchange(&mut self, value: Option<&str>, carry: &mut dyn FnMut(&mut dyn Payload, &mut dyn Payload))
    -> Selection;

    /// The payload, if it is there.
    fn get(&self) -> Option<&dyn Payload>;

    /// As [`NestPayload::get`], to be changed.
    fn get_mut(&mut self) -> Option<&mut dyn Payload>;

    /// What its variant carries.
    fn members(&self) -> Option<&dyn Content>;

    /// As [`NestPayload::members`], to be changed.
    fn members_mut(&mut self) -> Option<&mut dyn Content>;
}

impl<P: Payload + PayloadType> NestPayload for P {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::one(self, other, prefer);
    }

    fn table(&self) -> &'static FieldInfo {
        P::TABLE
    }

    fn select(&mut self, value: Option<&str>) -> Selection {
        let (chosen, otherwise) = match value {
            Some(value) => (P::of(value).map(|p| (p, Selection::Chosen)), Selection::Unknown),
            None => (P::absent().map(|p| (p, Selection::Assumed)), Selection::Missing),
        };
        match chosen {
            Some((payload, selection)) => {
                *self = payload;
                selection
            }
            None => otherwise,
        }
    }

    fn select_other(&mut self, value: &str) {
        *self = P::other(value);
    }

    fn exchange(
        &mut self,
        value: Option<&str>,
        carry: &mut dyn FnMut(&mut dyn Payload, &mut dyn Payload),
    ) -> Selection {
        let (chosen, selection, otherwise) = match value {
            Some(value) => (P::of(value), Selection::Chosen, Selection::Unknown),
            None => (P::absent(), Selection::Assumed, Selection::Missing),
        };
        let Some(chosen) = chosen else { return otherwise };
        let mut old = std::mem::replace(self, chosen);
        carry(&mut old, self);
        selection
    }

    fn get(&self) -> Option<&dyn Payload> {
        Some(self)
    }

    fn get_mut(&mut self) -> Option<&mut dyn Payload> {
        Some(self)
    }

    fn members(&self) -> Option<&dyn Content> {
        Payload::members(self)
    }

    fn members_mut(&mut self) -> Option<&mut dyn Content> {
        Payload::members_mut(self)
    }
}

impl<P: Payload + PayloadType> NestPayload for Option<P> {
    fn absorb(&mut self, other: &mut dyn Any, prefer: Prefer) {
        absorb::optional(self, other, prefer);
    }

    fn table(&self) -> &'static FieldInfo {
        P::TABLE
    }

    fn select(&mut self, value: Option<&str>) -> Selection {
        let Some(value) = value else { return Selection::Absent };
        match P::of(value) {
            Some(payload) => {
                *self = Some(payload);
                Selection::Chosen
            }
            None => Selection::Unknown,
        }
    }

    fn select_other(&mut self, value: &str) {
        *self = Some(P::other(value));
    }

    fn exchange(
        &mut self,
        value: Option<&str>,
        carry: &mut dyn FnMut(&mut dyn Payload, &mut dyn Payload),
    ) -> Selection {
        let Some(value) = value else {
            *self = None;
            return Selection::Absent;
        };
        let Some(mut chosen) = P::of(value) else { return Selection::Unknown };
        if let Some(old) = self {
            carry(old, &mut chosen);
        }
        *self = Some(chosen);
        Selection::Chosen
    }

    fn get(&self) -> Option<&dyn Payload> {
        match self {
            Some(payload) => Some(payload),
            None => None,
        }
    }

    fn get_mut(&mut self) -> Option<&mut dyn Payload> {
        match self {
            Some(payload) => Some(payload),
            None => None,
        }
    }

    fn members(&self) -> Option<&dyn Content> {
        match self {
            Some(payload) => Payload::members(payload),
            None => None,
        }
    }

    fn members_mut(&mut self) -> Option<&mut dyn Content> {
        match self {
            Some(payload) => Payload::members_mut(payload),
            None => None,
        }
    }
}
