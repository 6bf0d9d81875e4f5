//! `nvme-serials`, `nvme-controller-serial`.

use super::targets::{Drive, bus};
use crate::rules::prelude::*;

rules![
    rule("nvme-serials", Class::Conflict)
        .summary("an NVMe controller whose disks have several serial numbers")
        .doc(
            "All disks of an NVMe controller have the serial number of the controller, where they have one at all; \
             libvirt refuses others.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='nvme0n1' bus='nvme'/>\
             <serial>x</serial></disk>\
             <controller type='nvme' index='0'><serial>y</serial></controller></devices>",
        )
        .row(check(differing)),
    rule("nvme-controller-serial", Class::Implicit)
        .since(11, 5, 0)
        .summary("an NVMe controller has the serial number of its disks")
        .doc("The serial number of an NVMe disk is that of its controller; libvirt copies it there.")
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='nvme0n1' bus='nvme'/>\
             <serial>x</serial>\
             <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk><controller type='nvme' \
             index='0'/></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='nvme0n1' bus='nvme'/>\
             <serial>x</serial>\
             <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>\
             <controller type='nvme' index='0'><serial>x</serial></controller></devices>",
        )
        .row(algorithm(copy).phase(Phase::Derive).profiles(LIBVIRT).after("implicit-disk-controllers")),
];

/// The serial numbers of the disks on NVMe controllers: of which controller, which number, of which disk.
fn serials(devices: &Devices, driver: Driver) -> Vec<(u32, String, Span)> {
    let serial = |disk: &Disk| {
        let drive = Drive::of_disk(disk, driver)?;
        Some((drive.controller, disk.serial.clone().filter(|serial| !serial.is_empty())?, disk.xml.span))
    };
    devices.disks.iter().filter(|disk| bus(disk) == DiskTargetBus::Nvme).filter_map(serial).collect()
}

fn own_serial(controller: &Controller) -> Option<&str> {
    branch::<ControllerTypeNvme>(&controller.type_)?.serial.as_deref().filter(|serial| !serial.is_empty())
}

fn copy(devices: &mut Devices, cx: &mut Context<'_>) {
    let serials = serials(devices, cx.scope.driver);
    for controller in devices.controllers.iter_mut().filter(|controller| own_serial(controller).is_none()) {
        let index = controller.index.unwrap_or(0);
        if let Some((_, serial, _)) = serials.iter().find(|(at, ..)| *at == index)
            && let ControllerType::Nvme(nvme) = &mut controller.type_
        {
            nvme.serial = Some(serial.clone());
            cx.rewrote(&controller.xml, "an NVMe controller has the serial number of its disks")
                .becomes("", format!("<serial>{serial}</serial>"));
        }
    }
}

fn differing(devices: &Devices, cx: &mut Context<'_>) {
    let serials = serials(devices, cx.scope.driver);
    for (at, (index, serial, disk)) in serials.iter().enumerate() {
        let differs = serials[..at].iter().any(|(other, theirs, _)| other == index && theirs != serial);
        let mut controllers = devices.controllers.iter().filter(|controller| controller.index.unwrap_or(0) == *index);
        if differs || controllers.any(|controller| own_serial(controller).is_some_and(|own| own != serial)) {
            let whose = format!("NVMe controller {index} and its other disks: make them the same");
            cx.refuse_here(*disk, format!("the serial number '{serial}' is not that of {whose}"));
        }
    }
}
