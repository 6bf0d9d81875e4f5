//! Forms of disks that are only worth a word, `disk-sgio-attr-kept` and `disk-encryption-qcow-kept`, and
//! `disk-nvme-managed-default`.

use domxml::{DiskOuterEncryption, DiskType, Domain, Encryption, EncryptionFormat, Sgio, YesNo, walk};
use domxml_runtime::Version;

use super::util::disks;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, MODERN};

pub(super) static NVME_MANAGED: Rule = Rule {
    id: "disk-nvme-managed-default",
    class: Class::Default,
    since: Some(Version::new(6, 0, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "libvirt takes an NVMe controller from its driver of the host unless told otherwise",
    doc: "The source of an NVMe disk is managed unless `managed='no'` stands there, and libvirt spells that out; not on the \
          sources of backing stores, though.",
    example: Example {
        before: "<devices><disk type='nvme' device='disk'><source type='pci' namespace='1'><address domain='0x0000' bus='0x01' \
                 slot='0x00' function='0x0'/></source><target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='nvme' device='disk'><source type='pci' managed='yes' namespace='1'><address domain='0x0000' \
                bus='0x01' slot='0x00' function='0x0'/></source><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: manage,
};

pub(super) static SGIO_FILTERED: Rule = Rule {
    id: "disk-sgio-attr-kept",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "no hypervisor filters SCSI commands any more",
    doc: "`sgio='filtered'` asked for a filter of the host's kernel for SCSI commands of the guest. No hypervisor supports the choice \
          any more and filtered is all there is; libvirt keeps the attribute all the same.",
    example: Example {
        before: "<devices><disk type='block' device='lun' sgio='filtered'><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/></disk>\
                 </devices>",
        after: "<devices><disk type='block' device='lun' sgio='filtered'><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/></disk>\
                </devices>",
    },
    apply: report_sgio,
};

pub(super) static QCOW_ENCRYPTION: Rule = Rule {
    id: "disk-encryption-qcow-kept",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "the encryption of qcow images can no longer be used",
    doc: "QEMU no longer runs guests on images with the encryption of the qcow format. The way out is LUKS, but the image itself must \
          be converted for that, so this is only reported.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'><encryption format='qcow'/></source>\
                 <target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'><encryption format='qcow'/></source>\
                <target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: report_qcow,
};

fn manage(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let DiskType::Nvme(members) = &mut disk.type_ else { continue };
        let Some(source) = &mut members.source else { continue };
        if source.managed.is_none() {
            source.managed = Some(YesNo::Yes);
            cx.rewrote(&source.xml, "libvirt manages the controller").becomes("", "managed='yes'");
        }
    }
}

fn report_sgio(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if disk.sgio == Some(Sgio::Filtered) {
            cx.note(&disk.xml, "sgio='filtered' has no effect: no hypervisor supports the choice any more");
        }
    }
}

fn report_qcow(domain: &mut Domain, cx: &mut Context) {
    let message = "images with qcow encryption can no longer be used; they must be converted to LUKS";
    walk(domain, &mut |any| {
        if let Some(encryption) = any.downcast_ref::<Encryption>()
            && encryption.format == EncryptionFormat::Qcow
        {
            cx.note(&encryption.xml, message);
        } else if let Some(encryption) = any.downcast_ref::<DiskOuterEncryption>()
            && encryption.format == EncryptionFormat::Qcow
        {
            cx.note(&encryption.xml, message);
        }
    });
}
