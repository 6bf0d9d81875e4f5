//! `memorytune-order`.

use super::resctrl::{follow, merge, settle};
use crate::rules::prelude::*;

rules![
    rule("memorytune-order", Class::Spelling)
        .summary("shares of memory bandwidth in their order, for CPUs that there can be")
        .doc(
            "libvirt writes the shares of the bandwidth of the host's memory by node, first those of CPUs that also \
             share caches, and leaves out CPUs that there cannot be. Shares for the same CPUs are one.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><memorytune vcpus='0-1'><node id='1' bandwidth='20'/><node id='0' bandwidth='30'/>\
             </memorytune></cputune>",
            "<vcpu>2</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='30'/><node id='1' bandwidth='20'/>\
             </memorytune></cputune>",
        )
        .row(algorithm(memorytune).phase(Phase::Write).profiles(LIBVIRT).after("cachetune-order")),
];

fn node_rank(item: &MemorytuneItem) -> (bool, u32) {
    match item {
        MemorytuneItem::Node(node) => (false, node.id),
        _ => (true, 0),
    }
}

fn memorytune(cputune: &mut Cputune, cx: &mut Context<'_>) {
    merge(&mut cputune.memorytunes, "these CPUs have a share already", cx);
    settle(&mut cputune.memorytunes, "this is for no CPU, or shares nothing", cx);
    for share in cputune.memorytunes.iter_mut().filter(|share| !share.items.is_sorted_by_key(node_rank)) {
        share.items.sort_by_key(node_rank);
        cx.rewrote(&share.xml, "libvirt writes the nodes in their order");
    }
    let caches: Vec<_> = cputune.cachetunes.iter().map(|share| share.vcpus.clone()).collect();
    if follow(&mut cputune.memorytunes, &caches) {
        cx.rewrote(&cputune.xml, "first the CPUs that also share caches");
    }
}
