//! I/O threads.

use domxml::scalar::Natural;

use crate::rules::prelude::*;

rules![
    rule("iothreads-conflict", Class::Conflict)
        .summary("I/O threads that libvirt refuses")
        .doc(
            "The numbers of I/O threads start at 1 and no two threads share one. The lower limit of a pool of threads \
             does not exceed the upper one, and the weight of polling is at most 63.",
        )
        .finds("<iothreadids><iothread id='1'/><iothread id='1'/></iothreadids>")
        .finds("<iothreadids><iothread id='0'/></iothreadids>")
        .finds("<iothreadids><iothread id='1' thread_pool_min='3' thread_pool_max='2'/></iothreadids>")
        .finds("<defaultiothread thread_pool_min='3' thread_pool_max='2'/>")
        .row(refuse_if("the numbers of I/O threads start at 1: choose another one", |it: &Iothread, _| it.id == 0))
        .row(unique(Iothreadids::IOTHREADS, |it, _| Some(it.id), "the I/O thread {} stands twice: leave one out"))
        .row(refuse(|it: &Iothread, _| crossed(it.thread_pool_min, it.thread_pool_max)))
        .finds("<iothreadids><iothread id='1'><poll weight='64'/></iothread></iothreadids>")
        .row(
            refuse_if("the weight of polling is at most 63: give a smaller one", |it: &IothreadPoll, _| it.weight
                > Some(63))
            .since(12, 7, 0),
        )
        .row(refuse(|it: &Defaultiothread, _| crossed(it.thread_pool_min, it.thread_pool_max))),
    rule("iothreads-partial-ids", Class::Structure)
        .since(1, 2, 15)
        .summary("I/O threads beyond those listed get their numbers")
        .doc(
            "Where some of the I/O threads have a number, libvirt gives the others the lowest that are free, from 1 \
             on, and lists them behind. Where none has, nothing is listed.",
        )
        .example(
            "<iothreads>3</iothreads><iothreadids><iothread id='5'/></iothreadids>",
            "<iothreads>3</iothreads><iothreadids><iothread id='5'/><iothread id='1'/><iothread id='2'/></iothreadids>",
        )
        .row(algorithm(complete).phase(Phase::Derive)),
    rule("iothreads-count", Class::Default)
        .summary("there are as many I/O threads as are listed")
        .doc("There are at least as many I/O threads as are listed; libvirt writes their number, unless it is 0.")
        .example(
            "<iothreadids><iothread id='5'/></iothreadids>",
            "<iothreads>1</iothreads><iothreadids><iothread id='5'/></iothreadids>",
        )
        .row(algorithm(count).phase(Phase::Derive).profiles(LIBVIRT)),
];

fn crossed(min: Option<Natural>, max: Option<Natural>) -> Option<&'static str> {
    if max == Some(Natural(0)) {
        return Some("a pool has one thread at least: leave out thread_pool_max, or give another number");
    }
    min.filter(|min| max.is_none_or(|max| *min > max)).map(|_| "the lower limit of the pool exceeds the upper one")
}

fn complete(ids: &mut Iothreadids, cx: &mut Context<'_>) {
    let numbers = &cx.scope.iothreads.numbers;
    let (listed, all) = (ids.iothreads.len(), numbers.len());
    if listed > 0 && listed < all {
        ids.iothreads.extend(numbers[listed..].iter().map(|id| Iothread { id: *id, ..Iothread::default() }));
        cx.rewrote(&ids.xml, "the other I/O threads get their numbers")
            .becomes(format!("{listed} threads"), format!("{all} threads"));
    }
}

fn count(domain: &mut Domain, cx: &mut Context<'_>) {
    let listed = domain.iothreadids.as_ref().map_or(0, |ids| u32::try_from(ids.iothreads.len()).unwrap_or(u32::MAX));
    let before = domain.iothreads;
    let after = Some(before.unwrap_or(0).max(listed)).filter(|count| *count > 0);
    if before != after {
        domain.iothreads = after;
        let shown =
            |count: Option<u32>| count.map_or_else(String::new, |count| format!("<iothreads>{count}</iothreads>"));
        cx.rewrote(&domain.xml, "there are as many I/O threads as are listed").becomes(shown(before), shown(after));
    }
}
