//! Performance events and wrapped keys.

use crate::rules::prelude::*;

rules![
    rule("events-conflict", Class::Conflict)
        .summary("a performance event or a kind of keys that stands twice")
        .doc("libvirt refuses a performance event that is given twice, and a kind of wrapped keys that is.")
        .finds("<perf><event name='cmt' enabled='no'/><event name='cmt' enabled='yes'/></perf>")
        .finds("<keywrap><cipher name='aes' state='on'/><cipher name='aes' state='off'/></keywrap>")
        .row(unique(Perf::EVENTS, |it, _| Some(it.name.as_str()), "the event '{}' stands twice: leave one out"))
        .row(unique(Keywrap::CIPHERS, |it, _| Some(it.name.as_str()), "the cipher '{}' stands twice: leave one out")),
    rule("perf-order", Class::Spelling)
        .summary("performance events in their order")
        .doc("libvirt writes the performance events that are counted for the guest in a fixed order.")
        .example(
            "<perf><event name='mbml' enabled='no'/><event name='cmt' enabled='yes'/></perf>",
            "<perf><event name='cmt' enabled='yes'/><event name='mbml' enabled='no'/></perf>",
        )
        .row(sort(Perf::EVENTS, |event, _| event.name as usize, "the events in their order")),
    rule("keywrap-order", Class::Spelling)
        .summary("wrapped keys in their order")
        .doc("libvirt writes the kinds of keys that the guest can protect in a fixed order.")
        .example(
            "<keywrap><cipher name='dea' state='off'/><cipher name='aes' state='on'/></keywrap>",
            "<keywrap><cipher name='aes' state='on'/><cipher name='dea' state='off'/></keywrap>",
        )
        .row(sort(Keywrap::CIPHERS, |cipher, _| cipher.name as usize, "the keys in their order")),
];
