//! PCI controllers and what they are told.

use domxml::{
    Address, AddressType, AddressTypePci, Controller, ControllerModelName as Name, ControllerType, ControllerTypePci,
    ControllerTypePciModel as Model, Devices,
};

use super::refused;
use crate::options::Driver;
use crate::rule::board::{Board, PciRoot};
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};

rules![
    rule("qemu-pci-controller-conflict", Class::Conflict)
        .summary("a PCI controller that the machine does not have")
        .doc(
            "The first PCI controller, number 0, is the root: `pci-root` of pc, pseries and s390, `pcie-root` of q35 \
             and the `virt` boards; only pseries has further roots. What is of PCI Express cannot be added to pc, \
             `pci-expander-bus` is of pc, `pcie-expander-bus` of q35 and ARM. A controller stands on a bus of a lower \
             number than its own.",
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
            "`chassisNr` is of a `pci-bridge`, `chassis` and `port` of ports, `busNr` of expander buses, `<node>` of \
             these and of roots of pseries, `index` of roots of pseries, `hotplug` of ports and of the root of pc. \
             Each model of controller has one device of QEMU, `pcie-root-port` two.",
        )
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='pci' index='0' model='pcie-root'/>\
             <controller type='pci' index='1' model='pcie-root-port'><target busNr='220'/></controller></devices>",
        )
        .finds("<devices><controller type='pci' index='1' model='pci-bridge'><model name='ioh3420'/></controller></devices>")
        .row(check(options).driver(Driver::Qemu)),
];

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
    let bus = match controller.address.as_deref() {
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
        match controller.address.as_deref() {
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
