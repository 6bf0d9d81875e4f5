//! `boot-order-conflict`.

use std::collections::BTreeSet;

use domxml::{DeviceBoot, Domain, walk};

use crate::rule::kinds::check;
use crate::rule::{Class, Context, Rule};

pub(super) fn rule() -> Rule {
    crate::rule::rule("boot-order-conflict", Class::Conflict)
        .summary("the boot order is given twice")
        .doc(
            "What a fully virtualised guest boots from is said by `<boot dev=>` in `<os>` or by `<boot order=>` of the devices, not both, and \
             no two devices have the same number. libvirt refuses anything else.",
        )
        .finds(
            "<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os><devices><disk type='file' device='disk'><source file='/a'/>\
             <target dev='vda' bus='virtio'/><boot order='1'/></disk></devices>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><boot order='1'/></disk>\
             <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><boot order='1'/></disk></devices>",
        )
        .row(check(order).when(|_, scope| scope.is_hvm()))
}

fn order(domain: &Domain, cx: &mut Context<'_>) {
    let by_os = domain.os.as_ref().is_some_and(|os| !os.boot.is_empty());
    let mut seen = BTreeSet::new();
    walk(domain, &mut |any| {
        let Some(boot) = any.downcast_ref::<DeviceBoot>() else { return };
        if by_os {
            cx.error(&boot.xml, "the boot order is given in <os> already");
        } else if !seen.insert(boot.order) {
            cx.error(&boot.xml, format!("another device has the boot order {} already", boot.order));
        }
    });
}
