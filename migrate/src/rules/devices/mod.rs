//! Rules about the other devices.

mod iommu;
mod memory;
mod others;
mod rng;
mod shmem;
mod tpm;

use crate::rule::Rule;

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [others::rules(), iommu::rules(), shmem::rules(), tpm::rules(), memory::rules(), rng::rules()];
    sections.into_iter().flatten().collect()
}
