//! Names of disks, and the buses and addresses that follow from them.

use domxml::DiskTargetBus as Bus;
use domxml::scalar::Decimal;
use domxml_runtime::{child_called, child_called_mut, field, field_mut};

use crate::rules::prelude::*;

/// The number that libvirt reads from the name of a disk: `hda` is 0, `sdaa` 26. Digits for a partition may follow; none
/// where the name is of another form.
pub(in crate::rules) fn name_to_index(name: &str) -> Option<u32> {
    // libvirt counted in 32 bits and let them overflow; what is negative then is no number.
    let index = name_letters(name)?
        .bytes()
        .fold(-1i32, |index, letter| index.wrapping_add(1).wrapping_mul(26).wrapping_add(i32::from(letter - b'a')));
    u32::try_from(index).ok()
}

/// The letters in the name of a disk that count, without the prefix of its bus and the number of a partition.
fn name_letters(name: &str) -> Option<&str> {
    let rest = ["fd", "hd", "vd", "sd", "xvd", "ubd"].into_iter().find_map(|prefix| name.strip_prefix(prefix))?;
    let (letters, partition) = rest.split_at(rest.bytes().take_while(u8::is_ascii_lowercase).count());
    (!letters.is_empty() && partition.bytes().all(|byte| byte.is_ascii_digit())).then_some(letters)
}

/// Whether the letters in a name count further than 32 bits do.
pub(super) fn is_beyond_numbers(name: &str) -> bool {
    let count = |index: i32, letter: u8| index.checked_add(1)?.checked_mul(26)?.checked_add(i32::from(letter - b'a'));
    name_letters(name).is_some_and(|letters| letters.bytes().try_fold(-1i32, count).is_none())
}

/// Controller and place on it of a disk named for an NVMe namespace: `nvme1n3p2` is on controller 1, at place 2. The partition
/// does not count.
pub(super) fn nvme_place(name: &str) -> Option<(u32, u32)> {
    let (controller, rest) = name.strip_prefix("nvme")?.split_once('n')?;
    let (namespace, partition) = rest.split_once('p').unwrap_or((rest, ""));
    let numbers = [controller, namespace, partition].concat().bytes().all(|byte| byte.is_ascii_digit());
    Some((controller.parse().ok().filter(|_| numbers)?, namespace.parse::<u32>().ok()?.checked_sub(1)?))
}

/// The number of a disk on its bus, from which its address follows.
pub(super) fn place_on_bus(name: &str) -> Option<u32> {
    name_to_index(name).or_else(|| nvme_place(name).map(|(_, place)| place))
}

/// The name without the prefix of old Xen.
pub(in crate::rules) fn plain_name(name: &str) -> &str {
    name.strip_prefix("ioemu:").unwrap_or(name)
}

/// The bus of a disk: the one that stands there, else the one that its name tells.
pub(in crate::rules) fn bus(disk: &Disk) -> Bus {
    let told = || match plain_name(&disk.target.dev) {
        _ if disk.device == Some(DiskDevice::Floppy) => Bus::Fdc,
        name if name.starts_with("sd") => Bus::Scsi,
        name if name.starts_with("vd") => Bus::Virtio,
        name if name.starts_with("xvd") => Bus::Xen,
        name if name.starts_with("ubd") => Bus::Uml,
        name if name.starts_with("nvme") => Bus::Nvme,
        _ => Bus::Ide,
    };
    disk.target.bus.unwrap_or_else(told)
}

/// Whether it is no drive, and no LUN.
pub(in crate::rules) fn is_hard(disk: &Disk) -> bool {
    matches!(disk.device, None | Some(DiskDevice::Disk))
}

/// The source of a disk or of what it stands on, of whatever type.
pub(in crate::rules) fn source(type_: &impl Payload) -> Option<&dyn Content> {
    child_called(type_.members()?, "source")
}

/// A field of this type in the source of a disk, or in what its protocol decides.
pub(super) fn in_source<T: 'static>(type_: &DiskType) -> Option<&T> {
    match type_ {
        DiskType::Network(network) => field(network.source.as_ref()?.protocol.members()?),
        _ => field(source(type_)?),
    }
}

/// As [`in_source`], to be changed.
pub(super) fn in_source_mut<T: 'static>(type_: &mut DiskType) -> Option<&mut T> {
    match type_ {
        DiskType::Network(network) => field_mut(network.source.as_mut()?.protocol.members_mut()?),
        _ => field_mut(child_called_mut(type_.members_mut()?, "source")?),
    }
}

/// Whether the source of a disk names anything; libvirt does not write one that does not.
pub(super) fn names_something(disk: &Disk) -> bool {
    let Some(source) = source(&disk.type_) else { return matches!(disk.type_, DiskType::Other(_)) };
    let names: &[&str] = match &disk.type_ {
        DiskType::File(_) => &["file", "fdgroup"],
        DiskType::Block(_) | DiskType::Ctl(_) => &["dev"],
        DiskType::Dir(_) => &["dir"],
        _ => return true,
    };
    given(source).iter().any(|name| names.contains(name))
}

/// The address of a drive as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Drive {
    pub(super) controller: u32,
    pub(super) bus: u32,
    pub(super) target: u32,
    pub(super) unit: u32,
}

impl Drive {
    /// Where a disk is: at its address, or where libvirt puts it by its name; none on buses that have no such addresses.
    pub(super) fn of_disk(disk: &Disk, driver: Driver) -> Option<Self> {
        if disk.address.is_some() {
            return Self::of(disk.address.as_deref());
        }
        let name = plain_name(&disk.target.dev);
        let index = place_on_bus(name)?;
        let (scsi, unit) = driver.scsi_place(index);
        let place = |controller, bus, unit| Some(Self { controller, bus, target: 0, unit });
        match bus(disk) {
            Bus::Scsi => place(scsi, 0, unit),
            Bus::Ide => place(index / 4, index % 4 / 2, index % 2),
            Bus::Sata => place(index / 6, 0, index % 6),
            Bus::Fdc => place(index / 2, 0, index % 2),
            Bus::Nvme => place(nvme_place(name).map_or(0, |(controller, _)| controller), 0, index),
            _ => None,
        }
    }

    /// The address that stands there, if it is one of a drive.
    pub(super) fn of(address: Option<&Address>) -> Option<Self> {
        let drive: &AddressTypeDrive = branch(&address?.type_)?;
        let number = |part: Option<Decimal>| part.unwrap_or_default().0;
        let (controller, bus) = (number(drive.controller), number(drive.bus));
        Some(Self { controller, bus, target: number(drive.target), unit: number(drive.unit) })
    }

    /// As an element.
    pub(super) fn to_address(self) -> Address {
        let Self { controller, bus, target, unit } = self;
        let [controller, bus, target, unit] = [controller, bus, target, unit].map(|part| Some(Decimal(part)));
        let type_ = AddressType::Drive(AddressTypeDrive { controller, bus, target, unit });
        Address { type_, ..Address::default() }
    }
}

impl std::fmt::Display for Drive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { controller, bus, target, unit } = self;
        write!(f, "controller='{controller}' bus='{bus}' target='{target}' unit='{unit}'")
    }
}

/// Whether it is a SCSI device of the host.
pub(in crate::rules) fn is_scsi(hostdev: &Hostdev) -> bool {
    matches!(&hostdev.mode, HostdevMode::Subsystem(subsystem) if matches!(subsystem.type_, HostdevSubsystem::Scsi(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_disks_are_numbers() {
        for (name, index) in [
            ("hda", Some(0)),
            ("sdz", Some(25)),
            ("sdaa", Some(26)),
            ("xvdba1", Some(52)),
            ("vd1", None),
            ("vdA", None),
            ("nvme0", None),
            ("sda1b", None),
        ] {
            assert_eq!(name_to_index(name), index, "{name}");
        }
    }
}
