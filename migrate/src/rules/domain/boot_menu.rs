//! `boot-menu-timeout-alone`: how long a boot menu waits that nothing enables.

use domxml::Domain;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static RULE: Rule = Rule {
    id: "boot-menu-timeout-alone",
    class: Class::Live,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a boot menu has a timeout and nothing enables it",
    doc: "libvirt reads the timeout of a boot menu where `enable` stands beside it. Without it libvirt reads past the element and does not \
          write it; profile `modern` keeps it, since the timeout is what somebody chose.",
    example: Example {
        before: "<os><type>hvm</type><boot dev='hd'/><bootmenu timeout='3000'/></os>",
        after: "<os><type>hvm</type><boot dev='hd'/></os>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    let Some(os) = &mut domain.os else { return };
    if let Some(menu) = os.bootmenu.take_if(|menu| menu.enable.is_none() && menu.timeout.is_some()) {
        cx.rewrote(&menu.xml, "libvirt reads past a boot menu that nothing enables").becomes("<bootmenu/>", "");
        os.xml.absorb(menu.xml);
    }
}
