//! `graphics-port-minus1`: a port that libvirt chooses is said by `autoport`.

use std::fmt::Display;

use domxml::scalar::LaxYesNo;

use super::ports::spice_chooses;
use super::servers::{has_ports, vnc_has_ports};
use crate::rules::prelude::*;

rules![
    rule("graphics-port-minus1", Class::Copy)
        .summary("`port='-1'` is written as `autoport='yes'`")
        .doc(
            "Port -1 once said that libvirt should choose the port at start; `autoport` says it since. For VNC and RDP \
             the port alone decides, for SPICE both ports must be -1, and then `autoport='no'` does not count. Beside \
             `autoport='no'` a VNC or RDP server with port -1 is read otherwise since a libvirt between 11.4.0 and \
             11.6.0, so that it is left unless the target is older. libvirt itself goes on writing the number for VNC, \
             so profile `libvirt` keeps it.",
        )
        .example(
            "<devices><graphics type='vnc' port='-1'/></devices>",
            "<devices><graphics type='vnc' autoport='yes'/></devices>",
        )
        .row(algorithm(vnc).profiles(MODERN).when(vnc_has_ports).when(|vnc, _| vnc.autoport != Some(LaxYesNo::No)))
        .row(algorithm(vnc).profiles(MODERN).when(vnc_has_ports).until(11, 4, 0))
        .row(algorithm(rdp).profiles(MODERN).when(|rdp, _| rdp.autoport != Some(LaxYesNo::No)))
        .row(algorithm(rdp).profiles(MODERN).until(11, 4, 0))
        .row(algorithm(spice).profiles(MODERN).when(|spice, _| has_ports(&spice.listens) && spice_chooses(spice))),
];

fn vnc(vnc: &mut GraphicsTypeVnc, cx: &mut Context<'_>) {
    let autoport = vnc.autoport.clone().unwrap_or(LaxYesNo::Yes);
    leave_choice([("port", &mut vnc.port)], &mut vnc.autoport, autoport, cx);
}

fn rdp(rdp: &mut GraphicsTypeRdp, cx: &mut Context<'_>) {
    leave_choice([("port", &mut rdp.port)], &mut rdp.autoport, LaxYesNo::Yes, cx);
}

fn spice(spice: &mut GraphicsTypeSpice, cx: &mut Context<'_>) {
    let ports = [("port", &mut spice.port), ("tlsPort", &mut spice.tls_port)];
    leave_choice(ports, &mut spice.autoport, YesNo::Yes, cx);
}

fn leave_choice<T: Display, const N: usize>(
    ports: [(&str, &mut Option<i32>); N],
    autoport: &mut Option<T>,
    said: T,
    cx: &mut Context<'_>,
) {
    let gone = ports.into_iter().filter_map(|(name, port)| Some(attribute(name, port.take_if(|port| *port == -1)?)));
    let gone: Vec<String> = gone.collect();
    if !gone.is_empty() {
        cx.rewrote_here(cx.here, "port -1 leaves the choice of the port to libvirt")
            .becomes(gone.join(" "), attribute("autoport", &said));
        *autoport = Some(said);
    }
}
