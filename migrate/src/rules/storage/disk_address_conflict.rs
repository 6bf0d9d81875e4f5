//! `disk-address-conflict`.

use domxml::DiskTargetBus as Bus;

use super::targets::{self, Drive, is_scsi, plain_name};
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
        .row(check(addresses)),
];

/// The address of a disk on a bus of drives: the one that is given, else the one that libvirt derives.
fn drive(disk: &Disk) -> Option<Drive> {
    if disk.address.is_some() {
        return Drive::of(disk.address.as_deref());
    }
    Drive::of_disk(targets::bus(disk), plain_name(&disk.target.dev))
}

fn addresses(devices: &Devices, cx: &mut Context<'_>) {
    let mut taken: Vec<(Bus, Drive)> = Vec::new();
    for disk in &devices.disks {
        let (bus, Some(drive)) = (targets::bus(disk), drive(disk)) else { continue };
        if taken.contains(&(bus, drive)) {
            let xml = disk.address.as_deref().map_or(&disk.xml, |address| &address.xml);
            cx.error(
                xml,
                format!("another disk has the address {drive} of {bus} already: choose another one, or leave it out"),
            );
        }
        taken.push((bus, drive));
    }
    let mut hosts: Vec<Drive> = Vec::new();
    for hostdev in devices.hostdevs.iter().filter(|hostdev| is_scsi(hostdev)) {
        let Some(drive) = Drive::of(hostdev.address.as_deref()) else { continue };
        let of_disk = taken.contains(&(Bus::Scsi, drive));
        if of_disk || hosts.contains(&drive) {
            let holder = if of_disk { "a disk" } else { "another SCSI device of the host" };
            cx.error(
                &hostdev.xml,
                format!("{holder} has the address {drive} already: choose another one, or leave it out"),
            );
        }
        hosts.push(drive);
    }
}
