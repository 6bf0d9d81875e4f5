//! `advice-no-free-port`: whether a device of PCI Express can be plugged in while the guest runs.

use std::collections::BTreeSet;

use domxml::{Address, AddressType, ControllerType, ControllerTypePciModel as Model, Devices, each};

use crate::rule::board::PciRoot;
use crate::rule::kinds::check;
use crate::rule::{Class, Context, rule};

rules![
    rule("advice-no-free-port", Class::Advice)
        .summary("no root port is free for a device that is plugged in while the guest runs")
        .doc(
            "With PCI Express a device is plugged into a root port, and ports cannot be added to a running guest. \
             Where each port of a definition has its device, the next one waits for a shutdown. Definitions whose \
             devices have no addresses yet are not looked at: libvirt leaves a port free in these.",
        )
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='pci' index='0' model='pcie-root'/>\
             <controller type='pci' index='1' model='pcie-root-port'><address type='pci' bus='0' slot='2' function='0'/></controller>\
             <interface type='user'><model type='virtio'/><address type='pci' bus='1' slot='0'/></interface></devices>",
        )
        .row(check(ports)),
];

fn ports(devices: &Devices, cx: &mut Context<'_>) {
    if cx.scope.board.pci_root() != Some(PciRoot::Express) {
        return;
    }
    let mut ports = BTreeSet::new();
    let mut last = None;
    for controller in &devices.controllers {
        if let ControllerType::Pci(pci) = &controller.type_
            && pci.model == Some(Model::PcieRootPort)
            && let (Some(index), Some(_)) = (controller.index, &controller.address)
        {
            ports.insert(index);
            last = Some(&controller.xml);
        }
    }
    let mut addressed = 0_usize;
    each(devices, |address: &Address| {
        if let AddressType::Pci(pci) = &address.type_ {
            ports.remove(&pci.bus.map_or(0, |bus| u32::from(bus.0)));
            addressed += 1;
        }
    });
    let unplaced = devices.interfaces.iter().any(|nic| nic.address.is_none());
    if let Some(at) = last.filter(|_| ports.is_empty() && addressed > 0 && !unplaced) {
        cx.note(
            at,
            "every root port has its device, so that none can be plugged in while the guest runs: add \
             <controller type='pci' model='pcie-root-port'/>",
        );
    }
}
