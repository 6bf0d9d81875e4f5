//! `blocks-merged`, `features-repeated`: what stands in several elements where one is usual.

use domxml::{
    Blkiotune, Clock, Cputune, Devices, Domain, Features, Hugepages, Idmap, Iothreadids, Keywrap, MemoryBacking,
    Memtune, OnOff, Os, Perf, Pm, Vcpus,
};
use domxml_runtime::{Element, Extra, Prefer, ReadOptions, Span, Unknown, extras, extras_mut};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static BLOCKS: Rule = Rule {
    id: "blocks-merged",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "several blocks of one kind are one",
    doc: "libvirt collects the content of some blocks, as `<features>`, `<devices>` or `<cputune>`, from wherever it stands, so that two of \
          them are read as one. The schema takes one: the rule merges them. Where both say the same thing, the first counts, and the \
          last among features, as libvirt reads it.",
    example: Example {
        before: "<features><acpi/></features><features><apic/></features>",
        after: "<features><acpi/><apic/></features>",
    },
    apply: merge_blocks,
};

pub(super) static FEATURES: Rule = Rule {
    id: "features-repeated",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a feature that is given twice",
    doc: "Of a feature that is given twice libvirt reads both, and the last counts. The schema takes one: the rule leaves what libvirt makes \
          of them.",
    example: Example {
        before: "<features><hap state='off'/><kvm><hidden state='off'/><hidden state='on'/></kvm><hap state='on'/></features>",
        after: "<features><hap state='on'/><kvm><hidden state='on'/></kvm></features>",
    },
    apply: merge_features,
};

/// A block whose parts libvirt collects wherever they stand.
trait Block: Element {
    fn merge_block(&mut self, other: Self) {
        self.merge(other, Prefer::First);
    }

    /// Merges what stands in the block itself more than once; whether there was any.
    fn tidy(&mut self) -> bool {
        false
    }
}

macro_rules! blocks {
    ($($ty:ident)*) => {$(
        impl Block for $ty {}
    )*};
}

blocks! {
    Memtune MemoryBacking Hugepages Blkiotune Vcpus Iothreadids Cputune Idmap Pm Perf Keywrap Clock Os Devices
}

/// Merges two of which libvirt reads what is in both; the last of each counts. `settle` sees to what it does not read like that.
fn merge_last<T: Element>(old: &mut Option<T>, new: &mut Option<T>, settle: impl FnOnce(&mut T, &mut T)) {
    match (old, new.take()) {
        (Some(old), Some(mut given)) => {
            settle(old, &mut given);
            old.merge(given, Prefer::Last);
        }
        (_, given) => *new = given,
    }
}

/// Takes the features out of what is kept that some block names a second time. `wrap` puts one where it can be read, and
/// `tidy` prepares what was read.
fn take_repeated(
    kept: &mut Extra,
    wrap: impl Fn(&str) -> String,
    tidy: impl Fn(Features) -> Features,
) -> Vec<Features> {
    let Some(kept) = &mut kept.kept else { return Vec::new() };
    let mut taken = Vec::new();
    kept.nodes.retain(|node| {
        if node.element_name().is_none() {
            return true;
        }
        // What is kept in the trial, too, is no feature.
        let known = read::<Features>(&wrap(&node.text)).map(&tidy);
        let known = known.filter(|features| {
            let mut keeps = false;
            extras(features, &mut |extra| keeps |= extra.kept.as_ref().is_some_and(|kept| !kept.nodes.is_empty()));
            !keeps
        });
        known.map(|features| taken.push(features)).is_none()
    });
    taken
}

/// Merges the features that a block within names twice; whether there were any.
fn tidy_within(features: &mut Features) -> bool {
    let mut any = false;
    macro_rules! within {
        ($($field:ident in $name:literal)*) => {$(
            if let Some(old) = &mut features.$field {
                let wrap = |text: &str| format!("<features><{0}>{text}</{0}></features>", $name);
                let repeated = take_repeated(&mut old.xml, wrap, |features| features);
                for new in repeated.into_iter().filter_map(|other| other.$field) {
                    old.merge(new, Prefer::Last);
                    any = true;
                }
            }
        )*};
    }
    within! {
        hyperv in "hyperv"
        capabilities in "capabilities"
        kvm in "kvm"
        xen in "xen"
    }
    any
}

impl Block for Features {
    fn merge_block(&mut self, mut other: Self) {
        // The mode and the policy are the last ones even where that is not spelt out.
        merge_last(&mut self.hyperv, &mut other.hyperv, |_, new| new.mode = Some(new.mode.unwrap_or_default()));
        merge_last(&mut self.capabilities, &mut other.capabilities, |_, new| {
            new.policy = Some(new.policy.unwrap_or_default());
        });
        merge_last(&mut self.xen, &mut other.xen, |_, _| {});
        // The sizes are looked for by themselves: the first counts.
        merge_last(&mut self.smm, &mut other.smm, |old, new| {
            new.state = Some(new.state.unwrap_or(OnOff::On));
            new.tseg = old.tseg.take().or(new.tseg.take());
        });
        merge_last(&mut self.hpt, &mut other.hpt, |old, new| {
            old.resizing = None;
            new.maxpagesize = old.maxpagesize.take().or(new.maxpagesize.take());
        });
        merge_last(&mut self.tcg, &mut other.tcg, |_, _| {});
        self.merge(other, Prefer::Last);
    }

    fn tidy(&mut self) -> bool {
        let mut any = tidy_within(self);
        let tidy = |mut features: Features| {
            tidy_within(&mut features);
            features
        };
        for other in take_repeated(&mut self.xml, |text| format!("<features>{text}</features>"), tidy) {
            self.merge_block(other);
            any = true;
        }
        any
    }
}

fn read<T: Element>(text: &str) -> Option<T> {
    let options = ReadOptions { unknown: Unknown::Keep };
    let mut value = T::from_xml_with(text, &options).ok()?.value;
    // Where the parts of a text that is read on its own stand says nothing about the document.
    extras_mut(&mut value, &mut |extra| extra.span = Span::default());
    Some(value)
}

/// Takes the further blocks of a name out of what is kept and merges them into the first.
fn merge_into<T: Block>(first: &mut Option<T>, name: &str, outer: &mut Extra, cx: &mut Context) {
    let (Some(first), Some(kept)) = (first, &mut outer.kept) else { return };
    let mut merged = Vec::new();
    kept.nodes.retain(|node| {
        let block = if node.is_element(name) { read::<T>(&node.text) } else { None };
        block.map(|block| merged.push(block)).is_none()
    });
    for mut block in merged {
        block.tidy();
        let at = first.extra().cloned().unwrap_or_default();
        first.merge_block(block);
        cx.rewrote(&at, format!("another <{name}> is merged into this one"))
            .becomes(format!("<{name}>, <{name}>"), format!("<{name}>"));
    }
}

fn merge_blocks(domain: &mut Domain, cx: &mut Context) {
    merge_hugepages(domain, cx);
    if domain.xml.kept.as_ref().is_none_or(|kept| kept.nodes.is_empty()) {
        return;
    }
    macro_rules! each {
        ($($name:literal in $field:ident)*) => {$( merge_into(&mut domain.$field, $name, &mut domain.xml, cx); )*};
    }
    each! {
        "features" in features
        "devices" in devices
        "memtune" in memtune
        "memoryBacking" in memory_backing
        "blkiotune" in blkiotune
        "vcpus" in vcpus
        "iothreadids" in iothreadids
        "cputune" in cputune
        "idmap" in idmap
        "pm" in pm
        "perf" in perf
        "keywrap" in keywrap
        "clock" in clock
        "os" in os
    }
}

/// Further `<hugepages>` within the block.
fn merge_hugepages(domain: &mut Domain, cx: &mut Context) {
    if let Some(backing) = &mut domain.memory_backing {
        merge_into(&mut backing.hugepages, "hugepages", &mut backing.xml, cx);
    }
}

fn merge_features(domain: &mut Domain, cx: &mut Context) {
    if let Some(features) = &mut domain.features
        && features.tidy()
    {
        cx.rewrote(&features.xml, "of a feature that stands twice the last counts");
    }
}
