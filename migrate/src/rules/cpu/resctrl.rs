//! Shares of caches and memory bandwidth: `cachetune-order`, `memorytune-order`, `resctrl-conflict`.

use std::collections::{BTreeMap, BTreeSet};

use domxml::scalar::{CpuSet, MemoryUnit};
use domxml::{CachetuneCacheType, CachetuneItem, Cputune, Domain, Extra, Memorytune, MemorytuneItem};

use super::vcpu::most;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};
use crate::rules::domain::largest_unit;

pub(super) static CACHETUNE: Rule = Rule {
    id: "cachetune-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "shares of caches in their order, for CPUs that there can be",
    doc: "libvirt writes the shares of the host's caches by level, type and number, their sizes in the largest unit that gives a whole \
          number, and leaves out CPUs that there cannot be. What is for no CPU or shares nothing is forgotten.",
    example: Example {
        before: "<vcpu>2</vcpu><cputune><cachetune vcpus='0-7'><cache id='1' level='3' type='both' size='3072' unit='KiB'/>\
                 <cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>",
        after: "<vcpu>2</vcpu><cputune><cachetune vcpus='0-1'><cache id='0' level='3' type='both' size='3' unit='MiB'/>\
                <cache id='1' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>",
    },
    apply: cachetune,
};

pub(super) static MEMORYTUNE: Rule = Rule {
    id: "memorytune-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "shares of memory bandwidth in their order, for CPUs that there can be",
    doc: "libvirt writes the shares of the bandwidth of the host's memory by node, first those of CPUs that also share caches, and leaves \
          out CPUs that there cannot be. Shares for the same CPUs are one.",
    example: Example {
        before: "<vcpu>2</vcpu><cputune><memorytune vcpus='0-1'><node id='1' bandwidth='20'/><node id='0' bandwidth='30'/>\
                 </memorytune></cputune>",
        after: "<vcpu>2</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='30'/><node id='1' bandwidth='20'/>\
                </memorytune></cputune>",
    },
    apply: memorytune,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "resctrl-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "shares of caches or bandwidth that libvirt refuses",
    doc: "The CPUs of two shares of caches, or of memory bandwidth, are the same or have none in common, and no share of the bandwidth of a \
          node exceeds 100 percent. No two shares are of the same cache, or of the same node, for the same CPUs, and no two monitors watch \
          the same ones.",
    example: Example {
        before: "<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='120'/></memorytune></cputune>",
        after: "<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='120'/></memorytune></cputune>",
    },
    apply: conflict,
};

/// The members of a set that lie below a limit, where some do not.
fn below(set: &CpuSet, limit: u32) -> Option<CpuSet> {
    set.iter().any(|id| id >= limit).then(|| set.iter().filter(|id| *id < limit).collect())
}

/// What comes first among the parts of a share: level, type and number of a cache; monitors behind, as they stand.
fn cache_rank(item: &CachetuneItem) -> (bool, u32, usize, u32) {
    match item {
        CachetuneItem::Cache(cache) => (false, cache.level, cache.type_ as usize, cache.id),
        CachetuneItem::Monitor(_) => (true, 0, 0, 0),
    }
}

fn cachetune(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let Some(cputune) = &mut domain.cputune else { return };
    cputune.cachetune.retain_mut(|share| {
        if let Some(set) = below(&share.vcpus, most) {
            cx.rewrote(&share.xml, "without CPUs that there cannot be")
                .becomes(attribute("vcpus", &share.vcpus), attribute("vcpus", &set));
            share.vcpus = set;
        }
        if share.vcpus.is_empty() || share.items.is_empty() {
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
                        cx.rewrote(&cache.xml, "in the largest unit")
                            .becomes(format!("{} {}", before.0, before.1), format!("{} {}", after.0, after.1));
                    }
                }
                CachetuneItem::Monitor(monitor) => {
                    if let Some(set) = below(&monitor.vcpus, most) {
                        cx.rewrote(&monitor.xml, "without CPUs that there cannot be")
                            .becomes(attribute("vcpus", &monitor.vcpus), attribute("vcpus", &set));
                        monitor.vcpus = set;
                    }
                }
            }
        }
        if !share.items.is_sorted_by_key(cache_rank) {
            share.items.sort_by_key(cache_rank);
            cx.rewrote(&share.xml, "the caches in their order");
        }
        true
    });
}

fn node_rank(item: &MemorytuneItem) -> (bool, u32) {
    match item {
        MemorytuneItem::Node(node) => (false, node.id),
        MemorytuneItem::Monitor(_) => (true, 0),
    }
}

/// Shares for the same CPUs are one.
fn merge_memorytunes(shares: &mut Vec<Memorytune>, most: u32, cx: &mut Context) {
    let read = |share: &Memorytune| -> Vec<u32> { share.vcpus.iter().filter(|id| *id < most).collect() };
    let mut at = 1;
    while at < shares.len() {
        let vcpus = read(&shares[at]);
        let Some(first) = shares[..at].iter().position(|share| read(share) == vcpus && !vcpus.is_empty()) else {
            at += 1;
            continue;
        };
        let Memorytune { items, xml, .. } = shares.remove(at);
        cx.rewrote(&xml, "these CPUs have a share already").becomes("<memorytune>, <memorytune>", "<memorytune>");
        shares[first].items.extend(items);
        shares[first].xml.absorb(xml);
    }
}

fn memorytune(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let Some(cputune) = &mut domain.cputune else { return };
    merge_memorytunes(&mut cputune.memorytune, most, cx);
    cputune.memorytune.retain_mut(|share| {
        if let Some(set) = below(&share.vcpus, most) {
            cx.rewrote(&share.xml, "without CPUs that there cannot be")
                .becomes(attribute("vcpus", &share.vcpus), attribute("vcpus", &set));
            share.vcpus = set;
        }
        if share.vcpus.is_empty() || share.items.is_empty() {
            cx.rewrote(&share.xml, "it is for no CPU, or shares nothing").becomes("<memorytune/>", "");
            return false;
        }
        for item in &mut share.items {
            if let MemorytuneItem::Monitor(monitor) = item
                && let Some(set) = below(&monitor.vcpus, most)
            {
                cx.rewrote(&monitor.xml, "without CPUs that there cannot be")
                    .becomes(attribute("vcpus", &monitor.vcpus), attribute("vcpus", &set));
                monitor.vcpus = set;
            }
        }
        if !share.items.is_sorted_by_key(node_rank) {
            share.items.sort_by_key(node_rank);
            cx.rewrote(&share.xml, "the nodes in their order");
        }
        true
    });
    let caches: Vec<CpuSet> = cputune.cachetune.iter().map(|share| share.vcpus.clone()).collect();
    let place = |set: &CpuSet| caches.iter().position(|other| other == set).unwrap_or(usize::MAX);
    if !cputune.memorytune.is_sorted_by_key(|share| place(&share.vcpus)) {
        cputune.memorytune.sort_by_key(|share| place(&share.vcpus));
        cx.rewrote(&cputune.xml, "first the CPUs that also share caches");
    }
}

/// A monitor that watches nothing, or what another one watches.
fn check_monitor(watched: Vec<u32>, xml: &Extra, monitors: &mut Vec<Vec<u32>>, cx: &mut Context) {
    if watched.is_empty() {
        cx.error(xml, "none of these CPUs is there to be monitored");
    } else if monitors.contains(&watched) {
        cx.error(xml, "these CPUs are monitored already");
    }
    monitors.push(watched);
}

/// Two shares of one thing for the same CPUs.
fn check_collisions(cputune: &Cputune, most: u32, cx: &mut Context) {
    let read = |set: &CpuSet| -> Vec<u32> { set.iter().filter(|id| *id < most).collect() };
    let mut owners: Vec<Vec<u32>> = Vec::new();
    for share in &cputune.cachetune {
        let vcpus = read(&share.vcpus);
        if vcpus.is_empty() {
            continue;
        }
        let (mut caches, mut monitors) = (Vec::new(), Vec::new());
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
                CachetuneItem::Monitor(monitor) => {
                    if monitor.level != 3 {
                        cx.error(&monitor.xml, "a cache is monitored at level 3");
                    }
                    check_monitor(read(&monitor.vcpus), &monitor.xml, &mut monitors, cx);
                }
            }
        }
        if owners.contains(&vcpus) {
            cx.error(&share.xml, "these CPUs have a share of caches already");
        }
        owners.push(vcpus);
    }
    let mut nodes = BTreeSet::new();
    for share in cputune.memorytune.iter().filter(|share| !read(&share.vcpus).is_empty()) {
        let mut monitors = Vec::new();
        for item in &share.items {
            match item {
                MemorytuneItem::Node(node) => {
                    if !nodes.insert((read(&share.vcpus), node.id)) {
                        cx.error(&node.xml, format!("the node {} is shared already", node.id));
                    }
                }
                MemorytuneItem::Monitor(monitor) => {
                    let watched = read(&monitor.vcpus);
                    if !watched.iter().all(|id| share.vcpus.contains(*id)) {
                        cx.error(&monitor.xml, "CPUs are monitored that do not have the share");
                    }
                    check_monitor(watched, &monitor.xml, &mut monitors, cx);
                }
            }
        }
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let Some(cputune) = &domain.cputune else { return };
    let caches = cputune.cachetune.iter().map(|share| (&share.vcpus, &share.xml));
    let memory = cputune.memorytune.iter().map(|share| (&share.vcpus, &share.xml));
    // By CPU, the set that it was first seen in.
    let mut owners: BTreeMap<u32, &CpuSet> = BTreeMap::new();
    for (set, xml) in caches.chain(memory) {
        let members = || set.iter().filter(|id| *id < most);
        let first = members().next().and_then(|id| owners.get(&id).copied());
        let shared = members().any(|id| owners.contains_key(&id));
        if shared && !first.is_some_and(|first| first.iter().filter(|id| *id < most).eq(members())) {
            cx.error(xml, "some of these CPUs have another share, too");
        }
        for id in members() {
            owners.entry(id).or_insert(set);
        }
    }
    check_collisions(cputune, most, cx);
    for share in cputune.cachetune.iter().filter(|share| share.vcpus.iter().any(|id| id < most)) {
        for item in &share.items {
            if let CachetuneItem::Monitor(monitor) = item
                && monitor.vcpus.iter().any(|id| id < most && !share.vcpus.contains(id))
            {
                cx.error(&monitor.xml, "CPUs are monitored that do not have the share");
            }
        }
    }
    for item in cputune.memorytune.iter().flat_map(|share| &share.items) {
        if let MemorytuneItem::Node(node) = item
            && node.bandwidth > 100
        {
            cx.error(&node.xml, format!("a share of {} percent", node.bandwidth));
        }
    }
}
