//! Disks and file systems.

use domxml::Disk;

use crate::drift::allowance::{Allowance, added, changed};
use crate::drift::tree::Element;

/// What a source of a disk of this type has first: that which it is made of, and without which libvirt takes it for none.
fn origin(type_: &str) -> Option<&'static str> {
    let branch = Disk::TYPE.info().branches.iter().find(|branch| branch.value == Some(type_))?;
    let source = (branch.table)().child("", "source")?.content?;
    source().fields.first().map(|first| first.name)
}

/// Whether a disk has no medium: libvirt reads what a source of its type has, and nothing else.
fn is_empty(disk: &Element) -> bool {
    let origin = origin(disk.attribute("type").unwrap_or("file"));
    disk.child("source").is_none_or(|source| origin.is_some_and(|origin| source.attribute(origin).is_none()))
}

pub(super) static ROWS: &[Allowance] = &[
    added("disk-driver", &["devices/disk/driver"]).covers(&[]).why("the QEMU driver has a driver for every disk"),
    added("disk-driver-name", &["devices/disk/driver/@name"])
        .when(|case| case.after == "qemu")
        .why("the QEMU driver has a driver for every disk"),
    added("disk-driver-type", &["devices/disk/driver/@type"])
        .when(|case| case.after == "raw" && case.device().attribute("type") != Some("volume"))
        .why("libvirt does not guess the format of an image: it is raw unless said otherwise"),
    changed("disk-empty-type", &["devices/disk/@type"])
        .when(|case| case.after == "file" && case.desired().is_some_and(is_empty) && is_empty(case.element()))
        .why("a drive without medium is one for files"),
    added("disk-usb-model", &["devices/disk/@model"])
        .when(|case| {
            let usb = case.device().value("target/@bus") == Some("usb");
            let model = if case.own("device") == "cdrom" { "usb-bot" } else { "usb-storage" };
            usb && case.after == model
        })
        .why("a disk on USB names the device of QEMU that it is"),
    added("disk-encryption-engine", &["devices/disk/source/encryption/@engine"])
        .when(|case| case.after == "qemu")
        .why("QEMU decrypts unless said otherwise"),
    added("disk-backing-encryption-engine", &["devices/disk/backingStore/source/encryption/@engine"])
        .when(|case| case.after == "qemu")
        .why("QEMU decrypts unless said otherwise"),
    changed("disk-ccw-cssid", &["devices/disk/address/@cssid"])
        .when(|case| case.after == "0xfe")
        .why("virtio devices of s390 are in the channel subsystem 0xfe"),
];
