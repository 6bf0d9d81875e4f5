//! Where disks stand, and what stands nowhere.

use std::collections::BTreeSet;

use domxml::{
    Address, AddressType, AddressTypeDrive, Controller, ControllerDriver, ControllerType, Devices, Disk, DiskDevice,
    DiskDriver, DiskTargetBus as Bus, DriverIoThread, DriverIoThreads, Hostdev, each,
};

use super::refused;
use crate::options::Driver;
use crate::rule::kinds::{check, exists};
use crate::rule::scope::IOTHREADS;
use crate::rule::{Class, Context, rule};
use crate::rules::storage::{bus, has_threads};

rules![
    rule("qemu-disk-place-conflict", Class::Conflict)
        .summary("a place that the controller of the disk does not have")
        .doc(
            "Drives on IDE, SATA and FDC have the target 0, those on SATA and FDC the bus 0 too. A LUN is on SCSI \
             (QEMU no longer has it on virtio), and an NVMe disk has a serial number, its own or that of its \
             controller.",
        )
        .finds(
            "<devices><disk type='file'><source file='/d'/><target dev='hda' bus='ide'/>\
             <address type='drive' controller='0' bus='0' target='4' unit='0'/></disk></devices>",
        )
        .finds("<devices><disk type='block' device='lun'><source dev='/dev/sdx'/><target dev='hda' bus='ide'/></disk></devices>")
        .finds("<devices><disk type='file'><source file='/d'/><target dev='nvme0n1' bus='nvme'/></disk></devices>")
        .row(
            refused(|disk: &Disk, _| place(disk).map(str::to_owned))
                .at(|disk| disk.address.as_deref().map_or(&disk.xml, |address| &address.xml)),
        )
        .row(refused(|disk: &Disk, _| {
            let elsewhere = bus(disk) != Bus::Scsi;
            (disk.device == Some(DiskDevice::Lun) && elsewhere).then(|| "a LUN is on SCSI: set bus='scsi'".to_owned())
        }))
        .row(check(nvme).driver(Driver::Qemu)),
    rule("qemu-iothread-missing", Class::Conflict)
        .summary("an I/O thread that the guest does not have, or that is named twice")
        .doc(
            "A virtio disk or a SCSI controller names its I/O thread by a number, which `<iothreads>` or \
             `<iothreadids>` makes. Of several, each is named once, each queue is served by one, and all name the \
             queues that they serve or none does.",
        )
        .finds(
            "<iothreads>2</iothreads><devices><controller type='scsi' index='0' model='virtio-scsi'><driver queues='2'><iothreads>\
             <iothread id='1'/><iothread id='1'/></iothreads></driver></controller></devices>",
        )
        .finds(
            "<iothreads>1</iothreads><devices><disk type='file'><driver name='qemu' iothread='7'/>\
             <source file='/d'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds("<iothreads>1</iothreads><devices><controller type='scsi' index='0' model='virtio-scsi'><driver iothread='5'/></controller></devices>")
        .row(exists(disk_threads, IOTHREADS).driver(Driver::Qemu))
        .finds(
            "<iothreads>1</iothreads><devices><controller type='scsi' index='0' model='virtio-scsi'><driver queues='2'><iothreads>\
             <iothread id='1'><queue id='0'/></iothread></iothreads></driver></controller></devices>",
        )
        .row(check(mapped).driver(Driver::Qemu))
        .row(check(|it: &DiskDriver, cx| count(it.iothreads.as_deref(), it.queues, cx)).driver(Driver::Qemu))
        .row(check(|it: &ControllerDriver, cx| count(it.iothreads.as_deref(), it.queues.map(u64::from), cx)).driver(Driver::Qemu))
        .row(
            exists(controller_threads, IOTHREADS)
                .driver(Driver::Qemu)
                .at(|controller| controller.driver.as_ref().map_or(&controller.xml, |driver| &driver.xml)),
        ),
    rule("qemu-unassigned-conflict", Class::Conflict)
        .summary("a device of the guest without a place")
        .doc("An address of the type `unassigned` keeps a device of the host from the guest; only those that are passed through can have it.")
        .finds("<devices><interface type='user'><model type='virtio'/><address type='unassigned'/></interface></devices>")
        .row(check(unassigned)),
];

/// The I/O threads that a virtio disk names; those of others are found wrong themselves.
fn disk_threads(disk: &Disk) -> Vec<u32> {
    let driver = disk.driver.as_ref().filter(|_| bus(disk) == Bus::Virtio);
    driver.map_or_else(Vec::new, |driver| threads(driver.iothread, driver.iothreads.as_deref()))
}

/// The I/O threads that a controller of virtio SCSI names.
fn controller_threads(controller: &Controller) -> Vec<u32> {
    let driver = controller.driver.as_ref().filter(|_| has_threads(controller));
    driver.map_or_else(Vec::new, |driver| threads(driver.iothread, driver.iothreads.as_deref()))
}

fn mapped(threads: &DriverIoThreads, cx: &mut Context<'_>) {
    let serves = |thread: &&DriverIoThread| !thread.queues.is_empty();
    if threads.iothreads.iter().any(|it| serves(&it))
        && let Some(idle) = threads.iothreads.iter().find(|it| !serves(it))
    {
        cx.error(&idle.xml, "all I/O threads name the queues that they serve, or none does: add <queue> to this one");
        return;
    }
    let (mut named, mut served) = (BTreeSet::new(), BTreeSet::new());
    for thread in &threads.iothreads {
        if !named.insert(thread.id) {
            cx.error(&thread.xml, format!("the I/O thread {} is named already: leave this one out", thread.id));
            return;
        }
        for queue in &thread.queues {
            if !served.insert(queue.id) {
                cx.error(&queue.xml, format!("the queue {} has an I/O thread already: leave this one out", queue.id));
            }
        }
    }
}

/// Holds the queues that I/O threads name against how many there are.
fn count(threads: Option<&DriverIoThreads>, queues: Option<u64>, cx: &mut Context<'_>) {
    let Some(threads) = threads else { return };
    let named: BTreeSet<u64> = threads.iothreads.iter().flat_map(|it| &it.queues).map(|it| it.id.into()).collect();
    let Some(last) = named.last() else { return };
    let Some(queues) = queues.filter(|queues| *queues > 0) else {
        cx.error(
            &threads.xml,
            "I/O threads serve queues by number where it is said how many there are: add queues to <driver>",
        );
        return;
    };
    if *last >= queues {
        cx.error(&threads.xml, format!("there is no queue {last}: <driver> has {queues}, numbered from 0"));
    } else if let Some(idle) = (0..queues).find(|queue| !named.contains(queue)) {
        cx.error(
            &threads.xml,
            format!("no I/O thread serves the queue {idle}: add <queue id='{idle}'/> to one of them"),
        );
    }
}

fn threads(one: Option<u32>, several: Option<&DriverIoThreads>) -> Vec<u32> {
    let several = several.into_iter().flat_map(|own| &own.iothreads).map(|thread| thread.id);
    one.into_iter().filter(|thread| *thread > 0).chain(several).collect()
}

fn place(disk: &Disk) -> Option<&'static str> {
    let Some(Address { type_: AddressType::Drive(drive), .. }) = disk.address.as_deref() else { return None };
    let AddressTypeDrive { bus: number, target, .. } = drive;
    let (bus_is_0, target_is_0) =
        (number.is_none_or(|number| number.0 == 0), target.is_none_or(|target| target.0 == 0));
    match bus(disk) {
        Bus::Ide | Bus::Sata | Bus::Fdc if !target_is_0 => {
            Some("drives on this bus have the target 0 alone: set target='0'")
        }
        Bus::Sata | Bus::Fdc if !bus_is_0 => Some("drives on this bus have the bus 0 alone: set bus='0'"),
        _ => None,
    }
}

fn nvme(devices: &Devices, cx: &mut Context<'_>) {
    let serial =
        |controller: &Controller| matches!(&controller.type_, ControllerType::Nvme(nvme) if nvme.serial.is_some());
    let known = devices.controllers.iter().any(serial);
    if devices.disks.iter().all(|disk| bus(disk) != Bus::Nvme) {
        let is_nvme = |it: &&Controller| matches!(it.type_, ControllerType::Nvme(_));
        for controller in devices.controllers.iter().filter(is_nvme).filter(|it| !serial(it)) {
            cx.error(&controller.xml, "an NVMe controller has a serial number: add <serial>");
        }
    }
    let disks = devices.disks.iter().filter(|disk| bus(disk) == Bus::Nvme);
    let mut numbered = known;
    for disk in disks {
        numbered |= disk.serial.is_some();
        if !numbered {
            cx.error(
                &disk.xml,
                "an NVMe controller has a serial number: add <serial> to the disk, or to <controller type='nvme'>",
            );
        }
    }
}

fn unassigned(devices: &Devices, cx: &mut Context<'_>) {
    let hosts: Vec<&Address> =
        devices.hostdevs.iter().filter_map(|hostdev: &Hostdev| hostdev.address.as_deref()).collect();
    each(devices, |address: &Address| {
        if matches!(address.type_, AddressType::Unassigned) && !hosts.iter().any(|host| std::ptr::eq(*host, address)) {
            cx.error(&address.xml, "only devices of the host can be without a place: leave out the address");
        }
    });
}
