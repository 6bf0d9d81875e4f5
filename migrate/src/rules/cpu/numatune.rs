//! Memory from the host's nodes.

use domxml::NumatuneMemoryPlacement as Placement;

use crate::rules::prelude::*;

const PLACED: &str =
    "cells cannot be placed where all memory is placed automatically: leave out <memnode>, or set placement='static'";
const RESTRICTED: &str = "where the whole memory is placed restrictively its cells are, too: set mode='restrictive' here, or \
                          another mode of <memory>";
const UNRESTRICTED: &str = "cells are placed restrictively only where the whole memory is: set mode='restrictive' of <memory>, \
                            or another mode here";

rules![
    rule("numatune-conflict", Class::Conflict)
        .summary("placements of memory that libvirt refuses")
        .doc(
            "Memory that is placed statically needs nodes. Cells of the guest can be placed only where there are any, \
             each once, not where all memory is placed automatically, and restrictively where the whole is.",
        )
        .finds("<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' placement='static'/></numatune>")
        .finds("<numatune><memnode cellid='0' nodeset='0'/></numatune>")
        .row(refuse_if("memory that is placed statically needs nodes: name them with nodeset", |memory: &NumatuneMemory, scope| {
            scope.memory_placement == Some(Placement::Static) && memory.nodeset.is_none()
        }))
        // libvirt reads past a <memory> of which nothing is said, and places the memory nowhere.
        .row(
            refuse_in(Numatune::MEMNODES, |_, scope| placed_automatically(scope).then_some(PLACED))
                .when(|numatune, _| !numatune.memory.as_ref().is_some_and(is_bare)),
        )
        .row(exists(|node: &NumatuneMemnode| [node.cellid], CELLS).when(|_, scope| !placed_automatically(scope)))
        .row(unique(Numatune::MEMNODES, |node, _| Some(node.cellid), "the cell {} is placed twice: leave one out"))
        .row(refuse_in(Numatune::MEMNODES, |node, _| (!restricts(node.mode)).then_some(RESTRICTED)).when(|it, _| restricts_all(it)))
        // 11.3.0 or earlier, but after 9.0.0.
        .row(nowhere_else().since(11, 3, 0).profiles(LIBVIRT))
        .row(nowhere_else().driver(Driver::Qemu).profiles(MODERN)),
    rule("numatune-memory-empty", Class::Lossy)
        .phase(Phase::Read)
        .summary("memory of which nothing is said")
        .doc("A `<memory>` without attributes says nothing of where the memory comes from; libvirt takes it for none.")
        .example(
            "<memory unit='KiB'>1048576</memory><numatune><memory/></numatune>",
            "<memory unit='KiB'>1048576</memory>",
        )
        .row(nothing(child(Numatune::MEMORY), NumatuneMemory::says_nothing, "nothing is said of the memory")),
    rule("numatune-mode-default", Class::Default)
        .summary("memory comes strictly from its nodes")
        .doc(
            "Memory whose nodes or placement are given comes strictly from there, unless a mode is given, as does that \
             of a single cell; libvirt spells that out. Of an element without any attribute it reads nothing.",
        )
        .example(
            "<memory unit='KiB'>1048576</memory><numatune><memory nodeset='0'/></numatune>",
            "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' nodeset='0'/></numatune>",
        )
        .row(default(NumatuneMemory::MODE, NumaMemoryMode::Strict).when(|memory, _| !memory.says_nothing())),
    rule("numatune-placement-auto", Class::Default)
        .since(0, 9, 12)
        .summary("memory without nodes goes where the CPUs go")
        .doc("Memory for which no nodes are given is placed automatically where the CPUs are; libvirt spells that out.")
        .example(
            "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu><numatune><memory mode='preferred'/></numatune>",
            "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu>\
             <numatune><memory mode='preferred' placement='auto'/></numatune>",
        )
        .row(
            default(NumatuneMemory::PLACEMENT, Placement::Auto)
                .when(|_, scope| scope.memory_placement == Some(Placement::Auto))
                .says("the memory goes where the CPUs go"),
        ),
    rule("numatune-placement-static", Class::Default)
        .summary("memory whose nodes are given is placed there")
        .doc(
            "Memory for which nodes are given is placed statically on them; libvirt does not spell that out. Without \
             nodes it refuses `placement='static'`, so that it stays there.",
        )
        .example(
            "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' placement='static' nodeset='0'/></numatune>",
            "<memory unit='KiB'>1048576</memory><numatune><memory mode='strict' nodeset='0'/></numatune>",
        )
        .row(
            nothing(NumatuneMemory::PLACEMENT, |it| *it == Placement::Static, "memory on given nodes is placed statically")
                .when(|memory, _| memory.nodeset.is_some())
                .profiles(BOTH),
        ),
    rule("numatune-auto-sets-vcpu-auto", Class::Structure)
        .since(0, 9, 12)
        .summary("memory that is placed automatically takes the CPUs along")
        .doc(
            "Where the memory is placed automatically and nothing pins the guest's CPUs, its emulator or its I/O \
             threads, libvirt places the CPUs automatically too, even where they say `static`. The rule says so where \
             it is the case.",
        )
        .example(
            "<memory unit='KiB'>1048576</memory><vcpu>2</vcpu><numatune><memory mode='strict' placement='auto'/></numatune>",
            "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu>\
             <numatune><memory mode='strict' placement='auto'/></numatune>",
        )
        .row(algorithm(place_vcpus).phase(Phase::Derive)),
    rule("vcpu-auto-adds-numatune", Class::Default)
        .since(0, 9, 12)
        .summary("CPUs that are placed automatically take the memory along")
        .doc(
            "Where the CPUs are placed automatically and nothing is said of the memory, libvirt places it strictly on \
             the same nodes, and writes that.",
        )
        .example(
            "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu>",
            "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu>\
             <numatune><memory mode='strict' placement='auto'/></numatune>",
        )
        .row(algorithm(place_memory).phase(Phase::Derive).profiles(LIBVIRT)),
    rule("numatune-auto-nodeset-dropped", Class::Lossy)
        .summary("memory that is placed automatically has no nodes")
        .doc("Where the memory is placed automatically, libvirt forgets the nodes that stand beside it.")
        .example(
            "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu>\
             <numatune><memory mode='strict' placement='auto' nodeset='0-3'/></numatune>",
            "<memory unit='KiB'>1048576</memory><vcpu placement='auto'>2</vcpu>\
             <numatune><memory mode='strict' placement='auto'/></numatune>",
        )
        .row(
            unread(NumatuneMemory::NODESET, "where the memory is placed automatically")
                .when(|memory, _| memory.placement == Some(Placement::Auto)),
        ),
    rule("numatune-memnode-order", Class::Spelling)
        .summary("the nodes of each cell by number")
        .doc("libvirt writes from which nodes of the host the cells of the guest get their memory in the order of the cells.")
        .example(
            "<vcpu>2</vcpu><numatune><memnode cellid='1' mode='strict' nodeset='0'/><memnode cellid='0' mode='strict' nodeset='1'/>\
             </numatune><cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
            "<vcpu>2</vcpu><numatune><memnode cellid='0' mode='strict' nodeset='1'/><memnode cellid='1' mode='strict' nodeset='0'/>\
             </numatune><cpu><numa><cell id='0' cpus='0' memory='524288'/><cell id='1' cpus='1' memory='524288'/></numa></cpu>",
        )
        .row(sort(Numatune::MEMNODES, |node, _| node.cellid, "the nodes in the order of the cells")),
];

fn placed_automatically(scope: &Scope) -> bool {
    scope.memory_placement == Some(Placement::Auto) || scope.memory_placement.is_none() && scope.vcpus_placed
}

fn restricts(mode: Option<NumaMemoryMode>) -> bool {
    mode == Some(NumaMemoryMode::Restrictive)
}

fn restricts_all(numatune: &Numatune) -> bool {
    numatune.memory.as_ref().is_some_and(|memory| restricts(memory.mode))
}

fn nowhere_else() -> Draft<Numatune> {
    refuse_in(Numatune::MEMNODES, |node, _| restricts(node.mode).then_some(UNRESTRICTED))
        .when(|numatune, _| !restricts_all(numatune))
}

fn pinned(domain: &Domain, vcpus: u32) -> bool {
    domain.cputune.as_ref().is_some_and(|cputune| {
        cputune.emulatorpin.is_some()
            || !cputune.iothreadpins.is_empty()
            || cputune.vcpupins.iter().any(|pin| u32::from(pin.vcpu) < vcpus)
    })
}

fn place_vcpus(domain: &mut Domain, cx: &mut Context<'_>) {
    if cx.scope.memory_placement != Some(Placement::Auto) || pinned(domain, cx.scope.vcpus) {
        return;
    }
    let Some(vcpu) = &mut domain.vcpu else { return };
    if vcpu.placement != Some(VcpuPlacement::Auto) && vcpu.cpuset.is_none() {
        let before = attribute_if("placement", vcpu.placement);
        vcpu.placement = Some(VcpuPlacement::Auto);
        cx.rewrote(&vcpu.xml, "the CPUs go where the memory goes").becomes(before, "placement='auto'");
    }
}

fn place_memory(domain: &mut Domain, cx: &mut Context<'_>) {
    let has_nodes = domain.numatune.as_ref().is_some_and(|tune| tune.memory.is_some() || !tune.memnodes.is_empty());
    if !cx.scope.vcpus_placed || has_nodes {
        return;
    }
    let (mode, placement) = (Some(NumaMemoryMode::Strict), Some(Placement::Auto));
    let memory = NumatuneMemory { mode, placement, ..NumatuneMemory::default() };
    domain.numatune.get_or_insert_with(Numatune::default).memory = Some(memory);
    let at = domain.vcpu.as_ref().map_or(&domain.xml, |vcpu| &vcpu.xml);
    cx.rewrote(at, "the memory goes where the CPUs go").becomes("", "<memory mode='strict' placement='auto'/>");
}
