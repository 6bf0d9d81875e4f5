//! Rules about the other devices.

mod iommu;
mod memory;
mod others;
mod rng;
mod shmem;
mod tpm;

// In the order in which they run within a phase.
files![others iommu shmem tpm memory rng];
