//! `devices-absent`.

use domxml::{Devices, Domain, Extra};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static RULE: Rule = Rule {
    id: "devices-absent",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a domain without devices",
    doc: "A domain need not have devices. libvirt writes the element `<devices>` even where there is nothing in it.",
    example: Example { before: "<clock offset='utc'/>", after: "<clock offset='utc'/><devices/>" },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    if domain.devices.is_none() {
        domain.devices = Some(Devices { xml: Extra::at(domain.xml.span), ..Devices::default() });
        cx.rewrote(&domain.xml, "devices are always written").becomes("", "<devices>");
    }
}
