//! `interface-filterref-unsupported-dropped`, `interface-filterref-params-sorted`.

use domxml::{Domain, Interface, InterfaceType};

use super::util::{interfaces, type_name};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static UNSUPPORTED: Rule = Rule {
    id: "interface-filterref-unsupported-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a filter stands at an interface that libvirt does not filter",
    doc: "Only interfaces of the types `network`, `bridge` and `ethernet` keep their `<filterref>`. From any other libvirt drops it \
          without a word: the traffic is not filtered. Profile `libvirt` drops it as well; profile `modern` leaves it and says so.",
    example: Example {
        before: "<devices><interface type='user'><filterref filter='clean-traffic'/></interface></devices>",
        after: "<devices><interface type='user'><filterref filter='clean-traffic'/></interface></devices>",
    },
    apply: drop_unsupported,
};

pub(super) static SORTED: Rule = Rule {
    id: "interface-filterref-params-sorted",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the parameters of a filter are sorted by name",
    doc: "libvirt keeps the parameters of a filter in a table and writes them by name; several values of one name stay in their order.",
    example: Example {
        before: "<devices><interface type='network'><source network='default'/><filterref filter='clean-traffic'>\
                 <parameter name='IP' value='192.0.2.5'/><parameter name='GATEWAY' value='192.0.2.1'/></filterref></interface></devices>",
        after: "<devices><interface type='network'><source network='default'/><filterref filter='clean-traffic'>\
                <parameter name='GATEWAY' value='192.0.2.1'/><parameter name='IP' value='192.0.2.5'/></filterref></interface></devices>",
    },
    apply: sort,
};

fn is_filtered(type_: &InterfaceType) -> bool {
    matches!(type_, InterfaceType::Network(_) | InterfaceType::Bridge(_) | InterfaceType::Ethernet(_))
}

fn drop_unsupported(domain: &mut Domain, cx: &mut Context) {
    for Interface { type_, filterref, xml, .. } in interfaces(domain) {
        if is_filtered(type_) {
            continue;
        }
        let why = format!("libvirt does not filter interfaces of type {}", type_name(type_));
        if cx.profile == Profile::Modern {
            if let Some(filter) = filterref {
                cx.note(&filter.xml, why);
            }
        } else if let Some(filter) = filterref.take() {
            cx.rewrote(&filter.xml, why).becomes(format!("<filterref filter='{}'>", filter.filter), "");
            xml.absorb(filter.xml);
        }
    }
}

fn sort(domain: &mut Domain, cx: &mut Context) {
    for filter in interfaces(domain).iter_mut().filter_map(|interface| interface.filterref.as_mut()) {
        if !filter.parameter.is_sorted_by(|a, b| a.name <= b.name) {
            filter.parameter.sort_by(|a, b| a.name.cmp(&b.name));
            let names: Vec<_> = filter.parameter.iter().map(|parameter| parameter.name.as_str()).collect();
            cx.rewrote(&filter.xml, "the parameters stand by name").becomes("", names.join(" "));
        }
    }
}
