//! The sockets of the file system that servers listen at.

use super::servers::{has_ports, said_at};
use crate::rules::prelude::*;

const COPY: &str = "the attribute only copies the first <listen>";
const NO_SOCKET: &str = "libvirt does not write the attribute without a socket to listen at";
const UNREAD: &str = "libvirt does not read the attribute socket of a SPICE server";
const NOWHERE: &str = "of a server that listens at no address";

rules![
    rule("graphics-socket-attr", Class::Copy)
        .since(2, 0, 0)
        .summary("the socket of a VNC server stands in a `<listen>` element")
        .doc(
            "A VNC server that listens at a socket of the file system was once written with an attribute `socket`. \
             Since 2.0.0 that is `<listen type='socket'>`, of which the attribute is a copy. Profile `modern` moves \
             the path and removes the attribute; profile `libvirt` writes both. An attribute that contradicts the \
             first `<listen type='socket'>` is an error.",
        )
        .example(
            "<devices><graphics type='vnc' socket='/run/vnc'/></devices>",
            "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
        )
        .finds("<devices><graphics type='vnc' socket='/a'><listen type='socket' socket='/b'/></graphics></devices>")
        .row(refuse(|vnc: &GraphicsTypeVnc, _| contradiction(vnc.socket.as_ref()?, &vnc.listens)))
        .row(algorithm(|vnc: &mut GraphicsTypeVnc, cx| fill(&mut vnc.socket, &mut vnc.listens, cx)))
        .row(algorithm(replace_address).profiles(LIBVIRT))
        .row(nothing(GraphicsTypeVnc::SOCKET, |_| true, COPY).profiles(MODERN).when(|vnc, _| vnc.socket == copied(&vnc.listens)))
        .row(nothing(GraphicsTypeVnc::SOCKET, |_| true, NO_SOCKET).when(|vnc, _| vnc.socket != copied(&vnc.listens)))
        .row(
            default_by(GraphicsTypeVnc::SOCKET, |vnc, _| copied(&vnc.listens))
                .phase(Phase::Write)
                .profiles(LIBVIRT)
                .says("libvirt copies the socket of the first <listen> into the attribute"),
        ),
    rule("graphics-spice-socket-attr", Class::Structure)
        .since(2, 0, 0)
        .summary("the socket of a SPICE server stands in its `<listen>` element")
        .doc(
            "libvirt reads the attribute `socket` of a SPICE server in one case: where its first `<listen>` is a \
             socket without a path. The path belongs there. If both have one they must be the same.",
        )
        .example(
            "<devices><graphics type='spice' socket='/run/s'><listen type='socket'/></graphics></devices>",
            "<devices><graphics type='spice'><listen type='socket' socket='/run/s'/></graphics></devices>",
        )
        .finds("<devices><graphics type='spice' socket='/a'><listen type='socket' socket='/b'/></graphics></devices>")
        .row(refuse(|spice: &GraphicsTypeSpice, _| contradiction(spice.socket.as_ref()?, &spice.listens)))
        .row(
            algorithm(|spice: &mut GraphicsTypeSpice, cx| fill(&mut spice.socket, &mut spice.listens, cx))
                .when(|spice, _| !spice.listens.is_empty()),
        )
        .row(nothing(GraphicsTypeSpice::SOCKET, |_| true, COPY).profiles(MODERN).when(|spice, _| spice.socket == copied(&spice.listens))),
    rule("graphics-spice-listen-socket-attr-ignored", Class::Lossy)
        .on_request()
        .summary("the attribute `socket` of a SPICE server has no effect")
        .doc(
            "Only VNC servers have the attribute `socket`; libvirt does not read it on a SPICE server, which listens \
             where it would without. A `<listen type='socket'>` would do what the author may have meant, but change \
             what happens. The attribute is removed on request.",
        )
        .example(
            "<devices><graphics type='spice' autoport='yes' socket='/run/spice'/></devices>",
            "<devices><graphics type='spice' autoport='yes'/></devices>",
        )
        .row(nothing(GraphicsTypeSpice::SOCKET, |_| true, UNREAD).profiles(MODERN)),
    rule("graphics-spice-socket-attr-dropped", Class::Lossy)
        .summary("libvirt drops the attribute `socket` of a SPICE server")
        .doc("Only VNC servers have the attribute `socket`; libvirt neither reads nor writes it on a SPICE server.")
        .example(
            "<devices><graphics type='spice' autoport='yes' socket='/run/spice'/></devices>",
            "<devices><graphics type='spice' autoport='yes'/></devices>",
        )
        .row(nothing(GraphicsTypeSpice::SOCKET, |_| true, UNREAD)),
    // In phase derive, once the attribute `socket` has its element.
    rule("graphics-socket-attr-drops-port", Class::Lossy)
        .phase(Phase::Derive)
        .summary("a server that listens at no address has no ports")
        .doc("libvirt writes neither ports nor `autoport` where the first `<listen>` is a socket or none.")
        .example(
            "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
            "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
        )
        .rows(each_field!(GraphicsTypeVnc::[PORT AUTOPORT WEBSOCKET], |field| unread(field, NOWHERE).when(|vnc, _| !has_ports(&vnc.listens))))
        .rows(each_field!(GraphicsTypeSpice::[PORT TLS_PORT AUTOPORT], |field| unread(field, NOWHERE).when(|spice, _| !has_ports(&spice.listens)))),
];

/// An attribute that is another socket than the first element's.
fn contradiction(attribute: &str, listen: &[GraphicsListen]) -> Option<String> {
    let found = copied(listen).filter(|socket| socket != attribute)?;
    Some(format!(
        "the attribute socket='{attribute}' must be the socket of the first <listen>, which is '{found}': leave out one of the two"
    ))
}

/// The socket that the attribute copies.
fn copied(listen: &[GraphicsListen]) -> Option<String> {
    branch::<GraphicsListenTypeSocket>(&listen.first()?.type_)?.socket.clone()
}

fn socket(path: &str) -> GraphicsListenType {
    GraphicsListenType::Socket(GraphicsListenTypeSocket { socket: Some(path.to_owned()) })
}

/// Puts the path of the attribute where the element has none.
fn fill(said: &mut Option<String>, listen: &mut Vec<GraphicsListen>, cx: &mut Context<'_>) {
    let Some(path) = said.clone() else { return };
    match listen.first_mut().map(|first| &mut first.type_) {
        None => listen.push(said_at(socket(&path), cx.here)),
        Some(GraphicsListenType::Socket(first)) if first.socket.is_none() => first.socket = Some(path.clone()),
        Some(_) => return,
    }
    if cx.profile == Profile::Modern {
        *said = None;
    }
    cx.rewrote_here(cx.here, "the socket belongs to the first <listen>")
        .becomes(attribute("socket", &path), format!("<listen type='socket' socket='{path}'/>"));
}

pub(super) fn replace_address(vnc: &mut GraphicsTypeVnc, cx: &mut Context<'_>) {
    let Some(first) = vnc.listens.first_mut().filter(|first| has_ports(std::slice::from_ref(first))) else { return };
    let Some(path) = vnc.socket.clone() else { return };
    first.type_ = socket(&path);
    if cx.profile == Profile::Modern {
        vnc.socket = None;
    }
    cx.rewrote_here(cx.here, "libvirt forgets the address to listen at in favour of the socket")
        .becomes(attribute("socket", &path), format!("<listen type='socket' socket='{path}'/>"));
}
