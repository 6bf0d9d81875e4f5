//! Rules about processors, their tuning and NUMA.

mod cputune;
mod iothreads;
mod model;
mod numa;
mod numatune;
mod resctrl;
mod unread;
mod vcpu;

use crate::rule::Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &vcpu::CONFLICT,
    &iothreads::CONFLICT,
    &cputune::CONFLICT,
    &resctrl::CONFLICT,
    &numatune::CONFLICT,
    &model::CONFLICT,
    &numa::CONFLICT,
    &unread::RULE,
    &vcpu::ABSENT,
    &numatune::MODE,
    &numatune::EMPTY,
    &numatune::PLACEMENT,
    &numatune::STATIC,
    &numatune::SETS_VCPU,
    &numatune::ADDED,
    &numatune::NODESET,
    &numatune::ORDER,
    &vcpu::AUTO_CPUSET,
    &vcpu::CPUSET_ALL,
    &vcpu::CURRENT,
    &vcpu::HOTPLUGGABLE,
    &vcpu::COMPLETE,
    &iothreads::PARTIAL,
    &iothreads::COUNT,
    &cputune::VCPUPIN,
    &cputune::IOTHREADPIN,
    &cputune::VCPUSCHED,
    &cputune::IOTHREADSCHED,
    &resctrl::CACHETUNE,
    &resctrl::MEMORYTUNE,
    &resctrl::ENERGYTUNE,
    &resctrl::MONITOR,
    &model::VENDOR_ID,
    &model::MATCH_DEFAULT,
    &model::WITHOUT_MODEL,
    &model::FALLBACK,
    &model::PASSTHROUGH,
    &numa::IDS,
    &numa::ORDER,
    &numa::DISTANCES,
    &numa::CACHE_UNITS,
];
