//! Pins, schedulers, and shares of caches and bandwidth.

use std::collections::BTreeSet;

use domxml::scalar::CpuSet;

use crate::rules::prelude::*;

/// The longest time that a CPU may run in a period, in microseconds.
const MOST_QUOTA: u64 = 17_592_186_044_415;
const NO_THREAD: &str = "the scheduler is for no I/O thread: name some with iothreads";

rules![
    rule("cputune-conflict", Class::Conflict)
        .summary("pins and schedulers that libvirt refuses")
        .doc(
            "No CPU and no I/O thread can be pinned twice or have two schedulers, and those that have one must be \
             there. Periods lie between 1000 and 1000000, and quotas are not less than 1000.",
        )
        .finds("<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='0' cpuset='1'/></cputune>")
        .finds("<vcpu>2</vcpu><cputune><iothreadpin iothread='1' cpuset='1'/></cputune>")
        .finds("<vcpu>2</vcpu><cputune><vcpusched vcpus='2' scheduler='batch'/></cputune>")
        .finds("<vcpu>2</vcpu><cputune><vcpusched scheduler='batch'/></cputune>")
        .finds("<vcpu>2</vcpu><cputune><period>999</period></cputune>")
        // A pin of a CPU that there cannot be is not read.
        .row(unique(
            Cputune::VCPUPINS,
            |pin, scope| Some(pin.vcpu).filter(|vcpu| u32::from(*vcpu) < scope.vcpus),
            "the CPU {} is pinned twice: leave one out",
        ))
        .row(exists(|pin: &Iothreadpin| [pin.iothread], IOTHREADS))
        .row(unique(Cputune::IOTHREADPINS, |it, _| Some(it.iothread), "I/O thread {} is pinned twice: leave one out"))
        .row(refuse_if("the scheduler is for no CPU: name some with vcpus", |it: &Vcpusched, _| it.vcpus.is_none()))
        .row(refuse_if(NO_THREAD, |it: &Iothreadsched, _| it.iothreads.is_none()))
        .row(exists(|it: &Vcpusched| members(&it.vcpus), CPUS))
        .row(exists(|it: &Iothreadsched| members(&it.iothreads), IOTHREADS))
        .row(refuse(|cputune: &Cputune, _| {
            let id = shared(cputune.vcpuscheds.iter().map(|it| &it.vcpus))?;
            Some(format!("the CPU {id} has two schedulers: leave it out of one"))
        }))
        .row(refuse(|cputune: &Cputune, _| {
            let id = shared(cputune.iothreadscheds.iter().map(|it| &it.iothreads))?;
            Some(format!("the I/O thread {id} has two schedulers: leave it out of one"))
        }))
        .row(refuse(|it: &Cputune, _| wrong_time(it, "period", 1_000_000)))
        .row(refuse(|it: &Cputune, _| wrong_time(it, "quota", MOST_QUOTA))),
    rule("cputune-vcpupin-order", Class::Spelling)
        .summary("pinned CPUs by number, and none that there cannot be")
        .doc(
            "libvirt writes to which CPUs of the host each virtual CPU is pinned in the order of the virtual CPUs, and \
             forgets pins of those that there cannot be.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='1'/><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='9' \
             cpuset='0'/></cputune>",
            "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/></cputune>",
        )
        .row(unread_where(
            child(Cputune::VCPUPINS),
            |pin, scope| u32::from(pin.vcpu) >= scope.vcpus,
            "of a CPU that there cannot be",
        ))
        .row(sort(Cputune::VCPUPINS, |pin, _| pin.vcpu, "pins in the order of the CPUs")),
    rule("cputune-iothreadpin-order", Class::Spelling)
        .summary("pinned I/O threads in the order of the threads")
        .doc(
            "libvirt writes to which CPUs of the host each I/O thread is pinned in the order in which the threads are \
             listed."
        )
        .example(
            "<iothreads>2</iothreads><cputune><iothreadpin iothread='2' cpuset='1'/><iothreadpin iothread='1' \
             cpuset='0'/></cputune>",
            "<iothreads>2</iothreads><cputune><iothreadpin iothread='1' cpuset='0'/><iothreadpin iothread='2' \
             cpuset='1'/></cputune>",
        )
        .row(sort(
            Cputune::IOTHREADPINS,
            |pin, scope| scope.iothreads.place(pin.iothread),
            "pins in the order of the I/O threads",
        )),
];

/// The first time of a kind that is set and does not lie between 1000 and the most, in microseconds.
fn wrong_time(cputune: &Cputune, kind: &str, most: u64) -> Option<String> {
    let is_wrong = |(name, time): &(&str, u64)| name.ends_with(kind) && *time > 0 && !(1000..=most).contains(time);
    let (name, time) = numbers(cputune).into_iter().find(is_wrong)?;
    Some(format!("<{name}> is {time}, and not between 1000 and {most}: choose another number, or 0 for none"))
}

fn members(set: &Option<CpuSet>) -> Vec<u32> {
    set.iter().flat_map(CpuSet::iter).collect()
}

/// What is in two of the sets.
fn shared<'s>(sets: impl Iterator<Item = &'s Option<CpuSet>>) -> Option<u32> {
    let mut seen = BTreeSet::new();
    sets.flatten().flat_map(CpuSet::iter).find(|id| !seen.insert(*id))
}
