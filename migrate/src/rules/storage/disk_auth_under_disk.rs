//! `disk-auth-under-disk` and `disk-encryption-under-disk`: the old places beside the source.

use super::targets::{in_source_mut, names_something};
use crate::rules::prelude::*;

rules![
    rule("disk-auth-under-disk", Class::Copy)
        .since(3, 9, 0)
        .summary("credentials beside the source of a disk move into it")
        .doc("Until 3.9.0 the credentials for a storage server stood beside `<source>`; now they stand in it, so that every image \
             of a backing chain can have its own. libvirt reads both alike and keeps the place that it found, so profile `libvirt` \
             leaves them. Credentials of a disk whose source cannot hold any, as a volume, stay where they are.")
        .example(
            "<devices><disk type='network' device='disk'><auth username='myname'><secret type='ceph' usage='mycluster'/></auth>\
             <source protocol='rbd' name='pool/image'/><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='network' device='disk'><source protocol='rbd' name='pool/image'><auth username='myname'>\
             <secret type='ceph' usage='mycluster'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(
            algorithm(|disk: &mut Disk, cx| move_in(&mut disk.auth, &mut disk.type_, "credentials stand in the source", cx))
                .when(|disk, _| matches!(disk.type_, DiskType::Network(_)))
                .profiles(MODERN),
        ),
    rule("disk-encryption-under-disk", Class::Copy)
        .since(3, 9, 0)
        .summary("the encryption beside the source of a disk moves into it")
        .doc("Until 3.9.0 the encryption of an image stood beside `<source>`; now it stands in it, so that every image of a backing \
             chain can have its own. libvirt reads both alike and keeps the place that it found, so profile `libvirt` leaves it.")
        .example(
            "<devices><disk type='file' device='disk'><source file='/a.img'/><target dev='vda' bus='virtio'/>\
             <encryption format='luks'><secret type='passphrase' usage='a'/></encryption></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a.img'><encryption format='luks'>\
             <secret type='passphrase' usage='a'/></encryption></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(
            algorithm(|disk: &mut Disk, cx| move_in(&mut disk.encryption, &mut disk.type_, "encryption stands in the source", cx))
                .when(|disk, _| names_something(disk))
                .profiles(MODERN),
        ),
];

/// Moves what stands beside the source into it, where it has room for that.
fn move_in<T: Content>(beside: &mut Option<T>, type_: &mut DiskType, message: &str, cx: &mut Context<'_>) {
    if let Some(place @ None) = in_source_mut::<Option<T>>(type_)
        && let Some(outer) = beside.take()
    {
        let name = outer.info().element.map_or("", |name| name.local);
        cx.rewrote_here(outer.extra().map_or(cx.here, |xml| xml.span), message)
            .becomes(format!("<disk><{name}>"), format!("<disk><source><{name}>"));
        *place = Some(outer);
    }
}
