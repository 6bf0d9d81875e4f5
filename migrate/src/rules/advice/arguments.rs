//! Arguments that are passed to QEMU past libvirt, and that newer QEMUs do not take: the guest does not start.

use domxml::{QemuArg, QemuCommandline};

use crate::rule::kinds::note;
use crate::rule::{Class, rule};

rules![
    rule("advice-set-device", Class::Advice)
        .summary("`-set device` among the arguments of QEMU")
        .doc(
            "libvirt describes devices to QEMU as JSON where QEMU is 6.2 or newer (libvirt 7.10.0), and `-set` does \
             not find those: QEMU does not start (`there is no device defined`). Since libvirt 8.2.0 `<qemu:override>` \
             sets the same properties.",
        )
        .finds(
            "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-set'/>\
             <qemu:arg value='device.hostdev0.x-igd-opregion=on'/></qemu:commandline>",
        )
        .row(note(|commandline: &QemuCommandline, _| {
            let set =
                commandline.args.windows(2).any(|pair| pair[0].value == "-set" && pair[1].value.starts_with("device."));
            set.then_some(
                "newer QEMU does not find the device that -set names, and does not start: set the property in \
                 <qemu:override> (libvirt 8.2.0)",
            )
        })),
    rule("advice-removed-argument", Class::Advice)
        .summary("an argument that QEMU has removed")
        .doc(
            "libvirt passes arguments of `<qemu:commandline>` on as they stand. QEMU removes arguments that others \
             took the place of, two releases after it said so, and does not start with what it does not know. Most of \
             them can be said in the definition itself.",
        )
        .finds(
            "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-redir'/>\
             <qemu:arg value='tcp:2222::22'/></qemu:commandline>",
        )
        .row(note(|argument: &QemuArg, _| {
            // QEMU takes two dashes for one.
            let name =
                argument.value.strip_prefix("--").map_or_else(|| argument.value.clone(), |name| format!("-{name}"));
            let removed = REMOVED.iter().find(|removed| removed.argument == name)?;
            let (major, minor) = removed.by;
            Some(format!("QEMU {major}.{minor} and newer do not know {name}, and do not start: {}", removed.way))
        })),
];

/// An argument that QEMU has removed.
struct Removed {
    argument: &'static str,
    /// The first QEMU without it.
    by: (u16, u16),
    /// What is said in its place.
    way: &'static str,
}

/// From QEMU's own record of what it removed: what stands for itself, and is no part of another argument.
static REMOVED: &[Removed] = &[
    Removed { argument: "-hdachs", by: (2, 12), way: "set <geometry> of the disk" },
    Removed { argument: "-no-kvm-pit", by: (2, 12), way: "leave it out, it did nothing" },
    Removed { argument: "-tdf", by: (2, 12), way: "set <timer name='pit' tickpolicy='delay'/>" },
    Removed { argument: "-no-kvm-irqchip", by: (3, 0), way: "set <ioapic driver='qemu'/> in <features>" },
    Removed { argument: "-no-kvm-pit-reinjection", by: (3, 0), way: "set <timer name='pit' tickpolicy='discard'/>" },
    Removed { argument: "-balloon", by: (3, 1), way: "set <memballoon>" },
    Removed { argument: "-bootp", by: (3, 1), way: "pass -netdev user,id=..,bootp=.. with a -device of it" },
    Removed {
        argument: "-redir",
        by: (3, 1),
        way: "set <portForward> of an interface with <backend type='passt'/>, or pass -netdev user,id=..,hostfwd=.. with a -device of it",
    },
    Removed { argument: "-smb", by: (3, 1), way: "pass -netdev user,id=..,smb=.. with a -device of it" },
    Removed { argument: "-tftp", by: (3, 1), way: "pass -netdev user,id=..,tftp=.. with a -device of it" },
    Removed { argument: "-localtime", by: (3, 1), way: "set <clock offset='localtime'/>" },
    Removed { argument: "-nodefconfig", by: (3, 1), way: "leave it out, libvirt passes what took its place" },
    Removed { argument: "-rtc-td-hack", by: (3, 1), way: "set <timer name='rtc' tickpolicy='catchup'/>" },
    Removed { argument: "-startdate", by: (3, 1), way: "set <clock offset='absolute' start=..>" },
    Removed { argument: "-no-kvm", by: (5, 2), way: "set type='qemu' of <domain>" },
    Removed { argument: "-realtime", by: (6, 0), way: "set <locked/> in <memoryBacking>" },
    Removed { argument: "-show-cursor", by: (6, 0), way: "pass -display ..,show-cursor=on" },
    Removed { argument: "-tb-size", by: (6, 0), way: "set <tcg><tb-cache> in <features>" },
    Removed { argument: "-no-quit", by: (7, 0), way: "pass -display ..,window-close=off" },
    Removed { argument: "-soundhw", by: (7, 1), way: "set <sound>" },
    Removed { argument: "-enable-fips", by: (7, 1), way: "leave it out, the host's libraries decide" },
    Removed { argument: "-writeconfig", by: (7, 1), way: "leave it out, nothing takes its place" },
    Removed { argument: "-watchdog", by: (7, 2), way: "set <watchdog>" },
    Removed { argument: "-no-hpet", by: (9, 0), way: "set <timer name='hpet' present='no'/>" },
    Removed { argument: "-no-acpi", by: (9, 0), way: "leave out <acpi/> in <features>" },
    Removed { argument: "-chroot", by: (9, 0), way: "pass -run-with chroot=.." },
    Removed { argument: "-singlestep", by: (9, 0), way: "pass -accel tcg,one-insn-per-tb=on" },
    Removed { argument: "-async-teardown", by: (9, 0), way: "set <async-teardown enabled='yes'/> in <features>" },
];
