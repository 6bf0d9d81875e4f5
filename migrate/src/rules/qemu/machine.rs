//! Machine types, the emulators that have them, and their firmware.

use domxml::{ArchName, Os, OsFirmware, OsType};

use super::refused;
use crate::machine::Machine;
use crate::rule::asks::kept_value;
use crate::rule::board::{is_power, is_s390, is_x86};
use crate::rule::scope::Scope;
use crate::rule::{Class, rule};

rules![
    rule("qemu-machine-conflict", Class::Conflict)
        .summary("a machine type that QEMU never had, or of another architecture")
        .doc("`pc-q35` and `pc-i440fx` are but the beginnings of names: a machine type is `q35` or `pc`, or one with its version.")
        .finds("<os><type arch='x86_64' machine='pc-q35'>hvm</type></os>")
        .finds("<os><type arch='aarch64' machine='virt-'>hvm</type></os>")
        .finds("<os><type arch='x86_64' machine='virt'>hvm</type></os>")
        .finds("<os><type arch='x86_64' machine='i440fx'>hvm</type></os>")
        .row(refused(|type_: &OsType, _| {
            let machine = type_.machine.as_deref()?;
            let stem = machine.trim_end_matches('-');
            let alias = match stem {
                "pc-q35" => "q35",
                "pc-i440fx" => "pc",
                _ if stem.len() < machine.len() => stem,
                _ => return None,
            };
            Some(format!("there is no machine type {machine}: it is {alias}, or {stem}- and a version"))
        }))
        .row(refused(|type_: &OsType, scope| {
            let machine = type_.machine.as_deref()?;
            let (whose, arches) = architectures(machine)?;
            let arch = scope.arch.filter(|arch| !arches.contains(arch))?;
            let own = arches.first()?.as_str();
            Some(format!("the machine type {machine} is of {whose}: set arch='{own}', or a machine of {}", arch.as_str()))
        }))
        .row(refused(|type_: &OsType, _| {
            let machine = type_.machine.as_deref().filter(|_| type_.arch.is_some() && is_x86(type_.arch))?;
            let is_other = OTHERS.iter().any(|start| machine.starts_with(start));
            let is_known = machine.is_empty() || is_other || architectures(machine).is_some();
            (!is_known).then(|| format!("QEMU has no machine type {machine} of x86: set machine='q35' or 'pc', or one with its version"))
        })),
    rule("qemu-emulator-conflict", Class::Conflict)
        .summary("an emulator of another architecture")
        .doc(
            "An emulator `qemu-system-..` is called after the architecture of its guests. That of x86_64 also runs \
             i686, that of aarch64 armv7l, that of ppc64 ppc64le; the QEMU driver refuses another architecture. Where none \
             is said the guest has that of the host, so that `qemu-system-i386` needs it said.",
        )
        .finds("<os><type arch='x86_64'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-i386</emulator></devices>")
        .finds("<os><type>hvm</type></os><devices><emulator>/usr/bin/qemu-system-i386</emulator></devices>")
        .row(refused(|type_: &OsType, scope| {
            let emulator = scope.emulator.as_deref()?.rsplit('/').next()?;
            let own = emulated(emulator.strip_prefix("qemu-system-")?)?;
            // Where none is said it is that of the host, which is no longer of 32 bits.
            let arch = type_.arch.map_or_else(|| own[0].replace("i686", "x86_64"), |arch| arch.as_str().to_owned());
            // Where the machine does not fit either, it is the architecture that is wrong.
            let (_, of_machine) = type_.machine.as_deref().and_then(architectures).unwrap_or_default();
            let machine = of_machine.is_empty() || of_machine.iter().any(|known| known.as_str() == arch);
            (machine && !own.contains(&arch.as_str())).then(|| {
                format!("{emulator} runs no {arch}: set arch='{}', or name the emulator of {arch} or none", own[0])
            })
        })),
    rule("qemu-firmware-conflict", Class::Conflict)
        .summary("firmware that the architecture does not have")
        .doc(
            "There is no UEFI firmware of QEMU for Power and s390, and a BIOS to choose with x86 alone. Features of \
             the firmware (`<os><firmware>`) are looked for where libvirt chooses it: with the attribute `firmware` of \
             `<os>`.",
        )
        .finds("<os firmware='efi'><type arch='s390x'>hvm</type></os>")
        .finds("<os><type arch='x86_64'>hvm</type><firmware><feature enabled='no' name='secure-boot'/></firmware></os>")
        .row(refused(|os: &Os, scope| chosen(os, scope).map(str::to_owned)))
        .row(
            refused(|os: &Os, _| {
                let features = os.firmware_features.as_ref()?;
                (os.firmware.is_none() && kept_value(&os.xml, "firmware").is_none() && !features.features.is_empty())
                    .then(|| "libvirt looks for features where it chooses the firmware: set firmware='efi' of <os>, or leave them out".to_owned())
            })
            .at(|os| os.firmware_features.as_ref().map_or(&os.xml, |features| &features.xml)),
        ),
];

/// Whose a machine type is, and the architectures of guests that have it; none where that is not known.
fn architectures(machine: &str) -> Option<(&'static str, &'static [ArchName])> {
    use ArchName::{
        Aarch64, Armv6l, Armv7l, I686, Loongarch64, M68k, Ppc, Ppc64, Ppc64le, Riscv32, Riscv64, S390, S390x, X86_64,
    };
    Some(match Machine::new(machine).family {
        "pc" | "q35" | "isapc" | "microvm" | "xenfv" | "xenfv-4.2" | "xenpv" => ("x86", &[X86_64, I686]),
        "virt" => ("ARM, RISC-V and LoongArch", &[Aarch64, Armv7l, Armv6l, Riscv64, Riscv32, Loongarch64, M68k]),
        "versatilepb" | "versatileab" | "vexpress-a9" | "vexpress-a15" | "realview-eb" | "realview-pb-a8" => {
            ("ARM", &[Armv7l, Armv6l, Aarch64])
        }
        "g3beige" | "mac99" => ("Power", &[Ppc, Ppc64]),
        "pseries" | "powernv" | "powernv8" | "powernv9" | "powernv10" => ("Power", &[Ppc64, Ppc64le]),
        "s390-ccw-virtio" => ("s390", &[S390x, S390]),
        _ => return None,
    })
}

/// The architectures that an emulator runs, by the end of its name; none where that is not known.
fn emulated(name: &str) -> Option<Vec<&'static str>> {
    Some(match name {
        "i386" => vec!["i686"],
        "x86_64" => vec!["x86_64", "i686"],
        "aarch64" => vec!["aarch64", "armv7l"],
        "arm" => vec!["armv7l", "armv6l"],
        "ppc64" => vec!["ppc64", "ppc64le"],
        _ => vec![name.parse::<ArchName>().ok()?.as_str()],
    })
}

/// What other machine types of x86 begin with that QEMU or a distribution has or had.
const OTHERS: [&str; 5] = ["ubuntu", "fedora", "nitro", "x-remote", "none"];

fn chosen(os: &Os, scope: &Scope) -> Option<&'static str> {
    match os.firmware? {
        OsFirmware::Efi if is_power(scope.arch) || is_s390(scope.arch) => {
            Some("guests of this architecture have no UEFI firmware: leave out firmware")
        }
        OsFirmware::Bios if !is_x86(scope.arch) => Some("only x86 guests have a BIOS to choose: leave out firmware"),
        _ => None,
    }
}
