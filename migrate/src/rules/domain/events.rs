//! `perf-order`, `keywrap-order`, `events-conflict`.

use domxml::Domain;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static PERF: Rule = Rule {
    id: "perf-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "performance events in their order",
    doc: "libvirt writes the performance events that are counted for the guest in a fixed order.",
    example: Example {
        before: "<perf><event name='mbml' enabled='no'/><event name='cmt' enabled='yes'/></perf>",
        after: "<perf><event name='cmt' enabled='yes'/><event name='mbml' enabled='no'/></perf>",
    },
    apply: perf,
};

pub(super) static KEYWRAP: Rule = Rule {
    id: "keywrap-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "wrapped keys in their order",
    doc: "libvirt writes the kinds of keys that the guest can protect in a fixed order.",
    example: Example {
        before: "<keywrap><cipher name='dea' state='off'/><cipher name='aes' state='on'/></keywrap>",
        after: "<keywrap><cipher name='aes' state='on'/><cipher name='dea' state='off'/></keywrap>",
    },
    apply: keywrap,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "events-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a performance event or a kind of keys that stands twice",
    doc: "libvirt refuses a performance event that is given twice, and a kind of wrapped keys that is.",
    example: Example {
        before: "<perf><event name='cmt' enabled='no'/><event name='cmt' enabled='yes'/></perf>",
        after: "<perf><event name='cmt' enabled='no'/><event name='cmt' enabled='yes'/></perf>",
    },
    apply: conflict,
};

fn perf(domain: &mut Domain, cx: &mut Context) {
    if let Some(perf) = &mut domain.perf
        && !perf.event.is_sorted_by_key(|event| event.name as usize)
    {
        perf.event.sort_by_key(|event| event.name as usize);
        cx.rewrote(&perf.xml, "the events in their order");
    }
}

fn keywrap(domain: &mut Domain, cx: &mut Context) {
    if let Some(keywrap) = &mut domain.keywrap
        && !keywrap.cipher.is_sorted_by_key(|cipher| cipher.name as usize)
    {
        keywrap.cipher.sort_by_key(|cipher| cipher.name as usize);
        cx.rewrote(&keywrap.xml, "the keys in their order");
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let events = domain.perf.as_ref().map_or(&[][..], |perf| &perf.event);
    for (index, event) in events.iter().enumerate() {
        if events[..index].iter().any(|other| other.name == event.name) {
            cx.error(&event.xml, format!("the event {} stands twice", event.name.as_str()));
        }
    }
    let ciphers = domain.keywrap.as_ref().map_or(&[][..], |keywrap| &keywrap.cipher);
    for (index, cipher) in ciphers.iter().enumerate() {
        if ciphers[..index].iter().any(|other| other.name == cipher.name) {
            cx.error(&cipher.xml, format!("the cipher {} stands twice", cipher.name.as_str()));
        }
    }
}
