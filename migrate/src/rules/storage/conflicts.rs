//! What libvirt refuses of disks and of the order in which devices boot.

use std::collections::BTreeMap;

use domxml::{
    DeviceBoot, DeviceSeclabel, DeviceSeclabelRelabel, Disk, DiskAuthSecretType, DiskBackingStore, DiskDevice,
    DiskDriverType, DiskIoTune, DiskModel, DiskOuterEncryption, DiskSourceBlock, DiskSourceFile, DiskSourceNetwork,
    DiskSourceNetworkProtocol as Protocol, DiskSourceVolume, DiskStorage, DiskTargetBus, DiskTargetTray, DiskType,
    DiskTypeNetwork, Domain, Encryption, EncryptionFormat, OsTypeValue, Sgio, StartupPolicy, walk,
};

use super::disk_auth_under_disk::{auth_place, encryption_place};
use super::util::{self, Drive, disks, is_scsi, place_on_bus, plain_name};
use crate::rule::{Context, OldRule as Rule};
use crate::rules::common::conflict;

pub(super) static TARGET_NAME: Rule = conflict(
    "disk-target-invalid",
    "the target of a disk is no name that libvirt knows",
    "The target of a floppy drive begins with `fd` and is on the bus FDC; that of any other disk begins with `hd`, `sd`, `vd`, `xvd` \
     or `ubd` and is on another bus. Letters from a to z follow, and perhaps the number of a partition, unless the disk has an \
     address. From 11.5.0 on it can also be the name of an NVMe namespace, as `nvme0n1`. libvirt refuses anything else.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='fda' bus='ide'/></disk></devices>",
    check_target,
);

pub(super) static TARGET_TWICE: Rule = conflict(
    "disk-target-duplicate",
    "two disks have the same target",
    "The target is the name of a disk in its domain: libvirt refuses a domain with two disks of the same target, on whatever bus.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
     <disk type='file' device='disk'><source file='/b'/><target dev='vda' bus='virtio'/></disk></devices>",
    check_targets,
);

pub(super) static AUTH_TWICE: Rule = conflict(
    "disk-auth-duplicate",
    "the credentials of a disk stand in two places, or are of the wrong kind",
    "Credentials stand in the source or, as they did until 3.9.0, beside it; libvirt refuses both at once, whatever they say. The \
     secret is one of Ceph for RBD and one of iSCSI for iSCSI.",
    "<devices><disk type='network' device='disk'><auth username='a'><secret type='ceph' usage='x'/></auth>\
     <source protocol='rbd' name='p/i'><auth username='a'><secret type='ceph' usage='x'/></auth></source>\
     <target dev='vda' bus='virtio'/></disk></devices>",
    check_auth,
);

pub(super) static ENCRYPTION_TWICE: Rule = conflict(
    "disk-encryption-duplicate",
    "the encryption of a disk stands in two places, or where none can be",
    "The encryption stands in the source or, as it did until 3.9.0, beside it; libvirt refuses both at once, whatever they say. LUNs and \
     vhost-user disks cannot be encrypted.",
    "<devices><disk type='file' device='disk'><source file='/a'><encryption format='luks'/></source>\
     <target dev='vda' bus='virtio'/><encryption format='luks'/></disk></devices>",
    check_encryption,
);

pub(super) static ENCRYPTION_CIPHER: Rule = conflict(
    "disk-encryption-cipher",
    "the cipher of an encrypted image is known from the image",
    "Cipher and initial vector are chosen when a volume is made; for a disk of a domain libvirt refuses them.",
    "<devices><disk type='file' device='disk'><source file='/a'><encryption format='luks'><cipher name='aes' size='256'/>\
     </encryption></source><target dev='vda' bus='virtio'/></disk></devices>",
    check_cipher,
);

pub(super) static NO_SOURCE: Rule = conflict(
    "disk-source-missing",
    "a hard disk has no source, or a backing store none or no format",
    "Only CD-ROM and floppy drives can be without medium: libvirt refuses a hard disk without a source, and a backing store of a type \
     but without format or source.",
    "<devices><disk type='file' device='disk'><target dev='vda' bus='virtio'/></disk></devices>",
    check_source,
);

pub(super) static LUN: Rule = conflict(
    "disk-lun-source",
    "a LUN is a raw block device",
    "A disk of the kind `lun` takes SCSI commands through to a device of the host: its source is a block device, a volume or an \
     iSCSI target, and its format raw. Only such a disk may ask for raw I/O or say what happens to SCSI commands.",
    "<devices><disk type='file' device='lun'><source file='/a'/><target dev='sda' bus='scsi'/></disk></devices>",
    check_lun,
);

pub(super) static SGIO: Rule = conflict(
    "disk-sgio-unfiltered",
    "unfiltered SCSI commands are no longer supported",
    "The feature of the kernel that `sgio='unfiltered'` asks for never came to be; libvirt refuses it.",
    "<devices><disk type='block' device='lun' sgio='unfiltered'><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/></disk></devices>",
    check_sgio,
);

pub(super) static RESERVATIONS: Rule = conflict(
    "disk-reservations-not-lun",
    "persistent reservations are for LUNs",
    "Only a disk of the kind `lun` can have persistent reservations; libvirt refuses them elsewhere.",
    "<devices><disk type='block' device='disk'><source dev='/dev/sdb'><reservations managed='yes'/></source>\
     <target dev='sda' bus='scsi'/></disk></devices>",
    check_reservations,
);

pub(super) static REMOVABLE: Rule = conflict(
    "disk-removable-bus",
    "only USB and SCSI disks can say that they are removable",
    "libvirt takes `removable` for disks on USB, since 10.0 also for those on SCSI, and refuses it on other buses.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio' removable='on'/></disk></devices>",
    check_removable,
);

pub(super) static TRAY: Rule = conflict(
    "disk-tray-device",
    "only CD-ROM and floppy drives have a tray",
    "libvirt takes `tray='open'` for CD-ROM and floppy drives and refuses it for disks.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio' tray='open'/></disk></devices>",
    check_tray,
);

pub(super) static VIRTIO_ONLY: Rule = conflict(
    "disk-virtio-option-bus",
    "options of virtio stand on a disk of another bus",
    "The model of a disk, `ioeventfd`, `event_idx`, queues and the options that all virtio devices share are for disks on the bus \
     virtio; libvirt refuses them elsewhere.",
    "<devices><disk type='file' device='disk'><driver name='qemu' event_idx='on'/><source file='/a'/>\
     <target dev='sda' bus='scsi'/></disk></devices>",
    check_virtio,
);

pub(super) static POLICY: Rule = conflict(
    "disk-startup-policy-requisite",
    "the startup policy `requisite` is for removable media",
    "A CD-ROM or floppy drive can start without its medium after a migration; a hard disk cannot, so libvirt refuses \
     `startupPolicy='requisite'` there.",
    "<devices><disk type='file' device='disk'><source file='/a' startupPolicy='requisite'/><target dev='vda' bus='virtio'/></disk></devices>",
    check_policy,
);

pub(super) static IDENTITY: Rule = conflict(
    "disk-identity-invalid",
    "vendor, product or world wide name of a disk are malformed",
    "A world wide name has 16 hexadecimal digits, a vendor up to 8 characters, a product up to 16; 40 on IDE and SATA since 10.0.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='scsi'/><vendor>more than 8</vendor></disk></devices>",
    check_identity,
);

pub(super) static IOTUNE: Rule = conflict(
    "disk-iotune-conflict",
    "limits for all I/O exclude limits for reading and writing",
    "Bytes and operations a second are limited for all I/O together or for reading and writing each, not both; the same holds for \
     the limits of bursts.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
     <total_bytes_sec>1</total_bytes_sec><read_bytes_sec>1</read_bytes_sec></iotune></disk></devices>",
    check_iotune,
);

pub(super) static ADDRESS: Rule = conflict(
    "disk-address-conflict",
    "the address of a disk does not fit its bus, or is taken",
    "Disks on IDE, SCSI, SATA and FDC have addresses of drives. Two disks of a bus cannot have the \
     same address, whether it is given or derived from the target, nor can a disk on SCSI and a SCSI device of the host.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='sda' bus='scsi'/></disk>\
     <disk type='file' device='disk'><source file='/b'/><target dev='sdb' bus='scsi'/>\
     <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk></devices>",
    check_addresses,
);

pub(super) static REFUSED_LATER: Rule = conflict(
    "disk-refused-by-target",
    "newer releases of libvirt refuse what older ones took",
    "Between 9.0 and 11.3 libvirt gave up the Sheepdog protocol, which no hypervisor supports any more, and began to refuse a security \
     label of a source that asks for relabelling without saying how. What the domain should use instead is its owner's choice.",
    "<devices><disk type='network' device='disk'><source protocol='sheepdog' name='i'><host name='h' port='7000'/></source>\
     <target dev='vda' bus='virtio'/></disk></devices>",
    check_refused_later,
);

pub(super) static LABELS: Rule = conflict(
    "disk-seclabel-duplicate",
    "two labels of a source are for the same security driver",
    "A source has one label for each security driver at most; libvirt refuses a second one.",
    "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='dac' relabel='no'/>\
     <seclabel model='dac' relabel='no'/></source><target dev='vda' bus='virtio'/></disk></devices>",
    check_labels,
);

pub(super) static BOOT: Rule = conflict(
    "boot-order-conflict",
    "the boot order is given twice",
    "What a fully virtualised guest boots from is said by `<boot dev=>` in `<os>` or by `<boot order=>` of the devices, not both, and no \
     two devices have the same number. libvirt refuses anything else.",
    "<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os><devices><disk type='file' device='disk'><source file='/a'/>\
     <target dev='vda' bus='virtio'/><boot order='1'/></disk></devices>",
    check_boot,
);

fn check_target(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let name = plain_name(&disk.target.dev);
        let floppy = disk.device == Some(DiskDevice::Floppy);
        let known: &[&str] = if floppy { &["fd"] } else { &["hd", "sd", "vd", "xvd", "ubd", "nvme"] };
        let known = if cx.knows(11, 5, 0) || floppy { known } else { &known[..known.len() - 1] };
        if !known.iter().any(|prefix| name.starts_with(prefix)) {
            cx.error(
                &disk.target.xml,
                format!("'{name}' is no name of a {}: it begins with {}", kind(disk), known.join(", ")),
            );
        } else if disk.address.is_none() && place_on_bus(name).is_none() {
            cx.error(&disk.target.xml, format!("'{name}' names no place for the disk, and it has no address"));
        } else if floppy != (util::bus(disk) == DiskTargetBus::Fdc) {
            cx.error(&disk.target.xml, format!("the bus of a {} cannot be {}", kind(disk), util::bus(disk)));
        }
    }
}

fn kind(disk: &Disk) -> &'static str {
    match disk.device {
        Some(DiskDevice::Floppy) => "floppy drive",
        Some(DiskDevice::Cdrom) => "CD-ROM drive",
        Some(DiskDevice::Lun) => "LUN",
        Some(DiskDevice::Disk) | None => "hard disk",
    }
}

fn check_targets(domain: &mut Domain, cx: &mut Context) {
    let disks = disks(domain);
    for (at, disk) in disks.iter().enumerate() {
        let name = plain_name(&disk.target.dev);
        if disks[..at].iter().any(|other| plain_name(&other.target.dev) == name) {
            cx.error(&disk.target.xml, format!("another disk has the target '{name}' already"));
        }
    }
}

fn check_auth(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let inner = auth_place(disk).and_then(|place| place.clone());
        if let (Some(outer), Some(_)) = (&disk.auth, &inner) {
            cx.error(&outer.xml, "credentials stand in the source already");
            continue;
        }
        if let (DiskType::Volume(members), Some(outer)) = (&disk.type_, &disk.auth)
            && members.source.as_ref().is_some_and(|source| source.auth.is_some())
        {
            cx.error(&outer.xml, "credentials stand in the source already");
        }
        let DiskType::Network(DiskTypeNetwork { source: Some(source) }) = &disk.type_ else { continue };
        if let Some(outer) = &disk.auth
            && auth_place(&mut disk.clone()).is_none()
        {
            cx.error(&outer.xml, format!("the protocol '{}' knows no credentials", protocol(source)));
            continue;
        }
        let wanted = match source.protocol {
            Protocol::Rbd(_) => DiskAuthSecretType::Ceph,
            Protocol::Iscsi(_) => DiskAuthSecretType::Iscsi,
            _ => continue,
        };
        let secrets = disk.auth.iter().map(|auth| &auth.secret).chain(inner.iter().map(|auth| &auth.secret));
        for secret in secrets.filter(|secret| secret.type_ != wanted) {
            cx.error(&secret.xml, format!("the secret must be of the type '{wanted}'"));
        }
    }
}

fn protocol(source: &DiskSourceNetwork) -> &'static str {
    domxml::Payload::value(&source.protocol).unwrap_or_default()
}

fn check_encryption(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let twice = encryption_place(disk).is_some_and(|place| place.is_some());
        if let Some(outer) = disk.encryption.as_ref().filter(|_| twice) {
            cx.error(&outer.xml, "an encryption stands in the source already");
            continue;
        }
        let inner = encryption_place(disk).and_then(|place| place.as_ref().map(|encryption| encryption.format));
        let format = inner.or(disk.encryption.as_ref().map(|encryption| encryption.format));
        if disk.device == Some(DiskDevice::Lun) && format.is_some_and(|format| format != EncryptionFormat::Default) {
            cx.error(&disk.xml, "a LUN cannot be encrypted");
        } else if let (DiskType::Vhostuser(_), Some(outer)) = (&disk.type_, &disk.encryption) {
            cx.error(&outer.xml, "a vhost-user disk cannot be encrypted");
        }
    }
}

fn check_cipher(domain: &mut Domain, cx: &mut Context) {
    let message = "cipher and initial vector of a disk are known from its image and must not be given";
    for disk in disks(domain) {
        walk(disk, &mut |any| {
            if let Some(encryption) = any.downcast_ref::<Encryption>() {
                if encryption.cipher.is_some() || encryption.ivgen.is_some() {
                    cx.error(&encryption.xml, message);
                }
            } else if let Some(encryption) = any.downcast_ref::<DiskOuterEncryption>()
                && (encryption.cipher.is_some() || encryption.ivgen.is_some())
            {
                cx.error(&encryption.xml, message);
            }
        });
    }
}

fn check_source(domain: &mut Domain, cx: &mut Context) {
    let given = |path: &Option<String>| path.as_ref().is_some_and(|path| !path.is_empty());
    for disk in disks(domain) {
        let empty = match &disk.type_ {
            DiskType::File(members) => {
                !members.source.as_ref().is_some_and(|source| given(&source.file) || source.fdgroup.is_some())
            }
            DiskType::Block(members) => !members.source.as_ref().is_some_and(|source| given(&source.dev)),
            DiskType::Dir(members) => members.source.as_ref().is_none_or(|source| source.dir.is_empty()),
            DiskType::Volume(members) => members.source.is_none(),
            DiskType::Nvme(members) => members.source.is_none(),
            DiskType::Network(members) => members.source.is_none(),
            DiskType::Vhostuser(_) | DiskType::Vhostvdpa(_) | DiskType::Ctl(_) => false,
        };
        if empty && matches!(disk.device, None | Some(DiskDevice::Disk)) {
            cx.error(&disk.xml, format!("the hard disk {} has no source", disk.target.dev));
        }
        walk(disk, &mut |any| {
            let Some(store) = any.downcast_ref::<DiskBackingStore>() else { return };
            let Some(storage) = &store.type_ else { return };
            let none = match storage {
                DiskStorage::File(members) => members.source.is_none(),
                DiskStorage::Block(members) => members.source.is_none(),
                DiskStorage::Dir(members) => members.source.is_none(),
                DiskStorage::Volume(members) => members.source.is_none(),
                DiskStorage::Nvme(members) => members.source.is_none(),
                DiskStorage::Network(_)
                | DiskStorage::Vhostuser(_)
                | DiskStorage::Vhostvdpa(_)
                | DiskStorage::Ctl(_) => false,
            };
            if store.format.is_none() {
                cx.error(&store.xml, "the backing store has no format");
            } else if none {
                cx.error(&store.xml, "the backing store has no source");
            }
        });
    }
}

fn check_lun(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if disk.device == Some(DiskDevice::Lun) {
            let fits = match &disk.type_ {
                DiskType::Block(members) => members.source.is_some(),
                DiskType::Volume(members) => members.source.is_some(),
                DiskType::Network(members) => {
                    members.source.as_ref().is_some_and(|source| matches!(source.protocol, Protocol::Iscsi(_)))
                }
                _ => false,
            };
            let format = disk.driver.as_ref().and_then(|driver| driver.type_);
            if !fits {
                cx.error(&disk.xml, "the source of a LUN is a block device, a volume or an iSCSI target");
            } else if !matches!(format, None | Some(DiskDriverType::Raw | DiskDriverType::Aio)) {
                cx.error(&disk.xml, "the format of a LUN is raw");
            }
        } else if disk.rawio.is_some() {
            cx.error(&disk.xml, "'rawio' is for LUNs");
        } else if disk.sgio.is_some() {
            cx.error(&disk.xml, "'sgio' is for LUNs");
        }
    }
}

fn check_sgio(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if disk.sgio == Some(Sgio::Unfiltered) {
            cx.error(&disk.xml, "unfiltered SCSI commands are no longer supported");
        }
    }
}

fn check_reservations(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if let DiskType::Block(members) = &disk.type_
            && disk.device != Some(DiskDevice::Lun)
            && let Some(reservations) = members.source.as_ref().and_then(|source| source.reservations.as_ref())
        {
            cx.error(&reservations.xml, "persistent reservations are for LUNs");
        }
    }
}

fn check_removable(domain: &mut Domain, cx: &mut Context) {
    let scsi_too = cx.knows(10, 0, 0);
    for disk in disks(domain) {
        let bus = util::bus(disk);
        let fits = bus == DiskTargetBus::Usb || scsi_too && bus == DiskTargetBus::Scsi;
        if disk.target.removable.is_some() && !fits {
            cx.error(&disk.target.xml, format!("'removable' is not for disks on {bus}"));
        }
        if disk.target.dpofua.is_some() && bus != DiskTargetBus::Scsi && cx.knows(11, 10, 0) {
            cx.error(&disk.target.xml, format!("'dpofua' is not for disks on {bus}"));
        }
    }
}

fn check_tray(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let has_tray = matches!(disk.device, Some(DiskDevice::Cdrom | DiskDevice::Floppy));
        if disk.target.tray == Some(DiskTargetTray::Open) && !has_tray {
            cx.error(&disk.target.xml, format!("a {} has no tray", kind(disk)));
        }
    }
}

fn check_virtio(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let bus = util::bus(disk);
        if bus == DiskTargetBus::Virtio {
            continue;
        }
        if matches!(
            disk.model,
            Some(DiskModel::VirtioTransitional | DiskModel::VirtioNonTransitional | DiskModel::Virtio)
        ) {
            cx.error(&disk.xml, format!("a disk on {bus} has no model of virtio"));
        }
        let Some(driver) = &disk.driver else { continue };
        for (name, given) in [
            ("ioeventfd", driver.ioeventfd.is_some()),
            ("event_idx", driver.event_idx.is_some()),
            ("queues", driver.queues.is_some_and(|queues| queues != 0)),
            ("queue_size", driver.queue_size.is_some_and(|size| size != 0)),
            ("iommu", driver.iommu.is_some()),
            ("ats", driver.ats.is_some()),
            ("packed", driver.packed.is_some()),
            ("page_per_vq", driver.page_per_vq.is_some()),
        ] {
            if given {
                cx.error(&driver.xml, format!("'{name}' is for disks on virtio"));
            }
        }
    }
}

fn check_policy(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let policy = match &disk.type_ {
            DiskType::File(members) => members.source.as_ref().and_then(|source| source.startup_policy),
            DiskType::Block(members) => members.source.as_ref().and_then(|source| source.startup_policy),
            DiskType::Dir(members) => members.source.as_ref().and_then(|source| source.startup_policy),
            DiskType::Volume(members) => members.source.as_ref().and_then(|source| source.startup_policy),
            _ => None,
        };
        let removable = matches!(disk.device, Some(DiskDevice::Cdrom | DiskDevice::Floppy));
        if policy == Some(StartupPolicy::Requisite) && !removable {
            cx.error(&disk.xml, "the startup policy 'requisite' is for CD-ROM and floppy drives");
        }
    }
}

fn check_identity(domain: &mut Domain, cx: &mut Context) {
    let longer = cx.knows(10, 0, 0);
    for disk in disks(domain) {
        let too_long = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.len() > most);
        let most = if longer && matches!(util::bus(disk), DiskTargetBus::Ide | DiskTargetBus::Sata) { 40 } else { 16 };
        if too_long(&disk.vendor, 8) {
            cx.error(&disk.xml, "a vendor has up to 8 characters");
        }
        if too_long(&disk.product, most) {
            cx.error(&disk.xml, format!("a product has up to {most} characters"));
        }
        let wwn = disk.wwn.as_deref().unwrap_or_default();
        let digits = wwn.strip_prefix("0x").unwrap_or(wwn);
        if !wwn.is_empty() && (digits.len() != 16 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            cx.error(&disk.xml, format!("the world wide name '{wwn}' has not 16 hexadecimal digits"));
        }
    }
}

fn check_iotune(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let Some(tune) = &disk.iotune else { continue };
        let set = |limit: Option<u64>| limit.is_some_and(|limit| limit != 0);
        let DiskIoTune { total_bytes_sec: bytes, total_iops_sec: ops, .. } = tune;
        for (name, total, parts) in [
            ("bytes_sec", *bytes, [tune.read_bytes_sec, tune.write_bytes_sec]),
            ("iops_sec", *ops, [tune.read_iops_sec, tune.write_iops_sec]),
            ("bytes_sec_max", tune.total_bytes_sec_max, [tune.read_bytes_sec_max, tune.write_bytes_sec_max]),
            ("iops_sec_max", tune.total_iops_sec_max, [tune.read_iops_sec_max, tune.write_iops_sec_max]),
        ] {
            if set(total) && parts.into_iter().any(set) {
                cx.error(&tune.xml, format!("total_{name} excludes read_{name} and write_{name}"));
            }
        }
    }
}

/// The address of a disk on a bus of drives: the one that is given, else the one that libvirt derives.
fn drive(disk: &Disk) -> Option<Drive> {
    if disk.address.is_some() {
        return Drive::of(disk.address.as_ref());
    }
    Drive::of_disk(util::bus(disk), plain_name(&disk.target.dev))
}

fn check_addresses(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    let mut taken: Vec<(DiskTargetBus, Drive)> = Vec::new();
    for disk in &devices.disk {
        let bus = util::bus(disk);
        let of_drives = matches!(
            bus,
            DiskTargetBus::Ide | DiskTargetBus::Fdc | DiskTargetBus::Scsi | DiskTargetBus::Sata | DiskTargetBus::Nvme
        );
        if let Some(address) = &disk.address {
            let given = domxml::Payload::value(&address.type_).unwrap_or_default();
            if of_drives && given != "drive" || given == "unassigned" {
                cx.error(&address.xml, format!("a disk on {bus} cannot have an address of the type '{given}'"));
                continue;
            }
        }
        let Some(drive) = drive(disk) else { continue };
        if taken.contains(&(bus, drive)) {
            let xml = disk.address.as_ref().map_or(&disk.xml, |address| &address.xml);
            cx.error(xml, format!("another disk has the address {drive} of {bus} already"));
        }
        taken.push((bus, drive));
    }
    for (at, hostdev) in devices.hostdev.iter().enumerate().filter(|(_, hostdev)| is_scsi(hostdev)) {
        let Some(drive) = Drive::of(hostdev.address.as_ref()) else { continue };
        let same = |other| is_scsi(other) && Drive::of(other.address.as_ref()) == Some(drive);
        if taken.contains(&(DiskTargetBus::Scsi, drive)) {
            cx.error(&hostdev.xml, format!("a disk has the address {drive} already"));
        } else if devices.hostdev[..at].iter().any(same) {
            cx.error(&hostdev.xml, format!("another SCSI device of the host has the address {drive} already"));
        }
    }
}

fn check_labels(domain: &mut Domain, cx: &mut Context) {
    walk(domain, &mut |any| {
        let labels = if let Some(source) = any.downcast_ref::<DiskSourceFile>() {
            &source.seclabel
        } else if let Some(source) = any.downcast_ref::<DiskSourceBlock>() {
            &source.seclabel
        } else if let Some(source) = any.downcast_ref::<DiskSourceVolume>() {
            &source.seclabel
        } else {
            return;
        };
        for (at, label) in labels.iter().enumerate() {
            if let Some(model) = &label.model
                && labels[..at].iter().any(|other| other.model.as_ref() == Some(model))
            {
                cx.error(&label.xml, format!("another label is for {model} already"));
            }
        }
    });
}

fn check_refused_later(domain: &mut Domain, cx: &mut Context) {
    if !cx.knows(11, 3, 0) {
        return;
    }
    walk(domain, &mut |any| {
        if let Some(source) = any.downcast_ref::<DiskSourceNetwork>()
            && matches!(source.protocol, Protocol::Sheepdog(_))
        {
            cx.note(&source.xml, "libvirt 11.3.0 no longer takes the protocol 'sheepdog'");
        } else if let Some(label) = any.downcast_ref::<DeviceSeclabel>()
            && let DeviceSeclabelRelabel::Yes(members) = &label.relabel
            && members.label.is_empty()
            && members.labelskip.is_none()
        {
            cx.note(&label.xml, "libvirt 11.3.0 no longer takes relabel='yes' without a label");
        }
    });
}

fn check_boot(domain: &mut Domain, cx: &mut Context) {
    let Some(os) = &domain.os else { return };
    if os.type_.value != OsTypeValue::Hvm {
        return;
    }
    let by_os = !os.boot.is_empty();
    let mut seen = BTreeMap::new();
    walk(domain, &mut |any| {
        let Some(boot) = any.downcast_ref::<DeviceBoot>() else { return };
        if by_os {
            cx.error(&boot.xml, "the boot order is given in <os> already");
        } else if seen.insert(boot.order, ()).is_some() {
            cx.error(&boot.xml, format!("another device has the boot order {} already", boot.order));
        }
    });
}
