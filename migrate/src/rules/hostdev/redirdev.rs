//! `redirdev-dbus-channel-added`.

use domxml::{ChardevBackend, ChardevSourceChannel, Domain};

use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, attribute};

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

const CHANNEL: &str = "org.qemu.usbredir";

fn apply(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for redirdev in &mut devices.redirdev {
        if let ChardevBackend::Dbus(members) = &mut redirdev.type_
            && members.source.is_none()
        {
            members.source =
                Some(ChardevSourceChannel { channel: Some(CHANNEL.to_owned()), ..ChardevSourceChannel::default() });
            cx.rewrote(&redirdev.xml, "the channel has a fixed name").becomes("", attribute("channel", CHANNEL));
        }
    }
}
