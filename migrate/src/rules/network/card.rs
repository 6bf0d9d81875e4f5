//! The card that the guest sees, and what drives it.

use domxml_runtime::field_mut;

use super::interface::{driver, is_virtio};
use crate::rules::prelude::*;

rules![
    rule("interface-driver-options-nonvirtio", Class::Conflict)
        .summary("options of the virtio transport stand at another card")
        .doc("`iommu`, `ats`, `packed` and `page_per_vq` are options of the virtio transport. libvirt refuses them on \
              a card of another model.")
        .finds(
            "<devices><interface type='network'><source network='default'/><model type='e1000'/><driver iommu='on'/>\
             </interface></devices>",
        )
        .finds(
            "<devices><interface type='hostdev'><driver name='vfio' ats='on'/><source>\
             <address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x0'/></source></interface></devices>",
        )
        .row(refuse_there(|it: &Interface, _| {
            let driver = driver(it).filter(|_| !is_virtio(it))?;
            Some((driver.extra()?.span, format!("'{}' is an option of virtio cards", virtio_option(driver)?)))
        })),
    rule("interface-mac-absent", Class::Lossy)
        .profiles(BOTH)
        .summary("an interface has no MAC address, so that libvirt makes one up")
        .doc(
            "libvirt gives an interface without `<mac>` a random address each time that the document is defined, and \
             recent versions do so in place of `00:00:00:00:00:00` too. The rule makes none up: the same document \
             would give another result each time.",
        )
        .finds("<devices><interface type='network'><source network='default'/></interface></devices>")
        .row(note_if("libvirt makes up a MAC address each time that the domain is defined", |it: &Interface, _| {
            it.mac.as_ref().and_then(|mac| mac.address.as_ref()).is_none_or(|address| address.0 == [0; 6])
        })),
    rule("interface-driver-nonvirtio-dropped", Class::Lossy)
        .summary("a driver tunes a card that is not one of virtio's")
        .doc(
            "The attributes of `<driver>` tune the back ends of virtio cards. For any other model, and for none, \
             libvirt reads past them without a word. Profile `libvirt` drops them; profile `modern` leaves them and \
             says so, for the model may be the mistake.",
        )
        .example(
            "<devices><interface type='network'><source network='default'/><model type='e1000'/>\
             <driver name='vhost' queues='4'/></interface></devices>",
            "<devices><interface type='network'><source network='default'/><model type='e1000'/></interface></devices>",
        )
        .row(
            unread(
                child(InterfaceTypeUser::DRIVER).wherever(|it: &mut Interface, see| {
                    let members = it.type_.members_mut();
                    if let Some(driver) = members.and_then(field_mut::<Option<Box<InterfaceDriver>>>) {
                        see(driver, Some(&mut it.xml));
                    }
                }),
                "of a card that is none of virtio's",
            )
            .when(|it, _| {
                !is_virtio(it)
                    && driver(it).is_some_and(|it| given(it).into_iter().chain(unknown_values(it)).any(|name| !VIRTIO_OPTIONS.contains(&name)))
            }),
        ),
    rule("interface-driver-queues-zero", Class::Default)
        .summary("a card has no number of queues")
        .doc("A number of 0 queues is the same as none, and libvirt does not write it.")
        .example(
            "<devices><interface type='network'><source network='default'/><model type='virtio'/><driver name='vhost' queues='0'/>\
             </interface></devices>",
            "<devices><interface type='network'><source network='default'/><model type='virtio'/><driver name='vhost'/></interface></devices>",
        )
        .row(nothing(InterfaceDriver::QUEUES, |queues| *queues == 0, "no number of queues is asked for")),
    rule("interface-backend-vhost-dropped", Class::Lossy)
        .summary("a device of vhost stands at a card that is not one of virtio's")
        .doc(
            "Only virtio cards use the vhost of the kernel. libvirt reads past `<backend vhost=>` at any other card, and at a device of the host. \
             Profile `libvirt` drops it; profile `modern` leaves it and says so, for the model may be the mistake.",
        )
        .example(
            "<devices><interface type='network'><source network='default'/><model type='e1000'/>\
             <backend vhost='/dev/vhost-net'/></interface></devices>",
            "<devices><interface type='network'><source network='default'/><model type='e1000'/></interface></devices>",
        )
        .example(
            "<devices><interface type='hostdev'><source><address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x0'/></source>\
             <model type='virtio'/><backend tap='/dev/tap' vhost='/dev/vhost-net'/></interface></devices>",
            "<devices><interface type='hostdev'><source><address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x0'/></source>\
             <model type='virtio'/><backend tap='/dev/tap'/></interface></devices>",
        )
        .row(
            unread(InterfaceBackend::VHOST.under(Interface::BACKEND), "of a card that is none of virtio's")
                .when(|it, _| !is_virtio(it) || matches!(it.type_, InterfaceType::Hostdev(_))),
        ),
    rule("interface-hostdev-driver-dropped", Class::Lossy)
        .summary("a driver tunes a host device")
        .doc(
            "The `<driver>` of an interface of type `hostdev` names the driver that assigns the PCI function; libvirt \
             reads past the attributes that tune virtio cards, and past the whole element where the device is one of \
             USB. Profile `libvirt` drops them; profile `modern` leaves them and says so.",
        )
        .example(
            "<devices><interface type='hostdev'><driver name='vfio' queues='4'/>\
             <source><address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x0'/></source></interface>\
             </devices>",
            "<devices><interface type='hostdev'><driver name='vfio'/>\
             <source><address type='pci' domain='0x0000' bus='0x03' slot='0x10' function='0x0'/></source></interface>\
             </devices>",
        )
        .example(
            "<devices><interface type='hostdev'><driver name='vfio'/><source><address type='usb' bus='1' device='2'/>\
             </source>\
             </interface></devices>",
            "<devices><interface type='hostdev'><source><address type='usb' bus='1' device='2'/></source></interface>\
             </devices>",
        )
        .row(unread_but(what_assigns, "of a host device"))
        .row(
            unread(child(InterfaceTypeHostdev::DRIVER).in_branch(Interface::TYPE), "of a USB device").when(|it, _| {
                let address = branch::<InterfaceTypeHostdev>(&it.type_).and_then(|it| it.source.address.as_deref());
                address.is_some_and(|address| matches!(address.type_, InterfaceHostdevAddressType::Usb(_)))
            }),
        ),
];

/// What says how the function is assigned.
fn what_assigns(driver: &InterfaceHostdevDriver) -> InterfaceHostdevDriver {
    let InterfaceHostdevDriver { name, model, iommufd, .. } = driver.clone();
    InterfaceHostdevDriver { name, model, iommufd, ..InterfaceHostdevDriver::default() }
}

/// The attributes whose values are not known.
fn unknown_values(driver: &dyn Content) -> impl Iterator<Item = &'static str> {
    let kept = driver.extra().and_then(|xml| xml.kept.as_deref());
    kept.into_iter().flat_map(|kept| kept.values.iter().map(|value| value.name))
}
