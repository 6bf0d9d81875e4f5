//! Processors, their tuning and NUMA. Rows by section; algorithms in files named for their rules.

mod cachetune_order;
mod cells;
mod cpu_numa_distances_filled;
mod energytune_order;
mod interconnects;
mod iothreads;
mod memorytune_order;
mod numatune;
pub(in crate::rules) mod processor;
mod resctrl;
mod resctrl_conflict;
mod resctrl_monitor_vcpus;
mod sched_split;
mod tuning;
mod vcpus;
mod vcpus_complete;

// In the order in which they run within a phase.
files![
    vcpus vcpus_complete iothreads tuning resctrl_conflict sched_split cachetune_order memorytune_order
    energytune_order resctrl_monitor_vcpus numatune processor cells interconnects cpu_numa_distances_filled
];
