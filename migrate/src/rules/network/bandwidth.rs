//! `interface-bandwidth-invalid`.

use crate::rules::prelude::*;

rules![
    rule("interface-bandwidth-invalid", Class::Conflict)
        .summary("the limits of an interface contradict each other")
        .doc(
            "Limits in one direction need `average`, or, towards a guest on a virtual network, `floor`; `peak` and \
             `burst` go with `average`, be it 0. libvirt refuses the rest, and a `classID`, which only a network \
             gives. Today it refuses `floor` elsewhere even where that is 0, which old ones read past.",
        )
        .finds("<devices><interface type='user'><bandwidth><inbound peak='4'/></bandwidth></interface></devices>")
        .finds(
            "<devices><interface type='network'><source network='n'/><bandwidth><inbound peak='0' floor='4'/>\
                </bandwidth></interface></devices>"
        )
        .finds(
            "<devices><interface type='user'><bandwidth><inbound average='8' floor='4'/></bandwidth></interface>\
                </devices>"
        )
        .finds(
            "<devices><interface type='user'><bandwidth><inbound average='8' floor='0'/></bandwidth></interface>\
                </devices>"
        )
        .finds("<devices><interface type='user'><bandwidth><outbound floor='4'/></bandwidth></interface></devices>")
        .finds(
            "<devices><interface type='user'><bandwidth classID='3'><inbound average='8'/></bandwidth></interface>\
                </devices>"
        )
        // When the second became one that is read past is known to lie between 9.0.0 and 12.8.0: the later of the two is said.
        .row(check(second).until(12, 8, 0))
        .row(refuse_if(
            "an interface has no class of its own: classID is for networks; leave it out",
            |it: &Bandwidth, _| { it.class_id.is_some() }
        ))
        .row(refuse_in(Bandwidth::INBOUND, |it, _| match (it.average, it.floor) {
            (None, None) => Some("limits need 'average' or 'floor': add one of them"),
            _ => extra(it),
        }))
        .finds("<devices><interface type='user'><bandwidth><inbound average='8' burst='4194304'/></bandwidth></interface></devices>")
        .row(refuse_where(BandwidthRates::BURST, |it, _| *it > 4_194_303, "a burst has at most 4194303 KiB: choose a smaller one").since(12, 8, 0))
        .row(refuse_there(|it: &Interface, scope| {
            let rates = it.bandwidth.as_ref()?.inbound.as_ref().filter(|rates| guarantees(rates, scope))?;
            let why = "only a virtual network guarantees a 'floor': leave it out, or set type='network'";
            (!matches!(it.type_, InterfaceType::Network(_))).then_some((rates.xml.span, why))
        }))
        .row(refuse_in(Bandwidth::OUTBOUND, |it, scope| match (it.average, it.floor) {
            _ if guarantees(it, scope) => Some("there is no 'floor' for packets from the guest: leave it out"),
            (None, None) => Some("limits need 'average': add it"),
            _ => extra(it),
        })),
    rule("interface-bandwidth-zero", Class::Default)
        .summary("a limit of 0 is none")
        .doc("A direction whose average is 0 is not limited, whatever its peak and its bursts are: libvirt does not write it.")
        .example(
            "<devices><interface type='user'><bandwidth><inbound average='8'/><outbound average='0' peak='4'/></bandwidth></interface></devices>",
            "<devices><interface type='user'><bandwidth><inbound average='8'/></bandwidth></interface></devices>",
        )
        .rows(each_field!(Bandwidth::[INBOUND OUTBOUND], |it| {
            nothing(child(it), |it| it.average == Some(0) && it.floor.unwrap_or(0) == 0, "an average of 0 limits nothing")
        })),
];

/// Whether libvirt takes a `floor` for one. That a 0 is one came between 9.0.0 and 12.8.0: the later of the two is said.
fn guarantees(rates: &BandwidthRates, scope: &Scope) -> bool {
    rates.floor.is_some_and(|floor| floor > 0 || scope.knows(12, 8, 0))
}

fn extra(rates: &BandwidthRates) -> Option<&'static str> {
    let extra = rates.peak.is_some() || rates.burst.is_some();
    (extra && rates.average.is_none()).then_some("'peak' and 'burst' go with 'average': add that, or leave them out")
}

/// Several limits of a direction, of which the first alone is read.
fn second(bandwidth: &Bandwidth, cx: &mut Context<'_>) {
    for (name, first) in [("inbound", &bandwidth.inbound), ("outbound", &bandwidth.outbound)] {
        for other in kept_children(&bandwidth.xml, name).filter(|_| first.is_some()) {
            cx.refuse_here(other.span, "there is one for each direction: leave the others out");
        }
    }
}
