//! `boot-order-conflict`.

use std::collections::BTreeSet;

use crate::rules::prelude::*;

rules![
    rule("boot-order-conflict", Class::Conflict)
        .summary("two devices have the same place in the boot order")
        .doc(
            "No two devices of a fully virtualised guest have the same number in `<boot order=>`. libvirt refuses \
             anything else.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><boot \
             order='1'/></disk>\
             <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><boot order='1'/>\
             </disk></devices>",
        )
        .row(check(order).when(|_, scope| scope.is_hvm())),
];

fn order(domain: &Domain, cx: &mut Context<'_>) {
    // Beside `<boot>` in `<os>` there must be none at all, which `os-conflict` tells.
    if domain.os.as_ref().is_some_and(|os| !os.boots.is_empty()) {
        return;
    }
    let mut seen = BTreeSet::new();
    each(domain, |boot: &DeviceBoot| {
        if !seen.insert(boot.order) {
            cx.error(
                &boot.xml,
                format!("another device has the boot order {} already: choose another one", boot.order),
            );
        }
    });
}
