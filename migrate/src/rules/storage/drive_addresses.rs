//! `implicit-drive-address` and `hostdev-scsi-address-auto`.

use std::collections::HashSet;

use super::targets::{Drive, bus, is_scsi};
use crate::rules::prelude::*;

rules![
    rule("implicit-drive-address", Class::Implicit)
        .summary("disks on IDE, SCSI, SATA and FDC get the address that their target names")
        .doc(
            "The letters of a target are a number, and the number is a place: an IDE controller has two buses of two \
             units, a SATA controller six units, a floppy controller two, and libvirt's generic code puts seven on a \
             SCSI controller, of VMware fifteen. Disks on other buses get no address.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hdc' bus='ide'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hdc' bus='ide'/>\
             <address type='drive' controller='0' bus='1' target='0' unit='0'/></disk></devices>",
        )
        .row(
            default_by(child(Disk::ADDRESS), |disk, scope| {
                Drive::of_disk(disk, scope.driver).map(|drive| drive.to_address().into())
            })
            .says("the target names the place of the disk")
            .profiles(LIBVIRT),
        ),
    rule("hostdev-scsi-address-auto", Class::Implicit)
        .summary("SCSI devices of the host get the first free unit")
        .doc(
            "A SCSI device of the host that has no address gets the first unit that neither a disk nor another such \
             device has, on the first controller with one to spare; libvirt's generic code counts seven units to a \
             controller.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source><address type='drive' controller='0' bus='0' target='0' \
             unit='0'/>\
             </hostdev></devices>",
        )
        .row(algorithm(place_hostdevs).phase(Phase::Derive).profiles(LIBVIRT).after("implicit-drive-address")),
];

fn place_hostdevs(devices: &mut Devices, cx: &mut Context<'_>) {
    let disks = devices.disks.iter().filter(|disk| bus(disk) == DiskTargetBus::Scsi).map(|disk| &disk.address);
    let hostdevs = devices.hostdevs.iter().filter(|hostdev| is_scsi(hostdev)).map(|hostdev| &hostdev.address);
    let taken: HashSet<Drive> = disks.chain(hostdevs).filter_map(|address| Drive::of(address.as_deref())).collect();
    let on_bus = cx.scope.driver.scsi_units();
    let units = |controller| on_bus.iter().map(move |&unit| Drive { controller, bus: 0, target: 0, unit });
    let free = (0..).flat_map(units).filter(|unit| !taken.contains(unit));
    let without = devices.hostdevs.iter_mut().filter(|hostdev| is_scsi(hostdev) && hostdev.address.is_none());
    for (hostdev, drive) in without.zip(free) {
        hostdev.address = Some(drive.to_address().into());
        cx.rewrote(&hostdev.xml, "a SCSI device of the host gets the first free unit")
            .becomes("", format!("<address type='drive' {drive}/>"));
    }
}
