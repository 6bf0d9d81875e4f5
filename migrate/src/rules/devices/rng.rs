//! `rng-random-default`, `rng-unread-parts`, `rng-rate-without-bytes`.

use domxml::{Domain, RngBackendModel};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

/// What libvirt reads random numbers from where nothing is said.
const RANDOM: &str = "/dev/random";

pub(super) static RANDOM_DEVICE: Rule = Rule {
    id: "rng-random-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the source of random numbers is spelt out",
    doc: "An entropy source with the back end `random` takes its numbers from /dev/random where the definition names no device of \
          the host. libvirt writes the path.",
    example: Example {
        before: "<devices><rng model='virtio'><backend model='random'/></rng></devices>",
        after: "<devices><rng model='virtio'><backend model='random'>/dev/random</backend></rng></devices>",
    },
    apply: name_device,
};

pub(super) static UNREAD: Rule = Rule {
    id: "rng-unread-parts",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a rate of 0 bytes is not written",
    doc: "A rate of 0 bytes does not limit an entropy source, and a period of 0 milliseconds is the usual one. libvirt writes \
          neither.",
    example: Example {
        before: "<devices><rng model='virtio'><rate bytes='0' period='5'/><backend model='random'>/dev/random</backend></rng></devices>",
        after: "<devices><rng model='virtio'><backend model='random'>/dev/random</backend></rng></devices>",
    },
    apply: drop_zero,
};

pub(super) static NO_BYTES: Rule = Rule {
    id: "rng-rate-without-bytes",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a rate without bytes limits nothing",
    doc: "The `<rate>` of an entropy source says how many bytes the guest may take in a period. Without a number of bytes there is no \
          limit, and libvirt does not look at the period.",
    example: Example {
        before: "<devices><rng model='virtio'><rate period='5'/><backend model='random'>/dev/random</backend></rng></devices>",
        after: "<devices><rng model='virtio'><backend model='random'>/dev/random</backend></rng></devices>",
    },
    apply: drop_unlimited,
};

fn drop_unlimited(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for rng in &mut devices.rng {
        if let Some(rate) = rng.rate.take_if(|rate| rate.bytes.is_none()) {
            cx.rewrote(&rate.xml, "a rate without bytes is none").becomes("<rate>", "");
            rng.xml.absorb(rate.xml);
        }
    }
}

fn name_device(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for rng in &mut devices.rng {
        if let RngBackendModel::Random(random) = &mut rng.backend.model
            && random.value.is_none()
        {
            random.value = Some(RANDOM.to_owned());
            cx.rewrote(&rng.xml, "the source of random numbers is spelt out").becomes("", RANDOM);
        }
    }
}

fn drop_zero(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for rng in &mut devices.rng {
        if rng.rate.take_if(|rate| rate.bytes == Some(0)).is_some() {
            cx.rewrote(&rng.xml, "a rate of 0 is none").becomes("<rate bytes='0'/>", "");
        }
        if let Some(rate) = &mut rng.rate
            && rate.period == Some(0)
        {
            rate.period = None;
            cx.rewrote(&rng.xml, "a period of 0 is the usual one").becomes("period='0'", "");
        }
    }
}
