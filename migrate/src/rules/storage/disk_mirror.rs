//! `disk-mirror-attrs`.

use crate::rules::prelude::*;

rules![
    rule("disk-mirror-attrs", Class::Structure)
        .since(1, 2, 7)
        .summary("the copy that a block job makes is described as a disk is")
        .doc(
            "Until 1.2.6 `<mirror>` named the file of a block copy and its format in two attributes. Now it has type, \
             format and source as a disk has, and names the job, which was always a copy. The attributes say nothing \
             more and go away in profile `modern`. libvirt writes them beside the modern form for copies to files; so \
             does profile `libvirt` with `--live`. Without `--live` profile `libvirt` drops the whole element: only a \
             running domain shows it."
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a.img'/><mirror file='/b.img' \
             format='qcow2' ready='yes'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source \
             file='/a.img'/><mirror type='file' job='copy' ready='yes'>\
             <format type='qcow2'/><source file='/b.img'/></mirror><target dev='vda' bus='virtio'/></disk></devices>"
        )
        .row(algorithm(apply)),
];

fn apply(mirror: &mut DiskMirror, cx: &mut Context<'_>) {
    if cx.profile == Profile::Libvirt && !cx.live || mirror.type_.is_none() && !modernise(mirror, cx) {
        return;
    }
    if mirror.job.is_none() {
        mirror.job = Some(DiskMirrorJob::Copy);
        cx.rewrote(&mirror.xml, "the job is a copy unless another is named").becomes("", "job='copy'");
    }
    match cx.profile {
        Profile::Modern => drop_copies(mirror, cx),
        Profile::Libvirt => write_copies(mirror, cx),
    }
}

/// Gives the old form type, format and source; false where it is none.
fn modernise(mirror: &mut DiskMirror, cx: &mut Context<'_>) -> bool {
    let file = mirror.file.clone();
    let Some(file) = file.filter(|_| mirror.job.is_none_or(|job| job == DiskMirrorJob::Copy)) else { return false };
    let source = DiskSourceFile { file: Some(file.clone()), ..DiskSourceFile::default() };
    mirror.type_ = Some(DiskStorage::File(StorageFile { source: Some(Box::new(source)) }));
    if let Some(format) = mirror.legacy_format {
        mirror.format.get_or_insert_with(|| DiskFormat { type_: format, ..DiskFormat::default() }.into());
    }
    cx.rewrote(&mirror.xml, "a mirror has type, format and source")
        .becomes(format!("<mirror file='{file}'>"), format!("<mirror type='file'><source file='{file}'/>"));
    true
}

fn drop_copies(mirror: &mut DiskMirror, cx: &mut Context<'_>) {
    if let Some(file) = mirror.file.take() {
        let format = mirror.legacy_format.take().map_or_else(String::new, |format| format!(" format='{format}'"));
        cx.rewrote(&mirror.xml, "the attributes only repeat format and source")
            .becomes(format!("file='{file}'{format}"), "");
    }
}

fn write_copies(mirror: &mut DiskMirror, cx: &mut Context<'_>) {
    let copied = mirror.type_.as_ref().filter(|_| mirror.job == Some(DiskMirrorJob::Copy));
    let file = copied.and_then(|type_| branch::<StorageFile>(type_)?.source.as_ref()?.file.clone());
    let format = mirror.format.as_ref().filter(|_| file.is_some()).map(|format| format.type_);
    if mirror.file != file || mirror.legacy_format != format {
        let after = format!("file='{}'", file.as_deref().unwrap_or_default());
        (mirror.file, mirror.legacy_format) = (file, format);
        cx.rewrote(&mirror.xml, "libvirt repeats format and source of copies to files").becomes("", after);
    }
}
