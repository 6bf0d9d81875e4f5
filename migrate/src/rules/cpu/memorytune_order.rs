//! `memorytune-order`.

use domxml::scalar::CpuSet;
use domxml::{Cputune, Memorytune, MemorytuneItem};

use super::resctrl::{for_none, keep_below, read};
use crate::rule::kinds::algorithm;
use crate::rule::{Class, Context, LIBVIRT, Phase, Rule};

pub(super) fn rule() -> Rule {
    crate::rule::rule("memorytune-order", Class::Spelling)
        .summary("shares of memory bandwidth in their order, for CPUs that there can be")
        .doc(
            "libvirt writes the shares of the bandwidth of the host's memory by node, first those of CPUs that also share caches, and leaves \
             out CPUs that there cannot be. Shares for the same CPUs are one.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><memorytune vcpus='0-1'><node id='1' bandwidth='20'/><node id='0' bandwidth='30'/></memorytune></cputune>",
            "<vcpu>2</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='30'/><node id='1' bandwidth='20'/></memorytune></cputune>",
        )
        .row(algorithm(memorytune).phase(Phase::Write).profiles(LIBVIRT).after("cachetune-order"))
}

fn node_rank(item: &MemorytuneItem) -> (bool, u32) {
    match item {
        MemorytuneItem::Node(node) => (false, node.id),
        _ => (true, 0),
    }
}

/// Shares for the same CPUs are one.
fn merge_memorytunes(shares: &mut Vec<Memorytune>, most: u32, cx: &mut Context<'_>) {
    let mut at = 1;
    while at < shares.len() {
        let vcpus = read(shares[at].vcpus.as_ref(), most);
        let same = |share: &Memorytune| read(share.vcpus.as_ref(), most) == vcpus && !for_none(vcpus.as_ref(), most);
        let Some(first) = shares[..at].iter().position(same) else {
            at += 1;
            continue;
        };
        let Memorytune { items, xml, .. } = shares.remove(at);
        cx.rewrote(&xml, "these CPUs have a share already").becomes("<memorytune>, <memorytune>", "<memorytune>");
        shares[first].items.extend(items);
        shares[first].xml.absorb(xml);
    }
}

fn memorytune(cputune: &mut Cputune, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    merge_memorytunes(&mut cputune.memorytunes, most, cx);
    cputune.memorytunes.retain_mut(|share| {
        keep_below(&mut share.vcpus, most, &share.xml, cx);
        if for_none(share.vcpus.as_ref(), most) || share.items.is_empty() {
            cx.rewrote(&share.xml, "it is for no CPU, or shares nothing").becomes("<memorytune/>", "");
            return false;
        }
        for item in &mut share.items {
            if let MemorytuneItem::Monitor(monitor) = item {
                keep_below(&mut monitor.vcpus, most, &monitor.xml, cx);
            }
        }
        if !share.items.is_sorted_by_key(node_rank) {
            share.items.sort_by_key(node_rank);
            cx.rewrote(&share.xml, "libvirt writes the nodes in their order");
        }
        true
    });
    let caches: Vec<Option<CpuSet>> = cputune.cachetunes.iter().map(|share| share.vcpus.clone()).collect();
    let place = |set: &Option<CpuSet>| caches.iter().position(|other| other == set).unwrap_or(usize::MAX);
    if !cputune.memorytunes.is_sorted_by_key(|share| place(&share.vcpus)) {
        cputune.memorytunes.sort_by_key(|share| place(&share.vcpus));
        cx.rewrote(&cputune.xml, "first the CPUs that also share caches");
    }
}
