//! Forms of disks that are only worth a word.

use crate::rules::prelude::*;

const FILTERED: &str = "sgio='filtered' has no effect: no hypervisor supports the choice any more";
const QCOW: &str = "images with qcow encryption can no longer be used: convert them to LUKS";

rules![
    rule("disk-sgio-attr-kept", Class::Lossy)
        .summary("no hypervisor filters SCSI commands any more")
        .doc(
            "`sgio='filtered'` asked for a filter of the host's kernel for SCSI commands of the guest. No hypervisor \
             supports the choice any more and filtered is all there is; libvirt keeps the attribute all the same.",
        )
        .finds(
            "<devices><disk type='block' device='lun' sgio='filtered'><source dev='/dev/sdb'/><target dev='sda' \
             bus='scsi'/></disk>\
             </devices>",
        )
        .row(note_if(FILTERED, |disk: &Disk, _| disk.sgio == Some(Sgio::Filtered))),
    rule("disk-encryption-qcow-kept", Class::Lossy)
        .summary("the encryption of qcow images can no longer be used")
        .doc(
            "QEMU no longer runs guests on images with the encryption of the qcow format. The way out is LUKS, but the \
             image itself must be converted for that, so this is only reported.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><encryption format='qcow'/></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(note_if(QCOW, |it: &Encryption, _| it.format == EncryptionFormat::Qcow)),
];
