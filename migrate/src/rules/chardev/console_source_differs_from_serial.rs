//! `console-source-differs-from-serial`.

use domxml_runtime::edit::forget_remarks;
use domxml_runtime::{Slot, fields};

use super::console::copies_serial;
use crate::rules::prelude::*;

rules![
    rule("console-source-differs-from-serial", Class::Lossy)
        .on_request()
        .summary("a console that is a serial port has no source of its own")
        .doc(
            "The first console of a fully virtualized guest is the first serial port under another name. libvirt does \
             not look at its source and writes that of the serial port. Where the two differ one of them is a mistake; \
             the console follows the serial port on request alone.",
        )
        .example(
            "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
             <console type='pty'><target type='serial' port='0'/></console></devices>",
            "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
             <console type='file'><source path='/var/log/guest'/><target type='serial' port='0'/></console></devices>",
        )
        .row(
            algorithm(follow_serial)
                .when(|devices, scope| copies_serial(devices, scope.is_hvm()) && differs(devices))
                .phase(Phase::Derive)
                .profiles(MODERN)
                .after("console-as-serial-hvm"),
        ),
];

fn differs(devices: &Devices) -> bool {
    let pair = devices.serials.first().zip(devices.consoles.first());
    pair.is_some_and(|(serial, console)| !same_source(&serial.type_, &console.type_))
}

fn follow_serial(devices: &mut Devices, cx: &mut Context<'_>) {
    if let (Some(serial), Some(console)) = (devices.serials.first(), devices.consoles.first_mut()) {
        let word = |backend: &ChardevBackend| attribute("type", backend.value().unwrap_or("pty"));
        // Of one type they differ in the source alone.
        let (before, after) = match (word(&console.type_), word(&serial.type_)) {
            (before, after) if before == after => ("<source>".to_owned(), "the <source> of <serial>".to_owned()),
            types => types,
        };
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
        (B::Pty(_), B::Pty(_)) => true,
        (B::Other(_), _) => false,
        (B::Udp(a), B::Udp(b)) => [true, false].iter().all(|bound| end(&a.sources, *bound) == end(&b.sources, *bound)),
        _ => a.value() == b.value() && a.members().map(essence) == b.members().map(essence),
    }
}

/// What libvirt compares of a back end: where it leads to, who waits for whom, and after what time it connects again.
fn essence(content: &dyn Content) -> Vec<(&'static str, String)> {
    const COMPARED: [&str; 10] =
        ["append", "channel", "copypaste", "host", "master", "mode", "path", "service", "slave", "tls"];
    let mut said = Vec::new();
    fields(content, |line, slot| match slot {
        Slot::Value(field) if COMPARED.contains(&line.name) && field.count() > 0 => {
            let mut text = String::new();
            field.write(0, &mut text);
            said.push((line.name, text));
        }
        Slot::Child(nest) if matches!(line.name, "clipboard" | "mouse" | "source") => {
            said.extend(nest.get(0).into_iter().flat_map(essence));
        }
        _ => {}
    });
    // Whoever does not wait connects.
    said.retain(|(name, text)| (*name, &**text) != ("mode", "connect"));
    let again = child_of_type::<ChardevReconnect>(content);
    let again = again.filter(|again| again.enabled == Some(YesNo::Yes));
    said.extend(again.map(|again| ("reconnect", format!("{:?}", again.timeout))));
    said
}

fn end(sources: &[ChardevSourceUdp], bound: bool) -> Option<(&Option<String>, &Option<String>)> {
    let is_end = |source: &&ChardevSourceUdp| (source.mode == Some(ChardevSocketMode::Bind)) == bound;
    sources.iter().find(is_end).map(|source| (&source.host, &source.service))
}
