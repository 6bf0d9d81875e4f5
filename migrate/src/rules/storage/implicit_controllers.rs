//! Controllers that devices need: `implicit-hostdev-scsi-controller`, `implicit-controllers`, and the addresses of smart
//! cards, `implicit-ccid`, which go with one.

use domxml::scalar::Decimal;
use domxml::{
    Address, AddressType, AddressTypeCcid, ChannelTargetType, ConsoleTargetType, Controller, ControllerType,
    ControllerTypeIde, ControllerTypeScsi, ControllerTypeScsiModel, ControllerTypeVirtioSerial, Devices, DiskTargetBus,
    Domain,
};

use super::controllers::place;
use super::util::{self, Drive, is_scsi, same_type, type_name};
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static HOSTDEV_SCSI: Rule = Rule {
    id: "implicit-hostdev-scsi-controller",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "SCSI devices of the host need SCSI controllers",
    doc: "As soon as libvirt reads a SCSI device of the host it adds the SCSI controllers up to the one in its address, 0 if there is \
          no address yet, before it numbers the controllers that have no index. New ones take the model of the controller that \
          the device is on.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
                 <address bus='0' target='0' unit='0'/></source><address type='drive' controller='0' bus='0' target='0' unit='0'/>\
                 </hostdev></devices>",
        after: "<devices><controller type='scsi' index='0'/><hostdev mode='subsystem' type='scsi' managed='no'><source>\
                <adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source>\
                <address type='drive' controller='0' bus='0' target='0' unit='0'/></hostdev></devices>",
    },
    apply: add_while_reading,
};

pub(super) static CCID: Rule = Rule {
    id: "implicit-ccid",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "smart cards get a slot of the first CCID controller",
    doc: "A smart card without address gets the slot behind the last one in use on the CCID controller 0.",
    example: Example {
        before: "<devices><controller type='ccid' index='0'/><smartcard mode='host'/></devices>",
        after: "<devices><controller type='ccid' index='0'/><smartcard mode='host'>\
                <address type='ccid' controller='0' slot='0'/></smartcard></devices>",
    },
    apply: place_smartcards,
};

pub(super) static ALL: Rule = Rule {
    id: "implicit-controllers",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "controllers that devices need are added",
    doc: "libvirt's generic code adds SCSI, floppy, IDE and SATA controllers up to the highest that the address of a disk names, all \
          lower ones included, then the virtio-serial and CCID controllers in the addresses of channels, consoles and smart cards, \
          then SCSI controllers for devices of the host. Up to 9.0 it puts them behind the controllers that are there, newer \
          releases sort them in. USB and PCI controllers are added by drivers alone.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/>\
                 <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/>\
                <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk><controller type='ide' index='0'/></devices>",
    },
    apply: add_all,
};

/// Adds a controller, unless there is one of its type with its index.
fn add(controllers: &mut Vec<Controller>, type_: ControllerType, index: u32, cx: &mut Context) {
    if controllers.iter().any(|other| same_type(&other.type_, &type_) && other.index == Some(index)) {
        return;
    }
    let controller = Controller { type_, index: Some(index), ..Controller::default() };
    let name = type_name(&controller);
    cx.rewrote(&controller.xml, format!("devices need the {name} controller {index}"))
        .becomes("", format!("<controller type='{name}' index='{index}'/>"));
    // Sorted in since a release between those that were measured, 9.0 and 11.3.
    let at = if cx.knows(10, 0, 0) { place(controllers, &controller) } else { None };
    controllers.insert(at.unwrap_or(controllers.len()), controller);
}

/// Adds SCSI controllers for the first `count` SCSI devices of the host.
fn add_for_hostdevs(devices: &mut Devices, count: usize, cx: &mut Context) {
    let mut highest = None;
    let mut model = None;
    for hostdev in devices.hostdev.iter().take(count).filter(|hostdev| is_scsi(hostdev)) {
        let index = Drive::of(hostdev.address.as_ref()).map_or(0, |drive| drive.controller);
        if Some(index) <= highest {
            continue;
        }
        highest = Some(index);
        model = scsi_model(&devices.controller, index).or(model);
    }
    for index in 0..highest.map_or(0, |highest| highest + 1) {
        add(&mut devices.controller, ControllerType::Scsi(ControllerTypeScsi { model }), index, cx);
    }
}

fn scsi_model(controllers: &[Controller], index: u32) -> Option<ControllerTypeScsiModel> {
    controllers.iter().filter(|controller| controller.index == Some(index)).find_map(|controller| match &controller
        .type_
    {
        ControllerType::Scsi(scsi) => Some(scsi.model),
        _ => None,
    })?
}

fn add_while_reading(domain: &mut Domain, cx: &mut Context) {
    if !cx.first_round() {
        return;
    }
    let Some(devices) = &mut domain.devices else { return };
    for count in 1..=devices.hostdev.len() {
        add_for_hostdevs(devices, count, cx);
    }
}

fn place_smartcards(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    let slot_on_first = |address: Option<&Address>| match &address?.type_ {
        AddressType::Ccid(ccid) if ccid.controller.0 == 0 => Some(ccid.slot.unwrap_or_default().0),
        _ => None,
    };
    for at in 0..devices.smartcard.len() {
        if devices.smartcard[at].address.is_some() {
            continue;
        }
        let last = devices.smartcard.iter().filter_map(|card| slot_on_first(card.address.as_ref())).max();
        let slot = Decimal(last.map_or(0, |last| last + 1));
        let card = &mut devices.smartcard[at];
        let ccid = AddressTypeCcid { controller: Decimal(0), slot: Some(slot) };
        card.address = Some(Address { type_: AddressType::Ccid(ccid), ..Address::default() });
        cx.rewrote(&card.xml, "the next slot")
            .becomes("", format!("<address type='ccid' controller='0' slot='{slot}'/>"));
    }
}

fn add_all(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    let kinds = [
        (DiskTargetBus::Scsi, ControllerType::Scsi(ControllerTypeScsi::default())),
        (DiskTargetBus::Fdc, ControllerType::Fdc),
        (DiskTargetBus::Ide, ControllerType::Ide(ControllerTypeIde::default())),
        (DiskTargetBus::Sata, ControllerType::Sata),
    ];
    for (bus, type_) in kinds {
        let on_bus = devices.disk.iter().filter(|disk| util::bus(disk) == bus);
        let highest = on_bus.filter_map(|disk| Drive::of(disk.address.as_ref())).map(|drive| drive.controller).max();
        for index in 0..highest.map_or(0, |highest| highest + 1) {
            add(&mut devices.controller, type_.clone(), index, cx);
        }
    }
    for index in serial_controllers(devices) {
        add(&mut devices.controller, ControllerType::VirtioSerial(ControllerTypeVirtioSerial::default()), index, cx);
    }
    for card in &devices.smartcard {
        if let Some(AddressType::Ccid(ccid)) = card.address.as_ref().map(|address| &address.type_) {
            add(&mut devices.controller, ControllerType::Ccid, ccid.controller.0, cx);
        }
    }
    add_for_hostdevs(devices, devices.hostdev.len(), cx);
}

/// The virtio-serial controllers that channels and consoles name; 0 where they name none.
fn serial_controllers(devices: &Devices) -> Vec<u32> {
    let index = |address: Option<&Address>| match address.map(|address| &address.type_) {
        Some(AddressType::VirtioSerial(address)) => address.controller.unwrap_or_default().0,
        _ => 0,
    };
    let channels =
        devices.channel.iter().filter(|channel| matches!(channel.target.type_, ChannelTargetType::Virtio(_)));
    let is_virtio = |type_: Option<ConsoleTargetType>| type_ == Some(ConsoleTargetType::Virtio);
    let consoles =
        devices.console.iter().filter(|console| is_virtio(console.target.as_ref().and_then(|target| target.type_)));
    channels
        .map(|channel| index(channel.address.as_ref()))
        .chain(consoles.map(|console| index(console.address.as_ref())))
        .collect()
}
