//! How much memory there is in all.

use crate::rules::prelude::*;

const NO_MAXIMUM: &str = "slots for memory need a maximum: give <maxMemory> a size, or leave out slots";
const ALL_IN_MODULES: &str =
    "all of the memory is in memory modules; the guest would start without any: raise <memory>";
const NO_SLOTS: &str = "a maximum of memory needs a number of slots: add slots to <maxMemory>";

rules![
    rule("memory-conflict", Class::Conflict)
        .summary("the sizes of the memory contradict each other")
        .doc(
            "libvirt refuses a domain without memory, memory modules that are together larger than all memory, and a \
             maximum that is smaller than the memory. Up to 9.0.0 a maximum also needs a number of slots.",
        )
        .finds("<memory unit='KiB'>0</memory>")
        .finds("<memory unit='KiB'>4096</memory><maxMemory slots='1' unit='KiB'>1024</maxMemory>")
        // A maximum without a size is none, and is kept as it stands.
        .row(refuse_there(|domain: &Domain, _| {
            let maximum = kept_children(&domain.xml, "maxMemory").next().filter(|it| domain.max_memory.is_none() && !says_something(it))?;
            let slots: u64 = value_in(&maximum.text, "slots")?.trim().parse().ok()?;
            (slots > 0).then_some((maximum.span, NO_MAXIMUM))
        }))
        .row(refuse_at(Domain::MEMORY, |domain, scope| {
            let sizes = Sizes::of(domain);
            let unread = domain.memory.is_none() && kept_children(&domain.xml, "memory").next().is_some_and(says_something);
            match (sizes.total_of(scope.driver), sizes.modules) {
                (0, _) if unread => None,
                (0, _) => Some("there is no memory: neither <memory> nor the NUMA cells give any; give <memory> a size".to_owned()),
                (total, modules) if modules > total => {
                    Some(format!("the memory modules together ({modules} KiB) are larger than the memory: raise <memory>"))
                }
                (total, modules) => (modules == total).then(|| ALL_IN_MODULES.to_owned()),
            }
        }))
        .row(
            refuse_if(NO_SLOTS, |maximum: &MaxMemory, _| maximum.slots.unwrap_or(0) == 0 && in_kib(maximum) > 0)
            .until(9, 1, 0),
        )
        .row(refuse_if(NO_MAXIMUM, |maximum: &MaxMemory, _| maximum.slots.unwrap_or(0) > 0 && in_kib(maximum) == 0))
        .row(refuse_at(Domain::MAX_MEMORY, |domain, scope| {
            let largest = in_kib(domain.max_memory.as_ref()?);
            let total = Sizes::of(domain).total_of(scope.driver);
            let less = largest > 0 && total < u64::MAX && largest < total;
            less.then(|| format!("the maximum of {largest} KiB is less than the memory of {total} KiB: raise <maxMemory>"))
        })),
    rule("max-memory-no-slots", Class::Spelling)
        .since(9, 1, 0)
        .summary("a maximum of memory with 0 slots has none")
        .doc("Memory can grow without modules: libvirt does not write the number of slots where it is 0.")
        .example(
            "<maxMemory slots='0' unit='KiB'>1048576</maxMemory><memory unit='KiB'>524288</memory>",
            "<maxMemory unit='KiB'>1048576</maxMemory><memory unit='KiB'>524288</memory>",
        )
        .row(nothing(MaxMemory::SLOTS, |slots| *slots == 0, "0 slots are none")),
    rule("memory-from-numa", Class::Default)
        .summary("the memory is the sum of the NUMA cells and memory modules")
        .doc(
            "Where `<memory>` is absent or 0, libvirt adds up the NUMA cells of the guest and its memory modules, and \
             writes the sum; the QEMU driver does so whatever `<memory>` says. Profile `modern` adds no element for what the \
             cells say.",
        )
        .example(
            "<memory>0</memory><vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='524288'/></numa></cpu>",
            "<memory>524288</memory><vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='524288'/></numa></cpu>",
        )
        .row(algorithm(from_numa).phase(Phase::Derive).profiles(LIBVIRT)),
    rule("current-memory", Class::Default)
        .summary("the guest currently has all of its memory")
        .doc("Where `<currentMemory>` is absent, 0 or more than `<memory>`, libvirt takes all of the memory and writes that.")
        .example(
            "<memory unit='KiB'>1048576</memory>",
            "<memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>1048576</currentMemory>",
        )
        .row(algorithm(current).phase(Phase::Derive).profiles(LIBVIRT)),
    rule("advice-current-memory", Class::Advice)
        .summary("a guest that is to have more memory than it can have")
        .doc(
            "`<currentMemory>` is what the guest has when it starts, and `<memory>` what its balloon can give it. \
             libvirt lowers the first to the second without a word: where the first is meant, the second has to grow.",
        )
        .finds("<memory unit='MiB'>512</memory><currentMemory unit='GiB'>2</currentMemory>")
        .row(
            note(|domain: &Domain, _| {
                let total = Sizes::of(domain).total();
                let more = given(domain).is_some_and(|given| total > 0 && given > total);
                more.then_some("<currentMemory> is more than <memory>: libvirt lowers it to that; raise <memory> where the guest is to have it")
            })
            .on(Domain::CURRENT_MEMORY),
        ),
    rule("max-memory-none", Class::Default)
        .summary("a maximum of no memory and no slots is none")
        .doc("A `<maxMemory>` of 0 without slots says that no memory can be added; libvirt does not write it.")
        .example("<maxMemory slots='0'>0</maxMemory>", "")
        .row(nothing(child(Domain::MAX_MEMORY), |it| it.value == 0 && it.slots.unwrap_or(0) == 0, "no memory can be added")),
];

fn device_size(device: &MemoryDevice) -> Option<&RequiredSize> {
    field(child_called(device.model.members()?, "target")?)
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
        let memory = domain.memory.as_ref().map_or(0, |it| KIB.apply(it.value, it.unit).unwrap_or(u64::MAX));
        let cells = domain.cpu.iter().flat_map(|cpu| &cpu.numa).flat_map(|numa| &numa.cells);
        let numa = cells.filter_map(|cell| KIB.apply(cell.memory, cell.unit)).fold(0, u64::saturating_add);
        let devices = domain.devices.iter().flat_map(|devices| &devices.memory_devices).filter_map(device_size);
        let modules = devices.filter_map(|size| KIB.apply(size.value, size.unit)).fold(0, u64::saturating_add);
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

    /// All memory, as a driver counts it that is given a new domain: QEMU's takes the word of the NUMA cells.
    fn total_of(&self, driver: Driver) -> u64 {
        match (driver, self.numa) {
            (Driver::Qemu, 1..) => self.numa.saturating_add(self.modules),
            _ => self.total(),
        }
    }
}

fn from_numa(domain: &mut Domain, cx: &mut Context<'_>) {
    let sizes = Sizes::of(domain);
    let total = sizes.total_of(cx.scope.driver);
    if total == 0 || sizes.memory == total {
        return;
    }
    let at = domain.memory.as_ref().map_or(&domain.xml, |memory| &memory.xml);
    cx.rewrote(at, "the memory of all NUMA cells").becomes(format!("{} KiB", sizes.memory), format!("{total} KiB"));
    let memory = domain.memory.get_or_insert_with(Memory::default);
    (memory.value, memory.unit) = (total, Some(KIB.written));
}

/// What the guest has at first, in KiB, by its own word.
fn given(domain: &Domain) -> Option<u64> {
    let current = domain.current_memory.as_ref()?;
    Some(KIB.apply(current.value, current.unit).unwrap_or(u64::MAX))
}

fn current(domain: &mut Domain, cx: &mut Context<'_>) {
    let total = Sizes::of(domain).total_of(cx.scope.driver);
    let given = given(domain);
    if total == 0 || total == u64::MAX || given.is_some_and(|given| given > 0 && given <= total) {
        return;
    }
    let at = domain.current_memory.as_ref().map_or(&domain.xml, |current| &current.xml);
    let before = given.map_or_else(String::new, |given| format!("{given} KiB"));
    cx.rewrote(at, "the guest currently has all of its memory").becomes(before, format!("{total} KiB"));
    let current = domain.current_memory.get_or_insert_with(MemorySize::default);
    (current.value, current.unit) = (total, Some(KIB.written));
}

fn in_kib(maximum: &MaxMemory) -> u64 {
    KIB.apply(maximum.value, maximum.unit).unwrap_or(u64::MAX)
}

/// Whether there is anything between the tags of an element that was kept.
fn says_something(element: &domxml_runtime::KeptNode) -> bool {
    domxml_xml::pieces(&element.text).count() > 2
}
