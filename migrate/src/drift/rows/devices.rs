//! Devices that every guest has, or that follow from others; and what the driver completes of those that are asked for.

use crate::drift::allowance::{Allowance, Case, added, changed, left_out};
use crate::drift::tree::{Element, whole};

/// Whether a device of this kind was asked for.
fn asked(case: &Case, name: &str) -> bool {
    case.world.asked(name).next().is_some()
}

fn has_graphics(case: &Case, kind: Option<&str>) -> bool {
    case.world.asked("graphics").any(|own| kind.is_none() || own.attribute("type") == kind)
}

/// Whether the guest has the two devices of a PC.
fn has_ps2(case: &Case) -> bool {
    let off = case.world.desired.value("features/ps2/@state") == Some("off");
    case.world.is_x86() && !off
}

/// Whether there is one more input device of this type and bus than was asked for; those for which no bus is asked may be on it.
fn is_one_more(case: &Case) -> bool {
    let (kind, bus) = (case.element().attribute("type"), case.element().attribute("bus"));
    let alike =
        |other: &&Element| other.attribute("type") == kind && other.attribute("bus").is_none_or(|own| Some(own) == bus);
    case.world.devices("input").filter(alike).count() <= case.world.asked("input").filter(alike).count() + 1
}

/// The bus on which an input device is for which none is asked.
fn input_bus(case: &Case) -> &'static str {
    match (case.world.arch, case.own("type")) {
        _ if case.world.desired.value("os/type") == Some("xen") => "xen",
        _ if case.world.desired.attribute("type") == Some("parallels") => "parallels",
        ("s390x" | "s390", _) => "virtio",
        (_, "mouse" | "keyboard") if case.world.is_x86() => "ps2",
        _ => "usb",
    }
}

/// Whether another device is plugged into this hub.
fn is_used_hub(case: &Case) -> bool {
    let Some(address) = case.element().child("address") else { return false };
    let (bus, port) = (address.attribute("bus"), address.attribute("port").unwrap_or_default());
    let behind = |device: &Element| {
        let own = device.child("address").filter(|own| own.attribute("type") == Some("usb"));
        own.is_some_and(|own| {
            let rest = own.attribute("port").and_then(|own| own.strip_prefix(port));
            own.attribute("bus") == bus && rest.is_some_and(|rest| rest.starts_with('.'))
        })
    };
    let used = case.world.actual.child("devices").is_some_and(|devices| devices.children.iter().any(behind));
    // The last one that is added may be full of hubs only, or the place for one more.
    used || address.attribute("port").is_some_and(|port| port.len() <= 3) && asked(case, "input")
}

/// The models of panic devices that the driver takes where none is asked for.
fn panic_model(case: &Case) -> &'static str {
    match (case.world.arch, case.world.machine.family) {
        ("s390x" | "s390", _) => "s390",
        (_, "pseries") => "pseries",
        ("aarch64" | "riscv64" | "loongarch64", _) => "pvpanic",
        _ => "isa",
    }
}

fn is_versioned_tpm(case: &Case) -> bool {
    let tpm = case.device();
    let model = tpm.attribute("model").unwrap_or("tpm-tis");
    let two = model != "tpm-tis" || !case.world.is_x86();
    case.after == if two { "2.0" } else { "1.2" } || case.after == "2.0"
}

pub(super) static ROWS: &[Allowance] = &[
    added("memballoon-default", &["devices/memballoon"])
        .covers(&["model"])
        .when(|case| case.own("model") == "virtio" && !asked(case, "memballoon"))
        .why("every guest has a memory balloon unless it says model='none'"),
    added("audio-default", &["devices/audio"])
        .when(|case| {
            let kind = if has_graphics(case, Some("spice")) { "spice" } else { "none" };
            let sdl = has_graphics(case, Some("sdl")) && case.own("type") == "sdl";
            !asked(case, "audio") && (case.says(&[("id", "1"), ("type", kind)]) || sdl && case.own("id") == "1")
        })
        .why("every guest has an audio backend: SPICE where it has that display, none otherwise"),
    added("input-bus", &["devices/input/@bus"])
        .when(|case| case.after == input_bus(case))
        .why("an input device without a bus is on the machine's own"),
    added("input-ps2", &["devices/input"])
        .when(|case| {
            let kind = case.own("type");
            has_ps2(case)
                && is_one_more(case)
                && ["mouse", "keyboard"].contains(&kind)
                && case.says(&[("type", kind), ("bus", "ps2")])
                && !case
                    .world
                    .asked("input")
                    .any(|own| own.attribute("type") == Some(kind) && own.attribute("bus") == Some("ps2"))
        })
        .why("a PC has a PS/2 mouse and keyboard"),
    added("input-pseries", &["devices/input"])
        .covers(&["type", "bus"])
        .when(|case| {
            let kind = case.own("type");
            ["mouse", "keyboard"].contains(&kind)
                && case.own("bus") == "usb"
                && is_one_more(case)
                && case.world.is(&["pseries", "mac99", "g3beige"])
                && has_graphics(case, None)
                && !case.world.asked("input").any(|own| own.attribute("type") == Some(kind))
        })
        .why("a POWER machine with a display has a USB mouse and keyboard"),
    added("watchdog-itco", &["devices/watchdog"])
        .when(|case| {
            let mut others = case.world.asked("watchdog");
            let itco = case.world.asked("watchdog").any(|own| own.attribute("model") == Some("itco"));
            let action = others.next().and_then(|own| own.attribute("action")).unwrap_or("reset");
            case.world.is(&["q35"])
                && !itco
                && [action, "reset"].iter().any(|action| case.says(&[("model", "itco"), ("action", action)]))
        })
        .why("the chipset of q35 has a watchdog"),
    added("panic-default", &["devices/panic"])
        .when(|case| {
            let own = case.world.is(&["pseries", "s390-ccw-virtio"]);
            let model = panic_model(case);
            let others = case.world.asked("panic").any(|own| own.attribute("model").is_none_or(|own| own == model));
            own && !others && case.says(&[("model", model)])
        })
        .why("the firmware of this machine always reports a crash of the guest"),
    added("panic-model", &["devices/panic/@model"])
        .when(|case| case.after == panic_model(case))
        .why("a panic device without a model is the machine's own"),
    added("hub-needed", &["devices/hub"])
        .covers(&["type"])
        .when(|case| case.own("type") == "usb" && is_used_hub(case))
        .why("a USB hub is added where the ports of the controller run out"),
    added("tpm-model", &["devices/tpm/@model"])
        .when(|case| {
            let model = match (case.world.arch, case.world.machine.family) {
                (_, "pseries") => "tpm-spapr",
                _ => "tpm-tis",
            };
            case.after == model
        })
        .why("a TPM without a model is the machine's own"),
    added("tpm-version", &["devices/tpm/backend/@version"])
        .when(|case| case.own("type") == "emulator" && is_versioned_tpm(case))
        .why("an emulated TPM is of the version that goes with its model"),
    added("shmem-size", &["devices/shmem/size"])
        .when(|case| case.element().text == "4" && case.own("unit") == "M")
        .why("shared memory without a size has 4 MiB"),
    added("shmem-msi", &["devices/shmem/msi"])
        .covers(&[])
        .when(|case| case.device().child("server").is_some())
        .why("shared memory with a server sends interrupts"),
    added("shmem-msi-ioeventfd", &["devices/shmem/msi/@ioeventfd"])
        .when(|case| case.after == "on")
        .why("interrupts of shared memory are sent by event descriptors"),
    added("hostdev-display", &["devices/hostdev/@display", "devices/hostdev/@ramfb"])
        .when(|case| case.after == "off" && case.own("type") == "mdev")
        .why("a mediated device has no display unless said otherwise"),
    added("iommu-of-many", &["devices/iommu"])
        .covers(&["model"])
        .when(|case| {
            let none = !asked(case, "iommu") && case.world.devices("iommu").count() == 1;
            none && has_many(case) && case.world.is(&["q35"]) && case.own("model") == "intel"
        })
        .why("more than 255 processors need extended interrupts, which an IOMMU gives"),
    added("iommu-extended-interrupts", &["devices/iommu/driver"])
        .when(|case| {
            let wide = if case.device().attribute("model") == Some("amd") { "xtsup" } else { "eim" };
            has_many(case) && case.says(&[("intremap", "on"), (wide, "on")])
        })
        .why("more than 255 processors need extended interrupts"),
    added("vsock-model", &["devices/vsock/@model"])
        .when(|case| case.after == "virtio")
        .why("a socket to the host without a model is one of virtio's"),
    added("interface-vhostuser-type", &["devices/interface/source/@type"])
        .when(|case| case.after == "unix" && case.device().attribute("type") == Some("vhostuser"))
        .why("a vhost-user interface is at a Unix socket"),
    added("interface-vhostuser-mode", &["devices/interface/source/@mode"])
        .when(|case| case.after == "client" && case.device().attribute("type") == Some("vhostuser"))
        .why("a vhost-user interface connects unless it says that it waits"),
    added("pstore-path", &["devices/pstore/path"])
        .when(|case| {
            let name = case.world.desired.value("name").unwrap_or_default();
            let path = &case.element().text;
            [".raw", ".img"].iter().any(|end| *path == format!("/var/lib/libvirt/qemu/nvram/{name}_PSTORE{end}"))
        })
        .why("what a guest keeps over a crash is in a file that is named for the domain"),
    added("memory-requested", &["devices/memory/target/requested"])
        .when(|case| case.element().text == "0" && case.device().attribute("model") == Some("virtio-mem"))
        .why("of a virtio-mem device nothing is plugged in unless a size is asked for"),
    added("memory-uuid-made", &["devices/memory/uuid"])
        .when(|case| case.world.is(&["pseries"]) && case.device().attribute("model") == Some("nvdimm"))
        .why("a non-volatile memory module of pseries has a UUID"),
    added("channel-source", &["devices/channel/source"])
        .when(|case| case.says(&[("mode", "bind")]))
        .why("a channel without a socket is given one when the guest starts"),
    left_out("channel-made-socket", &["devices/channel/source"])
        .when(is_made_socket)
        .why("libvirt forgets the path of a socket that it had made"),
    left_out("channel-made-path", &["devices/channel/source/@path"])
        .when(is_made_socket)
        .why("libvirt forgets the path of a socket that it had made"),
    left_out("graphics-made-socket", &["devices/graphics/@socket", "devices/graphics/listen/@socket"])
        .when(is_made_display)
        .why("libvirt forgets the path of a socket that it had made"),
    changed("graphics-made-socket-listen", &["devices/graphics/listen/@type"])
        .when(|case| is_made_display(case) && (case.before, case.after) == ("socket", "address"))
        .why("without the socket that libvirt had made the display listens at an address"),
    added("graphics-made-socket-port", &["devices/graphics/@port", "devices/graphics/@autoport"])
        .when(|case| is_made_display(case) && case.is(&["-1", "yes"]))
        .why("without the socket that libvirt had made the display listens at an address"),
];

/// Whether there are more processors than interrupts without extension can name.
fn has_many(case: &Case) -> bool {
    case.world.desired.value("vcpu").and_then(whole).is_some_and(|count| count > 255)
}

/// Whether the path of a channel's socket is one that libvirt makes: in its own directory, named for the domain and the target.
fn is_made_socket(case: &Case) -> bool {
    let channel = case.device();
    let target = channel.value("target/@name").unwrap_or_default();
    let path = case.desired_device().and_then(|own| own.value("source/@path")).unwrap_or_default();
    let places = ["/var/lib/libvirt/qemu/channel/", "/run/libvirt/qemu/channel/", "/var/run/libvirt/qemu/channel/"];
    let Some(rest) = places.iter().find_map(|place| path.strip_prefix(place)) else { return false };
    let rest = rest.strip_prefix("target/").unwrap_or(rest);
    let Some(owner) = rest.strip_suffix(target) else { return false };
    let numbered =
        owner.split_once('-').is_some_and(|(id, _)| !id.is_empty() && id.bytes().all(|it| it.is_ascii_digit()));
    let directory = owner.strip_suffix('/').is_some_and(|name| !name.contains('/'));
    !target.is_empty()
        && (owner.ends_with('.') && !owner.contains('/') || directory && (owner.starts_with("domain-") || numbered))
}

/// Whether the display's socket is in the directory that libvirt makes for a running domain.
fn is_made_display(case: &Case) -> bool {
    let socket = case.desired_device().and_then(|own| own.attribute("socket").or(own.value("listen/@socket")));
    socket.is_some_and(|socket| socket.starts_with("/var/lib/libvirt/qemu/domain-"))
}
