//! `features-parts-of-off`, `features-empty-dropped`, `features-tseg-unit`, `features-dirty-ring-size`, `features-conflict`.

use domxml::scalar::MemoryUnit;
use domxml::{Domain, FeatureCapabilities, FeatureCapabilitiesPolicy, Features, OnOff};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};

pub(super) static PARTS_OF_OFF: Rule = Rule {
    id: "features-parts-of-off",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a feature that is off has no settings",
    doc: "libvirt writes the settings of a feature, as the retries of Hyper-V's spinlocks, only where the feature is on, and direct \
          timers only where they are on too.",
    example: Example {
        before: "<features><hyperv mode='custom'><spinlocks state='off' retries='8191'/></hyperv></features>",
        after: "<features><hyperv mode='custom'><spinlocks state='off'/></hyperv></features>",
    },
    apply: drop_parts,
};

pub(super) static EMPTY: Rule = Rule {
    id: "features-empty-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a feature that says nothing",
    doc: "A page table without settings, capabilities by the default policy without exceptions and a translation cache of size 0 \
          say nothing; libvirt does not write them.",
    example: Example { before: "<features><acpi/><hpt/></features>", after: "<features><acpi/></features>" },
    apply: drop_empty,
};

pub(super) static TSEG: Rule = Rule {
    id: "features-tseg-unit",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the size of SMM's memory in the largest unit",
    doc: "libvirt writes the size of the memory for system management in the largest unit that gives a whole number.",
    example: Example {
        before: "<features><smm state='on'><tseg unit='KiB'>49152</tseg></smm></features>",
        after: "<features><smm state='on'><tseg unit='MiB'>48</tseg></smm></features>",
    },
    apply: tseg,
};

pub(super) static DIRTY_RING: Rule = Rule {
    id: "features-dirty-ring-size",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the size of the dirty ring in decimal digits",
    doc: "libvirt reads the size of KVM's dirty ring in any base and writes it in decimal digits.",
    example: Example {
        before: "<features><kvm><dirty-ring state='on' size='0x1000'/></kvm></features>",
        after: "<features><kvm><dirty-ring state='on' size='4096'/></kvm></features>",
    },
    apply: dirty_ring,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "features-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "enlightenments that lack what they need",
    doc: "Every enlightenment of Hyper-V needs a state. Spinlocks that are on need a number of retries, at least 4095, and a vendor \
          that is on needs a value of up to 12 characters without comma. libvirt refuses anything else.",
    example: Example {
        before: "<features><hyperv mode='custom'><spinlocks state='on' retries='100'/></hyperv></features>",
        after: "<features><hyperv mode='custom'><spinlocks state='on' retries='100'/></hyperv></features>",
    },
    apply: conflict,
};

/// The characters of the vendor that CPUID shows.
const LONGEST_VENDOR: usize = 12;

/// The fewest retries of a spinlock.
const FEWEST_RETRIES: u32 = 4095;

fn drop_parts(domain: &mut Domain, cx: &mut Context) {
    let Some(features) = &mut domain.features else { return };
    if let Some(hyperv) = &mut features.hyperv {
        if let Some(spinlocks) = hyperv.spinlocks.as_mut().filter(|spinlocks| spinlocks.state == OnOff::Off)
            && let Some(retries) = spinlocks.retries.take()
        {
            cx.rewrote(&spinlocks.xml, "spinlocks are off").becomes(attribute("retries", retries), "");
        }
        if let Some(vendor) = hyperv.vendor_id.as_mut().filter(|vendor| vendor.state == OnOff::Off)
            && let Some(value) = vendor.value.take()
        {
            cx.rewrote(&vendor.xml, "the vendor is off").becomes(attribute("value", value), "");
        }
        if let Some(stimer) = &mut hyperv.stimer {
            let off = stimer.state == Some(OnOff::Off);
            if stimer.direct.take_if(|direct| off || direct.state == OnOff::Off).is_some() {
                cx.rewrote(&stimer.xml, "direct timers are off").becomes("<direct/>", "");
            }
        }
        if let Some(tlbflush) = &mut hyperv.tlbflush {
            let off = tlbflush.state == Some(OnOff::Off) || !cx.knows(11, 0, 0);
            let direct = tlbflush.direct.take_if(|direct| off || direct.state == OnOff::Off).is_some();
            let extended = tlbflush.extended.take_if(|extended| off || extended.state == OnOff::Off).is_some();
            if direct || extended {
                cx.rewrote(&tlbflush.xml, "these ways of flushing are off").becomes("<direct/>, <extended/>", "");
            }
        }
    }
    if let Some(ring) = features.kvm.as_mut().and_then(|kvm| kvm.dirty_ring.as_mut())
        && ring.state == OnOff::Off
        && let Some(size) = ring.size.take()
    {
        cx.rewrote(&ring.xml, "the dirty ring is off").becomes(attribute("size", size), "");
    }
    if let Some(passthrough) = features.xen.as_mut().and_then(|xen| xen.passthrough.as_mut())
        && passthrough.state == OnOff::Off
        && let Some(mode) = passthrough.mode.take()
    {
        cx.rewrote(&passthrough.xml, "passing through is off").becomes(attribute("mode", mode.as_str()), "");
    }
    if let Some(smm) = features.smm.as_mut().filter(|smm| smm.state == Some(OnOff::Off))
        && smm.tseg.take().is_some()
    {
        cx.rewrote(&smm.xml, "system management is off").becomes("<tseg/>", "");
    }
}

fn has_exceptions(capabilities: &FeatureCapabilities) -> bool {
    let bare = FeatureCapabilities { policy: capabilities.policy, xml: capabilities.xml.clone(), ..Default::default() };
    *capabilities != bare
}

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    let Some(features) = &mut domain.features else { return };
    if let Some(hpt) = features.hpt.take_if(|hpt| hpt.resizing.is_none() && hpt.maxpagesize.is_none()) {
        cx.rewrote(&hpt.xml, "the page table has no settings").becomes("<hpt/>", "");
    }
    let says_nothing = |capabilities: &FeatureCapabilities| {
        capabilities.policy.unwrap_or_default() == FeatureCapabilitiesPolicy::Default && !has_exceptions(capabilities)
    };
    if let Some(capabilities) = features.capabilities.take_if(|capabilities| says_nothing(capabilities)) {
        cx.rewrote(&capabilities.xml, "the default policy without exceptions").becomes("<capabilities/>", "");
    }
    if let Some(tcg) = features.tcg.as_mut()
        && let Some(cache) = tcg.tb_cache.take_if(|cache| cache.value == 0)
    {
        cx.rewrote(&cache.xml, "no size is set").becomes("<tb-cache>0</tb-cache>", "");
    }
}

/// A size in the largest unit that gives a whole number.
pub(in crate::rules) fn largest_unit(value: u64, unit: MemoryUnit) -> Option<(u64, MemoryUnit)> {
    let mut value = value.checked_mul(unit.bytes())?;
    let mut units =
        [MemoryUnit::B, MemoryUnit::KiB, MemoryUnit::MiB, MemoryUnit::GiB, MemoryUnit::TiB, MemoryUnit::PiB]
            .into_iter()
            .chain([MemoryUnit::EiB]);
    let mut unit = units.next()?;
    while value > 0
        && value.is_multiple_of(1024)
        && let Some(next) = units.next()
    {
        (value, unit) = (value / 1024, next);
    }
    Some((value, unit))
}

fn tseg(domain: &mut Domain, cx: &mut Context) {
    let smm = domain.features.as_mut().and_then(|features| features.smm.as_mut());
    let Some(tseg) = smm.and_then(|smm| smm.tseg.as_mut()) else { return };
    let before = (tseg.value, tseg.unit.unwrap_or(MemoryUnit::MiB));
    let Some(after) = largest_unit(before.0, before.1) else { return };
    if after != before {
        (tseg.value, tseg.unit) = (after.0, Some(after.1));
        cx.rewrote(&tseg.xml, "in the largest unit")
            .becomes(format!("{} {}", before.0, before.1), format!("{} {}", after.0, after.1));
    }
}

fn dirty_ring(domain: &mut Domain, cx: &mut Context) {
    let kvm = domain.features.as_mut().and_then(|features| features.kvm.as_mut());
    let Some(ring) = kvm.and_then(|kvm| kvm.dirty_ring.as_mut()) else { return };
    let Some(size) = &mut ring.size else { return };
    let number = match (size.strip_prefix("0x"), size.strip_prefix('0')) {
        (Some(digits), _) => u32::from_str_radix(digits, 16),
        (None, Some(digits)) if !digits.is_empty() => u32::from_str_radix(digits, 8),
        _ => return,
    };
    if let Ok(number) = number {
        let spelt = number.to_string();
        cx.rewrote(&ring.xml, "a number in decimal digits")
            .becomes(attribute("size", &size), attribute("size", &spelt));
        *size = spelt;
    }
}

/// libvirt knows every feature, or refuses the domain; profile `modern` keeps what a newer one may know.
fn refuse_unknown(features: &Features, cx: &mut Context) {
    let blocks = [
        Some(&features.xml),
        features.hyperv.as_ref().map(|hyperv| &hyperv.xml),
        features.kvm.as_ref().map(|kvm| &kvm.xml),
        features.xen.as_ref().map(|xen| &xen.xml),
        features.capabilities.as_ref().map(|capabilities| &capabilities.xml),
    ];
    for block in blocks.into_iter().flatten() {
        for node in block.kept.iter().flat_map(|kept| &kept.nodes) {
            if let Some(name) = node.element_name() {
                cx.error(block, format!("libvirt refuses the unknown feature <{name}>"));
            }
        }
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    if cx.profile == Profile::Libvirt
        && let Some(features) = &domain.features
    {
        refuse_unknown(features, cx);
    }
    let Some(hyperv) = domain.features.as_ref().and_then(|features| features.hyperv.as_ref()) else { return };
    if let Some(spinlocks) = hyperv.spinlocks.as_ref().filter(|spinlocks| spinlocks.state == OnOff::On)
        && spinlocks.retries.is_none_or(|retries| retries < FEWEST_RETRIES)
    {
        cx.error(&spinlocks.xml, format!("spinlocks need at least {FEWEST_RETRIES} retries"));
    }
    if let Some(vendor) = hyperv.vendor_id.as_ref().filter(|vendor| vendor.state == OnOff::On) {
        match &vendor.value {
            None => {
                cx.error(&vendor.xml, "the vendor needs a value");
            }
            Some(value) if value.len() > LONGEST_VENDOR => {
                cx.error(&vendor.xml, format!("a vendor has up to {LONGEST_VENDOR} characters"));
            }
            Some(value) if value.contains(',') => {
                cx.error(&vendor.xml, "a vendor has no comma");
            }
            Some(_) => {}
        }
    }
    if let Some(stimer) = hyperv.stimer.as_ref().filter(|stimer| stimer.state.is_none()) {
        cx.error(&stimer.xml, "the timer needs a state");
    }
    if let Some(tlbflush) = hyperv.tlbflush.as_ref().filter(|tlbflush| tlbflush.state.is_none()) {
        cx.error(&tlbflush.xml, "the flushing needs a state");
    }
}
