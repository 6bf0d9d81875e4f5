//! How much memory there is in all: `memory-from-numa`, `current-memory`, `max-memory-none`, `memory-conflict`.

use domxml::{CurrentMemory, Domain, Memory, MemoryDevice, MemoryDeviceModel, MemoryDeviceSize, scalar::MemoryUnit};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, kib};

pub(super) static FROM_NUMA: Rule = Rule {
    id: "memory-from-numa",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the memory is the sum of the NUMA cells and memory modules",
    doc: "Where `<memory>` is absent or 0, libvirt adds up the NUMA cells of the guest and its memory modules, and writes the sum. \
          Profile `modern` adds no element for what the cells say.",
    example: Example {
        before: "<memory>0</memory><vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='524288'/></numa></cpu>",
        after: "<memory>524288</memory><vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='524288'/></numa></cpu>",
    },
    apply: from_numa,
};

pub(super) static CURRENT: Rule = Rule {
    id: "current-memory",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the guest currently has all of its memory",
    doc: "Where `<currentMemory>` is absent, 0 or more than `<memory>`, libvirt takes all of the memory and writes that.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory>",
        after: "<memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>1048576</currentMemory>",
    },
    apply: current,
};

pub(super) static NO_MAXIMUM: Rule = Rule {
    id: "max-memory-none",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a maximum of no memory and no slots is none",
    doc: "A `<maxMemory>` of 0 without slots says that no memory can be added; libvirt does not write it.",
    example: Example { before: "<maxMemory slots='0'>0</maxMemory>", after: "" },
    apply: no_maximum,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "memory-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "the sizes of the memory contradict each other",
    doc: "libvirt refuses a domain without memory, memory modules that are together larger than all memory, and a maximum that \
          is smaller than the memory. Up to 9.0.0 a maximum also needs a number of slots.",
    example: Example { before: "<memory unit='KiB'>0</memory>", after: "<memory unit='KiB'>0</memory>" },
    apply: conflict,
};

fn device_size(device: &MemoryDevice) -> &MemoryDeviceSize {
    match &device.model {
        MemoryDeviceModel::Dimm(members) => &members.target.size,
        MemoryDeviceModel::Nvdimm(members) => &members.target.size,
        MemoryDeviceModel::VirtioPmem(members) => &members.target.size,
        MemoryDeviceModel::VirtioMem(members) => &members.target.size,
        MemoryDeviceModel::SgxEpc(members) => &members.target.size,
    }
}

/// What the domain says about its memory, in KiB.
struct Sizes {
    /// `<memory>`; 0 where it is absent.
    memory: u64,
    /// The NUMA cells together.
    numa: u64,
    /// The memory modules together.
    modules: u64,
}

impl Sizes {
    fn of(domain: &Domain) -> Self {
        let memory = domain.memory.as_ref().map_or(0, |memory| kib(memory.value, memory.unit).unwrap_or(u64::MAX));
        let cells = domain.cpu.iter().flat_map(|cpu| &cpu.numa).flat_map(|numa| &numa.cell);
        let numa = cells.filter_map(|cell| kib(cell.memory, cell.unit)).fold(0, u64::saturating_add);
        let devices = domain.devices.iter().flat_map(|devices| &devices.memory).map(device_size);
        let modules = devices.filter_map(|size| kib(size.value, size.unit)).fold(0, u64::saturating_add);
        Self { memory, numa, modules }
    }

    /// All memory, as libvirt counts it.
    fn total(&self) -> u64 {
        match (self.memory, self.numa) {
            (0, 0) => 0,
            (0, numa) => numa.saturating_add(self.modules),
            (memory, _) => memory,
        }
    }
}

fn from_numa(domain: &mut Domain, cx: &mut Context) {
    let sizes = Sizes::of(domain);
    let total = sizes.total();
    if sizes.memory > 0 || total == 0 {
        return;
    }
    let at = domain.memory.as_ref().map_or(&domain.xml, |memory| &memory.xml);
    cx.rewrote(at, "the memory of the NUMA cells together").becomes("", format!("<memory unit='KiB'>{total}</memory>"));
    let memory = domain.memory.get_or_insert_with(Memory::default);
    (memory.value, memory.unit) = (total, Some(MemoryUnit::KiB));
}

fn current(domain: &mut Domain, cx: &mut Context) {
    let total = Sizes::of(domain).total();
    let given = domain.current_memory.as_ref().map(|current| kib(current.value, current.unit).unwrap_or(u64::MAX));
    if total == 0 || total == u64::MAX || given.is_some_and(|given| given > 0 && given <= total) {
        return;
    }
    let at = domain.current_memory.as_ref().map_or(&domain.xml, |current| &current.xml);
    let before = given.map_or_else(String::new, |given| format!("{given} KiB"));
    cx.rewrote(at, "the guest currently has all of its memory").becomes(before, format!("{total} KiB"));
    let current = domain.current_memory.get_or_insert_with(CurrentMemory::default);
    (current.value, current.unit) = (total, Some(MemoryUnit::KiB));
}

fn no_maximum(domain: &mut Domain, cx: &mut Context) {
    if let Some(maximum) = &domain.max_memory
        && maximum.value == 0
        && maximum.slots.unwrap_or(0) == 0
    {
        cx.rewrote(&maximum.xml, "no memory can be added").becomes("<maxMemory>0</maxMemory>", "");
        domain.max_memory = None;
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let sizes = Sizes::of(domain);
    let total = sizes.total();
    let at = domain.memory.as_ref().map_or(&domain.xml, |memory| &memory.xml);
    if total == 0 {
        cx.error(at, "there is no memory: neither <memory> nor the NUMA cells give any");
    } else if sizes.modules > total {
        cx.error(at, format!("the memory modules together ({} KiB) are larger than the memory", sizes.modules));
    } else if sizes.modules == total {
        cx.error(at, "all of the memory is in memory modules; the guest would start without any");
    }
    if let Some(maximum) = &domain.max_memory {
        let slots = maximum.slots.unwrap_or(0);
        let largest = kib(maximum.value, maximum.unit).unwrap_or(u64::MAX);
        if largest > 0 && slots == 0 && !cx.knows(9, 1, 0) {
            cx.error(&maximum.xml, "a maximum of memory needs a number of slots");
        } else if largest == 0 && slots > 0 {
            cx.error(&maximum.xml, "slots for memory need a maximum");
        } else if largest > 0 && total < u64::MAX && largest < total {
            cx.error(&maximum.xml, format!("the maximum of {largest} KiB is less than the memory of {total} KiB"));
        }
    }
}
