//! Displays: where they listen, and which of them go together.

use domxml::{Devices, Graphics, GraphicsListen, GraphicsType, YesNo};

use crate::options::Driver;
use crate::rule::kinds::{check, refuse_if};
use crate::rule::{Class, Context, rule};

const NO_DESKTOP: &str =
    "QEMU has no display of this type: set type='sdl' for a window on the host, or 'vnc' or 'spice'";

rules![
    rule("qemu-graphics-conflict", Class::Conflict)
        .summary("a display that listens at several places, or that nothing shows")
        .doc(
            "A display of QEMU listens at one place. One without a window (`egl-headless`) renders for VNC and SPICE, \
             and does not go with a window on the host, nor with SPICE that renders by itself (`<gl enable='yes'/>`). The \
             desktop of the host is a display of VirtualBox.",
        )
        .finds(
            "<devices><graphics type='vnc' port='5903' autoport='no'><listen type='address' address='127.0.0.1'/>\
             <listen type='address' address='::1'/></graphics></devices>",
        )
        .finds("<devices><graphics type='egl-headless'/><graphics type='sdl'/></devices>")
        .finds("<devices><graphics type='egl-headless'/><graphics type='spice'><gl enable='yes'/></graphics></devices>")
        .finds("<devices><graphics type='desktop'/></devices>")
        .row(check(displays).driver(Driver::Qemu))
        .row(refuse_if(NO_DESKTOP, |it: &Graphics, _| matches!(it.type_, GraphicsType::Desktop(_))).driver(Driver::Qemu)),
];

fn displays(devices: &Devices, cx: &mut Context<'_>) {
    for listen in devices.graphics.iter().filter_map(|graphics| listens(&graphics.type_).get(1)) {
        cx.error(&listen.xml, "a display of QEMU listens at one place: leave out this <listen>");
    }
    let headless = devices.graphics.iter().find(|it| matches!(it.type_, GraphicsType::EglHeadless(_)));
    for beside in devices.graphics.iter().filter(|_| headless.is_some()) {
        let why = match &beside.type_ {
            GraphicsType::Spice(it) if it.gl.as_ref().is_none_or(|gl| gl.enable == YesNo::No) => continue,
            GraphicsType::EglHeadless(_) | GraphicsType::Vnc(_) => continue,
            GraphicsType::Spice(_) => "SPICE with <gl> renders by itself: leave out <gl>, or the display egl-headless",
            _ => "egl-headless renders for VNC and SPICE alone: leave out that display, or this one",
        };
        cx.error(&beside.xml, why);
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
