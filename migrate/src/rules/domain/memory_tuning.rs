//! `memtune-unlimited-dropped`, `hugepages-nodeset0-dropped`, `hugepages-conflict`, `blkiotune-conflict`,
//! `zero-values-dropped`.

use std::collections::BTreeSet;

use domxml::scalar::CpuSet;
use domxml::{BlkiotuneDevice, Domain};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, kib};

/// The size in KiB from which on a limit is none.
const UNLIMITED: u64 = 9_007_199_254_740_991;

pub(super) static UNLIMITED_DROPPED: Rule = Rule {
    id: "memtune-unlimited-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a limit of all that can be counted is no limit",
    doc: "9007199254740991 KiB stands for a limit that is not set; libvirt does not write it.",
    example: Example {
        before: "<memtune><hard_limit unit='KiB'>9007199254740991</hard_limit><soft_limit>4096</soft_limit></memtune>",
        after: "<memtune><soft_limit>4096</soft_limit></memtune>",
    },
    apply: drop_unlimited,
};

pub(super) static NODESET0: Rule = Rule {
    id: "hugepages-nodeset0-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "huge pages for node 0 of a guest without NUMA are for all of it",
    doc: "A guest without NUMA cells has nothing but node 0, so libvirt does not write `nodeset='0'` on its huge pages.",
    example: Example {
        before: "<memoryBacking><hugepages><page size='2048' unit='KiB' nodeset='0'/></hugepages></memoryBacking>",
        after: "<memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>",
    },
    apply: drop_nodeset,
};

pub(super) static HUGEPAGES_CONFLICT: Rule = Rule {
    id: "hugepages-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "huge pages that libvirt refuses",
    doc: "libvirt refuses huge pages of size 0, more than one size without a nodeset, nodesets with nodes that the guest does \
          not have, and two sizes for one node.",
    example: Example {
        before: "<memoryBacking><hugepages><page size='0'/></hugepages></memoryBacking>",
        after: "<memoryBacking><hugepages><page size='0'/></hugepages></memoryBacking>",
    },
    apply: hugepages_conflict,
};

pub(super) static BLKIO_CONFLICT: Rule = Rule {
    id: "blkiotune-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a block device that is tuned twice",
    doc: "libvirt refuses two tunings of the same block device of the host.",
    example: Example {
        before: "<blkiotune><device><path>/dev/sda</path><weight>500</weight></device><device><path>/dev/sda</path>\
                 <weight>600</weight></device></blkiotune>",
        after: "<blkiotune><device><path>/dev/sda</path><weight>500</weight></device><device><path>/dev/sda</path>\
                <weight>600</weight></device></blkiotune>",
    },
    apply: blkio_conflict,
};

pub(super) static ZEROS: Rule = Rule {
    id: "zero-values-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "0 stands for no value",
    doc: "In the tuning of block devices and in periods and quotas of CPU time 0 says that nothing is set; libvirt does not write it. `<shares>0` is a value.",
    example: Example {
        before: "<blkiotune><weight>0</weight><device><path>/dev/sda</path><weight>0</weight></device></blkiotune>\
                 <cputune><shares>0</shares><period>0</period></cputune>",
        after: "<cputune><shares>0</shares></cputune>",
    },
    apply: drop_zeros,
};

fn drop_unlimited(domain: &mut Domain, cx: &mut Context) {
    let Some(memtune) = &mut domain.memtune else { return };
    macro_rules! each {
        ($($field:ident)*) => {$(
            if let Some(limit) = &memtune.$field
                && kib(limit.value, limit.unit).is_some_and(|limit| limit >= UNLIMITED)
            {
                cx.rewrote(&limit.xml, concat!("<", stringify!($field), "> sets no limit"))
                    .becomes(format!("{} {}", limit.value, limit.unit.unwrap_or_default()), "");
                memtune.$field = None;
            }
        )*};
    }
    each!(hard_limit soft_limit min_guarantee swap_hard_limit);
}

fn cells(domain: &Domain) -> usize {
    domain.cpu.iter().flat_map(|cpu| &cpu.numa).map(|numa| numa.cell.len()).sum()
}

fn drop_nodeset(domain: &mut Domain, cx: &mut Context) {
    if cells(domain) > 0 {
        return;
    }
    for page in
        domain.memory_backing.iter_mut().flat_map(|backing| &mut backing.hugepages).flat_map(|huge| &mut huge.page)
    {
        if page.nodeset.as_ref().is_some_and(|set| set.iter().eq([0])) {
            page.nodeset = None;
            cx.rewrote(&page.xml, "the guest has no other node").becomes("nodeset='0'", "");
        }
    }
}

fn hugepages_conflict(domain: &mut Domain, cx: &mut Context) {
    let cells = cells(domain);
    let mut masters = 0;
    let mut taken: Vec<&CpuSet> = Vec::new();
    for page in domain.memory_backing.iter().flat_map(|backing| &backing.hugepages).flat_map(|huge| &huge.page) {
        if page.size == 0 {
            cx.error(&page.xml, "huge pages cannot have size 0");
        }
        let nodes = page.nodeset.as_ref().filter(|set| cells > 0 || !set.iter().eq([0]));
        match nodes {
            None => masters += 1,
            Some(set) => {
                if let Some(node) = set.iter().find(|node| usize::try_from(*node).is_ok_and(|node| node >= cells)) {
                    cx.error(&page.xml, format!("the guest has no node {node}"));
                } else if let Some(node) = set.iter().find(|node| taken.iter().any(|other| other.contains(*node))) {
                    cx.error(&page.xml, format!("the node {node} has huge pages of another size"));
                }
                taken.push(set);
            }
        }
        if nodes.is_none() && masters > 1 {
            cx.error(&page.xml, "only one size of huge pages can do without a nodeset");
        }
    }
}

fn blkio_conflict(domain: &mut Domain, cx: &mut Context) {
    let mut seen = BTreeSet::new();
    for device in domain.blkiotune.iter().flat_map(|blkiotune| &blkiotune.device) {
        if !seen.insert(device.path.to_string()) {
            cx.error(&device.xml, format!("{} is tuned twice", device.path));
        }
    }
}

/// Takes a value away that is 0.
fn zero<T: Default + PartialEq>(value: &mut Option<T>) -> bool {
    value.take_if(|value| *value == T::default()).is_some()
}

fn drop_zeros(domain: &mut Domain, cx: &mut Context) {
    if let Some(blkiotune) = &mut domain.blkiotune {
        if zero(&mut blkiotune.weight) {
            cx.rewrote(&blkiotune.xml, "no weight is set").becomes("<weight>0</weight>", "");
        }
        blkiotune.device.retain_mut(|device| {
            let zeros = [
                zero(&mut device.weight),
                zero(&mut device.read_iops_sec),
                zero(&mut device.write_iops_sec),
                zero(&mut device.read_bytes_sec),
                zero(&mut device.write_bytes_sec),
            ];
            let nothing = says_nothing(device);
            if zeros.contains(&true) || nothing {
                cx.rewrote(&device.xml, format!("what is 0 is not set for {}", device.path)).becomes("0", "");
            }
            !nothing
        });
    }
    if let Some(cputune) = &mut domain.cputune {
        macro_rules! each {
            ($($field:ident)*) => {$(
                if zero(&mut cputune.$field) {
                    cx.rewrote(&cputune.xml, concat!("no ", stringify!($field), " is set")).becomes("0", "");
                }
            )*};
        }
        each!(period quota global_period global_quota emulator_period emulator_quota iothread_period iothread_quota);
    }
}

fn says_nothing(device: &BlkiotuneDevice) -> bool {
    device.weight.is_none()
        && device.read_iops_sec.is_none()
        && device.write_iops_sec.is_none()
        && device.read_bytes_sec.is_none()
        && device.write_bytes_sec.is_none()
}
