//! `cputune-vcpusched-split`, `cputune-iothreadsched-split`: one algorithm for both.

use std::collections::BTreeMap;

use domxml::scalar::CpuSet;
use domxml::{Cputune, Iothreadsched, Vcpusched};
use domxml_runtime::Extra;

use crate::rule::kinds::algorithm;
use crate::rule::{Class, Context, LIBVIRT, Phase, Rule, rule};

pub(super) fn vcpus() -> Rule {
    rule("cputune-vcpusched-split", Class::Spelling)
        .summary("the scheduler of each CPU by itself")
        .doc("A scheduler can be given for several virtual CPUs at once; libvirt writes it for each of them, in their order.")
        .example(
            "<vcpu>2</vcpu><cputune><vcpusched vcpus='0-1' scheduler='fifo' priority='1'/></cputune>",
            "<vcpu>2</vcpu><cputune><vcpusched vcpus='0' scheduler='fifo' priority='1'/>\
             <vcpusched vcpus='1' scheduler='fifo' priority='1'/></cputune>",
        )
        .row(algorithm(vcpusched).phase(Phase::Write).profiles(LIBVIRT))
}

pub(super) fn iothreads() -> Rule {
    rule("cputune-iothreadsched-split", Class::Spelling)
        .summary("the scheduler of each I/O thread by itself")
        .doc(
            "A scheduler can be given for several I/O threads at once; libvirt writes it for each of them, in the order in which they are \
             listed.",
        )
        .example(
            "<iothreads>2</iothreads><cputune><iothreadsched iothreads='1-2' scheduler='batch'/></cputune>",
            "<iothreads>2</iothreads><cputune><iothreadsched iothreads='1' scheduler='batch'/>\
             <iothreadsched iothreads='2' scheduler='batch'/></cputune>",
        )
        .row(algorithm(iothreadsched).phase(Phase::Write).profiles(LIBVIRT))
}

fn vcpusched(cputune: &mut Cputune, cx: &mut Context<'_>) {
    if cputune.vcpuscheds.is_empty() {
        return;
    }
    let order: Vec<u32> = (0..cx.scope.vcpus).collect();
    let make = |id: u32, item: &Vcpusched| Vcpusched {
        vcpus: Some([id].into_iter().collect()),
        scheduler: item.scheduler.clone(),
        xml: Extra::at(item.xml.span),
    };
    if let Some(singles) = split(&cputune.vcpuscheds, |item| &item.vcpus, &order, make) {
        cputune.vcpuscheds = singles;
        cx.rewrote(&cputune.xml, "libvirt writes the scheduler of each CPU by itself");
    }
}

fn iothreadsched(cputune: &mut Cputune, cx: &mut Context<'_>) {
    if cputune.iothreadscheds.is_empty() {
        return;
    }
    let make = |id: u32, item: &Iothreadsched| Iothreadsched {
        iothreads: Some([id].into_iter().collect()),
        scheduler: item.scheduler.clone(),
        xml: Extra::at(item.xml.span),
    };
    if let Some(singles) = split(&cputune.iothreadscheds, |item| &item.iothreads, &cx.scope.iothreads.numbers, make) {
        cputune.iothreadscheds = singles;
        cx.rewrote(&cputune.xml, "libvirt writes the scheduler of each I/O thread by itself");
    }
}

/// The schedulers of single threads in this order, where they are not that already.
fn split<T>(
    all: &[T],
    set: impl Fn(&T) -> &Option<CpuSet>,
    order: &[u32],
    make: impl Fn(u32, &T) -> T,
) -> Option<Vec<T>> {
    let places: BTreeMap<u32, usize> = order.iter().enumerate().map(|(at, number)| (*number, at)).collect();
    let single = |item: &T| set(item).as_ref().filter(|set| set.len() == 1).and_then(|set| set.iter().next());
    let place = |id: u32| places.get(&id).copied().unwrap_or(usize::MAX);
    let singles: Option<Vec<usize>> = all.iter().map(|item| single(item).map(place)).collect();
    if singles.is_some_and(|places| places.is_sorted()) {
        return None;
    }
    let mut owners: BTreeMap<u32, &T> = BTreeMap::new();
    for item in all {
        for id in set(item).as_ref()?.iter() {
            // A thread that is not there, or has two, is an error that others report.
            if !places.contains_key(&id) || owners.insert(id, item).is_some() {
                return None;
            }
        }
    }
    Some(order.iter().filter_map(|id| owners.get(id).map(|item| make(*id, item))).collect())
}
