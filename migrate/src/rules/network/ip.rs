//! `interface-ip-family-added`, `interface-ip-invalid`, `interface-route-invalid`.

use std::net::IpAddr;

use domxml::scalar::IpAddress;
use domxml::{AddressFamily, Domain, Ip, Route};

use super::util::each_ip;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, attribute, conflict};

pub(super) static FAMILY: Rule = Rule {
    id: "interface-ip-family-added",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "an IP address names its family",
    doc: "libvirt sees from an address whether it is one of IPv4 or IPv6, and says so in the attribute `family` of `<ip>`. Routes keep \
          an absent family: it means IPv4.",
    example: Example {
        before: "<devices><interface type='network'><source network='default'/><ip address='192.0.2.5' prefix='24'/></interface>\
                 </devices>",
        after: "<devices><interface type='network'><source network='default'/>\
                <ip address='192.0.2.5' family='ipv4' prefix='24'/></interface></devices>",
    },
    apply: add_family,
};

pub(super) static IP: Rule = conflict(
    "interface-ip-invalid",
    "an IP address contradicts its family, its prefix or its place",
    "The family of an address must be its own, its prefix cannot be longer than the address, and its peer is of the same family. \
     Addresses on the side of the host are for interfaces of type `ethernet` alone. libvirt refuses the rest.",
    "<devices><interface type='network'><source network='default'/><ip address='192.0.2.5' family='ipv6'/></interface></devices>",
    check_ips,
);

pub(super) static ROUTE: Rule = conflict(
    "interface-route-invalid",
    "a route leads nowhere",
    "The address of a route is that of a network: no bit stands behind its prefix or netmask. A route has one of the two at most; it \
     needs a family unless it is one of IPv4, a netmask is for IPv4 alone, and a metric is not 0. libvirt refuses the rest.",
    "<devices><interface type='network'><source network='default'/>\
     <route address='192.0.2.5' prefix='24' gateway='192.0.2.1'/></interface></devices>",
    check_routes,
);

fn family(address: IpAddress) -> AddressFamily {
    if address.0.is_ipv4() { AddressFamily::Ipv4 } else { AddressFamily::Ipv6 }
}

fn add_family(domain: &mut Domain, cx: &mut Context) {
    each_ip(domain, |ips, _| {
        for ip in ips.iter_mut().filter(|ip| ip.family.is_none()) {
            let family = *ip.family.insert(family(ip.address));
            cx.rewrote(&ip.xml, "the address names its family").becomes("", attribute("family", family.as_str()));
        }
    });
}

fn check_ips(domain: &mut Domain, cx: &mut Context) {
    each_ip(domain, |ips, _| {
        for ip in ips {
            if let Some(why) = wrong_ip(ip) {
                cx.error(&ip.xml, why);
            }
        }
    });
}

fn wrong_ip(ip: &Ip) -> Option<&'static str> {
    let own = family(ip.address);
    if ip.family.is_some_and(|family| family != own) {
        return Some("the address is of the other family");
    }
    if ip.peer.is_some_and(|peer| family(peer) != own) {
        return Some("the peer is of the other family");
    }
    let bits = if own == AddressFamily::Ipv4 { 32 } else { 128 };
    ip.prefix.is_some_and(|prefix| prefix > bits).then_some("the prefix is longer than the address")
}

fn check_routes(domain: &mut Domain, cx: &mut Context) {
    each_ip(domain, |_, routes| {
        for route in routes {
            if let Some(why) = wrong_route(route) {
                cx.error(&route.xml, why);
            }
        }
    });
}

fn wrong_route(route: &Route) -> Option<&'static str> {
    let own = family(route.address.unwrap_or(route.gateway));
    if route.family.is_none() && own == AddressFamily::Ipv6 {
        return Some("a route of IPv6 needs its family");
    }
    if route.family.is_some_and(|family| family != own) || family(route.gateway) != own {
        return Some("the address or the gateway is of the other family");
    }
    if route.metric == Some(0) {
        return Some("the metric is 0");
    }
    let address = route.address?;
    let mask = match (address.0, &route.netmask, route.prefix) {
        (_, Some(_), Some(_)) => return Some("prefix and netmask exclude each other"),
        (IpAddr::V6(_), Some(_), None) => return Some("a netmask is for IPv4"),
        (IpAddr::V4(_), Some(mask), None) => match mask.parse::<std::net::Ipv4Addr>() {
            Ok(mask) => u128::from(u32::from(mask)) << 96,
            Err(_) => return Some("the netmask is none"),
        },
        (address, None, prefix) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            match prefix.unwrap_or_else(|| class_prefix(address)) {
                0 => 0,
                prefix if prefix > bits => return Some("the prefix is longer than the address"),
                prefix => u128::MAX << (128 - u32::from(prefix)),
            }
        }
    };
    let bits = match address.0 {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    };
    (bits & !mask != 0).then_some("the address is not that of a network")
}

/// The prefix of an address's class, which holds where nothing is said.
fn class_prefix(address: IpAddr) -> u8 {
    match address {
        IpAddr::V6(_) => 64,
        IpAddr::V4(address) => match address.octets()[0] {
            0 if address.is_unspecified() => 0,
            0..=127 => 8,
            128..=191 => 16,
            192..=223 => 24,
            _ => 32,
        },
    }
}
