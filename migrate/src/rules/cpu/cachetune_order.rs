//! `cachetune-order`.

use domxml::scalar::MemoryUnit;

use super::resctrl::settle;
use crate::rules::prelude::*;

rules![
    rule("cachetune-order", Class::Spelling)
        .summary("shares of caches in their order, for CPUs that there can be")
        .doc(
            "libvirt writes the shares of the host's caches by level, type and number, their sizes in the largest unit \
             that gives a whole number, and leaves out CPUs that there cannot be. What is for no CPU or shares nothing \
             is forgotten.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><cachetune vcpus='0-7'><cache id='1' level='3' type='both' size='3072' \
             unit='KiB'/><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>",
            "<vcpu>2</vcpu><cputune><cachetune vcpus='0-1'><cache id='0' level='3' type='both' size='3' unit='MiB'/>\
             <cache id='1' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>",
        )
        .row(largest_unit(CachetuneCache::SIZE, CachetuneCache::UNIT, MemoryUnit::KiB))
        .row(algorithm(cachetune).phase(Phase::Write).profiles(LIBVIRT)),
];

/// What comes first among the parts of a share: level, type and number of a cache; monitors behind, as they stand.
fn cache_rank(item: &CachetuneItem) -> (bool, u32, usize, u32) {
    match item {
        CachetuneItem::Cache(cache) => (false, cache.level, cache.type_ as usize, cache.id),
        _ => (true, 0, 0, 0),
    }
}

fn cachetune(cputune: &mut Cputune, cx: &mut Context<'_>) {
    settle(&mut cputune.cachetunes, "this is for no CPU, or shares nothing", cx);
    for share in cputune.cachetunes.iter_mut().filter(|share| !share.items.is_sorted_by_key(cache_rank)) {
        share.items.sort_by_key(cache_rank);
        cx.rewrote(&share.xml, "libvirt writes the caches in their order");
    }
}
