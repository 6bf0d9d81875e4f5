//! What libvirt refuses in the sources of disks: credentials, encryption, reservations, labels, values.

use domxml::DiskSourceNetworkProtocol as Protocol;

use super::disk_refused::is_lun;
use super::targets::{in_source, source};
use crate::rules::prelude::*;

const TWICE: &str = "an encryption stands in the source already: leave this one out";
const LUN: &str = "a LUN cannot be encrypted: leave out <encryption>, or set device='disk'";
const VHOST_USER: &str = "a vhost-user disk cannot be encrypted: leave out <encryption>";
const CLIENT: &str = "the hypervisor is the client of the helper: set mode='client'";
const SOCKET: &str = "a socket needs transport='unix': set that, or leave out socket";
const NO_PROTOCOL: &str = "an NVRAM of a server needs a protocol: add protocol to <source>";
const LUNS: &str = "persistent reservations are for LUNs: leave out <reservations>, or set device='lun'";

rules![
    rule("disk-auth-duplicate", Class::Conflict)
        .summary("the credentials of a disk stand in two places, or are of the wrong kind")
        .doc(
            "Credentials stand in the source or, as they did until 3.9.0, beside it; libvirt refuses both at once, \
             whatever they say. The secret is one of Ceph for RBD and one of iSCSI for iSCSI.",
        )
        .finds(
            "<devices><disk type='network' device='disk'><auth username='a'><secret type='ceph' usage='x'/></auth>\
             <source protocol='rbd' name='p/i'><auth username='a'><secret type='ceph' usage='x'/></auth></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='network' device='disk'><auth username='a'><secret type='ceph' usage='x'/></auth>\
             <source protocol='nbd' name='i'><host name='h' port='10809'/></source><target dev='vda' bus='virtio'/>\
             </disk></devices>",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='rbd' name='p/i'><auth username='a'>\
             <secret type='iscsi' usage='x'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse_there(credentials)),
    rule("disk-volume-incomplete", Class::Conflict)
        .summary("the volume of a disk is named by half")
        .doc(
            "A volume is named by its pool and its own name. libvirt refuses a `<source>` of the type `volume` that \
             has one of the two; one with neither names nothing, and is missed when the guest starts.",
        )
        .finds(
            "<devices><disk type='volume' device='disk'><source volume='v'/><target dev='vda' bus='virtio'/></disk>\
             </devices>",
        )
        .finds(
            "<devices><disk type='volume' device='cdrom'><source pool='p'/><target dev='sda' bus='sata'/></disk>\
             </devices>",
        )
        .row(refuse(|it: &DiskSourceVolume, _| {
            let missing = if it.pool.is_some() { "volume" } else { "pool" };
            (it.pool.is_some() != it.volume.is_some())
                .then(|| format!("a volume is named by pool and volume together: add {missing}"))
        })),
    rule("disk-auth-secret-type", Class::Conflict)
        .summary("credentials whose secret has no type")
        .doc(
            "The type of a secret says what it is for. libvirt asks for it wherever a disk names a server; for a volume of \
             a pool and for `<nvram>` it does not.",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='rbd' name='p/i'><auth username='a'><secret \
             usage='x'/></auth></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(check(untyped).when(|disk, _| !matches!(disk.type_, DiskType::Volume(_)))),
    rule("disk-encryption-duplicate", Class::Conflict)
        .summary("the encryption of a disk stands in two places, or where none can be")
        .doc(
            "The encryption stands in the source or, as it did until 3.9.0, beside it; libvirt refuses both at once, \
             whatever they say. LUNs and vhost-user disks cannot be encrypted.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><encryption format='luks'/></source>\
             <target dev='vda' bus='virtio'/><encryption format='luks'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='block' device='lun'><source dev='/dev/sdb'><encryption format='luks'/></source>\
             <target dev='sda' bus='scsi'/></disk></devices>",
        )
        .row(refuse_there(encryption)),
    rule("disk-encryption-cipher", Class::Conflict)
        .summary("the cipher of an encrypted image is known from the image")
        .doc("Cipher and initial vector of LUKS are chosen when a volume is made; for a disk of a domain libvirt refuses them.")
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><encryption format='luks'><cipher name='aes' \
             size='256'/>\
             </encryption></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(check(ciphers)),
    rule("disk-encryption-cipher-unread", Class::Lossy)
        .summary("cipher and initial vector are read of LUKS alone")
        .doc("Formats of encryption other than `luks` say nothing of how they encrypt: libvirt reads past it and does not write it.")
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'><encryption format='qcow'><secret type='passphrase' usage='b'/>\
             <cipher name='aes' size='256'/><ivgen name='plain64'/></encryption></source><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'><encryption format='qcow'><secret type='passphrase' usage='b'/>\
             </encryption></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .rows(each_field!(Encryption::[CIPHER IVGEN], |it| {
            unread(child(it), "of a format other than LUKS").when(|it, _| it.format != EncryptionFormat::Luks)
        })),
    rule("disk-reservations-not-lun", Class::Conflict)
        .summary("persistent reservations are for LUNs")
        .doc("Only a disk of the kind `lun` can have persistent reservations; libvirt refuses them elsewhere.")
        .finds(
            "<devices><disk type='block' device='disk'><source dev='/dev/sdb'><reservations managed='yes'/></source>\
             <target dev='sda' bus='scsi'/></disk></devices>",
        )
        .row(refuse(|disk: &Disk, _| {
            child_of_type::<DiskReservations>(source(&disk.type_)?)?;
            (!is_lun(disk)).then_some(LUNS)
        })),
    rule("disk-reservations-source", Class::Conflict)
        .summary("persistent reservations stand where there can be none")
        .doc(
            "Only a disk of the kind `lun` can have persistent reservations, whatever its type, and it is the client \
             of the helper that makes them. libvirt refuses the rest.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><reservations managed='yes'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='block' device='lun'><source dev='/dev/sdb'><reservations managed='no'><source \
             type='unix' path='/run/pr' \
             mode='server'/></reservations></source><target dev='sda' bus='scsi'/></disk></devices>",
        )
        .row(refuse(|disk: &Disk, _| {
            let reserved = kept_child(source(&disk.type_)?.extra()?, "reservations").is_some();
            (reserved && !is_lun(disk)).then_some(LUNS)
        }))
        .row(refuse_where(required(DiskReservationsSource::MODE), |mode, _| mode.as_str() != "client", CLIENT)),
    rule("disk-auth-unsupported", Class::Conflict)
        .summary("a protocol without credentials has some")
        .doc(
            "A server is told who asks by the protocols iSCSI, RBD, HTTP, FTP and SSH. libvirt refuses `<auth>` in the \
             source of any other protocol.",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='nbd' name='a'><host name='h' port='10809'/>\
             <auth username='u'>\
             <secret type='ceph' usage='s'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse(|source: &DiskSourceNetwork, _| {
            // A second one of a protocol that knows them is read past.
            let none = child_called(source.protocol.members()?, "auth").is_none();
            let given = kept_child(&source.xml, "auth").filter(|_| none);
            given.map(|_| no_credentials(source))
        })),
    rule("disk-host-socket-transport", Class::Conflict)
        .summary("a socket is given for a server that is reached by network")
        .doc(
            "`socket` is the path of a UNIX socket, and goes with `transport='unix'` alone. libvirt refuses it \
             elsewhere."
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='nbd' name='a'><host name='h' port='10809' \
             socket='/run/nbd'/>\
             </source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse(|host: &DiskHost, _| kept_attribute(&host.xml, "socket").map(|_| SOCKET))),
    rule("os-nvram-network-source", Class::Conflict)
        .summary("an NVRAM of a server is not named")
        .doc(
            "The source of an NVRAM that a server holds needs a protocol and, save for NBD, a name. libvirt refuses it \
             otherwise."
        )
        .finds(
            "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader><nvram \
             type='network'>\
             <source protocol='iscsi'><host name='example.com' port='3260'/></source></nvram></os>",
        )
        .row(refuse_at(OsNvram::SOURCE, |nvram, _| {
            let source = nvram.source.as_ref().filter(|_| nvram.type_ == Some(OsNvramType::Network))?;
            let Some(protocol) = source.protocol else { return Some(NO_PROTOCOL) };
            let nameless = protocol.as_str() != "nbd" && source.name.is_none();
            nameless.then_some("an NVRAM of a server needs a name: add name to <source>")
        })),
    rule("disk-seclabel-duplicate", Class::Conflict)
        .summary("two labels of a source are for the same security driver")
        .doc("A source has one label for each security driver at most; libvirt refuses a second one.")
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='dac' relabel='no'/>\
             <seclabel model='dac' relabel='no'/></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .rows(each_type!(
            [DiskSourceFile DiskSourceBlock DiskSourceVolume],
            unique(Of::SECLABELS, |label, _| label.model.clone(), "another label is for {} already: leave this one out")
        )),
    rule("disk-refused-by-target", Class::Conflict)
        .since(11, 3, 0)
        .summary("newer releases of libvirt refuse what older ones took")
        .doc(
            "Between 9.0 and 11.3 libvirt gave up the Sheepdog protocol, which no hypervisor supports any more, and \
             began to refuse a security label of a source that asks for relabelling without saying how. What the \
             domain should use instead is its owner's choice.",
        )
        .finds(
            "<devices><disk type='network' device='disk'><source protocol='sheepdog' name='i'><host name='h' \
             port='7000'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='dac' relabel='yes'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        // Where an older libvirt is asked for too, the document is still good for that one.
        .row(note(no_sheepdog).when(|_, scope| !scope.knows(11, 3, 0)).profiles(BOTH))
        .row(refuse(no_sheepdog).when(|_, scope| scope.knows(11, 3, 0)))
        .row(note(bare_label).when(|_, scope| !scope.knows(11, 3, 0)).profiles(BOTH))
        .row(refuse(bare_label).when(|_, scope| scope.knows(11, 3, 0))),
    rule("secret-unidentified", Class::Conflict)
        .summary("a secret is named by UUID or by usage")
        .doc(
            "Credentials and encryption refer to a secret that libvirt keeps, by its UUID or by its usage; libvirt \
             refuses a secret with neither and one with both.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><encryption format='luks'><secret \
             type='passphrase'/></encryption>\
             </source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .rows(each_type!([DiskAuthSecret EncryptionSecret], refuse(|it: &Of, _| match (&it.uuid, &it.usage) {
            (Some(_), Some(_)) => Some("a secret has a UUID or a usage, not both: leave out one of the two"),
            (None, None) => Some("a secret needs a UUID or a usage: add uuid or usage"),
            _ => None,
        }))),
];

fn bare_label(label: &DeviceSeclabel, scope: &Scope) -> Option<&'static str> {
    let DeviceSeclabelRelabel::Yes(members) = &label.relabel else { return None };
    // A label that was skipped was one until some version between 9.0.0 and 12.8.0, of which the later is said.
    let skipped = members.labelskip.is_some() && !scope.knows(12, 8, 0);
    (members.labels.is_empty() && !skipped)
        .then_some("libvirt no longer takes relabel='yes' without a label: add <label>, or leave out relabel")
}

fn no_sheepdog(source: &DiskSourceNetwork, _: &Scope) -> Option<&'static str> {
    matches!(source.protocol, Protocol::Sheepdog(_))
        .then_some("libvirt no longer takes the protocol 'sheepdog': move the image to another storage")
}

fn untyped(disk: &Disk, cx: &mut Context<'_>) {
    each(disk, |secret: &DiskAuthSecret| {
        if secret.type_.is_none() {
            cx.error(&secret.xml, "the secret needs a type: 'ceph' for RBD, 'iscsi' for iSCSI");
        }
    });
}

fn credentials(disk: &Disk, _: &Scope) -> Option<(Span, String)> {
    let place = in_source::<Option<Box<DiskAuth>>>(&disk.type_);
    let (outer, inner) = (disk.auth.as_ref(), place.and_then(Option::as_ref));
    if let Some(outer) = outer.filter(|_| inner.is_some()) {
        return Some((outer.xml.span, "credentials stand in the source already: leave these out".to_owned()));
    }
    let source = branch::<StorageNetwork>(&disk.type_)?.source.as_ref()?;
    if let Some(outer) = outer.filter(|_| place.is_none()) {
        return Some((outer.xml.span, no_credentials(source)));
    }
    let wanted = match source.protocol {
        Protocol::Rbd(_) => DiskAuthSecretType::Ceph,
        Protocol::Iscsi(_) => DiskAuthSecretType::Iscsi,
        _ => return None,
    };
    let secret = &outer.or(inner)?.secret;
    let wrong = secret.type_.is_some_and(|type_| type_ != wanted);
    wrong.then(|| (secret.xml.span, format!("the secret must be of the type '{wanted}'")))
}

fn no_credentials(source: &DiskSourceNetwork) -> String {
    let protocol = source.protocol.value().unwrap_or_default();
    format!("the protocol '{protocol}' knows no credentials: leave out <auth>")
}

fn encryption(disk: &Disk, _: &Scope) -> Option<(Span, &'static str)> {
    let inner = in_source::<Option<Box<Encryption>>>(&disk.type_).and_then(Option::as_ref);
    let is_secret = inner.or(disk.encryption.as_ref()).is_some_and(|it| it.format != EncryptionFormat::Default);
    match &disk.encryption {
        Some(it) if inner.is_some() => Some((it.xml.span, TWICE)),
        _ if is_lun(disk) && is_secret => Some((disk.xml.span, LUN)),
        Some(it) if matches!(disk.type_, DiskType::Vhostuser(_)) => Some((it.xml.span, VHOST_USER)),
        _ => None,
    }
}

fn ciphers(disk: &Disk, cx: &mut Context<'_>) {
    each(disk, |it: &Encryption| {
        if it.format == EncryptionFormat::Luks && (it.cipher.is_some() || it.ivgen.is_some()) {
            cx.error(&it.xml, "the image tells cipher and initial vector of a disk: leave out <cipher> and <ivgen>");
        }
    });
}
