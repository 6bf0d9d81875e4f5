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
    let sets: Vec<CpuSet> =
        all.iter().map(|it| field::<Option<CpuSet>>(it).cloned().flatten().unwrap_or_default()).collect();
    let threads = || sets.iter().flat_map(CpuSet::iter);
    let owners: BTreeMap<u32, &T> =
        all.iter().zip(&sets).flat_map(|(item, set)| set.iter().map(move |id| (id, item))).collect();
    let known: Vec<u32> = order.iter().copied().filter(|id| owners.contains_key(id)).collect();
    // A thread that is not there, or has two, is an error that others report, and so is a scheduler for none.
    let wrong = sets.iter().any(CpuSet::is_empty) || threads().count() != known.len();
    let done = sets.len() == known.len() && threads().eq(known.iter().copied());
    if wrong || done {
        return false;
    }
    *all = known.into_iter().filter_map(|id| Some(for_one(id, *owners.get(&id)?))).collect();
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
