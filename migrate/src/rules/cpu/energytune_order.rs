//! `energytune-order`.

use super::resctrl::{follow, merge, settle};
use crate::rules::prelude::*;

rules![
    rule("energytune-order", Class::Spelling)
        .since(12, 4, 0)
        .summary("what is watched of the use of energy, for CPUs that there can be")
        .doc(
            "libvirt leaves out CPUs that there cannot be, and forgets what watches no CPU. What is for the same CPUs \
             is one; CPUs that also have shares of caches or bandwidth come first.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-7'><monitor vcpus='0'/></energytune></cputune>",
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor vcpus='0'/></energytune></cputune>",
        )
        .row(algorithm(energytune).phase(Phase::Write).profiles(LIBVIRT).after("memorytune-order")),
];

fn energytune(cputune: &mut Cputune, cx: &mut Context<'_>) {
    merge(&mut cputune.energytunes, "these CPUs are watched already", cx);
    settle(&mut cputune.energytunes, "this is for no CPU, or watches nothing", cx);
    let caches = cputune.cachetunes.iter().map(|share| share.vcpus.clone());
    let others: Vec<_> = caches.chain(cputune.memorytunes.iter().map(|share| share.vcpus.clone())).collect();
    if follow(&mut cputune.energytunes, &others) {
        cx.rewrote(&cputune.xml, "first the CPUs that also have shares");
    }
}
