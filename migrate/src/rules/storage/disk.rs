//! What libvirt derives for a disk, and what it does not write of one.

use domxml::{
    DiskImageOnHost as OnHost, DiskSourceNetworkProtocol as Protocol, DiskSourceNetworkProtocolFtp as Ftp,
    DiskSourceNetworkProtocolFtps as Ftps, DiskSourceNetworkProtocolHttp as Http,
    DiskSourceNetworkProtocolHttps as Https, DiskSourceNetworkProtocolNbd as Nbd, DiskSourceNetworkProtocolNfs as Nfs,
    DiskSourceNetworkProtocolSsh as Ssh,
};

use super::targets;
use crate::rules::prelude::*;
use crate::rules::security::{NO_LABEL, gives_no_label, in_configuration};

const ZERO: &str = "0 is the usual one";
const OTHER: &str = "for this protocol";
const ONCE: &str = "without reconnecting the time-out says nothing";
const FIXED: &str = "'removable' is written for disks on USB alone";
const UNTYPED: &str = "without a type it says that there is no backing store";

rules![
    rule("disk-driver-type-aio", Class::Structure)
        .profiles(BOTH)
        .summary("the driver type `aio` of old Xen is the format `raw`")
        .doc(
            "Old Xen configurations name the way in which blktap does its I/O, `aio`, where the format of the image \
             belongs. libvirt reads exactly this word as `raw`, and so does the rule. The name of the driver is free \
             text and stays.",
        )
        .example(
            "<devices><disk type='file' device='disk'><driver name='tap' type='aio'/><source file='/a.img'/>\
             <target dev='xvda' bus='xen'/></disk></devices>",
            "<devices><disk type='file' device='disk'><driver name='tap' type='raw'/><source file='/a.img'/>\
             <target dev='xvda' bus='xen'/></disk></devices>",
        )
        .row(spelling(
            DiskDriver::TYPE,
            |type_, _| (*type_ == DiskDriverType::Aio).then_some(DiskDriverType::Raw),
            "'aio' stands for the format raw",
        )),
    rule("disk-cdrom-readonly-added", Class::Default)
        .summary("a CD-ROM drive is read-only")
        .doc(
            "libvirt writes `<readonly/>` for every CD-ROM drive, whether it was given or not. Profile `modern` adds \
             no element for what goes without saying.",
        )
        .example(
            "<devices><disk type='file' device='cdrom'><source file='/a'/><target dev='hda' bus='ide'/></disk>\
             </devices>",
            "<devices><disk type='file' device='cdrom'><source file='/a'/><target dev='hda' bus='ide'/><readonly/>\
             </disk></devices>",
        )
        .row(
            implied(flag(Disk::READONLY), true)
                .when(|disk, _| disk.device == Some(DiskDevice::Cdrom))
                .says("a CD-ROM drive is read-only"),
        ),
    rule("disk-bus-inferred", Class::Default)
        .summary("the name of a disk tells its bus")
        .doc(
            "A target that names no bus is on the one that its name begins with: `hd` is IDE, `sd` SCSI, `vd` virtio, \
             `xvd` Xen, `ubd` User Mode Linux, `nvme` NVMe; a floppy drive is on FDC, anything else on IDE. Drivers \
             may choose another bus by the machine type before this rule of libvirt's comes to bear, so profile \
             `modern` leaves the choice open.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
             </devices>",
        )
        .row(
            default_by(DiskTarget::BUS.within(|disk: &mut Disk| Some(&mut disk.target)), |disk, _| Some(targets::bus(disk)))
                .says("the name of the disk tells its bus")
                .profiles(LIBVIRT),
        ),
    rule("disk-readonly-snapshot-no-dropped", Class::Default)
        .summary("a read-only disk is left out of snapshots without saying so")
        .doc("Snapshots leave read-only disks out, unless told otherwise, so libvirt does not write `snapshot='no'` \
              on them.")
        .example(
            "<devices><disk type='file' device='disk' snapshot='no'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <readonly/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><readonly/>\
             </disk>\
             </devices>",
        )
        .row(
            nothing(Disk::SNAPSHOT, |it| *it == DiskSnapshot::No, "read-only disks take no part in snapshots")
                .when(|disk, _| disk.readonly),
        ),
    rule("disk-iscsi-lun0", Class::Structure)
        .summary("the name of an iSCSI target without LUN means LUN 0")
        .doc(
            "The name of an iSCSI source is the qualified name of the target, a slash and the number of the LUN. Where \
             no slash follows the name libvirt adds `/0`; the rule spells that out.",
        )
        .example(
            "<devices><disk type='network' device='disk'><source protocol='iscsi' name='iqn.2013-07.com.example:pool'>\
             <host name='example.com' port='3260'/></source><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='network' device='disk'><source protocol='iscsi' \
             name='iqn.2013-07.com.example:pool/0'>\
             <host name='example.com' port='3260'/></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(
            spelling(
                DiskSourceNetwork::NAME.under(StorageNetwork::SOURCE),
                |name, _| (!name.contains('/')).then(|| format!("{name}/0")),
                "no LUN means LUN 0",
            )
            .when(|it, _| it.source.as_ref().is_some_and(|it| matches!(it.protocol, Protocol::Iscsi(_))))
            .profiles(BOTH),
        ),
    rule("disk-vhostuser-snapshot-no", Class::Default)
        .since(7, 1, 0)
        .summary("a vhost-user disk is left out of snapshots")
        .doc(
            "The image behind a vhost-user disk belongs to another process: libvirt cannot make a snapshot of it and \
             writes `snapshot='no'` where nothing is said.",
        )
        .example(
            "<devices><disk type='vhostuser' device='disk'><source type='unix' path='/run/blk.sock'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='vhostuser' device='disk' snapshot='no'><source type='unix' path='/run/blk.sock'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(
            default(Disk::SNAPSHOT, DiskSnapshot::No)
                .when(|disk, _| matches!(&disk.type_, DiskType::Vhostuser(it) if it.source.is_some()) && !disk.readonly),
        ),
    rule("disk-nvme-managed-default", Class::Default)
        .since(6, 0, 0)
        .summary("libvirt takes an NVMe controller from its driver of the host unless told otherwise")
        .doc(
            "The source of an NVMe disk is managed unless `managed='no'` stands there, and libvirt spells that out; \
             not on the sources of backing stores, though.",
        )
        .example(
            "<devices><disk type='nvme' device='disk'><source type='pci' namespace='1'><address domain='0x0000' \
             bus='0x01' \
             slot='0x00' function='0x0'/></source><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='nvme' device='disk'><source type='pci' managed='yes' namespace='1'><address \
             domain='0x0000' \
             bus='0x01' slot='0x00' function='0x0'/></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(default(DiskSourceNvme::MANAGED.under(StorageNvme::SOURCE), YesNo::Yes)),
    rule("disk-volume-auth-dropped", Class::Lossy)
        .summary("the source of a volume holds no credentials")
        .doc(
            "libvirt takes the credentials for a volume from its storage pool and does not write those that stand in \
             the `<source>` of the disk. Profile `libvirt` drops them, profile `modern` only reports them.",
        )
        .example(
            "<devices><disk type='volume' device='disk'><source pool='p' volume='v'><auth username='u'>\
             <secret type='iscsi' usage='s'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vda' bus='virtio'/>\
             </disk></devices>",
        )
        .row(unread(
            child(DiskSourceVolume::AUTH).under(StorageVolume::SOURCE),
            "of a volume: the storage pool has the credentials",
        )),
    rule("disk-zero-values-dropped", Class::Default)
        .summary("what says nothing of a disk is not written")
        .doc(
            "A geometry with a part of 0, read-ahead and time-out of 0 or for a protocol other than HTTP and FTP, the \
             time-out of a connection that is not made again, a backing store without type, a connection of which \
             nothing is said, a user of NFS without a name, the way to a volume that is not named: all are the same as \
             nothing to libvirt, which does not write them. Nor does it write `removable` of a disk that is not on \
             USB.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><geometry cyls='0' heads='0' secs='0'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
             </devices>",
        )
        .example(
            "<devices><disk type='network' device='disk'><source protocol='ssh' name='a'><host name='h' port='22'/>\
             <timeout seconds='6'/>\
             </source><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='network' device='disk'><source protocol='ssh' name='a'><host name='h' port='22'/>\
             </source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .example(
            "<devices><disk type='network' device='disk'><source protocol='nbd' name='a'><host name='h' port='1'/><reconnect delay='0'/>\
             </source><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='network' device='disk'><source protocol='nbd' name='a'><host name='h' port='1'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .example(
            "<devices><disk type='volume' device='disk'><source mode='host' startupPolicy='optional'/><target dev='vda' bus='virtio'/>\
             </disk></devices>",
            "<devices><disk type='volume' device='disk'><source startupPolicy='optional'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .example(
            "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a'><dataStore type='file'><format type='raw'>\
             <metadata_cache><max_size>9</max_size></metadata_cache></format><source file='/b'/></dataStore></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a'><dataStore type='file'><format type='raw'/>\
             <source file='/b'/></dataStore></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(
            nothing(DiskTarget::REMOVABLE.within(|disk: &mut Disk| Some(&mut disk.target)), |_| true, FIXED)
                .when(|disk, _| targets::bus(disk) != DiskTargetBus::Usb),
        )
        .row(nothing(child(Disk::GEOMETRY), |it| [it.cyls, it.heads, it.secs].contains(&0), "a geometry of 0 is none"))
        .rows(each_type!([Http Https Ftp Ftps], nothing(child(Of::READAHEAD), |it| it.size == 0, ZERO)))
        .rows(each_type!([Http Https Ftp Ftps], nothing(child(Of::TIMEOUT), |it| it.seconds == 0, ZERO)))
        .rows(each_type!([OnHost Ssh], unread(child(Of::READAHEAD), OTHER).profiles(LIBVIRT)))
        .rows(each_type!([OnHost Ssh], unread(child(Of::TIMEOUT), OTHER).profiles(LIBVIRT)))
        .row(nothing(child(Nfs::IDENTITY), Element::says_nothing, "neither user nor group is named"))
        .row(nothing(child(Nbd::RECONNECT), |it| it.delay.unwrap_or(0) == 0, ZERO))
        .row(nothing(child(DiskSourceVhostUser::RECONNECT), |it| it.enabled.is_none(), "it is not said whether to connect again"))
        .row(unread(child(DiskFormat::METADATA_CACHE).within(|it: &mut DiskDataStore| Some(&mut it.format)), "of a data store").profiles(LIBVIRT))
        .row(unread(child(DiskReservationsSource::RECONNECT), "of the helper of reservations").profiles(LIBVIRT))
        .row(unread(DiskSourceVolume::MODE, "where no volume is named").when(|it, _| it.pool.is_none()).profiles(LIBVIRT))
        .rows(each_field!(DiskReconnect::[ENABLED TIMEOUT], |it| unread(it.under(Nbd::RECONNECT), "of a server of NBD").profiles(LIBVIRT)))
        .row(unread(DiskReconnect::DELAY.under(DiskSourceVhostUser::RECONNECT), "of another process").profiles(LIBVIRT))
        .row(nothing(DiskReconnect::TIMEOUT, |_| true, ONCE).when(|it, _| it.enabled == Some(YesNo::No)))
        .rows(each_field!(DiskBackingStore::[FORMAT BACKING_STORE], |it| {
            nothing(child(it), |_| true, UNTYPED).when(|it, _| it.type_.is_none())
        })),
    rule("disk-seclabel-labelskip-dropped", Class::Live)
        .summary("a security label of a source that gives no label is not written")
        .doc(
            "In a running domain `labelskip='yes'` says that a source could not be labelled. A configuration does not \
             keep that, and a `<seclabel>` that neither gives a label nor forbids relabelling says nothing: libvirt \
             does not write it.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='selinux' labelskip='yes'/>\
             </source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
             </devices>",
        )
        .rows(each_type!(
            [DiskSourceFile DiskSourceBlock DiskSourceVolume],
            nothing(child(Of::SECLABELS), gives_no_label, NO_LABEL).when(in_configuration)
        )),
];
