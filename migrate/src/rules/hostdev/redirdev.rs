//! Redirected devices.

use crate::rules::prelude::*;

/// The channel by which a D-Bus display redirects USB devices.
const CHANNEL: &str = "org.qemu.usbredir";

const SAYS: &str = "the channel has a fixed name";
const NO_TYPE: &str = "a redirected device needs a type, as 'spicevmc' or 'tcp': add it";
const ELSEWHERE: &str =
    "a redirected device is on USB: its address is of the type usb; set that, or leave out the address";

rules![
    rule("redirdev-type-missing", Class::Conflict)
        .summary("a redirected device has no type")
        .doc(
            "The type of a `<redirdev>` says through what the device comes, as `spicevmc` or `tcp`. Other than for a \
             console there is no type that libvirt would take in its place: it refuses the domain.",
        )
        .finds("<devices><redirdev bus='usb'/></devices>")
        .row(refuse(|it: &Redirdev, _| it.xml.assumed.map(|_| NO_TYPE))),
    rule("redirdev-address-type", Class::Conflict)
        .summary("a redirected device has an address of another bus")
        .doc("A redirected device is on USB, and only an address of the type `usb` says where.")
        .finds(
            "<devices><redirdev bus='usb' type='spicevmc'>\
             <address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/></redirdev></devices>",
        )
        .row(refuse_where(child(Redirdev::ADDRESS), |it, _| !matches!(it.type_, AddressType::Usb(_)), ELSEWHERE)),
    {
        let named = Box::new(ChardevSourceChannel { channel: Some(CHANNEL.to_owned()), ..Default::default() });
        let channel = ChardevSourceChannel::CHANNEL.under(ChardevOnChannel::SOURCE).in_branch(Redirdev::TYPE);
        rule("redirdev-dbus-channel-added", Class::Default)
            .since(9, 0, 0)
            .summary("a device redirected over D-Bus has a channel of a fixed name")
            .doc(
                "The channel by which a D-Bus display redirects USB devices is called `org.qemu.usbredir`. libvirt \
                 spells that out where a `<redirdev type='dbus'>` has no source.",
            )
            .example(
                "<devices><redirdev bus='usb' type='dbus'/></devices>",
                "<devices><redirdev bus='usb' type='dbus'><source channel='org.qemu.usbredir'/></redirdev></devices>",
            )
            .row(default(child(ChardevOnChannel::SOURCE).in_branch(Redirdev::TYPE), named).when(on_dbus).says(SAYS))
            .row(default(channel, CHANNEL.to_owned()).when(on_dbus).says(SAYS))
    },
];

fn on_dbus(redirdev: &Redirdev, _: &Scope) -> bool {
    matches!(redirdev.type_, ChardevBackend::Dbus(_))
}
