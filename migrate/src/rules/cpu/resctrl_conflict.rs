//! `resctrl-conflict`.

use std::collections::BTreeMap;

use domxml::scalar::CpuSet;
use domxml::{CachetuneCacheType, CachetuneItem, Cputune, MemorytuneItem};

use super::resctrl::{for_none, read};
use crate::rule::kinds::check;
use crate::rule::{Class, Context, Rule};

pub(super) fn rule() -> Rule {
    crate::rule::rule("resctrl-conflict", Class::Conflict)
        .summary("shares of caches or bandwidth that libvirt refuses")
        .doc(
            "The CPUs of two shares of caches, or of memory bandwidth, are the same or have none in common, and no share of the bandwidth of \
             a node exceeds 100 percent. No two shares are of the same cache, or of the same node, for the same CPUs, and no two monitors \
             watch the same ones, nor some of those of another. From 12.8.0 on a share can be for the whole process, but then none is for single CPUs.",
        )
        .finds("<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='120'/></memorytune></cputune>")
        .finds("<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><monitor/><monitor vcpus='1'/></memorytune></cputune>")
        .row(check(conflict))
}

/// Two shares of one thing for the same CPUs.
fn check_collisions(cputune: &Cputune, most: u32, cx: &mut Context<'_>) {
    let mut owners: Vec<Option<CpuSet>> = Vec::new();
    for share in cputune.cachetunes.iter().filter(|share| !for_none(share.vcpus.as_ref(), most)) {
        let mut caches = Vec::new();
        for item in &share.items {
            match item {
                CachetuneItem::Cache(cache) => {
                    // A share of code or data takes part of what is for both.
                    let collides = |other: &CachetuneCacheType| {
                        *other == cache.type_ || [*other, cache.type_].contains(&CachetuneCacheType::Both)
                    };
                    if caches
                        .iter()
                        .any(|(level, id, type_)| (*level, *id) == (cache.level, cache.id) && collides(type_))
                    {
                        cx.error(
                            &cache.xml,
                            format!("the level {} of cache {} is shared already", cache.level, cache.id),
                        );
                    }
                    caches.push((cache.level, cache.id, cache.type_));
                }
                CachetuneItem::Monitor(monitor) if monitor.level != 3 => {
                    cx.error(&monitor.xml, "a cache is monitored at level 3");
                }
                _ => {}
            }
        }
        let vcpus = read(share.vcpus.as_ref(), most);
        if owners.contains(&vcpus) {
            cx.error(&share.xml, "these CPUs have a share of caches already");
        }
        owners.push(vcpus);
    }
    let mut nodes = Vec::new();
    for share in cputune.memorytunes.iter().filter(|share| !for_none(share.vcpus.as_ref(), most)) {
        for item in &share.items {
            let MemorytuneItem::Node(node) = item else { continue };
            let place = (read(share.vcpus.as_ref(), most), node.id);
            if nodes.contains(&place) {
                cx.error(&node.xml, format!("the node {} is shared already", node.id));
            }
            nodes.push(place);
        }
    }
}

/// Whether something is allotted to just these CPUs: then all of them can be monitored together, beside single ones.
fn allots(cputune: &Cputune, vcpus: &CpuSet, most: u32) -> bool {
    let these = |share: &Option<CpuSet>| read(share.as_ref(), most).as_ref() == Some(vcpus);
    let is_cache = |item: &CachetuneItem| matches!(item, CachetuneItem::Cache(_));
    let is_node = |item: &MemorytuneItem| matches!(item, MemorytuneItem::Node(_));
    cputune.cachetunes.iter().any(|share| these(&share.vcpus) && share.items.iter().any(is_cache))
        || cputune.memorytunes.iter().any(|share| these(&share.vcpus) && share.items.iter().any(is_node))
}

/// The monitors of each share, those of a kind together.
fn check_monitors(cputune: &Cputune, most: u32, cx: &mut Context<'_>) {
    // What the monitors of a kind watch, by the CPUs of their share: caches, memory, energy.
    let mut seen: Vec<(usize, Option<CpuSet>, Option<CpuSet>)> = Vec::new();
    let caches = cputune.cachetunes.iter().flat_map(|share| {
        share.items.iter().filter_map(move |item| match item {
            CachetuneItem::Monitor(monitor) => Some((0, &share.vcpus, &monitor.vcpus, &monitor.xml)),
            _ => None,
        })
    });
    let memory = cputune.memorytunes.iter().flat_map(|share| {
        share.items.iter().filter_map(move |item| match item {
            MemorytuneItem::Monitor(monitor) => Some((1, &share.vcpus, &monitor.vcpus, &monitor.xml)),
            _ => None,
        })
    });
    let energy =
        cputune.energytunes.iter().filter(|_| cx.reads(Cputune::ENERGYTUNES.info())).flat_map(|share| {
            share.monitors.iter().map(move |monitor| (2, &share.vcpus, &monitor.vcpus, &monitor.xml))
        });
    let monitors: Vec<_> = caches.chain(memory).chain(energy).collect();
    for (kind, share, vcpus, xml) in monitors {
        if for_none(share.as_ref(), most) {
            continue;
        }
        let share = read(share.as_ref(), most);
        let watched = read(vcpus.as_ref(), most).or_else(|| share.clone());
        if let (Some(share), Some(watched)) = (&share, &watched)
            && !watched.iter().all(|id| share.contains(id))
        {
            cx.error(xml, "CPUs are monitored that do not have the share");
        }
        if watched.as_ref().is_some_and(CpuSet::is_empty) {
            cx.error(xml, "none of these CPUs is there to be monitored");
        } else if seen.iter().any(|(other, of, theirs)| (*other, of, theirs) == (kind, &share, &watched)) {
            cx.error(xml, "these CPUs are monitored already");
        } else if share.is_none()
            && seen.iter().any(|(_, of, theirs)| of.is_none() && theirs.is_some() != watched.is_some())
        {
            cx.error(xml, "the whole process is monitored, or single CPUs, but not both");
        } else if let (Some(share), Some(watched)) = (&share, &watched)
            && seen
                .iter()
                .filter(|(_, of, _)| of.as_ref() == Some(share))
                .filter_map(|(.., theirs)| theirs.as_ref())
                .any(|theirs| {
                    let apart = theirs == watched || !theirs.iter().any(|id| watched.contains(id));
                    let of_all = (theirs == share || watched == share) && allots(cputune, share, most);
                    !apart && !of_all
                })
        {
            cx.error(xml, "some of these CPUs are monitored together with others");
        }
        seen.push((kind, share, watched));
    }
}

fn conflict(cputune: &Cputune, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    let caches = cputune.cachetunes.iter().filter(|share| !share.items.is_empty());
    let caches = caches.map(|share| (&share.vcpus, &share.xml));
    let memory = cputune.memorytunes.iter();
    let memory = memory.map(|share| (&share.vcpus, &share.xml));
    let energy = cputune
        .energytunes
        .iter()
        .filter(|_| cx.reads(Cputune::ENERGYTUNES.info()))
        .map(|share| (&share.vcpus, &share.xml));
    let shares: Vec<_> = caches.chain(memory).chain(energy).collect();
    // By CPU, the set that it was first seen in.
    let mut owners: BTreeMap<u32, &CpuSet> = BTreeMap::new();
    let mut whole = false;
    for (vcpus, xml) in shares {
        let Some(set) = vcpus else {
            if !cx.knows(12, 8, 0) {
                cx.error(xml, "the target knows no share for the whole process");
            } else if !owners.is_empty() {
                cx.error(xml, "a share for the whole process excludes those for single CPUs");
            }
            whole = true;
            continue;
        };
        let members = || set.iter().filter(|id| *id < most);
        let first = members().next().and_then(|id| owners.get(&id).copied());
        let shared = members().any(|id| owners.contains_key(&id));
        if shared && !first.is_some_and(|first| first.iter().filter(|id| *id < most).eq(members())) {
            cx.error(xml, "some of these CPUs have another share, too");
        } else if whole && members().next().is_some() {
            cx.error(xml, "a share for the whole process excludes those for single CPUs");
        }
        for id in members() {
            owners.entry(id).or_insert(set);
        }
    }
    check_collisions(cputune, most, cx);
    check_monitors(cputune, most, cx);
    for item in cputune.memorytunes.iter().flat_map(|share| &share.items) {
        if let MemorytuneItem::Node(node) = item
            && node.bandwidth > 100
        {
            cx.error(&node.xml, format!("a share of the bandwidth is at most 100 percent, not {}", node.bandwidth));
        }
    }
}
