//! Sizes of memory.

use domxml::scalar::MemoryUnit;

use crate::rules::prelude::*;

rules![
    rule("memory-too-large", Class::Conflict)
        .summary("a size of memory has more bytes than libvirt counts")
        .doc("A size of memory that comes to 2^63 bytes or more is refused by libvirt.")
        .finds("<memory unit='EiB'>99</memory>")
        .rows(each_type!([Memory MaxMemory MemorySize RequiredSize], too_large(Of::VALUE, Of::UNIT)))
        .row(too_large(Hugepage::SIZE, Hugepage::UNIT))
        .row(too_large(NumaCell::MEMORY, NumaCell::UNIT)),
    rule("memory-unit-scaled", Class::Spelling)
        .summary("sizes of memory are counted in KiB")
        .doc(
            "libvirt takes sizes of memory in any unit, those of memory devices, of the PCI hole of a controller and \
             of a store for crash messages too, rounds them up to whole KiB and writes these. Profile `modern` leaves \
             the unit that was chosen.",
        )
        .example(
            "<memory unit='GiB'>1</memory><currentMemory unit='MB'>500</currentMemory>",
            "<memory unit='KiB'>1048576</memory><currentMemory unit='KiB'>488282</currentMemory>",
        )
        .example(
            "<devices><memory model='dimm'><target><size unit='MiB'>512</size></target></memory></devices>",
            "<devices><memory model='dimm'><target><size unit='KiB'>524288</size></target></memory></devices>",
        )
        .rows(each_type!([Memory MaxMemory MemorySize RequiredSize], unit(Of::VALUE, Of::UNIT, KIB)))
        .row(unit(Hugepage::SIZE, Hugepage::UNIT, KIB))
        .row(unit(NumaCell::MEMORY, NumaCell::UNIT, KIB))
        .row(algorithm(bandwidth).phase(Phase::Write).profiles(LIBVIRT)),
];

fn too_large<T: Content + Described + Clone>(value: Key<T, u64>, unit: Key<T, Option<MemoryUnit>>) -> Draft<T> {
    refuse(move |size: &T, _| {
        let (number, unit) = (*value.get(size), *unit.get(size));
        let wrong = KIB.apply(number, unit).is_none();
        wrong.then(|| format!("{number} {} is too large: give a smaller size", unit.unwrap_or(KIB.assumed)))
    })
}

fn bandwidth(bandwidth: &mut NumaBandwidth, cx: &mut Context<'_>) {
    if bandwidth.unit == KIB.written {
        return;
    }
    let Some(scaled) = KIB.apply(bandwidth.value.0, Some(bandwidth.unit)) else { return };
    let before = format!("{} {}", bandwidth.value, bandwidth.unit);
    (bandwidth.value.0, bandwidth.unit) = (scaled, KIB.written);
    cx.rewrote(&bandwidth.xml, "bandwidth in KiB").becomes(before, format!("{scaled} KiB"));
}
