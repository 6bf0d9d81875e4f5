//! `device-alias-duplicate`.

use std::collections::HashSet;

use super::running::is_users_own;
use crate::rules::prelude::*;

rules![
    rule("device-alias-duplicate", Class::Conflict)
        .summary("two devices have one alias")
        .doc(
            "An alias that begins with `ua-` names a device for its user, and only one: libvirt refuses a domain that \
             gives it twice. The first console may have that of the serial port which it is.",
        )
        .finds(
            "<devices><sound model='ac97'><alias name='ua-a'/></sound><sound model='ac97'><alias name='ua-a'/>\
                </sound></devices>"
        )
        .row(check(twice)),
];

fn twice(devices: &Devices, cx: &mut Context<'_>) {
    let name = |alias: &Option<Box<Alias>>| alias.as_ref().map(|alias| alias.name.clone());
    // The console that is the serial port shares its alias, and of no balloon none is read.
    let (serial, console) = (devices.serials.first(), devices.consoles.first());
    let copy = console.filter(|console| serial.is_some_and(|serial| name(&serial.alias) == name(&console.alias)));
    let none = devices.memballoon.as_ref().filter(|balloon| balloon.model == MemballoonModel::None);
    let unread = [copy.and_then(|it| it.alias.as_ref()), none.and_then(|it| it.alias.as_ref())];
    let unread = unread.map(|alias| alias.map(|alias| alias.xml.span));
    let mut seen = HashSet::new();
    each(devices, |alias: &Alias| {
        if is_users_own(alias) && !unread.contains(&Some(alias.xml.span)) && !seen.insert(alias.name.clone()) {
            let holder = format!("another device has the alias {} already", alias.name);
            cx.error(&alias.xml, format!("{holder}: choose another one, or leave it out"));
        }
    });
}
