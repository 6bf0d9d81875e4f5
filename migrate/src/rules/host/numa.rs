//! CPUs, NUMA nodes and memory of the host that a guest names. libvirt takes such a definition, and refuses to start the guest.

use std::collections::BTreeSet;

use domxml::scalar::CpuSet;
use domxml::{
    Domain, Emulatorpin, Hugepage, Iothreadpin, NumaMemoryMode, NumatuneMemnode, NumatuneMemory, Vcpu, Vcpupin,
};

use super::doubtful;
use crate::host::Guest;
use crate::rule::{Class, rule};

rules![
    rule("host-cpu-missing", Class::Host)
        .summary("a CPU of the host that is named and not there")
        .doc(
            "CPUs, I/O threads and the emulator are pinned to CPUs of the host by number. A guest that moves to \
             another host takes the numbers along.",
        )
        .finds("<vcpu cpuset='0-63'>2</vcpu>")
        .finds("<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='40'/></cputune>")
        .row(doubtful(|it: &Vcpu, guest, _| no_cpu(it.cpuset.as_ref(), guest)))
        .row(doubtful(|it: &Vcpupin, guest, _| no_cpu(Some(&it.cpuset), guest)))
        .row(doubtful(|it: &Emulatorpin, guest, _| no_cpu(Some(&it.cpuset), guest)))
        .row(doubtful(|it: &Iothreadpin, guest, _| no_cpu(Some(&it.cpuset), guest))),
    rule("host-node-missing", Class::Host)
        .summary("a NUMA node of the host that is named and not there")
        .doc("Memory is bound to nodes of the host by number. A guest that moves to another host takes the numbers along.")
        .finds("<numatune><memory mode='strict' nodeset='0-7'/></numatune>")
        .row(doubtful(|it: &NumatuneMemory, guest, _| no_node(it.nodeset.as_ref(), guest)))
        .row(doubtful(|it: &NumatuneMemnode, guest, _| no_node(Some(&it.nodeset), guest))),
    rule("host-memory-exceeded", Class::Host)
        .summary("more memory than the host has, or than the nodes have in which it is to be")
        .doc(
            "A guest whose memory is bound strictly to nodes of the host gets none from others: it is stopped where \
             theirs is used up. One that fits into no single node, and has no NUMA cells of its own, waits for the \
             memory of others. What other guests use is not known here.",
        )
        .finds("<memory unit='TiB'>9</memory>")
        .row(doubtful(|domain: &Domain, guest, _| {
            let memory = domain.memory.as_ref()?;
            let asked = memory.value.saturating_mul(memory.unit.unwrap_or_default().bytes());
            let bound = domain.numatune.as_ref().and_then(|numatune| numatune.memory.as_ref());
            let strict = bound.filter(|bound| bound.mode.unwrap_or(NumaMemoryMode::Strict) == NumaMemoryMode::Strict);
            let all = guest.memory_of(guest.cells().iter().map(|cell| cell.id));
            let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1_u32 << 30));
            if let Some(all) = all.filter(|all| asked > *all) {
                return Some(format!("the host has {} of memory, the guest asks for {}: give it less", gib(all), gib(asked)));
            }
            let Some(nodes) = strict.and_then(|bound| bound.nodeset.as_ref()) else {
                let largest = guest.cells().iter().filter_map(|cell| guest.memory_of(std::iter::once(cell.id))).max()?;
                let parted = domain.cpu.as_ref().is_some_and(|cpu| cpu.numa.is_some());
                return (guest.cells().len() > 1 && !parted && asked > largest).then(|| {
                    format!(
                        "no NUMA node of the host has more than {}, the guest asks for {}: give the guest <numa> cells, or less memory",
                        gib(largest),
                        gib(asked)
                    )
                });
            };
            let there = guest.memory_of(nodes.iter())?;
            (asked > there).then(|| {
                format!(
                    "the memory is bound to nodes {nodes} of the host, which have {}; the guest asks for {}: bind it to more nodes, \
                     or set mode='preferred'",
                    gib(there),
                    gib(asked)
                )
            })
        })),
    rule("host-page-missing", Class::Host)
        .summary("a size of huge pages that the host does not have")
        .doc(
            "Which sizes there are is a matter of the processor: 2 MiB and 1 GiB on x86. libvirt takes the \
             definition and refuses to start the guest.",
        )
        .finds("<memoryBacking><hugepages><page size='16' unit='MiB'/></hugepages></memoryBacking>")
        .row(doubtful(|page: &Hugepage, guest, _| {
            let sizes = &guest.own()?.cpu.as_ref()?.pages;
            let bytes = |size: u64, unit: u64| size.saturating_mul(unit);
            let asked = bytes(page.size, page.unit.unwrap_or_default().bytes());
            let there: Vec<u64> = sizes.iter().map(|own| bytes(own.size, own.unit.unwrap_or_default().bytes())).collect();
            let list = there.iter().map(|size| format!("{} KiB", size / 1024)).collect::<Vec<_>>().join(", ");
            (!there.is_empty() && !there.contains(&asked))
                .then(|| format!("the host has no pages of this size, and does not start the guest: choose among {list}"))
        })),
];

/// The first number that is not among those that there are; none where the host does not say which there are.
fn missing(asked: &CpuSet, there: &BTreeSet<u32>) -> Option<u32> {
    asked.iter().find(|number| !there.contains(number)).filter(|_| !there.is_empty())
}

fn no_cpu(asked: Option<&CpuSet>, guest: &Guest<'_>) -> Option<String> {
    let there = guest.cpus();
    let missing = missing(asked?, &there)?;
    Some(format!("the host has no CPU {missing}, and does not start the guest: choose among {}", list(&there)))
}

fn no_node(asked: Option<&CpuSet>, guest: &Guest<'_>) -> Option<String> {
    let there: BTreeSet<u32> = guest.cells().iter().map(|cell| cell.id).collect();
    let missing = missing(asked?, &there)?;
    Some(format!("the host has no NUMA node {missing}, and does not start the guest: choose among {}", list(&there)))
}

/// Numbers as people write them.
fn list(there: &BTreeSet<u32>) -> String {
    there.iter().copied().collect::<CpuSet>().to_string()
}
