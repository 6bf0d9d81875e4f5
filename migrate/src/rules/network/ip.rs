//! Addresses of the guest.

use std::net::IpAddr;

use domxml::scalar::IpAddress;

use crate::rules::prelude::*;

rules![
    rule("interface-ip-invalid", Class::Conflict)
        .summary("an IP address contradicts its family, its prefix or its place")
        .doc(
            "The family of an address must be its own, its prefix cannot be longer than the address, and its peer is \
             of the same family. Addresses on the side of the host are for interfaces of type `ethernet` alone. \
             libvirt refuses the rest.",
        )
        .finds(
            "<devices><interface type='network'><source network='default'/><ip address='192.0.2.5' family='ipv6'/>\
                </interface></devices>"
        )
        .finds(
            "<devices><interface type='network'><source network='default'/><ip address='192.0.2.5' \
                peer='2001:db8::1'/></interface></devices>"
        )
        .finds(
            "<devices><interface type='network'><source network='default'/><ip address='192.0.2.5' prefix='33'/>\
                </interface></devices>"
        )
        .finds(
            "<devices><interface type='bridge'><source bridge='b'><ip address='192.0.2.5'/></source></interface>\
                </devices>"
        )
        .row(refuse_there(|it: &Interface, _| {
            let source = child_called(it.type_.members()?, "source")?.extra()?;
            let name = ["ip", "route"].into_iter().find(|name| kept_child(source, name).is_some())?;
            let type_ = it.type_.value()?;
            Some((source.span, format!("an interface of the type {type_} has no addresses on the side of the host: leave out <{name}> in <source>")))
        }))
        .row(refuse_each(|ip: &Ip, _| {
            let own = family_of(ip.address);
            [
                (ip.family.is_some_and(|family| family != own), "the address is not of its family: set family to 'ipv4' or 'ipv6'"),
                (ip.peer.is_some_and(|peer| family_of(peer) != own), "the peer is not of the family of the address: give another one"),
                (ip.prefix.is_some_and(|prefix| prefix > bits(ip.address.0)), LONG_PREFIX),
            ]
        })),
    rule("interface-ip-family-added", Class::Default)
        .summary("an IP address names its family")
        .doc(
            "libvirt sees from an address whether it is one of IPv4 or IPv6, and says so in the attribute `family` of \
             `<ip>`. Routes keep an absent family: it means IPv4.",
        )
        .example(
            "<devices><interface type='network'><source network='default'/><ip address='192.0.2.5' prefix='24'/>\
             </interface></devices>",
            "<devices><interface type='network'><source network='default'/>\
             <ip address='192.0.2.5' family='ipv4' prefix='24'/></interface></devices>",
        )
        .row(default_by(Ip::FAMILY, |ip, _| Some(family_of(ip.address))).says("the address names its family")),
];

pub(super) const LONG_PREFIX: &str = "the prefix is longer than the address: give up to 32 for IPv4, 128 for IPv6";

pub(super) fn family_of(address: IpAddress) -> AddressFamily {
    if address.0.is_ipv4() { AddressFamily::Ipv4 } else { AddressFamily::Ipv6 }
}

/// How long an address is.
pub(super) fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}
