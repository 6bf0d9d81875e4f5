//! What stands behind character devices.

use crate::rules::prelude::*;

const UNSAID: &str = "<reconnect> does not say whether to connect again: 'enabled' is missing";
const EMPTY: &str = "an empty source is not written";
const NO_PATH: &str = "a socket without path is not written";
const ONCE: &str = "of a connection that is not made again";

/// A row for each of the sources that may be connected again.
macro_rules! each_source {
    ($row:expr) => {
        each_type!([ChardevSourceTcp ChardevSourceUnix InterfaceSourceVhostUser], $row)
    };
}

rules![
    rule("serial-unix-protocol-dropped", Class::Lossy)
        .profiles(MODERN)
        .on_request()
        .summary("a socket of the file system has no `<protocol>`")
        .doc(
            "`<protocol>` says what is spoken over a TCP connection. libvirt reads past it where the device has a \
             socket of the file system. It is removed on request.",
        )
        .example(
            "<devices><serial type='unix'><source mode='bind' path='/run/s'/><protocol type='raw'/><target port='0'/>\
             </serial>\
             </devices>",
            "<devices><serial type='unix'><source mode='bind' path='/run/s'/><target port='0'/></serial></devices>",
        )
        .row(nothing(child(ChardevBackendUnix::PROTOCOL), |_| true, "a socket of the file system has no protocol")),
    rule("chardev-reconnect-unsaid", Class::Lossy)
        .summary("a `<reconnect>` that does not say whether is not read")
        .doc(
            "`<reconnect>` says by `enabled` whether a character device makes a lost connection again. libvirt reads \
             past an element without it, its `timeout` included.",
        )
        .example(
            "<devices><channel type='unix'><source mode='connect' path='/run/s'><reconnect timeout='5'/></source>\
             <target type='virtio' name='a'/></channel></devices>",
            "<devices><channel type='unix'><source mode='connect' path='/run/s'/><target type='virtio' name='a'/>\
             </channel></devices>",
        )
        .rows(each_source!(nothing(child(Of::RECONNECT), |it| it.enabled.is_none(), UNSAID)))
        // Nor must another one of the name take its place.
        .rows(each_source!(
            nothing(child(Of::RECONNECT), |it| it.enabled.is_none() && !is_foreign(it), UNSAID)
                .when(|source, _| kept_child(&source.xml, "reconnect").is_none())
                .profiles(MODERN)
        )),
    rule("chardev-unread-parts", Class::Lossy)
        .summary("what libvirt does not read about a character device is not written")
        .doc(
            "libvirt drops the `<protocol>` of a socket of the file system, a socket without a path, an empty source \
             of the SPICE agent, the timeout of a connection that is not made again, and the security labels of a \
             source that is not that of a port, a console or a channel.",
        )
        .example(
            "<devices><serial type='unix'><source mode='connect' path='/run/s'><reconnect enabled='no' timeout='5'/>\
             </source>\
             <protocol type='raw'/><target port='0'/></serial></devices>",
            "<devices><serial type='unix'><source mode='connect' path='/run/s'><reconnect enabled='no'/></source>\
             <target port='0'/>\
             </serial></devices>",
        )
        .row(unread(child(ChardevBackendUnix::PROTOCOL), "of a socket of the file system").profiles(LIBVIRT))
        .row(unread(ChardevReconnect::TIMEOUT, ONCE).when(|it, _| it.enabled == Some(YesNo::No)))
        .row(nothing(child(ChardevBackendUnix::SOURCE), |source| source.path.is_none(), NO_PATH))
        .rows(each_type!([ChardevBackendNmdm ChardevBackendQemuVdagent], nothing(child(Of::SOURCE), is_bare, EMPTY)))
        .rows(each_type!(
            [Redirdev ChardevPeer],
            algorithm(|it: &mut Of, cx| drop_labels(&mut it.type_, cx)).profiles(LIBVIRT)
        )),
    rule("chardev-udp-ends", Class::Spelling)
        .summary("of the two ends of a UDP device the one that is bound stands first")
        .doc(
            "A device that speaks UDP has an address that it is bound to and one that it sends to. libvirt writes them \
             in this order, and of two that are alike only the first.",
        )
        .example(
            "<devices><serial type='udp'><source mode='connect' host='a' service='1'/><source mode='bind' host='b' \
             service='2'/>\
             <target port='0'/></serial></devices>",
            "<devices><serial type='udp'><source mode='bind' host='b' service='2'/><source mode='connect' host='a' \
             service='1'/>\
             <target port='0'/></serial></devices>",
        )
        .row(algorithm(order_ends).phase(Phase::Write).profiles(LIBVIRT)),
    rule("chardev-tcp-protocol-default", Class::Default)
        .summary("a TCP connection has a `<protocol>`")
        .doc(
            "A character device with a TCP connection passes its bytes on as they are where nothing is said; libvirt \
             writes that as an element.",
        )
        .example(
            "<devices><serial type='tcp'><source mode='connect' host='h' service='1'/><target port='0'/></serial>\
             </devices>",
            "<devices><serial type='tcp'><source mode='connect' host='h' service='1'/><protocol type='raw'/><target \
             port='0'/>\
             </serial></devices>",
        )
        .row(implied(child(ChardevBackendTcp::PROTOCOL), ChardevProtocol::default())),
];

/// Whether it has other attributes, which are of a libvirt that may well read them.
fn is_foreign(reconnect: &ChardevReconnect) -> bool {
    reconnect.xml.kept.as_ref().is_some_and(|kept| !kept.attributes.is_empty())
}

/// The back end of what is no port, console or channel has no labels.
fn drop_labels(backend: &mut ChardevBackend, cx: &mut Context<'_>) {
    let members = if let ChardevBackend::Pty(_) = backend { None } else { backend.members_mut() };
    let source = members.and_then(|members| child_called_mut(members, "source"));
    if let Some(labels) = source.and_then(field_mut::<Vec<DeviceSeclabel>>).filter(|labels| !labels.is_empty()) {
        labels.clear();
        cx.rewrote_here(cx.here, "the source of this device has no security labels").becomes("<seclabel>", "");
    }
}

/// The end of a UDP device that is bound, or the one that sends: the first that says where.
pub(super) fn udp_end(sources: &[ChardevSourceUdp], bound: bool) -> Option<&ChardevSourceUdp> {
    let said = |it: &&ChardevSourceUdp| it.host.is_some() || it.service.is_some();
    sources.iter().filter(said).find(|it| (it.mode == Some(ChardevSocketMode::Bind)) == bound)
}

fn order_ends(udp: &mut ChardevBackendUdp, cx: &mut Context<'_>) {
    let ends: Vec<_> = [true, false].into_iter().filter_map(|bound| udp_end(&udp.sources, bound)).cloned().collect();
    if ends != udp.sources {
        udp.sources = ends;
        cx.rewrote_here(cx.here, "libvirt writes the end that is bound first").becomes("<source>", "<source>");
    }
}
