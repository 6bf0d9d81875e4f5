//! `disk-empty-source-string` and what follows from a drive without medium: `disk-no-source-type-reset`,
//! `disk-drive-without-medium`.

use domxml::{Disk, DiskSourceDir, DiskType, DiskTypeFile};
use domxml_runtime::{Element as _, Extra, given};

use crate::options::Profile;
use crate::rule::kinds::{algorithm, note};
use crate::rule::{Class, Context, LIBVIRT, Rule};

pub(super) fn type_reset() -> Rule {
    crate::rule::rule("disk-no-source-type-reset", Class::Live)
        .summary("a drive without source becomes one of type `file`")
        .doc("A disk that has no `<source>` at all loses its type when libvirt reads it and is written as `type='file'`. Where an \
             empty `<source>` stands the type stays, though the element is not written.")
        .example("<devices><disk type='block' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>", "<devices><disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>")
        .row(algorithm(reset_type).profiles(LIBVIRT))
}

pub(super) fn without_medium() -> Rule {
    crate::rule::rule("disk-drive-without-medium", Class::Lossy)
        .summary("libvirt forgets the type of a drive without medium")
        .doc("A removable drive of the type `block`, `dir`, `network`, `volume`, `nvme` or `ctl` without a source becomes one of the type `file` as \
             soon as libvirt defines the domain. What medium its owner meant to insert is then no longer to be seen, so this is \
             only reported.")
        .finds("<devices><disk type='block' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>")
        .row(note(|disk: &Disk, _| {
            let type_ = lost_type(disk)?;
            Some(format!("the drive has no medium: libvirt turns type='{type_}' into type='file'"))
        }))
}

pub(super) fn empty() -> Rule {
    crate::rule::rule("disk-empty-source-string", Class::Structure)
        .summary("an empty path of a source means that there is no medium")
        .doc("Old tools write `<source file=''/>` for a drive without medium. libvirt reads an empty path as none; the modern form \
             has no `<source>` then, or, if a startup policy must be kept, one without path. Profile `libvirt` does the same to \
             drives of other types.")
        .example("<devices><disk type='file' device='cdrom'><source file=''/><target dev='hda' bus='ide'/><readonly/></disk></devices>", "<devices><disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk></devices>")
        .row(algorithm(drop_empty).after("disk-no-source-type-reset"))
}

/// The type, where libvirt would reset it.
fn lost_type(disk: &Disk) -> Option<&str> {
    let empty = match &disk.type_ {
        DiskType::Block(members) => members.source.is_none(),
        DiskType::Dir(members) => members.source.is_none(),
        DiskType::Volume(members) => members.source.is_none(),
        DiskType::Nvme(members) => members.source.is_none(),
        DiskType::Network(members) => members.source.is_none(),
        DiskType::Ctl(members) => members.source.is_none(),
        DiskType::File(_) | DiskType::Vhostuser(_) | DiskType::Vhostvdpa(_) | DiskType::Other(_) => false,
    };
    if empty { domxml::Payload::value(&disk.type_) } else { None }
}

fn reset_type(disk: &mut Disk, cx: &mut Context<'_>) {
    if let Some(type_) = lost_type(disk).map(str::to_owned) {
        disk.type_ = DiskType::File(DiskTypeFile::default());
        cx.rewrote(&disk.xml, "libvirt forgets the type of a disk without source")
            .becomes(format!("type='{type_}'"), "type='file'");
    }
}

fn drop_empty(disk: &mut Disk, cx: &mut Context<'_>) {
    let libvirt = cx.profile == Profile::Libvirt;
    match &mut disk.type_ {
        DiskType::File(members) => {
            let Some(source) = &mut members.source else { return };
            let path = source.file.take_if(|path| path.is_empty());
            if source.says_nothing() && (libvirt || path.is_some() || source.xml.kept.is_none()) {
                let before = path.map_or("<source/>", |_| "<source file=''/>");
                cx.rewrote(&source.xml, "an empty source is none").becomes(before, "");
                remove(&mut members.source, |source| source.xml, &mut disk.xml);
            } else if path.is_some() {
                cx.rewrote(&source.xml, "an empty path is none").becomes("file=''", "");
            }
        }
        DiskType::Block(members) if libvirt => {
            let Some(source) = &mut members.source else { return };
            let path = source.dev.take_if(|path| path.is_empty());
            if source.says_nothing() {
                let before = path.map_or("<source/>", |_| "<source dev=''/>");
                cx.rewrote(&source.xml, "an empty source is not written").becomes(before, "");
                remove(&mut members.source, |source| source.xml, &mut disk.xml);
            } else if path.is_some() {
                cx.rewrote(&source.xml, "an empty path is not written").becomes("dev=''", "");
            }
        }
        DiskType::Ctl(members) if libvirt => {
            let Some(source) = &mut members.source else { return };
            let path = source.dev.take_if(|path| path.is_empty());
            if source.says_nothing() {
                let before = path.map_or("<source/>", |_| "<source dev=''/>");
                cx.rewrote(&source.xml, "an empty source is not written").becomes(before, "");
                remove(&mut members.source, |source| source.xml, &mut disk.xml);
            }
        }
        DiskType::Dir(members) if libvirt => {
            let Some(source) = &mut members.source else { return };
            if source.dir.is_empty() && given(source) == [DiskSourceDir::DIR.info().name] {
                cx.rewrote(&source.xml, "an empty source is not written").becomes("<source dir=''/>", "");
                remove(&mut members.source, |source| source.xml, &mut disk.xml);
            }
        }
        _ => {}
    }
}

/// Removes a source; its comments go to the disk.
fn remove<T>(source: &mut Option<T>, xml: impl Fn(T) -> Extra, disk: &mut Extra) {
    if let Some(source) = source.take() {
        disk.absorb(xml(source));
    }
}
