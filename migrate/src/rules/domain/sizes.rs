//! Sizes of memory: `memory-unit-scaled`, `memory-too-large`, `number-with-blanks`.

use domxml::scalar::MemoryUnit;
use domxml::{Domain, NumaInterconnectsItem};
use domxml_runtime::Extra;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, kib, raw_text};

pub(super) static SCALED: Rule = Rule {
    id: "memory-unit-scaled",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "sizes of memory are counted in KiB",
    doc: "libvirt takes sizes of memory in any unit, rounds them up to whole KiB and writes these. Profile `modern` leaves the \
          unit that was chosen.",
    example: Example {
        before: "<memory unit='GiB'>1</memory><currentMemory unit='MB'>500</currentMemory>",
        after: "<memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>488282</currentMemory>",
    },
    apply: scale,
};

pub(super) static TOO_LARGE: Rule = Rule {
    id: "memory-too-large",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a size of memory has more bytes than libvirt counts",
    doc: "A size of memory that comes to 2^63 bytes or more is refused by libvirt.",
    example: Example { before: "<memory unit='EiB'>99</memory>", after: "<memory unit='EiB'>99</memory>" },
    apply: refuse_large,
};

pub(super) static BLANKS: Rule = Rule {
    id: "number-with-blanks",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "blanks behind a number",
    doc: "libvirt refuses blanks and line breaks behind the number of a size of memory or of `<vcpu>`, although its schema \
          takes them.",
    example: Example {
        before: "<memory unit='KiB'> 1048576 </memory>",
        after: "<memory unit='KiB'> 1048576 </memory>",
    },
    apply: refuse_blanks,
};

/// A size somewhere in the domain.
struct Size<'a> {
    name: &'static str,
    value: &'a mut u64,
    unit: &'a mut Option<MemoryUnit>,
    xml: &'a Extra,
    /// Whether the number is the text of the element.
    in_text: bool,
}

macro_rules! sizes {
    ($see:ident: $($name:literal in $elements:expr),* $(,)?) => {$(
        for element in $elements.iter_mut() {
            let (value, unit) = (&mut element.value, &mut element.unit);
            $see(Size { name: $name, value, unit, xml: &element.xml, in_text: true });
        }
    )*};
}

/// The sizes outside of `<devices>`.
fn each_size(domain: &mut Domain, see: &mut dyn FnMut(Size<'_>)) {
    sizes! { see:
        "maxMemory" in domain.max_memory,
        "memory" in domain.memory,
        "currentMemory" in domain.current_memory,
    }
    if let Some(memtune) = &mut domain.memtune {
        sizes! { see:
            "hard_limit" in memtune.hard_limit,
            "soft_limit" in memtune.soft_limit,
            "min_guarantee" in memtune.min_guarantee,
            "swap_hard_limit" in memtune.swap_hard_limit,
        }
    }
    if let Some(features) = &mut domain.features {
        if let Some(hpt) = &mut features.hpt {
            sizes! { see: "maxpagesize" in hpt.maxpagesize }
        }
        if let Some(tcg) = &mut features.tcg {
            sizes! { see: "tb-cache" in tcg.tb_cache }
        }
    }
    for page in
        domain.memory_backing.iter_mut().flat_map(|backing| &mut backing.hugepages).flat_map(|huge| &mut huge.page)
    {
        let (value, unit) = (&mut page.size, &mut page.unit);
        see(Size { name: "size", value, unit, xml: &page.xml, in_text: false });
    }
    for cell in domain.cpu.iter_mut().flat_map(|cpu| &mut cpu.numa).flat_map(|numa| &mut numa.cell) {
        let (value, unit) = (&mut cell.memory, &mut cell.unit);
        see(Size { name: "memory", value, unit, xml: &cell.xml, in_text: false });
    }
}

fn scale(domain: &mut Domain, cx: &mut Context) {
    each_size(domain, &mut |size| {
        if size.unit.is_none_or(|unit| unit == MemoryUnit::KiB) {
            return;
        }
        let Some(scaled) = kib(*size.value, *size.unit) else { return };
        let before = format!("{} {}", size.value, size.unit.unwrap_or_default());
        (*size.value, *size.unit) = (scaled, Some(MemoryUnit::KiB));
        cx.rewrote(size.xml, format!("{} in KiB", size.name)).becomes(before, format!("{scaled} KiB"));
    });
    let numa = domain.cpu.iter_mut().flat_map(|cpu| &mut cpu.numa);
    for item in numa.flat_map(|numa| &mut numa.interconnects).flat_map(|interconnects| &mut interconnects.items) {
        let NumaInterconnectsItem::Bandwidth(bandwidth) = item else { continue };
        if bandwidth.unit == MemoryUnit::KiB {
            continue;
        }
        let scaled = kib(bandwidth.value.into(), Some(bandwidth.unit)).and_then(|scaled| u32::try_from(scaled).ok());
        let Some(scaled) = scaled else { continue };
        let before = format!("{} {}", bandwidth.value, bandwidth.unit);
        (bandwidth.value, bandwidth.unit) = (scaled, MemoryUnit::KiB);
        cx.rewrote(&bandwidth.xml, "bandwidth in KiB").becomes(before, format!("{scaled} KiB"));
    }
}

fn refuse_large(domain: &mut Domain, cx: &mut Context) {
    each_size(domain, &mut |size| {
        if kib(*size.value, *size.unit).is_none() {
            let unit = size.unit.unwrap_or_default();
            cx.error(size.xml, format!("{} of {} {unit} is too large", size.name, size.value));
        }
    });
}

fn refuse_blanks(domain: &mut Domain, cx: &mut Context) {
    let source = cx.source;
    let mut check = |name: &str, xml: &Extra| {
        if raw_text(source, xml).is_some_and(|text| text.ends_with([' ', '\t', '\n', '\r'])) {
            cx.error(xml, format!("libvirt refuses the blanks behind the number in <{name}>"));
        }
    };
    if let Some(vcpu) = &domain.vcpu {
        check("vcpu", &vcpu.xml);
    }
    each_size(domain, &mut |size| {
        if size.in_text {
            check(size.name, size.xml);
        }
    });
}
