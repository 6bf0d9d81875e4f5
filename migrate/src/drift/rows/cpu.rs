//! The processor.

use crate::drift::addresses::number;
use crate::drift::allowance::{Allowance, Case, added, changed, left_out};
use crate::drift::tree::{Element, whole};

/// Whether QEMU gives a machine this processor where none is asked for.
fn is_default(case: &Case, model: &str) -> bool {
    let world = case.world;
    let emulator = world.actual.value("devices/emulator").unwrap_or_default();
    let power = |rest: &str| model.strip_prefix(rest).is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    match (world.arch, world.machine.family) {
        (_, "isapc") => model == "486",
        ("x86_64", _) => model == "qemu64",
        // It depends on which of its emulators runs the guest.
        ("i686", _) if emulator.ends_with("i386") => model == "qemu32",
        ("i686", _) => ["qemu64", "qemu32"].contains(&model),
        ("s390x" | "s390", _) => model == "qemu",
        (_, "pseries") => power("POWER"),
        (_, family) if family.starts_with("powernv") => power("POWER"),
        ("ppc64", "mac99") => ["ppc64", "970fx", "970"].contains(&model),
        ("ppc64" | "ppc", "g3beige") => ["g3", "750"].contains(&model),
        ("ppc" | "ppc64", _) => ["g4", "7400", "ppc64", "604", "e500v2_v30"].contains(&model),
        ("aarch64" | "armv7l" | "armv6l", "vexpress-a9") => model == "cortex-a9",
        ("aarch64" | "armv7l" | "armv6l", "versatilepb" | "versatileab") => model == "arm926",
        ("aarch64" | "armv7l" | "armv6l", "virt") => model == "cortex-a15",
        ("aarch64" | "armv7l" | "armv6l", _) => ["cortex-a15", "cortex-a57", "max"].contains(&model),
        ("riscv64", _) => model == "rv64",
        ("riscv32", _) => model == "rv32",
        ("loongarch64", _) => model == "la464",
        _ => false,
    }
}

/// Whether the element is `<model fallback='forbid'>` with the default processor.
fn is_default_model(case: &Case, model: &Element) -> bool {
    let plain = model.children.is_empty() && model.attributes.len() == 1;
    plain && model.attribute("fallback") == Some("forbid") && is_default(case, &model.text)
}

/// Whether the processor that was asked for names neither a mode nor a model: only a topology, or NUMA cells, or features.
fn nothing_named(case: &Case) -> bool {
    case.desired().is_none_or(|cpu| cpu.attribute("mode").is_none() && cpu.child("model").is_none())
}

fn is_kvm(case: &Case) -> bool {
    case.world.desired.attribute("type") == Some("kvm")
}

/// How much of a processor libvirt checks where the definition does not say.
fn check(case: &Case) -> &'static str {
    let mode = case.own("mode");
    match mode {
        "host-model" => "partial",
        // What QEMU emulates is no matter of the host's processor.
        "custom" if is_kvm(case) && !nothing_named(case) => "partial",
        _ => "none",
    }
}

/// The numbers of a set of processors as `0-3,^2,8`; none where it is not one, or a large one.
fn cpus(text: &str) -> Option<Vec<u32>> {
    let mut set = Vec::new();
    for part in text.split(',') {
        let (part, without) = part.strip_prefix('^').map_or((part, false), |part| (part, true));
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.trim().parse::<u32>().ok()?, last.trim().parse::<u32>().ok()?);
        if last > 65_536 {
            return None;
        }
        if without {
            set.retain(|cpu| !(first..=last).contains(cpu));
        } else {
            set.extend(first..=last);
        }
    }
    set.sort_unstable();
    set.dedup();
    Some(set)
}

/// Whether the first NUMA cell has, besides its own, exactly the processors that no cell has.
fn takes_the_rest(case: &Case) -> bool {
    let Some(numa) = case.frames.len().checked_sub(2).and_then(|numa| case.frames[numa].actual) else { return false };
    let vcpus = case.world.desired.value("vcpu").and_then(whole).map_or(0, |count| count.min(65_536) as u32);
    let others: Vec<u32> = numa
        .children_named("cell")
        .filter(|cell| cell.attribute("id") != Some(case.own("id")))
        .filter_map(|cell| cpus(cell.attribute("cpus")?))
        .flatten()
        .collect();
    let rest: Vec<u32> = (0..vcpus).filter(|cpu| !others.contains(cpu)).collect();
    let before = cpus(case.before).unwrap_or_default();
    let first = numa.children_named("cell").next().is_some_and(|cell| std::ptr::eq(cell, case.element()));
    first && before.iter().all(|cpu| rest.contains(cpu)) && cpus(case.after) == Some(rest)
}

/// Whether the element is the one NUMA cell that hot-plug of memory needs.
fn is_only_cell(case: &Case) -> bool {
    let [cell] = case.element().children.as_slice() else { return false };
    let all = match case.world.desired.value("vcpu").and_then(whole) {
        None | Some(0 | 1) => "0".to_owned(),
        Some(vcpus) => format!("0-{}", vcpus - 1),
    };
    let memory = case.world.desired.child("memory").and_then(Element::kib);
    let modules = super::machine::modules(case.world.desired);
    case.world.desired.child("maxMemory").is_some()
        && cell.attribute("id") == Some("0")
        && cell.attribute("cpus") == Some(&all)
        && memory.is_some_and(|memory| {
            let own = cell.attribute("memory").and_then(whole);
            own == Some(memory.saturating_sub(modules)) && cell.attribute("unit") == Some("KiB")
        })
}

pub(super) static ROWS: &[Allowance] = &[
    added("cpu-default", &["cpu"])
        .covers(&["mode", "match", "check"])
        .when(|case| {
            let (mode, of, check) = (case.own("mode"), case.own("match"), case.own("check"));
            let model = case.element().child("model");
            let default = model.is_some_and(|model| is_default_model(case, model));
            let is_checked = check == "none" || case.world.running && check == "full";
            (mode, of) == ("custom", "exact") && is_checked && default
                || (mode, check, model.is_none()) == ("host-model", "partial", true) && case.world.arch == "s390x"
                || mode == "host-passthrough" && check == "none" && is_hosts_own(case)
        })
        .why("a guest for which no processor is asked for has QEMU's default of its machine"),
    added("cpu-default-mode", &["cpu/@mode", "cpu/@match"])
        .when(|case| nothing_named(case) && case.is(&["custom", "exact"]))
        .why("a processor of which neither mode nor model is asked for is QEMU's default of its machine"),
    added("cpu-default-model", &["cpu/model"])
        .when(|case| {
            let cpu = case.frames.get(1).and_then(|cpu| cpu.desired);
            cpu.is_none_or(|cpu| cpu.child("model").is_none() && cpu.attribute("mode").is_none())
                && is_default_model(case, case.element())
        })
        .why("a processor of which neither mode nor model is asked for is QEMU's default of its machine"),
    added("cpu-check", &["cpu/@check"])
        .when(|case| case.after == check(case))
        .why("libvirt writes how much of a processor it checks: none of one that is emulated or passed through"),
    changed("cpu-default-check", &["cpu/@check"])
        .when(|case| case.after == "none" && nothing_named(case))
        .why("the processor that QEMU gives where none is named is not checked"),
    added("cpu-migratable", &["cpu/@migratable"])
        .when(|case| {
            let passed = matches!(case.own("mode"), "host-passthrough" | "maximum");
            passed && case.world.is_x86() && (case.after == "on" || case.after == "off" && case.world.arch == "i686")
        })
        .why("a processor passed through is without what cannot be migrated, on x86"),
    added("cpu-numa-one-cell", &["cpu/numa"])
        .when(is_only_cell)
        .why("hot-plug of memory needs NUMA, so all of the guest is made one cell"),
    changed("cpu-numa-cell-takes-the-rest", &["cpu/numa/cell/@cpus"])
        .when(takes_the_rest)
        .why("processors that no NUMA cell names belong to the first"),
    added("cpu-numa-cell-has-the-rest", &["cpu/numa/cell/@cpus"])
        .when(takes_the_rest)
        .why("processors that no NUMA cell names belong to the first"),
    added("cpu-sve", &["cpu/feature"])
        .when(|case| {
            let asked = case.world.desired.child("cpu").into_iter().flat_map(|cpu| cpu.children_named("feature"));
            let vector = |feature: &Element| {
                let name = feature.attribute("name").unwrap_or_default();
                name.strip_prefix("sve").is_some_and(|bits| number(bits).is_some())
            };
            case.says(&[("policy", "require"), ("name", "sve")]) && asked.into_iter().any(vector)
        })
        .why("a length of SVE vectors needs SVE"),
    changed("cpu-live-mode", &["cpu/@mode"])
        .live()
        .when(|case| {
            let modes = (case.before, case.after);
            modes == ("host-model", "custom") || modes == ("maximum", "host-passthrough")
        })
        .why("a running guest shows the processor that host-model came to"),
    added("cpu-live-model", &["cpu/@match", "cpu/model", "cpu/vendor"])
        .live()
        .when(is_host_model)
        .why("a running guest shows the processor that host-model came to"),
    changed("cpu-live-model-text", &["cpu/model/text()", "cpu/model/@fallback", "cpu/@match"])
        .live()
        .when(is_host_model)
        .why("a running guest shows the processor that host-model came to"),
    changed("cpu-live-fallback", &["cpu/model/@fallback"])
        .live()
        .when(|case| (case.before, case.after) == ("allow", "forbid"))
        .why("a running guest has its processor, and no other in its place"),
    added("cpu-live-check", &["cpu/@check"])
        .live()
        .when(|case| case.after == "full" || case.after == "partial" && is_host_model(case))
        .why("a running guest's processor is checked in full, and one that host-model came to at least in part"),
    changed("cpu-live-check-full", &["cpu/@check"])
        .live()
        .when(|case| case.after == "full")
        .why("a running guest's processor is checked in full"),
    left_out("cpu-live-model-gone", &["cpu/model"])
        .live()
        .when(is_host_model)
        .why("a running guest shows the processor that host-model came to"),
    added("cpu-live-feature", &["cpu/feature"])
        .live()
        .when(|case| {
            let asked = case.frames.get(1).and_then(|cpu| cpu.desired).and_then(|cpu| cpu.attribute("mode"));
            let policy = ["require", "disable"].contains(&case.own("policy"));
            policy && case.element().attributes.len() == 2 && matches!(asked, Some("host-model" | "custom") | None)
        })
        .why("a running guest shows each feature that its processor has or lacks against the model"),
    changed("cpu-live-feature-policy", &["cpu/feature/@policy"])
        .live()
        .when(|case| {
            let unchecked = case.world.desired.value("cpu/@check") != Some("full");
            match (case.before, case.after) {
                ("optional", "require" | "disable") | ("force", "require") | ("forbid", "disable") => true,
                // QEMU starts without a feature that it cannot give.
                ("require" | "force", "disable") => unchecked,
                _ => false,
            }
        })
        .why("a running guest shows what became of a feature"),
];

/// Whether host-model was asked for, and the processor that stands there is one that it can be.
fn is_host_model(case: &Case) -> bool {
    let model = case.world.actual.value("cpu/model").unwrap_or_default();
    case.world.desired.value("cpu/@mode") == Some("host-model")
        && case.world.host.is_host_model(case.world.arch, model).unwrap_or(true)
}

/// Whether the machine's default is the processor of the host: on ARM and with Apple's hypervisor.
fn is_hosts_own(case: &Case) -> bool {
    let accelerated = matches!(case.world.desired.attribute("type"), Some("kvm" | "hvf"));
    accelerated
        && matches!(case.world.arch, "aarch64" | "armv7l" | "riscv64" | "loongarch64")
        && case.element().children.is_empty()
}
