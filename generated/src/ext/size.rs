//! Sizes with units, in bytes.

use crate::bindings::{
    ControllerPciHole64, CurrentMemory, DiskMetadataCacheMaxSize, FilesystemHardLimit, FilesystemSoftLimit,
    HptMaxPageSize, MaxMemory, Memory, MemoryDeviceAlignsize, MemoryDeviceBlock, MemoryDeviceCurrent,
    MemoryDeviceLabelSize, MemoryDevicePagesize, MemoryDeviceRequested, MemoryDeviceSize, MemtuneHardLimit,
    MemtuneMinGuarantee, MemtuneSoftLimit, MemtuneSwapHardLimit, PstoreSize, ShmemSize, SmmTseg, TcgTbCache,
};
use crate::scalar::MemoryUnit;
use domxml_runtime::{Content, Scalar};

/// A number of units; without a unit, of those that the schema states as the default, and of bytes where it states none.
fn bytes(element: &dyn Content, number: u64, unit: Option<MemoryUnit>) -> Option<u64> {
    let unit = unit.unwrap_or_else(|| {
        let default = element.info().attribute("", "unit").and_then(|attribute| attribute.default);
        default.and_then(|default| MemoryUnit::parse(default.value).ok()).unwrap_or(MemoryUnit::Bytes)
    });
    number.checked_mul(unit.bytes())
}

macro_rules! sizes {
    ($($ty:ident)*) => {$(
        impl $ty {
            /// The size in bytes; none if that is more than 64 bits hold.
            #[must_use]
            pub fn bytes(&self) -> Option<u64> {
                bytes(self, self.value, self.unit)
            }
        }
    )*};
}

sizes! {
    ControllerPciHole64 CurrentMemory DiskMetadataCacheMaxSize FilesystemHardLimit FilesystemSoftLimit HptMaxPageSize
    MaxMemory Memory MemoryDeviceAlignsize MemoryDeviceBlock MemoryDeviceCurrent MemoryDeviceLabelSize MemoryDevicePagesize
    MemoryDeviceRequested MemoryDeviceSize MemtuneHardLimit MemtuneMinGuarantee MemtuneSoftLimit MemtuneSwapHardLimit
    PstoreSize ShmemSize SmmTseg TcgTbCache
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_defaults() {
        let bytes = |text: &str| Memory::from_xml(text).expect("a size").bytes();
        assert_eq!(bytes("<memory>4</memory>"), Some(4096));
        assert_eq!(bytes("<memory unit='b'>4</memory>"), Some(4));
        assert_eq!(bytes("<memory unit='GB'>4</memory>"), Some(4_000_000_000));
        assert_eq!(bytes("<memory unit='EiB'>16</memory>"), None);
    }
}
