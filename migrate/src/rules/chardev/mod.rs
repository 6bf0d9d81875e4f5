//! Rules about serial ports, consoles, channels and their back ends.

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[];
