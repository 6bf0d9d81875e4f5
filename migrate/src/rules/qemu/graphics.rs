//! Displays: where they listen, and which of them go together.

use domxml::{Devices, Graphics, GraphicsListen, GraphicsType};

use super::refused;
use crate::options::Driver;
use crate::rule::kinds::check;
use crate::rule::{Class, Context, rule};

rules![
    rule("qemu-graphics-conflict", Class::Conflict)
        .summary("a display that listens at several places, or that nothing shows")
        .doc(
            "A display of QEMU listens at one place. One without a window (`egl-headless`) renders for VNC and SPICE, \
             and does not go with a window on the host alone. The desktop of the host is a display of VirtualBox.",
        )
        .finds(
            "<devices><graphics type='vnc' port='5903' autoport='no'><listen type='address' address='127.0.0.1'/>\
             <listen type='address' address='::1'/></graphics></devices>",
        )
        .finds("<devices><graphics type='egl-headless'/><graphics type='sdl'/></devices>")
        .finds("<devices><graphics type='desktop'/></devices>")
        .row(check(displays).driver(Driver::Qemu))
        .row(refused(|graphics: &Graphics, _| {
            matches!(graphics.type_, GraphicsType::Desktop(_)).then(|| {
                "QEMU has no display of this type: set type='sdl' for a window on the host, or 'vnc' or 'spice'"
                    .to_owned()
            })
        })),
];

fn displays(devices: &Devices, cx: &mut Context<'_>) {
    for listen in devices.graphics.iter().filter_map(|graphics| listens(&graphics.type_).get(1)) {
        cx.error(&listen.xml, "a display of QEMU listens at one place: leave out this <listen>");
    }
    let is = |of: fn(&GraphicsType) -> bool| devices.graphics.iter().find(move |graphics| of(&graphics.type_));
    let shown = is(|type_| matches!(type_, GraphicsType::Vnc(_) | GraphicsType::Spice(_))).is_some();
    let is_headless = |type_: &GraphicsType| matches!(type_, GraphicsType::EglHeadless(_));
    if let Some(headless) = devices.graphics.iter().find(|graphics| is_headless(&graphics.type_))
        && devices.graphics.iter().any(|graphics| !is_headless(&graphics.type_))
        && !shown
    {
        cx.error(&headless.xml, "egl-headless renders for VNC and SPICE: add one of them, or leave it out");
    }
}

fn listens(type_: &GraphicsType) -> &[GraphicsListen] {
    match type_ {
        GraphicsType::Vnc(it) => &it.listens,
        GraphicsType::Spice(it) => &it.listens,
        GraphicsType::Rdp(it) => &it.listens,
        _ => &[],
    }
}
