//! Ports of switches that know their guests.

use domxml::{VirtualPortParameters as Parameters, VirtualPortType as Type};

use super::interface::{type_name, virtualport};
use crate::rules::prelude::*;

rules![
    rule("interface-virtualport-parameters", Class::Conflict)
        .summary("the parameters of a virtual port do not fit its type")
        .doc(
            "A port of 802.1Qbg takes `managerid`, `typeid`, `typeidversion` and `instanceid`, one of 802.1Qbh \
             `profileid`, one of Open vSwitch `interfaceid` and `profileid`, one of MidoNet `interfaceid`. libvirt \
             refuses any other, refuses a type without those that it needs, a port at an interface that is connected \
             neither to a network, a bridge or a card of the host nor is one, and, save on interfaces of type \
             `network`, a port without a type.",
        )
        .finds(
            "<devices><interface type='direct'><source dev='eth0'/><virtualport type='802.1Qbh'/></interface>\
                </devices>"
        )
        .finds(
            "<devices><interface type='bridge'><source bridge='br0'/><virtualport type='midonet'>\
             <parameters interfaceid='09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f' typeid='1'/></virtualport></interface>\
             </devices>",
        )
        .finds("<devices><interface type='bridge'><source bridge='br0'/><virtualport/></interface></devices>")
        .finds("<devices><interface type='user'><virtualport type='openvswitch'/></interface></devices>")
        .row(refuse(|it: &Interface, _| {
            let kept = virtualport(it).is_none() && kept_child(&it.xml, "virtualport").is_some();
            kept.then(|| format!("an interface of type {} has no virtual port: leave out <virtualport>", type_name(it)))
        }))
        .row(refuse(|port: &VirtualPort, _| {
            let (taken, _) = parameters(port.type_?)?;
            let extra = of(port).into_iter().find(|name| !taken.contains(name))?;
            Some(format!("a port of this type takes no '{extra}': leave it out"))
        }))
        // A network adds what is missing from its own port.
        .row(refuse_there(|it: &Interface, _| {
            let port = virtualport(it).filter(|_| !matches!(it.type_, InterfaceType::Network(_)))?;
            let untyped = "a virtual port needs a type: add type, as type='openvswitch'";
            let Some(type_) = port.type_ else { return Some((port.xml.span, untyped.to_owned())) };
            let (given, (_, needed)) = (of(port), parameters(type_)?);
            let missing = needed.iter().find(|name| !given.contains(name))?;
            Some((port.xml.span, format!("a port of this type needs '{missing}': add it")))
        })),
    rule("interface-port-id-absent", Class::Lossy)
        .summary("a virtual port has no identifier, so that libvirt makes one up")
        .doc(
            "libvirt gives a port of Open vSwitch without `interfaceid` a random one, and likewise the `instanceid` of \
             a port of 802.1Qbg, each time that the document is defined. The rule makes none up: the same document \
             would give another result each time.",
        )
        .finds(
            "<devices><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='ovsbr0'/>\
             <virtualport type='openvswitch'/></interface></devices>",
        )
        .row(
            note(|it: &Interface, _| {
                let port = virtualport(it)?;
                let given = of(port);
                let lacks = |parameter: &str| !given.contains(&parameter);
                let from_network = matches!(it.type_, InterfaceType::Network(_));
                let missing = match port.type_ {
                    Some(Type::OpenVSwitch) if lacks("interfaceid") => "'interfaceid'",
                    Some(Type::Qbg) if lacks("instanceid") => "'instanceid'",
                    None if from_network && (lacks("interfaceid") || lacks("instanceid")) => "identifiers",
                    _ => return None,
                };
                Some(format!("libvirt makes up the {missing} of the port each time that the domain is defined"))
            })
            .at(|it| virtualport(it).map_or(&it.xml, |port| &port.xml))
            .profiles(BOTH),
        ),
];

/// The parameters that a port takes, and those that it needs.
fn parameters(type_: Type) -> Option<(&'static [&'static str], &'static [&'static str])> {
    Some(match type_ {
        Type::Qbg => {
            (&["managerid", "typeid", "typeidversion", "instanceid"], &["managerid", "typeid", "typeidversion"])
        }
        Type::Qbh => (&["profileid"], &["profileid"]),
        Type::OpenVSwitch => (&["interfaceid", "profileid"], &[]),
        Type::Midonet => (&["interfaceid", "profileid"], &["interfaceid"]),
        _ => return None,
    })
}

/// The parameters that a port has; an empty profile is none.
fn of(port: &VirtualPort) -> Vec<&'static str> {
    let Some(parameters) = &port.parameters else { return Vec::new() };
    let profile = parameters.profileid.as_ref().is_none_or(|profile| !profile.is_empty());
    given(parameters).into_iter().filter(|name| profile || *name != Parameters::PROFILEID.info().name).collect()
}
