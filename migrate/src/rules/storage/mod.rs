//! Disks, file systems, controllers and the addresses of drives. Rows by section; algorithms in files named for their rules.

mod addresses;
mod boot_order_conflict;
mod controller;
mod controller_index_auto;
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

pub(super) use controller_refused::has_threads;
pub(super) use disk_net_default_ports::spell_out_ports;
pub(super) use targets::{bus, is_hard, is_scsi, name_to_index, plain_name, source};

// In the order in which they run within a phase.
files![
    disk_refused qcow2_only source_refused storage_value_invalid disk_address_conflict boot_order_conflict
    controller_refused disk_order controllers drive_addresses implicit_controllers controller_index_auto nvme_controllers disk_statistics
    disk_empty_source disk_auth_under_disk disk_mirror disk_net_default_ports disk disk_iotune throttle disk_legacy
    filesystem controller addresses sizes
];
