//! `cpu-parts-not-read`: what libvirt does not read, for those who want to keep it.

use domxml::{CpuMode, CpuModelFallback, Domain, NumatuneMemoryPlacement, VcpuPlacement, scalar::MemoryUnit};

use super::model::{is_named, mode};
use super::vcpu::most;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::MODERN;

pub(super) static RULE: Rule = Rule {
    id: "cpu-parts-not-read",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "parts of the description of processors that libvirt does not read",
    doc: "libvirt forgets what does not go with the rest: the set of CPUs and the nodes beside an automatic placement, pins of CPUs that there \
          cannot be, a model beside the host's own processor, `fallback='forbid'` without a named model, the units of a NUMA cell's cache. \
          Profile `modern` keeps them and says so; profile `libvirt` drops them, as libvirt does.",
    example: Example {
        before: "<cpu mode='host-model'><model fallback='forbid'/></cpu>",
        after: "<cpu mode='host-model'><model fallback='forbid'/></cpu>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    if let Some(vcpu) = &domain.vcpu
        && vcpu.placement == Some(VcpuPlacement::Auto)
        && vcpu.cpuset.is_some()
    {
        cx.note(&vcpu.xml, "libvirt does not read the set of CPUs where they are placed automatically");
    }
    if let Some(memory) = domain.numatune.as_ref().and_then(|numatune| numatune.memory.as_ref())
        && memory.placement == Some(NumatuneMemoryPlacement::Auto)
        && memory.nodeset.is_some()
    {
        cx.note(&memory.xml, "libvirt does not read the nodes where the memory is placed automatically");
    }
    let most = most(domain);
    for pin in domain.cputune.iter().flat_map(|cputune| &cputune.vcpupin) {
        if u32::from(pin.vcpu) >= most {
            cx.note(&pin.xml, format!("libvirt forgets the pin of CPU {}, which there cannot be", pin.vcpu));
        }
    }
    let Some(cpu) = &domain.cpu else { return };
    let mode = mode(cpu);
    if matches!(mode, CpuMode::HostPassthrough | CpuMode::Maximum) && (cpu.model.is_some() || cpu.vendor.is_some()) {
        cx.note(&cpu.xml, "libvirt forgets model and vendor beside the host's own processor");
    }
    if mode != CpuMode::Custom && cpu.match_.is_some() {
        cx.note(&cpu.xml, "libvirt reads match with a custom processor only");
    }
    if let Some(model) = &cpu.model
        && mode == CpuMode::HostModel
        && !is_named(cpu)
        && model.fallback == Some(CpuModelFallback::Forbid)
    {
        cx.note(&model.xml, "libvirt forgets fallback='forbid' where no model is named");
    }
    for cache in cpu.numa.iter().flat_map(|numa| &numa.cell).flat_map(|cell| &cell.cache) {
        if cache.size.unit != MemoryUnit::KiB && cache.size.unit != MemoryUnit::K {
            cx.note(&cache.size.xml, "libvirt takes the size of the cache for KiB, whatever its unit");
        }
    }
}
