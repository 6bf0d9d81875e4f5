//! Memory from the host's nodes: `numatune-mode-default`, `numatune-memory-empty`, `numatune-auto-sets-vcpu-auto`, `numatune-placement-auto`, `numatune-placement-static`, `vcpu-auto-adds-numatune`,
//! `numatune-auto-nodeset-dropped`, `numatune-memnode-order`, `numatune-conflict`.

use domxml::{Domain, NumaMemoryMode, Numatune, NumatuneMemory, NumatuneMemoryPlacement as Placement, VcpuPlacement};
use domxml_runtime::Version;

use super::vcpu::most;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};

pub(super) static MODE: Rule = Rule {
    id: "numatune-mode-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "memory comes strictly from its nodes",
    doc: "Memory whose nodes or placement are given comes strictly from there, unless a mode is given, as does that of a single cell; libvirt spells that out. Of an element \
          without any attribute it reads nothing.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><numatune><memory nodeset='0'/></numatune>",
        after: "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' nodeset='0'/></numatune>",
    },
    apply: mode,
};

pub(super) static EMPTY: Rule = Rule {
    id: "numatune-memory-empty",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "memory of which nothing is said",
    doc: "A `<memory>` without attributes says nothing of where the memory comes from; libvirt takes it for none.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><numatune><memory/></numatune>",
        after: "<memory unit='KiB'>1048576</memory>",
    },
    apply: drop_empty,
};

pub(super) static SETS_VCPU: Rule = Rule {
    id: "numatune-auto-sets-vcpu-auto",
    class: Class::Structure,
    since: Some(Version::new(0, 9, 12)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "memory that is placed automatically takes the CPUs along",
    doc: "Where the memory is placed automatically and nothing pins the guest's CPUs, its emulator or its I/O threads, libvirt places \
          the CPUs automatically too, even where they say `static`. The rule says so where it is the case.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><vcpu>2</vcpu><numatune><memory mode='strict' placement='auto'/></numatune>",
        after: "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu><numatune><memory mode='strict' placement='auto'/></numatune>",
    },
    apply: set_vcpu,
};

pub(super) static PLACEMENT: Rule = Rule {
    id: "numatune-placement-auto",
    class: Class::Default,
    since: Some(Version::new(0, 9, 12)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "memory without nodes goes where the CPUs go",
    doc: "Memory for which no nodes are given is placed automatically where the CPUs are; libvirt spells that out.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu><numatune><memory mode='preferred'/></numatune>",
        after: "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu><numatune><memory mode='preferred' placement='auto'/></numatune>",
    },
    apply: placement,
};

pub(super) static STATIC: Rule = Rule {
    id: "numatune-placement-static",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "memory whose nodes are given is placed there",
    doc: "Memory for which nodes are given is placed statically on them; libvirt does not spell that out. Without nodes it refuses \
          `placement='static'`, so that it stays there.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' placement='static' nodeset='0'/></numatune>",
        after: "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' nodeset='0'/></numatune>",
    },
    apply: drop_static,
};

pub(super) static ADDED: Rule = Rule {
    id: "vcpu-auto-adds-numatune",
    class: Class::Default,
    since: Some(Version::new(0, 9, 12)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "CPUs that are placed automatically take the memory along",
    doc: "Where the CPUs are placed automatically and nothing is said of the memory, libvirt places it strictly on the same nodes, and \
          writes that.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu>",
        after: "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu><numatune><memory mode='strict' placement='auto'/></numatune>",
    },
    apply: add,
};

pub(super) static NODESET: Rule = Rule {
    id: "numatune-auto-nodeset-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "memory that is placed automatically has no nodes",
    doc: "Where the memory is placed automatically, libvirt forgets the nodes that stand beside it.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu><numatune><memory mode='strict' placement='auto' nodeset='0-3'/></numatune>",
        after: "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu><numatune><memory mode='strict' placement='auto'/></numatune>",
    },
    apply: drop_nodeset,
};

pub(super) static ORDER: Rule = Rule {
    id: "numatune-memnode-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the nodes of each cell by number",
    doc: "libvirt writes from which nodes of the host the cells of the guest get their memory in the order of the cells.",
    example: Example {
        before: "<vcpu>2</vcpu><numatune><memnode cellid='1' mode='strict' nodeset='0'/><memnode cellid='0' mode='strict' nodeset='1'/>\
                 </numatune><cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
        after: "<vcpu>2</vcpu><numatune><memnode cellid='0' mode='strict' nodeset='1'/><memnode cellid='1' mode='strict' nodeset='0'/>\
                </numatune><cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
    },
    apply: order,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "numatune-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "placements of memory that libvirt refuses",
    doc: "Memory that is placed statically needs nodes. Cells of the guest can be placed only where there are any, each once, not where all \
          memory is placed automatically, and restrictively where the whole is.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' placement='static'/></numatune>",
        after: "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' placement='static'/></numatune>",
    },
    apply: conflict,
};

fn vcpu_auto(domain: &Domain) -> bool {
    domain.vcpu.as_ref().is_some_and(|vcpu| vcpu.placement == Some(VcpuPlacement::Auto))
}

/// Where libvirt places the memory, if anything is said of it.
fn effective(domain: &Domain) -> Option<Placement> {
    let memory = domain.numatune.as_ref()?.memory.as_ref()?;
    if says_nothing(memory) {
        return None;
    }
    Some(match memory.placement {
        Some(placement) => placement,
        None if memory.nodeset.is_none() && vcpu_auto(domain) => Placement::Auto,
        None => Placement::Static,
    })
}

fn pinned(domain: &Domain) -> bool {
    let most = most(domain);
    domain.cputune.as_ref().is_some_and(|cputune| {
        cputune.emulatorpin.is_some()
            || !cputune.iothreadpin.is_empty()
            || cputune.vcpupin.iter().any(|pin| u32::from(pin.vcpu) < most)
    })
}

fn says_nothing(memory: &NumatuneMemory) -> bool {
    memory.mode.is_none() && memory.placement.is_none() && memory.nodeset.is_none()
}

fn mode(domain: &mut Domain, cx: &mut Context) {
    let memory = domain.numatune.as_mut().and_then(|numatune| numatune.memory.as_mut());
    if let Some(memory) = memory.filter(|memory| !says_nothing(memory))
        && memory.mode.is_none()
    {
        memory.mode = Some(NumaMemoryMode::Strict);
        cx.rewrote(&memory.xml, "the default of mode is spelt out").becomes("", "mode='strict'");
    }
}

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    let Some(numatune) = &mut domain.numatune else { return };
    if let Some(memory) = numatune.memory.take_if(|memory| says_nothing(memory)) {
        cx.rewrote(&memory.xml, "nothing is said of the memory").becomes("<memory/>", "");
    }
}

fn set_vcpu(domain: &mut Domain, cx: &mut Context) {
    if effective(domain) != Some(Placement::Auto) || pinned(domain) {
        return;
    }
    let Some(vcpu) = &mut domain.vcpu else { return };
    if vcpu.placement != Some(VcpuPlacement::Auto) && vcpu.cpuset.is_none() {
        let before = vcpu.placement.map_or_else(String::new, |placement| attribute("placement", placement.as_str()));
        vcpu.placement = Some(VcpuPlacement::Auto);
        cx.rewrote(&vcpu.xml, "the CPUs go where the memory goes").becomes(before, "placement='auto'");
    }
}

fn placement(domain: &mut Domain, cx: &mut Context) {
    if effective(domain) != Some(Placement::Auto) {
        return;
    }
    let memory = domain.numatune.as_mut().and_then(|numatune| numatune.memory.as_mut());
    if let Some(memory) = memory
        && memory.placement.is_none()
    {
        memory.placement = Some(Placement::Auto);
        cx.rewrote(&memory.xml, "the memory goes where the CPUs go").becomes("", "placement='auto'");
    }
}

fn drop_static(domain: &mut Domain, cx: &mut Context) {
    let memory = domain.numatune.as_mut().and_then(|numatune| numatune.memory.as_mut());
    if let Some(memory) = memory
        && memory.nodeset.is_some()
        && memory.placement.take_if(|placement| *placement == Placement::Static).is_some()
    {
        cx.rewrote(&memory.xml, "memory on given nodes is placed statically").becomes("placement='static'", "");
    }
}

fn add(domain: &mut Domain, cx: &mut Context) {
    let has_nodes = domain.numatune.as_ref().is_some_and(|tune| tune.memory.is_some() || !tune.memnode.is_empty());
    if !vcpu_auto(domain) || has_nodes {
        return;
    }
    let memory = NumatuneMemory {
        mode: Some(NumaMemoryMode::Strict),
        placement: Some(Placement::Auto),
        ..NumatuneMemory::default()
    };
    domain.numatune.get_or_insert_with(Numatune::default).memory = Some(memory);
    let at = domain.vcpu.as_ref().map_or(&domain.xml, |vcpu| &vcpu.xml);
    cx.rewrote(at, "the memory goes where the CPUs go").becomes("", "<memory mode='strict' placement='auto'/>");
}

fn drop_nodeset(domain: &mut Domain, cx: &mut Context) {
    if effective(domain) != Some(Placement::Auto) {
        return;
    }
    let memory = domain.numatune.as_mut().and_then(|numatune| numatune.memory.as_mut());
    if let Some(memory) = memory
        && let Some(nodes) = memory.nodeset.take()
    {
        cx.rewrote(&memory.xml, "the memory is placed automatically").becomes(attribute("nodeset", nodes), "");
    }
}

fn order(domain: &mut Domain, cx: &mut Context) {
    if let Some(numatune) = &mut domain.numatune
        && !numatune.memnode.is_sorted_by_key(|node| node.cellid)
    {
        numatune.memnode.sort_by_key(|node| node.cellid);
        cx.rewrote(&numatune.xml, "the nodes in the order of the cells");
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let Some(numatune) = &domain.numatune else { return };
    let placement = effective(domain);
    if let Some(memory) = &numatune.memory
        && placement == Some(Placement::Static)
        && memory.nodeset.is_none()
    {
        cx.error(&memory.xml, "memory that is placed statically needs nodes");
    }
    let cells: usize = domain.cpu.iter().flat_map(|cpu| &cpu.numa).map(|numa| numa.cell.len()).sum();
    let mode = numatune.memory.as_ref().map(|memory| memory.mode.unwrap_or_default());
    for (index, node) in numatune.memnode.iter().enumerate() {
        if placement == Some(Placement::Auto) || placement.is_none() && vcpu_auto(domain) {
            cx.error(&node.xml, "cells cannot be placed where all memory is placed automatically");
        } else if usize::try_from(node.cellid).is_ok_and(|cell| cell >= cells) {
            cx.error(&node.xml, format!("the guest has no cell {}", node.cellid));
        } else if numatune.memnode[..index].iter().any(|other| other.cellid == node.cellid) {
            cx.error(&node.xml, format!("cell {} is placed twice", node.cellid));
        } else if mode == Some(NumaMemoryMode::Restrictive) && node.mode != Some(NumaMemoryMode::Restrictive) {
            cx.error(&node.xml, "cells are placed restrictively where the whole memory is");
        }
    }
}
