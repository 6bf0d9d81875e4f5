//! Rules about security labels.

mod device;
mod label;

pub(super) use device::{NO_LABEL, gives_no_label, in_configuration};

// In the order in which they run within a phase.
files![label device];
