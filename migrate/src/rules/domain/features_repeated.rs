//! `features-repeated`: of a feature that is given twice the last counts.

use domxml_runtime::{KeptNode, extras};

use crate::rules::prelude::*;

rules![
    rule("features-repeated", Class::Structure)
        .summary("a feature that is given twice")
        .doc(
            "Of a feature that is given twice libvirt reads both, and the last counts. The schema takes one: the rule \
             leaves what libvirt makes of them.",
        )
        .example(
            "<features><hap state='off'/><kvm><hidden state='off'/><hidden state='on'/></kvm><hap state='on'/>\
             </features>",
            "<features><hap state='on'/><kvm><hidden state='on'/></kvm></features>",
        )
        .row(merge_within(|features: &mut Features, cx: &mut Context<'_>| {
            if settle(features) {
                cx.rewrote(&features.xml, "of a feature that stands twice the last counts");
            }
        })),
];

/// Makes one of two blocks of features.
pub(super) fn join(first: &mut Features, mut other: Features) {
    settle(&mut other);
    put(first, other);
}

/// Takes in what stands twice in the features; whether there was any.
fn settle(features: &mut Features) -> bool {
    let within = settle_within(features);
    let others = repeated(features, |mut other| {
        settle_within(&mut other);
        other
    });
    let any = within || !others.is_empty();
    others.into_iter().for_each(|other| put(features, other));
    any
}

fn settle_within(features: &mut Features) -> bool {
    let Features { hyperv, capabilities, kvm, xen, .. } = features;
    settle_block(hyperv) | settle_block(capabilities) | settle_block(kvm) | settle_block(xen)
}

fn settle_block<T: Element + Described>(block: &mut Option<T>) -> bool {
    let Some(block) = block else { return false };
    let others = repeated(block, |other| other);
    let any = !others.is_empty();
    others.into_iter().for_each(|other| block.merge(other, Prefer::Last));
    any
}

/// Takes out what stands in a block a second time, each in a block of its own. What is not known there is no feature, and stays.
fn repeated<T: Element + Described>(block: &mut T, settled: impl Fn(T) -> T) -> Vec<T> {
    let name = T::table().element.map_or("", |name| name.local);
    let Some(kept) = block.extra_mut().and_then(|xml| xml.kept.as_mut()) else { return Vec::new() };
    let mut taken = Vec::new();
    kept.nodes.retain(|node| {
        let alone = node.element_name().map(|_| format!("<{name}>{}</{name}>", node.text));
        let alone = alone.and_then(|text| KeptNode::at_end(text.into(), Span::default()).read::<T>()).map(&settled);
        alone.filter(is_known).map(|block| taken.push(block)).is_none()
    });
    taken
}

fn is_known<T: Element>(block: &T) -> bool {
    let mut known = true;
    extras(block, &mut |extra| known &= extra.kept.as_ref().is_none_or(|kept| kept.nodes.is_empty()));
    known
}

/// Merges two features of one name, of which libvirt reads what is in both. `prepare` sees to what it does not read like that.
fn put_within<T: Element>(old: &mut Option<T>, new: &mut Option<T>, prepare: impl FnOnce(&mut T, &mut T)) {
    if let Some(old) = old
        && let Some(mut given) = new.take()
    {
        prepare(old, &mut given);
        old.merge(given, Prefer::Last);
    }
}

fn put(features: &mut Features, mut other: Features) {
    // The mode and the policy are the last ones even where that is not spelt out.
    put_within(&mut features.hyperv, &mut other.hyperv, |_, new| new.mode = Some(new.mode.unwrap_or_default()));
    put_within(&mut features.capabilities, &mut other.capabilities, |_, new| {
        new.policy = Some(new.policy.unwrap_or_default());
    });
    put_within(&mut features.xen, &mut other.xen, |_, _| {});
    // The sizes are looked for by themselves: the first counts.
    put_within(&mut features.smm, &mut other.smm, |old, new| {
        new.state = Some(new.state.unwrap_or(OnOff::On));
        new.tseg = old.tseg.take().or(new.tseg.take());
    });
    put_within(&mut features.hpt, &mut other.hpt, |old, new| {
        old.resizing = None;
        new.maxpagesize = old.maxpagesize.take().or(new.maxpagesize.take());
    });
    put_within(&mut features.tcg, &mut other.tcg, |_, _| {});
    features.merge(other, Prefer::Last);
}
