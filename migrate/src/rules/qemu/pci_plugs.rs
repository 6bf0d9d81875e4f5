//! What plugs into which PCI controller.

use std::collections::BTreeMap;

use domxml::{
    Address, AddressType, AddressTypePci, Controller, ControllerType, ControllerTypePciModel as Model,
    ControllerTypeScsiModel as ScsiModel, Devices, DiskModel, DiskTargetBus, Iommu, IommuModel, each,
};

use super::pci::{is_wrong, pci, set};
use super::pci_addresses::of_none;
use super::refused;
use crate::options::Driver;
use crate::rule::board::{Board, PciRoot};
use crate::rule::kinds::check;
use crate::rule::{Class, Context, rule};
use crate::rules::storage::bus;

rules![
    rule("qemu-pci-plug-conflict", Class::Conflict)
        .summary("a PCI controller that does not take what is plugged into it")
        .doc(
            "Roots and bridges have slots from 1 on, a port the slot 0 alone. Devices go into roots, bridges and \
             ports, not into the upstream port of a switch or an expander of PCI Express. A switch goes into a port, \
             its downstream ports into the switch, a `pcie-to-pci-bridge` into a port, root ports and a \
             `dmi-to-pci-bridge` into `pcie-root` or its expander. A virtio IOMMU is on the root.",
        )
        .finds(
            "<devices><controller type='pci' index='0' model='pci-root'/><controller type='pci' index='1' \
             model='pci-bridge'/>\
             <interface type='user'><address type='pci' bus='1' slot='0'/></interface></devices>",
        )
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='pci' index='0' \
             model='pcie-root'/>\
             <controller type='pci' index='1' model='pcie-root-port'/><controller type='pci' index='2' \
             model='pcie-expander-bus'>\
             <address type='pci' bus='1'/></controller></devices>",
        )
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features><devices>\
             <iommu model='virtio'><address type='pci' bus='1' slot='0'/></iommu></devices>",
        )
        .row(check(plugs).driver(Driver::Qemu))
        .row(refused(|iommu: &Iommu, _| {
            let Some(Address { type_: AddressType::Pci(pci), .. }) = iommu.address.as_deref() else { return None };
            (iommu.model == IommuModel::Virtio && pci.bus.is_some_and(|bus| bus.0 > 0))
                .then(|| "a virtio IOMMU is on the root: set bus='0x00', or leave out the address".to_owned())
        })),
];

/// The slots of a bus.
fn slots(model: Model) -> std::ops::RangeInclusive<u8> {
    match model {
        Model::PciRoot | Model::PcieRoot | Model::PciBridge | Model::PcieToPciBridge => 1..=31,
        Model::PcieRootPort | Model::PcieSwitchDownstreamPort => 0..=0,
        _ => 0..=31,
    }
}

/// Whether a bus takes devices.
fn takes_devices(bus: Model) -> bool {
    !matches!(bus, Model::PcieSwitchUpstreamPort | Model::PcieExpanderBus)
}

/// Whether a bus takes a controller.
fn takes(bus: Model, controller: Model) -> bool {
    let port = matches!(bus, Model::PcieRootPort | Model::PcieSwitchDownstreamPort);
    match controller {
        Model::PciRoot | Model::PcieRoot => true,
        Model::PciBridge => takes_devices(bus),
        Model::PciExpanderBus => bus == Model::PciRoot,
        Model::PcieExpanderBus => bus == Model::PcieRoot,
        Model::DmiToPciBridge | Model::PcieRootPort => matches!(bus, Model::PcieRoot | Model::PcieExpanderBus),
        Model::PcieToPciBridge | Model::PcieSwitchUpstreamPort => port,
        Model::PcieSwitchDownstreamPort => bus == Model::PcieSwitchUpstreamPort,
        _ => true,
    }
}

/// The models of the PCI controllers by number, with the root that the board has.
fn buses(devices: &Devices, board: Board) -> BTreeMap<u8, Model> {
    let numbered = |controller: &Controller| Some((u8::try_from(controller.index?).ok()?, pci(controller)?.model?));
    let mut buses: BTreeMap<u8, Model> = devices.controllers.iter().filter_map(numbered).collect();
    match board.pci_root() {
        Some(PciRoot::Conventional) => buses.entry(0).or_insert(Model::PciRoot),
        Some(PciRoot::Express) => buses.entry(0).or_insert(Model::PcieRoot),
        None => return BTreeMap::new(),
    };
    buses
}

fn plugs(devices: &Devices, cx: &mut Context<'_>) {
    let buses = buses(devices, cx.scope.board);
    if buses.is_empty() || cx.scope.board == Board::S390Ccw {
        return;
    }
    for controller in &devices.controllers {
        if let Some(Address { type_: AddressType::Pci(address), .. }) = controller.address.as_deref()
            && let Some(model) = pci(controller).and_then(|pci| pci.model)
            && set(address)
            && let Some(bus) = buses.get(&address.bus.map_or(0, |bus| bus.0))
            && !takes(*bus, model)
            && !is_wrong(controller, &cx.scope)
        {
            cx.error(
                &controller.xml,
                format!(
                    "the bus {} does not take a controller of this model: choose another bus, or leave out the address",
                    number(address)
                ),
            );
        }
    }
    let express = express_devices(devices);
    let conventional = conventional_devices(devices);
    let last = buses.keys().next_back().copied().unwrap_or(0);
    let is_conventional = |address: &AddressTypePci, at: &Address| {
        number(address) > last && conventional.iter().any(|other| std::ptr::eq(*other, at))
    };
    let controllers: Vec<_> =
        devices.controllers.iter().filter(|it| pci(it).is_some()).filter_map(|it| it.address.as_deref()).collect();
    each(devices, |address: &Address| {
        let AddressType::Pci(pci) = &address.type_ else { return };
        if !set(pci) || of_none(devices).any(|other| std::ptr::eq(other, address)) {
            return;
        }
        let controller = controllers.iter().any(|other| std::ptr::eq(*other, address));
        match buses.get(&number(pci)) {
            Some(bus) if !controller && !takes_devices(*bus) => {
                cx.error(
                    &address.xml,
                    format!("the bus {} takes no devices: choose another bus, or leave out the address", number(pci)),
                );
            }
            Some(bus) => slot(pci, slots(*bus), address, cx),
            // libvirt adds what is missing: a bridge to a conventional root, and to one of Express a port for what is of Express.
            None if matches!(cx.scope.board, Board::I440fx | Board::Pseries) || is_conventional(pci, address) => {
                slot(pci, slots(Model::PciBridge), address, cx)
            }
            None if cx.scope.board.pci_root() == Some(PciRoot::Express)
                && express.iter().any(|other| std::ptr::eq(*other, address)) =>
            {
                slot(pci, slots(Model::PcieRootPort), address, cx);
            }
            None => {}
        }
    });
}

fn number(address: &AddressTypePci) -> u8 {
    address.bus.map_or(0, |bus| bus.0)
}

fn slot(pci: &AddressTypePci, slots: std::ops::RangeInclusive<u8>, address: &Address, cx: &mut Context<'_>) {
    let slot = pci.slot.map_or(0, |slot| slot.0);
    if slots.contains(&slot) || number(pci) == 0 && slot == 0 {
        return;
    }
    let (first, last) = (slots.start(), slots.end());
    let message = if first == last {
        format!("the bus {} has the slot {first} alone: set slot='{first:#04x}'", number(pci))
    } else {
        format!(
            "the slots of bus {} run from {first} to {last}: choose one of these, or leave out the address",
            number(pci)
        )
    };
    cx.error(&address.xml, message);
}

/// Addresses of network cards that are surely of conventional PCI, which a bridge takes.
fn conventional_devices(devices: &Devices) -> Vec<&Address> {
    let nics = devices.interfaces.iter().filter(|it| {
        let model = it.model.as_ref().and_then(|model| model.type_.as_ref());
        model.is_some_and(|model| ["e1000", "rtl8139", "ne2k_pci", "pcnet"].contains(&model.as_str()))
    });
    nics.filter_map(|it| it.address.as_deref()).collect()
}

/// Addresses of devices that are surely of PCI Express: virtio, where it is not transitional.
fn express_devices(devices: &Devices) -> Vec<&Address> {
    let nics = devices.interfaces.iter().filter(|it| {
        let model = it.model.as_ref().and_then(|model| model.type_.as_ref());
        model.is_some_and(|model| model.as_str() == "virtio")
    });
    let disks = devices
        .disks
        .iter()
        .filter(|it| bus(it) == DiskTargetBus::Virtio && it.model.is_none_or(|model| model == DiskModel::Virtio));
    let scsi = devices
        .controllers
        .iter()
        .filter(|it| matches!(&it.type_, ControllerType::Scsi(scsi) if scsi.model == Some(ScsiModel::VirtioScsi)));
    let nics = nics.filter_map(|it| it.address.as_deref());
    let disks = disks.filter_map(|it| it.address.as_deref());
    nics.chain(disks).chain(scsi.filter_map(|it| it.address.as_deref())).collect()
}
