//! Features that a machine type does not have.

use domxml::{
    ArchName, Console, ConsoleTargetType, Domain, FeatureAia, FeatureApic, FeatureGic, FeatureHpt, FeatureHyperv,
    FeatureIbs, FeatureIoapic, FeatureSmm, FeatureTcg, Features, OnOff, Os, OsBios, SmmTseg, YesNo, scalar,
};

use super::{refused, refused_in, refused_where};
use crate::options::Driver;
use crate::rule::asks::is_bare;
use crate::rule::board::{Board, is_power, is_power64, is_s390};
use crate::rule::kinds::{KIB, check, refuse_in};
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};

const PSERIES: &str = "only pseries machines have this feature: leave it out";
const WHOLE_MIB: &str = "the cache of TCG is in whole MiB: set unit='MiB', or a multiple of 1024 KiB";
const X86: &str = "only x86 guests have this feature: leave it out";

rules![
    rule("qemu-acpi-conflict", Class::Conflict)
        .summary("ACPI where the machine has none, or not without UEFI")
        .doc(
            "ACPI tables are of x86 machines and of the `virt` boards of ARM, RISC-V and LoongArch; the QEMU driver \
             refuses `<acpi/>` for any other machine. On aarch64 they are found by UEFI firmware alone, and on x86 \
             UEFI firmware does not do without them.",
        )
        .finds("<os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os><features><acpi/></features>")
        .finds("<os><type arch='aarch64' machine='virt'>hvm</type></os><features><acpi/></features>")
        .finds("<os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os>")
        .row(refused(|features: &Features, scope| {
            (features.acpi && !scope.board.has_acpi(scope.arch)).then(|| {
                format!("{} has no ACPI: leave out <acpi/>", machine(scope))
            })
        }))
        .row(refused(|features: &Features, scope| {
            (features.acpi && scope.arch == Some(ArchName::Aarch64) && scope.board.has_acpi(scope.arch) && !scope.uefi)
                .then(|| "ACPI needs UEFI firmware on aarch64: ask for firmware='efi' in <os>, or leave out <acpi/>".to_owned())
        }))
        .row(refused_where::<Os>(
            |scope| scope.uefi && scope.is_x86() && scope.is_hvm() && !scope.acpi,
            "UEFI firmware needs ACPI on x86: add <acpi/> to <features>",
        )),
    rule("qemu-feature-conflict", Class::Conflict)
        .summary("a feature that the machine does not have")
        .doc(
            "Some features are of one architecture or machine: `gic`, `ras` of the `virt` board of ARM, `aia` of that \
             of RISC-V, `hpt`, `htm`, `nested-hv`, `ccf-assist`, `cfpc`, `sbbc` and `ibs` of pseries, `ioapic`, \
             `pvspinlock` and the end of interrupt of `apic` of x86, `vmport` and `ps2` of PCs, `hyperv` of x86 and of \
             the `virt` board of ARM. `pmu` is always on with ppc64, and `vmcoreinfo` is not there with Power and \
             s390. The QEMU driver refuses them elsewhere, and a cache of TCG that is not in whole MiB.",
        )
        .finds("<features><gic version='3'/></features>")
        .finds("<features><hpt resizing='enabled'/></features>")
        .finds("<os><type arch='s390x'>hvm</type></os><features><pvspinlock state='on'/></features>")
        .finds("<os><type arch='ppc64'>hvm</type></os><features><pmu state='off'/></features>")
        .row(refused_where::<FeatureGic>(is_not_arm_virt, "only the virt machine of ARM has a GIC to choose: leave out <gic/>"))
        .row(refused_in(Features::RAS, is_not_arm_virt, "only the virt machine of ARM has this feature: leave it out"))
        .row(refused(|features: &Features, scope| {
            (features.virtualization && scope.board != Board::ArmVirt)
                .then(|| "only the virt machine of ARM has the feature <virtualization/>: leave it out".to_owned())
        }))
        .row(refused_where::<FeatureAia>(
            |scope| scope.board != Board::RiscvVirt,
            "only the virt machine of RISC-V has this feature: leave it out",
        ))
        // Of which nothing is said it asks for nothing.
        .row(refused(|hpt: &FeatureHpt, scope| {
            (!is_bare(hpt) && is_not_pseries(scope)).then(|| PSERIES.to_owned())
        }))
        .row(refused_in(Features::HTM, is_not_pseries, PSERIES))
        .row(refused_in(Features::NESTED_HV, is_not_pseries, PSERIES))
        .row(refused_in(Features::CCF_ASSIST, is_not_pseries, PSERIES))
        .row(refused_in(Features::CFPC, is_not_pseries, PSERIES))
        .row(refused_in(Features::SBBC, is_not_pseries, PSERIES))
        .row(refused_where::<FeatureIbs>(is_not_pseries, PSERIES))
        .row(refused_where::<FeatureIoapic>(is_not_x86, X86))
        .row(refused_in(Features::PVSPINLOCK, is_not_x86, X86))
        .row(refused(|apic: &FeatureApic, scope| {
            (apic.eoi.is_some() && !scope.is_x86()).then(|| "only x86 guests have the attribute eoi: leave it out".to_owned())
        }))
        .row(refused_where::<FeatureHyperv>(
            |scope| is_not_x86(scope) && is_not_arm_virt(scope),
            "only x86 guests and the virt machine of ARM have features of Hyper-V: leave them out",
        ))
        .row(refuse_in(Features::PMU, |pmu, scope| {
            (pmu.state == Some(OnOff::Off) && is_power64(scope.arch))
                .then_some("the performance counters are always on with ppc64: leave out <pmu/>")
        })
        .driver(Driver::Qemu))
        .row(refuse_in(Features::VMCOREINFO, |info, scope| {
            (info.state != Some(OnOff::Off) && (is_power(scope.arch) || is_s390(scope.arch)))
                .then_some("guests of this architecture have no <vmcoreinfo/>: leave it out")
        })
        .driver(Driver::Qemu))
        .finds("<features><tcg><tb-cache>128</tb-cache></tcg></features>")
        .row(
            refuse_in(FeatureTcg::TB_CACHE, |it, _| KIB.apply(it.value, it.unit).is_some_and(|kib| kib % 1024 > 0).then_some(WHOLE_MIB))
                .driver(Driver::Qemu),
        )
        .row(refused_in(Features::VMPORT, is_no_pc, "only a PC has this feature: leave it out"))
        .row(refused_in(Features::PS2, is_no_pc, "only a PC has a PS/2 controller: leave out <ps2/>")),
    rule("qemu-smm-conflict", Class::Conflict)
        .summary("memory of system management that the machine cannot set aside")
        .doc(
            "The memory of the system management mode has a size (`<tseg>`) with q35 alone, in whole MiB. A loader \
             with `secure='yes'` needs the mode itself: `<smm state='on'/>`.",
        )
        .finds("<features><smm state='on'><tseg unit='MiB'>48</tseg></smm></features>")
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type></os><features><smm state='on'><tseg unit='KiB'>12345</tseg></smm></features>",
        )
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' secure='yes' type='pflash'>/f.fd</loader></os>\
             <features><acpi/></features>",
        )
        .row(
            refused(|smm: &FeatureSmm, scope| {
                (smm.tseg.is_some() && smm.state != Some(OnOff::Off) && scope.board != Board::Q35)
                    .then(|| "only q35 sets memory aside for the system management mode: leave out <tseg>".to_owned())
            })
            .on(FeatureSmm::TSEG),
        )
        .row(refused(|tseg: &SmmTseg, scope| {
            let uneven = scalar::bytes(tseg).is_some_and(|bytes| bytes % (1 << 20) != 0);
            (uneven && scope.board == Board::Q35).then(|| "the size of <tseg> is a whole number of MiB: choose such a size".to_owned())
        }))
        .row(
            refused(|os: &Os, scope| {
                // Firmware that libvirt chooses brings the mode with it.
                let secure = os.firmware.is_none() && os.loader.as_ref()?.secure == Some(YesNo::Yes);
                if secure && scope.board != Board::Q35 {
                    return Some("secure boot is of q35 alone: set machine='q35', or leave out secure".to_owned());
                }
                (secure && scope.smm != Some(OnOff::On))
                    .then(|| "secure boot needs the system management mode: add <smm state='on'/> to <features>".to_owned())
            })
            .at(|os| os.loader.as_ref().map_or(&os.xml, |loader| &loader.xml)),
        ),
    rule("qemu-bios-conflict", Class::Conflict)
        .summary("a BIOS on a serial line where there is none")
        .doc("The BIOS of x86 guests alone can be used over a serial port, and needs one; the QEMU driver refuses `useserial` elsewhere.")
        .finds("<os><type arch='x86_64'>hvm</type><bios useserial='yes'/></os>")
        .finds("<os><type arch='ppc64'>hvm</type><bios useserial='yes'/></os><devices><serial type='pty'/></devices>")
        .row(refused(|bios: &OsBios, scope| {
            (bios.useserial == Some(YesNo::Yes) && !scope.is_x86())
                .then(|| "only the BIOS of x86 guests can be used over a serial port: leave out useserial".to_owned())
        }))
        .row(check(unconnected).driver(Driver::Qemu)),
];

/// How messages call the machine.
pub(super) fn machine(scope: &Scope) -> String {
    scope.machine.as_ref().map_or_else(|| "this machine".to_owned(), |machine| format!("the machine type {machine}"))
}

/// The first console is a serial port too, unless it is of another kind.
fn unconnected(domain: &Domain, cx: &mut Context<'_>) {
    let Some(bios) = domain.os.as_ref().and_then(|os| os.bios.as_ref()) else { return };
    let console = |console: &Console| {
        let type_ = console.target.as_ref().and_then(|target| target.type_);
        type_.is_none_or(|type_| type_ == ConsoleTargetType::Serial)
    };
    let port = domain.devices.iter().any(|it| !it.serials.is_empty() || it.consoles.first().is_some_and(console));
    if bios.useserial == Some(YesNo::Yes) && cx.scope.is_x86() && !port {
        cx.error(&bios.xml, "the BIOS needs a serial port for this: add <serial type='pty'/>, or leave out useserial");
    }
}

fn is_not_arm_virt(scope: &Scope) -> bool {
    scope.board != Board::ArmVirt
}

fn is_not_pseries(scope: &Scope) -> bool {
    scope.board != Board::Pseries
}

fn is_not_x86(scope: &Scope) -> bool {
    !scope.is_x86()
}

fn is_no_pc(scope: &Scope) -> bool {
    scope.board.has_ps2() == Some(false)
}
