//! What libvirt derives from the kind of a disk: `disk-bus-inferred`, `disk-cdrom-readonly-added`,
//! `disk-readonly-snapshot-no-dropped`.

use domxml::{DiskDevice, DiskSnapshot, Domain};

use super::util::{self, disks};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static BUS: Rule = Rule {
    id: "disk-bus-inferred",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the name of a disk tells its bus",
    doc: "A target that names no bus is on the one that its name begins with: `hd` is IDE, `sd` SCSI, `vd` virtio, `xvd` Xen, \
          `ubd` User Mode Linux, `nvme` NVMe; a floppy drive is on FDC, anything else on IDE. Drivers may choose another bus by the machine \
          type before this rule of libvirt's comes to bear, so profile `modern` leaves the choice open.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: infer_bus,
};

pub(super) static READONLY: Rule = Rule {
    id: "disk-cdrom-readonly-added",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a CD-ROM drive is read-only",
    doc: "libvirt writes `<readonly/>` for every CD-ROM drive, whether it was given or not. Profile `modern` adds no element for \
          what goes without saying.",
    example: Example {
        before: "<devices><disk type='file' device='cdrom'><source file='/a'/><target dev='hda' bus='ide'/></disk></devices>",
        after: "<devices><disk type='file' device='cdrom'><source file='/a'/><target dev='hda' bus='ide'/><readonly/></disk></devices>",
    },
    apply: add_readonly,
};

pub(super) static SNAPSHOT: Rule = Rule {
    id: "disk-readonly-snapshot-no-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a read-only disk is left out of snapshots without saying so",
    doc: "Snapshots leave read-only disks out, unless told otherwise, so libvirt does not write `snapshot='no'` on them.",
    example: Example {
        before: "<devices><disk type='file' device='disk' snapshot='no'><source file='/a'/><target dev='vda' bus='virtio'/>\
                 <readonly/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><readonly/></disk>\
                </devices>",
    },
    apply: drop_snapshot,
};

fn infer_bus(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if disk.target.bus.is_none() {
            let bus = util::bus(disk);
            disk.target.bus = Some(bus);
            cx.rewrote(&disk.target.xml, "the name tells the bus").becomes("", format!("bus='{bus}'"));
        }
    }
}

fn add_readonly(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if disk.device == Some(DiskDevice::Cdrom) && !disk.readonly {
            disk.readonly = true;
            cx.rewrote(&disk.xml, "a CD-ROM drive is read-only").becomes("", "<readonly/>");
        }
    }
}

fn drop_snapshot(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if disk.readonly && disk.snapshot == Some(DiskSnapshot::No) {
            disk.snapshot = None;
            cx.rewrote(&disk.xml, "read-only disks take no part in snapshots").becomes("snapshot='no'", "");
        }
    }
}
