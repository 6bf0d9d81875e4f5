//! `disk-address-conflict`.

use domxml::DiskTargetBus as Bus;

use super::targets::{self, Drive, is_scsi};
use crate::rules::prelude::*;

rules![
    rule("disk-address-conflict", Class::Conflict)
        .summary("the address of a disk does not fit its bus, or is taken")
        .doc(
            "Disks on IDE, SCSI, SATA, NVMe and FDC have addresses of drives. Two disks of a bus cannot have the same \
             address, whether it is given or derived from the target, nor can a disk on SCSI and a SCSI device of the \
             host.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='scsi'/></disk>\
             <disk type='file' device='disk'><source file='/b'/><target dev='sdb' bus='scsi'/>\
             <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='scsi'/>\
             <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></disk></devices>",
        )
        .row(refuse_at(Disk::ADDRESS, |disk, _| {
            let (bus, given) = (targets::bus(disk), disk.address.as_deref()?.type_.value().unwrap_or_default());
            let of_drives = matches!(bus, Bus::Ide | Bus::Fdc | Bus::Scsi | Bus::Sata | Bus::Nvme);
            let wrong = of_drives && given != "drive" || given == "unassigned";
            wrong.then(|| format!("a disk on {bus} cannot have an address of the type '{given}'"))
        }))
        .row(unique(
            Devices::DISKS,
            |disk, scope| Some(format!("{} of {}", Drive::of_disk(disk, scope.driver)?, targets::bus(disk))),
            "another disk has the address {} already: choose another one, or leave it out",
        ))
        .row(unique(
            Devices::HOSTDEVS,
            |hostdev, _| of_host(hostdev),
            "another SCSI device of the host has the address {} already: choose another one, or leave it out",
        ))
        .row(refuse_there(|devices: &Devices, scope| {
            let on_scsi = devices.disks.iter().filter(|disk| targets::bus(disk) == Bus::Scsi);
            let taken: Vec<Drive> = on_scsi.filter_map(|disk| Drive::of_disk(disk, scope.driver)).collect();
            let mut hosts = devices.hostdevs.iter().filter_map(|hostdev| Some((hostdev.xml.span, of_host(hostdev)?)));
            let (span, drive) = hosts.find(|(_, drive)| taken.contains(drive))?;
            Some((span, format!("a disk has the address {drive} already: choose another one, or leave it out")))
        })),
];

/// The address of a SCSI device of the host.
fn of_host(hostdev: &Hostdev) -> Option<Drive> {
    Drive::of(hostdev.address.as_deref()).filter(|_| is_scsi(hostdev))
}
