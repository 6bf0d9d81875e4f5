//! Rules about what only a running domain shows, and about what libvirt does not keep.

mod alias;
mod devices;
mod markup;

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[&devices::RULE, &alias::DUPLICATE, &alias::RULE, &markup::COMMENTS];
