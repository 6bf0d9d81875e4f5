//! Pins and schedulers: `cputune-vcpupin-order`, `cputune-iothreadpin-order`, `cputune-vcpusched-split`,
//! `cputune-iothreadsched-split`, `cputune-conflict`.

use std::collections::{BTreeMap, BTreeSet};

use domxml::scalar::CpuSet;
use domxml::{Cputune, Domain, Iothreadsched, Vcpusched};
use domxml_runtime::Extra;

use super::iothreads::numbers;
use super::vcpu::most;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};

pub(super) static VCPUPIN: Rule = Rule {
    id: "cputune-vcpupin-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "pinned CPUs by number, and none that there cannot be",
    doc: "libvirt writes to which CPUs of the host each virtual CPU is pinned in the order of the virtual CPUs, and forgets pins of \
          those that there cannot be.",
    example: Example {
        before: "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='1'/><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='9' cpuset='0'/></cputune>",
        after: "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/></cputune>",
    },
    apply: vcpupin,
};

pub(super) static IOTHREADPIN: Rule = Rule {
    id: "cputune-iothreadpin-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "pinned I/O threads in the order of the threads",
    doc: "libvirt writes to which CPUs of the host each I/O thread is pinned in the order in which the threads are listed.",
    example: Example {
        before: "<iothreads>2</iothreads><cputune><iothreadpin iothread='2' cpuset='1'/><iothreadpin iothread='1' cpuset='0'/></cputune>",
        after: "<iothreads>2</iothreads><cputune><iothreadpin iothread='1' cpuset='0'/><iothreadpin iothread='2' cpuset='1'/></cputune>",
    },
    apply: iothreadpin,
};

pub(super) static VCPUSCHED: Rule = Rule {
    id: "cputune-vcpusched-split",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the scheduler of each CPU by itself",
    doc: "A scheduler can be given for several virtual CPUs at once; libvirt writes it for each of them, in their order.",
    example: Example {
        before: "<vcpu>2</vcpu><cputune><vcpusched vcpus='0-1' scheduler='fifo' priority='1'/></cputune>",
        after: "<vcpu>2</vcpu><cputune><vcpusched vcpus='0' scheduler='fifo' priority='1'/>\
                <vcpusched vcpus='1' scheduler='fifo' priority='1'/></cputune>",
    },
    apply: vcpusched,
};

pub(super) static IOTHREADSCHED: Rule = Rule {
    id: "cputune-iothreadsched-split",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the scheduler of each I/O thread by itself",
    doc: "A scheduler can be given for several I/O threads at once; libvirt writes it for each of them, in the order in which they are listed.",
    example: Example {
        before: "<iothreads>2</iothreads><cputune><iothreadsched iothreads='1-2' scheduler='batch'/></cputune>",
        after: "<iothreads>2</iothreads><cputune><iothreadsched iothreads='1' scheduler='batch'/>\
                <iothreadsched iothreads='2' scheduler='batch'/></cputune>",
    },
    apply: iothreadsched,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "cputune-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "pins and schedulers that libvirt refuses",
    doc: "No CPU and no I/O thread can be pinned twice or have two schedulers, and those that have one must be there. Periods lie \
          between 1000 and 1000000, and quotas are not less than 1000.",
    example: Example {
        before: "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='0' cpuset='1'/></cputune>",
        after: "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='0' cpuset='1'/></cputune>",
    },
    apply: conflict,
};

fn vcpupin(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let Some(cputune) = &mut domain.cputune else { return };
    cputune.vcpupin.retain(|pin| {
        let there = u32::from(pin.vcpu) < most;
        if !there {
            cx.rewrote(&pin.xml, "there cannot be such a CPU").becomes(attribute("vcpu", pin.vcpu), "");
        }
        there
    });
    if !cputune.vcpupin.is_sorted_by_key(|pin| pin.vcpu) {
        cputune.vcpupin.sort_by_key(|pin| pin.vcpu);
        cx.rewrote(&cputune.xml, "pins in the order of the CPUs");
    }
}

/// Where each number stands.
fn places(numbers: &[u32]) -> BTreeMap<u32, usize> {
    numbers.iter().enumerate().map(|(at, number)| (*number, at)).collect()
}

fn iothreadpin(domain: &mut Domain, cx: &mut Context) {
    if domain.cputune.as_ref().is_none_or(|cputune| cputune.iothreadpin.len() < 2) {
        return;
    }
    let places = places(&numbers(domain));
    let place = |id: u32| places.get(&id).copied().unwrap_or(usize::MAX);
    let Some(cputune) = &mut domain.cputune else { return };
    if !cputune.iothreadpin.is_sorted_by_key(|pin| place(pin.iothread)) {
        cputune.iothreadpin.sort_by_key(|pin| place(pin.iothread));
        cx.rewrote(&cputune.xml, "pins in the order of the I/O threads");
    }
}

/// The schedulers of single threads in this order, where they are not that already.
fn split<T>(
    all: &[T],
    set: impl Fn(&T) -> &Option<CpuSet>,
    order: &[u32],
    make: impl Fn(u32, &T) -> T,
) -> Option<Vec<T>> {
    let places = places(order);
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

fn vcpusched(domain: &mut Domain, cx: &mut Context) {
    if domain.cputune.as_ref().is_none_or(|cputune| cputune.vcpusched.is_empty()) {
        return;
    }
    let order: Vec<u32> = (0..most(domain)).collect();
    let Some(cputune) = &mut domain.cputune else { return };
    let make = |id: u32, item: &Vcpusched| Vcpusched {
        vcpus: Some([id].into_iter().collect()),
        scheduler: item.scheduler.clone(),
        xml: Extra::at(item.xml.span),
    };
    if let Some(singles) = split(&cputune.vcpusched, |item| &item.vcpus, &order, make) {
        cputune.vcpusched = singles;
        cx.rewrote(&cputune.xml, "the scheduler of each CPU by itself");
    }
}

fn iothreadsched(domain: &mut Domain, cx: &mut Context) {
    if domain.cputune.as_ref().is_none_or(|cputune| cputune.iothreadsched.is_empty()) {
        return;
    }
    let order = numbers(domain);
    let Some(cputune) = &mut domain.cputune else { return };
    let make = |id: u32, item: &Iothreadsched| Iothreadsched {
        iothreads: Some([id].into_iter().collect()),
        scheduler: item.scheduler.clone(),
        xml: Extra::at(item.xml.span),
    };
    if let Some(singles) = split(&cputune.iothreadsched, |item| &item.iothreads, &order, make) {
        cputune.iothreadsched = singles;
        cx.rewrote(&cputune.xml, "the scheduler of each I/O thread by itself");
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let (most, threads) = (most(domain), numbers(domain));
    let Some(cputune) = &domain.cputune else { return };
    let threads: BTreeSet<u32> = threads.into_iter().collect();
    let is_thread = |id: u32| threads.contains(&id);
    let mut seen = BTreeSet::new();
    for pin in cputune.vcpupin.iter().filter(|pin| u32::from(pin.vcpu) < most) {
        if !seen.insert(pin.vcpu) {
            cx.error(&pin.xml, format!("the CPU {} is pinned twice", pin.vcpu));
        }
    }
    let mut seen = BTreeSet::new();
    for pin in &cputune.iothreadpin {
        if !is_thread(pin.iothread) {
            cx.error(&pin.xml, format!("there is no I/O thread {}", pin.iothread));
        } else if !seen.insert(pin.iothread) {
            cx.error(&pin.xml, format!("the I/O thread {} is pinned twice", pin.iothread));
        }
    }
    let vcpus = cputune.vcpusched.iter().map(|sched| (&sched.vcpus, &sched.xml));
    schedulers(vcpus, "CPU", &|id| id < most, cx);
    let iothreads = cputune.iothreadsched.iter().map(|sched| (&sched.iothreads, &sched.xml));
    schedulers(iothreads, "I/O thread", &is_thread, cx);
    bounds(cputune, cx);
}

fn schedulers<'a>(
    all: impl Iterator<Item = (&'a Option<CpuSet>, &'a Extra)>,
    what: &str,
    is_there: &dyn Fn(u32) -> bool,
    cx: &mut Context,
) {
    let mut seen = CpuSet::new();
    for (set, xml) in all {
        let Some(set) = set else {
            cx.error(xml, format!("the scheduler is for no {what}"));
            continue;
        };
        for id in set.iter() {
            if !is_there(id) {
                cx.error(xml, format!("there is no {what} {id}"));
                break;
            }
            if seen.contains(id) {
                cx.error(xml, format!("the {what} {id} has two schedulers"));
            }
            seen.insert(id..=id);
        }
    }
}

fn bounds(cputune: &Cputune, cx: &mut Context) {
    let periods = [cputune.period, cputune.global_period, cputune.emulator_period, cputune.iothread_period];
    for period in periods.into_iter().flatten() {
        if period > 0 && !(1000..=1_000_000).contains(&period) {
            cx.error(&cputune.xml, format!("the period {period} does not lie between 1000 and 1000000"));
        }
    }
    let quotas = [cputune.quota, cputune.global_quota, cputune.emulator_quota, cputune.iothread_quota];
    for quota in quotas.into_iter().flatten() {
        if quota > 0 && !(1000..=17_592_186_044_415).contains(&quota) {
            cx.error(&cputune.xml, format!("the quota {quota} does not lie between 1000 and 17592186044415"));
        }
    }
}
