//! What libvirt refuses of how the memory of NUMA cells is reached: its caches, and times and rates.

use std::collections::{HashMap, HashSet};

use domxml::{NumaInterconnectsItem as Item, NumaLatencyType as Access};

use crate::rules::prelude::*;

const LEVELS: &str = "a cell has caches of the levels 1 to 3: choose one of these";

rules![
    rule("cpu-numa-memory-conflict", Class::Conflict)
        .summary("caches, times and rates of memory that libvirt refuses")
        .doc(
            "A NUMA cell has one cache of each level from 1 to 3. Times and rates go from a cell with CPUs to a cell \
             or to a cache that it has, and each is said once.",
        )
        .finds(
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><interconnects>\
             <latency initiator='0' target='1' type='access' value='5'/></interconnects></numa></cpu>",
        )
        .finds(
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><interconnects>\
             <bandwidth initiator='0' target='0' cache='1' type='read' value='5' unit='GiB'/></interconnects></numa>\
             </cpu>",
        )
        .finds(
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><interconnects>\
             <latency initiator='0' target='0' type='read' value='5'/><latency initiator='0' target='0' type='read' \
             value='6'/>\
             </interconnects></numa></cpu>",
        )
        .finds(
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><cache level='4' associativity='none' \
             policy='none'>\
             <size value='8' unit='KiB'/><line value='64' unit='B'/></cache></cell></numa></cpu>",
        )
        .row(unique(
            NumaCell::CACHES,
            |cache, _| Some(cache.level),
            "the cell has another cache of the level {}: leave this one out",
        ))
        .row(refuse_if(LEVELS, |cache: &NumaCache, _| !(1..=3).contains(&cache.level)))
        .rows(each_type!([NumaLatency NumaBandwidth], exists(|it: &Of| [it.initiator, it.target], CELLS)))
        .row(check(ways)),
    rule("numa-interconnect-memory", Class::Default)
        .summary("a time or rate is about no cache")
        .doc("The cache 0 of a cell is its memory, of which times and rates are unless they name a cache: libvirt does not write it.")
        .example(
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><interconnects><latency initiator='0' target='0' cache='0' \
             type='read' value='5'/></interconnects></numa></cpu>",
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/><interconnects><latency initiator='0' target='0' type='read' \
             value='5'/></interconnects></numa></cpu>",
        )
        .rows(each_type!([NumaLatency NumaBandwidth], nothing(Of::CACHE, |cache| *cache == 0, "the cache 0 is the memory itself"))),
];

/// What a time or a rate is about: whether it is a rate, from which cell it goes to which, to which cache of that, and what is done there.
/// No cache is the memory itself, as the cache 0 is.
type Way = (bool, u32, u32, u32, Access);

fn way(item: &Item) -> Option<(Way, &Extra)> {
    Some(match item {
        Item::Latency(it) => ((false, it.initiator, it.target, it.cache.unwrap_or(0), it.type_), &it.xml),
        Item::Bandwidth(it) => ((true, it.initiator, it.target, it.cache.unwrap_or(0), it.type_), &it.xml),
        _ => return None,
    })
}

/// What the cells that there are refuse; that there are these is asked before.
fn ways(numa: &CpuNuma, cx: &mut Context<'_>) {
    let cells: HashMap<u32, &NumaCell> =
        (0..).zip(&numa.cells).map(|(place, cell)| (cell.id.unwrap_or(place), cell)).collect();
    let caches: HashSet<(u32, u32)> =
        cells.iter().flat_map(|(id, cell)| cell.caches.iter().map(|cache| (*id, cache.level))).collect();
    let mut seen = HashSet::new();
    for (way, xml) in numa.interconnects.iter().flat_map(|it| &it.items).filter_map(way) {
        let (_, initiator, target, cache, _) = way;
        let (Some(asks), true) = (cells.get(&initiator), cells.contains_key(&target)) else { continue };
        let wrong = if asks.cpus.is_none() {
            format!(
                "the cell {initiator} has no CPUs that could reach for memory: name one that has, or leave this out"
            )
        } else if cache != 0 && !caches.contains(&(target, cache)) {
            format!("the cell {target} has no cache of the level {cache}: name one that it has, or leave out cache")
        } else if !seen.insert(way) {
            "this is said of these cells already: leave one out".to_owned()
        } else {
            continue;
        };
        cx.error(xml, wrong);
    }
}
