//! `cpu-numa-distances-filled`.

use std::collections::BTreeMap;

use super::cells::number;
use crate::rules::prelude::*;

/// The distance of a cell to itself.
pub(super) const LOCAL: u8 = 10;

rules![
    rule("cpu-numa-distances-filled", Class::Default)
        .since(3, 10, 0)
        .summary("distances go both ways")
        .doc(
            "A distance from one NUMA cell to another holds for the way back too, unless that has its own, and the \
             distance of a cell to itself is 10. libvirt writes those as well.",
        )
        .example(
            "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><distances><sibling id='1' value='20'/>\
             </distances></cell><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
            "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'><distances><sibling id='0' value='10'/>\
             <sibling id='1' value='20'/></distances></cell><cell id='1' cpus='1' memory='524288'><distances><sibling \
             id='0' value='20'/><sibling id='1' value='10'/></distances></cell></numa></cpu>",
        )
        .row(algorithm(distances).phase(Phase::Write).profiles(LIBVIRT).after("cpu-numa-cell-order")),
];

fn distances(numa: &mut CpuNuma, cx: &mut Context<'_>) {
    let cells = &mut numa.cells;
    let numbered = cells.iter().enumerate().all(|(index, cell)| cell.id == Some(number(index)));
    if !numbered || cells.iter().all(|cell| cell.distances.is_none()) {
        return;
    }
    // By cell, what it is away from the others; as libvirt fills them in while it reads the cells in order.
    let mut all: Vec<BTreeMap<u32, u8>> = vec![BTreeMap::new(); cells.len()];
    for (from, cell) in cells.iter().enumerate() {
        for sibling in cell.distances.iter().flat_map(|distances| &distances.siblings) {
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
        let given = cell.distances.iter().flat_map(|distances| &distances.siblings);
        if given.map(|sibling| (sibling.id, sibling.value)).eq(wanted.iter().map(|(id, value)| (*id, *value))) {
            continue;
        }
        let siblings = wanted.into_iter().map(|(id, value)| NumaSibling { id, value, ..NumaSibling::default() });
        cell.distances.get_or_insert_default().siblings = siblings.collect();
        cx.rewrote(&cell.xml, "distances go both ways");
    }
}
