//! General metadata, booting, memory, features, clock and events. Rows by section; algorithms in files named for their rules.

mod blocks;
mod boot;
mod clock;
mod drivers;
mod events;
mod features;
mod features_repeated;
mod firmware;
mod foreign;
mod hardware;
mod lifecycle;
mod memory_total;
mod memory_tuning;
mod metadata;
mod names;
mod numbers;
mod sizes;
mod sysinfo;

pub(crate) use foreign::{FOREIGN_EXTENSION, foreign_extension};

// In the order in which they run within a phase.
files![
    blocks features_repeated drivers names numbers sizes memory_total sysinfo boot firmware hardware foreign metadata
    memory_tuning features clock lifecycle events
];
