//! What only the dump of a running domain shows, or shows otherwise than its configuration.

use crate::drift::allowance::{Allowance, added, changed};
use crate::drift::tree::whole;

/// Whether a path is of a terminal that was made for a guest.
fn is_terminal(path: &str) -> bool {
    path.starts_with("/dev/pts/")
}

/// Whether a path is of a socket that libvirt made.
fn is_socket(path: &str) -> bool {
    ["/run/libvirt/qemu/", "/var/lib/libvirt/qemu/"].iter().any(|place| path.starts_with(place))
}

pub(super) static ROWS: &[Allowance] = &[
    added("live-resource", &["resource"])
        .live()
        .when(|case| case.element().value("partition") == Some("/machine") && case.element().children.len() == 1)
        .why("a running guest is in a group of the host's control groups"),
    added("live-seclabel", &["seclabel"])
        .live()
        .when(|case| {
            let known = ["label", "imagelabel", "baselabel"];
            case.own("type") == "dynamic"
                && ["selinux", "dac", "apparmor"].contains(&case.own("model"))
                && case.element().children.iter().all(|own| known.contains(&own.name))
        })
        .why("a running guest has the label that its host's security driver made"),
    added("live-seclabel-label", &["seclabel/label", "seclabel/imagelabel"])
        .live()
        .when(|case| {
            let label = case.frames.get(1).and_then(|label| label.desired);
            label.is_none_or(|label| label.attribute("type") != Some("static"))
        })
        .why("a running guest has the label that its host's security driver made"),
    added("live-network-device", &["devices/interface/source/@dev", "devices/interface/source/@mode"])
        .live()
        .when(|case| case.device().attribute("type") == Some("network"))
        .why("a running guest shows by which device of the host its network connects it"),
    added("live-backing-chain", &["devices/disk/backingStore"])
        .live()
        .why("a running guest shows what its image stands on, or that it stands on nothing"),
    changed("live-balloon", &["currentMemory/text()"])
        .live()
        .when(|case| whole(case.after) <= whole(case.world.actual.value("memory").unwrap_or_default()))
        .why("the balloon of a running guest moves"),
    changed("live-memory-rounded", &["memory/text()", "cpu/numa/cell/@memory", "devices/memory/target/size/text()"])
        .live()
        .when(|case| {
            let block: u64 = if case.world.machine.family == "pseries" { 256 << 10 } else { 1 << 10 };
            let rounded = whole(case.before).and_then(|before| before.checked_next_multiple_of(block));
            rounded.is_some() && rounded == whole(case.after)
        })
        .why("the memory of a running guest is whole mebibytes, of pseries 256 of them at a time"),
    added("live-vcpu-order", &["vcpus/vcpu/@order"])
        .live()
        .why("a running guest shows in which order its processors came"),
    added("live-hostdev-driver", &["devices/hostdev/driver"])
        .live()
        .when(|case| case.says(&[("name", "vfio")]))
        .why("a running guest shows by which driver a device is passed through"),
    added("live-hostdev-usb-place", &["devices/hostdev/source/address"])
        .live()
        .when(|case| case.device().attribute("type") == Some("usb") && case.device().at("source/vendor").is_some())
        .why("a running guest shows where a USB device of the host was found"),
    added("live-chardev-source", &["devices/serial/source", "devices/console/source", "devices/channel/source"])
        .live()
        .when(|case| is_terminal(case.own("path")) || is_socket(case.own("path")))
        .why("a running guest shows the terminal or socket that was made for it"),
    added(
        "live-chardev-path",
        &["devices/serial/source/@path", "devices/console/source/@path", "devices/channel/source/@path"],
    )
    .live()
    .when(|case| is_terminal(case.after) || is_socket(case.after))
    .why("a running guest shows the terminal or socket that was made for it"),
    added(
        "live-chardev-tls",
        &[
            "devices/serial/source/@tls",
            "devices/parallel/source/@tls",
            "devices/console/source/@tls",
            "devices/channel/source/@tls",
            "devices/smartcard/source/@tls",
            "devices/redirdev/source/@tls",
            "devices/rng/backend/source/@tls",
        ],
    )
    .live()
    .when(|case| case.after == "no")
    .why("a running guest shows that a connection for which the host's settings decide is not encrypted"),
    added("live-listen-socket", &["devices/graphics/listen/@socket", "devices/graphics/@socket"])
        .live()
        .when(|case| is_socket(case.after))
        .why("a running guest shows the socket that was made for it"),
    added("live-listen-address", &["devices/graphics/listen/@address", "devices/graphics/@listen"])
        .live()
        .when(|case| {
            let of_network = case.device().value("listen/@type") == Some("network");
            of_network || case.is(&["127.0.0.1", "::1"])
        })
        .why("a running guest shows the address at which a display listens"),
    added("live-port", &["devices/graphics/@port", "devices/graphics/@tlsPort"])
        .live()
        .when(|case| case.own("autoport") == "yes")
        .why("a running guest shows the port that was free"),
    changed("live-port-chosen", &["devices/graphics/@port", "devices/graphics/@tlsPort"])
        .live()
        .when(|case| case.own("autoport") == "yes" && case.before == "-1")
        .why("a running guest shows the port that was free"),
];
