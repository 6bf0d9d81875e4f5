//! Rules about the other devices.

mod iommu;
mod memory;
mod others;
mod rng;
mod shmem;
mod tpm;

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &others::CONTRADICTIONS,
    &iommu::CONFLICT,
    &shmem::CONTRADICTIONS,
    &tpm::CONTRADICTIONS,
    &memory::CONTRADICTIONS,
    &rng::RANDOM_DEVICE,
    &rng::NO_BYTES,
    &rng::UNREAD,
    &tpm::DEVICE,
    &tpm::UNREAD,
    &shmem::TRUNCATED,
    &shmem::MODEL,
    &shmem::SIZE,
    &memory::ACCESS,
    &memory::SIZES,
    &memory::EMPTY,
    &others::VSOCK,
    &others::BALLOON_NONE,
    &others::BALLOON_PERIOD,
    &others::EMPTY_DRIVER,
    &others::BARE_PANIC,
    &iommu::GRANULE,
];
