//! Rules about disks, file systems, controllers and the addresses of drives.

mod addresses;
mod boot_order_conflict;
mod controller_refused;
mod controllers;
mod disk_address_conflict;
mod disk_auth_under_disk;
mod disk_defaults;
mod disk_driver_type_aio;
mod disk_drops;
mod disk_empty_source;
mod disk_iotune;
mod disk_iscsi_lun0;
mod disk_legacy;
mod disk_mirror;
mod disk_net_default_ports;
mod disk_order;
mod disk_refused;
mod disk_statistics;
mod disk_vhostuser_snapshot;
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
    &filesystem::CONTRADICTIONS,
    &addresses::CCW_PARTIAL,
    // Reading.
    &disk_driver_type_aio::RULE,
    &disk_empty_source::TYPE_RESET,
    &disk_empty_source::WITHOUT_MEDIUM,
    &disk_empty_source::EMPTY,
    &disk_auth_under_disk::AUTH,
    &disk_auth_under_disk::ENCRYPTION,
    &disk_mirror::RULE,
    &disk_net_default_ports::RULE,
    &disk_iotune::GROUP,
    &disk_order::ORDER,
    &controllers::MASTER,
    &controllers::NONE_ADDRESS,
    &controllers::ORDER,
    &implicit_controllers::HOSTDEV_SCSI,
    &controllers::INDEX,
    // Deriving.
    &disk_order::IOEMU,
    &disk_defaults::READONLY,
    &disk_defaults::BUS,
    &disk_defaults::SNAPSHOT,
    &disk_iscsi_lun0::RULE,
    &disk_vhostuser_snapshot::RULE,
    &disk_legacy::NVME_MANAGED,
    &drive_addresses::DISKS,
    &drive_addresses::HOSTDEVS,
    &filesystem::ACCESSMODE,
    &implicit_controllers::DISKS,
    &implicit_controllers::VIRTIO_SERIAL,
    &implicit_controllers::CCID,
    &implicit_controllers::HOSTDEV_SCSI_FULL,
    &nvme::SERIAL,
    &disk_statistics::BINS,
    // Writing.
    &disk_drops::VOLUME_AUTH,
    &addresses::PCI,
    &addresses::PCI_EMPTY,
    &addresses::CCW,
    &addresses::USB_PORT,
    &sizes::RULE,
    &disk_drops::ZERO,
    &disk_drops::LABELS,
    &disk_iotune::ZERO,
    &filesystem::ZERO,
    &filesystem::BINARY,
    &filesystem::SOCKET_DIR,
    &controllers::PCI_HOLE,
    &controllers::NO_MODEL,
    // What is only worth a word.
    &disk_legacy::SGIO_FILTERED,
    &disk_legacy::QCOW_ENCRYPTION,
    &filesystem::HANDLE,
];

/// What libvirt refuses stands first, so that it is judged by what the author wrote; then the rules that are not rows yet.
pub(super) fn rules() -> Vec<Rule> {
    let refused = [
        disk_refused::rules(),
        source_refused::rules(),
        vec![disk_address_conflict::rule(), boot_order_conflict::rule()],
        controller_refused::rules(),
    ];
    refused.into_iter().flatten().chain(super::old(RULES)).collect()
}
