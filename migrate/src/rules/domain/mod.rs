//! General metadata, booting, memory, features, clock and events. Rows by section; algorithms in files named for their rules.

mod blocks;
mod boot;
mod clock;
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

use crate::rule::Rule;

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [
        blocks::rules(),
        names::rules(),
        numbers::rules(),
        sizes::rules(),
        memory_total::rules(),
        sysinfo::rules(),
        boot::rules(),
        firmware::rules(),
        hardware::rules(),
        foreign::rules(),
        metadata::rules(),
        memory_tuning::rules(),
        features::rules(),
        clock::rules(),
        lifecycle::rules(),
        events::rules(),
    ];
    sections.into_iter().flatten().collect()
}
