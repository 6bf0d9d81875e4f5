//! `storage-value-invalid`.

use domxml::DiskSourceNetworkProtocol as Protocol;

use super::targets::source;
use crate::rules::prelude::*;

const BEYOND: &str = "a port of a server is at most 65535: choose another one";
const NO_TIMEOUT: &str = "a connection that is made again needs a time-out: add timeout, in seconds";
const NO_NAME: &str = "a character of this name is in no cookie's: letters, digits and !#$%&'*+-.^_`|~ are";
const NO_VALUE: &str =
    "the value has blanks, quotes within, commas, semicolons or backslashes: send it encoded, as %20 for a blank";
const ONE_OR_MORE: &str = "the disk has one I/O thread or several: leave out iothread, or <iothreads>";
const RBD: &str = "the name of an RBD image has a pool and an image, and a namespace between them or none: write it as \
                   'pool/image' or 'pool/namespace/image'";
const NO_KEY: &str = "a user of SSH needs a key: add keyfile or agentsock";

rules![
    rule("storage-value-invalid", Class::Conflict)
        .summary("a number must not be 0, or something that goes with a switch is missing")
        .doc(
            "The I/O thread of a disk, the namespace of an NVMe controller, the boot order and the ACPI index of a \
             device count from 1. A user of SSH needs a key. A connection that is made again needs a time-out, the store of an image's data a \
             source, reservations that libvirt does not manage the socket of their helper. The name of an RBD or \
             Gluster image has a pool or volume, a slash and the image, since 11.6.0 that of an RBD image perhaps a \
             namespace between them. Cookies have names of their own, and data that is kept apart a file. A histogram \
             of a disk has bins, `luks` is no format of a driver, and file descriptors in place of a file are for \
             QEMU's.",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='rbd' name='pool//image'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu'><statistics><latency-histogram type='read'/></statistics></driver>\
             <source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' iothread='0'/><source file='/a'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='block' device='lun'><source dev='/dev/sdb'><reservations managed='no'/></source>\
             <target dev='sda' bus='scsi'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='rbd' name='image'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><boot order='0'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='https' name='a'><host name='h'/><cookies>\
             <cookie name='k'>1</cookie><cookie name='k'>2</cookie></cookies></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a'><dataStore type='file'>\
             <format type='raw'/></dataStore></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='nbd' name='x'><host name='h' port='65536'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' name='iqn.2013-07.com.example:pool/1'>\
             <host name='example.com' port='65536'/></source></hostdev></devices>",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='ssh' name='a'><host name='h'/><identity username='u'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(unique(
            DiskCookies::COOKIES,
            |cookie, _| Some(cookie.name.clone()),
            "another cookie is called {}: leave this one out",
        ))
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='https' name='a'><host name='h'/><cookies>\
             <cookie name='k'>a b</cookie></cookies></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse_if(NO_NAME, |it: &DiskCookie, _| it.name.contains(|c: char| !c.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(c))))
        .row(refuse_if(NO_VALUE, |it: &DiskCookie, _| it.value.trim_matches('"').contains(|c: char| !c.is_ascii_graphic() || "\",;\\{}".contains(c))))
        .row(refuse_where(DiskHostByAddress::PORT, |port, _| *port > 65535, BEYOND))
        .row(refuse_where(HostdevIscsiHost::PORT, |port, _| !(0..=65535).contains(port), BEYOND))
        .row(refuse_if("<dataStore> names no file: add <source>, or leave it out", |it: &DiskDataStore, _| source(&it.type_).is_none()))
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a'><dataStore type='file'>\
             <format type='qcow2'/><source file='/b'/></dataStore></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse_if("a data store is raw: set type='raw' of its <format>", |it: &DiskDataStore, _| it.format.type_ != StorageFormat::Raw))
        .row(refuse_where(DiskDriver::IOTHREAD, |thread, _| *thread == 0, "I/O threads count from 1: choose another number"))
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' iothread='1'><iothreads><iothread id='2'/></iothreads></driver>\
             <source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(
            refuse_where(child(DiskDriver::IOTHREADS), |it, scope| !it.iothreads.is_empty() && scope.knows(10, 0, 0), ONE_OR_MORE)
                .when(|it, _| it.iothread > Some(0)),
        )
        .row(refuse_where(
            DiskDriver::TYPE,
            |type_, _| *type_ == DiskDriverType::Luks,
            "an encrypted image is of the format raw: luks is told by <encryption>; set type='raw' of <driver>",
        ))
        .row(refuse_where(required(DiskSourceNvme::NAMESPACE), |number, _| number.0 == 0, "namespaces count from 1: choose another number"))
        .row(refuse_in(DiskSourceVhostUser::RECONNECT, |it, _| (it.enabled == Some(YesNo::Yes) && it.timeout.is_none()).then_some(NO_TIMEOUT)))
        .row(refuse_if(NO_KEY, |it: &DiskSshIdentity, _| it.keyfile.is_none() && it.agentsock.is_none()).since(9, 8, 0))
        .row(refuse_each(|it: &DiskReservations, _| {
            let alone = it.managed == Some(YesNo::No) && it.source.is_none();
            [
                (alone, "reservations that libvirt does not manage need the socket of their helper: add <source>"),
                (it.managed.is_none(), "it is not said who manages the reservations: add managed='yes' (libvirt) or managed='no'"),
            ]
        }))
        .row(refuse_each(|it: &DiskSourceNetwork, _| {
            let named = it.name.is_some() || kept_value(&it.xml, "name").is_some();
            let nameless = !named && !matches!(it.protocol, Protocol::Nbd(_) | Protocol::Other(_));
            let pooled = matches!(it.protocol, Protocol::Rbd(_) | Protocol::Gluster(_));
            let pool = it.name.as_ref().and_then(|name| name.find('/')).unwrap_or(0);
            [
                (nameless, "the image on the server is not named: add name"),
                (pooled && pool == 0, "the name has a pool or volume, a slash and the image: write it so, as name='pool/image'"),
            ]
        }))
        .row(
            refuse(|it: &DiskSourceNetwork, _| {
                let name = it.name.as_deref().filter(|_| matches!(it.protocol, Protocol::Rbd(_)))?;
                let bare = name.contains('/') && name.splitn(3, '/').any(str::is_empty);
                bare.then_some(RBD)
            })
            .since(11, 6, 0),
        )
        .row(refuse_if("a histogram needs bins: add <bin start='..'/>", |it: &DiskLatencyHistogram, _| it.bins.is_empty()).since(12, 1, 0))
        .row(refuse_where(
            DiskSourceFile::FDGROUP,
            |_, scope| scope.driver != Driver::Qemu,
            "of the drivers only QEMU's takes file descriptors for a disk: leave out fdgroup",
        ))
        .row(refuse_where(required(DeviceBoot::ORDER), |order, _| *order == 0, "the boot order counts from 1: choose another number"))
        .row(refuse_where(Acpi::INDEX, |index, _| *index == 0, "ACPI indexes count from 1: choose another number")),
];
