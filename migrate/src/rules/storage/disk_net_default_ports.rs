//! `disk-net-default-ports`.

use crate::rules::prelude::*;

rules![
    rule("disk-net-default-ports", Class::Default)
        .summary("the usual port of a storage protocol is spelt out")
        .doc(
            "A server reached by TCP without a port, or with port 0, is asked at the usual port of the protocol: 10809 \
             for NBD, 3260 for iSCSI, 24007 for Gluster, 7000 for Sheepdog, 9999 for VxHS, and the usual ones of HTTP, \
             FTP, TFTP and SSH. libvirt spells the port out. RBD, NFS and servers reached by RDMA have none, and a \
             port of 0 goes away there."
        )
        .example(
            "<devices><disk type='network' device='disk'><source protocol='nbd'><host name='example.com'/>\
             </source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='network' device='disk'><source \
             protocol='nbd'><host name='example.com' port='10809'/>\
             </source><target dev='vda' bus='virtio'/></disk></devices>"
        )
        .row(algorithm(spell_out).phase(Phase::Derive)),
];

fn usual_port(protocol: &str) -> Option<u32> {
    Some(match protocol {
        "nbd" => 10809,
        "iscsi" => 3260,
        "gluster" => 24007,
        "sheepdog" => 7000,
        "vxhs" => 9999,
        "http" => 80,
        "https" => 443,
        "ftp" => 21,
        "ftps" => 990,
        "tftp" => 69,
        "ssh" => 22,
        _ => return None,
    })
}

/// Gives servers that are reached by TCP the usual port of the protocol, where they have none.
pub(in crate::rules) fn spell_out_ports(protocol: &str, hosts: &mut [DiskHost], cx: &mut Context<'_>) {
    let usual = usual_port(protocol);
    for host in hosts {
        let (port, usual) = match &mut host.transport {
            DiskHostTransport::Tcp(tcp) => (&mut tcp.port, usual),
            DiskHostTransport::Rdma(rdma) => (&mut rdma.port, None),
            _ => continue,
        };
        if matches!(port, None | Some(0)) && *port != usual {
            let before = attribute_if("port", std::mem::replace(port, usual));
            let after = attribute_if("port", usual);
            cx.rewrote(&host.xml, "the port is the usual one of the protocol").becomes(before, after);
        }
    }
}

/// Sources of backing stores, data stores and mirrors are meant too.
fn spell_out(source: &mut DiskSourceNetwork, cx: &mut Context<'_>) {
    if let Some(protocol) = source.protocol.value() {
        spell_out_ports(protocol, &mut source.hosts, cx);
    }
}
