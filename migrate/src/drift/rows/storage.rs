//! Disks and file systems.

use crate::drift::allowance::{Allowance, added, changed};

pub(super) static ROWS: &[Allowance] = &[
    added("disk-driver", &["devices/disk/driver"]).covers(&[]).why("the QEMU driver has a driver for every disk"),
    added("disk-driver-name", &["devices/disk/driver/@name"])
        .when(|case| case.after == "qemu")
        .why("the QEMU driver has a driver for every disk"),
    added("disk-driver-type", &["devices/disk/driver/@type"])
        .when(|case| case.after == "raw" && case.device().attribute("type") != Some("volume"))
        .why("libvirt does not guess the format of an image: it is raw unless said otherwise"),
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
