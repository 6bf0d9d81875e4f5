//! What only a running domain shows, and what libvirt does not keep. Rows; algorithms in files named for their rules.

mod comments_dropped;
mod device_alias_duplicate;
mod running;

pub(crate) use comments_dropped::COMMENTS_DROPPED;

use crate::rule::Rule;

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    vec![
        running::devices(),
        device_alias_duplicate::rule(),
        running::aliases(),
        running::names(),
        comments_dropped::rule(),
    ]
}
