//! `disk-net-default-ports`.

use domxml::{DiskHostTransport, DiskSourceNetwork, DiskSourceNetworkProtocol as Protocol, DiskType, Domain};

use super::util::disks;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static RULE: Rule = Rule {
    id: "disk-net-default-ports",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the usual port of a storage protocol is spelt out",
    doc: "A server reached by TCP without a port, or with port 0, is asked at the usual port of the protocol: 10809 for NBD, \
          3260 for iSCSI, 24007 for Gluster, 7000 for Sheepdog, 9999 for VxHS, and the usual ones of HTTP, FTP, TFTP and SSH. \
          libvirt spells the port out. RBD and NFS have none.",
    example: Example {
        before: "<devices><disk type='network' device='disk'><source protocol='nbd'><host name='example.com'/></source>\
                 <target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='network' device='disk'><source protocol='nbd'><host name='example.com' port='10809'/>\
                </source><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply,
};

fn usual_port(protocol: &Protocol) -> Option<u32> {
    Some(match protocol {
        Protocol::Nbd(_) => 10809,
        Protocol::Iscsi(_) => 3260,
        Protocol::Gluster(_) => 24007,
        Protocol::Sheepdog(_) => 7000,
        Protocol::Vxhs(_) => 9999,
        Protocol::Http(_) => 80,
        Protocol::Https(_) => 443,
        Protocol::Ftp(_) => 21,
        Protocol::Ftps(_) => 990,
        Protocol::Tftp(_) => 69,
        Protocol::Ssh(_) => 22,
        Protocol::Rbd(_) | Protocol::Nfs(_) => return None,
    })
}

fn apply(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if let DiskType::Network(network) = &mut disk.type_ {
            spell_out(&mut network.source, cx);
        }
    }
}

fn spell_out(source: &mut DiskSourceNetwork, cx: &mut Context) {
    let Some(usual) = usual_port(&source.protocol) else { return };
    for host in &mut source.host {
        let DiskHostTransport::Tcp(tcp) = &mut host.transport else { continue };
        if matches!(tcp.port, None | Some(0)) {
            let before = tcp.port.map_or_else(String::new, |port| format!("port='{port}'"));
            tcp.port = Some(usual);
            cx.rewrote(&host.xml, "the usual port of the protocol is spelt out")
                .becomes(before, format!("port='{usual}'"));
        }
    }
}
