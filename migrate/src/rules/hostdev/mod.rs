//! Rules about host devices and redirected devices.

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[];
