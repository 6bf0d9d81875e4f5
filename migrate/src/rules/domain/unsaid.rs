//! `unsaid-elements-dropped`: elements without the one attribute that makes them say something.

use domxml::{ControllerType, Domain, Extra};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static RULE: Rule = Rule {
    id: "unsaid-elements-dropped",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "an element lacks the attribute that makes it say something",
    doc: "Templates leave elements behind whose only attribute is missing, as `<mac/>` or `<model/>` of an interface or `<smbios/>`. The schema \
          wants the attribute, but libvirt reads past such an element and does not write it, so the rule drops it. A boot menu without `enable` goes in profile `libvirt` \
          even where it has a timeout.",
    example: Example {
        before: "<devices><interface type='user'><mac address='52:54:00:11:22:33'/><model/></interface></devices>",
        after: "<devices><interface type='user'><mac address='52:54:00:11:22:33'/></interface></devices>",
    },
    apply,
};

/// Takes an element away that says nothing; its comments go to the element around it.
fn drop_if<T>(
    place: &mut Option<T>,
    nothing: impl FnOnce(&mut T) -> bool,
    xml: impl Fn(T) -> Extra,
    (name, outer): (&str, &mut Extra),
    cx: &mut Context,
) {
    if let Some(element) = place.take_if(nothing) {
        let xml = xml(element);
        cx.rewrote(&xml, "libvirt reads past it").becomes(format!("<{name}/>"), "");
        outer.absorb(xml);
    }
}

fn apply(domain: &mut Domain, cx: &mut Context) {
    let libvirt = cx.profile == Profile::Libvirt;
    if let Some(os) = &mut domain.os {
        drop_if(&mut os.smbios, |smbios| smbios.mode.is_none(), |smbios| smbios.xml, ("smbios", &mut os.xml), cx);
        let nothing = |menu: &mut domxml::OsBootmenu| menu.enable.is_none() && (libvirt || menu.timeout.is_none());
        drop_if(&mut os.bootmenu, nothing, |menu| menu.xml, ("bootmenu", &mut os.xml), cx);
    }
    if let Some(backing) = &mut domain.memory_backing {
        let xml = &mut backing.xml;
        drop_if(&mut backing.source, |source| source.type_.is_none(), |source| source.xml, ("source", xml), cx);
        drop_if(&mut backing.access, |access| access.mode.is_none(), |access| access.xml, ("access", xml), cx);
    }
    let Some(devices) = &mut domain.devices else { return };
    for interface in &mut devices.interface {
        let xml = &mut interface.xml;
        let nothing =
            |mac: &mut domxml::InterfaceMac| mac.address.is_none() && mac.type_.is_none() && mac.check.is_none();
        drop_if(&mut interface.mac, nothing, |mac| mac.xml, ("mac", xml), cx);
        drop_if(&mut interface.model, |model| model.type_.is_none(), |model| model.xml, ("model", xml), cx);
    }
    for controller in &mut devices.controller {
        if let ControllerType::Pci(pci) = &mut controller.type_ {
            drop_if(
                &mut pci.device_model,
                |model| model.name.is_none(),
                |model| model.xml,
                ("model", &mut controller.xml),
                cx,
            );
        }
    }
}
