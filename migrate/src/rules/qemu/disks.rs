//! Disks: buses, names, formats, places.

use std::collections::BTreeMap;

use domxml::{
    Address, AddressType, ControllerType, ControllerTypeScsiModel as ScsiModel, Devices, Disk, DiskDevice,
    DiskDriverType as Format, DiskModel, DiskTargetBus as Bus, DiskType, Encryption, EncryptionEngine,
    EncryptionFormat, HostdevMode, HostdevSubsystem, StorageFormat, each,
};

use super::refused;
use crate::options::Driver;
use crate::rule::board::{Board, is_s390};
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};
use crate::rules::storage::{bus, is_hard, name_to_index, plain_name};

rules![
    rule("qemu-disk-bus-conflict", Class::Conflict)
        .summary("a disk on a bus that the machine does not have, or that does not take it")
        .doc(
            "IDE is of the `pc` machine: q35 has SATA, others SCSI and virtio. A machine has two IDE channels, so four \
             such disks. Floppy drives are of PCs, SATA not of s390. CD-ROM drives are on IDE, SATA, SCSI or USB; a \
             hard disk on IDE or SATA cannot be read-only. A USB disk has a USB address, and a virtio disk one of PCI, \
             CCW or virtio-mmio.",
        )
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><disk type='file' device='cdrom'>\
             <target dev='hda' bus='ide'/></disk></devices>",
        )
        .finds("<devices><disk type='file' device='cdrom'><target dev='vda' bus='virtio'/></disk></devices>")
        .finds("<devices><disk type='file'><source file='/d'/><target dev='hde' bus='ide'/></disk></devices>")
        .finds(
            "<devices><disk type='file'><source file='/d'/><target dev='sda' bus='usb'/><address type='pci' bus='0' slot='5'/></disk></devices>",
        )
        .row(refused(|disk: &Disk, scope| on_bus(disk, scope).map(str::to_owned)))
        .row(refused(|disk: &Disk, scope| second_ide(disk, scope).map(str::to_owned)))
        .row(refused(|disk: &Disk, _| second_floppy_controller(disk).map(str::to_owned)))
        .row(refused(|disk: &Disk, _| address(disk).map(str::to_owned))),
    rule("qemu-disk-name-conflict", Class::Conflict)
        .summary("the name of a partition, or one that counts too far")
        .doc(
            "The name of a disk in the guest tells its place: a whole disk, not a partition of it (`vdb1`), with so \
             few letters that libvirt can count them. The QEMU driver refuses other names.",
        )
        .finds("<devices><disk type='block'><source dev='/dev/sdx'/><target dev='vdb1' bus='virtio'/></disk></devices>")
        .finds("<devices><disk type='block'><source dev='/dev/sdx'/><target dev='hdaxxxxxxxxxx' bus='virtio'/></disk></devices>")
        .row(
            refused(|disk: &Disk, _| {
                let name = plain_name(&disk.target.dev);
                let prefix = ["fd", "hd", "vd", "sd", "xvd", "ubd"].into_iter().find(|prefix| name.starts_with(prefix))?;
                let rest = &name[prefix.len()..];
                let letters = rest.trim_end_matches(|c: char| c.is_ascii_digit());
                if letters.is_empty() || !letters.bytes().all(|byte| byte.is_ascii_lowercase()) {
                    return None;
                }
                if letters.len() < rest.len() {
                    return Some(format!("a disk is no partition: call it {prefix}{letters}"));
                }
                uncountable(letters).then(|| format!("libvirt cannot count so far: call it {prefix}a or the next that is free"))
            })
            .at(|disk| &disk.target.xml),
        ),
    rule("qemu-disk-format-conflict", Class::Conflict)
        .summary("a format of storage that QEMU does not read")
        .doc(
            "QEMU reads no images of the formats `cow`, `iso` (which is `raw`) and `dir`, and `fat` only where the \
             disk is a folder, and read-only. It no longer decrypts qcow and qcow2 in their old way: encryption is \
             `luks` since libvirt 4.5.0.",
        )
        .finds("<devices><disk type='file'><driver name='qemu' type='cow'/><source file='/d'/><target dev='vda' bus='virtio'/></disk></devices>")
        .finds(
            "<devices><disk type='file'><driver name='qemu' type='qcow2'/><source file='/d'><encryption format='qcow'>\
             <secret type='passphrase' uuid='8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5aa'/></encryption></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(check(format).driver(Driver::Qemu))
        .row(check(encryption).driver(Driver::Qemu))
        .row(refused(|format: &domxml::DiskFormat, _| {
            match format.type_ {
                StorageFormat::Cow => Some("QEMU reads no cow images: convert it to qcow2"),
                StorageFormat::Iso => Some("QEMU knows no format 'iso': an ISO image is 'raw'"),
                _ => None,
            }
            .map(str::to_owned)
        })),
    rule("qemu-disk-shared-conflict", Class::Conflict)
        .summary("a shared disk of a format with data of its own")
        .doc(
            "A disk that guests share (`<shareable/>`) and may write to is raw: an image of another format keeps \
             data of its own in every QEMU that has it open.",
        )
        .finds(
            "<devices><disk type='file'><driver name='qemu' type='qcow2'/><source file='/d'/>\
             <target dev='vda' bus='virtio'/><shareable/></disk></devices>",
        )
        .finds("<devices><disk type='volume'><source pool='p' volume='v'/><target dev='vda' bus='virtio'/><shareable/></disk></devices>")
        .row(refused(|disk: &Disk, _| {
            let shared = disk.shareable && !disk.readonly;
            let Some(format) = disk.driver.as_ref().and_then(|driver| driver.type_) else {
                let unsaid = shared && is_volume(disk);
                return unsaid.then(|| "a shared volume says that it is raw: add <driver name='qemu' type='raw'/>".to_owned());
            };
            let read = !matches!(format, Format::Cow | Format::Iso | Format::Dir | Format::Fat);
            (shared && read && !matches!(format, Format::Raw | Format::Aio | Format::Luks)).then(|| {
                "a shared disk is raw: convert the image, leave out <shareable/>, or add <readonly/>".to_owned()
            })
        })),
    rule("qemu-disk-scsi-address-conflict", Class::Conflict)
        .summary("a place that the SCSI controller does not have")
        .doc(
            "An LSI Logic controller, which is what libvirt takes on x86 where no model is named, has a single \
             target, number 0, with up to eight units.",
        )
        .finds(
            "<devices><disk type='file'><source file='/d'/><target dev='sdf' bus='scsi'/>\
             <address type='drive' controller='0' bus='0' target='3' unit='0'/></disk>\
             <controller type='scsi' index='0' model='lsilogic'/></devices>",
        )
        .row(check(places).driver(Driver::Qemu)),
];

/// Whether it is a volume of a pool, of which the document says no format where none stands there.
fn is_volume(disk: &Disk) -> bool {
    matches!(&disk.type_, DiskType::Volume(it) if it.source.is_some())
}

fn on_bus(disk: &Disk, scope: &Scope) -> Option<&'static str> {
    let cdrom = disk.device == Some(DiskDevice::Cdrom);
    match bus(disk) {
        Bus::Ide if no_ide(scope) => Some(if scope.board == Board::Q35 {
            "q35 has no IDE: set bus='sata', or bus='scsi' or 'virtio' for a hard disk"
        } else {
            "this machine has no IDE: set bus='scsi' or 'virtio'"
        }),
        Bus::Fdc if scope.board.has_floppy() == Some(false) => Some("this machine has no floppy drives: leave it out"),
        Bus::Sata if is_s390(scope.arch) => Some("s390 guests have no SATA: set bus='virtio' or 'scsi'"),
        Bus::Virtio | Bus::Sd if cdrom => {
            Some("a medium on this bus cannot be ejected: set bus='sata', 'scsi', 'usb' or, with pc, 'ide'")
        }
        Bus::Ide | Bus::Sata if disk.readonly && is_hard(disk) => {
            Some("a hard disk on IDE or SATA cannot be read-only: leave out <readonly/>, or set bus='virtio' or 'scsi'")
        }
        _ => None,
    }
}

/// Whether the machine has no IDE; of boards of which nothing is known, we do not say so.
pub(super) fn no_ide(scope: &Scope) -> bool {
    match scope.board {
        Board::I440fx | Board::Other => false,
        Board::Power => scope.machine.as_deref() != Some("g3beige"),
        _ => true,
    }
}

fn second_floppy_controller(disk: &Disk) -> Option<&'static str> {
    let second = match disk.address.as_deref() {
        _ if bus(disk) != Bus::Fdc => false,
        Some(Address { type_: AddressType::Drive(drive), .. }) => drive.controller.is_some_and(|number| number.0 > 0),
        _ => name_to_index(plain_name(&disk.target.dev)).is_some_and(|index| index >= 2),
    };
    second.then_some("a machine has one controller for two floppy drives: leave this one out")
}

fn second_ide(disk: &Disk, scope: &Scope) -> Option<&'static str> {
    if bus(disk) != Bus::Ide || scope.board != Board::I440fx {
        return None;
    }
    let second = match disk.address.as_deref() {
        Some(Address { type_: AddressType::Drive(drive), .. }) => drive.controller.is_some_and(|number| number.0 > 0),
        _ => name_to_index(plain_name(&disk.target.dev)).is_some_and(|index| index >= 4),
    };
    second.then_some("the machine has one IDE controller, for four drives: set bus='sata', 'scsi' or 'virtio'")
}

fn address(disk: &Disk) -> Option<&'static str> {
    let address = &disk.address.as_deref()?.type_;
    match bus(disk) {
        Bus::Usb if !matches!(address, AddressType::Usb(_) | AddressType::Unassigned) => {
            Some("a USB disk has an address of the type usb: leave out the address, or set bus and port")
        }
        Bus::Virtio
            if matches!(
                address,
                AddressType::Drive(_) | AddressType::Usb(_) | AddressType::Isa(_) | AddressType::SpaprVio(_)
            ) && !matches!(disk.type_, DiskType::Vhostuser(_)) =>
        {
            Some("a virtio disk has an address of PCI, CCW or virtio-mmio: leave out the address")
        }
        _ => None,
    }
}

/// Whether a name has more letters than libvirt counts in 32 bits.
fn uncountable(letters: &str) -> bool {
    let count = |index: i32, letter: u8| {
        index.checked_add(1)?.checked_mul(26)?.checked_add(i32::from(letter.saturating_sub(b'a')))
    };
    letters.bytes().try_fold(-1, count).is_none()
}

const FOLDER: &str = "a disk that is a folder has the format fat: add <driver name='qemu' type='fat'/>";

fn format(disk: &Disk, cx: &mut Context<'_>) {
    let folder = matches!(&disk.type_, DiskType::Dir(it) if it.source.is_some());
    let Some(driver) = &disk.driver else {
        if folder {
            cx.error(&disk.xml, FOLDER);
        }
        return;
    };
    let message = match driver.type_ {
        Some(Format::Cow) => "QEMU reads no cow images: convert it to qcow2",
        Some(Format::Iso) => "QEMU knows no format 'iso': an ISO image is 'raw'",
        // What is missing there is the source.
        _ if matches!(disk.type_, DiskType::Dir(_)) && !folder && is_hard(disk) => return,
        Some(Format::Dir) if !folder => "a folder is a disk of type='dir', with the format fat",
        Some(Format::Fat) if !folder => {
            "the format fat is that of a folder: set type='dir' of the disk and name the folder, or set another format"
        }
        Some(Format::Fat) if !disk.readonly && disk.device != Some(DiskDevice::Cdrom) => {
            "QEMU shows a folder read-only: add <readonly/> to the disk"
        }
        Some(Format::Fat) => return,
        _ if folder => FOLDER,
        _ => return,
    };
    cx.error(&driver.xml, message);
}

fn encryption(disk: &Disk, cx: &mut Context<'_>) {
    let format = disk.driver.as_ref().and_then(|driver| driver.type_);
    let other = match format {
        // Nobody says for it that it is raw.
        None => is_volume(disk),
        Some(format) => !matches!(format, Format::Raw | Format::Aio | Format::Qcow2 | Format::Luks),
    };
    let server = matches!(&disk.type_, DiskType::Network(_));
    // What stands beside the source names no engine of a server's.
    let beside = disk.encryption.as_ref().map(|outer| outer.xml.span).filter(|_| server);
    each(disk, |it: &Encryption| {
        if let Some(message) = undecipherable(it.format, it.engine, other)
            .or_else(|| of_engine(it, server).filter(|_| beside != Some(it.xml.span)))
        {
            cx.error(&it.xml, message);
        }
    });
}

fn of_engine(encryption: &Encryption, server: bool) -> Option<&'static str> {
    let librbd = encryption.engine == Some(EncryptionEngine::Librbd);
    if librbd && !server {
        return Some("librbd decrypts images of RBD alone: leave out engine");
    }
    (!librbd && encryption.secrets.len() > 1).then_some("QEMU opens an image with one secret: leave out the others")
}

fn undecipherable(format: EncryptionFormat, engine: Option<EncryptionEngine>, other: bool) -> Option<&'static str> {
    match format {
        EncryptionFormat::Qcow | EncryptionFormat::Default => {
            Some("QEMU no longer decrypts qcow and qcow2 in their old way: convert the image to format='luks'")
        }
        EncryptionFormat::Luks2 | EncryptionFormat::LuksAny if engine != Some(EncryptionEngine::Librbd) => {
            Some("QEMU itself decrypts luks alone: set format='luks', or engine='librbd' for a volume of RBD")
        }
        EncryptionFormat::Luks if other => {
            Some("an encrypted image is raw or qcow2: say which by type of <driver>, or convert it")
        }
        _ => None,
    }
}

fn places(devices: &Devices, cx: &mut Context<'_>) {
    // A controller that is not written down is as the first of those that are.
    let models: BTreeMap<u32, Option<ScsiModel>> = devices
        .controllers
        .iter()
        .filter_map(|controller| match &controller.type_ {
            ControllerType::Scsi(scsi) => Some((controller.index.unwrap_or(0), scsi.model)),
            _ => None,
        })
        .collect();
    let disks = devices
        .disks
        .iter()
        .filter(|disk| bus(disk) == Bus::Scsi && disk.model.is_none_or(|model| model == DiskModel::Virtio))
        .filter_map(|disk| disk.address.as_deref());
    let hosts = devices
        .hostdevs
        .iter()
        .filter(|hostdev| {
            matches!(&hostdev.mode, HostdevMode::Subsystem(it) if matches!(it.type_, HostdevSubsystem::Scsi(_)))
        })
        .filter_map(|hostdev| hostdev.address.as_deref());
    for address in disks.chain(hosts) {
        let Address { type_: AddressType::Drive(drive), xml } = address else { continue };
        let number = drive.controller.map_or(0, |number| number.0);
        let model =
            models.get(&number).or_else(|| models.values().next()).copied().flatten().unwrap_or(ScsiModel::Auto);
        let lsi = model == ScsiModel::Lsilogic || model == ScsiModel::Auto && cx.scope.is_x86();
        if drive.bus.is_some_and(|bus| bus.0 > 0) {
            cx.error(xml, "a SCSI controller has the bus 0 alone: set bus='0'");
        } else if lsi && drive.target.is_some_and(|target| target.0 > 0) {
            cx.error(
                xml,
                "an lsilogic controller has the target 0 alone: set target='0' and count units, or take virtio-scsi",
            );
        }
    }
}
