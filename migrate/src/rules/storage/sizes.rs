//! Sizes: `storage-size-units`.

use domxml::scalar::MemoryUnit;

use crate::rules::prelude::*;

const BYTES: Scale = Scale { assumed: MemoryUnit::Bytes, written: MemoryUnit::Bytes, up: true };
const WHOLE_KIB: Scale = Scale { up: false, ..KIB };

rules![
    rule("storage-size-units", Class::Spelling)
        .summary("sizes of the storage chapter stand in libvirt's units")
        .doc(
            "libvirt reads sizes in any unit and writes each in one of its own: space limits of file systems and \
             metadata caches of disks in bytes, file systems in memory in whole KiB (what is over is cut off). Profile \
             `modern` keeps the unit of the author.",
        )
        .example(
            "<devices><filesystem type='ram' accessmode='passthrough'><source usage='10' units='MiB'/><target \
             dir='/b'/>\
             </filesystem></devices>",
            "<devices><filesystem type='ram' accessmode='passthrough'><source usage='10240' units='KiB'/><target \
             dir='/b'/>\
             </filesystem></devices>",
        )
        .row(unit(ByteSize::VALUE, ByteSize::UNIT, BYTES))
        .row(unit(FilesystemSourceRam::USAGE, FilesystemSourceRam::UNITS, WHOLE_KIB))
        .row(nothing(child(DiskMetadataCache::MAX_SIZE), |size| size.value == 0, "a cache of 0 is the usual one"))
        .row(refuse(|it: &ByteSize, _| too_large(it.value, it.unit, BYTES)).profiles(LIBVIRT))
        .row(refuse(|it: &FilesystemSourceRam, _| too_large(it.usage, it.units, KIB)).profiles(LIBVIRT)),
];

fn too_large(value: u64, unit: Option<MemoryUnit>, scale: Scale) -> Option<String> {
    let from = unit.unwrap_or(scale.assumed);
    let overflows = from != scale.written && value.checked_mul(from.bytes()).is_none();
    overflows.then(|| format!("{value} {from} are too large: give a smaller size"))
}
