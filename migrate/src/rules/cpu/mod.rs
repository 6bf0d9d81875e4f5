//! Processors, their tuning and NUMA. Rows by section; algorithms in files named for their rules.

mod cachetune_order;
mod cells;
mod cpu_numa_distances_filled;
mod energytune_order;
mod interconnects;
mod iothreads;
mod memorytune_order;
mod numatune;
mod processor;
mod resctrl;
mod resctrl_conflict;
mod resctrl_monitor_vcpus;
mod sched_split;
mod tuning;
mod vcpus;
mod vcpus_complete;

use crate::rule::Rule;

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    let sections =
        [vcpus::rules(), iothreads::rules(), tuning::rules(), numatune::rules(), processor::rules(), cells::rules()];
    sections.into_iter().flatten().collect()
}
