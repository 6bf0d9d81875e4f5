//! What several chapters know.

use domxml_runtime::{Content, given};

use crate::rule::kinds::numbers;

/// The attributes that tune the transport of virtio, at whatever device.
pub(super) const VIRTIO_OPTIONS: [&str; 4] = ["iommu", "ats", "packed", "page_per_vq"];

/// Why unfiltered SCSI commands are refused, of a disk and of a unit of the host.
pub(super) const UNFILTERED: &str = "no kernel lets unfiltered SCSI commands pass: leave out sgio='unfiltered'";

/// The first of these that is given on a driver.
pub(super) fn virtio_option(driver: &dyn Content) -> Option<&'static str> {
    given(driver).into_iter().find(|name| VIRTIO_OPTIONS.contains(name))
}

/// Whether an element gives a number that is not 0.
pub(super) fn says_number(content: &dyn Content) -> bool {
    numbers(content).iter().any(|(_, number)| *number != 0)
}
