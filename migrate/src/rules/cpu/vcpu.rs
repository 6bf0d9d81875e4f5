//! `vcpu-absent`, `vcpu-current-equal-dropped`, `vcpu-cpuset-all-dropped`, `vcpu-auto-cpuset-dropped`,
//! `vcpus-hotpluggable-default`, `vcpus-complete`, `vcpu-conflict`.

use std::collections::BTreeMap;

use domxml::{Domain, Vcpu, VcpuPlacement, VcpusVcpu, YesNo};

use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};

pub(super) static ABSENT: Rule = Rule {
    id: "vcpu-absent",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a guest has one CPU unless told otherwise",
    doc: "Without `<vcpu>` the guest has one virtual CPU, and libvirt writes that.",
    example: Example { before: "", after: "<vcpu placement='static'>1</vcpu>" },
    apply: absent,
};

pub(super) static CURRENT: Rule = Rule {
    id: "vcpu-current-equal-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "all CPUs are there from the start",
    doc: "libvirt writes the number of CPUs that are there from the start only where it is less than all of them.",
    example: Example { before: "<vcpu current='2'>2</vcpu>", after: "<vcpu>2</vcpu>" },
    apply: drop_current,
};

pub(super) static CPUSET_ALL: Rule = Rule {
    id: "vcpu-cpuset-all-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "CPUs on every CPU of the host",
    doc: "A set of all CPU numbers that libvirt knows, 0 to 16383, confines nothing; libvirt does not write it.",
    example: Example { before: "<vcpu cpuset='0-16383'>2</vcpu>", after: "<vcpu>2</vcpu>" },
    apply: drop_full_set,
};

pub(super) static AUTO_CPUSET: Rule = Rule {
    id: "vcpu-auto-cpuset-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "CPUs that are placed automatically have no set",
    doc: "Where the CPUs are placed automatically, libvirt does not read the set of CPUs of the host that stands beside it.",
    example: Example {
        before: "<vcpu placement='auto' cpuset='0-3'>2</vcpu>",
        after: "<vcpu placement='auto'>2</vcpu>",
    },
    apply: drop_auto_set,
};

pub(super) static HOTPLUGGABLE: Rule = Rule {
    id: "vcpus-hotpluggable-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a CPU that is off at the start can be plugged in",
    doc: "A virtual CPU that is enabled cannot be unplugged and one that is disabled can be plugged in, unless the description says \
          otherwise; libvirt spells that out.",
    example: Example {
        before: "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='no'/></vcpus>",
        after: "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/>\
                <vcpu id='1' enabled='no' hotpluggable='yes'/></vcpus>",
    },
    apply: hotpluggable,
};

pub(super) static COMPLETE: Rule = Rule {
    id: "vcpus-complete",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "each CPU once, and how many are there from the start",
    doc: "Where `<vcpus>` describes any virtual CPU, those that it leaves out are disabled. libvirt writes them all, in order, and counts \
          the enabled ones in `current`.",
    example: Example {
        before: "<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/></vcpus>",
        after: "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/>\
                <vcpu id='1' enabled='no' hotpluggable='yes'/></vcpus>",
    },
    apply: complete,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "vcpu-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "numbers of CPUs that libvirt refuses",
    doc: "libvirt refuses a guest without CPUs, more CPUs at the start than there can be, descriptions of CPUs that there cannot be, and \
          CPUs that are disabled and cannot be plugged in.",
    example: Example { before: "<vcpu current='3'>2</vcpu>", after: "<vcpu current='3'>2</vcpu>" },
    apply: conflict,
};

/// How many CPU numbers libvirt knows.
const CPUS: usize = 16_384;

/// The greatest number of CPUs.
pub(super) fn most(domain: &Domain) -> u32 {
    domain.vcpu.as_ref().map_or(1, |vcpu| vcpu.value.into())
}

fn absent(domain: &mut Domain, cx: &mut Context) {
    if domain.vcpu.is_none() {
        domain.vcpu = Some(Vcpu { value: 1, ..Vcpu::default() });
        cx.rewrote(&domain.xml, "the guest has one CPU").becomes("", "<vcpu>1</vcpu>");
    }
}

fn described(domain: &Domain) -> bool {
    domain.vcpus.as_ref().is_some_and(|vcpus| !vcpus.vcpu.is_empty())
}

fn drop_current(domain: &mut Domain, cx: &mut Context) {
    if described(domain) {
        return;
    }
    let Some(vcpu) = &mut domain.vcpu else { return };
    let all = vcpu.value;
    if let Some(current) = vcpu.current.take_if(|current| *current == all) {
        cx.rewrote(&vcpu.xml, "all CPUs are there from the start").becomes(attribute("current", current), "");
    }
}

fn drop_full_set(domain: &mut Domain, cx: &mut Context) {
    let Some(vcpu) = &mut domain.vcpu else { return };
    if let Some(set) = vcpu.cpuset.take_if(|set| set.len() == CPUS) {
        cx.rewrote(&vcpu.xml, "the set has every CPU").becomes(attribute("cpuset", set), "");
    }
}

fn drop_auto_set(domain: &mut Domain, cx: &mut Context) {
    let Some(vcpu) = &mut domain.vcpu else { return };
    if vcpu.placement == Some(VcpuPlacement::Auto)
        && let Some(set) = vcpu.cpuset.take()
    {
        cx.rewrote(&vcpu.xml, "not read where CPUs are placed automatically").becomes(attribute("cpuset", set), "");
    }
}

fn default_for(enabled: YesNo) -> YesNo {
    if enabled == YesNo::Yes { YesNo::No } else { YesNo::Yes }
}

fn hotpluggable(domain: &mut Domain, cx: &mut Context) {
    for vcpu in domain.vcpus.iter_mut().flat_map(|vcpus| &mut vcpus.vcpu) {
        if vcpu.hotpluggable.is_none() {
            let default = default_for(vcpu.enabled);
            vcpu.hotpluggable = Some(default);
            cx.rewrote(&vcpu.xml, "the default of hotpluggable is spelt out")
                .becomes("", attribute("hotpluggable", default.as_str()));
        }
    }
}

fn complete(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    let (Some(vcpus), Some(vcpu)) = (&mut domain.vcpus, &mut domain.vcpu) else { return };
    if vcpus.vcpu.is_empty() {
        return;
    }
    if !vcpus.vcpu.iter().map(|vcpu| vcpu.id).eq(0..most) {
        // Of one that is described twice the last counts.
        let mut listed: BTreeMap<u32, VcpusVcpu> = vcpus.vcpu.drain(..).map(|vcpu| (vcpu.id, vcpu)).collect();
        vcpus.vcpu.extend((0..most).map(|id| listed.remove(&id).unwrap_or_else(|| disabled(id))));
        cx.rewrote(&vcpus.xml, "each CPU once, in order");
    }
    let enabled = vcpus.vcpu.iter().filter(|vcpu| vcpu.enabled == YesNo::Yes).count();
    let enabled = u16::try_from(enabled).unwrap_or(u16::MAX);
    let current = (enabled < vcpu.value).then_some(enabled);
    if vcpu.current != current {
        let shown = |current: Option<u16>| current.map_or_else(String::new, |current| attribute("current", current));
        cx.rewrote(&vcpu.xml, "as many CPUs as are enabled").becomes(shown(vcpu.current), shown(current));
        vcpu.current = current;
    }
}

fn disabled(id: u32) -> VcpusVcpu {
    VcpusVcpu { id, enabled: YesNo::No, hotpluggable: Some(YesNo::Yes), ..VcpusVcpu::default() }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let most = most(domain);
    if let Some(vcpu) = &domain.vcpu {
        if most == 0 {
            cx.error(&vcpu.xml, "the guest has no CPUs");
        }
        if !described(domain)
            && let Some(current) = vcpu.current
            && current > vcpu.value
        {
            cx.error(&vcpu.xml, format!("{current} CPUs at the start, and no more than {most}"));
        }
    }
    for vcpu in domain.vcpus.iter().flat_map(|vcpus| &vcpus.vcpu) {
        if vcpu.id >= most {
            cx.error(&vcpu.xml, format!("there is no CPU {}: there are {most}", vcpu.id));
        }
        if vcpu.enabled == YesNo::No && vcpu.hotpluggable == Some(YesNo::No) {
            cx.error(&vcpu.xml, format!("CPU {} is disabled and cannot be plugged in", vcpu.id));
        }
    }
}
