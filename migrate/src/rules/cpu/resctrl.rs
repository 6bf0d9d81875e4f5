//! What shares of the host's caches and bandwidth are for.

use std::collections::HashMap;

use domxml::scalar::CpuSet;

use crate::rules::prelude::*;

/// The CPUs that a share or a monitor is for; none for the whole process.
pub(super) fn vcpus(content: &dyn Content) -> Option<&CpuSet> {
    field::<Option<CpuSet>>(content)?.as_ref()
}

/// Takes the members of a set away that there cannot be.
fn keep_below(content: &mut dyn Content, most: u32, cx: &mut Context<'_>) {
    let Some(kept) = read(content, most).filter(|kept| vcpus(content) != Some(kept)) else { return };
    let at = span(content, cx);
    if let Some(Some(set)) = field_mut::<Option<CpuSet>>(content) {
        cx.rewrote_here(at, "libvirt leaves out CPUs that the guest cannot have")
            .becomes(attribute("vcpus", &*set), attribute("vcpus", &kept));
        *set = kept;
    }
}

pub(super) fn span(content: &dyn Content, cx: &Context<'_>) -> Span {
    content.extra().map_or(cx.here, |xml| xml.span)
}

/// Makes shares for the same CPUs one.
pub(super) fn merge<T: Element>(shares: &mut Vec<T>, why: &str, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    let mut places: HashMap<Option<CpuSet>, usize> = HashMap::new();
    let mut merged: Vec<T> = Vec::new();
    for share in shares.drain(..) {
        let first = match for_none(&share, most) {
            true => None,
            false => Some(*places.entry(read(&share, most)).or_insert(merged.len())).filter(|at| *at < merged.len()),
        };
        let Some(first) = first else {
            merged.push(share);
            continue;
        };
        let name = share.info().element.map_or("", |name| name.local);
        cx.rewrote_here(span(&share, cx), why).becomes(format!("<{name}>, <{name}>"), format!("<{name}>"));
        merged[first].merge(share, Prefer::First);
    }
    *shares = merged;
}

/// Forgets CPUs that there cannot be, and shares that are for none or have nothing in them.
pub(super) fn settle<T: Content>(shares: &mut Vec<T>, why: &str, cx: &mut Context<'_>) {
    let most = cx.scope.vcpus;
    shares.retain_mut(|share| {
        keep_below(share, most, cx);
        let mut parts = 0;
        each_struct(share, &mut |_| parts += 1);
        if for_none(share, most) || parts == 0 {
            let name = share.info().element.map_or("", |name| name.local);
            cx.rewrote_here(span(share, cx), why).becomes(format!("<{name}/>"), "");
            return false;
        }
        each_struct_mut(share, &mut |part| keep_below(part, most, cx));
        true
    });
}

/// Puts shares in the order of others for the same CPUs; whether any moved.
pub(super) fn follow<T: Content>(shares: &mut [T], others: &[Option<CpuSet>]) -> bool {
    let places: HashMap<Option<&CpuSet>, usize> =
        others.iter().enumerate().rev().map(|(at, other)| (other.as_ref(), at)).collect();
    let place = |share: &T| places.get(&vcpus(share)).copied().unwrap_or(usize::MAX);
    let sorted = shares.is_sorted_by_key(place);
    shares.sort_by_key(place);
    !sorted
}

/// What a share or a monitor is for: the whole process, or the CPUs of a set that there can be.
pub(super) fn read(content: &dyn Content, most: u32) -> Option<CpuSet> {
    vcpus(content).map(|set| set.iter().filter(|id| *id < most).collect())
}

/// Whether it is for CPUs of which there cannot be any; libvirt forgets it.
pub(super) fn for_none(content: &dyn Content, most: u32) -> bool {
    read(content, most).is_some_and(|set| set.is_empty())
}
