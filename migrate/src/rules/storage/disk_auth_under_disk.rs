//! `disk-auth-under-disk` and `disk-encryption-under-disk`: the old places beside the source.

use super::targets::{in_source_mut, names_something};
use crate::rules::prelude::*;

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

fn move_auth(disk: &mut Disk, cx: &mut Context<'_>) {
    if matches!(disk.type_, DiskType::Network(_))
        && let Some(place @ None) = in_source_mut::<Option<DiskAuth>>(&mut disk.type_)
        && let Some(outer) = disk.auth.take()
    {
        cx.rewrote(&outer.xml, "credentials stand in the source").becomes("<disk><auth>", "<disk><source><auth>");
        *place = Some(outer);
    }
}

fn move_encryption(disk: &mut Disk, cx: &mut Context<'_>) {
    if names_something(disk)
        && let Some(place @ None) = in_source_mut::<Option<Box<Encryption>>>(&mut disk.type_)
        && let Some(outer) = disk.encryption.take()
    {
        cx.rewrote(&outer.xml, "encryption stands in the source")
            .becomes("<disk><encryption>", "<disk><source><encryption>");
        *place = Some(outer);
    }
}
