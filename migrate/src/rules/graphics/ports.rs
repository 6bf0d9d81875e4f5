//! Ports of servers.

use domxml::scalar::LaxYesNo;

use super::servers::{has_ports, vnc_has_ports};
use crate::rules::prelude::*;

const NEITHER: &str = "that is neither yes nor no";
const FORGOTTEN: &str = "libvirt chooses the port and forgets this one";
const WRITTEN: &str = "the port stands as libvirt writes it";

rules![
    rule("graphics-autoport-unread", Class::Lossy)
        .profiles(BOTH)
        .until(11, 6, 0)
        .summary("an `autoport` that libvirt reads past")
        .doc(
            "On a VNC server libvirt before 11.6.0 takes `autoport` to be absent if it is neither `yes` nor `no`; on \
             an RDP server it understands nothing but `yes`, so that `autoport='no'` without a port leaves the choice \
             to libvirt all the same. It reads past other values of `replaceUser` and `multiUser`, too. From 11.6.0 on \
             the word counts as it stands, and other values are refused (`graphics-contradictions`).",
        )
        .example(
            "<devices><graphics type='vnc' port='5905' autoport='true'/></devices>",
            "<devices><graphics type='vnc' port='5905'/></devices>",
        )
        .rows(each_type!([GraphicsTypeVnc GraphicsTypeRdp], unread_where(Of::AUTOPORT, is_other, NEITHER)))
        .rows(each_field!(GraphicsTypeRdp::[REPLACE_USER MULTI_USER], |part| unread_where(part, is_other, NEITHER)))
        .row(note_if("libvirt chooses the port in spite of autoport='no', because there is none", |rdp: &GraphicsTypeRdp, _| {
            rdp.autoport == NO && is_open(rdp.port)
        })),
    rule("graphics-spice-port-minus1-one", Class::Lossy)
        .profiles(BOTH)
        .summary("port -1 for one of the two ports of a SPICE server is a number like another")
        .doc(
            "For SPICE, -1 leaves the choice of the ports to libvirt only where both ports are -1. Alone it stays in \
             the definition as a number, with `autoport='no'`, though `autoport='yes'` was probably meant.",
        )
        .finds("<devices><graphics type='spice' port='-1' autoport='no'/></devices>")
        .row(note_if("one of the ports is -1, which libvirt takes for a number; autoport='yes' may be meant", |spice: &GraphicsTypeSpice, _| {
            (spice.port == Some(-1)) != (spice.tls_port == Some(-1)) && spice.autoport != Some(YesNo::Yes)
        })),
    rule("graphics-autoport-yes-port", Class::Lossy)
        .profiles(MODERN)
        .on_request()
        .summary("a port beside `autoport='yes'` is forgotten")
        .doc(
            "With `autoport='yes'` libvirt chooses the port whenever the domain starts; a number beside it is that of \
             a domain that was running, or a mistake. libvirt does not keep it in the definition. Whether the number \
             or the choice was meant is the owner's to say, so the number is removed on request alone.",
        )
        .example(
            "<devices><graphics type='vnc' port='5905' autoport='yes'/></devices>",
            "<devices><graphics type='vnc' autoport='yes'/></devices>",
        )
        .row(nothing(GraphicsTypeVnc::PORT, |port| *port > 0, FORGOTTEN).when(|vnc, _| vnc.autoport == YES))
        .row(nothing(GraphicsTypeRdp::PORT, |port| *port > 0, FORGOTTEN).when(|rdp, _| rdp.autoport == YES))
        .rows([GraphicsTypeSpice::PORT, GraphicsTypeSpice::TLS_PORT].map(|port| {
            nothing(port, |port| *port > 0, FORGOTTEN).when(|spice, _| spice.autoport == Some(YesNo::Yes))
        })),
    rule("graphics-wait-unread", Class::Lossy)
        .since(11, 10, 0)
        .summary("a display that listens at no port makes the guest wait")
        .doc("`wait` goes with the port of a VNC server: libvirt does not write it where the display listens at a socket, or nowhere.")
        .example(
            "<devices><graphics type='vnc' wait='yes'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
            "<devices><graphics type='vnc'><listen type='socket' socket='/run/vnc'/></graphics></devices>",
        )
        .row(
            unread(GraphicsTypeVnc::WAIT, "where the display listens at no port").when(|vnc, scope| !vnc_has_ports(vnc, scope)),
        ),
    rule("graphics-autoport-default", Class::Default)
        .summary("`autoport` is spelt out")
        .doc(
            "Without `autoport` a VNC server has the port that is given, or one that libvirt chooses where none is; \
             libvirt writes which; port 0 is a choice since 11.6.0. An RDP server without port gets `autoport='yes'`. \
             A SPICE server with a port has `autoport='no'`.",
        )
        .example(
            "<devices><graphics type='vnc' port='5905'/></devices>",
            "<devices><graphics type='vnc' port='5905' autoport='no'/></devices>",
        )
        .rows(
            [
                default(GraphicsTypeVnc::AUTOPORT, LaxYesNo::Yes).when(|vnc, _| is_open(vnc.port)),
                default(GraphicsTypeVnc::AUTOPORT, LaxYesNo::No).when(|vnc, _| !is_open(vnc.port) && vnc.port != Some(0)),
                default(GraphicsTypeVnc::AUTOPORT, LaxYesNo::No).when(|vnc, _| vnc.port == Some(0)).until(11, 6, 0),
                default(GraphicsTypeVnc::AUTOPORT, LaxYesNo::Yes).when(|vnc, _| vnc.port == Some(0)).since(11, 6, 0),
            ]
            .map(|row| row.when(vnc_has_ports)),
        )
        .row(default(GraphicsTypeRdp::AUTOPORT, LaxYesNo::Yes).when(|rdp, _| is_open(rdp.port)))
        .row(default(GraphicsTypeRdp::AUTOPORT, LaxYesNo::Yes).when(|rdp, _| rdp.port == Some(0)).since(11, 6, 0))
        .row(
            default_by(GraphicsTypeSpice::AUTOPORT, |spice, _| {
                let first = spice.listens.first().map(|first| &first.type_);
                let served = has_number(spice) || matches!(first, Some(GraphicsListenType::Network(_)));
                if spice_chooses(spice) { Some(YesNo::Yes) } else { served.then_some(YesNo::No) }
            })
            .when(|spice, _| has_ports(&spice.listens))
            .after("graphics-spice-noport-listen-none"),
        ),
    rule("graphics-libvirt-ports", Class::Structure)
        .summary("ports stand as libvirt writes them")
        .doc(
            "The definition of a VNC server whose port libvirt chooses has `port='-1'`, that of an RDP server \
             `port='0'`, that of a SPICE server no port at all. A number that was chosen while the domain ran stays in \
             the live form alone. Ports of 0 are not written otherwise, and an RDP server without `autoport='yes'` has \
             no such attribute. Before 11.6.0 the port -1 of a VNC server with `autoport='no'` was lost, and an RDP \
             server without a port had one chosen whatever `autoport` said.",
        )
        .example(
            "<devices><graphics type='vnc' port='5905' autoport='yes'/></devices>",
            "<devices><graphics type='vnc' port='-1' autoport='yes'/></devices>",
        )
        .row(
            stands_for(GraphicsTypeRdp::AUTOPORT, LaxYesNo::No, LaxYesNo::Yes, WRITTEN)
                .when(|rdp, _| is_open(rdp.port))
                .phase(Phase::Derive)
                .until(11, 6, 0),
        )
        .row(
            stands_for(GraphicsTypeSpice::AUTOPORT, YesNo::No, YesNo::Yes, WRITTEN)
                .when(|spice, _| spice_chooses(spice))
                .phase(Phase::Derive),
        )
        .row(
            spelling(GraphicsTypeVnc::PORT, |port, scope| is_spare(*port, -1, scope).then_some(-1), WRITTEN)
                .when(|vnc, _| vnc.autoport == YES),
        )
        .row(
            default(GraphicsTypeVnc::PORT, -1)
                .when(|vnc, _| vnc.autoport == YES && has_ports(&vnc.listens))
                .phase(Phase::Write)
                .profiles(LIBVIRT),
        )
        .row(nothing(GraphicsTypeVnc::PORT, |port| *port == 0, "port 0 is none"))
        .row(nothing(GraphicsTypeVnc::PORT, |port| *port == -1, WRITTEN).when(|vnc, _| vnc.autoport == NO).until(11, 6, 0))
        .row(nothing(GraphicsTypeVnc::WEBSOCKET, |port| *port == 0, "port 0 is none"))
        .row(
            spelling(GraphicsTypeRdp::PORT, |port, scope| is_spare(*port, 0, scope).then_some(0), WRITTEN)
                .when(|rdp, _| rdp.autoport == YES),
        )
        .row(default(GraphicsTypeRdp::PORT, 0).when(|rdp, _| rdp.autoport == YES).phase(Phase::Write).profiles(LIBVIRT))
        .row(nothing(GraphicsTypeRdp::PORT, |port| *port == 0, "port 0 is none").when(|rdp, _| rdp.autoport != YES))
        .row(nothing(GraphicsTypeRdp::AUTOPORT, |autoport| *autoport != LaxYesNo::Yes, "an RDP server has no other autoport than yes"))
        .rows([GraphicsTypeSpice::PORT, GraphicsTypeSpice::TLS_PORT].into_iter().flat_map(|port| {
            let chosen = |spice: &GraphicsTypeSpice, _: &Scope| spice.autoport == Some(YesNo::Yes);
            [
                nothing(port, |port| *port == 0, "port 0 is none"),
                nothing(port, |port| *port < 0, WRITTEN).when(chosen),
                nothing(port, |port| *port > 0, WRITTEN).when(chosen).when(|_, scope| !scope.live),
            ]
        })),
];

const YES: Option<LaxYesNo> = Some(LaxYesNo::Yes);
const NO: Option<LaxYesNo> = Some(LaxYesNo::No);

fn is_other(word: &LaxYesNo, _: &Scope) -> bool {
    matches!(word, LaxYesNo::Other(_))
}

/// Whether a port leaves the choice to libvirt.
fn is_open(port: Option<i32>) -> bool {
    matches!(port, None | Some(-1))
}

/// Whether libvirt writes another number for a port that it chooses: it keeps that of a running domain.
fn is_spare(port: i32, written: i32, scope: &Scope) -> bool {
    port != written && !(scope.live && port > 0)
}

/// Whether libvirt chooses the ports of a SPICE server.
pub(super) fn spice_chooses(spice: &GraphicsTypeSpice) -> bool {
    spice.autoport == Some(YesNo::Yes) || spice.port == Some(-1) && spice.tls_port == Some(-1)
}

/// Whether a SPICE server has a port with a number.
pub(super) fn has_number(spice: &GraphicsTypeSpice) -> bool {
    [spice.port, spice.tls_port].into_iter().flatten().any(|port| port != 0)
}
