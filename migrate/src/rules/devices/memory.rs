//! Memory modules.

use crate::rules::prelude::*;

/// The least size of an NVDIMM's label, in KiB.
const LABEL_KIB: u64 = 128;

/// What the address of a device of the model `virtio-pmem` is a multiple of, in bytes.
const PMEM_PAGE: u64 = 4096;

/// What is refused of an NVDIMM on POWER.
const UNLABELLED: &str = "an NVDIMM has a label with Power: add <label> with its size to <target>";

/// Cells that memory devices are of: for a guest without any, QEMU's driver makes one where memory can be added.
const NODES: Things = Things {
    name: CELLS.name,
    has: |scope, id| (CELLS.has)(scope, id) || scope.driver == Driver::Qemu && scope.cells == 0 && id == 0,
};

const BASE: &str = "the address of a device of the model virtio-pmem is a multiple of 4 KiB: choose another base";
const NODELESS: &str = "a device of the model virtio-pmem is of no NUMA node: leave out <node>";

rules![
    rule("memory-device-contradictions", Class::Conflict)
        .summary("memory devices that libvirt refuses")
        .doc(
            "An NVDIMM cannot discard what it holds, its label has at least 128 KiB and less than the device, which on \
             POWER cannot do without one, and only there it has a UUID. A device of the model `virtio-pmem` is shared \
             and cannot discard either. What is requested of a device of the model `virtio-mem` is part of its size \
             and a number of its blocks, whose size is given and a power of two. Devices do not overlap where they are \
             mapped, and each has a slot of its own. A device is for a NUMA node that the guest has, one of the model \
             `virtio-pmem` for none, and one of the model `sgx-epc` has no address. The options of virtio are for the \
             two virtio models.",
        )
        .finds(
            "<devices><memory model='dimm'><target><size unit='KiB'>524288</size></target><driver iommu='on'/></memory></devices>",
        )
        .finds(
            "<devices><memory model='virtio-pmem' access='private'><source><path>/m</path></source>\
             <target><size unit='KiB'>1048576</size></target></memory></devices>",
        )
        .finds(
            "<devices><memory model='nvdimm'><source><path>/m</path></source><target><size unit='KiB'>1048576</size>\
             <label><size unit='KiB'>64</size></label></target></memory></devices>",
        )
        .finds(
            "<devices><memory model='virtio-mem'><target><size unit='KiB'>1048576</size><block unit='KiB'>3000</block>\
             <requested unit='KiB'>0</requested></target></memory></devices>",
        )
        .finds("<devices><memory model='dimm'><target><size unit='KiB'>524288</size><node>1</node></target></memory></devices>")
        .finds("<devices><memory model='sgx-epc'><target><size unit='KiB'>16384</size></target><address type='dimm' slot='0'/></memory></devices>")
        .finds(
            "<maxMemory slots='4' unit='GiB'>8</maxMemory><vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='524288'/></numa></cpu>\
             <devices><memory model='virtio-pmem'><source><path>/m</path></source>\
             <target><size unit='KiB'>1048576</size><node>0</node></target></memory></devices>",
        )
        .finds(
            "<maxMemory slots='4' unit='GiB'>8</maxMemory><devices><memory model='virtio-mem'><target><size unit='GiB'>1</size>\
             <block unit='MiB'>2</block><requested unit='MiB'>0</requested><address base='0x100000001'/></target></memory></devices>",
        )
        .finds(
            "<maxMemory slots='4' unit='GiB'>8</maxMemory><devices>\
             <memory model='virtio-mem'><target><size unit='GiB'>1</size><block unit='MiB'>2</block><requested unit='MiB'>0</requested>\
             <address base='0x140000000'/></target></memory>\
             <memory model='virtio-mem'><target><size unit='GiB'>1</size><block unit='MiB'>2</block><requested unit='MiB'>0</requested>\
             <address base='0x170000000'/></target></memory></devices>",
        )
        .rows(each_type!([MemoryDeviceTarget MemoryDeviceNvdimmTarget], exists(|it: &Of| it.node, NODES)))
        .row(exists(|it: &MemoryDeviceVirtioMemTarget| it.node, NODES))
        .row(refuse_if(NODELESS, |it: &MemoryDevicePmemTarget, _| it.node.is_some()))
        .row(
            refuse_where(child(MemoryDevice::DRIVER), |driver, _| !is_bare(driver), "the options of virtio are for models of virtio: leave them out")
                .when(|memory, scope| scope.reads(MemoryDevice::DRIVER.info()) && !is_virtio(memory)),
        )
        .row(refuse_each(|memory: &MemoryDevice, _| {
            use MemoryDeviceModel::{Nvdimm, SgxEpc, VirtioPmem};
            let discards = memory.discard == Some(YesNo::Yes);
            let pmem = matches!(memory.model, VirtioPmem(_));
            let private = memory.access == Some(MemoryDeviceAccess::Private);
            let of_sgx = matches!(memory.model, SgxEpc(_));
            [
                (discards && matches!(memory.model, Nvdimm(_)), "an NVDIMM cannot discard what it holds: leave out discard"),
                (discards && pmem, "a device of the model virtio-pmem cannot discard what it holds: leave out discard"),
                (private && pmem, "a device of the model virtio-pmem is shared: set access='shared', or leave access out"),
                (of_sgx && memory.address.is_some(), "a device of the model sgx-epc has no address: leave it out"),
            ]
        }))
        // QEMU's driver always; the parser from a release between 9.0.0 and 11.3.0 on.
        .row(check(overlaps).driver(Driver::Qemu))
        .row(check(overlaps).but(Driver::Qemu).since(11, 3, 0))
        .row(slots().driver(Driver::Qemu))
        .row(slots().but(Driver::Qemu).since(11, 3, 0))
        .row(refuse(nvdimm))
        // The address came between 9.0.0 and 11.3.0, and these with it.
        .row(refuse(|mem: &MemoryDeviceModelVirtioMem, _| {
            let (base, block) = (mem.target.address.as_ref()?.base.0, scalar::bytes(mem.target.block.as_ref()?)?);
            (block > 0 && !base.is_multiple_of(block))
                .then_some("the address of a device of the model virtio-mem is a multiple of its blocks: choose another base")
        }))
        .row(refuse_if(BASE, |it: &MemoryDeviceModelVirtioPmem, _| it.target.address.as_ref().is_some_and(|it| !it.base.0.is_multiple_of(PMEM_PAGE))))
        .row(refuse(virtio_mem)),
    rule("virtio-pmem-access-default", Class::Default)
        .since(7, 1, 0)
        .summary("a virtio pmem device shares its memory")
        .doc(
            "What a guest writes to a memory device of the model `virtio-pmem` always reaches the file on the host; \
             libvirt writes `access='shared'`.",
        )
        .example(
            "<devices><memory model='virtio-pmem'><source><path>/m</path></source><target><size unit='KiB'>1048576</size></target>\
             </memory></devices>",
            "<devices><memory model='virtio-pmem' access='shared'><source><path>/m</path></source>\
             <target><size unit='KiB'>1048576</size></target></memory></devices>",
        )
        .row(
            default(MemoryDevice::ACCESS, MemoryDeviceAccess::Shared)
                .when(|memory, _| matches!(memory.model, MemoryDeviceModel::VirtioPmem(_))),
        ),
    rule("virtio-mem-requested-default", Class::Default)
        .since(7, 9, 0)
        .summary("nothing is requested of a virtio-mem device unless told otherwise")
        .doc("Without `<requested>` the guest has no memory of a device of the model `virtio-mem`; libvirt writes a size of 0.")
        .example(
            "<memory unit='GiB'>2</memory><vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='1048576'/></numa></cpu><devices>\
             <memory model='virtio-mem'><target><size unit='KiB'>1048576</size><node>0</node>\
             <block unit='KiB'>2048</block></target></memory></devices>",
            "<memory unit='GiB'>2</memory><vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='1048576'/></numa></cpu><devices>\
             <memory model='virtio-mem'><target><size unit='KiB'>1048576</size><node>0</node><block unit='KiB'>2048</block>\
             <requested unit='KiB'>0</requested></target></memory></devices>",
        )
        .row(implied(child(MemoryDeviceVirtioMemTarget::REQUESTED), MemorySize { unit: Some(scalar::MemoryUnit::KiB), ..MemorySize::default() }.into())),
    rule("memory-device-empty-source", Class::Spelling)
        .summary("an empty source of a memory device is not written")
        .doc(
            "A `<source>` that names neither nodes of the host nor a size of pages says nothing about a memory module, \
             and a size of 0 is none.",
        )
        .example(
            "<devices><memory model='dimm'><source/><target><size unit='KiB'>524288</size></target></memory></devices>",
            "<devices><memory model='dimm'><target><size unit='KiB'>524288</size></target></memory></devices>",
        )
        .row(nothing(child(MemoryDeviceNvdimmTarget::LABEL), |label| label.size.value == 0, "a label of no size is none"))
        .row(nothing(child(MemoryDeviceHostSource::PAGESIZE), |size| size.value == 0, "a size of 0 is none"))
        .rows(each_type!(
            [MemoryDeviceModelDimm MemoryDeviceModelSgxEpc MemoryDeviceModelVirtioMem],
            nothing(child(Of::SOURCE), is_bare, "an empty source says nothing")
        )),
];

fn is_virtio(memory: &MemoryDevice) -> bool {
    matches!(memory.model, MemoryDeviceModel::VirtioPmem(_) | MemoryDeviceModel::VirtioMem(_))
}

fn nvdimm(nvdimm: &MemoryDeviceModelNvdimm, scope: &Scope) -> Option<&'static str> {
    let power = matches!(scope.arch, Some(ArchName::Ppc64 | ArchName::Ppc64le));
    if !power && nvdimm.uuid.is_some() {
        return Some("an NVDIMM has a UUID on POWER alone: leave it out");
    }
    let label = nvdimm.target.label.as_ref().filter(|label| label.size.value > 0 || !power);
    let Some(label) = label else { return power.then_some(UNLABELLED) };
    let label = KIB.apply(label.size.value, label.size.unit);
    // A label of no size is none.
    if label != Some(0) && label < Some(LABEL_KIB) {
        return Some("the label of an NVDIMM has at least 128 KiB: give a greater size");
    }
    let size = KIB.apply(nvdimm.target.size.value, nvdimm.target.size.unit);
    (label >= size).then_some("the label of an NVDIMM is smaller than the device: give a smaller size")
}

fn virtio_mem(mem: &MemoryDeviceModelVirtioMem, _: &Scope) -> Option<&'static str> {
    let size = KIB.apply(mem.target.size.value, mem.target.size.unit);
    let requested = mem.target.requested.as_ref().and_then(|requested| KIB.apply(requested.value, requested.unit));
    if requested > size {
        return Some("more is requested than the device has: lower <requested>");
    }
    let Some(block) = &mem.target.block else { return Some("the size of a block is missing: add <block> to <target>") };
    let block = KIB.apply(block.value, block.unit)?;
    if !block.is_power_of_two() {
        return Some("the size of a block is a power of two: choose such a size");
    }
    let whole = requested.is_none_or(|requested| requested.is_multiple_of(block));
    (!whole).then_some("what is requested is no number of blocks: set <requested> to a multiple of <block>")
}

/// Where a device is mapped, from the first address on and before the second, as far as the document says.
fn mapped(memory: &MemoryDevice) -> Option<(u64, u64)> {
    let target = child_called(memory.model.members()?, "target")?;
    let base = match field::<Option<MemoryDeviceBase>>(target) {
        Some(address) => address.as_ref()?.base.0,
        None => branch::<AddressTypeDimm>(&memory.address.as_deref()?.type_)?.base?.0,
    };
    let mut size = scalar::bytes(field::<RequiredSize>(target)?)?;
    if let MemoryDeviceModel::Nvdimm(it) = &memory.model {
        // Its label is not mapped, and what remains is so in pieces of the alignment.
        let label = it.target.label.as_ref().and_then(|label| scalar::bytes(&label.size)).unwrap_or(0);
        let align = it.source.alignsize.as_ref().and_then(|size| scalar::bytes(size));
        size = size.saturating_sub(label);
        size -= align.and_then(|align| size.checked_rem(align)).unwrap_or(0);
    }
    (base > 0).then_some((base, base.saturating_add(size)))
}

/// Of two devices that are mapped over each other the one that stands behind is told.
fn overlaps(devices: &Devices, cx: &mut Context<'_>) {
    let memory = devices.memory_devices.iter();
    let mut all: Vec<_> = memory.filter_map(|memory| mapped(memory).map(|place| (place, memory))).collect();
    all.sort_by_key(|((base, _), _)| *base);
    // The one that reaches furthest of those that begin before.
    let mut before: Option<((u64, u64), &MemoryDevice)> = None;
    for own in all {
        let ((base, end), _) = own;
        if let Some(other) = before.filter(|((_, other), _)| *other > base) {
            let mut both = [other, own];
            both.sort_by_key(|(_, memory)| memory.xml.span.range().start);
            let [((from, to), _), (_, told)] = both;
            let taken = format!("from {from:#x} to {to:#x} another memory device is mapped");
            cx.error(&told.xml, format!("{taken}: choose an address behind it"));
        }
        before = before.filter(|((_, other), _)| *other > end).or(Some(own));
    }
}

/// Slots that a module takes behind another one.
fn slots() -> Draft<Devices> {
    unique(
        Devices::MEMORY_DEVICES,
        |memory, _| branch::<AddressTypeDimm>(&memory.address.as_deref()?.type_)?.slot,
        "the slot {} has a module already: choose another one, or leave out the address",
    )
}
