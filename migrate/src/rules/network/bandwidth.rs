//! `interface-bandwidth-invalid`.

use crate::rules::prelude::*;

pub(super) fn rule() -> Rule {
    crate::rule::rule("interface-bandwidth-invalid", Class::Conflict)
        .summary("the limits of an interface contradict each other")
        .doc(
            "Limits in one direction need `average`, or, towards a guest on a virtual network, `floor`; `peak` and `burst` go with \
             `average`. libvirt refuses the rest, and a `classID`, which only a network gives.",
        )
        .finds("<devices><interface type='user'><bandwidth><inbound peak='4'/></bandwidth></interface></devices>")
        .finds("<devices><interface type='user'><bandwidth><inbound average='8' floor='4'/></bandwidth></interface></devices>")
        .finds("<devices><interface type='user'><bandwidth><outbound floor='4'/></bandwidth></interface></devices>")
        .finds("<devices><interface type='user'><bandwidth classID='3'><inbound average='8'/></bandwidth></interface></devices>")
        .row(refuse(|it: &Bandwidth, _| {
            it.class_id.map(|_| "an interface has no class of its own: classID is for networks")
        }))
        .row(refuse_in(Bandwidth::INBOUND, |it, _| {
            if it.average.is_none() && it.floor.is_none() {
                return Some("limits need 'average' or 'floor'");
            }
            extra(it.average, it.peak, it.burst)
        }))
        .row(
            refuse(|it: &Interface, _| {
                let floor = inbound(it).is_some_and(|rates| set(rates.floor));
                let network = matches!(it.type_, InterfaceType::Network(_));
                (floor && !network).then_some("only a virtual network guarantees a 'floor'")
            })
            .at(|it| inbound(it).map_or(&it.xml, |rates| &rates.xml)),
        )
        .row(refuse_in(Bandwidth::OUTBOUND, |it, _| match (it.average, it.floor) {
            (_, floor) if set(floor) => Some("there is no 'floor' for packets from the guest"),
            (None, None) => Some("limits need 'average'"),
            _ => extra(it.average, it.peak, it.burst),
        }))
}

fn inbound(interface: &Interface) -> Option<&BandwidthRates> {
    interface.bandwidth.as_ref()?.inbound.as_ref()
}

fn set(rate: Option<u64>) -> bool {
    rate.is_some_and(|rate| rate > 0)
}

fn extra(average: Option<u64>, peak: Option<u64>, burst: Option<u32>) -> Option<&'static str> {
    let extra = set(peak) || set(burst.map(u64::from));
    (extra && !set(average)).then_some("'peak' and 'burst' go with 'average'")
}
