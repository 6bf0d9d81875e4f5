//! `cputune-vcpusched-split`, `cputune-iothreadsched-split`: one algorithm for both.

use std::collections::BTreeMap;

use domxml::scalar::CpuSet;

use crate::rules::prelude::*;

rules![
    rule("cputune-vcpusched-split", Class::Spelling)
        .profiles(LIBVIRT)
        .phase(Phase::Write)
        .summary("the scheduler of each CPU by itself")
        .doc(
            "A scheduler can be given for several virtual CPUs at once; libvirt writes it for each of them, in their \
             order."
        )
        .example(
            "<vcpu>2</vcpu><cputune><vcpusched vcpus='0-1' scheduler='fifo' priority='1'/></cputune>",
            "<vcpu>2</vcpu><cputune><vcpusched vcpus='0' scheduler='fifo' priority='1'/>\
             <vcpusched vcpus='1' scheduler='fifo' priority='1'/></cputune>",
        )
        .row(algorithm(|cputune: &mut Cputune, cx| {
            let cpus: Vec<u32> = (0..cx.scope.vcpus).collect();
            if split(&mut cputune.vcpuscheds, &cpus) {
                cx.rewrote(&cputune.xml, "libvirt writes the scheduler of each CPU by itself");
            }
        })),
    rule("cputune-iothreadsched-split", Class::Spelling)
        .profiles(LIBVIRT)
        .phase(Phase::Write)
        .summary("the scheduler of each I/O thread by itself")
        .doc(
            "A scheduler can be given for several I/O threads at once; libvirt writes it for each of them, in the \
             order in which they are listed.",
        )
        .example(
            "<iothreads>2</iothreads><cputune><iothreadsched iothreads='1-2' scheduler='batch'/></cputune>",
            "<iothreads>2</iothreads><cputune><iothreadsched iothreads='1' scheduler='batch'/>\
             <iothreadsched iothreads='2' scheduler='batch'/></cputune>",
        )
        .row(algorithm(|cputune: &mut Cputune, cx| {
            if split(&mut cputune.iothreadscheds, &cx.scope.iothreads.numbers) {
                cx.rewrote(&cputune.xml, "libvirt writes the scheduler of each I/O thread by itself");
            }
        })),
];

/// Makes of schedulers those of single threads in this order, where they are not that already; whether they were not.
fn split<T: Content + Clone>(all: &mut Vec<T>, order: &[u32]) -> bool {
    let set = |item: &T| field::<Option<CpuSet>>(item).cloned().flatten().unwrap_or_default();
    let places: BTreeMap<u32, usize> = order.iter().enumerate().map(|(at, number)| (*number, at)).collect();
    let single = |set: &CpuSet| (set.len() == 1).then(|| set.iter().next()).flatten();
    let place = |id: u32| places.get(&id).copied().unwrap_or(usize::MAX);
    let sets: Vec<CpuSet> = all.iter().map(set).collect();
    let singles: Option<Vec<usize>> = sets.iter().map(|set| single(set).map(place)).collect();
    if singles.is_some_and(|places| places.is_sorted()) || sets.iter().any(CpuSet::is_empty) {
        return false;
    }
    let mut owners: BTreeMap<u32, &T> = BTreeMap::new();
    for (item, set) in all.iter().zip(&sets) {
        for id in set.iter() {
            // A thread that is not there, or has two, is an error that others report.
            if !places.contains_key(&id) || owners.insert(id, item).is_some() {
                return false;
            }
        }
    }
    *all = order.iter().filter_map(|id| owners.get(id).map(|item| for_one(*id, *item))).collect();
    true
}

fn for_one<T: Content + Clone>(id: u32, item: &T) -> T {
    let mut one = item.clone();
    if let Some(set) = field_mut(&mut one) {
        *set = Some(CpuSet::from_iter([id]));
    }
    if let Some(xml) = one.extra_mut() {
        *xml = Extra::at(xml.span);
    }
    one
}
