//! Processors.

use domxml::{
    Cpu, CpuCache, CpuCacheMode, CpuFeaturePolicy, CpuMaxPhysAddr, CpuMaxPhysAddrMode, CpuMode, CpuTopology, Domain,
};

use super::{refused, refused_where};
use crate::options::Driver;
use crate::rule::board::Board;
use crate::rule::kinds::check;
use crate::rule::{Class, Context, rule};
use crate::rules::cpu::processor::is_bare_model;

rules![
    rule("qemu-cpu-topology-conflict", Class::Conflict)
        .summary("the topology does not have as many CPUs as the guest")
        .doc(
            "Sockets, dies, clusters, cores and threads multiply to the greatest number of CPUs; the QEMU driver \
             refuses another one. On pseries the CPUs that are there come in whole cores.",
        )
        .finds("<vcpu>4</vcpu><cpu><topology sockets='1' cores='2' threads='1'/></cpu>")
        .finds(
            "<vcpu current='3'>8</vcpu><os><type arch='ppc64' machine='pseries'>hvm</type></os>\
             <cpu><topology sockets='1' cores='2' threads='4'/></cpu>",
        )
        .row(refused(|topology: &CpuTopology, scope| {
            let levels = [topology.dies.unwrap_or(1), topology.clusters.unwrap_or(1), topology.cores, topology.threads];
            let cpus = levels.iter().try_fold(topology.sockets, |cpus, level| cpus.checked_mul(*level));
            (cpus != Some(u64::from(scope.vcpus))).then(|| match cpus {
                Some(cpus) => format!("the topology has {cpus} CPUs and the guest {}: write <vcpu>{cpus}</vcpu>, or change <topology>", scope.vcpus),
                None => format!("the topology has more CPUs than the guest's {}: raise <vcpu>, or make the topology smaller", scope.vcpus),
            })
        }))
        .row(check(whole_cores).driver(Driver::Qemu)),
    rule("qemu-cpu-check-conflict", Class::Conflict)
        .summary("the check of a processor of ARM that is not named")
        .doc(
            "Where no processor is named the QEMU driver takes the default one and checks that, but for the machine \
             `virt` of ARM: there is nothing to check."
        )
        .finds("<os><type arch='aarch64' machine='virt'>hvm</type></os><cpu check='none'/>")
        .row(refused(|cpu: &Cpu, scope| {
            (scope.board == Board::ArmVirt && is_bare_model(cpu) && cpu.check.is_some())
                .then(|| "a processor without a model cannot be checked: add <model>, or leave out check".to_owned())
        })),
    rule("qemu-cpu-cache-conflict", Class::Conflict)
        .summary("the cache or the addresses of the host's CPU for another CPU")
        .doc(
            "The cache of the host's CPU is passed through with the modes `host-passthrough` and `maximum` alone, as a \
             whole; an emulated one is of level 3. Addresses passed through from the host have no number of bits of \
             their own.",
        )
        .finds("<cpu mode='host-model'><cache mode='passthrough'/></cpu>")
        .finds("<cpu mode='host-passthrough'><cache level='3' mode='passthrough'/></cpu>")
        .finds("<cpu mode='host-passthrough'><maxphysaddr mode='passthrough' bits='42'/></cpu>")
        .finds("<os><type arch='ppc64' machine='pseries'>hvm</type></os><cpu mode='host-passthrough'><cache level='3' mode='emulate'/></cpu>")
        .row(check(cache).driver(Driver::Qemu))
        .row(refused_where::<CpuCache>(|scope| !scope.is_x86(), "only x86 guests have a <cache> of the CPU: leave it out"))
        .row(refused(|address: &CpuMaxPhysAddr, _| {
            (address.mode == CpuMaxPhysAddrMode::Passthrough && address.bits.is_some()).then(|| {
                "addresses passed through have the host's bits: leave out bits, or set mode='emulate'".to_owned()
            })
        }))
        .row(refused_where::<CpuMaxPhysAddr>(|scope| !scope.is_x86(), "only x86 guests have <maxphysaddr>: leave it out")),
    rule("qemu-cpu-sve-conflict", Class::Conflict)
        .summary("vector lengths of SVE where SVE is off")
        .doc("A length of the vectors of SVE (`sve128` and so on) cannot be asked for where the feature `sve` is disabled.")
        .finds(
            "<os><type arch='aarch64' machine='virt'>hvm</type></os><cpu mode='host-passthrough'>\
             <feature policy='disable' name='sve'/><feature policy='require' name='sve128'/></cpu>",
        )
        .row(check(vector_lengths).driver(Driver::Qemu)),
];

fn whole_cores(domain: &Domain, cx: &mut Context<'_>) {
    if cx.scope.board != Board::Pseries {
        return;
    }
    let Some(topology) = domain.cpu.as_ref().and_then(|cpu| cpu.topology.as_ref()) else { return };
    let Some(vcpu) = &domain.vcpu else { return };
    let there = match &domain.vcpus {
        Some(vcpus) if !vcpus.vcpus.is_empty() => {
            super::vcpus::by_number(vcpus).iter().filter(|vcpu| vcpu.enabled == domxml::YesNo::Yes).count() as u64
        }
        _ => u64::from(vcpu.current.unwrap_or(vcpu.value)),
    };
    if topology.threads > 0 && there % topology.threads != 0 {
        cx.error(
            &vcpu.xml,
            format!("CPUs come in cores of {} threads: {there} is no multiple of that", topology.threads),
        );
    }
}

fn cache(cpu: &Cpu, cx: &mut Context<'_>) {
    let Some(cache) = cpu.cache.as_ref().filter(|_| cx.scope.is_x86()) else { return };
    let host = matches!(cpu.mode, Some(CpuMode::HostPassthrough | CpuMode::Maximum));
    if let Some(message) = cache_objection(cache, host) {
        cx.error(&cache.xml, message);
    }
}

fn cache_objection(cache: &CpuCache, host: bool) -> Option<&'static str> {
    match (cache.mode, cache.level) {
        (CpuCacheMode::Passthrough, _) if !host => Some(
            "the host's cache goes with mode='host-passthrough' or 'maximum' of <cpu>: set one of them, or leave out <cache>",
        ),
        (CpuCacheMode::Passthrough, Some(_)) => Some("the host's cache is passed through as a whole: leave out level"),
        (CpuCacheMode::Emulate, level) if level != Some(domxml::CpuCacheLevel::L3) => {
            Some("the cache that is emulated is of level 3: set level='3'")
        }
        (CpuCacheMode::Disable, Some(_)) => Some("the cache is disabled as a whole: leave out level"),
        _ => None,
    }
}

fn vector_lengths(cpu: &Cpu, cx: &mut Context<'_>) {
    let off = |policy| matches!(policy, Some(CpuFeaturePolicy::Disable | CpuFeaturePolicy::Forbid));
    let length = |name: &str| {
        name.strip_prefix("sve").is_some_and(|bits| !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit()))
    };
    if !cpu.features.iter().any(|feature| feature.name == "sve" && off(feature.policy)) {
        return;
    }
    for feature in cpu.features.iter().filter(|feature| length(&feature.name) && !off(feature.policy)) {
        cx.error(
            &feature.xml,
            format!("{} is a length of SVE vectors, and sve is disabled: enable it, or leave this out", feature.name),
        );
    }
}
