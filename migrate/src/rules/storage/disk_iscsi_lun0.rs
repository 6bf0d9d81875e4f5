//! `disk-iscsi-lun0`.

use domxml::{DiskSourceNetwork, DiskSourceNetworkProtocol, DiskType, Domain};

use super::util::disks;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static RULE: Rule = Rule {
    id: "disk-iscsi-lun0",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the name of an iSCSI target without LUN means LUN 0",
    doc: "The name of an iSCSI source is the qualified name of the target, a slash and the number of the LUN. Where no slash \
          follows the name libvirt adds `/0`; the rule spells that out.",
    example: Example {
        before: "<devices><disk type='network' device='disk'><source protocol='iscsi' name='iqn.2013-07.com.example:pool'>\
                 <host name='example.com' port='3260'/></source><target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='network' device='disk'><source protocol='iscsi' name='iqn.2013-07.com.example:pool/0'>\
                <host name='example.com' port='3260'/></source><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let DiskType::Network(network) = &mut disk.type_ else { continue };
        network.source.iter_mut().for_each(|source| add_lun(source, cx));
    }
}

fn add_lun(source: &mut DiskSourceNetwork, cx: &mut Context) {
    if !matches!(source.protocol, DiskSourceNetworkProtocol::Iscsi(_)) {
        return;
    }
    let Some(name) = &mut source.name else { return };
    if !name.contains('/') {
        let before = format!("name='{name}'");
        name.push_str("/0");
        let after = format!("name='{name}'");
        cx.rewrote(&source.xml, "no LUN means LUN 0").becomes(before, after);
    }
}
