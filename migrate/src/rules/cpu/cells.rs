//! The guest's NUMA cells.

use std::collections::BTreeSet;

use domxml::scalar::{CpuSet, MemoryUnit};

use super::cpu_numa_distances_filled::LOCAL;
use crate::rules::prelude::*;

rules![
    rule("cpu-numa-conflict", Class::Conflict)
        .summary("NUMA cells that libvirt refuses")
        .doc(
            "The numbers of NUMA cells run from 0 on without gaps, each once. No CPU is in two cells, none is in a \
             cell that the guest cannot have, and distances lead to cells that there are: 10 to the cell itself and \
             more to others.",
        )
        .finds("<vcpu>2</vcpu><cpu><numa><cell id='1' cpus='0-1' memory='524288'/></numa></cpu>")
        .row(refuse_if("there are no cells: add <cell>", |numa: &CpuNuma, _| numa.cells.is_empty()))
        .row(refuse_if("there are no distances: add <sibling>", |it: &NumaDistances, _| it.siblings.is_empty()))
        .row(exists(|sibling: &NumaSibling| [sibling.id], CELLS))
        .row(check(conflict)),
    rule("cpu-numa-cell-ids", Class::Default)
        .since(1, 2, 7)
        .summary("NUMA cells have numbers")
        .doc("A NUMA cell of the guest without a number has that of its place among the cells; libvirt spells it out.")
        .example(
            "<vcpu>2</vcpu><cpu><numa><cell cpus='0-1' memory='524288'/></numa></cpu>",
            "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='524288'/></numa></cpu>",
        )
        .row(algorithm(number_cells).phase(Phase::Derive)),
    rule("cpu-numa-cell-order", Class::Spelling)
        .summary("NUMA cells by number")
        .doc("libvirt writes the NUMA cells of the guest in the order of their numbers.")
        .example(
            "<vcpu>2</vcpu><cpu><numa><cell id='1' cpus='1' memory='524288'/><cell id='0' cpus='0' memory='524288'/>\
             </numa></cpu>",
            "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/>\
             </numa></cpu>",
        )
        .row(
            sort(CpuNuma::CELLS, |cell, _| cell.id, "the cells by number")
                .when(|numa, _| numa.cells.iter().all(|cell| cell.id.is_some())),
        ),
    rule("cpu-numa-cache-units", Class::Lossy)
        .summary("the units of a cell's cache are not read")
        .doc(
            "libvirt takes the size of a NUMA cell's cache for KiB and that of its lines for bytes, whatever unit \
             stands there, and writes those units.",
        )
        .example(
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><cache level='1' associativity='direct' \
             policy='writeback'>\
             <size value='1' unit='MiB'/><line value='64' unit='KiB'/></cache></cell></numa></cpu>",
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><cache level='1' associativity='direct' \
             policy='writeback'>\
             <size value='1' unit='KiB'/><line value='64' unit='B'/></cache></cell></numa></cpu>",
        )
        .row(note_if("libvirt takes the size of the cache for KiB, whatever its unit", |size: &NumaCacheSize, _| {
            !matches!(size.unit, MemoryUnit::KiB | MemoryUnit::K)
        }))
        .row(spelling(required(NumaCacheSize::UNIT), other_than(MemoryUnit::KiB), "libvirt takes the size for KiB"))
        .row(spelling(required(NumaCacheLine::UNIT), other_than(MemoryUnit::B), "libvirt takes the size for bytes")),
];

/// The unit that libvirt writes whatever stands there.
fn other_than(written: MemoryUnit) -> impl Fn(&MemoryUnit, &Scope) -> Option<MemoryUnit> {
    move |unit, _| Some(written).filter(|written| written != unit)
}

pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn number_cells(numa: &mut CpuNuma, cx: &mut Context<'_>) {
    for (index, cell) in numa.cells.iter_mut().enumerate().filter(|(_, cell)| cell.id.is_none()) {
        let id = number(index);
        cell.id = Some(id);
        cx.rewrote(&cell.xml, "the number of the cell is spelt out").becomes("", attribute("id", id));
    }
}

fn conflict(numa: &CpuNuma, cx: &mut Context<'_>) {
    let (count, most) = (cx.scope.cells, cx.scope.vcpus);
    let (mut ids, mut cpus) = (BTreeSet::new(), CpuSet::new());
    for (place, cell) in (0..).zip(&numa.cells) {
        let id = cell.id.unwrap_or(place);
        if id >= count {
            cx.error(&cell.xml, format!("the cell {id} leaves a gap: there are {count} cells, numbered from 0 on"));
        } else if !ids.insert(id) {
            cx.error(&cell.xml, format!("the cell {id} stands twice: give one of the two another id"));
        }
        let own = || cell.cpus.iter().flat_map(CpuSet::iter);
        if let Some(cpu) = own().find(|cpu| *cpu >= most || cpus.contains(*cpu)) {
            let wrong = if cpu >= most {
                format!("the guest cannot have a CPU {cpu}: name one that it can have, or raise <vcpu>")
            } else {
                format!("the CPU {cpu} is in two cells: take it out of one")
            };
            cx.error(&cell.xml, wrong);
        }
        own().for_each(|cpu| cpus.insert(cpu..=cpu));
        for sibling in cell.distances.iter().flat_map(|distances| &distances.siblings) {
            let far = if sibling.id == id { sibling.value == LOCAL } else { sibling.value > LOCAL };
            if !far && sibling.id < count {
                let message = format!("a cell is {LOCAL} away from itself and more from others: choose such a value");
                cx.error(&sibling.xml, message);
            }
        }
    }
}
