//! `advice-used-twice`: one image or one MAC address in two places.

use std::collections::BTreeSet;

use domxml::{Disk, DiskDevice, DiskType, Domain, Extra};

use crate::rule::kinds::check;
use crate::rule::{Class, Context, rule};

rules![
    rule("advice-used-twice", Class::Advice)
        .summary("an image or a MAC address that stands twice in one definition, or in two of a directory")
        .doc(
            "Two disks on one image destroy what is on it, unless both only read; two interfaces with one MAC address \
             lose packets. `check` says so of two disks of one guest, and of the second of two guests whose \
             definitions lie in one directory. Definitions with the same name or UUID are copies of one guest, an \
             image that others are based on is no image of theirs, and a disk that is `<readonly/>`, `<shareable/>` or \
             `<transient/>` writes nothing that others could lose.",
        )
        .finds(
            "<devices><disk type='file'><source file='/d'/><target dev='vda' bus='virtio'/></disk>\
             <disk type='file'><source file='/d'/><target dev='vdb' bus='virtio'/></disk></devices>",
        )
        .row(check(look)),
];

/// What a disk writes to, as far as one can tell by its name; the file of a firmware's variables is written too.
fn image(disk: &Disk) -> Option<String> {
    let hard = matches!(disk.device, None | Some(DiskDevice::Disk | DiskDevice::Lun));
    if !hard || disk.readonly || disk.shareable || disk.transient.is_some() {
        return None;
    }
    match &disk.type_ {
        DiskType::File(file) => file.source.as_ref()?.file.clone(),
        DiskType::Block(block) => block.source.as_ref()?.dev.clone(),
        _ => None,
    }
}

fn look(domain: &Domain, cx: &mut Context<'_>) {
    let mut own = Own { owner: vec![domain.name.clone()], seen: BTreeSet::new() };
    own.owner.extend(domain.uuid.as_ref().map(ToString::to_string));
    let nvram = domain.os.as_ref().and_then(|os| os.nvram.as_ref());
    if let Some(nvram) = nvram
        && let Some(path) = nvram.value.as_ref().filter(|path| !path.starts_with("/usr/share/"))
    {
        own.claim(
            &nvram.xml,
            format!("image {path}"),
            ["", "keeps its firmware's variables there too: name another file, or none, and libvirt makes one"],
            cx,
        );
    }
    let Some(devices) = &domain.devices else { return };
    for disk in &devices.disks {
        let Some(path) = image(disk) else { continue };
        let said = [
            "another disk has this image already: take another one, or say <readonly/> or <shareable/> of both",
            "has this image too: take another one, or say <readonly/> or <shareable/> of both",
        ];
        own.claim(&disk.xml, format!("image {path}"), said, cx);
    }
    for nic in &devices.interfaces {
        // A pair for live migration has one address on purpose.
        let Some(address) = nic.mac.as_ref().filter(|_| nic.teaming.is_none()).and_then(|mac| mac.address.as_ref())
        else {
            continue;
        };
        let said = [
            "another interface has this MAC address already: leave it out, and libvirt chooses one",
            "has this MAC address too: leave it out, and libvirt chooses one",
        ];
        own.claim(&nic.xml, format!("MAC {address}"), said, cx);
    }
}

/// What a definition has named so far.
struct Own {
    owner: Vec<String>,
    seen: BTreeSet<String>,
}

impl Own {
    /// Says the first where the definition itself has named the thing, and leaves the second to be said where another one has.
    fn claim(&mut self, at: &Extra, thing: String, [here, elsewhere]: [&str; 2], cx: &mut Context<'_>) {
        if self.seen.insert(thing.clone()) {
            cx.claim(at, &self.owner, thing, elsewhere);
        } else {
            cx.note(at, here);
        }
    }
}
