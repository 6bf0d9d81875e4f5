//! What a bus offers to the disks on it.

use domxml::{
    Devices, Disk, DiskDevice, DiskDriver, DiskDriverCache as Cache, DiskDriverIo, DiskDriverType as Format,
    DiskHostTransport, DiskSourceNetwork, DiskSourceNetworkProtocol, DiskTargetBus as Bus, DiskType, OnOff, YesNo,
};

use super::refused;
use crate::options::Driver;
use crate::rule::kinds::check;
use crate::rule::{Class, Context, rule};
use crate::rules::common::says_number;
use crate::rules::storage::{bus, is_hard};

rules![
    rule("qemu-disk-option-conflict", Class::Conflict)
        .summary("an option that the bus of the disk does not have")
        .doc(
            "I/O threads are of virtio disks; a vendor of SCSI disks, a product of SCSI, SATA and IDE, a WWN of SCSI \
             and IDE; a translation of the geometry of IDE, and none at all of USB; a rotation rate of hard disks on \
             SCSI, SATA and IDE; a tray of drives for media, limits of I/O not of SD cards, and those of a group are said \
             by one of its disks. Hard disks in files alone are transient. What is read is not copied to a read-only \
             disk; `io='native'` needs the cache `none` or `directsync`.",
        )
        .finds("<devices><disk type='file'><source file='/d'/><target dev='vda' bus='virtio'/><vendor>SEAGATE</vendor></disk></devices>")
        .finds(
            "<devices><disk type='file'><driver name='qemu' io='native' cache='writeback'/><source file='/d'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<iothreads>1</iothreads><devices><disk type='file'><driver name='qemu' iothread='1'/>\
             <source file='/d'/><target dev='sda' bus='scsi'/></disk></devices>",
        )
        .row(refused(|disk: &Disk, _| of_driver(disk).map(str::to_owned)).at(|disk| disk.driver.as_ref().map_or(&disk.xml, |driver| &driver.xml)))
        .row(refused(|disk: &Disk, _| of_disk(disk).map(str::to_owned)))
        .row(refused(|disk: &Disk, _| of_target(disk).map(str::to_owned)).at(|disk| &disk.target.xml))
        .finds("<devices><disk type='file' device='floppy'><source file='/d'/><target dev='fda' bus='fdc'/><transient/></disk></devices>")
        .finds("<devices><disk type='file'><source file='/d'/><target dev='vda'/><iotune><group_name>g</group_name></iotune></disk></devices>")
        .row(check(groups).driver(Driver::Qemu)),
    rule("qemu-disk-nfs-conflict", Class::Conflict)
        .summary("the server of an image on NFS")
        .doc("An image on NFS is on one server, which QEMU reaches over TCP, at the usual port.")
        .finds(
            "<devices><disk type='network'><source protocol='nfs' name='/a/b'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='network'><source protocol='nfs' name='/a/b'><host name='h' port='2049'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refused(|source: &DiskSourceNetwork, _| {
            if !matches!(source.protocol, DiskSourceNetworkProtocol::Nfs(_)) {
                return None;
            }
            let [host] = source.hosts.as_slice() else {
                return Some("an image on NFS is on one server: give one <host>".to_owned());
            };
            match &host.transport {
                DiskHostTransport::Tcp(tcp) if tcp.port.is_none_or(|port| port == 0) => None,
                DiskHostTransport::Tcp(_) => Some("the port of NFS is not chosen: leave out port".to_owned()),
                _ => Some("NFS is reached over TCP: leave out transport, and give the name of the server".to_owned()),
            }
        })),
];

/// Groups in which nobody says a limit: a disk has those of its group.
fn groups(devices: &Devices, cx: &mut Context<'_>) {
    let tunes = || devices.disks.iter().filter_map(|disk| disk.iotune.as_ref());
    let limited: Vec<_> = tunes().filter(|it| says_number(&***it)).map(|it| &it.group_name).collect();
    for tune in tunes().filter(|it| it.group_name.is_some() && !limited.contains(&&it.group_name)) {
        cx.error(&tune.xml, "nobody limits this group: set a limit, or leave out <group_name>");
    }
}

fn of_driver(disk: &Disk) -> Option<&'static str> {
    let driver: &DiskDriver = disk.driver.as_ref()?;
    let bus = bus(disk);
    let virtio = bus == Bus::Virtio;
    if !virtio && (driver.iothread.is_some_and(|thread| thread > 0) || driver.iothreads.is_some()) {
        return Some(if bus == Bus::Scsi {
            "a SCSI disk has the I/O thread of its controller: set it in the <driver> of that"
        } else {
            "only virtio disks have an I/O thread: leave it out, or set bus='virtio'"
        });
    }
    let shared = driver.cache.is_none_or(|cache| !matches!(cache, Cache::None | Cache::Directsync));
    if driver.io == Some(DiskDriverIo::Native) && shared {
        return Some("io='native' passes by the host's cache: set cache='none' or 'directsync', or io='threads'");
    }
    let media = matches!(disk.device, Some(DiskDevice::Cdrom | DiskDevice::Floppy));
    if driver.copy_on_read == Some(OnOff::On) && (disk.readonly || media) {
        return Some("nothing can be copied to a read-only disk or a medium: leave out copy_on_read");
    }
    if driver.metadata_cache.is_some() && driver.type_ != Some(Format::Qcow2) {
        return Some("only qcow2 has a cache of metadata: leave out <metadata_cache>");
    }
    if driver.name.as_deref().is_some_and(|name| name != "qemu") {
        return Some("QEMU's driver of disks is called qemu: set name='qemu'");
    }
    None
}

fn of_disk(disk: &Disk) -> Option<&'static str> {
    let cache = disk.driver.as_ref().and_then(|driver| driver.cache);
    if matches!(&disk.type_, DiskType::Vhostvdpa(it) if it.source.is_some())
        && !matches!(cache, Some(Cache::None | Cache::Directsync))
    {
        return Some("a vDPA disk passes by the host's cache: set cache='none' or 'directsync' in <driver>");
    }
    let bus = bus(disk);
    if disk.vendor.is_some() && bus != Bus::Scsi {
        return Some("only SCSI disks have a <vendor>: leave it out, or set bus='scsi'");
    }
    if disk.product.is_some() && !matches!(bus, Bus::Scsi | Bus::Sata | Bus::Ide) {
        return Some("only SCSI, SATA and IDE disks have a <product>: leave it out");
    }
    if disk.wwn.is_some() && !matches!(bus, Bus::Scsi | Bus::Ide) {
        return Some("only SCSI and IDE disks have a <wwn>: leave it out");
    }
    if bus == Bus::Sd && disk.iotune.is_some() {
        return Some("disks on SD have no limits of I/O: leave out <iotune>, or set bus='virtio'");
    }
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "-_ .+".contains(letter);
    if disk.serial.as_deref().is_some_and(|serial| !serial.chars().all(safe)) {
        return Some("a serial number has letters, digits, blanks and - _ . + alone: leave out the others");
    }
    let file = is_hard(disk) && matches!(disk.type_, DiskType::File(_));
    if disk.transient.is_some() && (disk.readonly || !file) {
        return Some("only hard disks in files that may be written to are transient: leave out <transient/>");
    }
    let shared = disk.transient.as_ref().is_some_and(|it| it.share_backing == Some(YesNo::Yes));
    if shared && matches!(bus, Bus::Ide | Bus::Sata | Bus::Fdc) {
        return Some(
            "a disk on this bus does not share its image: leave out shareBacking, or set bus='virtio' or 'scsi'",
        );
    }
    let geometry = disk.geometry.as_ref()?;
    if bus == Bus::Usb {
        return Some("USB disks have no <geometry>: leave it out");
    }
    (geometry.trans.is_some() && bus != Bus::Ide)
        .then_some("the geometry of IDE disks alone is translated: leave out trans")
}

fn of_target(disk: &Disk) -> Option<&'static str> {
    let (bus, target) = (bus(disk), &disk.target);
    (target.rotation_rate.is_some() && !(is_hard(disk) && matches!(bus, Bus::Scsi | Bus::Ide | Bus::Sata)))
        .then_some("only hard disks on SCSI, SATA and IDE have a rotation rate: leave it out")
}
