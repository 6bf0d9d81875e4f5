//! Rules about general metadata, booting, memory, features, clock and events.

mod boot;
mod boot_menu;
mod clock;
mod events;
mod features;
mod firmware;
mod foreign;
mod lifecycle;
mod markup;
mod memory_total;
mod memory_tuning;
mod metadata;
mod names;
mod os;
mod repeated;
mod sizes;
mod sysinfo;
mod unread;

pub(super) use features::largest_unit;
pub(crate) use foreign::{KEPT as FOREIGN_EXTENSION, message as foreign_extension};

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &repeated::FEATURES,
    &repeated::BLOCKS,
    &boot_menu::RULE,
    &names::NAME,
    &names::UUID,
    &sizes::TOO_LARGE,
    &sizes::BLANKS,
    &memory_total::CONFLICT,
    &memory_tuning::HUGEPAGES_CONFLICT,
    &memory_tuning::BLKIO_CONFLICT,
    &sysinfo::CONFLICT,
    &os::CONFLICT,
    &firmware::CONFLICT,
    &lifecycle::IDMAP_CONFLICT,
    &lifecycle::RESOURCE_CONFLICT,
    &features::CONFLICT,
    &clock::CONFLICT,
    &events::CONFLICT,
    &unread::RULE,
    &foreign::KEPT,
    &foreign::DROPPED,
    &names::SYSINFO_UUID,
    &names::UUID_FROM_SYSINFO,
    &metadata::DUPLICATES,
    &metadata::LAYOUT,
    &sizes::SCALED,
    &memory_total::FROM_NUMA,
    &memory_total::CURRENT,
    &memory_total::NO_MAXIMUM,
    &memory_tuning::UNLIMITED_DROPPED,
    &memory_tuning::NODESET0,
    &memory_tuning::ZEROS,
    &sysinfo::ORDER,
    &os::BOOTLOADER_ONLY,
    &os::LOADER_TYPE,
    &os::NVRAM_TEXT,
    &os::NVRAM_UNREAD,
    &os::NVRAM_PORTS,
    &os::TIMEOUT,
    &firmware::FEATURES,
    &firmware::LOADER_FORMAT,
    &boot::NOT_READ,
    &boot::BOOTLOADER,
    &boot::BOOTLOADER_EMPTY,
    &boot::TRUNCATED,
    &boot::DEFAULT,
    &lifecycle::IDMAP,
    &features::PARTS_OF_OFF,
    &features::EMPTY,
    &features::TSEG,
    &features::DIRTY_RING,
    &clock::ADJUSTMENT,
    &clock::SYNC,
    &clock::SYNC_DROPPED,
    &lifecycle::CLOCK,
    &lifecycle::LIFECYCLE,
    &events::PERF,
    &events::KEYWRAP,
];
