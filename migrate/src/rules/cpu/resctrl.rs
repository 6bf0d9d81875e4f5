//! Shares of caches and memory bandwidth, and what is watched of them: `cachetune-order`, `memorytune-order`, `energytune-order`,
//! `resctrl-monitor-vcpus`, `resctrl-conflict`.

use std::collections::BTreeMap;

use domxml::scalar::{CpuSet, MemoryUnit};
use domxml::{CachetuneCacheType, CachetuneItem, Cputune, Domain, Energytune, Extra, Memorytune, MemorytuneItem};
use domxml_runtime::Version;

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

pub(super) static ENERGYTUNE: Rule = Rule {
    id: "energytune-order",
    class: Class::Spelling,
    since: Some(Version::new(12, 4, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what is watched of the use of energy, for CPUs that there can be",
    doc: "libvirt leaves out CPUs that there cannot be, and forgets what watches no CPU. What is for the same CPUs is one; CPUs that also have \
          shares of caches or bandwidth come first.",
    example: Example {
        before: "<vcpu>2</vcpu><cputune><energytune vcpus='0-7'><monitor vcpus='0'/></energytune></cputune>",
        after: "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor vcpus='0'/></energytune></cputune>",
    },
    apply: energytune,
};

pub(super) static MONITOR: Rule = Rule {
    id: "resctrl-monitor-vcpus",
    class: Class::Default,
    since: Some(Version::new(12, 8, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the CPUs that a monitor watches are spelt out",
    doc: "A monitor without CPUs watches those of its share, and libvirt writes them. What is for the whole process has none.",
    example: Example {
        before: "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor/></energytune></cputune>",
        after: "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor vcpus='0-1'/></energytune></cputune>",
    },
    apply: monitor_vcpus,
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
          the same ones. From 12.8.0 on a share can be for the whole process, but then none is for single CPUs.",
    example: Example {
        before: "<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='120'/></memorytune></cputune>",
        after: "<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='120'/></memorytune></cputune>",
    },
    apply: conflict,
};

/// Takes the members of a set away that there cannot be.
fn keep_below(vcpus: &mut Option<CpuSet>, limit: u32, xml: &Extra, cx: &mut Context) {
    let Some(set) = vcpus.as_mut().filter(|set| set.iter().any(|id| id >= limit)) else { return };
    let kept = below(set, limit);
    cx.rewrote(xml, "without CPUs that there cannot be").becomes(attribute("vcpus", &*set), attribute("vcpus", &kept));
    *set = kept;
}

/// The members of a set that lie below a limit.
fn below(set: &CpuSet, limit: u32) -> CpuSet {
    set.iter().filter(|id| *id < limit).collect()
}

/// What a share is for: the whole process, or the CPUs of a set that there can be.
fn read(vcpus: Option<&CpuSet>, limit: u32) -> Option<CpuSet> {
    vcpus.map(|set| below(set, limit))
}

/// Whether a share is for CPUs of which there cannot be any; libvirt forgets it.
fn for_none(vcpus: Option<&CpuSet>, limit: u32) -> bool {
    vcpus.is_some_and(|set| below(set, limit).is_empty())
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
                        cx.rewrote(&cache.xml, "in the largest unit")
                            .becomes(format!("{} {}", before.0, before.1), format!("{} {}", after.0, after.1));
                    }
                }
                CachetuneItem::Monitor(monitor) => {
                    keep_below(&mut monitor.vcpus, most, &monitor.xml, cx);
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

fn memorytune(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let Some(cputune) = &mut domain.cputune else { return };
    merge_memorytunes(&mut cputune.memorytune, most, cx);
    cputune.memorytune.retain_mut(|share| {
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
            cx.rewrote(&share.xml, "the nodes in their order");
        }
        true
    });
    let caches: Vec<Option<CpuSet>> = cputune.cachetune.iter().map(|share| share.vcpus.clone()).collect();
    let place = |set: &Option<CpuSet>| caches.iter().position(|other| other == set).unwrap_or(usize::MAX);
    if !cputune.memorytune.is_sorted_by_key(|share| place(&share.vcpus)) {
        cputune.memorytune.sort_by_key(|share| place(&share.vcpus));
        cx.rewrote(&cputune.xml, "first the CPUs that also share caches");
    }
}

fn energytune(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let Some(cputune) = &mut domain.cputune else { return };
    let shares = &mut cputune.energytune;
    let mut at = 1;
    while at < shares.len() {
        let vcpus = read(shares[at].vcpus.as_ref(), most);
        let same = |share: &Energytune| read(share.vcpus.as_ref(), most) == vcpus && !for_none(vcpus.as_ref(), most);
        let Some(first) = shares[..at].iter().position(same) else {
            at += 1;
            continue;
        };
        let Energytune { monitor, xml, .. } = shares.remove(at);
        cx.rewrote(&xml, "these CPUs are watched already").becomes("<energytune>, <energytune>", "<energytune>");
        shares[first].monitor.extend(monitor);
        shares[first].xml.absorb(xml);
    }
    shares.retain_mut(|share| {
        keep_below(&mut share.vcpus, most, &share.xml, cx);
        if for_none(share.vcpus.as_ref(), most) || share.monitor.is_empty() {
            cx.rewrote(&share.xml, "it is for no CPU, or watches nothing").becomes("<energytune/>", "");
            return false;
        }
        for monitor in &mut share.monitor {
            keep_below(&mut monitor.vcpus, most, &monitor.xml, cx);
        }
        true
    });
    let caches = cputune.cachetune.iter().map(|share| share.vcpus.clone());
    let others: Vec<_> = caches.chain(cputune.memorytune.iter().map(|share| share.vcpus.clone())).collect();
    let place = |set: &Option<CpuSet>| others.iter().position(|other| other == set).unwrap_or(usize::MAX);
    if !cputune.energytune.is_sorted_by_key(|share| place(&share.vcpus)) {
        cputune.energytune.sort_by_key(|share| place(&share.vcpus));
        cx.rewrote(&cputune.xml, "first the CPUs that also have shares");
    }
}

fn monitor_vcpus(domain: &mut Domain, cx: &mut Context) {
    let Some(cputune) = &mut domain.cputune else { return };
    let mut monitors = Vec::new();
    for share in &mut cputune.cachetune {
        let of = share.items.iter_mut().filter_map(|item| match item {
            CachetuneItem::Monitor(monitor) => Some((&mut monitor.vcpus, &monitor.xml)),
            CachetuneItem::Cache(_) => None,
        });
        monitors.extend(of.map(|(vcpus, xml)| (share.vcpus.as_ref(), vcpus, xml)));
    }
    for share in &mut cputune.memorytune {
        let of = share.items.iter_mut().filter_map(|item| match item {
            MemorytuneItem::Monitor(monitor) => Some((&mut monitor.vcpus, &monitor.xml)),
            MemorytuneItem::Node(_) => None,
        });
        monitors.extend(of.map(|(vcpus, xml)| (share.vcpus.as_ref(), vcpus, xml)));
    }
    for share in &mut cputune.energytune {
        let of = share.monitor.iter_mut().map(|monitor| (&mut monitor.vcpus, &monitor.xml));
        monitors.extend(of.map(|(vcpus, xml)| (share.vcpus.as_ref(), vcpus, xml)));
    }
    for (of_share, vcpus, xml) in monitors {
        if let (Some(set), None) = (of_share, &vcpus) {
            cx.rewrote(xml, "the CPUs of the share are spelt out").becomes("", attribute("vcpus", set));
            *vcpus = Some(set.clone());
        }
    }
}

/// Two shares of one thing for the same CPUs.
fn check_collisions(cputune: &Cputune, most: u32, cx: &mut Context) {
    let mut owners: Vec<Option<CpuSet>> = Vec::new();
    for share in cputune.cachetune.iter().filter(|share| !for_none(share.vcpus.as_ref(), most)) {
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
                CachetuneItem::Monitor(_) => {}
            }
        }
        let vcpus = read(share.vcpus.as_ref(), most);
        if owners.contains(&vcpus) {
            cx.error(&share.xml, "these CPUs have a share of caches already");
        }
        owners.push(vcpus);
    }
    let mut nodes = Vec::new();
    for share in cputune.memorytune.iter().filter(|share| !for_none(share.vcpus.as_ref(), most)) {
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

/// The monitors of each share, those of a kind together.
fn check_monitors(cputune: &Cputune, most: u32, cx: &mut Context) {
    // What the monitors of a kind watch, by the CPUs of their share: caches, memory, energy.
    let mut seen: Vec<(usize, Option<CpuSet>, Option<CpuSet>)> = Vec::new();
    let caches = cputune.cachetune.iter().flat_map(|share| {
        share.items.iter().filter_map(move |item| match item {
            CachetuneItem::Monitor(monitor) => Some((0, &share.vcpus, &monitor.vcpus, &monitor.xml)),
            CachetuneItem::Cache(_) => None,
        })
    });
    let memory = cputune.memorytune.iter().flat_map(|share| {
        share.items.iter().filter_map(move |item| match item {
            MemorytuneItem::Monitor(monitor) => Some((1, &share.vcpus, &monitor.vcpus, &monitor.xml)),
            MemorytuneItem::Node(_) => None,
        })
    });
    let energy = cputune
        .energytune
        .iter()
        .filter(|share| cx.reads(*share))
        .flat_map(|share| share.monitor.iter().map(move |monitor| (2, &share.vcpus, &monitor.vcpus, &monitor.xml)));
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
        }
        seen.push((kind, share, watched));
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let Some(cputune) = &domain.cputune else { return };
    let caches = cputune.cachetune.iter().filter(|share| !share.items.is_empty());
    let caches = caches.map(|share| (&share.vcpus, &share.xml));
    let memory = cputune.memorytune.iter().filter(|share| !share.items.is_empty());
    let memory = memory.map(|share| (&share.vcpus, &share.xml));
    let energy = cputune.energytune.iter().filter(|share| cx.reads(*share)).map(|share| (&share.vcpus, &share.xml));
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
    for item in cputune.memorytune.iter().flat_map(|share| &share.items) {
        if let MemorytuneItem::Node(node) = item
            && node.bandwidth > 100
        {
            cx.error(&node.xml, format!("a share of {} percent", node.bandwidth));
        }
    }
}
