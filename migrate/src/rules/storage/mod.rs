//! Disks, file systems, controllers and the addresses of drives. Rows by section; algorithms in files named for their rules.

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
mod nvme_controllers;
mod qcow2_only;
mod sizes;
mod source_refused;
mod storage_value_invalid;
mod targets;
mod throttle;

use crate::rule::Rule;

pub(super) use controller_refused::has_threads;
pub(super) use disk_net_default_ports::spell_out_ports;
pub(super) use targets::{bus, is_scsi, name_to_index, plain_name, source};

/// What libvirt refuses stands first, so that it is judged by what the author wrote; then what it sorts, adds and numbers; then the rest.
pub(super) fn rules() -> Vec<Rule> {
    let refused = [
        disk_refused::rules(),
        source_refused::rules(),
        vec![disk_address_conflict::rule(), boot_order_conflict::rule(), filesystem::refused(), addresses::refused()],
        controller_refused::rules(),
        vec![disk_statistics::refused(), nvme_controllers::refused()],
    ];
    let devices = [
        disk_order::rules(),
        vec![controllers::master(), controllers::order(), implicit_controllers::while_reading(), controllers::index()],
        drive_addresses::rules(),
        implicit_controllers::rules(),
        vec![nvme_controllers::serial(), disk_statistics::bins()],
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
        throttle::rules(),
        disk_legacy::rules(),
        filesystem::rules(),
        controller::rules(),
        addresses::rules(),
        vec![sizes::rule()],
    ];
    refused.into_iter().chain(devices).chain(facts).flatten().collect()
}
