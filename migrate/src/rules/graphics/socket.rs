//! `graphics-socket-attr`, `graphics-socket-attr-over-address-listen`, `graphics-socket-attr-drops-port`,
//! `graphics-spice-listen-socket-attr-ignored`.

use domxml::{Domain, GraphicsListenType, GraphicsType};
use domxml_runtime::Version;

use super::servers::{at_socket, displays, has_ports, servers, spelt};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN};

pub(super) static ATTRIBUTE: Rule = Rule {
    id: "graphics-socket-attr",
    class: Class::Copy,
    since: Some(Version::new(2, 0, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the socket of a VNC server stands in a `<listen>` element",
    doc: "A VNC server that listens at a socket of the file system was once written with an attribute `socket`. Since 2.0.0 \
          that is `<listen type='socket'>`, of which the attribute is a copy. Profile `modern` moves the path and removes the \
          attribute; profile `libvirt` writes both. An attribute that contradicts the first `<listen type='socket'>` is \
          an error.",
    example: Example {
        before: "<devices><graphics type='vnc' socket='/run/vnc'/></devices>",
        after: "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
    },
    apply: move_attribute,
};

pub(super) static OVER_ADDRESS: Rule = Rule {
    id: "graphics-socket-attr-over-address-listen",
    class: Class::Lossy,
    since: Some(Version::new(2, 0, 0)),
    safety: Safety::Unsafe,
    profiles: MODERN,
    summary: "the socket of a VNC server takes the place of the address to listen at",
    doc: "With the attribute `socket` libvirt replaces a first `<listen>` at an address or a network by one at the socket, and \
          forgets the address without a word. What the author meant is not to be seen, so this is done on request alone.",
    example: Example {
        before: "<devices><graphics type='vnc' socket='/run/vnc'><listen type='address' address='127.0.0.1'/></graphics></devices>",
        after: "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
    },
    apply: replace_address,
};

pub(super) static DROPS_PORT: Rule = Rule {
    id: "graphics-socket-attr-drops-port",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a server that listens at no address has no ports",
    doc: "libvirt writes neither ports nor `autoport` where the first `<listen>` is a socket or none.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='socket' socket='/run/vnc'/></graphics>\
                 </devices>",
        after: "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
    },
    apply: drop_ports,
};

pub(super) static SPICE: Rule = Rule {
    id: "graphics-spice-listen-socket-attr-ignored",
    class: Class::Lossy,
    since: None,
    safety: Safety::Unsafe,
    profiles: MODERN,
    summary: "the attribute `socket` of a SPICE server has no effect",
    doc: "Only VNC servers have the attribute `socket`; libvirt does not read it on a SPICE server, which listens where it \
          would without. A `<listen type='socket'>` would do what the author may have meant, but change what happens. The \
          attribute is removed on request.",
    example: Example {
        before: "<devices><graphics type='spice' autoport='yes' socket='/run/spice'/></devices>",
        after: "<devices><graphics type='spice' autoport='yes'/></devices>",
    },
    apply: drop_spice,
};

pub(super) static SPICE_LIBVIRT: Rule = Rule {
    id: "graphics-spice-socket-attr-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "libvirt drops the attribute `socket` of a SPICE server",
    doc: "Only VNC servers have the attribute `socket`; libvirt neither reads nor writes it on a SPICE server.",
    example: Example {
        before: "<devices><graphics type='spice' autoport='yes' socket='/run/spice'/></devices>",
        after: "<devices><graphics type='spice' autoport='yes'/></devices>",
    },
    apply: drop_spice,
};

pub(super) static SPICE_FILLS: Rule = Rule {
    id: "graphics-spice-socket-attr",
    class: Class::Structure,
    since: Some(Version::new(2, 0, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the socket of a SPICE server stands in its `<listen>` element",
    doc: "libvirt reads the attribute `socket` of a SPICE server in one case: where its first `<listen>` is a socket without a \
          path. The path belongs there. If both have one they must be the same.",
    example: Example {
        before: "<devices><graphics type='spice' socket='/run/s'><listen type='socket'/></graphics></devices>",
        after: "<devices><graphics type='spice'><listen type='socket' socket='/run/s'/></graphics></devices>",
    },
    apply: fill_spice,
};

fn fill_spice(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let GraphicsType::Spice(spice) = &mut graphics.type_ else { continue };
        let Some(GraphicsListenType::Socket(first)) = spice.listen.first_mut().map(|first| &mut first.type_) else {
            continue;
        };
        let Some(path) = spice.socket.clone() else { continue };
        match &first.socket {
            Some(found) if *found != path => {
                cx.error(
                    &graphics.xml,
                    format!(
                        "the attribute socket='{path}' must be the socket of the first <listen>, which is '{found}'"
                    ),
                );
                continue;
            }
            Some(_) => {}
            None => first.socket = Some(path.clone()),
        }
        spice.socket = None;
        cx.rewrote(&graphics.xml, "the socket belongs to the first <listen>")
            .becomes(format!("socket='{path}'"), format!("<listen type='socket' socket='{path}'/>"));
    }
}

fn move_attribute(domain: &mut Domain, cx: &mut Context) {
    for server in servers(domain) {
        let Some(socket) = server.socket else { continue };
        let before = spelt("socket", socket.as_ref().map(|it| it as _));
        let libvirt = cx.profile == Profile::Libvirt;
        if let Some(path) = socket.clone() {
            let after = format!("<listen type='socket' socket='{path}'/>");
            match server.listen.first_mut().map(|first| &mut first.type_) {
                None => {
                    server.listen.push(at_socket(Some(path), server.xml));
                    cx.rewrote(server.xml, "the socket has an element").becomes(before.clone(), after);
                }
                Some(GraphicsListenType::Socket(first)) if first.socket.is_none() => {
                    first.socket = Some(path);
                    cx.rewrote(server.xml, "the socket belongs to the first <listen>").becomes(before.clone(), after);
                }
                Some(GraphicsListenType::Socket(first)) => {
                    if first.socket.as_ref() != Some(&path) {
                        let found = first.socket.clone().unwrap_or_default();
                        cx.error(
                            server.xml,
                            format!("the attribute socket='{path}' must be the socket of the first <listen>, which is '{found}'"),
                        );
                        continue;
                    }
                }
                Some(first @ (GraphicsListenType::Address(_) | GraphicsListenType::Network(_))) if libvirt => {
                    *first = at_socket(Some(path), server.xml).type_;
                    cx.rewrote(server.xml, "the socket takes the place of the address").becomes(before.clone(), after);
                }
                Some(_) => {}
            }
        }
        let copy = match server.listen.first().map(|first| &first.type_) {
            Some(GraphicsListenType::Socket(first)) => first.socket.clone(),
            _ => None,
        };
        let wanted = match cx.profile {
            Profile::Libvirt => copy,
            Profile::Modern if *socket == copy => None,
            Profile::Modern => socket.clone(),
        };
        if *socket != wanted {
            let after = spelt("socket", wanted.as_ref().map(|it| it as _));
            let message = match wanted {
                Some(_) => "libvirt copies the socket of the first <listen> into the attribute",
                None => "the socket stands in the first <listen>, or nowhere",
            };
            *socket = wanted;
            cx.rewrote(server.xml, message).becomes(before, after);
        }
    }
}

fn replace_address(domain: &mut Domain, cx: &mut Context) {
    for server in servers(domain) {
        let Some(socket) = server.socket else { continue };
        if !server.listen.is_empty() && has_ports(server.listen) && socket.is_some() {
            let path = socket.take();
            let before = spelt("socket", path.as_ref().map(|it| it as _));
            let after = format!("<listen type='socket' {before}/>");
            server.listen[0].type_ = at_socket(path, server.xml).type_;
            cx.rewrote(server.xml, "libvirt forgets the address to listen at in favour of the socket")
                .becomes(before, after);
        }
    }
}

fn drop_ports(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let mut gone = Vec::new();
        let mut note = |name: &str, value: Option<String>| gone.extend(value.map(|value| format!("{name}='{value}'")));
        match &mut graphics.type_ {
            GraphicsType::Vnc(vnc) if !has_ports(&vnc.listen) => {
                note("port", vnc.port.take().map(|it| it.to_string()));
                note("autoport", vnc.autoport.take().map(|it| it.to_string()));
                note("websocket", vnc.websocket.take().map(|it| it.to_string()));
            }
            GraphicsType::Spice(spice) if !has_ports(&spice.listen) => {
                note("port", spice.port.take().map(|it| it.to_string()));
                note("tlsPort", spice.tls_port.take().map(|it| it.to_string()));
                note("autoport", spice.autoport.take().map(|it| it.to_string()));
            }
            _ => {}
        }
        if !gone.is_empty() {
            cx.rewrote(&graphics.xml, "a server that listens at no address has no ports").becomes(gone.join(" "), "");
        }
    }
}

fn drop_spice(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        if let GraphicsType::Spice(spice) = &mut graphics.type_
            && let Some(path) = spice.socket.take()
        {
            cx.rewrote(&graphics.xml, "libvirt does not read the attribute socket of a SPICE server")
                .becomes(format!("socket='{path}'"), "");
        }
    }
}
