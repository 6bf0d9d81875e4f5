//! `graphics-spice-noport-listen-none`: a SPICE server without ports.

use super::ports::{has_number, spice_chooses};
use crate::rules::prelude::*;

rules![
    rule("graphics-spice-noport-listen-none", Class::Structure)
        .since(2, 0, 0)
        .summary("a SPICE server without ports listens nowhere, and says so")
        .doc(
            "Unlike VNC, SPICE does not choose ports unasked: without ports and without `autoport='yes'` the server is \
             reached through libvirt's API alone. Since 2.0.0 `<listen type='none'/>` says that. An address to listen \
             at is void then; profile `libvirt` drops it as libvirt does, profile `modern` leaves such a display as it \
             is.",
        )
        .example(
            "<devices><graphics type='spice'/></devices>",
            "<devices><graphics type='spice'><listen type='none'/></graphics></devices>",
        )
        .row(algorithm(listen_nowhere).phase(Phase::Derive).when(|spice, _| !names_address(spice)))
        .row(algorithm(listen_nowhere).phase(Phase::Derive).profiles(LIBVIRT)),
];

fn names_address(spice: &GraphicsTypeSpice) -> bool {
    let said = spice.legacy_listen.as_ref().is_some_and(|address| !address.is_empty());
    let first = spice.listens.first().map(|first| &first.type_);
    said || matches!(first, Some(GraphicsListenType::Address(first)) if first.address.is_some())
}

fn listen_nowhere(spice: &mut GraphicsTypeSpice, cx: &mut Context<'_>) {
    if spice_chooses(spice) || has_number(spice) {
        return;
    }
    match spice.listens.first_mut().map(|first| &mut first.type_) {
        Some(first @ GraphicsListenType::Address(_)) => *first = GraphicsListenType::None,
        Some(_) => return,
        None => spice.listens.push(GraphicsListen { type_: GraphicsListenType::None, xml: Extra::at(cx.here) }),
    }
    (spice.port, spice.tls_port, spice.autoport, spice.legacy_listen) = (None, None, None, None);
    cx.rewrote_here(cx.here, "a SPICE server without ports listens nowhere").becomes("", "<listen type='none'/>");
}
