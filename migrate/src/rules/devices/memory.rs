//! `virtio-pmem-access-default`, `memory-device-sizes`, `memory-device-empty-source`.

use domxml::scalar::MemoryUnit;
use domxml::{
    AddressType, ArchName, Domain, Extra, MemoryDeviceAccess, MemoryDeviceAlignsize, MemoryDeviceBlock,
    MemoryDeviceCurrent, MemoryDeviceLabelSize, MemoryDeviceModel, MemoryDevicePagesize, MemoryDeviceRequested,
    MemoryDeviceSize, PstoreSize, YesNo, walk_mut,
};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, kib};

pub(super) static ACCESS: Rule = Rule {
    id: "virtio-pmem-access-default",
    class: Class::Default,
    since: Some(domxml_runtime::Version::new(7, 1, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a virtio pmem device shares its memory",
    doc: "What a guest writes to a memory device of the model `virtio-pmem` always reaches the file on the host; libvirt writes \
          `access='shared'`.",
    example: Example {
        before: "<devices><memory model='virtio-pmem'><source><path>/m</path></source><target><size unit='KiB'>1048576</size></target>\
                 </memory></devices>",
        after: "<devices><memory model='virtio-pmem' access='shared'><source><path>/m</path></source>\
                <target><size unit='KiB'>1048576</size></target></memory></devices>",
    },
    apply: spell_access,
};

pub(super) static SIZES: Rule = Rule {
    id: "memory-device-sizes",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "sizes of memory devices are in KiB",
    doc: "libvirt reads the sizes of memory modules, of their pages, blocks and labels, and of a store for crash messages, in any unit \
          and writes KiB, rounded up. Profile `modern` keeps the unit of the author.",
    example: Example {
        before: "<devices><memory model='dimm'><target><size unit='MiB'>512</size></target></memory></devices>",
        after: "<devices><memory model='dimm'><target><size unit='KiB'>524288</size></target></memory></devices>",
    },
    apply: scale_all,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "memory-device-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "memory devices that libvirt refuses",
    doc: "An NVDIMM cannot discard what it holds, its label has at least 128 KiB and less than the device, which on POWER cannot \
          do without one, and only there it has a UUID. A device of the model `virtio-pmem` is shared and cannot discard either. \
          What is requested of a device of the model `virtio-mem` is part of its size and a number of its blocks, whose size is given and \
          a power of two. A device is for a NUMA node that the guest has, its address has a slot, and one of the model `sgx-epc` \
          has none.",
    example: Example {
        before: "<devices><memory model='virtio-pmem' access='private'><source><path>/m</path></source>\
                 <target><size unit='KiB'>1048576</size></target></memory></devices>",
        after: "<devices><memory model='virtio-pmem' access='private'><source><path>/m</path></source>\
                <target><size unit='KiB'>1048576</size></target></memory></devices>",
    },
    apply: report,
};

pub(super) static EMPTY: Rule = Rule {
    id: "memory-device-empty-source",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "an empty source of a memory device is not written",
    doc: "A `<source>` that names neither nodes of the host nor a size of pages says nothing about a memory module, and a size of 0 \
          is none.",
    example: Example {
        before: "<devices><memory model='dimm'><source/><target><size unit='KiB'>524288</size></target></memory></devices>",
        after: "<devices><memory model='dimm'><target><size unit='KiB'>524288</size></target></memory></devices>",
    },
    apply: drop_empty,
};

fn spell_access(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for memory in &mut devices.memory {
        if matches!(memory.model, MemoryDeviceModel::VirtioPmem(_)) && memory.access.is_none() {
            memory.access = Some(MemoryDeviceAccess::Shared);
            cx.rewrote(&memory.xml, "the access is spelt out").becomes("", "access='shared'");
        }
    }
}

/// Turns a size into KiB.
fn scale(value: &mut u64, unit: &mut Option<MemoryUnit>, xml: &Extra, cx: &mut Context) {
    let from = unit.unwrap_or(MemoryUnit::KiB);
    if from == MemoryUnit::KiB && unit.is_some() {
        return;
    }
    let before = unit.map_or_else(|| value.to_string(), |unit| format!("{value} {unit}"));
    let Some(bytes) = value.checked_mul(from.bytes()) else {
        cx.error(xml, format!("{before} are too large"));
        return;
    };
    (*value, *unit) = (bytes.div_ceil(1 << 10), Some(MemoryUnit::KiB));
    cx.rewrote(xml, "libvirt writes the size in KiB").becomes(before, format!("{value} KiB"));
}

fn scale_all(domain: &mut Domain, cx: &mut Context) {
    macro_rules! sizes {
        ($any:ident: $($type:ident)*) => {
            $(if let Some(size) = $any.downcast_mut::<$type>() {
                scale(&mut size.value, &mut size.unit, &size.xml, cx);
            })*
        };
    }
    walk_mut(domain, &mut |any| {
        sizes! { any:
            MemoryDeviceSize MemoryDevicePagesize MemoryDeviceAlignsize MemoryDeviceLabelSize MemoryDeviceBlock
            MemoryDeviceRequested MemoryDeviceCurrent PstoreSize
        }
    });
}

/// The least size of an NVDIMM's label, in KiB.
const LABEL_KIB: u64 = 128;

fn report(domain: &mut Domain, cx: &mut Context) {
    let arch = domain.os.as_ref().and_then(|os| os.type_.arch);
    let power = matches!(arch, Some(ArchName::Ppc64 | ArchName::Ppc64le));
    let cells: usize = domain.cpu.iter().flat_map(|cpu| &cpu.numa).map(|numa| numa.cell.len()).sum();
    let Some(devices) = &domain.devices else { return };
    for memory in &devices.memory {
        let node = match &memory.model {
            MemoryDeviceModel::Dimm(dimm) => dimm.target.node,
            MemoryDeviceModel::Nvdimm(nvdimm) => nvdimm.target.node,
            MemoryDeviceModel::VirtioPmem(pmem) => pmem.target.node,
            MemoryDeviceModel::VirtioMem(mem) => mem.target.node,
            MemoryDeviceModel::SgxEpc(sgx) => sgx.target.node,
        };
        if node.is_some_and(|node| node as usize >= cells) {
            cx.error(&memory.xml, "the guest has no NUMA node of this number");
        }
        if let Some(address) = &memory.address
            && matches!(&address.type_, AddressType::Dimm(dimm) if dimm.slot.is_none())
        {
            cx.error(&address.xml, "the address of a memory device has a slot");
        }
        let discards = memory.discard == Some(YesNo::Yes);
        let virtio = matches!(memory.model, MemoryDeviceModel::VirtioPmem(_) | MemoryDeviceModel::VirtioMem(_));
        let options = memory.driver.as_ref().filter(|driver| cx.reads(*driver)).is_some_and(|driver| {
            driver.iommu.is_some() || driver.ats.is_some() || driver.packed.is_some() || driver.page_per_vq.is_some()
        });
        let mut refuse = |wrong: bool, why: &str| {
            if wrong {
                cx.error(&memory.xml, why);
            }
        };
        refuse(options && !virtio, "the options of virtio are for models of virtio");
        match &memory.model {
            MemoryDeviceModel::Nvdimm(nvdimm) => {
                let size = kib(nvdimm.target.size.value, nvdimm.target.size.unit);
                refuse(discards, "an NVDIMM cannot discard what it holds");
                refuse(!power && nvdimm.uuid.is_some(), "an NVDIMM has a UUID on POWER alone");
                match &nvdimm.target.label {
                    None => refuse(power, "on POWER an NVDIMM has a label"),
                    Some(label) => {
                        let label = kib(label.size.value, label.size.unit);
                        refuse(label < Some(LABEL_KIB), "the label of an NVDIMM has at least 128 KiB");
                        refuse(label >= size, "the label of an NVDIMM is smaller than the device");
                    }
                }
            }
            MemoryDeviceModel::VirtioPmem(_) => {
                refuse(discards, "a device of the model virtio-pmem cannot discard what it holds");
                let private = memory.access == Some(MemoryDeviceAccess::Private);
                refuse(private, "a device of the model virtio-pmem is shared");
            }
            MemoryDeviceModel::VirtioMem(mem) => {
                let size = kib(mem.target.size.value, mem.target.size.unit);
                let block = mem.target.block.as_ref().and_then(|block| kib(block.value, block.unit));
                let requested =
                    mem.target.requested.as_ref().and_then(|requested| kib(requested.value, requested.unit));
                refuse(requested > size, "more is requested than the device has");
                refuse(mem.target.block.is_none(), "the size of a block is missing");
                if let Some(block) = block {
                    refuse(!block.is_power_of_two(), "the size of a block is a power of two");
                    let whole = requested.is_none_or(|requested| block == 0 || requested % block == 0);
                    refuse(!whole, "what is requested is no number of blocks");
                }
            }
            MemoryDeviceModel::SgxEpc(_) => {
                refuse(memory.address.is_some(), "a device of the model sgx-epc has no address")
            }
            MemoryDeviceModel::Dimm(_) => {}
        }
    }
}

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for memory in &mut devices.memory {
        let source = match &mut memory.model {
            MemoryDeviceModel::Dimm(dimm) => &mut dimm.source,
            MemoryDeviceModel::VirtioMem(mem) => &mut mem.source,
            _ => continue,
        };
        if let Some(source) = source
            && source.pagesize.take_if(|size| size.value == 0).is_some()
        {
            cx.rewrote(&memory.xml, "a size of 0 is none").becomes("<pagesize>0</pagesize>", "");
        }
        if source.take_if(|source| source.nodemask.is_none() && source.pagesize.is_none()).is_some() {
            cx.rewrote(&memory.xml, "an empty source says nothing").becomes("<source/>", "");
        }
    }
}
