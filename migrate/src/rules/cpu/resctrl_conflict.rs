//! `resctrl-conflict`.

use std::collections::BTreeMap;

use domxml::scalar::CpuSet;

use super::resctrl::{for_none, read, span, vcpus};
use crate::rules::prelude::*;

rules![
    rule("resctrl-conflict", Class::Conflict)
        .summary("shares of caches or bandwidth that libvirt refuses")
        .doc(
            "The CPUs of two shares of caches, or of memory bandwidth, are the same or have none in common, and no \
             share of the bandwidth of a node exceeds 100 percent. No two shares are of the same cache, or of the same \
             node, for the same CPUs, and no two monitors watch the same ones, nor some of those of another. An \
             emulated guest has none of all that. From 12.8.0 on a share can be for the whole process, but then none \
             is for single CPUs.",
        )
        .finds("<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><node id='0' bandwidth='120'/></memorytune></cputune>")
        .finds("<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><monitor/><monitor vcpus='1'/></memorytune></cputune>")
        .row(refuse_in(Cputune::CACHETUNES, |it, scope| emulated(it.vcpus.as_ref(), scope)).driver(Driver::Qemu))
        .row(refuse_in(Cputune::MEMORYTUNES, |it, scope| emulated(it.vcpus.as_ref(), scope)).driver(Driver::Qemu))
        .row(refuse_in(Cputune::ENERGYTUNES, |it, scope| emulated(it.vcpus.as_ref(), scope)).driver(Driver::Qemu))
        .row(check(conflict))
        .row(check(caches))
        .row(unique(
            Cputune::CACHETUNES,
            |share, scope| {
                let vcpus = share.vcpus.as_ref();
                (!for_none(vcpus, scope.vcpus))
                    .then(|| read(vcpus, scope.vcpus).map_or_else(String::new, |set| set.to_string()))
            },
            "these CPUs have a share of caches already: put both into one <cachetune>",
        ))
        .row(check(nodes))
        .row(refuse(|node: &MemorytuneNode, _| {
            let more = node.bandwidth > 100;
            more.then(|| {
                format!("a share of the bandwidth is at most 100 percent, not {}: give a smaller one", node.bandwidth)
            })
        })),
];

/// What an emulated guest cannot have: its CPUs are not the host's.
fn emulated(vcpus: Option<&CpuSet>, scope: &Scope) -> Option<&'static str> {
    let shared = scope.type_ == DomainType::Qemu && !for_none(vcpus, scope.vcpus);
    shared.then_some("only guests of type='kvm' share caches and memory bandwidth of the host: leave this out, or set type='kvm' of <domain>")
}

/// Caches that a share has twice: a share of code or data takes part of what is for both.
fn caches(share: &Cachetune, cx: &mut Context<'_>) {
    if for_none(share.vcpus.as_ref(), cx.scope.vcpus) {
        return;
    }
    let mut caches: Vec<&CachetuneCache> = Vec::new();
    for item in &share.items {
        match item {
            CachetuneItem::Cache(cache) => {
                let both = |type_: CachetuneCacheType| type_ == CachetuneCacheType::Both;
                let collides = |other: &&CachetuneCache| {
                    (other.level, other.id) == (cache.level, cache.id)
                        && (other.type_ == cache.type_ || both(other.type_) || both(cache.type_))
                };
                if caches.iter().any(collides) {
                    let CachetuneCache { level, id, .. } = cache;
                    let message = format!("the level {level} of cache {id} is shared already: leave this one out");
                    cx.error(&cache.xml, message);
                }
                caches.push(cache);
            }
            CachetuneItem::Monitor(monitor) if monitor.level != 3 => {
                cx.error(&monitor.xml, "a cache is monitored at level 3: set level='3'");
            }
            _ => {}
        }
    }
}

/// Nodes that the same CPUs have a share of twice.
fn nodes(cputune: &Cputune, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    let mut nodes = Vec::new();
    for share in cputune.memorytunes.iter().filter(|share| !for_none(share.vcpus.as_ref(), most)) {
        for item in &share.items {
            let MemorytuneItem::Node(node) = item else { continue };
            let place = (read(share.vcpus.as_ref(), most), node.id);
            if nodes.contains(&place) {
                cx.error(&node.xml, format!("the node {} is shared already: leave this one out", node.id));
            }
            nodes.push(place);
        }
    }
}

/// Whether something is allotted to just these CPUs: then all of them can be monitored together, beside single ones.
fn allots(shares: &[&dyn Content], these: &CpuSet, most: u32) -> bool {
    shares.iter().filter(|share| read(vcpus(**share), most).as_ref() == Some(these)).any(|share| {
        let mut any = false;
        each_struct(*share, &mut |part| any |= field::<Option<CpuSet>>(part).is_none());
        any
    })
}

/// The monitors of each share, those of a kind together.
fn check_monitors(shares: &[&dyn Content], most: u32, cx: &mut Context<'_>) {
    // What the monitors of a kind watch, by the CPUs of their share.
    let mut seen: Vec<(&str, Option<CpuSet>, Option<CpuSet>)> = Vec::new();
    for share in shares.iter().filter(|share| !for_none(vcpus(**share), most)) {
        let (kind, of) = (share.info().name, read(vcpus(*share), most));
        each_struct(*share, &mut |part| {
            let Some(own) = field::<Option<CpuSet>>(part) else { return };
            let watched = read(own.as_ref(), most).or_else(|| of.clone());
            for why in objections((kind, of.as_ref(), watched.as_ref()), &seen, shares, most) {
                cx.refuse_here(span(part, cx), why);
            }
            seen.push((kind, of.clone(), watched));
        });
    }
}

/// What is wrong with a monitor of a kind, of the CPUs of a share, that watches these CPUs.
fn objections(
    (kind, of, watched): (&str, Option<&CpuSet>, Option<&CpuSet>),
    seen: &[(&str, Option<CpuSet>, Option<CpuSet>)],
    shares: &[&dyn Content],
    most: u32,
) -> impl Iterator<Item = &'static str> + use<> {
    let pair = of.zip(watched);
    let outside = pair.is_some_and(|(of, watched)| !watched.iter().all(|id| of.contains(id)));
    let meets_others = |of: &CpuSet, watched: &CpuSet| {
        let theirs = seen.iter().filter(|(_, other, _)| other.as_ref() == Some(of)).filter_map(|(.., it)| it.as_ref());
        theirs.into_iter().any(|theirs| {
            let apart = theirs == watched || !theirs.iter().any(|id| watched.contains(id));
            let of_all = (theirs == of || watched == of) && allots(shares, of, most);
            !apart && !of_all
        })
    };
    let same = |(other, share, theirs): &(&str, Option<CpuSet>, Option<CpuSet>)| {
        (*other, share.as_ref(), theirs.as_ref()) == (kind, of, watched)
    };
    let whole_and_single = |(_, share, theirs): &(&str, Option<CpuSet>, Option<CpuSet>)| {
        share.is_none() && theirs.is_some() != watched.is_some()
    };
    let second = if watched.is_some_and(CpuSet::is_empty) {
        Some("none of these CPUs is there to be monitored: name some that there are")
    } else if seen.iter().any(same) {
        Some("these CPUs are monitored already: leave this one out")
    } else if of.is_none() && seen.iter().any(whole_and_single) {
        Some("the whole process is monitored, or single CPUs, but not both: leave out one of the two")
    } else {
        let meets = pair.is_some_and(|(of, watched)| meets_others(of, watched));
        meets.then_some("some of these CPUs are monitored together with others: name each CPU in one <monitor>")
    };
    outside
        .then_some("CPUs are monitored that do not have the share: name some of those that have it")
        .into_iter()
        .chain(second)
}

fn conflict(cputune: &Cputune, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    let caches = cputune.cachetunes.iter().filter(|share| !share.items.is_empty()).map(|share| share as &dyn Content);
    let memory = cputune.memorytunes.iter().map(|share| share as &dyn Content);
    let energy = cputune.energytunes.iter().filter(|_| cx.reads(Cputune::ENERGYTUNES.info()));
    let shares: Vec<_> = caches.chain(memory).chain(energy.map(|share| share as &dyn Content)).collect();
    // By CPU, the set that it was first seen in.
    let mut owners: BTreeMap<u32, &CpuSet> = BTreeMap::new();
    let mut whole = false;
    for share in &shares {
        let at = span(*share, cx);
        let Some(set) = vcpus(*share) else {
            if !cx.knows(12, 8, 0) {
                cx.refuse_here(at, "the target knows no share for the whole process: name CPUs with vcpus");
            } else if !owners.is_empty() {
                cx.refuse_here(
                    at,
                    "a share for the whole process excludes those for single CPUs: leave out one of the two",
                );
            }
            whole = true;
            continue;
        };
        let members = || set.iter().filter(|id| *id < most);
        let first = members().next().and_then(|id| owners.get(&id).copied());
        let shared = members().any(|id| owners.contains_key(&id));
        if shared && !first.is_some_and(|first| first.iter().filter(|id| *id < most).eq(members())) {
            cx.refuse_here(at, "some of these CPUs have another share, too: name each CPU in one of them");
        } else if whole && members().next().is_some() {
            cx.refuse_here(
                at,
                "a share for the whole process excludes those for single CPUs: leave out one of the two",
            );
        }
        for id in members() {
            owners.entry(id).or_insert(set);
        }
    }
    check_monitors(&shares, most, cx);
}
