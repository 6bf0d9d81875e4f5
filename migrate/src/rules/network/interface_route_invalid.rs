//! `interface-route-invalid`.

use std::net::{IpAddr, Ipv4Addr};

use super::ip::{LONG_PREFIX, bits, family_of};
use crate::rules::prelude::*;

rules![
    rule("interface-route-invalid", Class::Conflict)
        .summary("a route leads nowhere")
        .doc(
            "The address of a route is that of a network: no bit stands behind its prefix or netmask. A route has one \
             of the two at most; it needs a family unless it is one of IPv4, a netmask is for IPv4 alone, and a metric \
             is not 0. libvirt refuses the rest.",
        )
        .finds(
            "<devices><interface type='network'><source network='default'/>\
             <route address='192.0.2.5' prefix='24' gateway='192.0.2.1'/></interface></devices>",
        )
        .finds(
            "<devices><interface type='network'><source network='default'/>\
             <route family='ipv6' address='192.0.2.0' prefix='24' gateway='192.0.2.1'/></interface></devices>",
        )
        .row(refuse(|route: &Route, _| wrong(route))),
];

fn wrong(route: &Route) -> Option<&'static str> {
    let own = family_of(route.address.unwrap_or(route.gateway));
    if route.family.is_none() && own == AddressFamily::Ipv6 {
        return Some("a route of IPv6 needs family='ipv6': add it");
    }
    if route.family.is_some_and(|family| family != own) || family_of(route.gateway) != own {
        return Some("address and gateway of a route are of one family, the one that is named: set family to it");
    }
    if route.metric == Some(0) {
        return Some("the metric of a route is at least 1: give another number, or leave it out");
    }
    let address = route.address?.0;
    let mask = match (address, &route.netmask, route.prefix) {
        (_, Some(_), Some(_)) => return Some("a route has a prefix or a netmask, not both: leave out one of the two"),
        (IpAddr::V6(_), Some(_), None) => return Some("a netmask is for IPv4: IPv6 has prefixes; give prefix"),
        (IpAddr::V4(_), Some(mask), None) => match mask.parse::<Ipv4Addr>() {
            Ok(mask) => left(IpAddr::V4(mask)),
            Err(_) => return Some("the netmask is no IPv4 address: write it as 255.255.255.0, or give prefix"),
        },
        (address, None, prefix) => match prefix.unwrap_or_default() {
            0 => 0,
            prefix if prefix > bits(address) => return Some(LONG_PREFIX),
            prefix => u128::MAX << (128 - u32::from(prefix)),
        },
    };
    (left(address) & !mask != 0).then_some(
        "the address of a route is that of a network: it has no bit behind the prefix or netmask; set the rest to 0",
    )
}

/// The bits of an address, from the left.
fn left(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    }
}
