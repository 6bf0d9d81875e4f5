//! `graphics-listen-attr`, `graphics-listen-copy`, `graphics-listen-attr-ignored`, `graphics-listen-default`.

use domxml::{Domain, GraphicsListenType};
use domxml_runtime::Version;

use super::servers::{Server, at_address, servers, spelt};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN};

pub(super) static ATTRIBUTE: Rule = Rule {
    id: "graphics-listen-attr",
    class: Class::Copy,
    since: Some(Version::new(0, 9, 4)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the address to listen at stands in a `<listen>` element",
    doc: "The attribute `listen` of `<graphics>` says where a VNC, SPICE or RDP server listens. Since there may be several \
          such places, `<listen>` elements say it, and the attribute is a copy of the first of them. Profile `modern` moves the \
          address into the element and removes the attribute; profile `libvirt` writes both (`graphics-listen-copy`). An attribute that contradicts the first `<listen type='address'>` is an error. An empty \
          attribute is none.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5901' autoport='no' listen='127.0.0.1'/></devices>",
        after: "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='address' address='127.0.0.1'/></graphics>\
                </devices>",
    },
    apply: move_attribute,
};

pub(super) static COPY: Rule = Rule {
    id: "graphics-listen-copy",
    class: Class::Default,
    since: Some(Version::new(0, 9, 4)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "libvirt copies the address of the first `<listen>` into the attribute",
    doc: "For readers older than 0.9.4 libvirt writes the address of the first `<listen>` into the attribute `listen` of `<graphics>` too. \
          Where the first one is no address, it does not write the attribute.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='address' address='127.0.0.1'/></graphics>\
                 </devices>",
        after: "<devices><graphics type='vnc' port='5901' autoport='no' listen='127.0.0.1'>\
                <listen type='address' address='127.0.0.1'/></graphics></devices>",
    },
    apply: copy_address,
};

pub(super) static IGNORED: Rule = Rule {
    id: "graphics-listen-attr-ignored",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "the attribute `listen` has no effect beside a socket",
    doc: "Where the first `<listen>` element of a display is a socket, or says that it listens nowhere, libvirt does not read \
          the attribute `listen` at all. It is left, because its author may have meant it; profile `libvirt` drops it.",
    example: Example {
        before: "<devices><graphics type='vnc' listen='127.0.0.1'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
        after: "<devices><graphics type='vnc' listen='127.0.0.1'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
    },
    apply: report_ignored,
};

pub(super) static DEFAULT: Rule = Rule {
    id: "graphics-listen-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a server that does not say where it listens has a `<listen type='address'/>`",
    doc: "A VNC, SPICE or RDP server without any `<listen>` listens at the address that the hypervisor's configuration \
          gives. libvirt writes that as an element without address.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5901' autoport='no'/></devices>",
        after: "<devices><graphics type='vnc' port='5901' autoport='no'><listen type='address'/></graphics></devices>",
    },
    apply: add_default,
};

/// Puts the address of the attribute where the element has none.
fn fill(server: &mut Server<'_>, cx: &mut Context) {
    let Some(address) = server.attribute.clone().filter(|address| !address.is_empty()) else { return };
    let by_socket = server.socket.as_ref().is_some_and(|socket| socket.is_some());
    let before = format!("listen='{address}'");
    match server.listen.first_mut().map(|first| &mut first.type_) {
        None if by_socket => {}
        None => {
            let after = format!("<listen type='address' address='{address}'/>");
            server.listen.push(at_address(Some(address), server.xml));
            cx.rewrote(server.xml, "the address to listen at has an element").becomes(before, after);
        }
        Some(GraphicsListenType::Address(first)) if first.address.is_none() => {
            let after = format!("address='{address}'");
            first.address = Some(address);
            cx.rewrote(server.xml, "the address to listen at belongs to the first <listen>").becomes(before, after);
        }
        Some(GraphicsListenType::Network(first)) if first.address.is_none() && keeps_live(cx) => {
            let after = format!("address='{address}'");
            first.address = Some(address);
            cx.rewrote(server.xml, "the address that was found belongs to the first <listen>").becomes(before, after);
        }
        Some(_) => {}
    }
}

fn keeps_live(cx: &Context) -> bool {
    cx.live || cx.profile == Profile::Modern
}

/// The address that the attribute copies in libvirt's form.
fn copied(server: &Server<'_>, live: bool) -> Option<String> {
    match server.listen.first().map(|first| &first.type_) {
        Some(GraphicsListenType::Address(first)) => first.address.clone().filter(|address| !address.is_empty()),
        Some(GraphicsListenType::Network(first)) if live => first.address.clone(),
        _ => None,
    }
}

fn move_attribute(domain: &mut Domain, cx: &mut Context) {
    for mut server in servers(domain) {
        if contradicts(&server, cx) {
            continue;
        }
        fill(&mut server, cx);
        let Some(address) = server.attribute.clone() else { continue };
        let spare = address.is_empty() || copied(&server, keeps_live(cx)).as_ref() == Some(&address);
        if cx.profile == Profile::Modern && spare {
            *server.attribute = None;
            let message = "the attribute only copies the first <listen>";
            cx.rewrote(server.xml, message).becomes(format!("listen='{address}'"), "");
        }
    }
}

fn copy_address(domain: &mut Domain, cx: &mut Context) {
    for server in servers(domain) {
        let copy = copied(&server, keeps_live(cx));
        if *server.attribute != copy {
            let before = spelt("listen", server.attribute.as_ref().map(|it| it as _));
            let after = spelt("listen", copy.as_ref().map(|it| it as _));
            let message = match copy {
                Some(_) => "libvirt copies the address of the first <listen> into the attribute",
                None => "libvirt does not write the attribute without an address to listen at",
            };
            *server.attribute = copy;
            cx.rewrote(server.xml, message).becomes(before, after);
        }
    }
}

/// Reports an attribute that is another address than the first element's.
fn contradicts(server: &Server<'_>, cx: &mut Context) -> bool {
    if let Some(GraphicsListenType::Address(first)) = server.listen.first().map(|first| &first.type_)
        && let (Some(address), Some(attribute)) = (&first.address, &*server.attribute)
        && address != attribute
    {
        cx.error(
            server.xml,
            format!(
                "the attribute listen='{attribute}' must be the address of the first <listen>, which is '{address}'"
            ),
        );
        return true;
    }
    false
}

fn report_ignored(domain: &mut Domain, cx: &mut Context) {
    for server in servers(domain) {
        let elsewhere = matches!(
            server.listen.first().map(|first| &first.type_),
            Some(GraphicsListenType::Socket(_) | GraphicsListenType::None)
        );
        if let Some(address) = &*server.attribute
            && elsewhere
            && !address.is_empty()
        {
            cx.note(server.xml, format!("listen='{address}' has no effect: the first <listen> is no address"));
        }
    }
}

fn add_default(domain: &mut Domain, cx: &mut Context) {
    for server in servers(domain) {
        if server.listen.is_empty() {
            server.listen.push(at_address(None, server.xml));
            cx.rewrote(server.xml, "the server listens at the default address").becomes("", "<listen type='address'/>");
        }
        for listen in server.listen {
            if let GraphicsListenType::Address(place) = &mut listen.type_
                && place.address.as_ref().is_some_and(String::is_empty)
            {
                place.address = None;
                cx.rewrote(&listen.xml, "an empty address is none").becomes("address=''", "");
            }
        }
    }
}
