//! `console-source-differs-from-serial`.

use domxml::{
    ChardevBackend, ChardevReconnect, ChardevSocketMode, ChardevSourceChannel, ChardevSourcePath, ChardevSourceUdp,
    Devices, Payload as _, YesNo,
};
use domxml_runtime::edit::forget_remarks;

use super::console::copies_serial;
use crate::rule::kinds::algorithm;
use crate::rule::{Class, Context, MODERN, Phase, Rule};
use crate::rules::common::attribute;

pub(super) fn rule() -> Rule {
    crate::rule::rule("console-source-differs-from-serial", Class::Lossy)
        .on_request()
        .summary("a console that is a serial port has no source of its own")
        .doc(
            "The first console of a fully virtualized guest is the first serial port under another name. libvirt does not look at \
             its source and writes that of the serial port. Where the two differ one of them is a mistake; the console \
             follows the serial port on request alone.",
        )
        .example(
            "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
             <console type='pty'><target type='serial' port='0'/></console></devices>",
            "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
             <console type='file'><source path='/var/log/guest'/><target type='serial' port='0'/></console></devices>",
        )
        .row(algorithm(follow_serial).phase(Phase::Derive).profiles(MODERN).after("console-as-serial-hvm"))
}

fn follow_serial(devices: &mut Devices, cx: &mut Context<'_>) {
    if copies_serial(devices, cx.scope.is_hvm())
        && let (Some(serial), Some(console)) = (devices.serials.first(), devices.consoles.first_mut())
        && !same_source(&serial.type_, &console.type_)
    {
        let word = |backend: &ChardevBackend| attribute("type", backend.value().unwrap_or("pty"));
        let (before, after) = (word(&console.type_), word(&serial.type_));
        let mut copy = serial.clone();
        forget_remarks(&mut copy);
        console.type_ = copy.type_;
        console.xml.assumed = serial.xml.assumed;
        cx.rewrote(&console.xml, "libvirt puts the source of the first serial port in place of the console's own")
            .becomes(before, after);
    }
}

/// Whether libvirt takes two back ends for the same. Terminals are the same whatever their paths, which a definition does
/// not keep.
fn same_source(a: &ChardevBackend, b: &ChardevBackend) -> bool {
    use ChardevBackend as B;
    match (a, b) {
        (B::Null, B::Null)
        | (B::Vc, B::Vc)
        | (B::Stdio, B::Stdio)
        | (B::Spicevmc, B::Spicevmc)
        | (B::Pty(_), B::Pty(_)) => true,
        (B::Dev(a), B::Dev(b)) => path(&a.source) == path(&b.source),
        (B::Pipe(a), B::Pipe(b)) => path(&a.source) == path(&b.source),
        (B::File(a), B::File(b)) => {
            let [a, b] = [a, b].map(|it| it.source.as_ref());
            a.and_then(|it| it.path.as_ref()) == b.and_then(|it| it.path.as_ref())
                && a.and_then(|it| it.append) == b.and_then(|it| it.append)
        }
        (B::Udp(a), B::Udp(b)) => {
            let [a, b] = [a, b].map(|it| [end(&it.sources, true), end(&it.sources, false)]);
            a == b
        }
        (B::Tcp(a), B::Tcp(b)) => {
            let [a, b] = [a, b].map(|tcp| {
                let source = tcp.sources.first()?;
                Some((is_bound(source.mode), &source.host, &source.service, source.tls, again(&source.reconnect)))
            });
            a == b
        }
        (B::Unix(a), B::Unix(b)) => {
            let [a, b] = [a, b].map(|unix| {
                let source = unix.source.as_ref()?;
                Some((is_bound(source.mode), &source.path, again(&source.reconnect)))
            });
            a == b
        }
        (B::Spiceport(a), B::Spiceport(b)) => channel(&a.source) == channel(&b.source),
        (B::Dbus(a), B::Dbus(b)) => channel(&a.source) == channel(&b.source),
        (B::Nmdm(a), B::Nmdm(b)) => {
            let [a, b] = [a, b].map(|nmdm| nmdm.source.as_ref().map(|source| (&source.master, &source.slave)));
            a == b
        }
        (B::QemuVdagent(a), B::QemuVdagent(b)) => {
            let [a, b] = [a, b].map(|it| it.source.as_ref());
            let clipboard = |it: Option<&domxml::ChardevSourceVdagent>| it?.clipboard.as_ref().map(|it| it.copypaste);
            let mouse = |it: Option<&domxml::ChardevSourceVdagent>| it?.mouse.as_ref().map(|it| it.mode);
            clipboard(a) == clipboard(b) && mouse(a) == mouse(b)
        }
        _ => false,
    }
}

fn is_bound(mode: Option<ChardevSocketMode>) -> bool {
    mode == Some(ChardevSocketMode::Bind)
}

fn again(reconnect: &Option<ChardevReconnect>) -> Option<Option<u32>> {
    reconnect.as_ref().filter(|it| it.enabled == Some(YesNo::Yes)).map(|it| it.timeout)
}

fn end(sources: &[ChardevSourceUdp], bound: bool) -> Option<(&Option<String>, &Option<String>)> {
    sources.iter().find(|source| is_bound(source.mode) == bound).map(|source| (&source.host, &source.service))
}

fn path(source: &Option<ChardevSourcePath>) -> Option<&str> {
    source.as_ref()?.path.as_deref()
}

fn channel(source: &Option<ChardevSourceChannel>) -> Option<&str> {
    source.as_ref()?.channel.as_deref()
}
