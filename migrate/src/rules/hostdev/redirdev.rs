//! `redirdev-dbus-channel-added`, `redirdev-type-missing`, `redirdev-address-type`.

use domxml::{AddressType, ChardevBackend, Domain};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, attribute, conflict};

pub(super) static DBUS: Rule = Rule {
    id: "redirdev-dbus-channel-added",
    class: Class::Default,
    since: Some(domxml::Version::new(9, 0, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a device redirected over D-Bus has a channel of a fixed name",
    doc: "The channel by which a D-Bus display redirects USB devices is called `org.qemu.usbredir`. libvirt spells that out where \
          a `<redirdev type='dbus'>` has no source.",
    example: Example {
        before: "<devices><redirdev bus='usb' type='dbus'/></devices>",
        after: "<devices><redirdev bus='usb' type='dbus'><source channel='org.qemu.usbredir'/></redirdev></devices>",
    },
    apply,
};

pub(super) static TYPE: Rule = conflict(
    "redirdev-type-missing",
    "a redirected device has no type",
    "The type of a `<redirdev>` says through what the device comes, as `spicevmc` or `tcp`. Other than for a console there is no type \
     that libvirt would take in its place: it refuses the domain.",
    "<devices><redirdev bus='usb'/></devices>",
    check_type,
);

pub(super) static ADDRESS: Rule = conflict(
    "redirdev-address-type",
    "a redirected device has an address of another bus",
    "A redirected device is on USB, and only an address of the type `usb` says where.",
    "<devices><redirdev bus='usb' type='spicevmc'><address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/></redirdev>\
     </devices>",
    check_address,
);

fn check_address(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    for address in devices.redirdev.iter().filter_map(|redirdev| redirdev.address.as_ref()) {
        if !matches!(address.type_, AddressType::Usb(_)) {
            cx.error(&address.xml, "a device on USB has an address of the type usb");
        }
    }
}

const CHANNEL: &str = "org.qemu.usbredir";

fn apply(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for redirdev in &mut devices.redirdev {
        if let ChardevBackend::Dbus(members) = &mut redirdev.type_
            && members.source.as_ref().is_none_or(|source| source.channel.is_none())
        {
            members.source.get_or_insert_default().channel = Some(CHANNEL.to_owned());
            cx.rewrote(&redirdev.xml, "the channel has a fixed name").becomes("", attribute("channel", CHANNEL));
        }
    }
}

fn check_type(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    for redirdev in devices.redirdev.iter().filter(|redirdev| redirdev.xml.assumed.is_some()) {
        cx.error(&redirdev.xml, "a redirected device needs a type");
    }
}
