//! `clock-adjustment-number`, `clock-sync-legacy`, `clock-sync-dropped`, `timer-zero-values`, `clock-conflict`.

use domxml::{
    ClockOffset, ClockOffsetLocaltime, ClockOffsetVariable, ClockOffsetVariableBasis as Basis, ClockReset, Domain,
    TimerName, TimerTickpolicy,
};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, Rule, Safety};
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

pub(super) static ZEROS: Rule = Rule {
    id: "timer-zero-values",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "0 stands for no value of a timer",
    doc: "A frequency of 0, and limits of 0 for how ticks are caught up, say that nothing is set; libvirt does not write them.",
    example: Example {
        before: "<clock offset='utc'><timer name='rtc' tickpolicy='catchup'><catchup threshold='0' slew='120' limit='0'/></timer>\
                 </clock>",
        after: "<clock offset='utc'><timer name='rtc' tickpolicy='catchup'><catchup slew='120'/></timer></clock>",
    },
    apply: drop_zeros,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "clock-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a clock that libvirt refuses",
    doc: "A clock in the time of a zone must name the zone; libvirt refuses it otherwise.",
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

fn drop_zeros(domain: &mut Domain, cx: &mut Context) {
    for timer in domain.clock.iter_mut().flat_map(|clock| &mut clock.timer) {
        let policy = match &mut timer.name {
            TimerName::Platform(members) | TimerName::Rtc(members) => &mut members.tickpolicy,
            TimerName::Tsc(members) => {
                if members.frequency.take_if(|frequency| *frequency == 0).is_some() {
                    cx.rewrote(&timer.xml, "no frequency is set").becomes("frequency='0'", "");
                }
                &mut members.tickpolicy
            }
            TimerName::Hpet(members) | TimerName::Pit(members) | TimerName::Armvtimer(members) => &mut members.tickpolicy,
            TimerName::Kvmclock | TimerName::Hypervclock => continue,
        };
        let Some(TimerTickpolicy::Catchup(policy)) = policy else { continue };
        let Some(catchup) = &mut policy.catchup else { continue };
        let mut zero = |name: &str, value: &mut Option<u32>| {
            if value.take_if(|value| *value == 0).is_some() {
                cx.rewrote(&catchup.xml, format!("no {name} is set")).becomes(attribute(name, 0), "");
            }
        };
        zero("threshold", &mut catchup.threshold);
        zero("slew", &mut catchup.slew);
        zero("limit", &mut catchup.limit);
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let Some(clock) = &domain.clock else { return };
    if let ClockOffset::Timezone(zone) = &clock.offset
        && zone.timezone.as_ref().is_none_or(String::is_empty)
    {
        cx.error(&clock.xml, "the clock needs the name of a time zone");
    }
}
