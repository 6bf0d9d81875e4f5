//! Rules about devices of the host, about redirected devices, and about addresses as far as they are those of hosts.

mod duplicate;
mod legacy;
mod numbers;
mod options;
mod redirdev;
mod source;
mod util;

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &legacy::SGIO,
    &legacy::STARTUP,
    &legacy::ROM,
    &legacy::ADDRESS,
    &legacy::USB,
    &duplicate::RULE,
    &options::TYPE,
    &options::SCSI,
    &redirdev::TYPE,
    &redirdev::ADDRESS,
    &numbers::OCTAL,
    &numbers::ISA,
    &source::TYPE,
    &source::PARTS,
    &source::MULTIFUNCTION,
    &source::USB_ZERO,
    &source::ISCSI,
    &source::SCSI_ONLY,
    &redirdev::DBUS,
    &legacy::KVM,
];
