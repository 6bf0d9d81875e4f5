//! `disk-driver-type-aio`.

use domxml::{DiskDriverType, Domain};

use super::util::disks;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static RULE: Rule = Rule {
    id: "disk-driver-type-aio",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the driver type `aio` of old Xen is the format `raw`",
    doc: "Old Xen configurations name the way in which blktap does its I/O, `aio`, where the format of the image belongs. \
          libvirt reads exactly this word as `raw`, and so does the rule. The name of the driver is free text and stays.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><driver name='tap' type='aio'/><source file='/a.img'/>\
                 <target dev='xvda' bus='xen'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><driver name='tap' type='raw'/><source file='/a.img'/>\
                <target dev='xvda' bus='xen'/></disk></devices>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let Some(driver) = &mut disk.driver else { continue };
        if driver.type_ == Some(DiskDriverType::Aio) {
            driver.type_ = Some(DiskDriverType::Raw);
            cx.rewrote(&driver.xml, "`aio` stands for the format raw").becomes("type='aio'", "type='raw'");
        }
    }
}
