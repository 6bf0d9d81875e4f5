//! What libvirt refuses of a disk itself.

use domxml::{DiskSourceNetworkProtocol as Protocol, DiskTargetBus as Bus};

use super::targets::{self, is_hard, names_something, place_on_bus, plain_name, source};
use crate::rules::prelude::*;

const BLOCKS: &str = "a LUN has the blocks of its device: leave out <blockio>, or set device='disk'";
const NO_POLICY: &str = "startupPolicy is for files, block devices, directories and volumes: leave it out";
const LONG_PRODUCT: &str = "a product has up to 16 characters: shorten it";

rules![
    rule("disk-target-invalid", Class::Conflict)
        .summary("the target of a disk is no name that libvirt knows")
        .doc(
            "The target of a floppy drive begins with `fd` and is on the bus FDC; that of any other disk begins with \
             `hd`, `sd`, `vd`, `xvd` or `ubd` and is on another bus. Letters from a to z follow, and perhaps the \
             number of a partition, unless the disk has an address. From 11.5.0 on it can also be the name of an NVMe \
             namespace, as `nvme0n1`. libvirt refuses anything else.",
        )
        .finds("<devices><disk type='file' device='disk'><source file='/a'/><target dev='fda' bus='ide'/></disk></devices>")
        .finds("<devices><disk type='file' device='disk'><source file='/a'/><target dev='sd1' bus='scsi'/></disk></devices>")
        .finds("<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='fdc'/></disk></devices>")
        .row(on_target(bad_target))
        .row(on_target(|disk, _| {
            let name = Some(plain_name(&disk.target.dev)).filter(|name| name.starts_with("nvme"))?;
            Some(format!("'{name}' is the name of an NVMe namespace, which libvirt does not know yet"))
        }).until(11, 5, 0))
        // 11.3.0 or earlier, but after 9.0.0. The driver of QEMU objects to the name anyway.
        .row(on_target(|disk, _| {
            let name = Some(plain_name(&disk.target.dev)).filter(|name| disk.address.is_none() && targets::is_beyond_numbers(name))?;
            Some(format!("'{name}' is a longer name than that of any disk, and it has no address"))
        }).but(Driver::Qemu).since(11, 3, 0)),
    rule("disk-target-duplicate", Class::Conflict)
        .summary("two disks have the same target")
        .doc("The target is the name of a disk in its domain: libvirt refuses a domain with two disks of the same target, on whatever bus.")
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
             <disk type='file' device='disk'><source file='/b'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(unique(
            Devices::DISKS,
            |disk, _| Some(plain_name(&disk.target.dev).to_owned()),
            "another disk has the target '{}' already: choose another one",
        )),
    rule("disk-source-missing", Class::Conflict)
        .summary("a hard disk has no source, or a backing store none or no format")
        .doc(
            "Only CD-ROM and floppy drives can be without medium: libvirt refuses a hard disk without a source, and a \
             backing store of a type but without format or source.",
        )
        .finds("<devices><disk type='file' device='disk'><target dev='vda' bus='virtio'/></disk></devices>")
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><backingStore type='file'><source file='/b'/></backingStore>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse(|disk: &Disk, _| {
            (is_hard(disk) && !names_something(disk)).then(|| format!("the hard disk '{}' has no source: add <source>", disk.target.dev))
        }))
        .row(refuse(|store: &DiskBackingStore, _| {
            let type_ = store.type_.as_ref()?;
            let other = matches!(type_, DiskStorage::Network(_) | DiskStorage::Ctl(_) | DiskStorage::Other(_));
            match store.format {
                None => Some("the backing store has no format: add <format type='qcow2'/> or what it is"),
                _ => (!other && source(type_).is_none()).then_some("the backing store has no source: add <source>, or leave out <backingStore>"),
            }
        })),
    rule("disk-lun-source", Class::Conflict)
        .summary("a LUN is a raw block device")
        .doc(
            "A disk of the kind `lun` takes SCSI commands through to a device of the host: its source is a block \
             device, a volume or an iSCSI target, and its format raw. Only such a disk may ask for raw I/O or say what \
             happens to SCSI commands, and none has a slice of its source. Since 12.8.0 libvirt also refuses sizes of blocks \
             beside a LUN, whose device has its own.",
        )
        .finds("<devices><disk type='file' device='lun'><source file='/a'/><target dev='sda' bus='scsi'/></disk></devices>")
        .finds(
            "<devices><disk type='block' device='lun'><driver name='qemu' type='qcow2'/><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/>\
             </disk></devices>",
        )
        .finds(
            "<devices><disk type='block' device='lun'><source dev='/dev/sdb'><slices><slice type='storage' offset='0' size='512'/></slices></source>\
             <target dev='sda' bus='scsi'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='block' device='lun'><source dev='/dev/sdb'/><blockio logical_block_size='4096'/><target dev='sda' bus='scsi'/>\
             </disk></devices>",
        )
        .finds("<devices><disk type='file' device='disk' rawio='yes'><source file='/a'/><target dev='sda' bus='scsi'/></disk></devices>")
        .row(refuse_each(|disk: &Disk, _| {
            let format = disk.driver.as_ref().and_then(|driver| driver.type_);
            let raw = matches!(format, None | Some(DiskDriverType::Raw | DiskDriverType::Aio));
            let (lun, has_lun) = (is_lun(disk), has_lun(disk));
            let sliced = source(&disk.type_).and_then(child_of_type::<DiskSlices>).is_some();
            [
                (lun && !has_lun, "the source of a LUN is a block device, a volume or an iSCSI target: take one, or set device='disk'"),
                (lun && has_lun && !raw, "the format of a LUN is raw: set type='raw' of <driver>"),
                (lun && sliced, "a LUN is whole: leave out <slices>, or set device='disk'"),
                (!lun && disk.rawio.is_some(), "'rawio' is for LUNs: leave it out, or set device='lun'"),
                (!lun && disk.sgio.is_some(), "'sgio' is for LUNs: leave it out, or set device='lun'"),
            ]
        }))
        .row(refuse_where(child(Disk::BLOCKIO), |it, _| says_number(&**it), BLOCKS).when(|disk, _| is_lun(disk)).since(12, 8, 0)),
    rule("disk-sgio-unfiltered", Class::Conflict)
        .summary("unfiltered SCSI commands are asked for")
        .doc("`sgio='unfiltered'` asked the kernel of the host to let all SCSI commands of the guest pass. No kernel does that; libvirt refuses it.")
        .finds(
            "<devices><disk type='block' device='lun' sgio='unfiltered'><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/></disk></devices>",
        )
        .row(refuse_where(Disk::SGIO, |sgio, _| *sgio == Sgio::Unfiltered, UNFILTERED)),
    rule("disk-removable-bus", Class::Conflict)
        .summary("only USB and SCSI disks can say that they are removable")
        .doc("libvirt takes `removable` for disks on USB, since 10.0 also for hard disks on SCSI, and refuses it elsewhere.")
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio' removable='on'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='cdrom'><source file='/a'/><target dev='sda' bus='scsi' removable='on'/></disk></devices>",
        )
        .row(not_on("removable", |_, bus| !matches!(bus, Bus::Usb | Bus::Scsi)))
        .row(not_on("removable", |disk, bus| bus == Bus::Scsi && !is_hard(disk)).since(10, 0, 0))
        .row(not_on("removable", |_, bus| bus == Bus::Scsi).until(10, 0, 0))
        .row(not_on("dpofua", |_, bus| bus != Bus::Scsi).since(11, 10, 0)),
    rule("disk-tray-device", Class::Conflict)
        .summary("only CD-ROM and floppy drives have a tray")
        .doc("libvirt takes `tray='open'` for CD-ROM and floppy drives and refuses it for disks.")
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio' tray='open'/></disk></devices>",
        )
        .row(trayless(DiskTargetTray::Open))
        .row(trayless(DiskTargetTray::Closed).since(12, 8, 0)),
    rule("disk-virtio-option-bus", Class::Conflict)
        .summary("options of virtio stand on a disk of another bus")
        .doc(
            "The model of a disk, `ioeventfd`, `event_idx`, queues and the options that all virtio devices share are \
             for disks on the bus virtio; libvirt refuses them elsewhere, but for queues of NVMe disks. Of queues the driver \
             of QEMU alone takes care since 12.8.0.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' event_idx='on'/><source file='/a'/>\
             <target dev='sda' bus='scsi'/></disk></devices>",
        )
        .finds("<devices><disk type='file' device='disk' model='virtio'><source file='/a'/><target dev='sda' bus='scsi'/></disk></devices>")
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' queues='4'/><source file='/a'/>\
             <target dev='sda' bus='usb'/></disk></devices>",
        )
        .row(refuse(|disk: &Disk, _| {
            use DiskModel::{Virtio, VirtioNonTransitional, VirtioTransitional};
            let bus = Some(targets::bus(disk)).filter(|bus| *bus != Bus::Virtio)?;
            let of_virtio = matches!(disk.model, Some(VirtioTransitional | VirtioNonTransitional | Virtio));
            of_virtio.then(|| format!("a disk on {bus} has no model of virtio: leave out model"))
        }))
        .row(only_virtio(|name, _, _| VIRTIO_OPTIONS.contains(&name) || matches!(name, "ioeventfd" | "event_idx")))
        .row(only_virtio(|name, disk, bus| has_queues(name, disk, bus) || has_long_queues(name, disk, bus)).driver(Driver::Qemu))
        // The parser until a release between 9.0.0 and 12.8.0.
        .row(only_virtio(has_queues).until(12, 8, 0).but(Driver::Qemu)),
    rule("disk-startup-policy-requisite", Class::Conflict)
        .summary("the startup policy `requisite` is for removable media")
        .doc(
            "A CD-ROM or floppy drive can start without its medium after a migration; a hard disk cannot, so libvirt \
             refuses `startupPolicy='requisite'` there.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a' startupPolicy='requisite'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse(|disk: &Disk, _| {
            let policy = field::<Option<StartupPolicy>>(source(&disk.type_)?)?;
            (*policy == Some(StartupPolicy::Requisite) && !is_drive(disk))
                .then_some("the startup policy 'requisite' is for CD-ROM and floppy drives: set 'mandatory' or 'optional'")
        })),
    rule("disk-startup-policy-nowhere", Class::Conflict)
        .summary("a policy for the absence of what the host does not open")
        .doc(
            "Files, block devices, directories and volumes may be missing when a guest starts. Of an image of a server, a namespace of NVMe \
             or a disk that another process provides libvirt refuses `startupPolicy`.",
        )
        .finds(
            "<devices><disk type='network' device='cdrom'><source protocol='https' name='a' startupPolicy='optional'><host name='h'/></source>\
             <target dev='sda' bus='sata'/></disk></devices>",
        )
        .row(refuse_where(DiskSourceNvme::STARTUP_POLICY, |_, _| true, NO_POLICY))
        .rows(each_type!([DiskSourceNetwork DiskSourceVhostUser DiskSourceVhostVdpa], refuse_if(NO_POLICY, |it: &Of, _| {
            kept_attribute(&it.xml, "startupPolicy").is_some()
        }))),
    rule("disk-identity-invalid", Class::Conflict)
        .summary("vendor, product or world wide name of a disk are malformed")
        .doc(
            "A world wide name has 16 hexadecimal digits, a vendor up to 8 characters, a product up to 16; 40 on IDE and SATA since 10.0.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='scsi'/>\
             <vendor>more than 8</vendor></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='scsi'/>\
             <product>more than sixteen</product></disk></devices>",
        )
        .finds("<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='scsi'/><wwn>123</wwn></disk></devices>")
        .row(refuse_where(Disk::VENDOR, |vendor, _| vendor.len() > 8, "a vendor has up to 8 characters: shorten it"))
        .row(refuse_where(Disk::PRODUCT, |it, _| it.len() > 40, "a product has up to 40 characters: shorten it").when(is_ata))
        .row(refuse_where(Disk::PRODUCT, |it, _| it.len() > 16, LONG_PRODUCT).when(|it, scope| !is_ata(it, scope)))
        .row(refuse_where(Disk::PRODUCT, |it, _| (17..=40).contains(&it.len()), LONG_PRODUCT).when(is_ata).until(10, 0, 0))
        .row(refuse(|disk: &Disk, _| {
            let wwn = disk.wwn.as_deref().unwrap_or_default();
            let digits = wwn.strip_prefix("0x").unwrap_or(wwn);
            let name = digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            (!wwn.is_empty() && !name).then(|| format!("the world wide name '{wwn}' has not 16 hexadecimal digits: give it 16"))
        })),
    rule("disk-iotune-conflict", Class::Conflict)
        .summary("limits for all I/O exclude limits for reading and writing")
        .doc(
            "Bytes and operations a second are limited for all I/O together or for reading and writing each, not both; \
             the same holds for the limits of bursts.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
             <total_bytes_sec>1</total_bytes_sec><read_bytes_sec>1</read_bytes_sec></iotune></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
             <total_iops_sec_max>1</total_iops_sec_max><write_iops_sec_max>1</write_iops_sec_max></iotune></disk></devices>",
        )
        .finds(
            "<throttlegroups><throttlegroup><group_name>g</group_name><total_bytes_sec>1</total_bytes_sec>\
             <read_bytes_sec>1</read_bytes_sec></throttlegroup></throttlegroups>",
        )
        .rows(each_type!([DiskIoTune Throttlegroup], refuse(|it: &Of, _| totals(it)))),
];

/// What is refused of the target of a disk.
fn on_target(objection: impl Fn(&Disk, &Scope) -> Option<String> + Send + Sync + 'static) -> Draft<Disk> {
    refuse(objection).at(|disk| &disk.target.xml)
}

fn trayless(tray: DiskTargetTray) -> Draft<Disk> {
    on_target(move |disk, _| {
        (disk.target.tray? == tray && !is_drive(disk)).then(|| format!("a {} has no tray: leave it out", kind(disk)))
    })
}

/// The first limit for all that stands beside one for a direction.
fn totals(limits: &dyn Content) -> Option<String> {
    let limits = numbers(limits);
    let set = |name: &str| limits.iter().any(|(limit, number)| *limit == name && *number != 0);
    limits.iter().find_map(|(name, _)| {
        let rest = name.strip_prefix("total_").filter(|rest| set(name) && !rest.ends_with("_length"))?;
        let parted = ["read_", "write_"].iter().any(|direction| set(&format!("{direction}{rest}")));
        parted.then(|| format!("total_{rest} excludes read_{rest} and write_{rest}: leave out the one or the others"))
    })
}

pub(super) fn is_lun(disk: &Disk) -> bool {
    disk.device == Some(DiskDevice::Lun)
}

/// Whether the source is one that SCSI commands can reach.
fn has_lun(disk: &Disk) -> bool {
    match &disk.type_ {
        DiskType::Block(_) | DiskType::Volume(_) => source(&disk.type_).is_some(),
        DiskType::Network(members) => {
            members.source.as_ref().is_some_and(|source| matches!(source.protocol, Protocol::Iscsi(_)))
        }
        _ => false,
    }
}

/// What is given on a target, but is not for such disks on the buses that are `wrong`.
fn not_on(name: &'static str, wrong: fn(&Disk, Bus) -> bool) -> Draft<Disk> {
    on_target(move |disk, _| {
        let bus = Some(targets::bus(disk)).filter(|bus| wrong(disk, *bus) && given(&disk.target).contains(&name))?;
        Some(format!("'{name}' is not for a {} on {bus}: leave it out", kind(disk)))
    })
}

/// Options of a driver that are for disks on virtio alone.
fn only_virtio(is_option: fn(&str, &DiskDriver, Bus) -> bool) -> Draft<Disk> {
    refuse_at(Disk::DRIVER, move |disk, _| {
        let bus = Some(targets::bus(disk)).filter(|bus| *bus != Bus::Virtio)?;
        let driver = disk.driver.as_ref()?;
        let options: Vec<_> = given(driver).into_iter().filter(|name| is_option(name, driver, bus)).collect();
        (!options.is_empty())
            .then(|| format!("only disks on virtio have {}: leave that out, or set bus='virtio'", options.join(", ")))
    })
}

fn has_queues(name: &str, driver: &DiskDriver, bus: Bus) -> bool {
    name == "queues" && driver.queues != Some(0) && bus != Bus::Nvme
}

fn has_long_queues(name: &str, driver: &DiskDriver, bus: Bus) -> bool {
    name == "queue_size" && driver.queue_size != Some(0) && bus != Bus::Nvme
}

fn is_ata(disk: &Disk, _: &Scope) -> bool {
    matches!(targets::bus(disk), Bus::Ide | Bus::Sata)
}

fn bad_target(disk: &Disk, _: &Scope) -> Option<String> {
    let name = plain_name(&disk.target.dev);
    let floppy = disk.device == Some(DiskDevice::Floppy);
    let known: &[&str] = if floppy { &["fd"] } else { &["hd", "sd", "vd", "xvd", "ubd", "nvme"] };
    // With an address, a CD-ROM drive may have any name.
    let any = disk.device == Some(DiskDevice::Cdrom);
    if !any && !known.iter().any(|prefix| name.starts_with(prefix)) {
        return Some(format!("'{name}' is no name of a {}: begin it with {}", kind(disk), known.join(" or ")));
    }
    if disk.address.is_none() && place_on_bus(name).is_none() {
        let why = "and it has no address: take a name as vda, or add <address>";
        return Some(format!("'{name}' names no place for the disk, {why}"));
    }
    let bus = targets::bus(disk);
    (floppy != (bus == Bus::Fdc)).then(|| format!("the bus of a {} cannot be {bus}: set another one", kind(disk)))
}

fn kind(disk: &Disk) -> &'static str {
    match disk.device {
        Some(DiskDevice::Floppy) => "floppy drive",
        Some(DiskDevice::Cdrom) => "CD-ROM drive",
        Some(DiskDevice::Lun) => "LUN",
        _ => "hard disk",
    }
}

/// Whether it is a drive for removable media.
pub(super) fn is_drive(disk: &Disk) -> bool {
    matches!(disk.device, Some(DiskDevice::Cdrom | DiskDevice::Floppy))
}
