//! Controllers that devices need: `implicit-hostdev-scsi-controller`, `implicit-disk-controllers`, `implicit-virtio-serial`,
//! `implicit-ccid`, `implicit-hostdev-scsi-controller-full`.

use std::ops::Range;

use domxml::scalar::Decimal;

use super::controllers::{place, same_type, type_name};
use super::targets::{Drive, bus, is_scsi};
use crate::rules::prelude::*;

rules![
    rule("implicit-hostdev-scsi-controller", Class::Implicit)
        .summary("SCSI devices of the host need SCSI controllers")
        .doc(
            "As soon as libvirt reads a SCSI device of the host it adds the SCSI controllers up to the one in its \
             address, 0 if there is no address yet, before it numbers the controllers that have no index. New ones \
             take the model of the controller that the device is on.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source><address type='drive' controller='0' bus='0' target='0' unit='0'/>\
             </hostdev></devices>",
            "<devices><controller type='scsi' index='0'/><hostdev mode='subsystem' type='scsi' managed='no'><source>\
             <adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source>\
             <address type='drive' controller='0' bus='0' target='0' unit='0'/></hostdev></devices>",
        )
        .row(algorithm(add_while_reading).profiles(LIBVIRT).but(Driver::Qemu).after("controller-order-by-index")),
    rule("implicit-disk-controllers", Class::Implicit)
        .summary("controllers that disks are on are added")
        .doc(
            "The QEMU driver adds them itself, among its own and in an order of its own, and is left to it. libvirt's \
             generic code adds SCSI, floppy, IDE, SATA and NVMe controllers, in this order, up to the highest that the \
             address of a disk names, all lower ones included. Up to 9.0 it puts them behind the controllers that are \
             there, newer releases sort them in. USB and PCI controllers are added by drivers alone.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/>\
             <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/>\
             <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk><controller type='ide' index='0'/></devices>",
        )
        .row(algorithm(add_for_disks).phase(Phase::Derive).profiles(LIBVIRT).but(Driver::Qemu).after("hostdev-scsi-address-auto")),
    rule("implicit-virtio-serial", Class::Implicit)
        .summary("virtio channels and consoles have their controller")
        .doc(
            "libvirt adds the virtio-serial controller that the address of a virtio channel or console names, or the \
             first where there is no address.",
        )
        .example(
            "<devices><channel type='pty'><target type='virtio' name='a'/></channel></devices>",
            "<devices><controller type='virtio-serial' index='0'/><channel type='pty'><target type='virtio' name='a'/></channel>\
             </devices>",
        )
        .row(algorithm(add_for_channels).phase(Phase::Derive).profiles(LIBVIRT).but(Driver::Qemu).after("implicit-disk-controllers")),
    rule("implicit-ccid", Class::Implicit)
        .summary("smartcards have a slot of a reader, and the reader is there")
        .doc(
            "A smartcard without an address gets the slot behind the highest that is used on the first reader; libvirt \
             adds the readers that smartcards are in.",
        )
        .example(
            "<devices><smartcard mode='host'/></devices>",
            "<devices><controller type='ccid' index='0'/>\
             <smartcard mode='host'><address type='ccid' controller='0' slot='0'/></smartcard></devices>",
        )
        .row(algorithm(add_for_smartcards).phase(Phase::Derive).profiles(LIBVIRT).but(Driver::Qemu).after("implicit-virtio-serial")),
    rule("implicit-hostdev-scsi-controller-full", Class::Implicit)
        .summary("SCSI devices of the host that found no room need further controllers")
        .doc(
            "When SCSI devices of the host have got their addresses, libvirt adds the controllers that these name and \
             that are not there yet. They take the model of the last controller that is there and in use.",
        )
        .example(
            "<devices><controller type='scsi' index='0' model='virtio-scsi'/><hostdev mode='subsystem' type='scsi' managed='no'>\
             <source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source>\
             <address type='drive' controller='1' bus='0' target='0' unit='0'/></hostdev></devices>",
            "<devices><controller type='scsi' index='0' model='virtio-scsi'/><controller type='scsi' index='1'/>\
             <hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source><address type='drive' controller='1' bus='0' target='0' unit='0'/>\
             </hostdev></devices>",
        )
        .row(algorithm(add_for_all_hostdevs).phase(Phase::Derive).profiles(LIBVIRT).but(Driver::Qemu).after("implicit-ccid")),
];

/// Adds a controller, unless there is one of its type with its index.
fn add(controllers: &mut Vec<Controller>, type_: ControllerType, index: u32, cx: &mut Context<'_>) {
    if controllers.iter().any(|other| same_type(&other.type_, &type_) && other.index == Some(index)) {
        return;
    }
    let controller = Controller { type_, index: Some(index), ..Controller::default() };
    let name = type_name(&controller);
    cx.rewrote_here(cx.here, format!("devices need the {name} controller {index}"))
        .becomes("", format!("<controller type='{name}' index='{index}'/>"));
    // Sorted in since a release between those that were measured, 9.0 and 11.3.
    let at = if cx.knows(10, 0, 0) { place(controllers, &controller) } else { None };
    controllers.insert(at.unwrap_or(controllers.len()), controller);
}

/// How many controllers of a type are added at most: no machine has so many, and an index is easily mistyped.
const MOST: u32 = 1000;

/// The controllers up to one; none where these would be too many.
fn up_to(highest: Option<u32>) -> Range<u32> {
    0..highest.filter(|index| *index < MOST).map_or(0, |index| index + 1)
}

/// The controller that the address of a drive names.
fn named(address: Option<&Address>) -> Option<u32> {
    Drive::of(address).map(|drive| drive.controller)
}

/// Tells of the first address with a controller that is beyond all measure.
fn check_index<'a>(mut places: impl Iterator<Item = (u32, &'a Extra)>, cx: &mut Context<'_>) {
    if let Some((index, at)) = places.find(|(index, _)| *index >= MOST) {
        let why = format!("libvirt would add all up to it: no machine has {MOST} of them");
        cx.error(at, format!("the address names the controller {index}, and {why}"));
    }
}

/// The SCSI controllers that devices of the host need: the highest of them, and the model that new ones take.
#[derive(Default)]
struct Need {
    highest: Option<u32>,
    model: Option<ControllerTypeScsiModel>,
}

impl Need {
    /// Takes in a device of the host; whether it needs a controller above all that were needed before.
    fn grows(&mut self, hostdev: &Hostdev, controllers: &[Controller]) -> bool {
        let index = if is_scsi(hostdev) { Some(named(hostdev.address.as_deref()).unwrap_or(0)) } else { None };
        let higher = index.filter(|index| Some(*index) > self.highest);
        if let Some(index) = higher {
            self.highest = Some(index);
            self.model = scsi_model(controllers, index).or(self.model);
        }
        higher.is_some()
    }

    fn add(&self, controllers: &mut Vec<Controller>, cx: &mut Context<'_>) {
        for index in up_to(self.highest) {
            add(controllers, ControllerType::Scsi(ControllerTypeScsi { model: self.model }), index, cx);
        }
    }
}

fn scsi_model(controllers: &[Controller], index: u32) -> Option<ControllerTypeScsiModel> {
    let mut scsi = controllers.iter().filter(|controller| controller.index == Some(index));
    scsi.find_map(|controller| branch::<ControllerTypeScsi>(&controller.type_))?.model
}

fn add_while_reading(devices: &mut Devices, cx: &mut Context<'_>) {
    let mut need = Need::default();
    for hostdev in &devices.hostdevs {
        if need.grows(hostdev, &devices.controllers) {
            need.add(&mut devices.controllers, cx);
        }
    }
}

fn add_for_all_hostdevs(devices: &mut Devices, cx: &mut Context<'_>) {
    let scsi = devices.hostdevs.iter().filter(|hostdev| is_scsi(hostdev));
    check_index(scsi.filter_map(|hostdev| Some((named(hostdev.address.as_deref())?, &hostdev.xml))), cx);
    let mut need = Need::default();
    for hostdev in &devices.hostdevs {
        need.grows(hostdev, &devices.controllers);
    }
    need.add(&mut devices.controllers, cx);
}

fn add_for_disks(devices: &mut Devices, cx: &mut Context<'_>) {
    let kinds = [
        (DiskTargetBus::Scsi, ControllerType::Scsi(ControllerTypeScsi::default())),
        (DiskTargetBus::Fdc, ControllerType::Fdc),
        (DiskTargetBus::Ide, ControllerType::Ide(ControllerTypeIde::default())),
        (DiskTargetBus::Sata, ControllerType::Sata),
        (DiskTargetBus::Nvme, ControllerType::Nvme(ControllerTypeNvme::default())),
    ];
    for (kind, type_) in kinds {
        let on_bus = devices.disks.iter().filter(|disk| bus(disk) == kind);
        let places: Vec<_> = on_bus.filter_map(|disk| Some((named(disk.address.as_deref())?, &disk.xml))).collect();
        check_index(places.iter().copied(), cx);
        for index in up_to(places.into_iter().map(|(index, _)| index).max()) {
            add(&mut devices.controllers, type_.clone(), index, cx);
        }
    }
}

fn add_for_channels(devices: &mut Devices, cx: &mut Context<'_>) {
    let channels = devices.channels.iter().filter(|it| matches!(it.target.type_, ChannelTargetType::Virtio(_)));
    let type_ = |console: &Console| console.target.as_ref().and_then(|target| target.type_);
    let consoles = devices.consoles.iter().filter(|it| type_(it) == Some(ConsoleTargetType::Virtio));
    for address in channels.map(|it| &it.address).chain(consoles.map(|it| &it.address)) {
        let place = address.as_deref().and_then(|address| branch::<AddressTypeVirtioSerial>(&address.type_));
        let index = place.and_then(|place| place.controller).unwrap_or_default().0;
        let type_ = ControllerType::VirtioSerial(ControllerTypeVirtioSerial::default());
        add(&mut devices.controllers, type_, index, cx);
    }
}

/// Controller and slot of a smartcard.
fn reader(card: &Smartcard) -> Option<(u32, u32)> {
    let place: &AddressTypeCcid = branch(&card.address.as_deref()?.type_)?;
    Some((place.controller.unwrap_or_default().0, place.slot.unwrap_or_default().0))
}

fn add_for_smartcards(devices: &mut Devices, cx: &mut Context<'_>) {
    for at in 0..devices.smartcards.len() {
        if devices.smartcards[at].address.is_none() {
            let on_first = devices.smartcards.iter().filter_map(reader).filter(|(controller, _)| *controller == 0);
            let slot = on_first.map(|(_, slot)| slot.saturating_add(1)).max().unwrap_or(0);
            let place = AddressTypeCcid { controller: Some(Decimal(0)), slot: Some(Decimal(slot)) };
            let card = &mut devices.smartcards[at];
            card.address = Some(Address { type_: AddressType::Ccid(place), ..Address::default() }.into());
            cx.rewrote(&card.xml, "a smartcard without an address gets the next slot of the first reader")
                .becomes("", format!("<address type='ccid' controller='0' slot='{slot}'/>"));
        }
        if let Some((index, _)) = reader(&devices.smartcards[at]) {
            add(&mut devices.controllers, ControllerType::Ccid, index, cx);
        }
    }
}
