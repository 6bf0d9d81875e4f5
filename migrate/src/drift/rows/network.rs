//! Network interfaces.

use crate::drift::allowance::{Allowance, Case, added, changed};

/// The model of an interface for which none is asked for.
fn models(case: &Case) -> &'static [&'static str] {
    let rhel = case.world.actual.value("os/type/@machine").is_some_and(|machine| machine.contains("rhel"));
    if matches!(case.device().attribute("type"), Some("vdpa" | "vhostuser")) {
        return &["virtio"];
    }
    match (case.world.arch, case.world.machine.family) {
        ("s390x" | "s390" | "riscv64" | "riscv32" | "loongarch64", _) => &["virtio"],
        ("aarch64" | "armv7l" | "armv6l", "virt") => &["virtio"],
        ("aarch64" | "armv7l" | "armv6l", "versatilepb" | "versatileab") => &["smc91c111"],
        ("aarch64" | "armv7l" | "armv6l", _) => &["lan9118"],
        (_, "pseries") => &["rtl8139", "spapr-vlan", "virtio"],
        // Red Hat builds QEMU without the older cards.
        _ if rhel => &["rtl8139", "e1000e", "virtio"],
        _ => &["rtl8139"],
    }
}

/// Whether an address is one that the QEMU driver makes up.
fn is_made(address: &str) -> bool {
    address.starts_with("52:54:00:")
}

pub(super) static ROWS: &[Allowance] = &[
    added("interface-mac-made", &["devices/interface/mac"])
        .when(|case| case.element().attributes.len() == 1 && is_made(case.own("address")))
        .why("an interface without a MAC address is given one"),
    changed("interface-mac-zero", &["devices/interface/mac/@address"])
        .when(|case| case.before == "00:00:00:00:00:00" && is_made(case.after))
        .why("a MAC address of zeros stands for one that libvirt makes up"),
    added("interface-model", &["devices/interface/model"])
        .when(|case| models(case).iter().any(|model| case.says(&[("type", model)])))
        .why("an interface without a model is of the machine's own"),
    added("interface-model-type", &["devices/interface/model/@type"])
        .when(|case| case.is(models(case)))
        .why("an interface without a model is of the machine's own"),
    added("interface-port-id", &["devices/interface/virtualport/parameters"])
        .covers(&[])
        .when(|case| {
            let kinds = ["openvswitch", "midonet", "802.1Qbg"];
            case.device().value("virtualport/@type").is_none_or(|kind| kinds.contains(&kind))
        })
        .why("a virtual port without an identifier is given one"),
    added(
        "interface-port-id-made",
        &[
            "devices/interface/virtualport/parameters/@interfaceid",
            "devices/interface/virtualport/parameters/@instanceid",
        ],
    )
    .why("a virtual port without an identifier is given one"),
];
