//! `chardev-tcp-wiremode`.

use domxml::{ChardevBackend, ChardevProtocolType, Domain, Scalar};

use super::devices::backends;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::MODERN;

/// The attribute's name, which the format no longer has.
const WIREMODE: &str = "wiremode";

pub(super) static RULE: Rule = Rule {
    id: "chardev-tcp-wiremode",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: MODERN,
    summary: "what is spoken over a TCP connection stands in `<protocol>`",
    doc: "The first releases that knew character devices over TCP had an attribute `wiremode` on `<source>`; `<protocol>` took its \
          place at once, and libvirt does not read the attribute. Where it says what libvirt assumes anyway it is removed. Where it \
          says something else, such as `telnet`, it is only reported: to write it into `<protocol>` would change what \
          libvirt does today.",
    example: Example {
        before: "<devices><serial type='tcp'><source mode='bind' host='h' service='1' wiremode='raw'/><target port='0'/></serial></devices>",
        after: "<devices><serial type='tcp'><source mode='bind' host='h' service='1'/><target port='0'/></serial></devices>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    backends(domain, |backend, _, _| {
        let ChardevBackend::Tcp(tcp) = backend else { return };
        let mut spoken = String::new();
        tcp.protocol
            .as_ref()
            .and_then(|protocol| protocol.type_)
            .unwrap_or(ChardevProtocolType::Raw)
            .write(&mut spoken);
        for source in &mut tcp.source {
            let Some(kept) = &mut source.xml.kept else { continue };
            let Some(at) = kept.attributes.iter().position(|(name, _)| **name == *WIREMODE) else { continue };
            let value = kept.attributes[at].1.clone();
            if *value == *spoken {
                kept.attributes.remove(at);
                cx.rewrote(&source.xml, "the protocol is what libvirt assumes")
                    .becomes(format!("{WIREMODE}='{value}'"), "");
            } else {
                cx.note(
                    &source.xml,
                    format!("libvirt does not read {WIREMODE}='{value}'; <protocol> says what is spoken"),
                );
            }
        }
    });
}
