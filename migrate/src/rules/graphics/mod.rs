//! Rules about graphics, video, sound and input.

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[];
