//! `cachetune-order`.

use domxml::scalar::MemoryUnit;
use domxml::{CachetuneItem, Cputune};

use super::resctrl::{for_none, keep_below};
use crate::rule::kinds::algorithm;
use crate::rule::{Class, Context, LIBVIRT, Phase, Rule};
use crate::rules::domain::largest_unit;

pub(super) fn rule() -> Rule {
    crate::rule::rule("cachetune-order", Class::Spelling)
        .summary("shares of caches in their order, for CPUs that there can be")
        .doc(
            "libvirt writes the shares of the host's caches by level, type and number, their sizes in the largest unit that gives a whole \
             number, and leaves out CPUs that there cannot be. What is for no CPU or shares nothing is forgotten.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><cachetune vcpus='0-7'><cache id='1' level='3' type='both' size='3072' unit='KiB'/><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>",
            "<vcpu>2</vcpu><cputune><cachetune vcpus='0-1'><cache id='0' level='3' type='both' size='3' unit='MiB'/><cache id='1' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>",
        )
        .row(algorithm(cachetune).phase(Phase::Write).profiles(LIBVIRT))
}

/// What comes first among the parts of a share: level, type and number of a cache; monitors behind, as they stand.
fn cache_rank(item: &CachetuneItem) -> (bool, u32, usize, u32) {
    match item {
        CachetuneItem::Cache(cache) => (false, cache.level, cache.type_ as usize, cache.id),
        _ => (true, 0, 0, 0),
    }
}

fn cachetune(cputune: &mut Cputune, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    cputune.cachetunes.retain_mut(|share| {
        keep_below(&mut share.vcpus, most, &share.xml, cx);
        if for_none(share.vcpus.as_ref(), most) || share.items.is_empty() {
            cx.rewrote(&share.xml, "it is for no CPU, or shares nothing").becomes("<cachetune/>", "");
            return false;
        }
        for item in &mut share.items {
            match item {
                CachetuneItem::Cache(cache) => {
                    // A size without a unit counts KiB.
                    let before = (cache.size, cache.unit.unwrap_or(MemoryUnit::KiB));
                    let Some(after) = largest_unit(before.0, before.1) else { continue };
                    if (cache.size, cache.unit) != (after.0, Some(after.1)) {
                        (cache.size, cache.unit) = (after.0, Some(after.1));
                        cx.rewrote(&cache.xml, "libvirt writes the size in the largest unit that holds it")
                            .becomes(format!("{} {}", before.0, before.1), format!("{} {}", after.0, after.1));
                    }
                }
                CachetuneItem::Monitor(monitor) => {
                    keep_below(&mut monitor.vcpus, most, &monitor.xml, cx);
                }
                _ => {}
            }
        }
        if !share.items.is_sorted_by_key(cache_rank) {
            share.items.sort_by_key(cache_rank);
            cx.rewrote(&share.xml, "libvirt writes the caches in their order");
        }
        true
    });
}
