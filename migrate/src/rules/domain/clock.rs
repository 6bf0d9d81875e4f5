//! `clock-adjustment-number`, `clock-sync-legacy`, `clock-sync-dropped`, `clock-conflict`.

use domxml::{
    ClockOffset, ClockOffsetLocaltime, ClockOffsetVariable, ClockOffsetVariableBasis as Basis, ClockReset, Domain,
};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN, attribute};

pub(super) static ADJUSTMENT: Rule = Rule {
    id: "clock-adjustment-number",
    class: Class::Structure,
    since: Some(Version::new(0, 9, 11)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a clock that is adjusted has a variable offset",
    doc: "A number as the adjustment of a clock in UTC or local time makes its offset variable, with that time as its basis; libvirt \
          writes it that way. An adjustment of `reset` stays.",
    example: Example {
        before: "<clock offset='utc' adjustment='3600'/>",
        after: "<clock offset='variable' adjustment='3600' basis='utc'/>",
    },
    apply: adjust,
};

pub(super) static SYNC: Rule = Rule {
    id: "clock-sync-legacy",
    class: Class::Lossy,
    since: None,
    safety: Safety::Unsafe,
    profiles: MODERN,
    summary: "sync was once the name of offset",
    doc: "The first versions of the format called the offset of the clock `sync`. libvirt does not read that any more: the guest gets \
          UTC, whatever stands there. Making an offset of it gives the guest what was once meant, which is not what libvirt gives it \
          now, so it is done on request only.",
    example: Example { before: "<clock sync='localtime'/>", after: "<clock offset='localtime'/>" },
    apply: sync,
};

pub(super) static SYNC_DROPPED: Rule = Rule {
    id: "clock-sync-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "sync is not read",
    doc: "libvirt does not read `sync`, by which the first versions of the format named the offset of the clock, and forgets it.",
    example: Example { before: "<clock sync='localtime'/>", after: "<clock offset='utc'/>" },
    apply: drop_sync,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "clock-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a clock that libvirt refuses",
    doc: "A clock in the time of a zone must name the zone. A timer takes a policy for ticks, a track, a frequency or a mode only where it \
          has one, and limits for catching up only where it catches up. libvirt refuses anything else.",
    example: Example { before: "<clock offset='timezone'/>", after: "<clock offset='timezone'/>" },
    apply: conflict,
};

fn adjust(domain: &mut Domain, cx: &mut Context) {
    let Some(clock) = &mut domain.clock else { return };
    let (basis, adjustment) = match &clock.offset {
        ClockOffset::Utc(utc) => (Basis::Utc, &utc.adjustment),
        ClockOffset::Localtime(local) => (Basis::Localtime, &local.adjustment),
        _ => return,
    };
    let Some(ClockReset::Number(number)) = *adjustment else { return };
    let before = format!("offset='{}' adjustment='{number}'", basis.as_str());
    let after = format!("offset='variable' adjustment='{number}' basis='{}'", basis.as_str());
    clock.offset = ClockOffset::Variable(ClockOffsetVariable {
        adjustment: Some(number),
        basis: Some(basis),
        ..ClockOffsetVariable::default()
    });
    cx.rewrote(&clock.xml, "an adjusted clock has a variable offset").becomes(before, after);
}

fn sync(domain: &mut Domain, cx: &mut Context) {
    let Some(clock) = &mut domain.clock else { return };
    let ClockOffset::Utc(utc) = &mut clock.offset else { return };
    let Some(sync) = utc.sync.take_if(|sync| matches!(sync.as_str(), "localtime" | "utc")) else { return };
    cx.rewrote(&clock.xml, "sync is called offset now").becomes(attribute("sync", &sync), attribute("offset", &sync));
    if sync == "localtime" {
        let adjustment = utc.adjustment.take();
        clock.offset = ClockOffset::Localtime(ClockOffsetLocaltime { adjustment });
    }
}

fn drop_sync(domain: &mut Domain, cx: &mut Context) {
    let Some(clock) = &mut domain.clock else { return };
    if let ClockOffset::Utc(utc) = &mut clock.offset
        && let Some(sync) = utc.sync.take()
    {
        cx.rewrote(&clock.xml, "sync is not read").becomes(attribute("sync", sync), "");
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let Some(clock) = &domain.clock else { return };
    if let ClockOffset::Timezone(zone) = &clock.offset
        && zone.timezone.as_ref().is_none_or(String::is_empty)
    {
        cx.error(&clock.xml, "the clock needs the name of a time zone");
    }
    for timer in &clock.timer {
        let Some(kept) = &timer.xml.kept else { continue };
        for (name, _) in &kept.attributes {
            if matches!(&**name, "tickpolicy" | "track" | "frequency" | "mode") {
                cx.error(&timer.xml, format!("this timer has no {name}"));
            }
        }
        if kept.nodes.iter().any(|node| node.is_element("catchup")) {
            cx.error(&timer.xml, "this timer does not catch up");
        }
    }
}
