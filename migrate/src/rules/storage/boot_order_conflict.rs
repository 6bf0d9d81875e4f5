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
        // Beside `<boot>` in `<os>` there must be none at all, which `os-conflict` tells.
        .row(
            check(order)
                .when(|domain, scope| scope.is_hvm() && domain.os.as_ref().is_none_or(|os| os.boots.is_empty()))
        ),
];

fn order(domain: &Domain, cx: &mut Context<'_>) {
    let mut seen = BTreeSet::new();
    each(domain, |boot: &DeviceBoot| {
        if !seen.insert(boot.order) {
            let message = format!("another device has the boot order {} already: choose another one", boot.order);
            cx.error(&boot.xml, message);
        }
    });
}
