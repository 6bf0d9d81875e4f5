//! Memory modules.

use crate::rules::prelude::*;

/// The least size of an NVDIMM's label, in KiB.
const LABEL_KIB: u64 = 128;

/// Cells that memory devices are of: for a guest without any, QEMU's driver makes one where memory can be added.
const NODES: Things = Things {
    name: CELLS.name,
    has: |scope, id| (CELLS.has)(scope, id) || scope.driver == Driver::Qemu && scope.cells == 0 && id == 0,
};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        conflict(),
        rule("virtio-pmem-access-default", Class::Default)
            .since(7, 1, 0)
            .summary("a virtio pmem device shares its memory")
            .doc(
                "What a guest writes to a memory device of the model `virtio-pmem` always reaches the file on the host; libvirt writes \
                 `access='shared'`.",
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
        rule("memory-device-empty-source", Class::Spelling)
            .summary("an empty source of a memory device is not written")
            .doc(
                "A `<source>` that names neither nodes of the host nor a size of pages says nothing about a memory module, and a size of 0 \
                 is none.",
            )
            .example(
                "<devices><memory model='dimm'><source/><target><size unit='KiB'>524288</size></target></memory></devices>",
                "<devices><memory model='dimm'><target><size unit='KiB'>524288</size></target></memory></devices>",
            )
            .row(nothing(child(MemoryDeviceHostSource::PAGESIZE), |size| size.value == 0, "a size of 0 is none"))
            .row(nothing(child(MemoryDeviceModelDimm::SOURCE), is_bare, "an empty source says nothing"))
            .row(nothing(child(MemoryDeviceModelVirtioMem::SOURCE), is_bare, "an empty source says nothing")),
    ]
}

fn conflict() -> Rule {
    rule("memory-device-contradictions", Class::Conflict)
        .summary("memory devices that libvirt refuses")
        .doc(
            "An NVDIMM cannot discard what it holds, its label has at least 128 KiB and less than the device, which on POWER cannot \
             do without one, and only there it has a UUID. A device of the model `virtio-pmem` is shared and cannot discard either. \
             What is requested of a device of the model `virtio-mem` is part of its size and a number of its blocks, whose size is given and \
             a power of two. A device is for a NUMA node that the guest has, its address has a slot, and one of the model `sgx-epc` \
             has none. The options of virtio are for the two virtio models.",
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
        .row(exists(|target: &MemoryDeviceTarget| target.node, NODES))
        .row(exists(|target: &MemoryDeviceNvdimmTarget| target.node, NODES))
        .row(exists(|target: &MemoryDevicePmemTarget| target.node, NODES))
        .row(exists(|target: &MemoryDeviceVirtioMemTarget| target.node, NODES))
        .row(refuse_in(MemoryDevice::ADDRESS, |address, _| {
            let loose = matches!(&address.type_, AddressType::Dimm(dimm) if dimm.slot.is_none());
            loose.then_some("the address of a memory device needs a slot: add slot, as slot='0'")
        }))
        .row(
            refuse_in(MemoryDevice::DRIVER, |driver, _| {
                (!is_bare(driver)).then_some("the options of virtio are for models of virtio")
            })
            .when(|memory, scope| scope.reads(MemoryDevice::DRIVER.info()) && !is_virtio(memory)),
        )
        .row(refuse_each(|memory: &MemoryDevice, _| {
            use MemoryDeviceModel::{Nvdimm, SgxEpc, VirtioPmem};
            let discards = memory.discard == Some(YesNo::Yes);
            let pmem = matches!(memory.model, VirtioPmem(_));
            let private = memory.access == Some(MemoryDeviceAccess::Private);
            let of_sgx = matches!(memory.model, SgxEpc(_));
            [
                (discards && matches!(memory.model, Nvdimm(_)), "an NVDIMM cannot discard what it holds"),
                (discards && pmem, "a device of the model virtio-pmem cannot discard what it holds"),
                (private && pmem, "a device of the model virtio-pmem is shared"),
                (of_sgx && memory.address.is_some(), "a device of the model sgx-epc has no address"),
            ]
        }))
        .row(refuse(nvdimm))
        .row(refuse(virtio_mem))
}

fn is_virtio(memory: &MemoryDevice) -> bool {
    matches!(memory.model, MemoryDeviceModel::VirtioPmem(_) | MemoryDeviceModel::VirtioMem(_))
}

fn nvdimm(nvdimm: &MemoryDeviceModelNvdimm, scope: &Scope) -> Option<&'static str> {
    let power = matches!(scope.arch, Some(ArchName::Ppc64 | ArchName::Ppc64le));
    if !power && nvdimm.uuid.is_some() {
        return Some("an NVDIMM has a UUID on POWER alone");
    }
    let Some(label) = &nvdimm.target.label else {
        return power.then_some("an NVDIMM has a label with Power: add <label> with its size to <target>");
    };
    let label = KIB.apply(label.size.value, label.size.unit);
    // A label of no size is none.
    if label != Some(0) && label < Some(LABEL_KIB) {
        return Some("the label of an NVDIMM has at least 128 KiB");
    }
    let size = KIB.apply(nvdimm.target.size.value, nvdimm.target.size.unit);
    (label >= size).then_some("the label of an NVDIMM is smaller than the device")
}

fn virtio_mem(mem: &MemoryDeviceModelVirtioMem, _: &Scope) -> Option<&'static str> {
    let size = KIB.apply(mem.target.size.value, mem.target.size.unit);
    let requested = mem.target.requested.as_ref().and_then(|requested| KIB.apply(requested.value, requested.unit));
    if requested > size {
        return Some("more is requested than the device has");
    }
    let Some(block) = &mem.target.block else { return Some("the size of a block is missing: add <block> to <target>") };
    let block = KIB.apply(block.value, block.unit)?;
    if !block.is_power_of_two() {
        return Some("the size of a block is a power of two");
    }
    let whole = requested.is_none_or(|requested| requested.is_multiple_of(block));
    (!whole).then_some("what is requested is no number of blocks")
}
