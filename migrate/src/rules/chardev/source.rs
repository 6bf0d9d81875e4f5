//! What stands behind character devices: `chardev-tcp-protocol-default`, `serial-unix-protocol-dropped`,
//! `chardev-unread-parts`, `chardev-udp-ends`, `chardev-reconnect-unsaid`.

use domxml::{
    ChardevBackend, ChardevProtocol, ChardevReconnect, ChardevSocketMode as Mode, ChardevSourceUdp, Domain, Extra,
    InterfaceType, OnOff, YesNo,
};

use super::devices::{Owner, backends};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN, kept_child};

pub(super) static TCP_PROTOCOL: Rule = Rule {
    id: "chardev-tcp-protocol-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a TCP connection has a `<protocol>`",
    doc: "A character device with a TCP connection passes its bytes on as they are where nothing is said; libvirt writes that \
          as an element.",
    example: Example {
        before: "<devices><serial type='tcp'><source mode='connect' host='h' service='1'/><target port='0'/></serial></devices>",
        after: "<devices><serial type='tcp'><source mode='connect' host='h' service='1'/><protocol type='raw'/><target port='0'/>\
                </serial></devices>",
    },
    apply: add_protocol,
};

pub(super) static UNIX_PROTOCOL: Rule = Rule {
    id: "serial-unix-protocol-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Unsafe,
    profiles: MODERN,
    summary: "a socket of the file system has no `<protocol>`",
    doc: "`<protocol>` says what is spoken over a TCP connection. libvirt reads past it where the device has a socket of the file \
          system. It is removed on request.",
    example: Example {
        before: "<devices><serial type='unix'><source mode='bind' path='/run/s'/><protocol type='raw'/><target port='0'/></serial>\
                 </devices>",
        after: "<devices><serial type='unix'><source mode='bind' path='/run/s'/><target port='0'/></serial></devices>",
    },
    apply: drop_protocol,
};

pub(super) static UNREAD: Rule = Rule {
    id: "chardev-unread-parts",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what libvirt does not read about a character device is not written",
    doc: "libvirt drops the `<protocol>` of a socket of the file system, a socket without a path, an empty source of the SPICE \
          agent, the timeout of a connection that is not made again, and the security labels of a source that is not that of a port, a \
          console or a channel.",
    example: Example {
        before: "<devices><serial type='unix'><source mode='bind' path='/run/s'/><protocol type='raw'/><target port='0'/></serial>\
                 </devices>",
        after: "<devices><serial type='unix'><source mode='bind' path='/run/s'/><target port='0'/></serial></devices>",
    },
    apply: drop_unread,
};

pub(super) static UDP_ENDS: Rule = Rule {
    id: "chardev-udp-ends",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "of the two ends of a UDP device the one that is bound stands first",
    doc: "A device that speaks UDP has an address that it is bound to and one that it sends to. libvirt writes them in this order, \
          and of two that are alike only the first.",
    example: Example {
        before: "<devices><serial type='udp'><source mode='connect' host='a' service='1'/><source mode='bind' host='b' service='2'/>\
                 <target port='0'/></serial></devices>",
        after: "<devices><serial type='udp'><source mode='bind' host='b' service='2'/><source mode='connect' host='a' service='1'/>\
                <target port='0'/></serial></devices>",
    },
    apply: order_ends,
};

pub(super) static RECONNECT: Rule = Rule {
    id: "chardev-reconnect-unsaid",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a `<reconnect>` that does not say whether is not read",
    doc: "`<reconnect>` says by `enabled` whether a character device makes a lost connection again. libvirt reads past an element \
          without it, its `timeout` included.",
    example: Example {
        before: "<devices><channel type='unix'><source mode='connect' path='/run/s'><reconnect timeout='5'/></source>\
                 <target type='virtio' name='a'/></channel></devices>",
        after: "<devices><channel type='unix'><source mode='connect' path='/run/s'/><target type='virtio' name='a'/></channel></devices>",
    },
    apply: drop_reconnect,
};

fn drop_reconnect(domain: &mut Domain, cx: &mut Context) {
    let mut drop_unsaid = |reconnect: &mut Option<ChardevReconnect>, xml: &mut Extra| {
        // Other attributes are of a libvirt that may well read them.
        let foreign = |at: &Extra| at.kept.as_ref().is_some_and(|kept| !kept.attributes.is_empty());
        // Nor must another one of the name take its place.
        let another = kept_child(xml, "reconnect").is_some();
        let unsaid = |it: &mut ChardevReconnect| {
            it.enabled.is_none() && (cx.profile == Profile::Libvirt || !foreign(&it.xml) && !another)
        };
        if let Some(reconnect) = reconnect.take_if(unsaid) {
            cx.rewrote(&reconnect.xml, "it does not say whether to connect again").becomes("<reconnect>", "");
            xml.absorb(reconnect.xml);
        }
    };
    backends(domain, |backend, _, _| match backend {
        ChardevBackend::Tcp(tcp) => {
            tcp.source.iter_mut().for_each(|source| drop_unsaid(&mut source.reconnect, &mut source.xml));
        }
        ChardevBackend::Unix(unix) => {
            if let Some(source) = &mut unix.source {
                drop_unsaid(&mut source.reconnect, &mut source.xml);
            }
        }
        _ => {}
    });
    let interfaces = domain.devices.as_mut().map_or(&mut [][..], |devices| &mut devices.interface);
    for interface in interfaces {
        if let InterfaceType::Vhostuser(members) = &mut interface.type_
            && let Some(source) = &mut members.source
        {
            drop_unsaid(&mut source.reconnect, &mut source.xml);
        }
    }
}

fn add_protocol(domain: &mut Domain, cx: &mut Context) {
    backends(domain, |backend, _, xml| {
        if let ChardevBackend::Tcp(tcp) = backend
            && tcp.protocol.is_none()
        {
            tcp.protocol = Some(ChardevProtocol::default());
            cx.rewrote(xml, "the protocol of a connection is spelt out").becomes("", "<protocol type='raw'/>");
        }
    });
}

fn drop_protocol(domain: &mut Domain, cx: &mut Context) {
    backends(domain, |backend, _, xml| {
        if let ChardevBackend::Unix(unix) = backend
            && unix.protocol.take().is_some()
        {
            cx.rewrote(xml, "a socket of the file system has no protocol").becomes("<protocol>", "");
        }
    });
}

fn drop_unread(domain: &mut Domain, cx: &mut Context) {
    drop_protocol(domain, cx);
    backends(domain, |backend, owner, xml| {
        let unlabelled = matches!(owner, Owner::Redirdev | Owner::Other);
        let labels = match backend {
            ChardevBackend::Dev(it) if unlabelled => it.source.as_mut().map(|it| &mut it.seclabel),
            ChardevBackend::Pipe(it) if unlabelled => it.source.as_mut().map(|it| &mut it.seclabel),
            ChardevBackend::File(it) if unlabelled => it.source.as_mut().map(|it| &mut it.seclabel),
            ChardevBackend::Unix(it) if unlabelled => it.source.as_mut().map(|it| &mut it.seclabel),
            _ => None,
        };
        if let Some(labels) = labels
            && !labels.is_empty()
        {
            labels.clear();
            cx.rewrote(xml, "the source of this device has no security labels").becomes("<seclabel>", "");
        }
        let mut timeout = |reconnect: &mut Option<ChardevReconnect>| {
            if let Some(reconnect) = reconnect
                && reconnect.enabled == Some(YesNo::No)
                && reconnect.timeout.take().is_some()
            {
                cx.rewrote(xml, "a connection that is not made again has no timeout").becomes("timeout", "");
            }
        };
        match backend {
            ChardevBackend::Tcp(tcp) => tcp.source.iter_mut().for_each(|source| timeout(&mut source.reconnect)),
            ChardevBackend::Unix(unix) => {
                if let Some(source) = &mut unix.source {
                    timeout(&mut source.reconnect);
                }
                if unix.source.take_if(|source| source.path.is_none()).is_some() {
                    cx.rewrote(xml, "a socket without path is not written").becomes("<source>", "");
                }
            }
            ChardevBackend::Nmdm(nmdm) => {
                let empty = nmdm.source.take_if(|source| source.master.is_none() && source.slave.is_none());
                if empty.is_some() {
                    cx.rewrote(xml, "an empty source is not written").becomes("<source>", "");
                }
            }
            ChardevBackend::QemuVdagent(agent) => {
                let empty = agent.source.take_if(|source| source.clipboard.is_none() && source.mouse.is_none());
                if empty.is_some() {
                    cx.rewrote(xml, "an empty source is not written").becomes("<source>", "");
                }
            }
            _ => {}
        }
    });
}

fn order_ends(domain: &mut Domain, cx: &mut Context) {
    backends(domain, |backend, _, xml| {
        let ChardevBackend::Udp(udp) = backend else { return };
        let said = |source: &&ChardevSourceUdp| source.host.is_some() || source.service.is_some();
        let first = |bound: bool| {
            udp.source.iter().filter(said).find(|source| (source.mode == Some(Mode::Bind)) == bound).cloned()
        };
        let ends: Vec<_> = [first(true), first(false)].into_iter().flatten().collect();
        if ends != udp.source {
            udp.source = ends;
            cx.rewrote(xml, "the end that is bound stands first").becomes("<source>", "<source>");
        }
    });
}

/// Whether libvirt takes two back ends for the same. Terminals are the same whatever their paths, which a definition does
/// not keep.
pub(super) fn same_source(a: &ChardevBackend, b: &ChardevBackend) -> bool {
    use ChardevBackend as B;
    let mode = |mode: Option<Mode>| mode.unwrap_or(Mode::Connect);
    let again = |reconnect: &Option<ChardevReconnect>| {
        let reconnect = reconnect.as_ref().filter(|reconnect| reconnect.enabled == Some(YesNo::Yes));
        reconnect.map(|reconnect| reconnect.timeout)
    };
    match (a, b) {
        (B::Null, B::Null)
        | (B::Vc, B::Vc)
        | (B::Stdio, B::Stdio)
        | (B::Spicevmc, B::Spicevmc)
        | (B::Pty(_), B::Pty(_)) => true,
        (B::Dev(a), B::Dev(b)) => {
            let path =
                |source: &Option<domxml::ChardevSourcePath>| source.as_ref().and_then(|source| source.path.clone());
            path(&a.source) == path(&b.source)
        }
        (B::Pipe(a), B::Pipe(b)) => {
            let path =
                |source: &Option<domxml::ChardevSourcePath>| source.as_ref().and_then(|source| source.path.clone());
            path(&a.source) == path(&b.source)
        }
        (B::File(a), B::File(b)) => {
            let key = |source: &Option<domxml::ChardevSourceFile>| -> (Option<String>, Option<OnOff>) {
                source.as_ref().map_or((None, None), |source| (source.path.clone(), source.append))
            };
            key(&a.source) == key(&b.source)
        }
        (B::Udp(a), B::Udp(b)) => {
            let end = |sources: &[ChardevSourceUdp], wanted: Mode| {
                let source = sources.iter().find(|source| mode(source.mode) == wanted);
                source.map(|source| (source.host.clone(), source.service.clone()))
            };
            [Mode::Bind, Mode::Connect].into_iter().all(|wanted| end(&a.source, wanted) == end(&b.source, wanted))
        }
        (B::Tcp(a), B::Tcp(b)) => {
            let key = |tcp: &domxml::ChardevBackendTcp| {
                tcp.source.first().map(|source| {
                    (
                        mode(source.mode),
                        source.host.clone(),
                        source.service.clone(),
                        source.tls,
                        again(&source.reconnect),
                    )
                })
            };
            key(a) == key(b)
        }
        (B::Unix(a), B::Unix(b)) => {
            let key = |unix: &domxml::ChardevBackendUnix| {
                unix.source.as_ref().map(|source| (mode(source.mode), source.path.clone(), again(&source.reconnect)))
            };
            key(a) == key(b)
        }
        (B::Spiceport(a), B::Spiceport(b)) => channel(&a.source) == channel(&b.source),
        (B::Dbus(a), B::Dbus(b)) => channel(&a.source) == channel(&b.source),
        (B::Nmdm(a), B::Nmdm(b)) => {
            let key = |nmdm: &domxml::ChardevBackendNmdm| {
                nmdm.source.as_ref().map(|source| (source.master.clone(), source.slave.clone()))
            };
            key(a) == key(b)
        }
        (B::QemuVdagent(a), B::QemuVdagent(b)) => {
            let key = |agent: &domxml::ChardevBackendQemuVdagent| {
                agent.source.as_ref().map_or((None, None), |source| {
                    (source.clipboard.as_ref().map(|it| it.copypaste), source.mouse.as_ref().map(|it| it.mode))
                })
            };
            key(a) == key(b)
        }
        _ => false,
    }
}

fn channel(source: &Option<domxml::ChardevSourceChannel>) -> Option<&str> {
    source.as_ref().and_then(|source| source.channel.as_deref())
}
