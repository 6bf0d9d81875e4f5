//! `chardev-tcp-wiremode`.

use crate::rules::prelude::*;

/// The attribute's name, which the format no longer has.
const WIREMODE: &str = "wiremode";

rules![
    rule("chardev-tcp-wiremode", Class::Structure)
        .summary("what is spoken over a TCP connection stands in `<protocol>`")
        .doc(
            "The first releases that knew character devices over TCP had an attribute `wiremode` on `<source>`; \
             `<protocol>` took its place at once, and libvirt does not read the attribute. Where it says what libvirt \
             assumes anyway it is removed. Where it says something else, such as `telnet`, it is only reported: to \
             write it into `<protocol>` would change what libvirt does today.",
        )
        .example(
            "<devices><serial type='tcp'><source mode='bind' host='h' service='1' wiremode='raw'/><target port='0'/>\
             </serial></devices>",
            "<devices><serial type='tcp'><source mode='bind' host='h' service='1'/><target port='0'/></serial>\
             </devices>",
        )
        .row(algorithm(drop_wiremode).profiles(MODERN)),
];

fn drop_wiremode(tcp: &mut ChardevBackendTcp, cx: &mut Context<'_>) {
    let spoken = tcp.protocol.as_ref().and_then(|protocol| protocol.type_).unwrap_or_default().to_string();
    for source in &mut tcp.sources {
        let Some(kept) = &mut source.xml.kept else { continue };
        let Some(at) = kept.attributes.iter().position(|(name, _)| **name == *WIREMODE) else { continue };
        let said = attribute(WIREMODE, &kept.attributes[at].1);
        if *kept.attributes[at].1 == *spoken {
            kept.attributes.remove(at);
            cx.rewrote(&source.xml, "the protocol is what libvirt assumes").becomes(said, "");
        } else {
            cx.note(&source.xml, format!("libvirt does not read {said}; <protocol> says what is spoken"));
        }
    }
}
