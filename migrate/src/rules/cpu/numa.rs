//! The guest's nodes: `cpu-numa-cell-ids`, `cpu-numa-cell-order`, `cpu-numa-distances-filled`, `cpu-numa-cache-units`,
//! `cpu-numa-conflict`.

use std::collections::BTreeMap;

use domxml::scalar::{CpuSet, MemoryUnit};
use domxml::{Domain, NumaCell, NumaDistances, NumaSibling};
use domxml_runtime::Version;

use super::vcpu::most;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};

pub(super) static IDS: Rule = Rule {
    id: "cpu-numa-cell-ids",
    class: Class::Default,
    since: Some(Version::new(1, 2, 7)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "NUMA cells have numbers",
    doc: "A NUMA cell of the guest without a number has that of its place among the cells; libvirt spells it out.",
    example: Example {
        before: "<vcpu>2</vcpu><cpu><numa><cell cpus='0-1' memory='524288'/></numa></cpu>",
        after: "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='524288'/></numa></cpu>",
    },
    apply: ids,
};

pub(super) static ORDER: Rule = Rule {
    id: "cpu-numa-cell-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "NUMA cells by number",
    doc: "libvirt writes the NUMA cells of the guest in the order of their numbers.",
    example: Example {
        before: "<vcpu>2</vcpu><cpu><numa><cell id='1' cpus='1' memory='524288'/><cell id='0' cpus='0' memory='524288'/></numa></cpu>",
        after: "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
    },
    apply: order,
};

pub(super) static DISTANCES: Rule = Rule {
    id: "cpu-numa-distances-filled",
    class: Class::Default,
    since: Some(Version::new(3, 10, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "distances go both ways",
    doc: "A distance from one NUMA cell to another holds for the way back too, unless that has its own, and the distance of a cell to \
          itself is 10. libvirt writes those as well.",
    example: Example {
        before: "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><distances><sibling id='1' value='20'/></distances></cell>\
                 <cell id='1' cpus='1' memory='524288'/></numa></cpu>",
        after: "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><distances><sibling id='0' value='10'/>\
                <sibling id='1' value='20'/></distances></cell><cell id='1' cpus='1' memory='524288'><distances>\
                <sibling id='0' value='20'/><sibling id='1' value='10'/></distances></cell></numa></cpu>",
    },
    apply: distances,
};

pub(super) static CACHE_UNITS: Rule = Rule {
    id: "cpu-numa-cache-units",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the units of a cell's cache are not read",
    doc: "libvirt takes the size of a NUMA cell's cache for KiB and that of its lines for bytes, whatever unit stands there, and writes those \
          units.",
    example: Example {
        before: "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><cache level='1' associativity='direct' policy='writeback'>\
                 <size value='1' unit='MiB'/><line value='64' unit='KiB'/></cache></cell></numa></cpu>",
        after: "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><cache level='1' associativity='direct' policy='writeback'>\
                <size value='1' unit='KiB'/><line value='64' unit='B'/></cache></cell></numa></cpu>",
    },
    apply: cache_units,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "cpu-numa-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "NUMA cells that libvirt refuses",
    doc: "The numbers of NUMA cells run from 0 on without gaps, each once. No CPU is in two cells, none is in a cell that the guest cannot have, \
          and distances lead to cells that there are: 10 to the cell itself and more to others.",
    example: Example {
        before: "<vcpu>2</vcpu><cpu><numa><cell id='1' cpus='0-1' memory='524288'/></numa></cpu>",
        after: "<vcpu>2</vcpu><cpu><numa><cell id='1' cpus='0-1' memory='524288'/></numa></cpu>",
    },
    apply: conflict,
};

/// The distance of a cell to itself.
const LOCAL: u8 = 10;

fn cells(domain: &mut Domain) -> &mut [NumaCell] {
    domain.cpu.as_mut().and_then(|cpu| cpu.numa.as_mut()).map_or(&mut [], |numa| &mut numa.cell)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn ids(domain: &mut Domain, cx: &mut Context) {
    for (index, cell) in cells(domain).iter_mut().enumerate() {
        if cell.id.is_none() {
            let id = number(index);
            cell.id = Some(id);
            cx.rewrote(&cell.xml, "the number of the cell is spelt out").becomes("", attribute("id", id));
        }
    }
}

fn order(domain: &mut Domain, cx: &mut Context) {
    let Some(numa) = domain.cpu.as_mut().and_then(|cpu| cpu.numa.as_mut()) else { return };
    if numa.cell.iter().all(|cell| cell.id.is_some()) && !numa.cell.is_sorted_by_key(|cell| cell.id) {
        numa.cell.sort_by_key(|cell| cell.id);
        cx.rewrote(&numa.xml, "the cells by number");
    }
}

fn distances(domain: &mut Domain, cx: &mut Context) {
    let cells = cells(domain);
    let numbered = cells.iter().enumerate().all(|(index, cell)| cell.id == Some(number(index)));
    if !numbered || cells.iter().all(|cell| cell.distances.is_none()) {
        return;
    }
    // By cell, what it is away from the others; as libvirt fills them in while it reads the cells in order.
    let mut all: Vec<BTreeMap<u32, u8>> = vec![BTreeMap::new(); cells.len()];
    for (from, cell) in cells.iter().enumerate() {
        for sibling in cell.distances.iter().flat_map(|distances| &distances.sibling) {
            let to = sibling.id as usize;
            if to >= cells.len() {
                return;
            }
            all[from].insert(number(from), LOCAL);
            all[from].insert(sibling.id, sibling.value);
            all[to].insert(sibling.id, LOCAL);
            all[to].entry(number(from)).or_insert(sibling.value);
        }
    }
    for (cell, wanted) in cells.iter_mut().zip(all) {
        let given = cell.distances.iter().flat_map(|distances| &distances.sibling);
        if given.map(|sibling| (sibling.id, sibling.value)).eq(wanted.iter().map(|(id, value)| (*id, *value))) {
            continue;
        }
        let siblings = wanted.into_iter().map(|(id, value)| NumaSibling { id, value, ..NumaSibling::default() });
        cell.distances.get_or_insert_with(NumaDistances::default).sibling = siblings.collect();
        cx.rewrote(&cell.xml, "distances go both ways");
    }
}

fn cache_units(domain: &mut Domain, cx: &mut Context) {
    for cache in cells(domain).iter_mut().flat_map(|cell| &mut cell.cache) {
        if cache.size.unit != MemoryUnit::KiB {
            let before = attribute("unit", cache.size.unit);
            cache.size.unit = MemoryUnit::KiB;
            cx.rewrote(&cache.size.xml, "libvirt takes the size for KiB").becomes(before, "unit='KiB'");
        }
        if cache.line.unit != MemoryUnit::B {
            let before = attribute("unit", cache.line.unit);
            cache.line.unit = MemoryUnit::B;
            cx.rewrote(&cache.line.xml, "libvirt takes the size for bytes").becomes(before, "unit='B'");
        }
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    if let Some(numa) = domain.cpu.as_ref().and_then(|cpu| cpu.numa.as_ref())
        && numa.cell.is_empty()
    {
        cx.error(&numa.xml, "there are no cells");
    }
    let cells = cells(domain);
    let count = number(cells.len());
    let mut seen = vec![false; cells.len()];
    let mut cpus = CpuSet::new();
    for (index, cell) in cells.iter().enumerate() {
        let id = cell.id.unwrap_or(number(index));
        match seen.get_mut(id as usize) {
            None => {
                cx.error(&cell.xml, format!("the cell {id} leaves a gap: there are {count} cells, numbered from 0 on"));
            }
            Some(true) => {
                cx.error(&cell.xml, format!("the cell {id} stands twice"));
            }
            Some(free) => *free = true,
        }
        for cpu in cell.cpus.iter().flat_map(CpuSet::iter) {
            if cpu >= most {
                cx.error(&cell.xml, format!("the guest cannot have a CPU {cpu}"));
                break;
            }
            if cpus.contains(cpu) {
                cx.error(&cell.xml, format!("the CPU {cpu} is in two cells"));
                break;
            }
        }
        for cpu in cell.cpus.iter().flat_map(CpuSet::iter) {
            cpus.insert(cpu..=cpu);
        }
        if let Some(distances) = cell.distances.as_ref().filter(|distances| distances.sibling.is_empty()) {
            cx.error(&distances.xml, "there are no distances");
        }
        for sibling in cell.distances.iter().flat_map(|distances| &distances.sibling) {
            if sibling.id >= count {
                cx.error(&sibling.xml, format!("there is no cell {}", sibling.id));
            } else if (sibling.id == id) != (sibling.value == LOCAL) || sibling.value < LOCAL {
                cx.error(&sibling.xml, format!("a cell is {LOCAL} away from itself and more from others"));
            }
        }
    }
}
