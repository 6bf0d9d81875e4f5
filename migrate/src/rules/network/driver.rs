//! `interface-driver-nonvirtio-dropped`, `interface-backend-vhost-dropped`, `interface-hostdev-driver-dropped`, `interface-driver-options-nonvirtio`.

use domxml::{Domain, Extra, Interface, InterfaceDriver, InterfaceHostdevDriver, InterfaceType, OnOff};

use super::util::{driver, interfaces, is_virtio};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, attribute, conflict};

pub(super) static NONVIRTIO: Rule = Rule {
    id: "interface-driver-nonvirtio-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a driver tunes a card that is not one of virtio's",
    doc: "The attributes of `<driver>` tune the back ends of virtio cards. For any other model, and for none, libvirt reads past them \
          without a word. Profile `libvirt` drops them; profile `modern` leaves them and says so, for the model may be the mistake.",
    example: Example {
        before: "<devices><interface type='network'><source network='default'/><model type='e1000'/>\
                 <driver name='vhost' queues='4'/></interface></devices>",
        after: "<devices><interface type='network'><source network='default'/><model type='e1000'/>\
                <driver name='vhost' queues='4'/></interface></devices>",
    },
    apply: drop_nonvirtio,
};

pub(super) static VHOST: Rule = Rule {
    id: "interface-backend-vhost-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a device of vhost stands at a card that is not one of virtio's",
    doc: "Only virtio cards use the vhost of the kernel. libvirt reads past `<backend vhost=>` at any other card, and past an empty path.           Profile `libvirt` drops it; profile `modern` leaves it and says so, for the model may be the mistake.",
    example: Example {
        before: "<devices><interface type='network'><source network='default'/><model type='e1000'/>\
                 <backend vhost='/dev/vhost-net'/></interface></devices>",
        after: "<devices><interface type='network'><source network='default'/><model type='e1000'/>\
                <backend vhost='/dev/vhost-net'/></interface></devices>",
    },
    apply: drop_vhost,
};

pub(super) static HOSTDEV: Rule = Rule {
    id: "interface-hostdev-driver-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a driver tunes a host device",
    doc: "The `<driver>` of an interface of type `hostdev` names the driver that assigns the PCI function; libvirt reads past the \
          attributes that tune virtio cards, and past the whole element where the device is one of USB. Profile `libvirt` drops \
          them; profile `modern` leaves them and says so.",
    example: Example {
        before: "<devices><interface type='hostdev'><driver name='vfio' queues='4'/>\
                 <source><address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x0'/></source></interface></devices>",
        after: "<devices><interface type='hostdev'><driver name='vfio' queues='4'/>\
                <source><address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x0'/></source></interface></devices>",
    },
    apply: drop_hostdev,
};

pub(super) static OPTIONS: Rule = conflict(
    "interface-driver-options-nonvirtio",
    "options of the virtio transport stand at another card",
    "`iommu`, `ats`, `packed` and `page_per_vq` are options of the virtio transport. libvirt refuses them on a card of another model.",
    "<devices><interface type='network'><source network='default'/><model type='e1000'/><driver iommu='on'/></interface></devices>",
    check_options,
);

/// What is left of the driver where the card is not one of virtio's.
fn bare_driver(old: &InterfaceDriver) -> InterfaceDriver {
    let InterfaceDriver { iommu, ats, packed, page_per_vq, .. } = *old;
    InterfaceDriver { iommu, ats, packed, page_per_vq, ..InterfaceDriver::default() }
}

fn drop_nonvirtio(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        if is_virtio(interface) {
            continue;
        }
        let Interface { type_, xml, .. } = interface;
        let Some(place) = driver(type_) else { continue };
        let Some(old) = place else { continue };
        let bare = bare_driver(old);
        if (InterfaceDriver { xml: Extra::default(), ..old.clone() }) == bare {
            continue;
        }
        if cx.profile == Profile::Modern {
            cx.note(&old.xml, "libvirt reads past a driver for virtio: the card is none of virtio's");
        } else if let Some(old) = place.take() {
            cx.rewrote(&old.xml, "the card is none of virtio's").becomes("<driver>", "");
            xml.absorb(old.xml);
        }
    }
}

fn drop_vhost(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        let virtio = is_virtio(interface);
        let Some(backend) = &mut interface.backend else { continue };
        let unread = |path: &domxml::scalar::CleanPath| !virtio || path.as_str().is_empty();
        if cx.profile == Profile::Modern {
            if backend.vhost.as_ref().is_some_and(unread) {
                cx.note(&backend.xml, "libvirt reads past vhost: the card is none of virtio's");
            }
        } else if let Some(path) = backend.vhost.take_if(|path| unread(path)) {
            cx.rewrote(&backend.xml, "the card is none of virtio's").becomes(attribute("vhost", path), "");
        }
    }
}

fn drop_hostdev(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        let InterfaceType::Hostdev(members) = &mut interface.type_ else { continue };
        let Some(old) = &mut members.driver else { continue };
        let (name, model) = (old.name, old.model.clone());
        let bare = InterfaceHostdevDriver { name, model, ..InterfaceHostdevDriver::default() };
        if (InterfaceHostdevDriver { xml: Extra::default(), ..old.clone() }) == bare {
            continue;
        }
        if cx.profile == Profile::Modern {
            cx.note(&old.xml, "libvirt reads past what tunes virtio cards in the driver of a host device");
        } else {
            let xml = std::mem::take(&mut old.xml);
            cx.rewrote(&xml, "a host device is not tuned").becomes("<driver>", "");
            *old = InterfaceHostdevDriver { xml, ..bare };
        }
    }
}

fn check_options(domain: &mut Domain, cx: &mut Context) {
    for interface in interfaces(domain) {
        if is_virtio(interface) {
            continue;
        }
        let Some(Some(driver)) = driver(&mut interface.type_) else { continue };
        let options: [(&str, Option<OnOff>); 4] = [
            ("iommu", driver.iommu),
            ("ats", driver.ats),
            ("packed", driver.packed),
            ("page_per_vq", driver.page_per_vq),
        ];
        if let Some((name, _)) = options.iter().find(|(_, option)| option.is_some()) {
            cx.error(&driver.xml, format!("{name} is an option of virtio cards"));
        }
    }
}
