//! Controllers.

use crate::drift::addresses::number;
use crate::drift::allowance::{Allowance, Case, added, changed};
use crate::drift::world::World;

/// Whether a controller of this type and index was asked for.
fn asked(case: &Case, kind: &str, index: &str) -> bool {
    case.world
        .asked("controller")
        .any(|own| own.attribute("type") == Some(kind) && own.attribute("index") == Some(index))
}

/// Whether the machine has PCI, and what its root is.
fn root(world: &World) -> Option<&'static str> {
    match world.machine.family {
        "q35" => Some("pcie-root"),
        "virt" => Some("pcie-root"),
        "pc" | "pseries" | "s390-ccw-virtio" | "mac99" | "g3beige" | "prep" => Some("pci-root"),
        "versatilepb" | "realview-eb" | "realview-eb-mpcore" => Some("pci-root"),
        family if family.starts_with("powernv") => Some("pci-root"),
        _ => None,
    }
}

/// The models that the driver takes for a USB controller of which none is asked for.
fn usb_models(case: &Case, by_itself: bool) -> &'static [&'static str] {
    match (case.world.arch, case.world.machine.family) {
        // q35 without any USB controller gets a modern one; one that is asked for without a model is of the old kind.
        ("x86_64" | "i686", "q35") if by_itself => &["qemu-xhci", "nec-xhci"],
        ("x86_64" | "i686", _) => &["piix3-uhci"],
        ("s390x", _) if by_itself => &[],
        ("s390x", _) => &["none", "qemu-xhci"],
        ("ppc64" | "ppc64le" | "ppc", "pseries") => &["qemu-xhci", "pci-ohci", "nec-xhci"],
        ("ppc64" | "ppc64le" | "ppc", _) => &["pci-ohci", "qemu-xhci", "piix3-uhci"],
        (_, "versatilepb") => &["qemu-xhci", "piix3-uhci", "pci-ohci"],
        ("riscv64" | "riscv32", _) => &["qemu-xhci", "nec-xhci", "piix3-uhci"],
        _ => &["qemu-xhci", "nec-xhci"],
    }
}

/// The models that the driver takes for a SCSI controller of which none is asked for.
fn scsi_models(case: &Case) -> &'static [&'static str] {
    match (case.world.arch, case.world.machine.family) {
        (_, "pseries") => &["ibmvscsi"],
        ("s390x" | "loongarch64", _) => &["virtio-scsi"],
        ("aarch64" | "armv7l" | "riscv64" | "riscv32", "virt") => &["virtio-scsi", "lsilogic"],
        _ => &["lsilogic", "virtio-scsi"],
    }
}

/// Whether a device that was asked for is at this controller.
fn needed(case: &Case) -> bool {
    let (kind, index) = (case.own("type"), case.own("index"));
    let at = |device: &&crate::drift::tree::Element, place: &str| {
        device.value(place).is_some_and(|own| number(own) == number(index))
    };
    let world = case.world;
    match kind {
        "ide" | "fdc" | "nvme" => world
            .devices("disk")
            .any(|disk| disk.value("target/@bus") == Some(kind) && at(&disk, "address/@controller")),
        "scsi" | "sata" => {
            let disks = world.devices("disk").filter(|disk| disk.value("target/@bus") == Some(kind));
            let scsi = |device: &&crate::drift::tree::Element| device.attribute("type") == Some(kind);
            let all = disks.chain(world.devices("hostdev").filter(scsi));
            // One of a lower index comes with those above it.
            let last = all.filter_map(|device| number(device.value("address/@controller")?)).max();
            last.is_some_and(|last| number(index).is_some_and(|index| index <= last))
        }
        "virtio-serial" => {
            let consoles = world.devices("console").chain(world.devices("channel"));
            // A console may be without an address: it is at port 0 of the first.
            let place = |device: &crate::drift::tree::Element| match device.value("address/@type") {
                Some("virtio-serial") => number(device.value("address/@controller")?),
                None if device.value("target/@type") == Some("virtio") => Some(0),
                _ => None,
            };
            let last = consoles.filter_map(place).max();
            last.is_some_and(|last| number(index).is_some_and(|index| index <= last))
        }
        "ccid" => world.devices("smartcard").any(|card| at(&card, "address/@controller")),
        "usb" => world.actual.child("devices").is_some_and(|devices| {
            devices.children.iter().any(|device| {
                device.value("address/@type") == Some("usb")
                    && device.value("address/@bus").and_then(number) == number(index)
            })
        }),
        _ => false,
    }
}

/// Whether a PCI controller is at a place that is needed: a device is behind it, or one of a higher index is needed or asked for.
fn pci_needed(case: &Case) -> bool {
    let Some(index) = number(case.own("index")) else { return false };
    let asked = case.world.asked("controller").filter(|own| own.attribute("type") == Some("pci"));
    let last = asked.filter_map(|own| number(own.attribute("index")?)).max().unwrap_or(0);
    let addresses = case.world.addresses();
    let last = last.max(addresses.last_bus());
    // The driver keeps a place for one more device: a free root port, or a further bridge where there are bridges only. Of several
    // that are free the first is that one.
    let spare = match case.own("model") {
        "pcie-root-port" => addresses.first_free_root_port() == Some(index),
        model => model == "pci-bridge" && addresses.controller("pci", 0) == Some("pci-root"),
    };
    // All but the roots of pseries are at a place on another bus.
    let placed = case.own("model") == "pci-root" || case.element().child("address").is_some();
    index > 0 && placed && index <= last + u32::from(spare)
}

pub(super) static ROWS: &[Allowance] = &[
    added("controller-pci-root", &["devices/controller"])
        .covers(&["type", "index", "model"])
        .when(|case| {
            case.own("type") == "pci"
                && case.own("index") == "0"
                && !asked(case, "pci", "0")
                && root(case.world) == Some(case.own("model"))
        })
        .why("a machine with PCI has the root of the bus"),
    added("controller-pci-needed", &["devices/controller"])
        .covers(&["type", "index", "model"])
        .when(|case| {
            let models: &[&str] = match case.world.machine.family {
                "pseries" => &["pci-root", "pci-bridge"],
                _ if root(case.world) == Some("pcie-root") => &[
                    "pcie-root-port",
                    "dmi-to-pci-bridge",
                    "pci-bridge",
                    "pcie-to-pci-bridge",
                    "pcie-switch-downstream-port",
                    "pcie-switch-upstream-port",
                ],
                _ => &["pci-bridge"],
            };
            case.own("type") == "pci" && models.contains(&case.own("model")) && pci_needed(case)
        })
        .why("ports and bridges are added for devices that have no place on a bus that was asked for"),
    added("controller-usb", &["devices/controller"])
        .covers(&["type", "index"])
        .when(|case| case.own("type") == "usb" && case.own("index") == "0" && !asked(case, "usb", "0") && has_usb(case))
        .why("the machine has a USB controller unless the definition says that it has none"),
    added("controller-sata-q35", &["devices/controller"])
        .covers(&["type", "index"])
        .when(|case| case.own("type") == "sata" && case.own("index") == "0" && case.world.is(&["q35"]))
        .why("the chipset of q35 has a SATA controller"),
    added("controller-needed", &["devices/controller"])
        .covers(&["type", "index"])
        .when(|case| {
            let alone = matches!(case.own("type"), "ide" | "fdc");
            needed(case) && !asked(case, case.own("type"), case.own("index")) && (!alone || case.own("index") == "0")
        })
        .why("a device is on this bus, so the controller of the bus is added"),
    added("controller-usb-model", &["devices/controller/@model"])
        .when(|case| {
            let by_itself = case.desired().is_none();
            let index = case.own("index");
            case.own("type") == "usb"
                && (case.is(usb_models(case, by_itself)) && index == "0"
                    || index != "0" && case.is(usb_models(case, false)))
        })
        .why("a USB controller without a model is of the machine's own"),
    added("controller-scsi-model", &["devices/controller/@model"])
        .when(|case| case.own("type") == "scsi" && case.is(scsi_models(case)))
        .why("a SCSI controller without a model is of the machine's own"),
    changed("controller-scsi-model-auto", &["devices/controller/@model"])
        .when(|case| case.own("type") == "scsi" && case.before == "auto" && case.is(scsi_models(case)))
        .why("model='auto' leaves the model of a SCSI controller to the driver"),
    added("controller-nvme-serial", &["devices/controller/serial"])
        .when(|case| {
            let serial = &case.element().text;
            let at = |disk: &crate::drift::tree::Element| {
                disk.value("target/@bus") == Some("nvme") && disk.value("serial") == Some(serial.as_str())
            };
            case.device().attribute("type") == Some("nvme") && case.world.asked("disk").any(at)
        })
        .why("the serial of a disk on NVMe is that of its controller"),
    added("controller-pci-model-name", &["devices/controller/model"])
        .when(|case| {
            let names: &[&str] = match case.device().attribute("model").unwrap_or_default() {
                "pcie-root-port" => &["pcie-root-port", "ioh3420"],
                "pci-bridge" => &["pci-bridge"],
                "dmi-to-pci-bridge" => &["i82801b11-bridge"],
                "pcie-to-pci-bridge" => &["pcie-pci-bridge"],
                "pcie-switch-upstream-port" => &["x3130-upstream"],
                "pcie-switch-downstream-port" => &["xio3130-downstream"],
                "pci-expander-bus" => &["pxb"],
                "pcie-expander-bus" => &["pxb-pcie"],
                "pci-root" => &["spapr-pci-host-bridge"],
                _ => &[],
            };
            names.iter().any(|name| case.says(&[("name", name)]))
        })
        .why("a PCI controller names the device of QEMU that it is"),
    added("controller-pci-target", &["devices/controller/target"])
        .covers(&[])
        .when(|case| case.device().attribute("type") == Some("pci"))
        .why("a PCI controller has numbers by which the guest tells it apart"),
    added(
        "controller-pci-target-number",
        &[
            "devices/controller/target/@chassis",
            "devices/controller/target/@port",
            "devices/controller/target/@chassisNr",
            "devices/controller/target/@index",
            "devices/controller/target/@busNr",
        ],
    )
    .when(target_number)
    .why("a PCI controller has numbers by which the guest tells it apart"),
];

/// Whether the machine is given a USB controller without being asked for one.
fn has_usb(case: &Case) -> bool {
    !matches!(case.world.arch, "s390x" | "s390") || needed(case)
}

/// The numbers of a PCI controller follow from its index and its address.
fn target_number(case: &Case) -> bool {
    let controller = case.device();
    let index = controller.attribute("index").and_then(number);
    let address = |name: &str| controller.child("address").and_then(|own| own.attribute(name)).and_then(number);
    let own = number(case.after);
    match own {
        None => false,
        Some(own) => {
            let target = case.element();
            let is = |name: &str| target.attribute(name) == Some(case.after);
            let place = address("slot").zip(address("function")).map(|(slot, function)| slot << 3 | function);
            is("port") && (place == Some(own) || controller.attribute("model") == Some("pcie-switch-downstream-port"))
                || (is("chassis") || is("chassisNr")) && index == Some(own)
                || is("index") && case.world.is(&["pseries"])
                || is("busNr") && own < 255
        }
    }
}
