//! `resctrl-monitor-vcpus`.

use super::resctrl::{span, vcpus};

use crate::rules::prelude::*;

rules![
    rule("resctrl-monitor-vcpus", Class::Default)
        .since(12, 8, 0)
        .summary("the CPUs that a monitor watches are spelt out")
        .doc(
            "A monitor without CPUs watches those of its share, and libvirt writes them. What is for the whole process \
             has none.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor/></energytune></cputune>",
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor vcpus='0-1'/></energytune></cputune>",
        )
        .row(algorithm(monitor_vcpus).phase(Phase::Write).profiles(LIBVIRT).after("energytune-order")),
];

fn monitor_vcpus(cputune: &mut Cputune, cx: &mut Context<'_>) {
    cputune.cachetunes.iter_mut().for_each(|share| spell_out(share, cx));
    cputune.memorytunes.iter_mut().for_each(|share| spell_out(share, cx));
    cputune.energytunes.iter_mut().for_each(|share| spell_out(share, cx));
}

/// Gives the monitors of a share its CPUs, where they have none of their own.
fn spell_out(share: &mut dyn Content, cx: &mut Context<'_>) {
    let Some(set) = vcpus(share).cloned() else { return };
    each_struct_mut(share, &mut |part| {
        let at = span(part, cx);
        if let Some(place @ None) = field_mut(part) {
            cx.rewrote_here(at, "the CPUs of the share are spelt out").becomes("", attribute("vcpus", &set));
            *place = Some(set.clone());
        }
    });
}
