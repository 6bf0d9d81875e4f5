//! The addresses that servers listen at.

use super::servers::{each_server, has_ports, said_at};
use super::socket::replace_address;
use crate::rules::prelude::*;

rules![
    rule("graphics-listen-attr", Class::Copy)
        .since(0, 9, 4)
        .summary("the address to listen at stands in a `<listen>` element")
        .doc(
            "The attribute `listen` of `<graphics>` says where a VNC, SPICE or RDP server listens. Since there may be \
             several such places, `<listen>` elements say it, and the attribute is a copy of the first of them. \
             Profile `modern` moves the address into the element and removes the attribute; profile `libvirt` writes \
             both (`graphics-listen-copy`). An attribute that contradicts the first `<listen type='address'>` is an \
             error. An empty attribute is none.",
        )
        .example(
            "<devices><graphics type='vnc' port='5901' autoport='no' listen='127.0.0.1'/></devices>",
            "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='address' address='127.0.0.1'/></graphics></devices>",
        )
        .finds("<devices><graphics type='vnc' listen='::1'><listen type='address' address='127.0.0.1'/></graphics></devices>")
        .rows(each_server!(refuse(|it: &Of, _| contradiction(it.legacy_listen.as_ref()?, &it.listens))))
        .rows(each_server!(algorithm(|it: &mut Of, cx| fill(&mut it.legacy_listen, &mut it.listens, cx)).after("graphics-socket-attr")))
        .rows(each_server!(
            nothing(Of::LEGACY_LISTEN, |_| true, "the attribute only copies the first <listen>")
                .profiles(MODERN)
                .when(|it, _| says_nothing(it.legacy_listen.as_deref(), &it.listens))
        )),
    rule("graphics-socket-attr-over-address-listen", Class::Lossy)
        .since(2, 0, 0)
        .on_request()
        .summary("the socket of a VNC server takes the place of the address to listen at")
        .doc(
            "With the attribute `socket` libvirt replaces a first `<listen>` at an address or a network by one at the \
             socket, and forgets the address without a word. What the author meant is not to be seen, so this is done \
             on request alone.",
        )
        .example(
            "<devices><graphics type='vnc' socket='/run/vnc'><listen type='address' address='127.0.0.1'/></graphics></devices>",
            "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
        )
        .row(algorithm(replace_address).profiles(MODERN).after("graphics-listen-attr")),
    rule("graphics-listen-attr-ignored", Class::Lossy)
        .summary("the attribute `listen` has no effect beside a socket")
        .doc(
            "Where the first `<listen>` element of a display is a socket, or says that it listens nowhere, libvirt \
             does not read the attribute `listen` at all. It is left, because its author may have meant it; profile \
             `libvirt` drops it.",
        )
        .example(
            "<devices><graphics type='vnc' listen='127.0.0.1'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
            "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
        )
        // In phase derive, once the attribute `socket` has its element.
        .rows(each_server!(
            unread_where(Of::LEGACY_LISTEN, |address, _| !address.is_empty(), "where the first <listen> is no address")
                .when(|it, _| !has_ports(&it.listens))
                .phase(Phase::Derive)
        )),
    rule("graphics-listen-default", Class::Default)
        .summary("a server that does not say where it listens has a `<listen type='address'/>`")
        .doc(
            "A VNC, SPICE or RDP server without any `<listen>` listens at the address that the hypervisor's \
             configuration gives. libvirt writes that as an element without address.",
        )
        .example(
            "<devices><graphics type='vnc' port='5901' autoport='no'/></devices>",
            "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='address'/></graphics></devices>",
        )
        .rows(each_server!(
            default(child(Of::LISTENS), GraphicsListen::default())
                .profiles(LIBVIRT)
                .says("the server listens at the default address")
                .after("graphics-spice-noport-listen-none")
        ))
        .row(nothing(GraphicsListenTypeAddress::ADDRESS, String::is_empty, "an empty address is none")),
    rule("graphics-listen-copy", Class::Default)
        .since(0, 9, 4)
        .summary("libvirt copies the address of the first `<listen>` into the attribute")
        .doc(
            "For readers older than 0.9.4 libvirt writes the address of the first `<listen>` into the attribute \
             `listen` of `<graphics>` too. Where the first one is no address, it does not write the attribute.",
        )
        .example(
            "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='address' address='127.0.0.1'/></graphics></devices>",
            "<devices><graphics type='vnc' port='5901' autoport='no' listen='127.0.0.1'>\
             <listen type='address' address='127.0.0.1'/></graphics></devices>",
        )
        .rows(each_server!(
            nothing(Of::LEGACY_LISTEN, |_| true, "libvirt does not write the attribute without an address to listen at")
                .when(|it, scope| it.legacy_listen != copied(&it.listens, scope.live))
        ))
        .rows(each_server!(
            default_by(Of::LEGACY_LISTEN, |it, scope| copied(&it.listens, scope.live))
                .phase(Phase::Write)
                .profiles(LIBVIRT)
                .says("libvirt copies the address of the first <listen> into the attribute")
        )),
];

/// An attribute that is another address than the first element's.
fn contradiction(attribute: &str, listen: &[GraphicsListen]) -> Option<String> {
    let GraphicsListenType::Address(first) = &listen.first()?.type_ else { return None };
    let address = first.address.as_deref().filter(|address| *address != attribute)?;
    Some(format!(
        "the attribute listen='{attribute}' must be the address of the first <listen>, which is '{address}': leave out one of the two"
    ))
}

/// The address that the attribute copies. That of a network was found while the domain ran.
fn copied(listen: &[GraphicsListen], live: bool) -> Option<String> {
    match &listen.first()?.type_ {
        GraphicsListenType::Address(first) => first.address.clone().filter(|address| !address.is_empty()),
        GraphicsListenType::Network(first) => first.address.clone().filter(|_| live),
        _ => None,
    }
}

fn says_nothing(attribute: Option<&str>, listen: &[GraphicsListen]) -> bool {
    attribute.is_some_and(|attribute| attribute.is_empty() || copied(listen, true).as_deref() == Some(attribute))
}

/// Puts the address of the attribute where the element has none.
fn fill(said: &mut Option<String>, listen: &mut Vec<GraphicsListen>, cx: &mut Context<'_>) {
    let Some(address) = said.clone().filter(|address| !address.is_empty()) else { return };
    let found = cx.live || cx.profile == Profile::Modern;
    let place = match listen.first_mut().map(|first| &mut first.type_) {
        None => None,
        Some(GraphicsListenType::Address(first)) if first.address.is_none() => Some(&mut first.address),
        Some(GraphicsListenType::Network(first)) if first.address.is_none() && found => Some(&mut first.address),
        Some(_) => return,
    };
    match place {
        Some(place) => *place = Some(address.clone()),
        None => {
            let first = GraphicsListenTypeAddress { address: Some(address.clone()) };
            listen.push(said_at(GraphicsListenType::Address(first), cx.here));
        }
    }
    if cx.profile == Profile::Modern {
        *said = None;
    }
    cx.rewrote_here(cx.here, "the address to listen at belongs to the first <listen>")
        .becomes(attribute("listen", &address), format!("<listen address='{address}'/>"));
}
