//! PCI controllers and what they are told.

use std::collections::{BTreeMap, BTreeSet};

use domxml::{
    Address, AddressType, AddressTypePci, Controller, ControllerModelName as Name, ControllerType, ControllerTypePci,
    ControllerTypePciModel as Model, ControllerTypeUsbModel as UsbModel, Devices, DiskTargetBus, Extra,
    MemballoonModel, OnOff, Zpci, each,
};

use super::refused;
use crate::options::Driver;
use crate::rule::board::{Board, PciRoot, is_s390};
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, Rule, rule};
use crate::rules::storage::bus;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("qemu-pci-controller-conflict", Class::Conflict)
            .summary("a PCI controller that the machine does not have")
            .doc(
                "The first PCI controller, number 0, is the root: `pci-root` of pc, pseries and s390, `pcie-root` of q35 and the `virt` boards; \
                 only pseries has further roots. What is of PCI Express cannot be added to pc, `pci-expander-bus` is of pc, \
                 `pcie-expander-bus` of q35 and ARM. A controller stands on a bus of a lower number than its own.",
            )
            .finds(
                "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='pci' index='0' model='pci-root'/></devices>",
            )
            .finds("<devices><controller type='pci' index='1' model='pci-root'/></devices>")
            .finds("<devices><controller type='pci' index='1' model='pcie-root-port'/></devices>")
            .finds(
                "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='pci' index='0' model='pcie-root'/>\
                 <controller type='pci' index='1' model='pci-bridge'/></devices>",
            )
            .row(refused(|controller: &Controller, scope| root(controller, scope)))
            .row(refused(|controller: &Controller, scope| of_machine(controller, scope).map(str::to_owned)))
            .row(refused(|controller: &Controller, scope| {
                let missing = pci(controller)?.model.is_none() && controller.index.is_some();
                (missing && scope.board != Board::Pseries)
                    .then(|| "a PCI controller has a model: number 0 is pci-root or pcie-root, others are pci-bridge or pcie-root-port".to_owned())
            }))
            .row(check(lower_bus).driver(Driver::Qemu)),
        rule("qemu-pci-option-conflict", Class::Conflict)
            .summary("an option that the PCI controller does not have")
            .doc(
                "`chassisNr` is of a `pci-bridge`, `chassis` and `port` of ports, `busNr` of expander buses, `<node>` of these and of roots of pseries, \
                 `index` of roots of pseries, `hotplug` of ports and of the root of pc. Each model of controller has one device of QEMU, \
                 `pcie-root-port` two.",
            )
            .finds(
                "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='pci' index='0' model='pcie-root'/>\
                 <controller type='pci' index='1' model='pcie-root-port'><target busNr='220'/></controller></devices>",
            )
            .finds("<devices><controller type='pci' index='1' model='pci-bridge'><model name='ioh3420'/></controller></devices>")
            .row(check(options).driver(Driver::Qemu)),
        identifiers(),
        rule("qemu-pci-address-conflict", Class::Conflict)
            .summary("an address that no device can have")
            .doc(
                "PCI guests of QEMU have one domain, number 0; no two devices have the same address, and some addresses of pc and q35 are of the \
                 chips of the board. CCW addresses are of s390, and machines without PCI have no PCI addresses.",
            )
            .finds(
                "<devices><interface type='user'><address type='pci' bus='0' slot='9'/></interface>\
                 <interface type='user'><address type='pci' bus='0' slot='9'/></interface></devices>",
            )
            .finds("<devices><interface type='user'><address type='pci' domain='1' bus='0' slot='9'/></interface></devices>")
            .finds("<devices><interface type='user'><address type='pci' bus='0' slot='1'/></interface></devices>")
            .finds("<devices><controller type='ide' index='0'><address type='pci' bus='0' slot='5'/></controller></devices>")
            .row(
                refused(integrated_place)
                    .at(|controller: &Controller| controller.address.as_ref().map_or(&controller.xml, |address| &address.xml)),
            )
            .row(refused(|address: &Address, scope| address_objection(address, scope).map(str::to_owned)))
            .finds(
                "<devices><interface type='user'><address type='pci' bus='0' slot='8'/></interface>\
                 <interface type='user'><address type='pci' bus='0' slot='8' function='7'/></interface></devices>",
            )
            .row(check(addresses).driver(Driver::Qemu))
            .row(check(first_functions).driver(Driver::Qemu)),
    ]
}

fn identifiers() -> Rule {
    rule("qemu-zpci-conflict", Class::Conflict)
        .summary("an identifier of zPCI that is 0, taken or of a guest that has none")
        .doc(
            "The identifiers (`uid`) of PCI functions of s390 guests run from 1 to 0xffff, each of one device; libvirt chooses one where none \
             is named. Other guests have no zPCI.",
        )
        .finds(
            "<devices><interface type='user'><model type='virtio'/><address type='pci' slot='4'><zpci uid='0x0001'/></address></interface></devices>",
        )
        .finds(
            "<os><type arch='s390x'>hvm</type></os><devices><interface type='user'><model type='virtio'/>\
             <address type='pci' bus='0' slot='1'><zpci uid='0x0000' fid='0x00000000'/></address></interface></devices>",
        )
        .row(check(functions).driver(Driver::Qemu))
        .row(check(elsewhere).driver(Driver::Qemu))
        .row(refused(|zpci: &Zpci, _| {
            zpci.uid.is_some_and(|uid| uid.0 == 0).then(|| "the uid of a PCI function is 0x0001 to 0xffff: leave it out, and libvirt chooses".to_owned())
        }))
}

pub(super) fn pci(controller: &Controller) -> Option<&ControllerTypePci> {
    match &controller.type_ {
        ControllerType::Pci(pci) => Some(pci),
        _ => None,
    }
}

fn is_root(model: Option<Model>) -> bool {
    matches!(model, Some(Model::PciRoot | Model::PcieRoot))
}

fn root(controller: &Controller, scope: &Scope) -> Option<String> {
    let model = pci(controller)?.model;
    let expected = match scope.board.pci_root()? {
        PciRoot::Conventional => Model::PciRoot,
        PciRoot::Express => Model::PcieRoot,
    };
    match controller.index {
        Some(0) if model.is_some_and(|model| model != expected) => {
            Some(format!("the PCI controller 0 of this machine is the {0}: set model='{0}'", name(expected)))
        }
        None if is_root(model) && model != Some(expected) => {
            Some(format!("the root of PCI of this machine is the {}: set model='{}'", name(expected), name(expected)))
        }
        Some(index) if index > 0 && is_root(model) && scope.board != Board::Pseries => {
            Some("a root of PCI has the index 0: leave this one out, or give it another model".to_owned())
        }
        _ => None,
    }
}

fn name(model: Model) -> &'static str {
    if model == Model::PciRoot { "pci-root" } else { "pcie-root" }
}

/// Whether something is wrong with the controller wherever it stands: its bus is then not asked about it.
pub(super) fn is_wrong(controller: &Controller, scope: &Scope) -> bool {
    let bus = match &controller.address {
        Some(Address { type_: AddressType::Pci(address), .. }) if set(address) => address.bus.map_or(0, |bus| bus.0),
        _ => return false,
    };
    let before = controller.index.filter(|index| *index > 0).is_some_and(|index| u32::from(bus) >= index);
    before || root(controller, scope).is_some() || of_machine(controller, scope).is_some()
}

fn of_machine(controller: &Controller, scope: &Scope) -> Option<&'static str> {
    let model = pci(controller)?.model?;
    // A root of another machine is told of by what root it has.
    if root(controller, scope).is_some() {
        return None;
    }
    match model {
        _ if scope.board.lacks_pci() => Some("this machine has no PCI: leave out the controller"),
        Model::PciExpanderBus if scope.board.pci_root().is_some() && scope.board != Board::I440fx => {
            Some("a pci-expander-bus is of pc machines: take a pcie-expander-bus")
        }
        Model::PcieExpanderBus
            if scope.board.pci_root().is_some() && !matches!(scope.board, Board::Q35 | Board::ArmVirt) =>
        {
            Some("a pcie-expander-bus is of q35 and of the virt board of ARM: take a pci-expander-bus, or leave it out")
        }
        Model::DmiToPciBridge
        | Model::PcieToPciBridge
        | Model::PcieRootPort
        | Model::PcieSwitchUpstreamPort
        | Model::PcieSwitchDownstreamPort
            if scope.board.pci_root() == Some(PciRoot::Conventional) =>
        {
            Some("this machine has no PCI Express: take a pci-bridge, or, with x86, the machine type q35")
        }
        _ => None,
    }
}

/// A bridge without an address gets one on a bus that takes it: behind a controller of a lower number.
fn lower_bus(devices: &Devices, cx: &mut Context<'_>) {
    let express = cx.scope.board.pci_root() == Some(PciRoot::Express);
    let bridges = |limit: u32| {
        devices.controllers.iter().any(|other| {
            let model = pci(other).and_then(|pci| pci.model);
            matches!(model, Some(Model::DmiToPciBridge | Model::PcieToPciBridge | Model::PciBridge))
                && other.index.is_some_and(|index| index < limit)
        })
    };
    let upstream =
        devices.controllers.iter().filter_map(pci).any(|pci| pci.model == Some(Model::PcieSwitchUpstreamPort));
    for controller in &devices.controllers {
        let (Some(pci), Some(index)) = (pci(controller), controller.index.filter(|index| *index > 0)) else { continue };
        match &controller.address {
            Some(Address { type_: AddressType::Pci(address), xml }) if set(address) => {
                let bus = u32::from(address.bus.map_or(0, |bus| bus.0));
                if bus >= index {
                    cx.error(
                        xml,
                        format!(
                            "the controller {index} stands on bus {bus}: its bus must have a lower number than its own"
                        ),
                    );
                }
            }
            _ if express && pci.model == Some(Model::PcieSwitchDownstreamPort) && !upstream => {
                cx.error(
                    &controller.xml,
                    "no controller is the upstream port of a switch: add a pcie-switch-upstream-port before it",
                );
            }
            _ if express && pci.model == Some(Model::PciBridge) && !bridges(index) => {
                cx.error(
                    &controller.xml,
                    "no controller of a lower number takes a pci-bridge: add a pcie-to-pci-bridge before it, or take that instead",
                );
            }
            _ => {}
        }
    }
}

/// Whether an address says where: one of nothing but zeros asks for any.
pub(super) fn set(address: &AddressTypePci) -> bool {
    address.domain.is_some_and(|domain| domain.0 > 0)
        || address.bus.is_some_and(|bus| bus.0 > 0)
        || address.slot.is_some_and(|slot| slot.0 > 0)
}

fn options(controller: &Controller, cx: &mut Context<'_>) {
    let Some((pci, model)) = pci(controller).and_then(|pci| Some((pci, pci.model?))) else { return };
    let pseries = cx.scope.board == Board::Pseries && model == Model::PciRoot;
    if let Some(device) = &pci.device_model
        && let Some(name) = device.name
        && !devices_of(model, pseries).contains(&name)
    {
        cx.error(&device.xml, "a PCI controller of this model is another device of QEMU: leave out <model>");
    }
    let Some(target) = &pci.target else { return };
    let expander = matches!(model, Model::PciExpanderBus | Model::PcieExpanderBus);
    let port = matches!(model, Model::PcieRootPort | Model::PcieSwitchDownstreamPort);
    let first = controller.index == Some(0);
    for (given, allowed, option) in [
        (target.chassis_nr.is_some(), model == Model::PciBridge, "chassisNr"),
        (target.chassis.is_some(), port, "chassis"),
        (target.port.is_some(), port, "port"),
        (target.bus_nr.is_some(), expander, "busNr"),
        (target.hotplug.is_some(), port || model == Model::PciRoot, "hotplug"),
        // What the first one is told is found wrong by others.
        (target.index.is_some(), pseries || first && target.index.is_some_and(|place| place.0 > 0), "index"),
        (
            target.mem_reserve.is_some(),
            matches!(model, Model::PcieRootPort | Model::PciBridge | Model::PcieToPciBridge),
            "memReserve",
        ),
        (target.node.is_some(), expander || pseries || first, "<node>"),
    ] {
        if given && !allowed {
            cx.error(&target.xml, format!("a PCI controller of this model has no {option}: leave it out"));
        }
    }
}

fn devices_of(model: Model, pseries: bool) -> &'static [Name] {
    match model {
        Model::PciRoot if pseries => &[Name::SpaprPciHostBridge],
        Model::PciRoot | Model::PcieRoot => &[],
        Model::PciBridge => &[Name::PciBridge],
        Model::DmiToPciBridge => &[Name::I82801b11Bridge],
        Model::PcieToPciBridge => &[Name::PciePciBridge],
        Model::PcieRootPort => &[Name::Ioh3420, Name::PcieRootPort],
        Model::PcieSwitchUpstreamPort => &[Name::X3130Upstream],
        Model::PcieSwitchDownstreamPort => &[Name::Xio3130Downstream],
        Model::PciExpanderBus => &[Name::Pxb],
        Model::PcieExpanderBus => &[Name::PxbPcie],
        _ => &[],
    }
}

fn address_objection(address: &Address, scope: &Scope) -> Option<&'static str> {
    match &address.type_ {
        AddressType::Pci(_) if scope.board.lacks_pci() => Some("this machine has no PCI: leave out the address"),
        AddressType::Pci(pci) if pci.domain.is_some_and(|domain| domain.0 > 0) && !is_s390(scope.arch) => {
            Some("PCI has the domain 0 alone: set domain='0x0000'")
        }
        _ => None,
    }
}

/// Addresses of the board's own chips that it always has: the ISA bridge and power management of pc, the LPC and SMBus of q35.
fn of_board(board: Board, bus: u8, slot: u8, function: u8) -> bool {
    match board {
        Board::I440fx => bus == 0 && slot == 1 && matches!(function, 0 | 3),
        Board::Q35 => bus == 0 && slot == 0x1f && matches!(function, 0 | 3),
        _ => false,
    }
}

/// No two functions of PCI have one identifier on s390, neither of the function nor of its slot.
fn functions(devices: &Devices, cx: &mut Context<'_>) {
    let (mut functions, mut slots) = (BTreeSet::new(), BTreeSet::new());
    each(devices, |zpci: &Zpci| {
        if zpci.fid.is_some_and(|fid| !functions.insert(fid)) {
            cx.error(&zpci.xml, "another device has this fid already: choose another one, or leave it out");
        } else if zpci.uid.is_some_and(|uid| uid.0 > 0 && !slots.insert(uid)) {
            cx.error(&zpci.xml, "another device has this uid already: choose another one, or leave it out");
        }
    });
}

/// An address with identifiers of zPCI where there is none; what has no address anyway is not asked.
fn elsewhere(devices: &Devices, cx: &mut Context<'_>) {
    if is_s390(cx.scope.arch) {
        return;
    }
    let none = devices.memballoon.iter().filter(|it| it.model == MemballoonModel::None);
    let unasked: Vec<&Address> = none.filter_map(|it| it.address.as_ref()).collect();
    each(devices, |address: &Address| {
        if let AddressType::Pci(pci) = &address.type_
            && let Some(zpci) = &pci.zpci
            && (zpci.uid.is_some() || zpci.fid.is_some())
            && !unasked.iter().any(|other| std::ptr::eq(*other, address))
        {
            cx.error(&zpci.xml, "only s390 guests have identifiers of zPCI: leave out <zpci>");
        }
    });
}

/// The slot and function of a controller that is part of the board: IDE and USB of pc, SATA of q35.
fn integrated(controller: &Controller, board: Board) -> Option<(u8, u8)> {
    if controller.index.unwrap_or(0) > 0 {
        return None;
    }
    match (&controller.type_, board) {
        (ControllerType::Ide(_), Board::I440fx) => Some((1, 1)),
        (ControllerType::Usb(usb), Board::I440fx) if matches!(usb.model, None | Some(UsbModel::Piix3Uhci)) => {
            Some((1, 2))
        }
        (ControllerType::Sata, Board::Q35) => Some((0x1f, 2)),
        _ => None,
    }
}

/// Places of controllers of the board that no address names, whether they are written down or not.
fn unnamed(devices: &Devices, board: Board) -> BTreeSet<(u8, u8, u8)> {
    let named = |controller: &Controller| matches!(&controller.address, Some(Address { type_: AddressType::Pci(pci), .. }) if set(pci));
    let written = devices.controllers.iter().filter(|it| !named(it)).filter_map(|it| integrated(it, board));
    let mut places: BTreeSet<_> = written.map(|(slot, function)| (0, slot, function)).collect();
    let usb = |it: &&Controller| matches!(&it.type_, ControllerType::Usb(usb) if it.index.unwrap_or(0) == 0 || usb.model == Some(UsbModel::None));
    let sata = |it: &&Controller| matches!(it.type_, ControllerType::Sata) && it.index.unwrap_or(0) == 0;
    let ide = |it: &&Controller| matches!(it.type_, ControllerType::Ide(_)) && it.index.unwrap_or(0) == 0;
    if board == Board::I440fx
        && devices.disks.iter().any(|disk| bus(disk) == DiskTargetBus::Ide)
        && !devices.controllers.iter().any(|it| ide(&it))
    {
        places.insert((0, 1, 1));
    }
    if board == Board::I440fx && !devices.controllers.iter().any(|it| usb(&it)) {
        places.insert((0, 1, 2));
    } else if board == Board::Q35 && !devices.controllers.iter().any(|it| sata(&it)) {
        places.insert((0, 0x1f, 2));
    }
    places
}

/// Whether the first USB controller stands where that of pc is part of the board, and is not of another model.
fn is_piix3_place(controller: &Controller) -> bool {
    let ControllerType::Usb(usb) = &controller.type_ else { return false };
    let Some(Address { type_: AddressType::Pci(pci), .. }) = &controller.address else { return false };
    let place = (pci.bus.map_or(0, |bus| bus.0), pci.slot.map_or(0, |slot| slot.0), pci.function.map_or(0, |it| it.0));
    controller.index.unwrap_or(0) == 0 && matches!(usb.model, None | Some(UsbModel::Piix3Uhci)) && place == (0, 1, 2)
}

fn integrated_place(controller: &Controller, scope: &Scope) -> Option<String> {
    if is_piix3_place(controller) && scope.board == Board::Q35 {
        return Some(
            "00:01.2 is the place of the USB controller of pc: leave out the address, or set model='qemu-xhci'"
                .to_owned(),
        );
    }
    let (slot, function) = integrated(controller, scope.board)?;
    let Some(Address { type_: AddressType::Pci(pci), .. }) = &controller.address else { return None };
    let own = (pci.bus.map_or(0, |bus| bus.0), pci.slot.map_or(0, |slot| slot.0), pci.function.map_or(0, |it| it.0));
    (set(pci) && own != (0, slot, function))
        .then(|| format!("this controller is part of the board, at 00:{slot:02x}.{function}: leave out the address"))
}

/// Function 0 says that its slot has others too: today's libvirt makes it so, old ones refuse the others.
fn first_functions(devices: &Devices, cx: &mut Context<'_>) {
    let mut first = BTreeMap::new();
    let mut others = BTreeSet::new();
    let console = devices.consoles.first().and_then(|console| console.address.as_ref());
    each(devices, |address: &Address| {
        let AddressType::Pci(pci) = &address.type_ else { return };
        let place = (pci.bus.map_or(0, |bus| bus.0), pci.slot.map_or(0, |slot| slot.0));
        if !set(pci) || console.is_some_and(|console| std::ptr::eq(console, address)) {
            return;
        }
        if pci.function.is_some_and(|function| function.0 > 0) {
            others.insert(place);
        } else {
            first.insert(place, (pci.multifunction != Some(OnOff::On)).then_some(address.xml.span));
        }
    });
    for (place @ (bus, slot), span) in first {
        if let Some(span) = span.filter(|_| others.contains(&place)) {
            cx.note(
                &Extra::at(span),
                format!("the slot {bus:02x}:{slot:02x} has other functions too, which old libvirts refuse: set multifunction='on'"),
            );
        }
    }
}

fn addresses(devices: &Devices, cx: &mut Context<'_>) {
    // The first console is the first serial port: both stand at one place.
    let twin = devices.consoles.first().and_then(|console| console.address.as_ref());
    let is_twin = |address: &Address| twin.is_some_and(|twin| std::ptr::eq(twin, address));
    let mut seen = unnamed(devices, cx.scope.board);
    let mut channels = BTreeSet::new();
    // What has no place on CCW anyway is not asked for it.
    let none = devices.memballoon.iter().filter(|it| it.model == MemballoonModel::None);
    let balloon: Vec<&Address> = none.filter_map(|it| it.address.as_ref()).collect();
    let board = cx.scope.board;
    let integrated = devices.controllers.iter().filter(|it| integrated(it, board).is_some());
    let unasked: Vec<&Address> = balloon
        .iter()
        .copied()
        .chain(devices.channels.iter().filter_map(|it| it.address.as_ref()))
        .chain(integrated.filter_map(|it| it.address.as_ref()))
        .collect();
    each(devices, |address: &Address| {
        let xml = &address.xml;
        if let AddressType::Ccw(ccw) = &address.type_ {
            if cx.scope.board != Board::S390Ccw && !unasked.iter().any(|other| std::ptr::eq(*other, address)) {
                cx.error(xml, "only s390 guests have CCW addresses: leave out the address");
            } else if let (Some(cssid), Some(ssid), Some(devno)) = (ccw.cssid, ccw.ssid, ccw.devno)
                && !channels.insert((cssid, ssid, devno))
                && !is_twin(address)
            {
                cx.error(xml, "another device has this number already: choose another devno, or leave out the address");
            }
        }
        let AddressType::Pci(pci) = &address.type_ else { return };
        if !set(pci)
            || pci.domain.is_some_and(|domain| domain.0 > 0)
            || is_twin(address)
            || balloon.iter().any(|other| std::ptr::eq(*other, address))
        {
            return;
        }
        let place = (
            pci.bus.map_or(0, |bus| bus.0),
            pci.slot.map_or(0, |slot| slot.0),
            pci.function.map_or(0, |function| function.0),
        );
        let (bus, slot, function) = place;
        if of_board(cx.scope.board, bus, slot, function) {
            cx.error(xml, format!("at {bus:02x}:{slot:02x}.{function} the board has a chip of its own: choose another slot, or leave out the address"));
        } else if !seen.insert(place) {
            cx.error(xml, format!("another device is at {bus:02x}:{slot:02x}.{function} already: choose another slot, or leave out the address"));
        }
    });
}
