//! Rules about the other devices.

mod iommu;
mod memory;
mod others;
mod rng;
mod shmem;
mod tpm;

use crate::rule::{OldRule, Rule};

/// The rules that are not written as rows yet, in the order in which they run.
static RULES: &[&OldRule] = &[&memory::CONTRADICTIONS, &memory::ACCESS, &memory::SIZES, &memory::EMPTY];

/// The sections that are, behind them.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [others::rules(), iommu::rules(), shmem::rules(), tpm::rules(), rng::rules()];
    super::old(RULES).into_iter().chain(sections.into_iter().flatten()).collect()
}
