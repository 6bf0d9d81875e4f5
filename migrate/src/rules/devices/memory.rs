//! `virtio-pmem-access-default`, `memory-device-sizes`, `memory-device-empty-source`.

use domxml::scalar::MemoryUnit;
use domxml::{
    Domain, Extra, MemoryDeviceAccess, MemoryDeviceAlignsize, MemoryDeviceBlock, MemoryDeviceCurrent,
    MemoryDeviceLabelSize, MemoryDeviceModel, MemoryDevicePagesize, MemoryDeviceRequested, MemoryDeviceSize,
    PstoreSize, walk_mut,
};

use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

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
        before: "<devices><memory model='dimm'><target><size unit='MiB'>512</size><node>0</node></target></memory></devices>",
        after: "<devices><memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory></devices>",
    },
    apply: scale_all,
};

pub(super) static EMPTY: Rule = Rule {
    id: "memory-device-empty-source",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "an empty source of a memory device is not written",
    doc: "A `<source>` that names neither nodes of the host nor a size of pages says nothing about a memory module.",
    example: Example {
        before: "<devices><memory model='dimm'><source/><target><size unit='KiB'>524288</size><node>0</node></target></memory></devices>",
        after: "<devices><memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory></devices>",
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

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for memory in &mut devices.memory {
        let source = match &mut memory.model {
            MemoryDeviceModel::Dimm(dimm) => &mut dimm.source,
            MemoryDeviceModel::VirtioMem(mem) => &mut mem.source,
            _ => continue,
        };
        if source.take_if(|source| source.nodemask.is_none() && source.pagesize.is_none()).is_some() {
            cx.rewrote(&memory.xml, "an empty source says nothing").becomes("<source/>", "");
        }
    }
}
