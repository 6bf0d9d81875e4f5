//! `disk-vhostuser-snapshot-no`.

use domxml::{DiskSnapshot, DiskType, Domain};
use domxml_runtime::Version;

use super::util::disks;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static RULE: Rule = Rule {
    id: "disk-vhostuser-snapshot-no",
    class: Class::Default,
    since: Some(Version::new(7, 1, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a vhost-user disk is left out of snapshots",
    doc: "The image behind a vhost-user disk belongs to another process: libvirt cannot make a snapshot of it and writes \
          `snapshot='no'` where nothing is said.",
    example: Example {
        before: "<devices><disk type='vhostuser' device='disk'><source type='unix' path='/run/blk.sock'/>\
                 <target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='vhostuser' device='disk' snapshot='no'><source type='unix' path='/run/blk.sock'/>\
                <target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if matches!(disk.type_, DiskType::Vhostuser(_)) && disk.snapshot.is_none() && !disk.readonly {
            disk.snapshot = Some(DiskSnapshot::No);
            cx.rewrote(&disk.xml, "vhost-user disks take no part in snapshots").becomes("", "snapshot='no'");
        }
    }
}
