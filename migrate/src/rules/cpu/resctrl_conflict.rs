//! `resctrl-conflict`.

use std::collections::{BTreeMap, HashSet};

use domxml::scalar::CpuSet;

use super::resctrl::{for_none, read, span};
use crate::rules::prelude::*;

rules![
    rule("resctrl-conflict", Class::Conflict)
        .summary("shares of caches or bandwidth that libvirt refuses")
        .doc(
            "The CPUs of two shares of caches, or of memory bandwidth, are the same or have none in common, and no \
             share of the bandwidth of a node exceeds 100 percent before 12.8.0. No two shares are of the same cache, or of the same \
             node, for the same CPUs, and no two monitors watch the same ones, nor some of those of another. An \
             emulated guest has none of all that. From 12.8.0 on a share can be for the whole process, but then none \
             is for single CPUs.",
        )
        .finds("<vcpu>3</vcpu><cputune><memorytune vcpus='0-1'><monitor/><monitor vcpus='1'/></memorytune></cputune>")
        .rows(each_field!(Cputune::[CACHETUNES MEMORYTUNES ENERGYTUNES], |shares| {
            refuse_in(shares, |share, scope| (!for_none(share, scope.vcpus)).then_some(EMULATED))
                .when(|_, scope| scope.type_ == DomainType::Qemu)
                .driver(Driver::Qemu)
        }))
        .row(check(conflict))
        .row(check(caches))
        .row(unique(
            Cputune::CACHETUNES,
            |share, scope| {
                let whole = || Some(CpuSet::new()).filter(|_| share.vcpus.is_none());
                let read = read(share, scope.vcpus).filter(|set| !set.is_empty()).or_else(whole);
                read.filter(|_| !share.items.is_empty()).map(|set| set.to_string())
            },
            "these CPUs have a share of caches already: put both into one <cachetune>",
        ))
        .row(check(nodes))
        // From a release between 11.3.0 and 12.8.0 on it can be a rate.
        .row(refuse(|MemorytuneNode { bandwidth, .. }: &MemorytuneNode, _| {
            let more = *bandwidth > 100;
            more.then(|| {
                format!("a share of the bandwidth is at most 100 percent, not {bandwidth}: give a smaller one")
            })
        }).until(12, 8, 0)),
];

/// What an emulated guest cannot have: its CPUs are not the host's.
const EMULATED: &str = "only guests of type='kvm' share caches and memory bandwidth of the host: leave this out, or set type='kvm' of <domain>";

/// Caches that a share has twice: a share of code or data takes part of what is for both.
fn caches(share: &Cachetune, cx: &mut Context<'_>) {
    let mut caches: Vec<&CachetuneCache> = Vec::new();
    let none = for_none(share, cx.scope.vcpus);
    for item in share.items.iter().filter(|_| !none) {
        match item {
            CachetuneItem::Cache(cache) => {
                let CachetuneCache { level, id, .. } = cache;
                let collides = |other: &&CachetuneCache| {
                    let types = [other.type_, cache.type_];
                    let overlap = other.type_ == cache.type_ || types.contains(&CachetuneCacheType::Both);
                    (other.level, other.id) == (*level, *id) && overlap
                };
                if caches.iter().any(collides) {
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
    let mut nodes = HashSet::new();
    for share in cputune.memorytunes.iter().filter(|share| !for_none(*share, most)) {
        each(share, |node: &MemorytuneNode| {
            if !nodes.insert((read(share, most), node.id)) {
                cx.error(&node.xml, format!("the node {} is shared already: leave this one out", node.id));
            }
        });
    }
}

/// Whether something is allotted to just these CPUs: then all of them can be monitored together, beside single ones.
fn allots(shares: &[&dyn Content], these: &CpuSet, most: u32) -> bool {
    shares.iter().filter(|share| read(**share, most).as_ref() == Some(these)).any(|share| {
        let mut any = false;
        each_struct(*share, &mut |part| any |= field::<Option<CpuSet>>(part).is_none());
        any
    })
}

/// A monitor: the kind of its share, the CPUs of that, and which of them it watches; none for the whole process.
#[derive(PartialEq, Eq)]
struct Monitor {
    kind: &'static str,
    of: Option<CpuSet>,
    watched: Option<CpuSet>,
}

/// The monitors of each share, those of a kind together.
fn check_monitors(shares: &[&dyn Content], most: u32, cx: &mut Context<'_>) {
    let mut seen: Vec<Monitor> = Vec::new();
    for share in shares.iter().filter(|share| !for_none(**share, most)) {
        each_struct(*share, &mut |part| {
            if field::<Option<CpuSet>>(part).is_none() {
                return;
            }
            let of = read(*share, most);
            let monitor = Monitor { kind: share.info().name, watched: read(part, most).or_else(|| of.clone()), of };
            for why in objections(&monitor, &seen, shares, most).into_iter().flatten() {
                cx.refuse_here(span(part, cx), why);
            }
            seen.push(monitor);
        });
    }
}

/// What is wrong with a monitor, after those that were seen.
fn objections(it: &Monitor, seen: &[Monitor], shares: &[&dyn Content], most: u32) -> [Option<&'static str>; 2] {
    let pair = it.of.as_ref().zip(it.watched.as_ref());
    let outside = pair.is_some_and(|(of, watched)| !watched.iter().all(|id| of.contains(id)));
    let meets_others = |(of, watched): (&CpuSet, &CpuSet)| {
        let theirs =
            seen.iter().filter(|other| other.of.as_ref() == Some(of)).filter_map(|other| other.watched.as_ref());
        theirs.into_iter().any(|theirs| {
            let apart = theirs == watched || !theirs.iter().any(|id| watched.contains(id));
            !apart && !((theirs == of || watched == of) && allots(shares, of, most))
        })
    };
    let whole_and_single = |other: &Monitor| other.of.is_none() && other.watched.is_some() != it.watched.is_some();
    let second = if it.watched.as_ref().is_some_and(CpuSet::is_empty) {
        Some("none of these CPUs is there to be monitored: name some that there are")
    } else if seen.contains(it) {
        Some("these CPUs are monitored already: leave this one out")
    } else if it.of.is_none() && seen.iter().any(whole_and_single) {
        Some("the whole process is monitored, or single CPUs, but not both: leave out one of the two")
    } else {
        let meets = pair.is_some_and(meets_others);
        meets.then_some("some of these CPUs are monitored together with others: name each CPU in one <monitor>")
    };
    [outside.then_some("CPUs are monitored that do not have the share: name some of those that have it"), second]
}

const WHOLE: &str = "a share for the whole process excludes those for single CPUs: leave out one of the two";

fn conflict(cputune: &Cputune, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    let caches = cputune.cachetunes.iter().filter(|share| !share.items.is_empty()).map(|share| share as &dyn Content);
    let memory = cputune.memorytunes.iter().map(|share| share as &dyn Content);
    let energy = cputune.energytunes.iter().filter(|_| cx.reads(Cputune::ENERGYTUNES.info()));
    let shares: Vec<_> = caches.chain(memory).chain(energy.map(|share| share as &dyn Content)).collect();
    let sets: Vec<_> = shares.iter().map(|share| read(*share, most)).collect();
    // By CPU, the set that it was first seen in.
    let mut owners: BTreeMap<u32, &CpuSet> = BTreeMap::new();
    let mut whole = false;
    for (share, set) in shares.iter().zip(&sets) {
        let wrong = match set {
            None if !cx.knows(12, 8, 0) => {
                Some("the target knows no share for the whole process: name CPUs with vcpus")
            }
            None => (!owners.is_empty()).then_some(WHOLE),
            Some(set) => match set.iter().find_map(|id| owners.get(&id)) {
                Some(_) if set.iter().next().and_then(|id| owners.get(&id)) != Some(&set) => {
                    Some("some of these CPUs have another share, too: name each CPU in one of them")
                }
                _ => (whole && !set.is_empty()).then_some(WHOLE),
            },
        };
        if let Some(wrong) = wrong {
            cx.refuse_here(span(*share, cx), wrong);
        }
        whole |= set.is_none();
        for (set, id) in set.iter().flat_map(|set| set.iter().map(move |id| (set, id))) {
            owners.entry(id).or_insert(set);
        }
    }
    check_monitors(&shares, most, cx);
}
