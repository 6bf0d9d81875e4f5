//! Devices of the host, TPMs, panic notification, watchdogs and IOMMUs.

use domxml::{
    Address, AddressType, ArchName, Devices, Hostdev, HostdevMode, HostdevSubsystem, HostdevSubsystemMdevModel as Mdev,
    Input, Iommu, IommuModel, OnOff, Panic, PanicModel, Tpm, TpmBackendType, TpmModel, TpmVersion, VirtioModel,
    Watchdog, WatchdogAction, WatchdogModel, each,
};

use super::refused;
use crate::options::Driver;
use crate::rule::board::{Board, is_power, is_s390};
use crate::rule::kinds::{check, refuse_if};
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};

rules![
    rule("qemu-hostdev-conflict", Class::Conflict)
        .summary("a device of the host that only containers have, booting from one that cannot be booted, or showing one without a display")
        .doc(
            "Capabilities of the host (`mode='capabilities'`) are given to containers. A guest does not boot from a vhost \
             SCSI device or a mediated device of the model `vfio-ap`. What a mediated device draws \
             (`display='on'`) needs a display on which it is shown, and one such device alone \
             has a framebuffer before its driver runs (`ramfb`).",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi_host' managed='no'><source protocol='vhost' wwpn='naa.5123456789abcde0'/>\
             <boot order='1'/></hostdev></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='mdev' model='vfio-pci' display='on'><source>\
             <address uuid='8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5aa'/></source></hostdev></devices>",
        )
        .finds("<devices><hostdev mode='capabilities' type='misc'><source><char>/dev/input/event3</char></source></hostdev></devices>")
        .row(refuse_if(NO_CONTAINER, |hostdev: &Hostdev, _| matches!(hostdev.mode, HostdevMode::Capabilities(_))).driver(Driver::Qemu))
        .row(
            refused(|hostdev: &Hostdev, _| {
                let HostdevMode::Subsystem(subsystem) = &hostdev.mode else { return None };
                let what = match &subsystem.type_ {
                    HostdevSubsystem::ScsiHost(_) => "a vhost SCSI device",
                    HostdevSubsystem::Mdev(mdev) if mdev.model == Mdev::VfioAp => "a mediated device of the model vfio-ap",
                    _ => return None,
                };
                hostdev.boot.is_some().then(|| format!("a guest does not boot from {what}: leave out <boot>"))
            })
            .at(|hostdev| hostdev.boot.as_ref().map_or(&hostdev.xml, |boot| &boot.xml)),
        )
        .row(refused(|hostdev: &Hostdev, scope| {
            let HostdevMode::Subsystem(subsystem) = &hostdev.mode else { return None };
            let HostdevSubsystem::Mdev(mdev) = &subsystem.type_ else { return None };
            (matches!(mdev.model, Mdev::VfioCcw | Mdev::VfioAp) && !is_s390(scope.arch))
                .then(|| "only s390 guests have devices of CCW and AP: set model='vfio-pci'".to_owned())
        }))
        .finds(
            "<devices><graphics type='vnc'/><hostdev mode='subsystem' type='mdev' model='vfio-pci' display='on' ramfb='on'><source>\
             <address uuid='8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5aa'/></source></hostdev>\
             <hostdev mode='subsystem' type='mdev' model='vfio-pci' display='on' ramfb='on'><source>\
             <address uuid='8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5ab'/></source></hostdev></devices>",
        )
        .row(check(second_framebuffer))
        .row(refused(|hostdev: &Hostdev, scope| {
            let HostdevMode::Subsystem(subsystem) = &hostdev.mode else { return None };
            let display = match &subsystem.type_ {
                HostdevSubsystem::Mdev(mdev) => mdev.display,
                HostdevSubsystem::Pci(pci) => pci.display,
                _ => None,
            };
            (display == Some(OnOff::On) && !scope.graphics)
                .then(|| "display='on' needs a display to be shown on: add <graphics>, or set display='off'".to_owned())
        })),
    rule("qemu-tpm-conflict", Class::Conflict)
        .summary("a TPM that the machine cannot have")
        .doc(
            "`tpm-crb` is of x86, `tpm-tis` of x86, ARM, RISC-V and LoongArch, `tpm-spapr` and `spapr-tpm-proxy` of \
             Power; s390 has none. TPM 1.2 is of `tpm-tis` on x86 alone. A proxy passes a device of the host through, \
             and beside it there is one TPM.",
        )
        .finds("<devices><tpm model='tpm-crb'><backend type='emulator' version='1.2'/></tpm></devices>")
        .finds(
            "<os><type arch='aarch64' machine='virt'>hvm</type></os><devices><tpm model='tpm-tis'>\
             <backend type='emulator' version='1.2'/></tpm></devices>",
        )
        .finds("<os><type arch='aarch64' machine='virt'>hvm</type></os><devices><tpm model='tpm-crb'><backend type='emulator'/></tpm></devices>")
        .finds(
            "<devices><tpm model='tpm-tis'><backend type='emulator'/></tpm><tpm model='tpm-tis'><backend type='emulator'/></tpm></devices>",
        )
        .row(refused(|tpm: &Tpm, scope| tpm_objection(tpm, scope).map(str::to_owned)))
        .row(check(second_tpm).driver(Driver::Qemu)),
    rule("qemu-panic-conflict", Class::Conflict)
        .summary("a panic notifier that the machine cannot have")
        .doc(
            "`isa` and `hyperv` are of x86, `pseries` and `s390` of those machines, `pvpanic` of machines with PCI but \
             s390. `isa` has an ISA address, `pvpanic` one of PCI, the others none. RISC-V, LoongArch and other boards \
             have no notifier unless a model is named.",
        )
        .finds("<devices><panic model='s390'/></devices>")
        .finds("<devices><panic model='pvpanic'><address type='isa' iobase='0x505'/></panic></devices>")
        .finds("<os><type arch='riscv64' machine='virt'>hvm</type></os><devices><panic/></devices>")
        .row(refused(|panic: &Panic, scope| panic_model(panic, scope).map(str::to_owned)))
        .row(
            refused(|panic: &Panic, scope| panic_address(panic, scope).map(str::to_owned))
                .at(|panic| panic.address.as_deref().map_or(&panic.xml, |address| &address.xml)),
        ),
    rule("qemu-watchdog-conflict", Class::Conflict)
        .summary("a watchdog that the machine does not have, or not beside another")
        .doc(
            "`itco` is part of q35, `ib700` of pc, `diag288` of s390, each of them once; `i6300esb` is a PCI device. \
             Where there are several (libvirt 9.1.0), QEMU does the same for each that runs out.",
        )
        .finds("<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><watchdog model='ib700'/></devices>")
        .finds("<devices><watchdog model='itco'/></devices>")
        .finds("<os><type arch='s390x'>hvm</type></os><devices><watchdog model='diag288'/><watchdog model='diag288'/></devices>")
        .finds("<devices><watchdog model='i6300esb' action='reset'/><watchdog model='ib700' action='poweroff'/></devices>")
        .row(refused(|watchdog: &Watchdog, scope| {
            let (has, whose) = match watchdog.model {
                WatchdogModel::Itco => (scope.board == Board::Q35, "q35 has an itco"),
                WatchdogModel::Ib700 => (scope.board == Board::I440fx, "pc has an ib700"),
                WatchdogModel::Diag288 => (is_s390(scope.arch), "s390 guests have a diag288"),
                WatchdogModel::I6300esb => (!scope.board.lacks_pci(), "machines with PCI have an i6300esb"),
                _ => return None,
            };
            (!has).then(|| format!("only {whose}: choose another model, or leave out the watchdog"))
        }))
        .row(
            refused(|watchdog: &Watchdog, _| {
                let address = &watchdog.address.as_deref()?.type_;
                let elsewhere = !matches!(address, AddressType::Pci(_) | AddressType::Unassigned | AddressType::Ccw(_));
                match watchdog.model {
                    WatchdogModel::I6300esb => {
                        elsewhere.then(|| "an i6300esb is on PCI: leave out the address".to_owned())
                    }
                    WatchdogModel::Itco | WatchdogModel::Ib700 | WatchdogModel::Diag288 => {
                        Some("a watchdog of this model has no address: leave it out".to_owned())
                    }
                    _ => None,
                }
            })
            .at(|watchdog| watchdog.address.as_deref().map_or(&watchdog.xml, |address| &address.xml)),
        )
        .row(check(several_watchdogs).driver(Driver::Qemu)),
    rule("qemu-iommu-conflict", Class::Conflict)
        .summary("an IOMMU that the machine does not have")
        .doc(
            "`intel` and `amd` are of q35, `smmuv3` of the `virt` board of ARM, `virtio` of both, and that needs ACPI.",
        )
        .finds("<devices><iommu model='intel'/></devices>")
        .finds("<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><iommu model='virtio'/></devices>")
        .row(refused(|iommu: &Iommu, scope| {
            let (q35, arm) = (scope.board == Board::Q35, scope.board == Board::ArmVirt);
            match iommu.model {
                IommuModel::Intel | IommuModel::Amd if !q35 => {
                    Some("only q35 has an IOMMU of this model: set machine='q35', or leave it out")
                }
                IommuModel::Smmuv3 if !arm => {
                    Some("only the virt machine of ARM has an IOMMU of this model: leave it out")
                }
                IommuModel::Virtio if !q35 && !arm => {
                    Some("only q35 and the virt machine of ARM have a virtio IOMMU: leave it out")
                }
                IommuModel::Virtio if !scope.acpi => Some("a virtio IOMMU needs ACPI: add <acpi/> to <features>"),
                _ => None,
            }
            .map(str::to_owned)
        })),
    rule("qemu-input-model-conflict", Class::Conflict)
        .summary("a transitional model of an input device")
        .doc("Input devices of virtio are modern ones alone; the QEMU driver refuses the transitional and non-transitional models.")
        .finds(
            "<devices><input type='passthrough' bus='virtio' model='virtio-transitional'><source evdev='/dev/input/event1'/></input></devices>",
        )
        .row(refused(|input: &Input, _| {
            let transitional = matches!(input.model, Some(VirtioModel::VirtioTransitional | VirtioModel::VirtioNonTransitional));
            transitional.then(|| "QEMU has no input device of this model: leave out model, or set model='virtio'".to_owned())
        })),
    rule("qemu-spapr-vio-conflict", Class::Conflict)
        .summary("addresses of the virtual bus of pseries that are taken or too great")
        .doc("The addresses (`reg`) of spapr-vio have 32 bits, and each is of one device.")
        .finds(
            "<os><type arch='ppc64' machine='pseries'>hvm</type></os><devices>\
             <serial type='pty'><address type='spapr-vio' reg='0x100000000'/></serial></devices>",
        )
        .finds(
            "<os><type arch='ppc64' machine='pseries'>hvm</type></os><devices>\
             <controller type='scsi' index='0'><address type='spapr-vio' reg='0x4000'/></controller>\
             <controller type='scsi' index='1'><address type='spapr-vio' reg='0x4000'/></controller></devices>",
        )
        .row(refused(|address: &Address, _| match &address.type_ {
            AddressType::SpaprVio(vio) if vio.reg.is_some_and(|reg| reg.0 > u64::from(u32::MAX)) => {
                Some("an address of spapr-vio has 32 bits: choose one up to 0xffffffff, or leave out reg".to_owned())
            }
            _ => None,
        }))
        .row(check(registers).driver(Driver::Qemu)),
];

const NO_CONTAINER: &str = "only containers have capabilities of the host: set mode='subsystem'";

fn second_framebuffer(devices: &Devices, cx: &mut Context<'_>) {
    let has_one = |hostdev: &&Hostdev| {
        let HostdevMode::Subsystem(subsystem) = &hostdev.mode else { return false };
        matches!(&subsystem.type_, HostdevSubsystem::Mdev(mdev) if mdev.ramfb == Some(OnOff::On))
    };
    for second in devices.hostdevs.iter().filter(has_one).skip(1) {
        cx.error(&second.xml, "one device alone shows a framebuffer before its driver runs: set ramfb='off'");
    }
}

fn second_tpm(devices: &Devices, cx: &mut Context<'_>) {
    let proxy = |tpm: &&Tpm| tpm.model == Some(TpmModel::SpaprTpmProxy);
    let (proxies, others): (Vec<&Tpm>, Vec<&Tpm>) = devices.tpms.iter().partition(proxy);
    for second in [proxies.get(1), others.get(1)].into_iter().flatten() {
        cx.error(&second.xml, "a guest has one TPM, and on Power one proxy beside it: leave this one out");
    }
}

fn tpm_objection(tpm: &Tpm, scope: &Scope) -> Option<&'static str> {
    let power = is_power(scope.arch);
    let emulated = matches!(tpm.backend.type_, TpmBackendType::Emulator(_));
    let model = tpm.model.unwrap_or(if power { TpmModel::TpmSpapr } else { TpmModel::TpmTis });
    if is_s390(scope.arch) || scope.arch == Some(ArchName::Ppc) {
        return Some("guests of this architecture have no TPM: leave it out");
    }
    if emulated && tpm.backend.version == Some(TpmVersion::Tpm12) {
        if model != TpmModel::TpmTis {
            return Some("this model is TPM 2.0 alone: set version='2.0', or model='tpm-tis' on x86");
        }
        if !scope.is_x86() {
            return Some("TPM 1.2 is of x86 guests alone: set version='2.0'");
        }
    }
    match model {
        TpmModel::TpmCrb if !scope.is_x86() => Some(if power {
            "only x86 guests have tpm-crb: set model='tpm-spapr'"
        } else {
            "only x86 guests have tpm-crb: set model='tpm-tis'"
        }),
        TpmModel::TpmTis if power => Some("Power guests have no tpm-tis: set model='tpm-spapr'"),
        TpmModel::TpmSpapr | TpmModel::SpaprTpmProxy if !power => {
            Some("only Power guests have a TPM of this model: set model='tpm-tis'")
        }
        TpmModel::SpaprTpmProxy if !matches!(tpm.backend.type_, TpmBackendType::Passthrough(_)) => {
            Some("a proxy passes a TPM of the host through: set <backend type='passthrough'>")
        }
        _ => None,
    }
}

/// The model that is named, else that of the board.
fn model(panic: &Panic, scope: &Scope) -> Option<PanicModel> {
    panic.model.or(match scope.board {
        _ if scope.is_x86() => Some(PanicModel::Isa),
        Board::Pseries => Some(PanicModel::Pseries),
        Board::S390Ccw => Some(PanicModel::S390),
        Board::ArmVirt => Some(PanicModel::Pvpanic),
        _ => None,
    })
}

fn panic_model(panic: &Panic, scope: &Scope) -> Option<&'static str> {
    match model(panic, scope) {
        None => {
            Some("this machine has no panic notifier of its own: name a model, as model='pvpanic', or leave it out")
        }
        Some(PanicModel::Isa | PanicModel::Hyperv) if !scope.is_x86() => {
            Some("only x86 guests have a panic notifier of this model: leave out model")
        }
        Some(PanicModel::Pseries) if scope.board != Board::Pseries => {
            Some("only pseries machines have a panic notifier of this model: leave out model")
        }
        Some(PanicModel::S390) if !is_s390(scope.arch) => {
            Some("only s390 guests have a panic notifier of this model: leave out model")
        }
        Some(PanicModel::Pvpanic) if is_s390(scope.arch) => Some("s390 guests have no pvpanic: set model='s390'"),
        Some(PanicModel::Pvpanic) if scope.board.lacks_pci() => {
            Some("this machine has no PCI for pvpanic: leave it out")
        }
        _ => None,
    }
}

fn panic_address(panic: &Panic, scope: &Scope) -> Option<&'static str> {
    // What is wrong with the model is said of that.
    if panic_model(panic, scope).is_some() {
        return None;
    }
    let address = &panic.address.as_deref()?.type_;
    match model(panic, scope)? {
        PanicModel::Isa => (!matches!(address, AddressType::Isa(_)))
            .then_some("this panic notifier has an ISA address: set type='isa'"),
        PanicModel::Pvpanic => (!matches!(address, AddressType::Pci(_)))
            .then_some("pvpanic has a PCI address: set type='pci', or leave out the address"),
        PanicModel::Pseries | PanicModel::Hyperv | PanicModel::S390 => {
            Some("a panic notifier of this model has no address: leave it out")
        }
        _ => None,
    }
}

/// Only `i6300esb` can be there twice, and QEMU has one action for all.
fn several_watchdogs(devices: &Devices, cx: &mut Context<'_>) {
    let action = |watchdog: &Watchdog| watchdog.action.unwrap_or(WatchdogAction::Reset);
    for (index, watchdog) in devices.watchdogs.iter().enumerate() {
        let before = &devices.watchdogs[..index];
        if watchdog.model != WatchdogModel::I6300esb && before.iter().any(|other| other.model == watchdog.model) {
            cx.error(&watchdog.xml, "there is a watchdog of this model already: leave this one out");
        } else if before.first().is_some_and(|first| action(first) != action(watchdog)) {
            cx.error(&watchdog.xml, "all watchdogs of a guest do the same: set action to that of the first one");
        }
    }
}

fn registers(devices: &Devices, cx: &mut Context<'_>) {
    // The first console is the first serial port: both stand at one place.
    let twin = devices.consoles.first().and_then(|console| console.address.as_deref());
    let mut seen = std::collections::BTreeSet::new();
    each(devices, |address: &Address| {
        if let AddressType::SpaprVio(vio) = &address.type_
            && twin.is_none_or(|twin| !std::ptr::eq(twin, address))
            && let Some(reg) = vio.reg
            && !seen.insert(reg)
        {
            cx.error(
                &address.xml,
                format!("another device is at {:#x} already: choose another address, or leave out reg", reg.0),
            );
        }
    });
}
