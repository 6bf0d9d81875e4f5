//! Sources of random numbers.

use crate::rules::prelude::*;

/// What libvirt reads random numbers from where nothing is said.
const RANDOM: &str = "/dev/random";
const SPELT: &str = "the source of random numbers is spelt out";

rules![
    rule("rng-random-default", Class::Default)
        .summary("the source of random numbers is spelt out")
        .doc(
            "An entropy source with the back end `random` takes its numbers from /dev/random where the definition \
             names no device of the host. libvirt writes the path.",
        )
        .example(
            "<devices><rng model='virtio'><backend model='random'/></rng></devices>",
            "<devices><rng model='virtio'><backend model='random'>/dev/random</backend></rng></devices>",
        )
        .row(default(RngBackendModelRandom::VALUE, RANDOM.to_owned()).says(SPELT)),
    rule("rng-rate-without-bytes", Class::Lossy)
        .profiles(BOTH)
        .summary("a rate without bytes limits nothing")
        .doc(
            "The `<rate>` of an entropy source says how many bytes the guest may take in a period. Without a number of \
             bytes there is no limit, and libvirt does not look at the period.",
        )
        .example(
            "<devices><rng model='virtio'><rate period='5'/><backend model='random'>/dev/random</backend></rng>\
             </devices>",
            "<devices><rng model='virtio'><backend model='random'>/dev/random</backend></rng></devices>",
        )
        .row(nothing(child(Rng::RATE), |rate| rate.bytes.is_none(), "a rate without bytes is none")),
    rule("rng-unread-parts", Class::Spelling)
        .summary("a rate of 0 bytes is not written")
        .doc(
            "A rate of 0 bytes does not limit an entropy source, and a period of 0 milliseconds is the usual one. \
             libvirt writes neither.",
        )
        .example(
            "<devices><rng model='virtio'><rate bytes='0' period='5'/><backend model='random'>/dev/random</backend>\
             </rng></devices>",
            "<devices><rng model='virtio'><backend model='random'>/dev/random</backend></rng></devices>",
        )
        .row(nothing(child(Rng::RATE), |rate| rate.bytes == Some(0), "a rate of 0 is none"))
        .row(nothing(RngRate::PERIOD, |period| *period == 0, "a period of 0 is the usual one")),
];
