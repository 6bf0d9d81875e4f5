//! The processor: its mode, its model, and what goes with them.

use crate::rules::prelude::*;

rules![
    rule("cpu-conflict", Class::Conflict)
        .summary("processors that libvirt refuses")
        .doc(
            "Features, a vendor and a check need a model, and no feature stands twice. The vendor that the guest sees \
             has 12 characters. Only the host's own processor, or the maximum, can be kept from features that do not \
             migrate, and only the width of addresses that is passed through has a limit.",
        )
        .finds("<cpu><model>core2duo</model><feature name='vmx'/><feature name='vmx'/></cpu>")
        .finds("<cpu><feature policy='require' name='vmx'/></cpu>")
        .finds("<cpu check='none'><topology sockets='1' cores='1' threads='1'/></cpu>")
        .finds("<cpu><vendor>Intel</vendor></cpu>")
        .finds("<cpu><model vendor_id='short'>core2duo</model></cpu>")
        .finds("<cpu><model vendor_id='Genuine,ntel'>core2duo</model></cpu>")
        .finds("<cpu mode='host-model' migratable='off'/>")
        .finds("<cpu mode='host-passthrough'><maxphysaddr mode='emulate' limit='42'/></cpu>")
        .finds("<cpu><topology sockets='0' cores='1' threads='1'/></cpu>")
        .finds("<cpu><topology sockets='65536' cores='65536' threads='1'/></cpu>")
        .row(refuse_at(Cpu::FEATURES, |cpu, _| {
            (is_bare_model(cpu) && !cpu.features.is_empty()).then_some("features need a model that they are added to: add <model>, or leave them out")
        }))
        .row(
            // The QEMU driver fills in a model first.
            refuse_if("a processor without a model cannot be checked: add <model>, or leave out check", |cpu: &Cpu, _| {
                is_bare_model(cpu) && cpu.check.is_some()
            })
            .but(Driver::Qemu),
        )
        .row(refuse_each(|cpu: &Cpu, _| [
            (!is_named(cpu) && cpu.vendor.as_ref().is_some_and(|it| !it.is_empty()), "a vendor needs a model: add <model>, or leave out <vendor>"),
            (cpu.migratable.is_some() && has_model(cpu),
                "migratable is for the host's own processor, or the maximum: set mode='host-passthrough' or 'maximum', or leave it out"),
        ]))
        .row(refuse_at(Cpu::MODEL, |cpu, _| {
            let vendor = cpu.model.as_ref()?.vendor_id.as_ref().filter(|_| has_model(cpu))?;
            match vendor.len() {
                0 => None,
                12 => vendor.contains(',').then(|| "a vendor has no comma: leave it out".to_owned()),
                _ => Some(format!("the vendor '{vendor}' has not 12 characters: give 12, as in 'GenuineIntel'")),
            }
        }))
        .row(refuse_if("only addresses passed through have a limit: leave it out, or set mode='passthrough'", |it: &CpuMaxPhysAddr, _| {
            it.mode == CpuMaxPhysAddrMode::Emulate && it.limit.is_some()
        }).since(9, 3, 0))
        .row(refuse_if("a processor has at least one of each part: set all to 1 or more", |it: &CpuTopology, _| {
            [Some(it.sockets), it.dies, it.clusters, Some(it.cores), Some(it.threads)].contains(&Some(0))
        }))
        .row(refuse_if("the parts make more processors than 32 bits can number: set smaller numbers", |it: &CpuTopology, scope| {
            let clusters = it.clusters.filter(|_| scope.reads(CpuTopology::CLUSTERS.info()));
            let parts = [Some(it.sockets), it.dies, clusters, Some(it.cores), Some(it.threads)].into_iter().flatten();
            let all = parts.map(u128::from).fold(1_u128, u128::saturating_mul);
            all > u128::from(u32::MAX)
        }))
        .row(unique(Cpu::FEATURES, |feature, _| Some(feature.name.clone()), "the feature '{}' stands twice: leave one out")),
    rule("cpu-vendor-id-empty", Class::Default)
        .summary("an empty vendor of a processor is none")
        .doc("`vendor_id=''` says nothing: the guest sees the vendor of the model. libvirt does not write it.")
        .example(
            "<cpu mode='custom' match='exact'><model fallback='allow' vendor_id=''>core2duo</model></cpu>",
            "<cpu mode='custom' match='exact'><model fallback='allow'>core2duo</model></cpu>",
        )
        .row(nothing(CpuModel::VENDOR_ID, String::is_empty, "an empty vendor is none").profiles(BOTH)),
    rule("cpu-match-default", Class::Default)
        .since(0, 9, 10)
        .summary("a processor with a model says how it is to be matched")
        .doc(
            "Where a model is named, libvirt spells out that the processor is custom made, that it must match exactly \
             and that a similar model will do. Without a model none of that is written.",
        )
        .example(
            "<cpu><model>core2duo</model></cpu>",
            "<cpu mode='custom' match='exact'><model fallback='allow'>core2duo</model></cpu>",
        )
        .row(default(Cpu::MODE, CpuMode::Custom).when(|cpu, _| is_named(cpu)))
        .row(default(Cpu::MATCH, CpuMatch::Exact).when(|cpu, _| is_named(cpu) && mode(cpu) == CpuMode::Custom))
        .row(
            default(CpuModel::FALLBACK.under(Cpu::MODEL), CpuModelFallback::Allow)
                .when(|cpu, _| is_named(cpu) && has_model(cpu)),
        ),
    rule("cpu-match-without-model-dropped", Class::Structure)
        .profiles(BOTH)
        .summary("what is not named cannot be matched")
        .doc(
            "How a processor matches its model, and whether that keeps deprecated features, says nothing where no \
             model is named: libvirt reads and forgets it, as it does the mode `custom`.",
        )
        .example(
            "<cpu match='exact'><topology sockets='2' cores='2' threads='1'/></cpu>",
            "<cpu><topology sockets='2' cores='2' threads='1'/></cpu>",
        )
        .row(nothing(Cpu::MODE, |mode| *mode == CpuMode::Custom, "no model is named").when(|cpu, _| !is_named(cpu)))
        .row(nothing(Cpu::DEPRECATED_FEATURES, |_| true, "no model is named").when(|cpu, _| is_bare_model(cpu)))
        .row(nothing(Cpu::MATCH, |_| true, "no model is named").when(|cpu, _| is_bare_model(cpu))),
    rule("cpu-host-model-fallback-dropped", Class::Structure)
        .profiles(BOTH)
        .summary("a model without a name falls back to nothing")
        .doc(
            "`<model fallback='allow'/>` without a name was once written for the host's model; it says what goes \
             without saying. libvirt forgets `fallback='forbid'` there too, although its manual gives it a meaning: \
             profile `modern` keeps that and reports it.",
        )
        .example("<cpu mode='host-model'><model fallback='allow'/></cpu>", "<cpu mode='host-model'/>")
        .finds("<cpu mode='host-model'><model fallback='forbid'/></cpu>")
        .row(
            unread_where(CpuModel::FALLBACK.under(Cpu::MODEL), |it, _| *it == CpuModelFallback::Forbid, "where no model is named")
                .when(is_nameless),
        )
        .row(
            nothing(CpuModel::FALLBACK.under(Cpu::MODEL), |it| *it == CpuModelFallback::Allow, "no model is named")
                .when(is_nameless),
        )
        .row(nothing(child(Cpu::MODEL), CpuModel::says_nothing, "the model says nothing").when(is_nameless)),
    rule("cpu-host-passthrough-model-dropped", Class::Lossy)
        .summary("the host's processor has no other model")
        .doc(
            "Where the guest gets the host's processor as it is, or everything that can be had, libvirt forgets model, \
             vendor and how they are to be matched; with the host's model it forgets the matching alone.",
        )
        .example(
            "<cpu mode='host-passthrough' match='strict'><model>core2duo</model></cpu>",
            "<cpu mode='host-passthrough'/>",
        )
        .row(unread(Cpu::MATCH, "with the host's own processor").when(|cpu, _| mode(cpu) != CpuMode::Custom))
        .row(unread(child(Cpu::MODEL), "with the host's own processor").when(|cpu, _| !has_model(cpu)))
        .row(unread(Cpu::VENDOR, "with the host's own processor").when(|cpu, _| !has_model(cpu))),
];

/// Whether libvirt reads a model, and none is named.
fn is_nameless(cpu: &Cpu, _: &Scope) -> bool {
    !is_named(cpu) && has_model(cpu)
}

/// Whether it is described by itself, and not by a model.
pub(in crate::rules) fn is_bare_model(cpu: &Cpu) -> bool {
    !is_named(cpu) && mode(cpu) == CpuMode::Custom
}

fn mode(cpu: &Cpu) -> CpuMode {
    cpu.mode.unwrap_or(CpuMode::Custom)
}

/// Whether the processor is described by a model: libvirt reads none with the host's own.
fn has_model(cpu: &Cpu) -> bool {
    matches!(mode(cpu), CpuMode::Custom | CpuMode::HostModel)
}

fn is_named(cpu: &Cpu) -> bool {
    cpu.model.as_ref().is_some_and(|model| !model.value.is_empty())
}
