//! What stands in several blocks where one is usual.

use super::features_repeated;
use crate::rules::prelude::*;

rules![
    rule("blocks-merged", Class::Structure)
        .summary("several blocks of one kind are one")
        .doc(
            "libvirt collects the content of some blocks, as `<features>`, `<devices>` or `<cputune>`, from wherever \
             it stands, so that two of them are read as one. The schema takes one: the rule merges them. Where both \
             say the same thing, the first counts, and the last among features, as libvirt reads it. Of a second `<cpu>` \
             it reads the `<numa>` alone, of a second `<driver>` of an IOMMU the `<granule>`.",
        )
        .example("<features><acpi/></features><features><apic/></features>", "<features><acpi/><apic/></features>",)
        .example(
            "<memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages><hugepages><page size='4096' \
             unit='KiB' nodeset='1'/>\
             </hugepages></memoryBacking>",
            "<memoryBacking><hugepages><page size='2048' unit='KiB'/><page size='4096' unit='KiB' nodeset='1'/>\
             </hugepages>\
             </memoryBacking>",
        )
        .example(
            "<os><type arch='x86_64'>hvm</type></os><os><type machine='q35'>xen</type><boot dev='cdrom'/></os>",
            "<os><type arch='x86_64' machine='q35'>hvm</type><boot dev='cdrom'/></os>",
        )
        .example(
            "<os><type>hvm</type><acpi><table type='slic'>/a</table></acpi><acpi><table type='msdm'>/b</table></acpi></os>",
            "<os><type>hvm</type><acpi><table type='slic'>/a</table><table type='msdm'>/b</table></acpi></os>",
        )
        .example(
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><idmap><uid start='0' target='1' count='9'/>\
             </idmap><idmap><uid start='9' target='20' count='1'/></idmap><source dir='/a'/><target dir='b'/></filesystem></devices>",
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><idmap><uid start='0' target='1' count='9'/>\
             <uid start='9' target='20' count='1'/></idmap><source dir='/a'/><target dir='b'/></filesystem></devices>",
        )
        .example(
            "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/></numa></cpu>\
             <cpu><numa><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
            "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
        )
        .row(merge(MemoryBacking::HUGEPAGES))
        .row(merge(Os::ACPI))
        .row(merge(Filesystem::IDMAP))
        .row(merge_by(Domain::FEATURES, features_repeated::join))
        .row(merge_by(Domain::MEMORY_BACKING, |first, other| join(other, first, MemoryBacking::HUGEPAGES)))
        .row(merge_part(Domain::CPU, Cpu::NUMA, Some(|first, other| join(other, first, CpuNuma::INTERCONNECTS))))
        .row(merge_part(Iommu::DRIVER, IommuDriver::GRANULE, None))
        .rows(each_field!(Domain::[
            DEVICES MEMTUNE BLKIOTUNE VCPUS IOTHREADIDS CPUTUNE IDMAP PM PERF KEYWRAP CLOCK THROTTLEGROUPS
        ], |part| merge(part)))
        .row(merge_by(Domain::OS, |first, other| join(shared(other, first, Os::ACPI), first, Os::TYPE))),
];

/// Merges two blocks. Of a part that both have, what is in both counts: pages, or cells and how fast they reach each other.
fn join<B: Element + Described, P: Element>(other: B, first: &mut B, part: Key<B, Option<P>>) {
    let other = shared(other, first, part);
    first.merge(other, Prefer::First);
}

/// Merges that part alone, and gives back the rest.
fn shared<B: Described, P: Element>(mut other: B, first: &mut B, part: Key<B, Option<P>>) -> B {
    if let (Some(own), Some(new)) = (part.get_mut(first), part.get_mut(&mut other)) {
        own.merge(std::mem::take(new), Prefer::First);
    }
    other
}
