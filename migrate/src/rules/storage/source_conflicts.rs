//! What libvirt refuses in the sources of disks, though it reads it there: `disk-auth-unsupported`,
//! `disk-host-socket-transport`, `disk-reservations-source`.

use domxml::{
    DiskHost, DiskReservations, DiskReservationsSourceMode, DiskSourceNetwork, DiskType, Domain, Extra, OsNvram,
    OsNvramType, walk,
};

use super::util::disks;
use crate::rule::{Context, OldRule as Rule};
use crate::rules::common::{conflict, kept_attribute, kept_child};

pub(super) static AUTH: Rule = conflict(
    "disk-auth-unsupported",
    "a protocol without credentials has some",
    "A server is told who asks by the protocols iSCSI, RBD, HTTP, FTP and SSH. libvirt refuses `<auth>` in the source of any other protocol.",
    "<devices><disk type='network' device='disk'><source protocol='nbd' name='a'><host name='h' port='10809'/><auth username='u'>\
     <secret type='ceph' usage='s'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>",
    check_auth,
);

pub(super) static SOCKET: Rule = conflict(
    "disk-host-socket-transport",
    "a socket is given for a server that is reached by network",
    "`socket` is the path of a UNIX socket, and goes with `transport='unix'` alone. libvirt refuses it elsewhere.",
    "<devices><disk type='network' device='disk'><source protocol='nbd' name='a'><host name='h' port='10809' socket='/run/nbd'/></source>\
     <target dev='vda' bus='virtio'/></disk></devices>",
    check_socket,
);

pub(super) static RESERVATIONS: Rule = conflict(
    "disk-reservations-source",
    "persistent reservations stand where there can be none",
    "Only a disk of the kind `lun` can have persistent reservations, whatever its type, and it is the client of the helper that makes them. \
     libvirt refuses the rest.",
    "<devices><disk type='file' device='disk'><source file='/a'><reservations managed='yes'/></source>\
     <target dev='vda' bus='virtio'/></disk></devices>",
    check_reservations,
);

pub(super) static NVRAM: Rule = conflict(
    "os-nvram-network-source",
    "an NVRAM of a server is not named",
    "The source of an NVRAM that a server holds needs a protocol and, save for NBD, a name. libvirt refuses it otherwise.",
    "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader><nvram type='network'>\
     <source protocol='iscsi'><host name='example.com' port='3260'/></source></nvram></os>",
    check_nvram,
);

fn check_auth(domain: &mut Domain, cx: &mut Context) {
    walk(domain, &mut |any| {
        if let Some(source) = any.downcast_ref::<DiskSourceNetwork>()
            && kept_child(&source.xml, "auth").is_some()
        {
            let protocol = domxml::Payload::value(&source.protocol).unwrap_or_default();
            cx.error(&source.xml, format!("the protocol '{protocol}' knows no credentials"));
        }
    });
}

fn check_socket(domain: &mut Domain, cx: &mut Context) {
    walk(domain, &mut |any| {
        if let Some(host) = any.downcast_ref::<DiskHost>()
            && kept_attribute(&host.xml, "socket").is_some()
        {
            cx.error(&host.xml, "a socket needs transport='unix'");
        }
    });
}

fn check_reservations(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let source: Option<&Extra> = match &disk.type_ {
            DiskType::File(members) => members.source.as_ref().map(|source| &source.xml),
            DiskType::Dir(members) => members.source.as_ref().map(|source| &source.xml),
            DiskType::Network(members) => members.source.as_ref().map(|source| &source.xml),
            DiskType::Volume(members) => members.source.as_ref().map(|source| &source.xml),
            DiskType::Nvme(members) => members.source.as_ref().map(|source| &source.xml),
            DiskType::Vhostuser(members) => Some(&members.source.xml),
            // A block device has a place for them, which another rule judges.
            DiskType::Block(_) | DiskType::Vhostvdpa(_) | DiskType::Ctl(_) => None,
        };
        if let Some(source) = source
            && disk.device != Some(domxml::DiskDevice::Lun)
            && kept_child(source, "reservations").is_some()
        {
            cx.error(source, "persistent reservations are for LUNs");
        }
    }
    walk(domain, &mut |any| {
        if let Some(DiskReservations { source: Some(source), .. }) = any.downcast_ref()
            && source.mode != DiskReservationsSourceMode::Client
        {
            cx.error(&source.xml, "the hypervisor is the client of the helper");
        }
    });
}

fn check_nvram(domain: &mut Domain, cx: &mut Context) {
    let nvram = domain.os.as_ref().and_then(|os| os.nvram.as_ref());
    let Some(OsNvram { type_: Some(OsNvramType::Network), source: Some(source), .. }) = nvram else { return };
    match source.protocol {
        None => {
            cx.error(&source.xml, "an NVRAM of a server needs a protocol");
        }
        Some(protocol) if protocol.as_str() != "nbd" && source.name.is_none() => {
            cx.error(&source.xml, "an NVRAM of a server needs a name");
        }
        Some(_) => {}
    }
}
