//! `implicit-drive-address` and `hostdev-scsi-address-auto`.

use domxml::{Disk, DiskTargetBus, Domain, Hostdev};

use super::util::{self, Drive, SCSI_UNITS, devices, is_scsi, plain_name};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static DISKS: Rule = Rule {
    id: "implicit-drive-address",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "disks on IDE, SCSI, SATA and FDC get the address that their target names",
    doc: "The letters of a target are a number, and the number is a place: an IDE controller has two buses of two units, a SATA \
          controller six units, a floppy controller two, and libvirt's generic code puts seven on a SCSI controller. Disks on \
          other buses get no address.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hdc' bus='ide'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hdc' bus='ide'/>\
                <address type='drive' controller='0' bus='1' target='0' unit='0'/></disk></devices>",
    },
    apply: place_disks,
};

pub(super) static HOSTDEVS: Rule = Rule {
    id: "hostdev-scsi-address-auto",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "SCSI devices of the host get the first free unit",
    doc: "A SCSI device of the host that has no address gets the first unit that neither a disk nor another such device has, on \
          the first controller with one to spare; libvirt's generic code counts seven units to a controller.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
                 <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
                <address bus='0' target='0' unit='0'/></source><address type='drive' controller='0' bus='0' target='0' unit='0'/>\
                </hostdev></devices>",
    },
    apply: place_hostdevs,
};

fn place_disks(domain: &mut Domain, cx: &mut Context) {
    for disk in util::disks(domain) {
        if disk.address.is_some() {
            continue;
        }
        let Some(drive) = Drive::of_disk(util::bus(disk), plain_name(&disk.target.dev)) else { continue };
        disk.address = Some(drive.to_address());
        cx.rewrote(&disk.xml, "the target names the place").becomes("", format!("<address type='drive' {drive}/>"));
    }
}

fn place_hostdevs(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = devices(domain) else { return };
    for at in 0..devices.hostdev.len() {
        if !is_scsi(&devices.hostdev[at]) || devices.hostdev[at].address.is_some() {
            continue;
        }
        let drive = free_unit(&devices.disk, &devices.hostdev);
        let hostdev = &mut devices.hostdev[at];
        hostdev.address = Some(drive.to_address());
        cx.rewrote(&hostdev.xml, "the first free unit").becomes("", format!("<address type='drive' {drive}/>"));
    }
}

/// Whether a disk on SCSI has this address.
pub(super) fn used_by_disk(disks: &[Disk], drive: Drive) -> bool {
    disks.iter().any(|disk| util::bus(disk) == DiskTargetBus::Scsi && Drive::of(disk.address.as_ref()) == Some(drive))
}

/// Whether a SCSI device of the host has this address.
pub(super) fn used_by_hostdev(hostdevs: &[Hostdev], drive: Drive) -> bool {
    hostdevs.iter().any(|hostdev| is_scsi(hostdev) && Drive::of(hostdev.address.as_ref()) == Some(drive))
}

fn free_unit(disks: &[Disk], hostdevs: &[Hostdev]) -> Drive {
    let places =
        (0..).flat_map(|controller| (0..SCSI_UNITS).map(move |unit| Drive { controller, bus: 0, target: 0, unit }));
    let mut free = places.filter(|place| !used_by_disk(disks, *place) && !used_by_hostdev(hostdevs, *place));
    free.next().expect("there are more controllers than devices")
}
