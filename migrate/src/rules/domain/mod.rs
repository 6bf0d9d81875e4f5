//! Rules about general metadata, booting, memory, features, clock and events.

mod boot;
mod boot_menu;
mod clock;
mod events;
mod features;
mod firmware;
mod foreign;
mod hardware;
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

use crate::rule::{OldRule, Rule};

/// The rules that are not written as rows yet, in the order in which they run.
static RULES: &[&OldRule] = &[
    &repeated::FEATURES,
    &repeated::BLOCKS,
    &boot_menu::RULE,
    &names::NAME,
    &names::UUID,
    &sizes::TOO_LARGE,
    &sizes::BLANKS,
    &memory_total::CONFLICT,
    &sysinfo::CONFLICT,
    &os::CONFLICT,
    &firmware::CONFLICT,
    &hardware::IOMMUFD,
    &hardware::DIGEST,
    &unread::RULE,
    &foreign::KEPT,
    &foreign::DROPPED,
    &names::SYSINFO_UUID,
    &names::UUID_FROM_SYSINFO,
    &hardware::HWUUID,
    &metadata::DUPLICATES,
    &metadata::LAYOUT,
    &sizes::SCALED,
    &memory_total::FROM_NUMA,
    &memory_total::CURRENT,
    &memory_total::NO_MAXIMUM,
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
];

/// The sections that are, behind them.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [memory_tuning::rules(), features::rules(), clock::rules(), lifecycle::rules(), events::rules()];
    let old = super::old(RULES).into_iter();
    // Not made up any more since a release between 11.6.0 and 12.0.0.
    let old = old.map(|rule| if rule.id == firmware::LOADER_FORMAT.id { rule.until(12, 0, 0) } else { rule });
    old.chain(sections.into_iter().flatten()).collect()
}
