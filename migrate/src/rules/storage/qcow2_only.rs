//! `disk-qcow2-only`.

use super::disk_refused::is_drive;
use super::targets::source;
use crate::rules::prelude::*;

const DATA: &str = "only qcow2 keeps its data in another file: set the format to qcow2, or leave out <dataStore>";

rules![
    rule("disk-qcow2-only", Class::Conflict)
        .summary("what only images of the format qcow2 have")
        .doc(
            "Only an image of the format qcow2 keeps its data in another file, `<dataStore>`, and knows the clusters \
             that are not to be unreferenced when they are discarded; what the guest only reads discards none. libvirt \
             refuses both elsewhere.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' type='raw' discard_no_unref='on'/><source \
             file='/a'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/a'><dataStore \
             type='file'>\
             <format type='raw'/><source file='/b'/></dataStore></source><target dev='vda' bus='virtio'/></disk>\
             </devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2' discard_no_unref='on'/><source \
             file='/a'/>\
             <target dev='vda' bus='virtio'/><readonly/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/t'/>\
             <backingStore type='file'>\
             <format type='raw'/><source file='/a'><dataStore type='file'><format type='raw'/><source file='/b'/>\
             </dataStore></source>\
             </backingStore><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse_at(Disk::DRIVER, |disk, _| {
            let driver = disk.driver.as_ref().filter(|driver| driver.discard_no_unref == Some(OnOff::On))?;
            match driver.type_ {
                Some(DiskDriverType::Qcow2) => (disk.readonly || is_drive(disk))
                    .then_some("nothing is discarded on a read-only disk: leave out discard_no_unref"),
                _ => Some("only qcow2 has discard_no_unref: leave it out"),
            }
        }))
        .row(refuse_there(|disk: &Disk, _| {
            let qcow2 = disk.driver.as_ref().is_some_and(|it| it.type_ == Some(DiskDriverType::Qcow2));
            Some((data_store(&disk.type_).filter(|_| !qcow2)?.span, DATA))
        }))
        .row(refuse_there(|it: &DiskBackingStore, _| {
            let qcow2 = it.format.as_ref().is_some_and(|format| format.type_ == StorageFormat::Qcow2);
            Some((data_store(it.type_.as_ref()?).filter(|_| !qcow2)?.span, DATA))
        })),
];

/// Where the source of an image says that its data is elsewhere.
fn data_store(type_: &impl Payload) -> Option<&Extra> {
    child_called(source(type_)?, "dataStore")?.extra()
}
