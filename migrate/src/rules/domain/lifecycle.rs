//! `lifecycle-absent`, `clock-absent`, `idmap-sorted`, `idmap-conflict`, `resource-conflict`.

use domxml::{Clock, Domain, DomainOnCrash, LifecycleAction};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static LIFECYCLE: Rule = Rule {
    id: "lifecycle-absent",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what happens at the end of a guest is spelt out",
    doc: "A guest that powers off or crashes is destroyed and one that reboots restarts, unless `<on_poweroff>`, `<on_crash>` and \
          `<on_reboot>` say otherwise; libvirt always writes the three.",
    example: Example {
        before: "<on_reboot>destroy</on_reboot>",
        after: "<on_poweroff>destroy</on_poweroff><on_reboot>destroy</on_reboot><on_crash>destroy</on_crash>",
    },
    apply: lifecycle,
};

pub(super) static CLOCK: Rule = Rule {
    id: "clock-absent",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the clock shows UTC unless told otherwise",
    doc: "Without a `<clock>` the guest's clock starts with the time in UTC, and libvirt writes that.",
    example: Example { before: "", after: "<clock offset='utc'/>" },
    apply: clock,
};

pub(super) static IDMAP: Rule = Rule {
    id: "idmap-sorted",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "mapped users and groups by number",
    doc: "libvirt sorts the ranges of users and of groups that a container maps by where they start.",
    example: Example {
        before: "<idmap><uid start='5' target='1000' count='10'/><uid start='0' target='1' count='1'/>\
                 <gid start='0' target='1000' count='10'/></idmap>",
        after: "<idmap><uid start='0' target='1' count='1'/><uid start='5' target='1000' count='10'/>\
                <gid start='0' target='1000' count='10'/></idmap>",
    },
    apply: sort_idmap,
};

pub(super) static IDMAP_CONFLICT: Rule = Rule {
    id: "idmap-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a container must map its root user and group",
    doc: "Where a container maps users it must map groups too, and both from 0 on; libvirt refuses anything else.",
    example: Example {
        before: "<idmap><uid start='0' target='1000' count='10'/></idmap>",
        after: "<idmap><uid start='0' target='1000' count='10'/></idmap>",
    },
    apply: idmap_conflict,
};

pub(super) static RESOURCE_CONFLICT: Rule = Rule {
    id: "resource-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a resource without a partition",
    doc: "A `<resource>` must name a partition, or, since 7.7.0, an application on a Fibre Channel fabric; libvirt refuses an empty one.",
    example: Example { before: "<resource/>", after: "<resource/>" },
    apply: resource_conflict,
};

fn lifecycle(domain: &mut Domain, cx: &mut Context) {
    macro_rules! add {
        ($field:ident, $value:expr) => {
            if domain.$field.is_none() {
                let value = $value;
                let name = stringify!($field);
                domain.$field = Some(value);
                cx.rewrote(&domain.xml, format!("the default of {name} is spelt out"))
                    .becomes("", format!("<{name}>{}</{name}>", value.as_str()));
            }
        };
    }
    add!(on_poweroff, LifecycleAction::Destroy);
    add!(on_reboot, LifecycleAction::Restart);
    add!(on_crash, DomainOnCrash::Destroy);
}

fn clock(domain: &mut Domain, cx: &mut Context) {
    if domain.clock.is_none() {
        domain.clock = Some(Clock::default());
        cx.rewrote(&domain.xml, "the clock shows UTC").becomes("", "<clock offset='utc'/>");
    }
}

fn sort_idmap(domain: &mut Domain, cx: &mut Context) {
    let Some(idmap) = &mut domain.idmap else { return };
    if !idmap.uid.is_sorted_by_key(|range| range.start) || !idmap.gid.is_sorted_by_key(|range| range.start) {
        idmap.uid.sort_by_key(|range| range.start);
        idmap.gid.sort_by_key(|range| range.start);
        cx.rewrote(&idmap.xml, "ranges by where they start");
    }
}

fn idmap_conflict(domain: &mut Domain, cx: &mut Context) {
    let Some(idmap) = &domain.idmap else { return };
    if idmap.uid.is_empty() != idmap.gid.is_empty() {
        cx.error(&idmap.xml, "users and groups must be mapped both");
    }
    let lacks_root = |starts: &mut dyn Iterator<Item = u32>| starts.min().is_some_and(|first| first != 0);
    if lacks_root(&mut idmap.uid.iter().map(|range| range.start))
        || lacks_root(&mut idmap.gid.iter().map(|range| range.start))
    {
        cx.error(&idmap.xml, "the container's root is not mapped");
    }
}

fn resource_conflict(domain: &mut Domain, cx: &mut Context) {
    if let Some(resource) = &domain.resource
        && resource.partition.as_ref().is_none_or(String::is_empty)
        && resource.fibrechannel.is_none()
    {
        cx.error(&resource.xml, "<resource> names neither a partition nor an application");
    }
}
