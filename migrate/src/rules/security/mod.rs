//! Rules about security labels.

mod device;
mod label;

use crate::rule::Rule;

pub(super) use device::{NO_LABEL, gives_no_label, in_configuration};

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    label::rules().into_iter().chain(device::rules()).collect()
}
