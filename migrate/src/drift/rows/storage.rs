//! Disks and file systems.

use crate::drift::allowance::{Allowance, added, changed};
use crate::drift::tree::Element;

pub(super) static ROWS: &[Allowance] = &[
    added("disk-driver", &["devices/disk/driver"]).covers(&[]).why("the QEMU driver has a driver for every disk"),
    added("disk-driver-name", &["devices/disk/driver/@name"])
        .when(|case| case.after == "qemu")
        .why("the QEMU driver has a driver for every disk"),
    added("disk-driver-type", &["devices/disk/driver/@type"])
        .when(|case| case.after == "raw" && case.device().attribute("type") != Some("volume"))
        .why("libvirt does not guess the format of an image: it is raw unless said otherwise"),
    changed("disk-empty-type", &["devices/disk/@type"])
        .when(|case| {
            // libvirt reads what a source of this type has, and nothing else.
            let empty = |disk: &Element| {
                let own = match disk.attribute("type") {
                    Some("block") => "dev",
                    Some("volume") => "pool",
                    other => other.unwrap_or("file"),
                };
                disk.child("source").is_none_or(|source| source.attribute(own).is_none())
            };
            case.after == "file" && case.desired().is_some_and(empty) && empty(case.element())
        })
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
