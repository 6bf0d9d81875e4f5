//! Features of Hyper-V that need one another.

use domxml::{Domain, FeatureHyperv, FeatureHypervMode, OnOff, TimerName, YesNo};
use domxml_runtime::Extra;

use crate::options::Driver;
use crate::rule::kinds::{check, refuse};
use crate::rule::{Class, Context, MODERN, Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("qemu-hyperv-conflict", Class::Conflict)
            .summary("a feature of Hyper-V without another one that it needs")
            .doc(
                "`stimer` needs `synic` and the timer `hypervclock`; `synic`, `tlbflush` and `ipi` need `vpindex`; `evmcs` and the direct flush \
                 of `tlbflush` need `vapic`. The QEMU driver refuses the one without the other; of `synic` alone QEMU does, which then does not start.",
            )
            .finds(
                "<features><hyperv><vpindex state='on'/><synic state='on'/><stimer state='on'/></hyperv></features><clock offset='utc'/>",
            )
            .finds("<features><hyperv><vpindex state='on'/><stimer state='on'/></hyperv></features>")
            .finds("<features><hyperv><tlbflush state='on'/></hyperv></features>")
            .finds("<features><hyperv><synic state='on'/></hyperv></features>")
            .row(check(needs).driver(Driver::Qemu))
            // libvirt has a form of it all the same.
            .row(
                refuse(|hyperv: &FeatureHyperv, _| {
                    let on = |state: OnOff| state == OnOff::On;
                    let custom = hyperv.mode.is_none_or(|mode| mode == FeatureHypervMode::Custom);
                    let synic = hyperv.synic.as_ref().is_some_and(|it| on(it.state));
                    let vpindex = hyperv.vpindex.as_ref().is_some_and(|it| on(it.state));
                    (custom && synic && !vpindex)
                        .then_some("synic needs <vpindex state='on'/>: libvirt takes the definition, and QEMU does not start")
                })
                .at(|hyperv| hyperv.synic.as_ref().map_or(&hyperv.xml, |synic| &synic.xml))
                .driver(Driver::Qemu)
                .profiles(MODERN),
            ),
    ]
}

/// A feature that is on, and where it stands.
type Feature<'f> = Option<(OnOff, &'f Extra)>;

fn needs(domain: &Domain, cx: &mut Context<'_>) {
    let Some(hyperv) = domain.features.as_ref().and_then(|features| features.hyperv.as_ref()) else { return };
    if hyperv.mode.is_some_and(|mode| mode != FeatureHypervMode::Custom) {
        return;
    }
    let on = |feature: Feature<'_>| feature.is_some_and(|(state, _)| state == OnOff::On);
    let present = |timer: &domxml::Timer| timer.name == TimerName::Hypervclock && timer.present == Some(YesNo::Yes);
    let clock = domain.clock.iter().flat_map(|clock| &clock.timers).any(present);
    let synic = hyperv.synic.as_ref().map(|it| (it.state, &it.xml));
    let vpindex = hyperv.vpindex.as_ref().map(|it| (it.state, &it.xml));
    let vapic = hyperv.vapic.as_ref().map(|it| (it.state, &it.xml));
    let stimer = hyperv.stimer.as_ref().map(|it| (it.state.unwrap_or(OnOff::Off), &it.xml));
    let tlbflush = hyperv.tlbflush.as_ref().map(|it| (it.state.unwrap_or(OnOff::Off), &it.xml));
    if let Some((OnOff::On, at)) = stimer
        && !clock
    {
        cx.error(at, "stimer needs <timer name='hypervclock' present='yes'/> in <clock>");
    }
    for (feature, name, needed, needed_name) in [
        (stimer, "stimer", synic, "synic"),
        (tlbflush, "tlbflush", vpindex, "vpindex"),
        (hyperv.ipi.as_ref().map(|it| (it.state, &it.xml)), "ipi", vpindex, "vpindex"),
        (hyperv.evmcs.as_ref().map(|it| (it.state, &it.xml)), "evmcs", vapic, "vapic"),
        (direct(hyperv), "the direct flush", vapic, "vapic"),
    ] {
        if let Some((OnOff::On, at)) = feature
            && !on(needed)
        {
            cx.error(at, format!("{name} needs <{needed_name} state='on'/>"));
        }
    }
}

fn direct(hyperv: &FeatureHyperv) -> Feature<'_> {
    let tlbflush = hyperv.tlbflush.as_ref().filter(|it| it.state == Some(OnOff::On))?;
    tlbflush.direct.as_ref().map(|it| (it.state, &it.xml))
}
