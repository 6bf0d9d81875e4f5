//! The processor.

use domxml::host::YesNo;
use domxml::{Cpu, CpuFeaturePolicy, CpuMode, CpuModelFallback, DomainType};

use super::{doubtful, lacking};
use crate::host::{Choices, Guest, ModelState};
use crate::rule::scope::Scope;
use crate::rule::{Class, rule};

/// More missing features than these are not listed one by one.
const LISTED: usize = 4;

rules![
    rule("host-cpu-model", Class::Host)
        .summary("a processor that the host's emulator does not know, or that the host cannot provide")
        .doc(
            "Which models guests can have depends on the emulator, and with KVM on the host's processor too. libvirt \
             takes the definition and refuses to start the guest. Models are an error where they cannot come to \
             anything else: with KVM, where the model must be had in full; noted where libvirt may take a lesser one, \
             or where QEMU emulates the processor and leaves out what it cannot do.",
        )
        .finds(
            "<os><type arch='x86_64' machine='pc'>hvm</type></os><cpu mode='custom' match='exact'><model \
                fallback='forbid'>Haswell</model></cpu>"
        )
        .finds(
            "<os><type arch='x86_64' machine='pc'>hvm</type></os><cpu mode='custom' match='exact'><model \
                fallback='forbid'>Z99</model></cpu>"
        )
        .row(lacking(|cpu: &Cpu, guest, scope| strict(scope).then(|| objection(cpu, guest)).flatten()))
        .row(doubtful(|cpu: &Cpu, guest, scope| {
            (!strict(scope)).then(|| objection(cpu, guest)).flatten().or_else(|| deprecated(cpu, guest))
        })),
    rule("host-cpu-mode", Class::Host)
        .summary("a way to choose the processor that the host does not have")
        .doc(
            "`host-passthrough` and `host-model` give the guest the host's own processor: both need hardware \
             virtualization and a guest of the host's architecture. `maximum` needs libvirt 7.1.0 and an emulator that \
             has it.",
        )
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><cpu mode='maximum'/>")
        .row(lacking(|cpu: &Cpu, guest, scope| strict(scope).then(|| mode_objection(cpu, guest)).flatten()))
        .row(doubtful(|cpu: &Cpu, guest, scope| (!strict(scope)).then(|| mode_objection(cpu, guest)).flatten())),
];

/// Whether what the host lacks keeps the guest from starting: QEMU leaves it out of a processor that it emulates.
fn strict(scope: &Scope) -> bool {
    scope.type_ != DomainType::Qemu
}

fn objection(cpu: &Cpu, guest: &Guest<'_>) -> Option<String> {
    let model = cpu.model.as_ref().filter(|_| cpu.mode.unwrap_or(CpuMode::Custom) == CpuMode::Custom)?;
    let name = model.value.as_str();
    let known = Choices::from(guest.cpu_mode("host-model")?).supported;
    let way = if known { "set mode='host-model'" } else { "take another model" };
    match guest.cpu_model(name)? {
        ModelState::Unknown if model.fallback == Some(CpuModelFallback::Forbid) => {
            Some(format!("the host's emulator knows no processor {name}: {way}"))
        }
        ModelState::Lacks(features) => {
            let disabled = |name: &str| {
                let own = cpu.features.iter().find(|own| own.name == name);
                own.is_some_and(|own| {
                    matches!(own.policy, Some(CpuFeaturePolicy::Disable | CpuFeaturePolicy::Optional))
                })
            };
            let missing: Vec<&str> = features.iter().copied().filter(|name| !disabled(name)).collect();
            if missing.is_empty() && !features.is_empty() {
                return None;
            }
            let more =
                if missing.len() > LISTED { format!(" and {} more", missing.len() - LISTED) } else { String::new() };
            let missing = missing.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
            let lacks = if missing.is_empty() { String::new() } else { format!(", which lacks {missing}{more}") };
            let disable = if missing.is_empty() { "" } else { ", or disable these features" };
            Some(format!("the processor {name} is not usable on the host{lacks}: {way}{disable}"))
        }
        _ => None,
    }
}

fn deprecated(cpu: &Cpu, guest: &Guest<'_>) -> Option<String> {
    let model = cpu.model.as_ref().filter(|_| cpu.mode.unwrap_or(CpuMode::Custom) == CpuMode::Custom)?;
    let name = model.value.as_str();
    match guest.cpu_model(name)? {
        ModelState::Deprecated => {
            Some(format!("the host's emulator calls the processor {name} deprecated: take a newer one"))
        }
        ModelState::Unknown if model.fallback != Some(CpuModelFallback::Forbid) => Some(format!(
            "the host's emulator knows no processor {name}: libvirt takes the nearest that it knows, if there is one"
        )),
        _ => None,
    }
}

fn mode_objection(cpu: &Cpu, guest: &Guest<'_>) -> Option<String> {
    let mode = cpu.mode.filter(|mode| *mode != CpuMode::Custom)?.as_str();
    if guest.cpu_mode(mode)?.supported == YesNo::Yes {
        return None;
    }
    let others = ["host-passthrough", "host-model", "maximum", "custom"];
    let can = |other: &&&str| guest.cpu_mode(other).is_some_and(|own| own.supported == YesNo::Yes);
    let way = match others.iter().find(can) {
        Some(&"custom") => "set mode='custom' with a model that it knows".to_owned(),
        Some(other) => format!("set mode='{other}'"),
        None => "leave out <cpu>".to_owned(),
    };
    Some(format!("the host does not start {} guests of type {} with mode='{mode}': {way}", guest.arch, guest.type_))
}
