//! `disk-iotune-group-expanded` and `disk-iotune-zero-dropped`.

use domxml::{DiskIoTune, Domain};

use super::util::disks;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static GROUP: Rule = Rule {
    id: "disk-iotune-group-expanded",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the limits of an I/O group are written on every disk of the group",
    doc: "Disks that name the same group in `<iotune>` share its limits. Where a disk names only the group, libvirt copies the \
          limits from the first disk of the group that has any.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
                 <total_bytes_sec>5000</total_bytes_sec><group_name>g</group_name></iotune></disk>\
                 <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><iotune>\
                 <group_name>g</group_name></iotune></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
                <total_bytes_sec>5000</total_bytes_sec><group_name>g</group_name></iotune></disk>\
                <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><iotune>\
                <total_bytes_sec>5000</total_bytes_sec><group_name>g</group_name></iotune></disk></devices>",
    },
    apply: expand_groups,
};

pub(super) static ZERO: Rule = Rule {
    id: "disk-iotune-zero-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "limits of 0 are none",
    doc: "A limit of 0 in `<iotune>` is the same as none, and libvirt does not write it.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
                 <total_bytes_sec>0</total_bytes_sec><read_iops_sec>100</read_iops_sec></iotune></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
                <read_iops_sec>100</read_iops_sec></iotune></disk></devices>",
    },
    apply: drop_zeros,
};

/// The limits with their names.
fn limits(tune: &mut DiskIoTune) -> [(&'static str, &mut Option<u64>); 19] {
    [
        ("total_bytes_sec", &mut tune.total_bytes_sec),
        ("read_bytes_sec", &mut tune.read_bytes_sec),
        ("write_bytes_sec", &mut tune.write_bytes_sec),
        ("total_iops_sec", &mut tune.total_iops_sec),
        ("read_iops_sec", &mut tune.read_iops_sec),
        ("write_iops_sec", &mut tune.write_iops_sec),
        ("total_bytes_sec_max", &mut tune.total_bytes_sec_max),
        ("read_bytes_sec_max", &mut tune.read_bytes_sec_max),
        ("write_bytes_sec_max", &mut tune.write_bytes_sec_max),
        ("total_iops_sec_max", &mut tune.total_iops_sec_max),
        ("read_iops_sec_max", &mut tune.read_iops_sec_max),
        ("write_iops_sec_max", &mut tune.write_iops_sec_max),
        ("size_iops_sec", &mut tune.size_iops_sec),
        ("total_bytes_sec_max_length", &mut tune.total_bytes_sec_max_length),
        ("read_bytes_sec_max_length", &mut tune.read_bytes_sec_max_length),
        ("write_bytes_sec_max_length", &mut tune.write_bytes_sec_max_length),
        ("total_iops_sec_max_length", &mut tune.total_iops_sec_max_length),
        ("read_iops_sec_max_length", &mut tune.read_iops_sec_max_length),
        ("write_iops_sec_max_length", &mut tune.write_iops_sec_max_length),
    ]
}

/// Whether it limits anything.
fn has_limits(tune: &mut DiskIoTune) -> bool {
    limits(tune).iter().any(|(_, limit)| limit.is_some_and(|limit| limit != 0))
}

fn expand_groups(domain: &mut Domain, cx: &mut Context) {
    let disks = disks(domain);
    for at in 0..disks.len() {
        let Some(tune) = &mut disks[at].iotune else { continue };
        let Some(group) = tune.group_name.clone() else { continue };
        if has_limits(tune) {
            continue;
        }
        let mut others = disks.iter_mut().filter_map(|disk| disk.iotune.as_mut());
        let Some(model) = others
            .find_map(|other| (other.group_name.as_ref() == Some(&group) && has_limits(other)).then(|| other.clone()))
        else {
            continue;
        };
        let Some(tune) = &mut disks[at].iotune else { continue };
        let xml = std::mem::take(&mut tune.xml);
        *tune = DiskIoTune { xml, ..model };
        let after: Vec<_> =
            limits(tune).iter().filter_map(|(name, limit)| limit.map(|limit| format!("{name} {limit}"))).collect();
        cx.rewrote(&tune.xml, format!("the limits of the group {group}")).becomes("", after.join(", "));
    }
}

fn drop_zeros(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let Some(tune) = &mut disk.iotune else { continue };
        let mut dropped = Vec::new();
        for (name, limit) in limits(tune) {
            if limit.take_if(|limit| *limit == 0).is_some() {
                dropped.push(format!("<{name}>0</{name}>"));
            }
        }
        if !dropped.is_empty() {
            cx.rewrote(&tune.xml, "a limit of 0 is none").becomes(dropped.concat(), "");
        }
    }
}
