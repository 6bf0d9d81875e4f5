//! Features of Hyper-V that need one another.

use domxml::{Domain, FeatureHyperv, FeatureHypervMode, OnOff, TimerName, YesNo};
use domxml_runtime::Extra;

use crate::options::Driver;
use crate::rule::kinds::{check, refuse};
use crate::rule::{Class, Context, LIBVIRT, MODERN, rule};

rules![
    rule("qemu-hyperv-conflict", Class::Conflict)
        .driver(Driver::Qemu)
        .summary("a feature of Hyper-V without another one that it needs")
        .doc(
            "`stimer` needs `synic` and the timer `hypervclock`; `synic`, `tlbflush` and `ipi` need `vpindex`; `evmcs` \
             and the direct flush of `tlbflush` need `vapic`. The QEMU driver refuses the one without the other, all \
             but `stimer` since 11.9.0; of `synic` alone 11.9.0 and 11.10.0 do so, and with others QEMU does not \
             start.",
        )
        .finds(
            "<features><hyperv><vpindex state='on'/><synic state='on'/><stimer state='on'/></hyperv></features><clock offset='utc'/>",
        )
        .finds("<features><hyperv><vpindex state='on'/><stimer state='on'/></hyperv></features>")
        .finds("<features><hyperv><tlbflush state='on'/></hyperv></features>")
        .finds("<features><hyperv><synic state='on'/></hyperv></features>")
        .row(check(timers))
        .row(check(needs).since(11, 9, 0))
        // libvirt has a form of it all the same.
        .row(
            refuse(|hyperv: &FeatureHyperv, _| {
                lonely_synic(hyperv).then_some("synic needs <vpindex state='on'/>: libvirt takes the definition, and QEMU does not start")
            })
            .at(|hyperv| hyperv.synic.as_ref().map_or(&hyperv.xml, |synic| &synic.xml))
            .profiles(MODERN),
        )
        .row(
            refuse(|hyperv: &FeatureHyperv, _| lonely_synic(hyperv).then_some("synic needs <vpindex state='on'/>"))
                .at(|hyperv| hyperv.synic.as_ref().map_or(&hyperv.xml, |synic| &synic.xml))
                .since(11, 9, 0)
                .until(12, 0, 0)
                .profiles(LIBVIRT),
        ),
];

/// Whether there is a `synic` without what it needs.
fn lonely_synic(hyperv: &FeatureHyperv) -> bool {
    let on = |feature: Feature<'_>| matches!(feature, Some((OnOff::On, _)));
    is_custom(hyperv)
        && on(hyperv.synic.as_ref().map(|it| (it.state, &it.xml)))
        && !on(hyperv.vpindex.as_ref().map(|it| (it.state, &it.xml)))
}

/// Whether the features are those that are listed.
fn is_custom(hyperv: &FeatureHyperv) -> bool {
    hyperv.mode.is_none_or(|mode| mode == FeatureHypervMode::Custom)
}

/// A feature that is on, and where it stands.
type Feature<'f> = Option<(OnOff, &'f Extra)>;

/// The timer needs two more things.
fn timers(domain: &Domain, cx: &mut Context<'_>) {
    let hyperv = domain.features.as_ref().and_then(|features| features.hyperv.as_ref());
    let Some(hyperv) = hyperv.filter(|hyperv| is_custom(hyperv)) else { return };
    let Some(stimer) = hyperv.stimer.as_ref().filter(|it| it.state == Some(OnOff::On)) else { return };
    let present = |timer: &domxml::Timer| timer.name == TimerName::Hypervclock && timer.present == Some(YesNo::Yes);
    if !domain.clock.iter().flat_map(|clock| &clock.timers).any(present) {
        cx.error(&stimer.xml, "stimer needs <timer name='hypervclock' present='yes'/> in <clock>");
    }
    if !hyperv.synic.as_ref().is_some_and(|it| it.state == OnOff::On) {
        cx.error(&stimer.xml, "stimer needs <synic state='on'/>");
    }
}

fn needs(hyperv: &FeatureHyperv, cx: &mut Context<'_>) {
    if !is_custom(hyperv) {
        return;
    }
    let on = |feature: Feature<'_>| matches!(feature, Some((OnOff::On, _)));
    let vpindex = hyperv.vpindex.as_ref().map(|it| (it.state, &it.xml));
    let vapic = hyperv.vapic.as_ref().map(|it| (it.state, &it.xml));
    let tlbflush = hyperv.tlbflush.as_ref().map(|it| (it.state.unwrap_or(OnOff::Off), &it.xml));
    for (feature, name, needed, needed_name) in [
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
