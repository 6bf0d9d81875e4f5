//! USB: controllers, ports and what stands on them.

use std::collections::{BTreeMap, BTreeSet};

use domxml::{
    Address, AddressType, Controller, ControllerType, ControllerTypeUsbModel as Model, Devices, DiskTargetBus, Extra,
    HostdevMode, HostdevSubsystem, Input, InputBus, InputType, SerialTargetType, SoundModel, each,
};

use super::pci::set;
use super::refused;
use crate::options::Driver;
use crate::rule::board::{Board, is_power, is_s390, is_sparc};
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};
use crate::rules::storage::bus;

/// A hub has so many ports.
const HUB: u32 = 8;

rules![
    rule("qemu-usb-controller-conflict", Class::Conflict)
        .summary("a USB controller that QEMU or the machine does not have, or with other ports")
        .doc(
            "The number of ports can be chosen of xHCI controllers alone, up to 15. s390 guests have `qemu-xhci` \
             alone, `vt82c686b-uhci` is of Power, `qusb1` and `qusb2` are of Xen, and SPARC machines have no PIIX.",
        )
        .finds("<devices><controller type='usb' index='0' model='nec-xhci' ports='16'/></devices>")
        .finds("<devices><controller type='usb' index='0' model='piix3-uhci' ports='4'/></devices>")
        .finds("<devices><controller type='usb' index='0' model='qusb2'/></devices>")
        .finds("<os><type arch='sparc64' machine='sun4u'>hvm</type></os><devices><controller type='usb' index='0' model='piix3-uhci'/></devices>")
        .finds("<devices><controller type='usb' index='1' model='qemu-xhci'/><controller type='usb' index='1' model='qemu-xhci'/></devices>")
        .row(refused(|controller: &Controller, scope| controller_objection(controller, scope).map(str::to_owned)))
        .row(check(twice).driver(Driver::Qemu)),
    rule("qemu-usb-port-conflict", Class::Conflict)
        .summary("a USB port that is taken or not there")
        .doc(
            "Each USB port has one device. A UHCI controller has 2 ports, an OHCI one 3, an xHCI one 4 where nothing \
             else is said, EHCI 6, a hub 8; the way to a port leads through hubs (`1.2` is port 2 of the hub at port \
             1). A bus has a controller of its number.",
        )
        .finds(
            "<devices><hub type='usb'><address type='usb' bus='0' port='1'/></hub>\
             <input type='mouse' bus='usb'><address type='usb' bus='0' port='1'/></input></devices>",
        )
        .finds(
            "<devices><controller type='usb' index='0' model='piix3-uhci'/>\
             <input type='tablet' bus='usb'><address type='usb' bus='0' port='4'/></input></devices>",
        )
        .finds("<devices><input type='tablet' bus='usb'><address type='usb' bus='3' port='1'/></input></devices>")
        .row(check(ports).driver(Driver::Qemu)),
    rule("qemu-usb-absent-conflict", Class::Conflict)
        .summary("a USB device in a guest without USB")
        .doc(
            "PCs and Power machines have a USB controller of their own; the `virt` boards, s390 and microvm have none \
             unless one is written down. The QEMU driver then refuses what stands on USB.",
        )
        .finds("<os><type arch='aarch64' machine='virt'>hvm</type></os><devices><input type='tablet' bus='usb'/></devices>")
        .row(check(absent).driver(Driver::Qemu)),
];

fn model(controller: &Controller) -> Option<&domxml::ControllerTypeUsb> {
    match &controller.type_ {
        ControllerType::Usb(usb) => Some(usb),
        _ => None,
    }
}

fn controller_objection(controller: &Controller, scope: &Scope) -> Option<&'static str> {
    let usb = model(controller)?;
    let xhci = matches!(usb.model, Some(Model::NecXhci | Model::QemuXhci));
    match usb.model {
        Some(Model::None) => None,
        _ if scope.board.lacks_pci() => Some("this machine has no PCI for a USB controller: set model='none'"),
        Some(Model::Qusb1 | Model::Qusb2) => Some("qusb1 and qusb2 are controllers of Xen: set model='qemu-xhci'"),
        Some(Model::Vt82c686bUhci) if !is_power(scope.arch) => {
            Some("this machine has no vt82c686b-uhci: set model='qemu-xhci'")
        }
        Some(Model::Piix3Uhci | Model::Piix4Uhci) if is_sparc(scope.arch) => {
            Some("PIIX is a chip of PCs, which this machine does not have: set model='none'")
        }
        Some(model) if is_s390(scope.arch) && model != Model::QemuXhci => {
            Some("s390 guests have no USB controller of this model: set model='qemu-xhci'")
        }
        _ if xhci && usb.ports.is_some_and(|ports| ports.0 > 15) => {
            Some("an xHCI controller has up to 15 ports: set ports='15'")
        }
        model if usb.ports.is_some() && !xhci && (model.is_some() || is_pc(scope)) => Some(
            "the number of ports can be chosen of xHCI controllers alone: leave out ports, or set model='qemu-xhci'",
        ),
        _ => None,
    }
}

fn is_pc(scope: &Scope) -> bool {
    matches!(scope.board, Board::I440fx | Board::Q35)
}

/// Of controllers of one number, all but one are companions of it.
fn twice(devices: &Devices, cx: &mut Context<'_>) {
    let place = |controller: &Controller| match controller.address.as_deref() {
        Some(Address { type_: AddressType::Pci(pci), .. }) if set(pci) => Some((pci.bus, pci.slot, pci.function)),
        _ => None,
    };
    let mut seen: BTreeMap<u32, &Controller> = BTreeMap::new();
    for controller in &devices.controllers {
        let (Some(usb), Some(index)) = (model(controller), controller.index) else { continue };
        let companion = matches!(usb.model, Some(Model::None | Model::Ich9Uhci1 | Model::Ich9Uhci2 | Model::Ich9Uhci3));
        if companion {
            continue;
        }
        // That both have one address is said of that.
        if let Some(other) = seen.insert(index, controller)
            && (place(other).is_none() || place(other) != place(controller))
        {
            cx.error(
                &controller.xml,
                format!("there is a USB controller {index} already: set another index, or leave it out"),
            );
        }
    }
}

/// How many ports a controller has; none where its model is libvirt's choice.
fn count(usb: &domxml::ControllerTypeUsb, scope: &Scope) -> Option<u32> {
    let pc = is_pc(scope);
    match usb.model {
        Some(Model::NecXhci | Model::QemuXhci) => Some(usb.ports.map_or(4, |ports| ports.0)),
        Some(Model::Ehci | Model::Ich9Ehci1) => Some(6),
        Some(Model::PciOhci) => Some(3),
        Some(Model::Piix3Uhci | Model::Piix4Uhci | Model::Vt82c686bUhci) => Some(2),
        None if pc => Some(2),
        _ => None,
    }
}

/// A device with a port: the bus, the way, and where the address stands.
type Plugged<'d> = (u32, &'d [u32], &'d Extra);

fn plugged<'d>(address: &'d Address) -> Option<Plugged<'d>> {
    let AddressType::Usb(usb) = &address.type_ else { return None };
    let port = usb.port.as_ref().filter(|port| port.0.iter().any(|number| *number > 0))?;
    Some((usb.bus.map_or(0, |bus| bus.0), &port.0, &address.xml))
}

fn ports(devices: &Devices, cx: &mut Context<'_>) {
    if devices.controllers.iter().filter_map(model).any(|usb| usb.model == Some(Model::None)) {
        return;
    }
    // Of several controllers of a number, which are the parts of a USB 2 controller, the first is asked.
    let mut buses: BTreeMap<u32, Option<u32>> = BTreeMap::new();
    let mut unnumbered = false;
    for (usb, controller) in devices.controllers.iter().filter_map(|it| model(it).map(|usb| (usb, it))) {
        unnumbered |= controller.index.is_none();
        let companion = matches!(usb.model, Some(Model::Ich9Uhci1 | Model::Ich9Uhci2 | Model::Ich9Uhci3));
        let bus = buses.entry(controller.index.unwrap_or(0)).or_insert(None);
        if !companion {
            *bus = bus.or_else(|| count(usb, &cx.scope));
        }
    }
    // The first one is there unless the machine has none of its own.
    if is_pc(&cx.scope) {
        buses.entry(0).or_insert(Some(2));
    }
    let hubs: BTreeSet<(u32, Vec<u32>)> = devices
        .hubs
        .iter()
        .filter_map(|hub| plugged(hub.address.as_deref()?).map(|(bus, port, _)| (bus, port.to_vec())))
        .collect();
    let mut seen = BTreeSet::new();
    // An address of USB on another bus is not read.
    let elsewhere: Vec<&Address> = devices
        .inputs
        .iter()
        .filter(|it| input_bus(it).is_some_and(|bus| bus != InputBus::Usb))
        .filter_map(|it| it.address.as_deref())
        .collect();
    each(devices, |address: &Address| {
        if elsewhere.iter().any(|other| std::ptr::eq(*other, address)) {
            return;
        }
        let Some((bus, way, xml)) = plugged(address) else { return };
        let port = way.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        match buses.get(&bus) {
            None if unnumbered || buses.is_empty() => {}
            None => {
                cx.error(
                    xml,
                    format!(
                        "there is no USB bus {bus}: add a USB controller with index='{bus}', or choose another bus"
                    ),
                );
                return;
            }
            Some(ports) => {
                if let Some(message) = missing(way, *ports, |hub| hubs.contains(&(bus, hub.to_vec()))) {
                    cx.error(
                        xml,
                        format!(
                            "there is no port {port} of USB bus {bus}: {message}; choose another one, or leave out port"
                        ),
                    );
                    return;
                }
            }
        }
        if !seen.insert((bus, way.to_vec())) {
            cx.error(
                xml,
                format!("the port {port} of USB bus {bus} has a device already: choose another one, or leave out port"),
            );
        }
    });
}

/// Why a port is not there.
fn missing(way: &[u32], ports: Option<u32>, is_hub: impl Fn(&[u32]) -> bool) -> Option<String> {
    let first = *way.first()?;
    if let Some(ports) = ports.filter(|ports| first > *ports) {
        return Some(format!("its controller has {ports}"));
    }
    for end in 1..way.len() {
        if !is_hub(&way[..end]) {
            let hub = way[..end].iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            return Some(format!("there is no hub at port {hub}"));
        }
    }
    (way.len() > 1 && way.last().is_some_and(|port| *port > HUB)).then(|| format!("a hub has {HUB}"))
}

fn absent(devices: &Devices, cx: &mut Context<'_>) {
    let off = devices.controllers.iter().filter_map(model).any(|usb| usb.model == Some(Model::None));
    if off {
        // What has no other bus is refused by every driver, and told of there.
        for at in on_choice(devices).into_iter().chain(devices.smartcards.iter().map(|reader| &reader.xml)) {
            cx.error(at, "<controller type='usb' model='none'/> switches USB off: leave that out, or this device");
        }
        return;
    }
    if cx.scope.board.has_usb() != Some(false) || devices.controllers.iter().any(|it| model(it).is_some()) {
        return;
    }
    for at in users(devices) {
        cx.error(at, "this machine has no USB of its own: add <controller type='usb' model='qemu-xhci'/>, or leave out the device");
    }
}

fn input_bus(input: &Input) -> Option<InputBus> {
    match &input.type_ {
        InputType::Tablet(it) => it.bus,
        InputType::Mouse(it) => it.bus,
        InputType::Keyboard(it) => it.bus,
        _ => None,
    }
}

/// What stands on USB.
fn users(devices: &Devices) -> Vec<&Extra> {
    let inputs = devices.inputs.iter().filter(|input| input_bus(input) == Some(InputBus::Usb));
    let hosts = devices.hostdevs.iter().filter(|hostdev| {
        matches!(&hostdev.mode, HostdevMode::Subsystem(subsystem) if matches!(subsystem.type_, HostdevSubsystem::Usb(_)))
    });
    on_choice(devices)
        .into_iter()
        .chain(inputs.map(|it| &it.xml))
        .chain(hosts.map(|it| &it.xml))
        .chain(devices.hubs.iter().map(|it| &it.xml))
        .chain(devices.redirdevs.iter().map(|it| &it.xml))
        .collect()
}

/// What stands on USB because its model or its bus says so.
fn on_choice(devices: &Devices) -> Vec<&Extra> {
    let disks = devices.disks.iter().filter(|disk| bus(disk) == DiskTargetBus::Usb);
    let sounds = devices.sounds.iter().filter(|sound| sound.model == SoundModel::Usb);
    let serials = devices.serials.iter().filter(|serial| {
        serial.target.as_ref().is_some_and(|target| target.type_ == Some(SerialTargetType::UsbSerial))
    });
    let readers = devices.controllers.iter().filter(|controller| matches!(controller.type_, ControllerType::Ccid));
    let nics = devices.interfaces.iter().filter(|nic| {
        nic.model.as_ref().and_then(|model| model.type_.as_ref()).is_some_and(|model| model.as_str() == "usb-net")
    });
    disks
        .map(|it| &it.xml)
        .chain(sounds.map(|it| &it.xml))
        .chain(serials.map(|it| &it.xml))
        .chain(readers.map(|it| &it.xml))
        .chain(nics.map(|it| &it.xml))
        .collect()
}
