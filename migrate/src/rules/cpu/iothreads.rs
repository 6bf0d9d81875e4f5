//! `iothreads-partial-ids`, `iothreads-count`, `iothreads-conflict`.

use std::collections::BTreeSet;

use domxml::{Domain, Iothread};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static PARTIAL: Rule = Rule {
    id: "iothreads-partial-ids",
    class: Class::Structure,
    since: Some(Version::new(1, 2, 15)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "I/O threads beyond those listed get their numbers",
    doc: "Where some of the I/O threads have a number, libvirt gives the others the lowest that are free, from 1 on, and lists them \
          behind. Where none has, nothing is listed.",
    example: Example {
        before: "<iothreads>3</iothreads><iothreadids><iothread id='5'/></iothreadids>",
        after: "<iothreads>3</iothreads><iothreadids><iothread id='5'/><iothread id='1'/><iothread id='2'/></iothreadids>",
    },
    apply: complete,
};

pub(super) static COUNT: Rule = Rule {
    id: "iothreads-count",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "as many I/O threads as are listed",
    doc: "There are at least as many I/O threads as are listed; libvirt writes their number, unless it is 0.",
    example: Example {
        before: "<iothreadids><iothread id='5'/></iothreadids>",
        after: "<iothreads>1</iothreads><iothreadids><iothread id='5'/></iothreadids>",
    },
    apply: count,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "iothreads-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "I/O threads that libvirt refuses",
    doc: "The numbers of I/O threads start at 1 and no two threads share one. The lower limit of a pool of threads does not exceed the \
          upper one.",
    example: Example {
        before: "<iothreadids><iothread id='1'/><iothread id='1'/></iothreadids>",
        after: "<iothreadids><iothread id='1'/><iothread id='1'/></iothreadids>",
    },
    apply: conflict,
};

/// More I/O threads than this are nobody's intention; they are not listed.
const MOST: usize = 65_536;

/// The numbers of the I/O threads in libvirt's order.
pub(super) fn numbers(domain: &Domain) -> Vec<u32> {
    let listed = domain.iothreadids.iter().flat_map(|ids| &ids.iothread).map(|thread| thread.id);
    let mut numbers: Vec<u32> = listed.collect();
    let wanted = usize::try_from(domain.iothreads.unwrap_or(0)).unwrap_or(usize::MAX);
    if wanted <= MOST {
        let taken: BTreeSet<u32> = numbers.iter().copied().collect();
        let free = (1..).filter(|id| !taken.contains(id));
        numbers.extend(free.take(wanted.saturating_sub(taken.len())));
    }
    numbers
}

fn complete(domain: &mut Domain, cx: &mut Context) {
    let numbers = numbers(domain);
    let Some(ids) = &mut domain.iothreadids else { return };
    let listed = ids.iothread.len();
    if listed > 0 && listed < numbers.len() {
        ids.iothread.extend(numbers[listed..].iter().map(|id| Iothread { id: *id, ..Iothread::default() }));
        cx.rewrote(&ids.xml, "the other I/O threads get their numbers")
            .becomes(format!("{listed} threads"), format!("{} threads", numbers.len()));
    }
}

fn count(domain: &mut Domain, cx: &mut Context) {
    let listed = domain.iothreadids.as_ref().map_or(0, |ids| u32::try_from(ids.iothread.len()).unwrap_or(u32::MAX));
    let before = domain.iothreads;
    let after = Some(before.unwrap_or(0).max(listed)).filter(|count| *count > 0);
    if before != after {
        domain.iothreads = after;
        let shown =
            |count: Option<u32>| count.map_or_else(String::new, |count| format!("<iothreads>{count}</iothreads>"));
        cx.rewrote(&domain.xml, "as many I/O threads as are listed").becomes(shown(before), shown(after));
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let threads = domain.iothreadids.as_ref().map_or(&[][..], |ids| &ids.iothread);
    let mut seen = BTreeSet::new();
    let limits = |min: Option<u32>, max: Option<u32>| min.is_some_and(|min| max.is_none_or(|max| min > max));
    for thread in threads {
        if thread.id == 0 {
            cx.error(&thread.xml, "the numbers of I/O threads start at 1");
        }
        if !seen.insert(thread.id) {
            cx.error(&thread.xml, format!("the I/O thread {} stands twice", thread.id));
        }
        if limits(thread.thread_pool_min, thread.thread_pool_max) {
            cx.error(&thread.xml, "the lower limit of the pool exceeds the upper one");
        }
    }
    if let Some(default) = &domain.defaultiothread
        && limits(default.thread_pool_min, default.thread_pool_max)
    {
        cx.error(&default.xml, "the lower limit of the pool exceeds the upper one");
    }
}
