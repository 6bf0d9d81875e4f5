//! Identity, machine, emulator, memory, features.

use crate::drift::allowance::{Allowance, Case, added, changed, left_out};
use crate::drift::tree::{Element, whole};
use crate::machine::{Machine, default_family};

/// The memory modules of a document, in KiB.
pub(super) fn modules(domain: &Element) -> u64 {
    let devices = domain.child("devices").into_iter().flat_map(|devices| devices.children_named("memory"));
    devices.filter_map(|module| module.at("target/size")?.kib()).fold(0, u64::saturating_add)
}

/// The NUMA cells of a document, in KiB; none where there are none.
fn cells(domain: &Element) -> Option<u64> {
    let cells = domain.at("cpu/numa")?.children_named("cell");
    let size = |cell: &Element| cell.attribute("memory").and_then(whole).unwrap_or(0);
    Some(cells.map(size).fold(0, u64::saturating_add))
}

/// Whether a path is that of an emulator of this architecture, where distributions have it.
fn is_emulator(path: &str, arch: &str) -> bool {
    let Some((directory, name)) = path.rsplit_once('/') else { return false };
    let known = ["/usr/bin", "/usr/libexec", "/run/libvirt/nix-emulators", "/run/current-system/sw/bin"];
    let own = match arch {
        "i686" => ["qemu-system-i386", "qemu-system-x86_64"].contains(&name),
        "armv7l" | "armv6l" => ["qemu-system-arm", "qemu-system-aarch64"].contains(&name),
        "ppc64le" => name == "qemu-system-ppc64",
        _ => name.strip_prefix("qemu-system-") == Some(arch),
    };
    known.contains(&directory) && (own || ["qemu-kvm", "kvm"].contains(&name))
}

pub(super) static ROWS: &[Allowance] = &[
    added("uuid-made", &["uuid"]).why("a domain without a UUID is given one"),
    added("genid-made", &["genid/text()"]).why("an empty generation identifier is filled in"),
    added("arch-of-host", &["os/type/@arch"])
        .when(|case| {
            let emulator = case.world.desired.value("devices/emulator").unwrap_or_default();
            emulator.is_empty() || is_emulator(emulator, case.after) || !emulator.contains("qemu-system-")
        })
        .why("a guest without an architecture has that of the host"),
    added("machine-default", &["os/type/@machine"])
        .when(|case| default_family(case.world.arch) == Machine::new(case.after).family)
        .why("a guest without a machine type has the default of its architecture"),
    changed("machine-alias", &["os/type/@machine"])
        .when(|case| {
            let (before, after) = (Machine::new(case.before), Machine::new(case.after));
            match case.world.host.machine(case.world.arch, case.before) {
                Some(known) => case.after == known,
                None => before.is_alias() && before.family == after.family && !after.is_alias(),
            }
        })
        .why("the name of a family of machines stands for its newest version when the domain is defined"),
    added("emulator-found", &["devices/emulator"])
        .when(|case| {
            let path = &case.element().text;
            let has = case.world.host.has_emulator(case.world.arch, path);
            has.unwrap_or_else(|| is_emulator(path, case.world.arch)) && case.element().attributes.is_empty()
        })
        .why("a guest without an emulator has the one that the host has for its architecture"),
    changed("memory-total", &["memory/text()"])
        .when(|case| {
            let cells = cells(case.world.actual);
            let total = cells.map(|cells| cells.saturating_add(modules(case.world.actual)));
            total.is_some() && whole(case.after) == total
        })
        .why("the memory of a guest with NUMA is the sum of its cells and memory modules"),
    changed("memory-current-at-most", &["currentMemory/text()"])
        .when(|case| {
            let total = case.world.actual.value("memory").unwrap_or_default();
            case.after == total && whole(case.before) >= whole(total)
        })
        .why("the current memory is at most the memory"),
    changed("memory-current-follows", &["currentMemory/text()"])
        .when(|case| {
            let total = |domain: &Element| domain.child("memory").and_then(Element::kib);
            let (before, after) = (total(case.world.desired), total(case.world.actual));
            before.is_some() && whole(case.before) == before && whole(case.after) == after
        })
        .why("a guest for which no current memory is asked for has all of its memory, modules included"),
    changed("memory-module-rounded", &["devices/memory/target/size/text()"])
        .when(|case| {
            let step = 256 * 1024;
            let (Some(before), Some(after)) = (whole(case.before), whole(case.after)) else { return false };
            // A non-volatile module keeps its label beside what is rounded down.
            let label = case.device().at("target/label/size").and_then(Element::kib).unwrap_or(0);
            let rounded = if label > 0 {
                (before.saturating_sub(label) / step) * step + label
            } else {
                before.div_ceil(step) * step
            };
            case.world.is(&["pseries"]) && after == rounded
        })
        .why("memory modules of pseries are multiples of 256 MiB"),
    added("memory-module-node", &["devices/memory/target/node"])
        .when(|case| case.element().text == "0" && case.element().attributes.is_empty())
        .why("a memory module without a NUMA cell is in the first"),
    added("features-around", &["features"])
        .covers(&[])
        .when(|case| !case.element().children.is_empty())
        .why("a feature that the driver adds stands in <features>"),
    added("features-gic", &["features/gic"])
        .when(|case| has_gic(case) && case.element().attributes.len() == 1 && is_gic(case, case.own("version")))
        .why("a virt machine of ARM has the interrupt controller that the host can give it"),
    added("features-gic-version", &["features/gic/@version"])
        .when(|case| has_gic(case) && is_gic(case, case.after))
        .why("a virt machine of ARM has the interrupt controller that the host can give it"),
    added("features-smm", &["features/smm"])
        .when(|case| {
            let secure = case.world.actual.value("os/loader/@secure") == Some("yes");
            case.says(&[("state", "on")]) && secure && case.world.is(&["q35"])
        })
        .why("a firmware with secure boot needs SMM"),
    added("features-ioapic", &["features/ioapic"])
        .when(|case| {
            let iommu = case.world.devices("iommu").any(|own| own.value("driver/@intremap") == Some("on"));
            case.says(&[("driver", "qemu")]) && iommu
        })
        .why("interrupt remapping needs the I/O APIC of QEMU"),
    added("features-async-teardown", &["features/async-teardown/@enabled"])
        .when(|case| case.after == "yes")
        .why("memory is given back in the background where the feature is named"),
    left_out("features-acpi-without", &["features", "features/acpi"])
        .when(|case| {
            let only = case.element().name == "acpi" || case.element().children.iter().all(|own| own.name == "acpi");
            only && matches!(case.world.arch, "s390x" | "s390")
        })
        .why("a machine of s390 has no ACPI, and libvirt drops the wish"),
    added("seclabel-model", &["seclabel/@model"])
        .when(|case| case.is(&["selinux", "apparmor", "dac", "none"]))
        .why("a security label without a model is of the host's security driver"),
    added("seclabel-none", &["seclabel"])
        .when(|case| {
            let asked = case.world.desired.children_named("seclabel").any(|own| own.attribute("model").is_none());
            asked && case.says(&[("type", "none"), ("model", "none")])
        })
        .why("a host without a security driver gives no label"),
    left_out("seclabel-none-instead", &["seclabel"])
        .when(|case| {
            let mut stands = case.world.actual.children_named("seclabel");
            case.element().attribute("model").is_none() && stands.any(|own| own.attribute("model") == Some("none"))
        })
        .why("a host without a security driver gives no label"),
];

/// Which interrupt controller a guest can be given: the second version where QEMU emulates it.
fn is_gic(case: &Case, version: &str) -> bool {
    let emulated = case.world.desired.attribute("type") == Some("qemu");
    version == "2" || !emulated && ["3", "host"].contains(&version)
}

fn has_gic(case: &Case) -> bool {
    matches!(case.world.arch, "aarch64" | "armv7l") && case.world.is(&["virt"])
}
