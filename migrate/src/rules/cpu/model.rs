//! The processor: `cpu-vendor-id-empty`, `cpu-match-default`, `cpu-match-without-model-dropped`, `cpu-host-model-fallback-dropped`,
//! `cpu-host-passthrough-model-dropped`, `cpu-conflict`.

use std::collections::BTreeSet;

use domxml::{Cpu, CpuMatch, CpuMode, CpuModelFallback, Domain};
use domxml_runtime::Version;

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};

pub(super) static MATCH_DEFAULT: Rule = Rule {
    id: "cpu-match-default",
    class: Class::Default,
    since: Some(Version::new(0, 9, 10)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a processor with a model says how it is to be matched",
    doc: "Where a model is named, libvirt spells out that the processor is custom made, that it must match exactly and that a similar model \
          will do. Without a model none of that is written.",
    example: Example {
        before: "<cpu><model>core2duo</model></cpu>",
        after: "<cpu mode='custom' match='exact'><model fallback='allow'>core2duo</model></cpu>",
    },
    apply: match_default,
};

pub(super) static WITHOUT_MODEL: Rule = Rule {
    id: "cpu-match-without-model-dropped",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "what is not named cannot be matched",
    doc: "How a processor matches its model says nothing where no model is named: libvirt reads and forgets it, as it does the mode \
          `custom`.",
    example: Example {
        before: "<cpu match='exact'><topology sockets='2' cores='2' threads='1'/></cpu>",
        after: "<cpu><topology sockets='2' cores='2' threads='1'/></cpu>",
    },
    apply: without_model,
};

pub(super) static VENDOR_ID: Rule = Rule {
    id: "cpu-vendor-id-empty",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "an empty vendor of a processor is none",
    doc: "`vendor_id=''` says nothing: the guest sees the vendor of the model. libvirt does not write it.",
    example: Example {
        before: "<cpu mode='custom' match='exact'><model fallback='allow' vendor_id=''>core2duo</model></cpu>",
        after: "<cpu mode='custom' match='exact'><model fallback='allow'>core2duo</model></cpu>",
    },
    apply: vendor_id,
};

pub(super) static FALLBACK: Rule = Rule {
    id: "cpu-host-model-fallback-dropped",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a model without a name falls back to nothing",
    doc: "`<model fallback='allow'/>` without a name was once written for the host's model; it says what goes without saying. libvirt \
          forgets `fallback='forbid'` there too, although its manual gives it a meaning: profile `modern` keeps that and reports it.",
    example: Example {
        before: "<cpu mode='host-model'><model fallback='allow'/></cpu>",
        after: "<cpu mode='host-model'/>",
    },
    apply: fallback,
};

pub(super) static PASSTHROUGH: Rule = Rule {
    id: "cpu-host-passthrough-model-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the host's processor has no other model",
    doc: "Where the guest gets the host's processor as it is, or everything that can be had, libvirt forgets model, vendor and how they are \
          to be matched; with the host's model it forgets the matching alone.",
    example: Example {
        before: "<cpu mode='host-passthrough' match='strict'><model>core2duo</model></cpu>",
        after: "<cpu mode='host-passthrough'/>",
    },
    apply: passthrough,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "cpu-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "processors that libvirt refuses",
    doc: "Features, a vendor and a check need a model, and no feature stands twice. The vendor that the guest sees has 12 characters. Only the host's own processor, or the maximum, can be kept \
          from features that do not migrate.",
    example: Example {
        before: "<cpu><model>core2duo</model><feature name='vmx'/><feature name='vmx'/></cpu>",
        after: "<cpu><model>core2duo</model><feature name='vmx'/><feature name='vmx'/></cpu>",
    },
    apply: conflict,
};

pub(super) fn mode(cpu: &Cpu) -> CpuMode {
    cpu.mode.unwrap_or(CpuMode::Custom)
}

pub(super) fn is_named(cpu: &Cpu) -> bool {
    cpu.model.as_ref().is_some_and(|model| !model.value.is_empty())
}

fn match_default(domain: &mut Domain, cx: &mut Context) {
    let Some(cpu) = domain.cpu.as_mut().filter(|cpu| is_named(cpu)) else { return };
    let mode = mode(cpu);
    if mode == CpuMode::Custom {
        if cpu.mode.is_none() {
            cpu.mode = Some(CpuMode::Custom);
            cx.rewrote(&cpu.xml, "the default of mode is spelt out").becomes("", "mode='custom'");
        }
        if cpu.match_.is_none() {
            cpu.match_ = Some(CpuMatch::Exact);
            cx.rewrote(&cpu.xml, "the default of match is spelt out").becomes("", "match='exact'");
        }
    }
    if matches!(mode, CpuMode::Custom | CpuMode::HostModel)
        && let Some(model) = &mut cpu.model
        && model.fallback.is_none()
    {
        model.fallback = Some(CpuModelFallback::Allow);
        cx.rewrote(&model.xml, "the default of fallback is spelt out").becomes("", "fallback='allow'");
    }
}

fn without_model(domain: &mut Domain, cx: &mut Context) {
    let Some(cpu) = domain.cpu.as_mut().filter(|cpu| !is_named(cpu) && mode(cpu) == CpuMode::Custom) else { return };
    if let Some(mode) = cpu.mode.take() {
        cx.rewrote(&cpu.xml, "no model is named").becomes(attribute("mode", mode.as_str()), "");
    }
    if let Some(match_) = cpu.match_.take() {
        cx.rewrote(&cpu.xml, "no model is named").becomes(attribute("match", match_.as_str()), "");
    }
}

fn vendor_id(domain: &mut Domain, cx: &mut Context) {
    let Some(model) = domain.cpu.as_mut().and_then(|cpu| cpu.model.as_mut()) else { return };
    if model.vendor_id.take_if(|vendor| vendor.is_empty()).is_some() {
        cx.rewrote(&model.xml, "an empty vendor is none").becomes("vendor_id=''", "");
    }
}

fn fallback(domain: &mut Domain, cx: &mut Context) {
    let Some(cpu) = domain.cpu.as_mut().filter(|cpu| !is_named(cpu)) else { return };
    if !matches!(mode(cpu), CpuMode::Custom | CpuMode::HostModel) {
        return;
    }
    let all = cx.profile == Profile::Libvirt;
    let Some(model) = &mut cpu.model else { return };
    if let Some(fallback) = model.fallback.take_if(|fallback| all || *fallback == CpuModelFallback::Allow) {
        cx.rewrote(&model.xml, "no model is named").becomes(attribute("fallback", fallback.as_str()), "");
    }
    if model.fallback.is_none() && model.vendor_id.is_none() {
        let model = cpu.model.take().unwrap_or_default();
        cx.rewrote(&model.xml, "the model says nothing").becomes("<model/>", "");
        cpu.xml.absorb(model.xml);
    }
}

fn passthrough(domain: &mut Domain, cx: &mut Context) {
    let Some(cpu) = domain.cpu.as_mut().filter(|cpu| mode(cpu) != CpuMode::Custom) else { return };
    if let Some(match_) = cpu.match_.take() {
        cx.rewrote(&cpu.xml, "the host's processor matches itself").becomes(attribute("match", match_.as_str()), "");
    }
    if mode(cpu) == CpuMode::HostModel {
        return;
    }
    if let Some(model) = cpu.model.take() {
        cx.rewrote(&model.xml, "the host's processor has no other model").becomes(model.value, "");
    }
    if let Some(vendor) = cpu.vendor.take() {
        cx.rewrote(&cpu.xml, "the host's processor has no other vendor").becomes(vendor, "");
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let Some(cpu) = &domain.cpu else { return };
    let (mode, named) = (mode(cpu), is_named(cpu));
    if !named && mode == CpuMode::Custom {
        if let Some(feature) = cpu.feature.first() {
            cx.error(&feature.xml, "features need a model that they are added to");
        }
        if cpu.check.is_some() {
            cx.error(&cpu.xml, "a processor without a model cannot be checked");
        }
    }
    if !named && cpu.vendor.as_ref().is_some_and(|vendor| !vendor.is_empty()) {
        cx.error(&cpu.xml, "a vendor needs a model");
    }
    if let Some(model) = &cpu.model
        && matches!(mode, CpuMode::Custom | CpuMode::HostModel)
        && let Some(vendor) = model.vendor_id.as_ref().filter(|vendor| !vendor.is_empty())
    {
        if vendor.len() != 12 {
            cx.error(&model.xml, format!("the vendor '{vendor}' has not 12 characters"));
        } else if vendor.contains(',') {
            cx.error(&model.xml, "a vendor has no comma");
        }
    }
    if cpu.migratable.is_some() && matches!(mode, CpuMode::Custom | CpuMode::HostModel) {
        cx.error(&cpu.xml, "migratable is for the host's own processor, or the maximum");
    }
    if let Some(topology) = &cpu.topology
        && (topology.sockets == 0
            || topology.cores == 0
            || topology.threads == 0
            || topology.dies == Some(0)
            || topology.clusters == Some(0))
    {
        cx.error(&topology.xml, "a processor has at least one of each part");
    }
    let mut seen = BTreeSet::new();
    for feature in &cpu.feature {
        if !seen.insert(&feature.name) {
            cx.error(&feature.xml, format!("the feature {} stands twice", feature.name));
        }
    }
}
