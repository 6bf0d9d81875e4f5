//! `vcpus-complete`.

use std::collections::BTreeMap;

use crate::rules::prelude::*;

rules![
    rule("vcpus-complete", Class::Default)
        .summary("each CPU once, and how many are there from the start")
        .doc(
            "Where `<vcpus>` describes any virtual CPU, those that it leaves out are disabled. libvirt writes them \
             all, in order, and counts the enabled ones in `current`.",
        )
        .example(
            "<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/></vcpus>",
            "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/>\
             <vcpu id='1' enabled='no' hotpluggable='yes'/></vcpus>",
        )
        .row(algorithm(complete).phase(Phase::Derive).profiles(LIBVIRT)),
];

fn complete(domain: &mut Domain, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    let (Some(vcpus), Some(vcpu)) = (&mut domain.vcpus, &mut domain.vcpu) else { return };
    if vcpus.vcpus.is_empty() {
        return;
    }
    if !vcpus.vcpus.iter().map(|vcpu| vcpu.id).eq(0..most) {
        // Of one that is described twice the last counts.
        let mut listed: BTreeMap<u32, VcpusVcpu> = vcpus.vcpus.drain(..).map(|vcpu| (vcpu.id, vcpu)).collect();
        vcpus.vcpus.extend((0..most).map(|id| listed.remove(&id).unwrap_or_else(|| disabled(id))));
        cx.rewrote(&vcpus.xml, "libvirt lists each CPU once, in order");
    }
    let enabled = vcpus.vcpus.iter().filter(|vcpu| vcpu.enabled == YesNo::Yes).count();
    let enabled = u16::try_from(enabled).unwrap_or(u16::MAX);
    let current = (enabled < vcpu.value).then_some(enabled);
    if vcpu.current != current {
        let [before, after] = [vcpu.current, current].map(|current| attribute_if("current", current));
        cx.rewrote(&vcpu.xml, "the guest starts with as many CPUs as are enabled").becomes(before, after);
        vcpu.current = current;
    }
}

fn disabled(id: u32) -> VcpusVcpu {
    VcpusVcpu { id, enabled: YesNo::No, hotpluggable: Some(YesNo::Yes), ..VcpusVcpu::default() }
}
