//! What shares of the host's caches and bandwidth are for.

use domxml::Extra;
use domxml::scalar::CpuSet;

use crate::rule::Context;
use crate::rules::common::attribute;

/// Takes the members of a set away that there cannot be.
pub(super) fn keep_below(vcpus: &mut Option<CpuSet>, limit: u32, xml: &Extra, cx: &mut Context<'_>) {
    let Some(set) = vcpus.as_mut().filter(|set| set.iter().any(|id| id >= limit)) else { return };
    let kept = below(set, limit);
    cx.rewrote(xml, "libvirt leaves out CPUs that the guest cannot have")
        .becomes(attribute("vcpus", &*set), attribute("vcpus", &kept));
    *set = kept;
}

/// The members of a set that lie below a limit.
pub(super) fn below(set: &CpuSet, limit: u32) -> CpuSet {
    set.iter().filter(|id| *id < limit).collect()
}

/// What a share is for: the whole process, or the CPUs of a set that there can be.
pub(super) fn read(vcpus: Option<&CpuSet>, limit: u32) -> Option<CpuSet> {
    vcpus.map(|set| below(set, limit))
}

/// Whether a share is for CPUs of which there cannot be any; libvirt forgets it.
pub(super) fn for_none(vcpus: Option<&CpuSet>, limit: u32) -> bool {
    vcpus.is_some_and(|set| below(set, limit).is_empty())
}
