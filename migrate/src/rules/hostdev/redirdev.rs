//! `redirdev-dbus-channel-added`, `redirdev-type-missing`.

use domxml::{ChardevBackend, Domain};

use crate::rule::{Class, Context, Example, Rule, Safety};
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
