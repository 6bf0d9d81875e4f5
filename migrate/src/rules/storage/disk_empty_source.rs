//! `disk-empty-source-string` and what follows from a drive without medium: `disk-no-source-type-reset`,
//! `disk-drive-without-medium`.

use domxml::{Disk, DiskSourceFile, DiskType, DiskTypeFile, Domain, Extra};

use super::util::disks;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN};

pub(super) static TYPE_RESET: Rule = Rule {
    id: "disk-no-source-type-reset",
    class: Class::Live,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a drive without source becomes one of type `file`",
    doc: "A disk that has no `<source>` at all loses its type when libvirt reads it and is written as `type='file'`. Where an \
          empty `<source>` stands the type stays, though the element is not written.",
    example: Example {
        before: "<devices><disk type='block' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>",
        after: "<devices><disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>",
    },
    apply: reset_type,
};

pub(super) static WITHOUT_MEDIUM: Rule = Rule {
    id: "disk-drive-without-medium",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "libvirt forgets the type of a drive without medium",
    doc: "A removable drive of the type `block`, `dir`, `network`, `volume` or `nvme` without a source becomes one of the type `file` as \
          soon as libvirt defines the domain. What medium its owner meant to insert is then no longer to be seen, so this is \
          only reported.",
    example: Example {
        before: "<devices><disk type='block' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>",
        after: "<devices><disk type='block' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>",
    },
    apply: report_type,
};

pub(super) static EMPTY: Rule = Rule {
    id: "disk-empty-source-string",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "an empty path of a source means that there is no medium",
    doc: "Old tools write `<source file=''/>` for a drive without medium. libvirt reads an empty path as none; the modern form \
          has no `<source>` then, or, if a startup policy must be kept, one without path. Profile `libvirt` does the same to \
          drives of other types.",
    example: Example {
        before: "<devices><disk type='file' device='cdrom'><source file=''/><target dev='hda' bus='ide'/><readonly/></disk></devices>",
        after: "<devices><disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk></devices>",
    },
    apply: drop_empty,
};

/// The type, where libvirt would reset it.
fn lost_type(disk: &Disk) -> Option<&'static str> {
    let empty = match &disk.type_ {
        DiskType::Block(members) => members.source.is_none(),
        DiskType::Dir(members) => members.source.is_none(),
        DiskType::Volume(members) => members.source.is_none(),
        DiskType::Nvme(members) => members.source.is_none(),
        DiskType::Network(members) => members.source.is_none(),
        DiskType::File(_) | DiskType::Vhostuser(_) | DiskType::Vhostvdpa(_) | DiskType::Ctl(_) => false,
    };
    if empty { domxml::Payload::value(&disk.type_) } else { None }
}

fn reset_type(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if let Some(type_) = lost_type(disk) {
            disk.type_ = DiskType::File(DiskTypeFile::default());
            cx.rewrote(&disk.xml, "without a source the type is lost")
                .becomes(format!("type='{type_}'"), "type='file'");
        }
    }
}

fn report_type(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if let Some(type_) = lost_type(disk) {
            cx.note(&disk.xml, format!("the drive has no medium: libvirt turns type='{type_}' into type='file'"));
        }
    }
}

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    let libvirt = cx.profile == crate::cli::Profile::Libvirt;
    for disk in disks(domain) {
        match &mut disk.type_ {
            DiskType::File(members) => {
                let Some(source) = &mut members.source else { continue };
                let path = source.file.take_if(|path| path.is_empty());
                if is_empty(source) && (libvirt || path.is_some() || source.xml.kept.is_none()) {
                    let before = path.map_or("<source/>", |_| "<source file=''/>");
                    cx.rewrote(&source.xml, "an empty source is none").becomes(before, "");
                    remove(&mut members.source, |source| source.xml, &mut disk.xml);
                } else if path.is_some() {
                    cx.rewrote(&source.xml, "an empty path is none").becomes("file=''", "");
                }
            }
            DiskType::Block(members) if libvirt => {
                let Some(source) = &mut members.source else { continue };
                let path = source.dev.take_if(|path| path.is_empty());
                let empty = source.dev.is_none()
                    && source.startup_policy.is_none()
                    && source.slices.is_none()
                    && source.seclabel.is_empty()
                    && source.encryption.is_none()
                    && source.reservations.is_none()
                    && source.data_store.is_none();
                if empty {
                    let before = path.map_or("<source/>", |_| "<source dev=''/>");
                    cx.rewrote(&source.xml, "an empty source is not written").becomes(before, "");
                    remove(&mut members.source, |source| source.xml, &mut disk.xml);
                } else if path.is_some() {
                    cx.rewrote(&source.xml, "an empty path is not written").becomes("dev=''", "");
                }
            }
            DiskType::Dir(members) if libvirt => {
                let Some(source) = &mut members.source else { continue };
                let rest = source.startup_policy.is_some()
                    || source.slices.is_some()
                    || source.encryption.is_some()
                    || source.data_store.is_some();
                if source.dir.is_empty() && !rest {
                    cx.rewrote(&source.xml, "an empty source is not written").becomes("<source dir=''/>", "");
                    remove(&mut members.source, |source| source.xml, &mut disk.xml);
                }
            }
            _ => {}
        }
    }
}

/// Whether a source says nothing.
fn is_empty(source: &DiskSourceFile) -> bool {
    source.file.is_none()
        && source.fdgroup.is_none()
        && source.startup_policy.is_none()
        && source.slices.is_none()
        && source.seclabel.is_empty()
        && source.encryption.is_none()
        && source.data_store.is_none()
}

/// Removes a source; its comments go to the disk.
fn remove<T>(source: &mut Option<T>, xml: impl Fn(T) -> Extra, disk: &mut Extra) {
    if let Some(source) = source.take() {
        disk.absorb(xml(source));
    }
}
