//! `interface-vlan-trunk-added`, `interface-vlan-native-duplicate`.

use domxml::{Domain, VlanTrunk};

use super::util::interfaces;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, attribute, conflict};

pub(super) static TRUNK: Rule = Rule {
    id: "interface-vlan-trunk-added",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "several VLANs make a trunk",
    doc: "A guest that belongs to several VLANs is on a trunk. libvirt takes that from the number of tags and spells it out as \
          `trunk='yes'`; with one tag the attribute stays as it is.",
    example: Example {
        before: "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan><tag id='42'/><tag id='47'/></vlan></interface>\
                 </devices>",
        after: "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan trunk='yes'><tag id='42'/><tag id='47'/></vlan>\
                </interface></devices>",
    },
    apply: add_trunk,
};

pub(super) static NATIVE: Rule = conflict(
    "interface-vlan-native-duplicate",
    "two VLANs of an interface are native",
    "One VLAN of a trunk at most is native, that is, what untagged packets belong to. libvirt refuses a second `nativeMode`.",
    "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan trunk='yes'><tag id='1' nativeMode='tagged'/>\
     <tag id='2' nativeMode='untagged'/></vlan></interface></devices>",
    check_native,
);

fn add_trunk(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        if let Some(vlan) = &mut interface.vlan
            && vlan.tag.len() > 1
            && vlan.trunk.is_none()
        {
            vlan.trunk = Some(VlanTrunk::Yes);
            cx.rewrote(&vlan.xml, "several VLANs make a trunk").becomes("", attribute("trunk", "yes"));
        }
    }
}

fn check_native(domain: &mut Domain, cx: &mut Context) {
    for vlan in interfaces(domain).iter().filter_map(|interface| interface.vlan.as_ref()) {
        for tag in vlan.tag.iter().filter(|tag| tag.native_mode.is_some()).skip(1) {
            cx.error(&tag.xml, "another VLAN is native already");
        }
    }
}
