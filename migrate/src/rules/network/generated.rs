//! What libvirt makes up by chance: `interface-mac-absent`, `interface-port-id-absent`.

use domxml::{Domain, InterfaceType, VirtualPortType};

use super::util::{interfaces, virtualport};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static MAC: Rule = Rule {
    id: "interface-mac-absent",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "an interface has no MAC address, so that libvirt makes one up",
    doc: "libvirt gives an interface without `<mac>` a random address each time that the document is defined, and recent versions do so \
          in place of `00:00:00:00:00:00` too. The rule makes none up: the same document would give another result each time.",
    example: Example {
        before: "<devices><interface type='network'><source network='default'/></interface></devices>",
        after: "<devices><interface type='network'><source network='default'/></interface></devices>",
    },
    apply: note_mac,
};

pub(super) static PORT: Rule = Rule {
    id: "interface-port-id-absent",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a virtual port has no identifier, so that libvirt makes one up",
    doc: "libvirt gives a port of Open vSwitch without `interfaceid` a random one, and likewise the `instanceid` of a port of 802.1Qbg, \
          each time that the document is defined. The rule makes none up: the same document would give another result each time.",
    example: Example {
        before: "<devices><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='ovsbr0'/>\
                 <virtualport type='openvswitch'/></interface></devices>",
        after: "<devices><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='ovsbr0'/>\
                <virtualport type='openvswitch'/></interface></devices>",
    },
    apply: note_port,
};

fn note_mac(domain: &mut Domain, cx: &mut Context) {
    let zero = |interface: &domxml::Interface| {
        interface.mac.as_ref().and_then(|mac| mac.address.as_ref()).is_none_or(|address| address.0 == [0; 6])
    };
    for interface in interfaces(domain).iter().filter(|interface| zero(interface)) {
        cx.note(&interface.xml, "libvirt makes up a MAC address");
    }
}

fn note_port(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        let Some(port) = virtualport(&interface.type_) else { continue };
        let parameters = port.parameters.as_ref();
        let interface_id = parameters.is_some_and(|parameters| parameters.interfaceid.is_some());
        let instance_id = parameters.is_some_and(|parameters| parameters.instanceid.is_some());
        let missing = match port.type_ {
            Some(VirtualPortType::OpenVSwitch) if !interface_id => "interfaceid",
            Some(VirtualPortType::Qbg) if !instance_id => "instanceid",
            None if matches!(interface.type_, InterfaceType::Network(_)) && !(interface_id && instance_id) => {
                "identifiers"
            }
            _ => continue,
        };
        cx.note(&port.xml, format!("libvirt makes up the {missing} of the port"));
    }
}
