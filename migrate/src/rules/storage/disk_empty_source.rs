//! `disk-empty-source-string` and what follows from a drive without medium: `disk-no-source-type-reset`,
//! `disk-drive-without-medium`.

use domxml_runtime::{Nest, SlotMut, fields_mut, says_nothing};

use super::disk_refused::is_drive;
use super::targets::source;
use crate::rules::prelude::*;

const EMPTY: &str = "an empty source is none";

rules![
    rule("disk-no-source-type-reset", Class::Live)
        .summary("a drive without source becomes one of type `file`")
        .doc(
            "A disk that has no `<source>` at all loses its type when libvirt reads it and is written as \
             `type='file'`. Where an empty `<source>` stands the type stays, though the element is not written."
        )
        .example(
            "<devices><disk type='block' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>",
            "<devices><disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>"
        )
        .row(algorithm(reset_type).profiles(LIBVIRT)),
    rule("disk-drive-without-medium", Class::Lossy)
        .summary("libvirt forgets the type of a drive without medium")
        .doc(
            "A removable drive of another type than `file`, as `block` or `network`, without a source becomes one of \
             the type `file` as soon as libvirt defines the domain. What medium its owner meant to insert is then no \
             longer to be seen, so this is only reported."
        )
        .finds("<devices><disk type='block' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>")
        .row(note(|disk: &Disk, _| {
            // A hard disk without source is refused.
            let type_ = lost_type(disk).filter(|_| is_drive(disk))?;
            Some(format!("the drive has no medium: libvirt turns type='{type_}' into type='file'"))
        })),
    rule("disk-empty-source-string", Class::Structure)
        .summary("an empty path of a source means that there is no medium")
        .doc(
            "Old tools write `<source file=''/>` for a drive without medium. libvirt reads an empty path as none; the \
             modern form has no `<source>` then, or, if a startup policy must be kept, one without path. Profile \
             `libvirt` does the same to drives of other types, and where the source names what only another type has."
        )
        .example(
            "<devices><disk type='file' device='cdrom'><source file=''/><target dev='hda' bus='ide'/><readonly/>\
                  </disk></devices>",
            "<devices><disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk></devices>"
        )
        .row(algorithm(drop_empty).after("disk-no-source-type-reset"))
        .rows(each_type!(
            [StorageFile StorageBlock StorageDir StorageVolume OsNvram],
            nothing(child(Of::SOURCE), |source| given(source).is_empty(), EMPTY)
        )),
];

/// The type, where libvirt would reset it.
fn lost_type(disk: &Disk) -> Option<&str> {
    use DiskType::{File, Other};
    if matches!(disk.type_, File(_) | Other(_)) || source(&disk.type_).is_some() { None } else { disk.type_.value() }
}

fn reset_type(disk: &mut Disk, cx: &mut Context<'_>) {
    if let Some(type_) = lost_type(disk).map(str::to_owned) {
        disk.type_ = DiskType::File(StorageFile::default());
        cx.rewrote(&disk.xml, "libvirt forgets the type of a disk without source")
            .becomes(format!("type='{type_}'"), "type='file'");
    }
}

fn drop_empty(disk: &mut Disk, cx: &mut Context<'_>) {
    // A drive of another type that loses its source is no longer of its type.
    if cx.profile == Profile::Modern && !matches!(disk.type_, DiskType::File(_)) {
        return;
    }
    let Some(members) = disk.type_.members_mut() else { return };
    fields_mut(members, |line, slot| {
        if let SlotMut::Child(source) = slot
            && line.is("", "source")
            && let Some(gone) = drop_empty_source(source, cx)
        {
            // Its comments go to the disk.
            disk.xml.absorb(gone);
        }
    });
}

/// Takes out a source that says nothing, and what was an empty path of one that says more; what it kept.
fn drop_empty_source(source: &mut dyn Nest, cx: &mut Context<'_>) -> Option<Extra> {
    let libvirt = cx.profile == Profile::Libvirt;
    let content = source.get_mut(0)?;
    // What is not known is not written, so that it does not make a source either.
    let nothing = says_nothing(content) || cx.drops && given(content).is_empty();
    let extra = content.extra_mut()?;
    if let Some(kept) = extra.kept.as_deref_mut().filter(|_| nothing) {
        kept.attributes.clear();
        kept.nodes.retain(|node| !node.is_content());
    }
    // In profile `libvirt`, empty values are gone before any rule runs.
    let empty = extra.kept.as_deref_mut().and_then(|kept| {
        let at = kept.values.iter().position(|value| value.absent)?;
        Some(format!("{}=''", kept.values.remove(at).name))
    });
    if nothing && (libvirt || empty.is_some() || extra.kept.is_none()) {
        let before = empty.map_or("<source/>".to_owned(), |path| format!("<source {path}/>"));
        cx.rewrote(extra, EMPTY).becomes(before, "");
        let extra = std::mem::take(extra);
        source.close();
        return Some(extra);
    }
    if let Some(path) = empty {
        cx.rewrote(extra, "an empty path is none").becomes(path, "");
    }
    None
}
