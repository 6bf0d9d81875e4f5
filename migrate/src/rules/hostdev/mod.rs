//! Rules about devices of the host and about redirected devices.

mod legacy;
mod redirdev;
mod source;
mod util;

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &legacy::SGIO,
    &legacy::STARTUP,
    &legacy::ROM,
    &legacy::ADDRESS,
    &legacy::USB,
    &redirdev::TYPE,
    &source::TYPE,
    &source::PARTS,
    &source::MULTIFUNCTION,
    &source::ISCSI,
    &source::SCSI_ONLY,
    &redirdev::DBUS,
    &legacy::KVM,
];
