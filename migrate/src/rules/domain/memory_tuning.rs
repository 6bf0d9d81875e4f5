//! Limits of memory, huge pages, and the tuning of block devices.

use domxml::scalar::CpuSet;

use crate::rules::prelude::*;

/// The size in KiB from which on a limit is none.
const UNLIMITED: u64 = 9_007_199_254_740_991;

const NONE: &str = "0 sets nothing";

rules![
    rule("hugepages-conflict", Class::Conflict)
        .summary("huge pages that libvirt refuses")
        .doc(
            "libvirt refuses huge pages of size 0, more than one size without a nodeset, nodesets with nodes that the \
             guest does not have, and two sizes for one node.",
        )
        .finds("<memoryBacking><hugepages><page size='0'/></hugepages></memoryBacking>")
        .finds("<memoryBacking><hugepages><page size='2048'/><page size='4096'/></hugepages></memoryBacking>")
        .finds("<memoryBacking><hugepages><page size='2048' nodeset='3'/></hugepages></memoryBacking>")
        .row(refuse(|page: &Hugepage, _| (page.size == 0).then_some("huge pages cannot have size 0: give their size")))
        .row(check(hugepages)),
    rule("blkiotune-conflict", Class::Conflict)
        .summary("a block device that is tuned twice")
        .doc("libvirt refuses two tunings of the same block device of the host.")
        .finds(
            "<blkiotune><device><path>/dev/sda</path><weight>500</weight></device><device><path>/dev/sda</path>\
             <weight>600</weight></device></blkiotune>",
        )
        .row(unique(Blkiotune::DEVICES, |it, _| Some(it.path.to_string()), "{} is tuned twice")),
    rule("memtune-unlimited-dropped", Class::Default)
        .summary("a limit of all that can be counted is no limit")
        .doc("9007199254740991 KiB stands for a limit that is not set; libvirt does not write it.")
        .example(
            "<memtune><hard_limit unit='KiB'>9007199254740991</hard_limit><soft_limit>4096</soft_limit></memtune>",
            "<memtune><soft_limit>4096</soft_limit></memtune>",
        )
        .rows(
            [Memtune::HARD_LIMIT, Memtune::SOFT_LIMIT, Memtune::MIN_GUARANTEE, Memtune::SWAP_HARD_LIMIT]
                .map(|limit| nothing(child(limit), |limit| is_unlimited(limit), "this sets no limit")),
        ),
    rule("hugepages-nodeset0-dropped", Class::Default)
        .summary("huge pages for node 0 of a guest without NUMA are for all of it")
        .doc("A guest without NUMA cells has nothing but node 0, so libvirt does not write `nodeset='0'` on its huge pages.")
        .example(
            "<memoryBacking><hugepages><page size='2048' unit='KiB' nodeset='0'/></hugepages></memoryBacking>",
            "<memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>",
        )
        .row(
            nothing(Hugepage::NODESET, |set| set.iter().eq([0]), "the guest has no other node")
                .when(|_, scope| scope.cells == 0),
        ),
    rule("zero-values-dropped", Class::Default)
        .summary("0 stands for no value")
        .doc(
            "In the tuning of block devices, in periods and quotas of CPU time and as the least memory 0 says that \
             nothing is set; libvirt does not write it. `<shares>0` is a value.",
        )
        .example(
            "<blkiotune><weight>0</weight><device><path>/dev/sda</path><weight>0</weight></device></blkiotune>\
             <cputune><shares>0</shares><period>0</period></cputune>",
            "<cputune><shares>0</shares></cputune>",
        )
        .example(
            "<blkiotune><device><path>/dev/sda</path><read_iops_sec>0</read_iops_sec><write_bytes_sec>9</write_bytes_sec></device></blkiotune>",
            "<blkiotune><device><path>/dev/sda</path><write_bytes_sec>9</write_bytes_sec></device></blkiotune>",
        )
        .example("<memtune><min_guarantee unit='KiB'>0</min_guarantee></memtune>", "")
        .row(nothing(child(Memtune::MIN_GUARANTEE), |least| least.value == 0, NONE))
        .row(zeros::<Blkiotune>(NONE))
        .row(zeros::<BlkiotuneDevice>(NONE))
        .row(nothing(child(Blkiotune::DEVICES), |it| given(it).len() == 1, "nothing but the path is set for this device"))
        .rows(each_field!(Cputune::[
            PERIOD GLOBAL_PERIOD EMULATOR_PERIOD IOTHREAD_PERIOD QUOTA GLOBAL_QUOTA EMULATOR_QUOTA IOTHREAD_QUOTA
        ], |part| nothing(part, |value| *value == 0, NONE))),
];

fn is_unlimited(limit: &MemorySize) -> bool {
    KIB.apply(limit.value, limit.unit).is_some_and(|limit| limit >= UNLIMITED)
}

/// Huge pages of several sizes: for which nodes each.
fn hugepages(pages: &Hugepages, cx: &mut Context<'_>) {
    let cells = cx.scope.cells;
    let mut masters = 0;
    let mut taken: Vec<&CpuSet> = Vec::new();
    for page in &pages.pages {
        let set = page.nodeset.as_ref().filter(|set| cells > 0 || !set.iter().eq([0]));
        masters += u32::from(set.is_none());
        let nodes = || set.into_iter().flat_map(CpuSet::iter);
        if set.is_none() && masters > 1 {
            cx.error(&page.xml, "only one size of huge pages can do without a nodeset: give this one a nodeset");
        } else if let Some(node) = nodes().find(|node| *node >= cells) {
            cx.error(&page.xml, format!("the guest has no node {node}: name one that it has"));
        } else if let Some(node) = nodes().find(|node| taken.iter().any(|other| other.contains(*node))) {
            let message = format!("the node {node} has huge pages of another size: name each node in one <page>");
            cx.error(&page.xml, message);
        }
        taken.extend(set);
    }
}
