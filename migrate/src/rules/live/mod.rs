//! What only a running domain shows, and what libvirt does not keep. Rows; algorithms in files named for their rules.

mod comments_dropped;
mod device_alias_duplicate;
mod running;

pub(crate) use comments_dropped::COMMENTS_DROPPED;

// In the order in which they run within a phase.
files![running device_alias_duplicate comments_dropped];
