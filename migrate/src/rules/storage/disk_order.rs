//! `disk-order-by-bus-and-target`, and `disk-target-ioemu-prefix`, whose prefix hides a name from it.

use super::targets::{name_to_index, plain_name};
use crate::rules::prelude::*;

rules![
    rule("disk-order-by-bus-and-target", Class::Spelling)
        .summary("disks of a bus stand together, by the letters of their targets")
        .doc(
            "When libvirt reads disks it puts each behind the last of the same bus, and before the first there whose \
             target comes later in the alphabet. It looks at the bus that the document names: disks that name none are \
             a group of their own, though they get a bus afterwards, so that its own form may be sorted once more when \
             it is read again. Guests that start by the order of their disks may be affected, by libvirt itself, so \
             profile `modern` keeps the order of the author.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>\
             <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
             <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk></devices>",
        )
        .row(algorithm(sort).profiles(LIBVIRT))
        .row(check(sorts_again).phase(Phase::Write).profiles(LIBVIRT)),
    rule("disk-target-ioemu-prefix", Class::Structure)
        .summary("the prefix `ioemu:` of a target means nothing")
        .doc(
            "Old Xen configurations mark disks that the device model emulates by the prefix `ioemu:`. libvirt drops it \
             before it looks at the name. The name with the prefix has no place in the alphabet of targets; where \
             dropping it would let libvirt sort the disks in another way, profile `modern` leaves it.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='ioemu:hda' bus='ide'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/></disk></devices>",
        )
        .row(algorithm(drop_prefix).after("disk-order-by-bus-and-target")),
];

/// The order in which libvirt puts disks, whose names it reads so.
fn order_of(disks: &[Disk], read: fn(&str) -> &str) -> Vec<usize> {
    order(&disks.iter().map(|disk| (disk.target.bus, name_to_index(read(&disk.target.dev)))).collect::<Vec<_>>())
}

/// The order of disks with these buses and letters: the buses as each first appears, the disks of a bus by their letters.
fn order(keys: &[(Option<DiskTargetBus>, Option<u32>)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|at| {
        let (bus, index) = keys[*at];
        (keys.iter().position(|(other, _)| *other == bus), index)
    });
    order
}

fn sort(devices: &mut Devices, cx: &mut Context<'_>) {
    let order = order_of(&devices.disks, |name| name);
    let Some(moved) = order.iter().enumerate().find_map(|(at, from)| (at != *from).then_some(at)) else { return };
    let names = |disks: &[Disk]| disks.iter().map(|disk| &*disk.target.dev).collect::<Vec<_>>().join(" ");
    let (before, at) = (names(&devices.disks), devices.disks[moved].xml.span);
    let mut old: Vec<Disk> = devices.disks.iter_mut().map(std::mem::take).collect();
    devices.disks = order.into_iter().map(|from| std::mem::take(&mut old[from])).collect();
    cx.rewrote_here(at, "libvirt writes the disks by bus and target").becomes(before, names(&devices.disks));
}

/// Notes that libvirt's own form is not sorted as libvirt sorts it: a bus was found that was not named.
fn sorts_again(devices: &Devices, cx: &mut Context<'_>) {
    if let Some((_, from)) = (0..).zip(order_of(&devices.disks, |name| name)).find(|(at, from)| at != from) {
        let Disk { target, xml, .. } = &devices.disks[from];
        let why = "libvirt gives the disks their buses when it has sorted them, and sorts its own form once more";
        cx.note(xml, format!("{why}: the next run moves '{}'", target.dev));
    }
}

fn drop_prefix(devices: &mut Devices, cx: &mut Context<'_>) {
    let disks = &mut devices.disks;
    let stays = cx.profile == Profile::Modern && order_of(disks, |name| name) != order_of(disks, plain_name);
    for disk in disks {
        let Some(plain) = disk.target.dev.strip_prefix("ioemu:") else { continue };
        if stays {
            cx.note(
                &disk.target.xml,
                "the prefix 'ioemu:' stays: without it libvirt would sort the disks in another way",
            );
            continue;
        }
        let (before, after) = (format!("dev='{}'", disk.target.dev), format!("dev='{plain}'"));
        disk.target.dev = plain.to_owned();
        cx.rewrote(&disk.target.xml, "the prefix 'ioemu:' means nothing").becomes(before, after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_disk_finds_its_place_among_those_before() {
        let (ide, none, scsi) = (Some(DiskTargetBus::Ide), None, Some(DiskTargetBus::Scsi));
        assert_eq!(order(&[(ide, Some(1)), (scsi, Some(0)), (ide, Some(0))]), [2, 0, 1]);
        assert_eq!(order(&[(none, Some(1)), (none, Some(0)), (scsi, Some(2)), (none, Some(1))]), [1, 0, 3, 2]);
        assert_eq!(order(&[(ide, None), (ide, Some(0))]), [0, 1]);
        assert_eq!(order(&[(ide, Some(0)), (ide, None)]), [1, 0]);
    }
}
