//! `hostdev-duplicate`: a device of the host that is assigned twice.

use domxml::{Domain, Hostdev, HostdevCapability, HostdevMode, HostdevPciAddress, HostdevSourceUsb, HostdevSubsystem};

use super::util::hostdevs;
use crate::rule::{Context, OldRule as Rule};
use crate::rules::common::conflict;

pub(super) static RULE: Rule = conflict(
    "hostdev-duplicate",
    "a device of the host is assigned twice",
    "A device of the host goes to the guest once: libvirt refuses a second one with the same source, whatever else is said of it. A USB device \
     that an earlier one names by vendor and product alone is the same wherever it is plugged in.",
    "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
     <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev>\
     <hostdev mode='subsystem' type='pci' managed='no'><source>\
     <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
    check,
);

fn check(domain: &mut Domain, cx: &mut Context) {
    let hostdevs = hostdevs(domain);
    for (index, hostdev) in hostdevs.iter().enumerate() {
        if hostdevs[..index].iter().any(|earlier| is_same(earlier, hostdev)) {
            cx.error(&hostdev.xml, "this device of the host is assigned to the guest already");
        }
    }
}

/// Whether the later device is the earlier one, as libvirt compares them.
fn is_same(earlier: &Hostdev, later: &Hostdev) -> bool {
    match (&earlier.mode, &later.mode) {
        (HostdevMode::Subsystem(earlier), HostdevMode::Subsystem(later)) => match (&earlier.type_, &later.type_) {
            (HostdevSubsystem::Pci(earlier), HostdevSubsystem::Pci(later)) => {
                place(&earlier.source.address) == place(&later.source.address)
            }
            (HostdevSubsystem::Usb(earlier), HostdevSubsystem::Usb(later)) => {
                is_same_usb(&earlier.source, &later.source)
            }
            (HostdevSubsystem::Scsi(earlier), HostdevSubsystem::Scsi(later)) => earlier.source == later.source,
            (HostdevSubsystem::ScsiHost(earlier), HostdevSubsystem::ScsiHost(later)) => earlier.source == later.source,
            (HostdevSubsystem::Mdev(earlier), HostdevSubsystem::Mdev(later)) => earlier.source == later.source,
            _ => false,
        },
        (HostdevMode::Capabilities(earlier), HostdevMode::Capabilities(later)) => {
            match (&earlier.type_, &later.type_) {
                (HostdevCapability::Storage(earlier), HostdevCapability::Storage(later)) => {
                    earlier.source == later.source
                }
                (HostdevCapability::Misc(earlier), HostdevCapability::Misc(later)) => earlier.source == later.source,
                (HostdevCapability::Net(earlier), HostdevCapability::Net(later)) => earlier.source == later.source,
                _ => false,
            }
        }
        _ => false,
    }
}

/// The numbers of a PCI function; those left out are 0.
fn place(address: &HostdevPciAddress) -> impl PartialEq + use<> {
    (
        address.domain.unwrap_or_default(),
        address.bus.unwrap_or_default(),
        address.slot.unwrap_or_default(),
        address.function.unwrap_or_default(),
    )
}

fn is_same_usb(earlier: &HostdevSourceUsb, later: &HostdevSourceUsb) -> bool {
    let place = |source: &HostdevSourceUsb| source.address.as_ref().map(|address| (address.bus, address.device));
    let product = |source: &HostdevSourceUsb| {
        let vendor = source.vendor.as_ref().map(|vendor| vendor.id);
        vendor.zip(source.product.as_ref().map(|product| product.id))
    };
    match place(earlier) {
        Some(known) => place(later) == Some(known),
        None => product(earlier).is_some() && product(earlier) == product(later),
    }
}
