//! Rules about disks, file systems, controllers and the addresses of drives.

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[];
