//! Addresses of PCI and CCW, and identifiers of zPCI.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ptr;

use domxml::{
    Address, AddressType, Controller, ControllerType, ControllerTypeScsiModel as ScsiModel,
    ControllerTypeUsbModel as UsbModel, Devices, DiskTargetBus, Extra, MemballoonModel, MemoryDevice,
    MemoryDeviceModel, OnOff, Zpci, each,
};

use super::pci::set;
use super::refused;
use super::unread_console;
use crate::options::Driver;
use crate::rule::board::{Board, is_s390};
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};
use crate::rules::storage::bus;

const ELSEWHERE: &str = "choose another slot, or leave out the address";

rules![
    rule("qemu-zpci-conflict", Class::Conflict)
        .summary("an identifier of zPCI that is 0, taken or of a guest that has none")
        .doc(
            "The identifiers (`uid`) of PCI functions of s390 guests run from 1 to 0xffff, each of one device; libvirt \
             chooses one where none is named. Other guests have no zPCI.",
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
            zpci.uid
                .is_some_and(|uid| uid.0 == 0)
                .then(|| "the uid of a PCI function is 0x0001 to 0xffff: leave it out, and libvirt chooses".to_owned())
        })),
    rule("qemu-pci-address-conflict", Class::Conflict)
        .summary("an address that no device can have")
        .doc(
            "PCI guests of QEMU have one domain, number 0; no two devices have the same address, and some addresses of \
             pc and q35 are of the chips of the board. CCW addresses are of s390, and machines without PCI have no PCI \
             addresses.",
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
                .at(|controller: &Controller| controller.address.as_deref().map_or(&controller.xml, |address| &address.xml)),
        )
        .row(check(impossible).driver(Driver::Qemu))
        .finds(
            "<devices><interface type='user'><address type='pci' bus='0' slot='8'/></interface>\
             <interface type='user'><address type='pci' bus='0' slot='8' function='7'/></interface></devices>",
        )
        .row(check(addresses).driver(Driver::Qemu))
        .row(check(first_functions).driver(Driver::Qemu)),
];

fn impossible(devices: &Devices, cx: &mut Context<'_>) {
    let unread = unread_console(devices).and_then(|console| console.address.as_deref());
    each(devices, |address: &Address| {
        if let Some(objection) = address_objection(address, &cx.scope)
            && unread.is_none_or(|unread| !ptr::eq(unread, address))
        {
            cx.error(&address.xml, objection);
        }
    });
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
    // A USB controller without a model is none there, and has no address.
    let is_none = |it: &&Controller| matches!(&it.type_, ControllerType::Usb(usb) if usb.model.is_none());
    let nowhere = devices.controllers.iter().filter(is_none).filter_map(|it| zpci_of(it.address.as_deref()?));
    let nowhere: HashSet<*const Zpci> = nowhere.map(ptr::from_ref).collect();
    each(devices, |zpci: &Zpci| {
        if nowhere.contains(&ptr::from_ref(zpci)) {
            return;
        }
        if zpci.fid.is_some_and(|fid| !functions.insert(fid)) {
            cx.error(&zpci.xml, "another device has this fid already: choose another one, or leave it out");
        } else if zpci.uid.is_some_and(|uid| uid.0 > 0 && !slots.insert(uid)) {
            cx.error(&zpci.xml, "another device has this uid already: choose another one, or leave it out");
        }
    });
}

fn zpci_of(address: &Address) -> Option<&Zpci> {
    match &address.type_ {
        AddressType::Pci(pci) => pci.zpci.as_deref(),
        _ => None,
    }
}

/// An address with identifiers of zPCI where there is none; what has no address anyway is not asked.
fn elsewhere(devices: &Devices, cx: &mut Context<'_>) {
    if is_s390(cx.scope.arch) {
        return;
    }
    let unasked: Vec<&Address> = of_none(devices).collect();
    each(devices, |address: &Address| {
        if let AddressType::Pci(pci) = &address.type_
            && let Some(zpci) = &pci.zpci
            && (zpci.uid.is_some() || zpci.fid.is_some())
            && !unasked.iter().any(|other| ptr::eq(*other, address))
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
    let named = |controller: &Controller| matches!(controller.address.as_deref(), Some(Address { type_: AddressType::Pci(pci), .. }) if set(pci));
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
    let Some(Address { type_: AddressType::Pci(pci), .. }) = controller.address.as_deref() else { return false };
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
    let Some(Address { type_: AddressType::Pci(pci), .. }) = controller.address.as_deref() else { return None };
    let own = (pci.bus.map_or(0, |bus| bus.0), pci.slot.map_or(0, |slot| slot.0), pci.function.map_or(0, |it| it.0));
    (set(pci) && own != (0, slot, function))
        .then(|| format!("this controller is part of the board, at 00:{slot:02x}.{function}: leave out the address"))
}

/// Function 0 says that its slot has others too: today's libvirt makes it so, old ones refuse the others.
fn first_functions(devices: &Devices, cx: &mut Context<'_>) {
    let mut first = BTreeMap::new();
    let mut others = BTreeSet::new();
    let console = devices.consoles.first().and_then(|console| console.address.as_deref());
    each(devices, |address: &Address| {
        let AddressType::Pci(pci) = &address.type_ else { return };
        let place = (pci.bus.map_or(0, |bus| bus.0), pci.slot.map_or(0, |slot| slot.0));
        if !set(pci) || console.is_some_and(|console| ptr::eq(console, address)) {
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

fn is_vio(controller: &Controller) -> bool {
    let ControllerType::Scsi(scsi) = &controller.type_ else { return false };
    matches!(scsi.model, None | Some(ScsiModel::Auto | ScsiModel::Ibmvscsi))
}

/// The address of a balloon that is none: nothing stands there.
pub(super) fn of_none(devices: &Devices) -> impl Iterator<Item = &Address> {
    let none = devices.memballoon.iter().filter(|it| it.model == MemballoonModel::None);
    none.filter_map(|it| it.address.as_deref())
}

fn addresses(devices: &Devices, cx: &mut Context<'_>) {
    // The first console is the first serial port: both stand at one place.
    let twin = devices.consoles.first().and_then(|console| console.address.as_deref());
    let is_twin = |address: &Address| twin.is_some_and(|twin| ptr::eq(twin, address));
    let mut seen = unnamed(devices, cx.scope.board);
    let mut channels = BTreeSet::new();
    // What has no place on CCW anyway is not asked for it.
    let balloon: Vec<&Address> = of_none(devices).collect();
    let board = cx.scope.board;
    let integrated = devices.controllers.iter().filter(|it| integrated(it, board).is_some());
    let is_module = |it: &&MemoryDevice| matches!(it.model, MemoryDeviceModel::Dimm(_) | MemoryDeviceModel::Nvdimm(_));
    let modules = devices.memory_devices.iter().filter(is_module);
    // SCSI controllers of pseries are on the bus of its own, whatever the address says.
    let vio = devices.controllers.iter().filter(|it| board == Board::Pseries && is_vio(it));
    let unasked: HashSet<*const Address> = balloon
        .iter()
        .copied()
        .chain(devices.channels.iter().filter_map(|it| it.address.as_deref()))
        .chain(integrated.filter_map(|it| it.address.as_deref()))
        .chain(modules.filter_map(|it| it.address.as_deref()))
        .chain(vio.filter_map(|it| it.address.as_deref()))
        .map(ptr::from_ref)
        .collect();
    each(devices, |address: &Address| {
        let xml = &address.xml;
        if let AddressType::Ccw(ccw) = &address.type_ {
            if cx.scope.board != Board::S390Ccw && !unasked.contains(&ptr::from_ref(address)) {
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
            || balloon.iter().any(|other| ptr::eq(*other, address))
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
            cx.error(xml, format!("at {bus:02x}:{slot:02x}.{function} the board has a chip of its own: {ELSEWHERE}"));
        } else if !seen.insert(place) {
            cx.error(xml, format!("another device is at {bus:02x}:{slot:02x}.{function} already: {ELSEWHERE}"));
        }
    });
}
