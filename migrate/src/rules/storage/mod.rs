//! Rules about disks, file systems, controllers and the addresses of drives.

mod addresses;
mod boot_order_conflict;
mod controller;
mod controller_refused;
mod controllers;
mod disk;
mod disk_address_conflict;
mod disk_auth_under_disk;
mod disk_empty_source;
mod disk_iotune;
mod disk_legacy;
mod disk_mirror;
mod disk_net_default_ports;
mod disk_order;
mod disk_refused;
mod disk_statistics;
mod drive_addresses;
mod filesystem;
mod implicit_controllers;
mod nvme;
mod sizes;
mod source_refused;
mod util;

use crate::rule::{OldRule, Rule};

pub(super) use util::{bus, name_to_index, plain_name};

/// The rules that are not written as rows yet, in the order in which they run.
static RULES: &[&OldRule] = &[
    &disk_statistics::CONFLICT,
    &nvme::SERIALS,
    // Reading.
    &disk_order::ORDER,
    &controllers::MASTER,
    &controllers::ORDER,
    &implicit_controllers::HOSTDEV_SCSI,
    &controllers::INDEX,
    // Deriving.
    &disk_order::IOEMU,
    &drive_addresses::DISKS,
    &drive_addresses::HOSTDEVS,
    &implicit_controllers::DISKS,
    &implicit_controllers::VIRTIO_SERIAL,
    &implicit_controllers::CCID,
    &implicit_controllers::HOSTDEV_SCSI_FULL,
    &nvme::SERIAL,
    &disk_statistics::BINS,
];

/// What libvirt refuses stands first, so that it is judged by what the author wrote; then the rules that are not rows yet, and the facts.
pub(super) fn rules() -> Vec<Rule> {
    let refused = [
        disk_refused::rules(),
        source_refused::rules(),
        vec![disk_address_conflict::rule(), boot_order_conflict::rule(), filesystem::refused(), addresses::refused()],
        controller_refused::rules(),
    ];
    let facts = [
        vec![
            disk_empty_source::type_reset(),
            disk_empty_source::without_medium(),
            disk_empty_source::empty(),
            disk_auth_under_disk::auth(),
            disk_auth_under_disk::encryption(),
            disk_mirror::rule(),
            disk_net_default_ports::rule(),
        ],
        disk::rules(),
        disk_iotune::rules(),
        disk_legacy::rules(),
        filesystem::rules(),
        controller::rules(),
        addresses::rules(),
        vec![sizes::rule()],
    ];
    let refused = refused.into_iter().flatten();
    refused.chain(super::old(RULES)).chain(facts.into_iter().flatten()).collect()
}
