//! `storage-size-units`.

use domxml::scalar::MemoryUnit;
use domxml::{
    ControllerPciHole64, DiskBackingStore, DiskDataStore, DiskDriver, DiskFormat, DiskMetadataCache, DiskMirror,
    Domain, Extra, FilesystemHardLimit, FilesystemSoftLimit, FilesystemSourceRam, walk_mut,
};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static RULE: Rule = Rule {
    id: "storage-size-units",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "sizes of the storage chapter stand in libvirt's units",
    doc: "libvirt reads sizes in any unit and writes each in one of its own: space limits of file systems and metadata caches of disks \
          in bytes, file systems in memory in whole KiB (what is over is cut off), the PCI hole of a controller in KiB, \
          rounded up. Profile `modern` keeps the unit of the author.",
    example: Example {
        before: "<devices><filesystem type='ram' accessmode='passthrough'><source usage='10' units='MiB'/><target dir='/b'/>\
                 </filesystem></devices>",
        after: "<devices><filesystem type='ram' accessmode='passthrough'><source usage='10240' units='KiB'/><target dir='/b'/>\
                </filesystem></devices>",
    },
    apply,
};

/// Rewrites a size; a size too large for the unit is an error.
fn scale(
    value: &mut u64,
    unit: &mut Option<MemoryUnit>,
    usual: MemoryUnit,
    to: MemoryUnit,
    up: bool,
    xml: &Extra,
    cx: &mut Context,
) {
    let from = unit.unwrap_or(usual);
    if from == to {
        return;
    }
    let Some(bytes) = value.checked_mul(from.bytes()) else {
        cx.error(xml, format!("{value} {from} are too large"));
        return;
    };
    let scaled = if up { bytes.div_ceil(to.bytes()) } else { bytes / to.bytes() };
    let before = format!("{value} {from}");
    (*value, *unit) = (scaled, Some(to));
    cx.rewrote(xml, format!("libvirt writes the size in {to}")).becomes(before, format!("{scaled} {to}"));
}

fn cache(cache: &mut Option<DiskMetadataCache>, cx: &mut Context) {
    let Some(DiskMetadataCache { max_size, .. }) = cache else { return };
    if let Some(size) = max_size {
        scale(&mut size.value, &mut size.unit, MemoryUnit::Bytes, MemoryUnit::Bytes, true, &size.xml, cx);
    }
    if let Some(gone) = max_size.take_if(|size| size.value == 0) {
        cx.rewrote(&gone.xml, "a cache of 0 is the usual one").becomes("<max_size>", "");
    }
}

fn format(format: &mut DiskFormat, cx: &mut Context) {
    cache(&mut format.metadata_cache, cx);
}

fn apply(domain: &mut Domain, cx: &mut Context) {
    use MemoryUnit::{Bytes, KiB};
    walk_mut(domain, &mut |any| {
        if let Some(limit) = any.downcast_mut::<FilesystemHardLimit>() {
            scale(&mut limit.value, &mut limit.unit, Bytes, Bytes, true, &limit.xml, cx);
        } else if let Some(limit) = any.downcast_mut::<FilesystemSoftLimit>() {
            scale(&mut limit.value, &mut limit.unit, Bytes, Bytes, true, &limit.xml, cx);
        } else if let Some(ram) = any.downcast_mut::<FilesystemSourceRam>() {
            scale(&mut ram.usage, &mut ram.units, KiB, KiB, false, &ram.xml, cx);
        } else if let Some(hole) = any.downcast_mut::<ControllerPciHole64>() {
            scale(&mut hole.value, &mut hole.unit, KiB, KiB, true, &hole.xml, cx);
        } else if let Some(driver) = any.downcast_mut::<DiskDriver>() {
            cache(&mut driver.metadata_cache, cx);
        } else if let Some(store) = any.downcast_mut::<DiskBackingStore>() {
            store.format.iter_mut().for_each(|it| format(it, cx));
        } else if let Some(store) = any.downcast_mut::<DiskDataStore>() {
            format(&mut store.format, cx);
        } else if let Some(mirror) = any.downcast_mut::<DiskMirror>() {
            mirror.format.iter_mut().for_each(|it| format(it, cx));
        }
    });
}
