//! `energytune-order`.

use domxml::scalar::CpuSet;
use domxml::{Cputune, Energytune};

use super::resctrl::{for_none, keep_below, read};
use crate::rule::kinds::algorithm;
use crate::rule::{Class, Context, LIBVIRT, Phase, Rule};

pub(super) fn rule() -> Rule {
    crate::rule::rule("energytune-order", Class::Spelling)
        .since(12, 4, 0)
        .summary("what is watched of the use of energy, for CPUs that there can be")
        .doc(
            "libvirt leaves out CPUs that there cannot be, and forgets what watches no CPU. What is for the same CPUs is one; CPUs that also \
             have shares of caches or bandwidth come first.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-7'><monitor vcpus='0'/></energytune></cputune>",
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor vcpus='0'/></energytune></cputune>",
        )
        .row(algorithm(energytune).phase(Phase::Write).profiles(LIBVIRT).after("memorytune-order"))
}

fn energytune(cputune: &mut Cputune, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    let shares = &mut cputune.energytunes;
    let mut at = 1;
    while at < shares.len() {
        let vcpus = read(shares[at].vcpus.as_ref(), most);
        let same = |share: &Energytune| read(share.vcpus.as_ref(), most) == vcpus && !for_none(vcpus.as_ref(), most);
        let Some(first) = shares[..at].iter().position(same) else {
            at += 1;
            continue;
        };
        let Energytune { monitors, xml, .. } = shares.remove(at);
        cx.rewrote(&xml, "these CPUs are watched already").becomes("<energytune>, <energytune>", "<energytune>");
        shares[first].monitors.extend(monitors);
        shares[first].xml.absorb(xml);
    }
    shares.retain_mut(|share| {
        keep_below(&mut share.vcpus, most, &share.xml, cx);
        if for_none(share.vcpus.as_ref(), most) || share.monitors.is_empty() {
            cx.rewrote(&share.xml, "it is for no CPU, or watches nothing").becomes("<energytune/>", "");
            return false;
        }
        for monitor in &mut share.monitors {
            keep_below(&mut monitor.vcpus, most, &monitor.xml, cx);
        }
        true
    });
    let caches = cputune.cachetunes.iter().map(|share| share.vcpus.clone());
    let others: Vec<_> = caches.chain(cputune.memorytunes.iter().map(|share| share.vcpus.clone())).collect();
    let place = |set: &Option<CpuSet>| others.iter().position(|other| other == set).unwrap_or(usize::MAX);
    if !cputune.energytunes.is_sorted_by_key(|share| place(&share.vcpus)) {
        cputune.energytunes.sort_by_key(|share| place(&share.vcpus));
        cx.rewrote(&cputune.xml, "first the CPUs that also have shares");
    }
}
