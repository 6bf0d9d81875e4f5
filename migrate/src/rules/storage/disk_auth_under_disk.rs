//! `disk-auth-under-disk` and `disk-encryption-under-disk`: the old places beside the source.

use domxml::{
    Disk, DiskAuth, DiskSourceNetwork, DiskSourceNetworkProtocol as Protocol, DiskType, Encryption, StorageNetwork,
};

use super::targets::names_something;
use crate::rule::kinds::algorithm;
use crate::rule::{Class, Context, MODERN, Rule};

pub(super) fn auth() -> Rule {
    crate::rule::rule("disk-auth-under-disk", Class::Copy)
        .since(3, 9, 0)
        .summary("credentials beside the source of a disk move into it")
        .doc("Until 3.9.0 the credentials for a storage server stood beside `<source>`; now they stand in it, so that every image \
             of a backing chain can have its own. libvirt reads both alike and keeps the place that it found, so profile `libvirt` \
             leaves them. Credentials of a disk whose source cannot hold any, as a volume, stay where they are.")
        .example("<devices><disk type='network' device='disk'><auth username='myname'><secret type='ceph' usage='mycluster'/></auth>\
             <source protocol='rbd' name='pool/image'/><target dev='vda' bus='virtio'/></disk></devices>", "<devices><disk type='network' device='disk'><source protocol='rbd' name='pool/image'><auth username='myname'>\
             <secret type='ceph' usage='mycluster'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>")
        .row(algorithm(move_auth).profiles(MODERN))
}

pub(super) fn encryption() -> Rule {
    crate::rule::rule("disk-encryption-under-disk", Class::Copy)
        .since(3, 9, 0)
        .summary("the encryption beside the source of a disk moves into it")
        .doc("Until 3.9.0 the encryption of an image stood beside `<source>`; now it stands in it, so that every image of a backing \
             chain can have its own. libvirt reads both alike and keeps the place that it found, so profile `libvirt` leaves it.")
        .example("<devices><disk type='file' device='disk'><source file='/a.img'/><target dev='vda' bus='virtio'/>\
             <encryption format='luks'><secret type='passphrase' usage='a'/></encryption></disk></devices>", "<devices><disk type='file' device='disk'><source file='/a.img'><encryption format='luks'>\
             <secret type='passphrase' usage='a'/></encryption></source><target dev='vda' bus='virtio'/></disk></devices>")
        .row(algorithm(move_encryption).profiles(MODERN))
}

/// The place for credentials in the source of a disk on a server.
pub(super) fn auth_place(source: &mut DiskSourceNetwork) -> Option<&mut Option<DiskAuth>> {
    Some(match &mut source.protocol {
        Protocol::Iscsi(members) => &mut members.auth,
        Protocol::Rbd(members) => &mut members.auth,
        Protocol::Http(members) => &mut members.auth,
        Protocol::Https(members) => &mut members.auth,
        Protocol::Ftp(members) => &mut members.auth,
        Protocol::Ftps(members) => &mut members.auth,
        Protocol::Ssh(members) => &mut members.auth,
        _ => return None,
    })
}

/// The place for an encryption in the source of a disk.
pub(super) fn encryption_place(type_: &mut DiskType) -> Option<&mut Option<Encryption>> {
    Some(match type_ {
        DiskType::File(members) => &mut members.source.as_mut()?.encryption,
        DiskType::Block(members) => &mut members.source.as_mut()?.encryption,
        DiskType::Dir(members) => &mut members.source.as_mut()?.encryption,
        DiskType::Volume(members) => &mut members.source.as_mut()?.encryption,
        DiskType::Nvme(members) => &mut members.source.as_mut()?.encryption,
        DiskType::Ctl(members) => &mut members.source.as_mut()?.encryption,
        DiskType::Network(network) => match &mut network.source.as_mut()?.protocol {
            Protocol::Nbd(members) => &mut members.encryption,
            Protocol::Iscsi(members) => &mut members.encryption,
            Protocol::Rbd(members) => &mut members.encryption,
            Protocol::Sheepdog(members) => &mut members.encryption,
            Protocol::Gluster(members) => &mut members.encryption,
            Protocol::Http(members) => &mut members.encryption,
            Protocol::Https(members) => &mut members.encryption,
            Protocol::Ftp(members) => &mut members.encryption,
            Protocol::Ftps(members) => &mut members.encryption,
            Protocol::Tftp(members) => &mut members.encryption,
            Protocol::Ssh(members) => &mut members.encryption,
            _ => return None,
        },
        _ => return None,
    })
}

fn move_auth(disk: &mut Disk, cx: &mut Context<'_>) {
    let DiskType::Network(StorageNetwork { source: Some(source) }) = &mut disk.type_ else { return };
    let Some(place) = auth_place(source).filter(|place| place.is_none()) else { return };
    let Some(outer) = disk.auth.take() else { return };
    cx.rewrote(&outer.xml, "credentials stand in the source").becomes("<disk><auth>", "<disk><source><auth>");
    *place = Some(outer);
}

fn move_encryption(disk: &mut Disk, cx: &mut Context<'_>) {
    if !names_something(disk) {
        return;
    }
    let Some(place) = encryption_place(&mut disk.type_).filter(|place| place.is_none()) else { return };
    let Some(outer) = disk.encryption.take() else { return };
    cx.rewrote(&outer.xml, "encryption stands in the source")
        .becomes("<disk><encryption>", "<disk><source><encryption>");
    *place = Some(outer);
}
