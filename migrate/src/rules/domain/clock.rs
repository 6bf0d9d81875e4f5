//! The clock and its timers.

use domxml::ClockOffsetVariableBasis as Basis;

use crate::rules::prelude::*;

rules![
    rule("clock-conflict", Class::Conflict)
        .summary("a clock that libvirt refuses")
        .doc(
            "A clock in the time of a zone must name the zone. A timer takes a policy for ticks, a track, a frequency \
             or a mode only where it has one, and limits for catching up only where it catches up. libvirt refuses \
             anything else.",
        )
        .finds("<clock offset='timezone'/>")
        .finds("<clock offset='utc'><timer name='hpet' track='guest'/></clock>")
        .row(refuse_if("the clock needs the name of a time zone: add timezone, as timezone='Europe/Berlin'", |clock: &Clock, _| {
            matches!(&clock.offset, ClockOffset::Timezone(zone) if zone.timezone.as_ref().is_none_or(String::is_empty))
        }))
        .rows(["tickpolicy", "track", "frequency", "mode"].map(|name| {
            refuse(move |timer: &Timer, _| {
                // What a timer of another name has stands among what the schema does not know; a frequency of 0 is none.
                let value = kept_attribute(&timer.xml, name)?;
                let says_nothing = name == "frequency" && value.trim_start().parse() == Ok(0_u64);
                (!says_nothing).then(|| format!("this timer has no {name}: leave it out"))
            })
        }))
        .row(refuse_if("this timer does not catch up: leave out <catchup>", |timer: &Timer, _| {
            // A second one is read past.
            let mut catches_up = false;
            each(timer, |_: &TimerCatchup| catches_up = true);
            kept_child(&timer.xml, "catchup").is_some() && !catches_up
        })),
    rule("clock-adjustment-number", Class::Structure)
        .since(0, 9, 11)
        .summary("a clock that is adjusted has a variable offset")
        .doc(
            "A number as the adjustment of a clock in UTC or local time makes its offset variable, with that time as \
             its basis; libvirt writes it that way. An adjustment of `reset` stays.",
        )
        .example(
            "<clock offset='utc' adjustment='3600'/>",
            "<clock offset='variable' adjustment='3600' basis='utc'/>",
        )
        .row(algorithm(adjust)),
    rule("clock-sync-legacy", Class::Lossy)
        .on_request()
        .summary("sync was once the name of offset")
        .doc(
            "The first versions of the format called the offset of the clock `sync`. libvirt does not read that any \
             more: the guest gets UTC, whatever stands there. Making an offset of it gives the guest what was once \
             meant, which is not what libvirt gives it now, so it is done on request only.",
        )
        .example("<clock sync='localtime'/>", "<clock offset='localtime'/>")
        .row(algorithm(sync).profiles(MODERN)),
    rule("clock-sync-dropped", Class::Lossy)
        .summary("sync is not read")
        .doc("libvirt does not read `sync`, by which the first versions of the format named the offset of the clock, and forgets it.")
        .example("<clock sync='localtime'/>", "<clock offset='utc'/>")
        .row(unread(ClockOffsetUtc::SYNC.in_branch(Clock::OFFSET), "any more").profiles(LIBVIRT)),
];

fn adjust(clock: &mut Clock, cx: &mut Context<'_>) {
    let (time, adjustment) = match &clock.offset {
        ClockOffset::Utc(utc) => (Basis::Utc, &utc.adjustment),
        ClockOffset::Localtime(local) => (Basis::Localtime, &local.adjustment),
        _ => return,
    };
    let Some(ClockReset::Number(number)) = *adjustment else { return };
    let (adjustment, basis) = (Some(number), Some(time));
    clock.offset = ClockOffset::Variable(ClockOffsetVariable { adjustment, basis, ..ClockOffsetVariable::default() });
    let after = format!("offset='variable' adjustment='{number}' basis='{time}'");
    cx.rewrote(&clock.xml, "an adjusted clock has a variable offset")
        .becomes(format!("offset='{time}' adjustment='{number}'"), after);
}

fn sync(clock: &mut Clock, cx: &mut Context<'_>) {
    let Some(utc) = branch_mut::<ClockOffsetUtc>(&mut clock.offset) else { return };
    let Some(sync) = utc.sync.take_if(|sync| matches!(sync.as_str(), "localtime" | "utc")) else { return };
    let adjustment = utc.adjustment.take();
    clock.offset = match sync.as_str() {
        "localtime" => ClockOffset::Localtime(ClockOffsetLocaltime { adjustment }),
        _ => ClockOffset::Utc(ClockOffsetUtc { adjustment, ..ClockOffsetUtc::default() }),
    };
    cx.rewrote(&clock.xml, "sync is called offset now").becomes(attribute("sync", &sync), attribute("offset", &sync));
}
