//! Rules about the domain itself, its memory, firmware, features, clock and events.

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[];
