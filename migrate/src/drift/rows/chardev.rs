//! Serial ports and consoles.

use crate::drift::allowance::{Allowance, Case, added, changed};

/// What a serial port is on this machine where the definition does not say.
fn target_type(case: &Case) -> &'static str {
    match (case.world.arch, case.world.machine.family) {
        ("x86_64" | "i686", _) => "isa-serial",
        (_, "pseries") => "spapr-vio-serial",
        ("s390x" | "s390", _) => "sclp-serial",
        ("aarch64" | "armv7l" | "riscv64" | "riscv32" | "loongarch64", "virt") => "system-serial",
        (_, family) if family.starts_with("powernv") => "isa-serial",
        ("aarch64" | "armv7l", _) => "system-serial",
        _ => "isa-serial",
    }
}

/// The devices of QEMU that a kind of serial port can be on this machine.
fn models(case: &Case) -> &'static [&'static str] {
    let kind = case.device().value("target/@type").unwrap_or_default();
    match (kind, case.world.arch) {
        ("isa-serial", _) => &["isa-serial"],
        ("isa-debug", _) => &["isa-debugcon"],
        ("pci-serial", _) => &["pci-serial"],
        ("usb-serial", _) => &["usb-serial"],
        ("spapr-vio-serial", _) => &["spapr-vty"],
        ("system-serial", "riscv64" | "riscv32" | "loongarch64") => &["16550a"],
        ("system-serial", _) => &["pl011"],
        ("sclp-serial", _) => &["sclpconsole", "sclplmconsole"],
        ("sclplm-serial", _) => &["sclplmconsole"],
        _ => &[],
    }
}

pub(super) static ROWS: &[Allowance] = &[
    added("serial-type", &["devices/serial/target/@type"])
        .when(|case| case.after == target_type(case))
        .why("a serial port without a type is the machine's own"),
    changed("serial-type-of-pc", &["devices/serial/target/@type"])
        .when(|case| ["isa-serial", "none"].contains(&case.before) && case.after == target_type(case))
        .why("older libvirts wrote every serial port as one of a PC; it is the machine's own"),
    added("serial-model", &["devices/serial/target/model"])
        .when(|case| models(case).iter().any(|model| case.says(&[("name", model)])))
        .why("a serial port names the device of QEMU that it is"),
];
