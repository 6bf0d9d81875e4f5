//! `resctrl-monitor-vcpus`.

use domxml::{CachetuneItem, Cputune, MemorytuneItem};

use crate::rule::kinds::algorithm;
use crate::rule::{Class, Context, LIBVIRT, Phase, Rule};
use crate::rules::common::attribute;

pub(super) fn rule() -> Rule {
    crate::rule::rule("resctrl-monitor-vcpus", Class::Default)
        .since(12, 8, 0)
        .summary("the CPUs that a monitor watches are spelt out")
        .doc(
            "A monitor without CPUs watches those of its share, and libvirt writes them. What is for the whole process has none.",
        )
        .example(
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor/></energytune></cputune>",
            "<vcpu>2</vcpu><cputune><energytune vcpus='0-1'><monitor vcpus='0-1'/></energytune></cputune>",
        )
        .row(algorithm(monitor_vcpus).phase(Phase::Write).profiles(LIBVIRT).after("energytune-order"))
}

fn monitor_vcpus(cputune: &mut Cputune, cx: &mut Context<'_>) {
    let mut monitors = Vec::new();
    for share in &mut cputune.cachetunes {
        let of = share.items.iter_mut().filter_map(|item| match item {
            CachetuneItem::Monitor(monitor) => Some((&mut monitor.vcpus, &monitor.xml)),
            _ => None,
        });
        monitors.extend(of.map(|(vcpus, xml)| (share.vcpus.as_ref(), vcpus, xml)));
    }
    for share in &mut cputune.memorytunes {
        let of = share.items.iter_mut().filter_map(|item| match item {
            MemorytuneItem::Monitor(monitor) => Some((&mut monitor.vcpus, &monitor.xml)),
            _ => None,
        });
        monitors.extend(of.map(|(vcpus, xml)| (share.vcpus.as_ref(), vcpus, xml)));
    }
    for share in &mut cputune.energytunes {
        let of = share.monitors.iter_mut().map(|monitor| (&mut monitor.vcpus, &monitor.xml));
        monitors.extend(of.map(|(vcpus, xml)| (share.vcpus.as_ref(), vcpus, xml)));
    }
    for (of_share, vcpus, xml) in monitors {
        if let (Some(set), None) = (of_share, &vcpus) {
            cx.rewrote(xml, "the CPUs of the share are spelt out").becomes("", attribute("vcpus", set));
            *vcpus = Some(set.clone());
        }
    }
}
