//! Features of the hypervisor and enlightenments.

use domxml::scalar::{MemoryUnit, Retries};

use crate::rules::prelude::*;

/// The characters of the vendor that CPUID shows.
const LONGEST_VENDOR: usize = 12;

/// The fewest retries of a spinlock.
const FEWEST_RETRIES: Retries = Retries::Count(4095);

/// Whether the hypervisor's own list stands for what is listed here: that of mode `host-model` no longer since 12.1.0, that of
/// `passthrough` since 11.9.0.
fn is_unlisted(hyperv: &FeatureHyperv, scope: &Scope) -> bool {
    match hyperv.mode {
        Some(FeatureHypervMode::Passthrough) => scope.knows(11, 9, 0),
        Some(FeatureHypervMode::HostModel) => !scope.knows(12, 1, 0),
        _ => false,
    }
}

const OFF: &str = "of what is off";

rules![
    rule("features-conflict", Class::Conflict)
        .summary("enlightenments that lack what they need")
        .doc(
            "Every enlightenment of Hyper-V needs a state. Spinlocks that are on need a number of retries, at least \
             4095, and a vendor that is on needs a value of up to 12 characters without comma. A dirty ring of KVM \
             that is on needs a size: a power of two from 1024 to 65536. libvirt refuses anything else.",
        )
        .finds("<features><hyperv mode='custom'><spinlocks state='on' retries='100'/></hyperv></features>")
        .finds("<features><hyperv mode='custom'><vendor_id state='on'/></hyperv></features>")
        .finds("<features><hyperv mode='custom'><vendor_id state='on' value='more than twelve'/></hyperv></features>")
        .finds("<features><hyperv mode='custom'><stimer/></hyperv></features>")
        .finds("<features><kvm><dirty-ring state='on'/></kvm></features>")
        .finds("<features><kvm><dirty-ring state='on' size='1000'/></kvm></features>")
        .finds("<features><kvm><dirty-ring state='on' size='large'/></kvm></features>")
        .row(refuse_each(|ring: &KvmDirtyRing, _| {
            let blank = ring.size.as_ref().is_some_and(|size| size.ends_with(|c: char| c.is_ascii_whitespace()));
            let size = ring.size.as_ref().map(|size| decimal(size).unwrap_or_else(|| size.clone()));
            let size = size.and_then(|size| size.trim().parse::<u32>().ok());
            let odd = size.is_none_or(|size| !size.is_power_of_two() || !(1024..=65536).contains(&size));
            [
                (
                    ring.state == OnOff::On && odd,
                    "a dirty ring needs a size that is a power of two from 1024 to 65536: set it",
                ),
                (blank, "no blanks are taken behind the size of a dirty ring: leave them out"),
            ]
        }))
        .row(
            listed(FeatureHyperv::SPINLOCKS, |it| {
                (it.state == OnOff::On && it.retries.is_none())
                    .then_some("spinlocks need a number of retries: add retries='8191'")
            })
            .until(11, 9, 0),
        )
        .row(listed(FeatureHyperv::SPINLOCKS, |it| {
            let few = it.state == OnOff::On && it.retries.is_some_and(|retries| retries < FEWEST_RETRIES);
            few.then(|| format!("spinlocks need at least {FEWEST_RETRIES} retries: set retries to that or more"))
        }))
        .row(listed(FeatureHyperv::VENDOR_ID, |vendor| match &vendor.value {
            _ if vendor.state == OnOff::Off => None,
            None => Some("the vendor needs a value: add value, as value='KVM Hv'"),
            Some(value) if value.len() > LONGEST_VENDOR => Some("a vendor has up to 12 characters: shorten it"),
            Some(value) => value.contains(',').then_some("a vendor has no comma: leave it out"),
        }))
        .rows(each_field!(FeatureHyperv::[STIMER TLBFLUSH], |part| listed(part, move |it| {
            it.state.is_none().then(|| format!("<{}> needs a state: add state='on' or state='off'", part.info().name))
        }))),
    rule("features-parts-of-off", Class::Lossy)
        .summary("a feature that is off has no settings")
        .doc(
            "libvirt writes the settings of a feature, as the retries of Hyper-V's spinlocks, only where the feature \
             is on, and direct timers only where they are on too.",
        )
        .example(
            "<features><hyperv mode='custom'><spinlocks state='off' retries='8191'/></hyperv></features>",
            "<features><hyperv mode='custom'><spinlocks state='off'/></hyperv></features>",
        )
        .row(
            unread_but(|it: &FeatureHyperv| FeatureHyperv { mode: it.mode, ..Default::default() }, "beside this mode")
                .when(is_unlisted)
                .profiles(LIBVIRT),
        )
        .row(
            nothing(
                HypervSpinlocks::RETRIES,
                |retries| *retries == Retries::NEVER,
                "spinlocks never tell by themselves"
            )
            .since(11, 9, 0),
        )
        .row(
            spelling(
                HypervSpinlocks::RETRIES,
                |retries, _| (*retries == Retries::NEVER).then_some(Retries::MinusOne),
                "libvirt before 11.9.0 writes the greatest number as -1, which no libvirt reads",
            )
            .until(11, 9, 0)
            .profiles(LIBVIRT),
        )
        .row(unread(HypervSpinlocks::RETRIES, OFF).when(|it, _| it.state == OnOff::Off))
        .row(unread(HypervVendorId::VALUE, OFF).when(|it, _| it.state == OnOff::Off))
        .row(unread(child(HypervStimer::DIRECT), OFF).when(|it, _| it.state == Some(OnOff::Off)))
        .row(nothing(child(HypervStimer::DIRECT), |direct| direct.state == OnOff::Off, "direct timers are off"))
        .rows([HypervTlbflush::DIRECT, HypervTlbflush::EXTENDED].into_iter().flat_map(|part| [
            unread(child(part), OFF).when(|it, _| it.state == Some(OnOff::Off)),
            nothing(child(part), |it| it.state == OnOff::Off, "this way of flushing is off"),
            unread(child(part), "yet").until(11, 0, 0).profiles(LIBVIRT),
        ]))
        .row(unread(KvmDirtyRing::SIZE, OFF).when(|it, _| it.state == OnOff::Off))
        .row(unread(XenPassthrough::MODE, OFF).when(|it, _| it.state == OnOff::Off))
        .row(unread(child(FeatureSmm::TSEG), OFF).when(|it, _| it.state == Some(OnOff::Off))),
    rule("hpt-maxpagesize0", Class::Spelling)
        .summary("a largest page of 0 is not written")
        .doc("A largest page of no bytes says as little as none does; libvirt does not write it.")
        .example(
            "<features><hpt resizing='required'><maxpagesize unit='KiB'>0</maxpagesize></hpt></features>",
            "<features><hpt resizing='required'/></features>",
        )
        .row(nothing(child(FeatureHpt::MAXPAGESIZE), |size| size.value == 0, "a page of no bytes is none")),
    rule("features-empty-dropped", Class::Default)
        .summary("a feature that says nothing")
        .doc(
            "A page table without settings, capabilities by the default policy without exceptions and a translation \
             cache of size 0 say nothing; libvirt does not write them.",
        )
        .example("<features><acpi/><hpt/></features>", "<features><acpi/></features>")
        .row(nothing(child(Features::HPT), is_bare::<FeatureHpt>, "the page table has no settings"))
        .row(nothing(
            child(Features::CAPABILITIES),
            |capabilities| {
                let default = capabilities.policy.unwrap_or_default() == FeatureCapabilitiesPolicy::Default;
                default && given(capabilities).iter().all(|name| *name == FeatureCapabilities::POLICY.info().name)
            },
            "the default policy without exceptions",
        ))
        .row(nothing(child(FeatureTcg::TB_CACHE), |cache| cache.value == 0, "no size is set")),
    rule("features-tseg-unit", Class::Spelling)
        .summary("the size of SMM's memory in the largest unit")
        .doc(
            "libvirt writes the size of the memory for system management in the largest unit that gives a whole number."
        )
        .example(
            "<features><smm state='on'><tseg unit='KiB'>49152</tseg></smm></features>",
            "<features><smm state='on'><tseg unit='MiB'>48</tseg></smm></features>",
        )
        .row(largest_unit(SmmTseg::VALUE, SmmTseg::UNIT, MemoryUnit::MiB)),
    rule("features-dirty-ring-size", Class::Spelling)
        .profiles(BOTH)
        .summary("the size of the dirty ring in decimal digits")
        .doc("libvirt reads the size of KVM's dirty ring in any base and writes it in decimal digits.")
        .example(
            "<features><kvm><dirty-ring state='on' size='0x1000'/></kvm></features>",
            "<features><kvm><dirty-ring state='on' size='4096'/></kvm></features>",
        )
        .row(spelling(KvmDirtyRing::SIZE, |size, _| decimal(size), "a number in decimal digits")),
];

/// A refusal of one enlightenment, where it is read at all.
fn listed<T: Content, M: Into<std::borrow::Cow<'static, str>>>(
    part: Key<FeatureHyperv, Option<T>>,
    objection: impl Fn(&T) -> Option<M> + Send + Sync + 'static,
) -> Draft<FeatureHyperv> {
    refuse_in(part, move |it, _| objection(it)).when(|hyperv, scope| !is_unlisted(hyperv, scope))
}

/// A number of any base in decimal digits, where it is of another one.
fn decimal(size: &str) -> Option<String> {
    let number = match (size.strip_prefix("0x"), size.strip_prefix('0')) {
        (Some(digits), _) => u32::from_str_radix(digits, 16),
        (None, Some(digits)) if !digits.is_empty() => u32::from_str_radix(digits, 8),
        _ => return None,
    };
    number.ok().map(|number| number.to_string())
}
