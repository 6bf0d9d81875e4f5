//! Ports of servers: `graphics-port-minus1`, `graphics-autoport-default`, `graphics-autoport-yes-port`,
//! `graphics-spice-port-minus1-one`, `graphics-spice-noport-listen-none`, `graphics-libvirt-ports`.

use domxml::scalar::LaxYesNo;
use domxml::{
    Domain, Extra, GraphicsListenType, GraphicsType, GraphicsTypeRdp, GraphicsTypeSpice, GraphicsTypeVnc, YesNo,
};
use domxml_runtime::Version;

use super::servers::{displays, has_ports, spelt};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN};

pub(super) static MINUS_ONE: Rule = Rule {
    id: "graphics-port-minus1",
    class: Class::Copy,
    since: None,
    safety: Safety::Safe,
    profiles: MODERN,
    summary: "`port='-1'` is written as `autoport='yes'`",
    doc: "Port -1 once said that libvirt should choose the port at start; `autoport` says it since. For VNC and RDP the port \
          alone decides, for SPICE both ports must be -1, and then `autoport='no'` does not count. A VNC server with port -1 \
          and `autoport='no'` has no port at all, which it has without the attribute too. libvirt itself goes on \
          writing the number for VNC, so profile `libvirt` keeps it.",
    example: Example {
        before: "<devices><graphics type='vnc' port='-1'/></devices>",
        after: "<devices><graphics type='vnc' autoport='yes'/></devices>",
    },
    apply: drop_minus_one,
};

pub(super) static AUTOPORT: Rule = Rule {
    id: "graphics-autoport-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "`autoport` is spelt out",
    doc: "Without `autoport` a VNC server has the port that is given, or one that libvirt chooses where none is; libvirt writes \
          which. An RDP server without port gets `autoport='yes'`. A SPICE server with a port has `autoport='no'`.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5905'/></devices>",
        after: "<devices><graphics type='vnc' port='5905' autoport='no'/></devices>",
    },
    apply: spell_autoport,
};

pub(super) static NUMBER_LOST: Rule = Rule {
    id: "graphics-autoport-yes-port",
    class: Class::Lossy,
    since: None,
    safety: Safety::Unsafe,
    profiles: MODERN,
    summary: "a port beside `autoport='yes'` is forgotten",
    doc: "With `autoport='yes'` libvirt chooses the port whenever the domain starts; a number beside it is that of a domain that \
          was running, or a mistake. libvirt does not keep it in the definition. Whether the number or the choice was \
          meant is the owner's to say, so the number is removed on request alone.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5905' autoport='yes'/></devices>",
        after: "<devices><graphics type='vnc' autoport='yes'/></devices>",
    },
    apply: forget_number,
};

pub(super) static ONE_MINUS_ONE: Rule = Rule {
    id: "graphics-spice-port-minus1-one",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "port -1 for one of the two ports of a SPICE server is a number like another",
    doc: "For SPICE, -1 leaves the choice of the ports to libvirt only where both ports are -1. Alone it stays in the definition \
          as a number, with `autoport='no'`, though `autoport='yes'` was probably meant.",
    example: Example {
        before: "<devices><graphics type='spice' port='-1' autoport='no'/></devices>",
        after: "<devices><graphics type='spice' port='-1' autoport='no'/></devices>",
    },
    apply: report_one,
};

pub(super) static NOWHERE: Rule = Rule {
    id: "graphics-spice-noport-listen-none",
    class: Class::Structure,
    since: Some(Version::new(2, 0, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a SPICE server without ports listens nowhere, and says so",
    doc: "Unlike VNC, SPICE does not choose ports unasked: without ports and without `autoport='yes'` the server is reached through \
          libvirt's API alone. Since 2.0.0 `<listen type='none'/>` says that. An address to listen at is void then; \
          profile `libvirt` drops it as libvirt does, profile `modern` leaves such a display as it is.",
    example: Example {
        before: "<devices><graphics type='spice'/></devices>",
        after: "<devices><graphics type='spice'><listen type='none'/></graphics></devices>",
    },
    apply: listen_nowhere,
};

pub(super) static LIBVIRT_FORM: Rule = Rule {
    id: "graphics-libvirt-ports",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "ports stand as libvirt writes them",
    doc: "The definition of a VNC server whose port libvirt chooses has `port='-1'`, that of an RDP server `port='0'`, that of a \
          SPICE server no port at all. A number that was chosen while the domain ran stays in the live form alone. Ports of \
          0 are not written otherwise, and an RDP server without `autoport='yes'` has no such attribute.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5905' autoport='yes'/></devices>",
        after: "<devices><graphics type='vnc' port='-1' autoport='yes'/></devices>",
    },
    apply: libvirt_form,
};

pub(super) static UNREADABLE: Rule = Rule {
    id: "graphics-autoport-unread",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "an `autoport` that libvirt reads past",
    doc: "On a VNC server libvirt takes `autoport` to be absent if it is neither `yes` nor `no`; on an RDP server it understands \
          nothing but `yes`, so that `autoport='no'` without a port leaves the choice to libvirt all the same.",
    example: Example {
        before: "<devices><graphics type='vnc' port='5905' autoport='true'/></devices>",
        after: "<devices><graphics type='vnc' port='5905' autoport='true'/></devices>",
    },
    apply: report_unread,
};

/// Sets attributes of a display and reports what changed.
fn set<T: PartialEq + std::fmt::Display>(
    name: &str,
    field: &mut Option<T>,
    value: Option<T>,
    xml: &Extra,
    message: &str,
    cx: &mut Context,
) {
    if *field != value {
        let before = spelt(name, field.as_ref().map(|it| it as _));
        let after = spelt(name, value.as_ref().map(|it| it as _));
        *field = value;
        cx.rewrote(xml, message).becomes(before, after);
    }
}

const CHOSEN: &str = "port -1 leaves the choice of the port to libvirt";

fn drop_minus_one(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let xml = &graphics.xml;
        match &mut graphics.type_ {
            GraphicsType::Vnc(vnc) if vnc.port == Some(-1) => {
                set("port", &mut vnc.port, None, xml, CHOSEN, cx);
                let autoport = vnc.autoport.clone().unwrap_or(LaxYesNo::Yes);
                set("autoport", &mut vnc.autoport, Some(autoport), xml, CHOSEN, cx);
            }
            GraphicsType::Rdp(rdp) if rdp.port == Some(-1) => {
                set("port", &mut rdp.port, None, xml, CHOSEN, cx);
                set("autoport", &mut rdp.autoport, Some(LaxYesNo::Yes), xml, CHOSEN, cx);
            }
            GraphicsType::Spice(spice)
                if spice_chooses(spice) && (spice.port == Some(-1) || spice.tls_port == Some(-1)) =>
            {
                for (name, port) in [("port", &mut spice.port), ("tlsPort", &mut spice.tls_port)] {
                    if *port == Some(-1) {
                        set(name, port, None, xml, CHOSEN, cx);
                    }
                }
                set("autoport", &mut spice.autoport, Some(YesNo::Yes), xml, CHOSEN, cx);
            }
            _ => {}
        }
    }
}

fn given(port: Option<i32>) -> bool {
    port.is_some_and(|port| port != 0)
}

/// Whether libvirt chooses the port of a VNC server.
fn vnc_chooses(vnc: &GraphicsTypeVnc) -> bool {
    match vnc.autoport {
        Some(LaxYesNo::Yes) => true,
        Some(LaxYesNo::No) => false,
        Some(LaxYesNo::Other(_)) | None => matches!(vnc.port, None | Some(-1)),
    }
}

/// Whether libvirt chooses the port of an RDP server.
fn rdp_chooses(rdp: &GraphicsTypeRdp, cx: &Context) -> bool {
    match rdp.autoport {
        Some(LaxYesNo::Yes) => true,
        Some(LaxYesNo::No) if minds_no(cx) => false,
        None if minds_no(cx) && rdp.port == Some(0) => true,
        _ => matches!(rdp.port, None | Some(-1)),
    }
}

/// Whether `autoport='no'` counts whatever the port is: since a release between 11.3.0 and 11.6.0.
fn minds_no(cx: &Context) -> bool {
    cx.profile == Profile::Libvirt && cx.knows(11, 6, 0)
}

/// Whether libvirt chooses the ports of a SPICE server.
fn spice_chooses(spice: &GraphicsTypeSpice) -> bool {
    spice.autoport == Some(YesNo::Yes) || spice.port == Some(-1) && spice.tls_port == Some(-1)
}

/// Whether libvirt reads past the switch, which is then spelt out in its form.
fn unread(autoport: Option<&LaxYesNo>, cx: &Context) -> bool {
    match autoport {
        None => true,
        Some(LaxYesNo::Other(_)) => cx.profile == Profile::Libvirt,
        Some(_) => false,
    }
}

fn lax(yes: bool) -> Option<LaxYesNo> {
    Some(if yes { LaxYesNo::Yes } else { LaxYesNo::No })
}

fn yes_no(yes: bool) -> Option<YesNo> {
    Some(if yes { YesNo::Yes } else { YesNo::No })
}

fn spell_autoport(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let (xml, message) = (&graphics.xml, "autoport is spelt out");
        match &mut graphics.type_ {
            // A socket has no port; where the attribute names one the element is still to come.
            GraphicsType::Vnc(vnc)
                if unread(vnc.autoport.as_ref(), cx) && has_ports(&vnc.listen) && vnc.socket.is_none() =>
            {
                let chosen = vnc_chooses(vnc);
                set("autoport", &mut vnc.autoport, lax(chosen), xml, message, cx);
            }
            GraphicsType::Rdp(rdp) if rdp.autoport.is_none() && rdp_chooses(rdp, cx) => {
                set("autoport", &mut rdp.autoport, lax(true), xml, message, cx);
            }
            GraphicsType::Spice(spice) if spice.autoport.is_none() && has_ports(&spice.listen) => {
                let chosen = spice_chooses(spice);
                let network = matches!(spice.listen.first().map(|it| &it.type_), Some(GraphicsListenType::Network(_)));
                if chosen || given(spice.port) || given(spice.tls_port) || network {
                    set("autoport", &mut spice.autoport, yes_no(chosen), xml, message, cx);
                }
            }
            _ => {}
        }
    }
}

fn forget_number(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let (xml, message) = (&graphics.xml, "libvirt chooses the port and forgets this one");
        match &mut graphics.type_ {
            GraphicsType::Vnc(vnc) if vnc.autoport == Some(LaxYesNo::Yes) && vnc.port.is_some_and(|port| port > 0) => {
                set("port", &mut vnc.port, None, xml, message, cx);
            }
            GraphicsType::Rdp(rdp) if rdp.autoport == Some(LaxYesNo::Yes) && rdp.port.is_some_and(|port| port > 0) => {
                set("port", &mut rdp.port, None, xml, message, cx);
            }
            GraphicsType::Spice(spice) if spice.autoport == Some(YesNo::Yes) => {
                let mut numbers = Vec::new();
                numbers.extend(spice.port.take_if(|port| *port > 0).map(|port| format!("port='{port}'")));
                numbers.extend(spice.tls_port.take_if(|port| *port > 0).map(|port| format!("tlsPort='{port}'")));
                if !numbers.is_empty() {
                    cx.rewrote(xml, message).becomes(numbers.join(" "), "");
                }
            }
            _ => {}
        }
    }
}

fn report_one(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        if let GraphicsType::Spice(spice) = &graphics.type_
            && (spice.port == Some(-1)) != (spice.tls_port == Some(-1))
            && spice.autoport != Some(YesNo::Yes)
        {
            cx.note(
                &graphics.xml,
                "one of the ports is -1, which libvirt takes for a number; autoport='yes' may be meant",
            );
        }
    }
}

fn report_unread(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let (autoport, no_means_yes) = match &graphics.type_ {
            GraphicsType::Vnc(vnc) => (&vnc.autoport, false),
            GraphicsType::Rdp(rdp) => (&rdp.autoport, rdp_chooses(rdp, cx)),
            _ => continue,
        };
        match autoport {
            Some(LaxYesNo::Other(text)) => {
                cx.note(&graphics.xml, format!("libvirt reads past autoport='{text}'"));
            }
            Some(LaxYesNo::No) if no_means_yes => {
                cx.note(&graphics.xml, "libvirt chooses the port in spite of autoport='no', because there is none");
            }
            _ => {}
        }
    }
}

fn listen_nowhere(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let GraphicsType::Spice(spice) = &mut graphics.type_ else { continue };
        if spice_chooses(spice) || given(spice.port) || given(spice.tls_port) {
            continue;
        }
        let attribute = spice.legacy_listen.as_ref().is_some_and(|address| !address.is_empty());
        let first = spice.listen.first_mut();
        let (at_address, address) = match first.as_ref().map(|first| &first.type_) {
            None => (true, attribute),
            Some(GraphicsListenType::Address(first)) => (true, attribute || first.address.is_some()),
            Some(_) => (false, false),
        };
        if !at_address || address && cx.profile == Profile::Modern {
            continue;
        }
        match first {
            Some(first) => first.type_ = GraphicsListenType::None,
            None => {
                let mut listen = super::servers::at_address(None, &graphics.xml);
                listen.type_ = GraphicsListenType::None;
                spice.listen.push(listen);
            }
        }
        (spice.port, spice.tls_port, spice.autoport, spice.legacy_listen) = (None, None, None, None);
        cx.rewrote(&graphics.xml, "a SPICE server without ports listens nowhere").becomes("", "<listen type='none'/>");
    }
}

fn libvirt_form(domain: &mut Domain, cx: &mut Context) {
    let message = "the port stands as libvirt writes it";
    for graphics in displays(domain) {
        let xml = &graphics.xml;
        match &mut graphics.type_ {
            GraphicsType::Vnc(vnc) if has_ports(&vnc.listen) => {
                let chosen = vnc_chooses(vnc);
                let number = vnc.port.filter(|port| {
                    if chosen { cx.live && *port > 0 } else { *port != 0 && (*port != -1 || minds_no(cx)) }
                });
                set("port", &mut vnc.port, number.or(chosen.then_some(-1)), xml, message, cx);
                let websocket = vnc.websocket.filter(|port| *port != 0);
                set("websocket", &mut vnc.websocket, websocket, xml, message, cx);
            }
            GraphicsType::Rdp(rdp) => {
                let chosen = rdp_chooses(rdp, cx);
                let number = rdp.port.filter(|port| *port != 0 && (!chosen || cx.live && *port > 0));
                set("port", &mut rdp.port, number.or(chosen.then_some(0)), xml, message, cx);
                set("autoport", &mut rdp.autoport, chosen.then_some(LaxYesNo::Yes), xml, message, cx);
                for (name, field) in [("replaceUser", &mut rdp.replace_user), ("multiUser", &mut rdp.multi_user)] {
                    if field.as_ref().is_some_and(|value| *value != LaxYesNo::Yes) {
                        set(name, field, None, xml, message, cx);
                    }
                }
            }
            GraphicsType::Spice(spice) if has_ports(&spice.listen) => {
                let chosen = spice_chooses(spice);
                let keeps = |port: Option<i32>| port.filter(|port| *port != 0 && (!chosen || cx.live && *port > 0));
                let (port, tls_port) = (keeps(spice.port), keeps(spice.tls_port));
                set("port", &mut spice.port, port, xml, message, cx);
                set("tlsPort", &mut spice.tls_port, tls_port, xml, message, cx);
                set("autoport", &mut spice.autoport, yes_no(chosen), xml, message, cx);
            }
            _ => {}
        }
    }
}
