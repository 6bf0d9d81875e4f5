//! The type of the domain, the machine, the emulator and the number of CPUs.

use domxml::host::GuestMachine;
use domxml::{Devices, Domain, DomainType, OsType, Vcpu};

use super::removed_machines::{Fate, fate};
use super::{doubtful, lacking};
use crate::host::{Guest, MachineState};
use crate::machine::Machine;
use crate::options::Driver;
use crate::rule::kinds::note;
use crate::rule::{Class, rule};

rules![
    rule("host-type-missing", Class::Host)
        .summary("a guest of a type or architecture that the host does not run")
        .doc(
            "The host has no emulator for the architecture, or none with this kind of virtualization: `kvm` needs \
             processors with it and the kernel's module, and guests of another architecture than the host's are \
             emulated (`qemu`).",
        )
        .finds("<os><type arch='sparc64'>hvm</type></os>")
        .row(lacking(|domain: &Domain, guest, scope| {
            if !guest.has_capabilities() || guest.arch.is_empty() || scope.os_type.is_none() {
                return None;
            }
            let (type_, arch) = (guest.type_, guest.arch);
            let Some(types) = guest.types() else {
                return Some(format!("the host runs no {} guests of {arch}: install the emulator for it", guest.os_type));
            };
            if types.contains(&type_) {
                return None;
            }
            let way = match domain.type_ {
                DomainType::Kvm if types.contains(&"qemu") => {
                    "load the kernel's KVM and switch virtualization on in the host's firmware, or set type='qemu', which is slow".to_owned()
                }
                _ => format!("set type='{}'", types.first()?),
            };
            Some(format!("the host runs no {arch} guests of type {type_}: {way}"))
        })),
    rule("host-machine-missing", Class::Host)
        .summary("a machine type that the host does not have, or will not have for long")
        .doc(
            "QEMU drops versions of its machines after some years, and versions of distributions (`pc-i440fx-xenial`, \
             `pc-q35-rhel9.4.0`) are theirs alone. Another version of the same machine is other hardware to the guest, \
             in small things; a guest that cannot have that is moved while the old machine is still there. What the \
             emulator calls deprecated is noted.",
        )
        .finds("<os><type arch='x86_64' machine='pc-i440fx-2.1'>hvm</type></os>")
        .finds("<os><type arch='x86_64' machine='pc-i440fx-6.0'>hvm</type></os>")
        .row(lacking(|type_: &OsType, guest, _| {
            let named = type_.machine.as_deref()?;
            let Some(MachineState::Gone(alias)) = guest.machine_state() else { return None };
            let nearest = nearest(named, guest.machines()?);
            let renamed = match fate(named) {
                Some(Fate::Removed(_, Some(instead))) => guest.machines()?.iter().find(|own| own.value == instead),
                _ => None,
            };
            let way = match (nearest, alias, renamed) {
                (Some(nearest), Some((alias, behind)), _) if nearest != behind => {
                    format!("set machine='{nearest}', which comes nearest, or '{alias}', which is {behind} there")
                }
                (_, Some((alias, behind)), _) => format!("set machine='{alias}', which is {behind} there"),
                (_, None, Some(renamed)) => format!("set machine='{}'", renamed.value),
                (Some(nearest), None, None) => format!("set machine='{nearest}', which comes nearest"),
                (None, None, None) => "see `virsh capabilities` for those it has".to_owned(),
            };
            Some(format!("the host has no machine type {named}: {way}"))
        }))
        .row(doubtful(|type_: &OsType, guest, _| {
            let named = type_.machine.as_deref()?;
            let way = Machine::new(named).family;
            (guest.machine_state()? == MachineState::Deprecated)
                .then(|| format!("the host's emulator calls {named} deprecated: plan to move to a newer version of {way}"))
        })),
    rule("machine-removed", Class::Advice)
        .driver(Driver::Qemu)
        .summary("a machine type that QEMU has removed, or has deprecated")
        .doc(
            "Without `--host` nobody knows which machines the host has. But QEMU says when it removes one: since 10.1 \
             a versioned machine is deprecated when nine newer releases are out, which is after three years, and \
             removed when eighteen are; older removals were decided one by one. Give the output of `virsh \
             capabilities` with `--host` to have the host judge.",
        )
        .finds("<os><type arch='x86_64' machine='pc-0.13'>hvm</type></os>")
        .finds("<os><type arch='x86_64' machine='pc-q35-6.2'>hvm</type></os>")
        .row(note(|type_: &OsType, scope| {
            let named = type_.machine.as_deref()?;
            if scope.on_host().is_some_and(|guest| guest.machine_state().is_some()) {
                return None;
            }
            let family = Machine::new(named).family;
            Some(match fate(named)? {
                Fate::Removed((major, minor), instead) => {
                    let instead = instead.unwrap_or(family);
                    let way = if instead == named { String::new() } else { format!(": take {instead}") };
                    format!("QEMU {major}.{minor} and newer have no machine type {named}{way}")
                }
                Fate::Deprecated((major, minor), (gone, by)) => format!(
                    "{named} is deprecated since QEMU {major}.{minor}, and QEMU {gone}.{by} will not have it: plan to move to a newer \
                     version of {family}"
                ),
            })
        })),
    rule("host-emulator-missing", Class::Host)
        .summary("an emulator that the host does not have")
        .doc(
            "The path of the emulator differs from distribution to distribution (`/usr/bin/kvm`, \
             `/usr/libexec/qemu-kvm`). Without `<emulator>` libvirt takes the one that it finds. One that libvirt does \
             not find by itself can be made known with the output of `virsh domcapabilities --emulatorbin PATH`.",
        )
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/kvm-spice</emulator></devices>")
        .row(lacking(|devices: &Devices, guest, _| {
            let path = devices.emulator.as_deref()?;
            let known = guest.emulators();
            if known.is_empty() || guest.names_emulator(path) {
                return None;
            }
            Some(format!("the host has no emulator {path} for {} guests: leave out <emulator>, or set it to {}", guest.arch, known.join(" or ")))
        })),
    rule("host-vcpus-exceeded", Class::Host)
        .summary("more CPUs than the machine can have")
        .doc("Each machine type has a greatest number of CPUs, which grows from version to version. q35 can have more than pc.")
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><vcpu>300</vcpu>")
        .row(lacking(|vcpu: &Vcpu, guest: &Guest<'_>, _| {
            let most = guest.most_cpus().filter(|most| *most > 0 && u32::from(vcpu.value) > *most)?;
            let machine = guest.machine.unwrap_or("the default machine");
            Some(format!("{machine} can have {most} CPUs on the host: give it no more, or take a machine that can have them"))
        })),
];

/// The oldest version of the family that is newer than the one that is gone, or else the newest.
fn nearest<'h>(gone: &str, machines: &'h [GuestMachine]) -> Option<&'h str> {
    let gone = Machine::new(gone);
    let version = gone.version()?;
    let family = machines.iter().map(|own| Machine::new(&own.value)).filter(|own| own.family == gone.family);
    let mut versions: Vec<_> = family.filter_map(|own| Some((own.version()?, own.name))).collect();
    versions.sort_unstable();
    let newer = versions.iter().find(|(own, _)| *own > version);
    newer.or(versions.last()).map(|(_, name)| *name)
}
