//! Rules about what only a running domain shows, and unknown content.

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[];
