//! Rules about security labels.

mod device;
mod label;

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &label::STATIC,
    &label::MODELS,
    &device::MODELS,
    &device::NO_RELABEL,
    &label::NONE,
    &label::TYPE,
    &label::UNTYPED,
    &label::EMPTY,
    &device::RELABEL,
    &device::EMPTY,
];
