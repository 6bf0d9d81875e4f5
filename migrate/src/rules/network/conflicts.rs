//! What libvirt refuses of interfaces.

use domxml::{
    Domain, Interface, InterfaceBackendType, InterfaceSourceVhostUserMode, InterfaceType, TeamingType, VirtualPortType,
    Vlan, YesNo, walk,
};

use super::util::{interfaces, is_virtio, type_name, virtualport};
use crate::rule::{Context, OldRule as Rule};
use crate::rules::common::{conflict, kept_attribute, kept_child};

pub(super) static VIRTUALPORT: Rule = conflict(
    "interface-virtualport-parameters",
    "the parameters of a virtual port do not fit its type",
    "A port of 802.1Qbg takes `managerid`, `typeid`, `typeidversion` and `instanceid`, one of 802.1Qbh `profileid`, one of Open vSwitch \
     `interfaceid` and `profileid`, one of MidoNet `interfaceid`. libvirt refuses any other, refuses a type without those that it \
     needs, a port at an interface that is connected neither to a network, a bridge or a card of the host nor is one, and, save on interfaces of \
     type `network`, a port without a type.",
    "<devices><interface type='direct'><source dev='eth0'/><virtualport type='802.1Qbh'/></interface></devices>",
    check_virtualports,
);

pub(super) static BANDWIDTH: Rule = conflict(
    "interface-bandwidth-invalid",
    "the limits of an interface contradict each other",
    "Limits in one direction need `average`, or, towards a guest on a virtual network, `floor`; `peak` and `burst` go with `average`. \
     libvirt refuses the rest, and a `classID`, which only a network gives.",
    "<devices><interface type='user'><bandwidth><inbound peak='4'/></bandwidth></interface></devices>",
    check_bandwidth,
);

pub(super) static PLACE: Rule = conflict(
    "interface-option-unsupported",
    "an option stands at a type of interface that does not take it",
    "A device made by somebody else (`managed='no'`) is for interfaces of type `ethernet`; an isolated port is one of a bridge; reconnecting \
     is for the client of a socket. libvirt refuses them elsewhere.",
    "<devices><interface type='user'><target dev='tap0' managed='no'/></interface></devices>",
    check_places,
);

pub(super) static SOURCE: Rule = conflict(
    "interface-source-missing",
    "an interface does not say what it is connected to",
    "An interface of type `bridge` needs a `<source>`, one of type `hostdev` the address of a device in it; a tag of a VLAN is at most 4095 and \
     every `<vlan>` has one; a device that is always there has no other that it stands in for. libvirt refuses the rest.",
    "<devices><interface type='bridge'><model type='virtio'/></interface></devices>",
    check_sources,
);

pub(super) static VHOSTUSER: Rule = conflict(
    "interface-vhostuser-incomplete",
    "an interface of type `vhostuser` lacks what the target needs",
    "The card of an interface of type `vhostuser` is one of virtio's. Until 11.1.0, which brought passt there, its source needed `type`, `path` \
     and `mode`. libvirt refuses the rest.",
    "<devices><interface type='vhostuser'><source type='unix' path='/run/vhost.sock' mode='client'/><model type='e1000'/></interface>\
     </devices>",
    check_vhostuser,
);

fn check_sources(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        match &interface.type_ {
            InterfaceType::Bridge(members) if members.source.is_none() => {
                cx.error(&interface.xml, "an interface of type bridge needs a source");
            }
            // Vendor and product make it a USB device without saying so.
            InterfaceType::Hostdev(members)
                if members.source.address.is_none()
                    && (members.source.vendor.is_none() || members.source.product.is_none()) =>
            {
                cx.error(&members.source.xml, "the source of an interface of type hostdev needs an address");
            }
            _ => {}
        }
        if let Some(backend) = &interface.backend
            && (backend.hostname.is_some() || backend.fqdn.is_some())
            && backend.type_ != Some(InterfaceBackendType::Passt)
            && cx.knows(11, 8, 0)
        {
            cx.error(&backend.xml, "hostname and fqdn are for the back end passt");
        }
        if let Some(teaming) = &interface.teaming
            && teaming.type_ == TeamingType::Persistent
            && kept_attribute(&teaming.xml, "persistent").is_some()
        {
            cx.error(&teaming.xml, "a device that is always there stands in for no other");
        }
    }
    walk(domain, &mut |any| {
        let Some(vlan) = any.downcast_ref::<Vlan>() else { return };
        if vlan.tag.is_empty() {
            cx.error(&vlan.xml, "a VLAN needs a tag");
        }
        for tag in vlan.tag.iter().filter(|tag| tag.id > 4095) {
            cx.error(&tag.xml, "the tag of a VLAN is at most 4095");
        }
    });
}

fn check_vhostuser(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        let InterfaceType::Vhostuser(members) = &interface.type_ else { continue };
        let passt =
            interface.backend.as_ref().is_some_and(|backend| backend.type_ == Some(InterfaceBackendType::Passt));
        if !is_virtio(interface) && !passt {
            cx.error(&interface.xml, "the card must be one of virtio's");
        }
        if cx.knows(11, 1, 0) {
            continue;
        }
        match &members.source {
            None => {
                cx.error(&interface.xml, "the source is missing");
            }
            Some(source) if source.type_.is_none() || source.path.is_none() || source.mode.is_none() => {
                cx.error(&source.xml, "type, path or mode is missing");
            }
            Some(_) => {}
        }
    }
}

fn check_virtualports(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        let Some(port) = virtualport(&interface.type_) else {
            if kept_child(&interface.xml, "virtualport").is_some() {
                let name = type_name(&interface.type_);
                cx.error(&interface.xml, format!("an interface of type {name} has no virtual port"));
            }
            continue;
        };
        let has = |name: &str| {
            port.parameters.as_ref().is_some_and(|parameters| match name {
                "managerid" => parameters.managerid.is_some(),
                "typeid" => parameters.typeid.is_some(),
                "typeidversion" => parameters.typeidversion.is_some(),
                "instanceid" => parameters.instanceid.is_some(),
                "interfaceid" => parameters.interfaceid.is_some(),
                "profileid" => parameters.profileid.as_ref().is_some_and(|profile| !profile.is_empty()),
                _ => false,
            })
        };
        let network = matches!(interface.type_, InterfaceType::Network(_));
        let (taken, needed): (&[&str], &[&str]) = match port.type_ {
            None if network => continue,
            None => {
                cx.error(&port.xml, "a virtual port needs a type");
                continue;
            }
            Some(VirtualPortType::Qbg) => {
                (&["managerid", "typeid", "typeidversion", "instanceid"], &["managerid", "typeid", "typeidversion"])
            }
            Some(VirtualPortType::Qbh) => (&["profileid"], &["profileid"]),
            Some(VirtualPortType::OpenVSwitch) => (&["interfaceid", "profileid"], &[]),
            Some(VirtualPortType::Midonet) => (&["interfaceid"], &["interfaceid"]),
        };
        let all = ["managerid", "typeid", "typeidversion", "instanceid", "interfaceid", "profileid"];
        if let Some(extra) = all.iter().find(|name| has(name) && !taken.contains(name)) {
            cx.error(&port.xml, format!("a port of this type takes no {extra}"));
        }
        // A network adds what is missing from its own port.
        if let Some(missing) = needed.iter().find(|name| !network && !has(name)) {
            cx.error(&port.xml, format!("a port of this type needs {missing}"));
        }
    }
}

fn check_bandwidth(domain: &mut Domain, cx: &mut Context) {
    for Interface { type_, bandwidth, .. } in interfaces(domain) {
        let Some(bandwidth) = bandwidth else { continue };
        if bandwidth.class_id.is_some() {
            cx.error(&bandwidth.xml, "an interface has no class of its own");
        }
        let set = |rate: Option<u64>| rate.is_some_and(|rate| rate > 0);
        if let Some(rates) = &bandwidth.inbound {
            if rates.average.is_none() && rates.floor.is_none() {
                cx.error(&rates.xml, "neither average nor floor is given");
            } else if !set(rates.average) && (set(rates.peak) || rates.burst.is_some_and(|burst| burst > 0)) {
                cx.error(&rates.xml, "peak and burst go with average");
            } else if set(rates.floor) && !matches!(type_, InterfaceType::Network(_)) {
                cx.error(&rates.xml, "only a network guarantees a floor");
            }
        }
        if let Some(rates) = &bandwidth.outbound {
            if set(rates.floor) {
                cx.error(&rates.xml, "there is no floor for packets from the guest");
            } else if rates.average.is_none() && rates.floor.is_none() {
                cx.error(&rates.xml, "no average is given");
            } else if !set(rates.average) && (set(rates.peak) || rates.burst.is_some_and(|burst| burst > 0)) {
                cx.error(&rates.xml, "peak and burst go with average");
            }
        }
    }
}

fn check_places(domain: &mut Domain, cx: &mut Context) {
    for Interface { type_, target, port, .. } in interfaces(domain) {
        let name = type_name(type_);
        if let Some(target) = target
            && target.managed == Some(YesNo::No)
            && !matches!(type_, InterfaceType::Ethernet(_))
        {
            cx.error(&target.xml, format!("the device of an interface of type {name} is libvirt's own"));
        }
        if let Some(port) = port
            && port.isolated == Some(YesNo::Yes)
            && !matches!(type_, InterfaceType::Bridge(_) | InterfaceType::Network(_))
        {
            cx.error(&port.xml, format!("an interface of type {name} is at no bridge"));
        }
        if let InterfaceType::Vhostuser(members) = type_
            && let Some(source) = &members.source
            && source.mode == Some(InterfaceSourceVhostUserMode::Server)
            && let Some(reconnect) = &source.reconnect
        {
            cx.error(&reconnect.xml, "a server does not reconnect");
        }
    }
}
