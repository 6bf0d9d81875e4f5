//! `disk-order-by-bus-and-target`, and `disk-target-ioemu-prefix`, whose prefix hides a name from it.

use domxml::{Disk, DiskTargetBus, Domain};

use super::util::{disks, name_to_index, plain_name};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static ORDER: Rule = Rule {
    id: "disk-order-by-bus-and-target",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "disks of a bus stand together, by the letters of their targets",
    doc: "When libvirt reads disks it puts each behind the last of the same bus, and before the first there whose target comes \
          later in the alphabet. It looks at the bus that the document names: disks that name none are a group of their own, \
          though they get a bus afterwards. Guests that start by the order of their disks may be affected, by libvirt itself, so \
          profile `modern` keeps the order of the author.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>\
                 <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
                <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk></devices>",
    },
    apply: sort,
};

pub(super) static IOEMU: Rule = Rule {
    id: "disk-target-ioemu-prefix",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the prefix `ioemu:` of a target means nothing",
    doc: "Old Xen configurations mark disks that the device model emulates by the prefix `ioemu:`. libvirt drops it before it \
          looks at the name. The name with the prefix has no place in the alphabet of targets; where dropping it would let \
          libvirt sort the disks in another way, profile `modern` leaves it.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='ioemu:hda' bus='ide'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/></disk></devices>",
    },
    apply: drop_prefix,
};

/// What libvirt sorts a disk by.
type Key = (Option<DiskTargetBus>, Option<u32>);

fn key(disk: &Disk) -> Key {
    (disk.target.bus, name_to_index(&disk.target.dev))
}

/// The order in which libvirt puts disks with these keys, each inserted among those before it.
fn order(keys: &[Key]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(keys.len());
    for (new, (bus, index)) in keys.iter().enumerate() {
        let mut place = None;
        for (at, &other) in order.iter().enumerate().rev().filter(|(_, other)| keys[**other].0 == *bus) {
            if keys[other].1 > *index {
                place = Some(at);
            } else if place.is_none() {
                place = Some(at + 1);
            }
        }
        order.insert(place.unwrap_or(order.len()), new);
    }
    order
}

fn sort(domain: &mut Domain, cx: &mut Context) {
    let disks = disks(domain);
    let order = order(&disks.iter().map(key).collect::<Vec<_>>());
    let Some(moved) = order.iter().enumerate().find_map(|(at, &from)| (at != from).then_some(at)) else { return };
    let names = |disks: &[Disk]| disks.iter().map(|disk| &*disk.target.dev).collect::<Vec<_>>().join(" ");
    let before = names(disks);
    let xml = disks[moved].xml.clone();
    let mut old: Vec<Option<Disk>> = disks.iter_mut().map(|disk| Some(std::mem::take(disk))).collect();
    for (place, from) in disks.iter_mut().zip(order) {
        *place = old[from].take().unwrap_or_default();
    }
    cx.rewrote(&xml, "disks stand by bus and target").becomes(before, names(disks));
}

fn drop_prefix(domain: &mut Domain, cx: &mut Context) {
    let disks = disks(domain);
    if disks.iter().all(|disk| plain_name(&disk.target.dev) == disk.target.dev) {
        return;
    }
    let now: Vec<Key> = disks.iter().map(key).collect();
    let plain: Vec<Key> =
        disks.iter().map(|disk| (disk.target.bus, name_to_index(plain_name(&disk.target.dev)))).collect();
    let moves = order(&now) != order(&plain);
    for disk in disks {
        let Some(plain) = disk.target.dev.strip_prefix("ioemu:") else { continue };
        if moves && cx.profile == Profile::Modern {
            cx.note(&disk.target.xml, "the prefix stays: without it libvirt would sort the disks in another way");
            continue;
        }
        let (before, after) = (format!("dev='{}'", disk.target.dev), format!("dev='{plain}'"));
        disk.target.dev = plain.to_owned();
        cx.rewrote(&disk.target.xml, "the prefix means nothing").becomes(before, after);
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
