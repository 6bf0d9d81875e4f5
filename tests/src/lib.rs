//! Conformance tests across the crates: the material beside the checkout, the oracles, the lists of known failures.
//!
//! `cargo run -p domxml-tests -- MEASURE` prints one measure; `cargo test -p domxml-tests` holds every measure to its list.

pub mod against;
pub mod corpus;
pub mod coverage;
pub mod data;
pub mod drift;
#[cfg(unix)]
pub mod fault_rows;
#[cfg(unix)]
pub mod faults;
pub mod findings;
pub mod fuzz;
#[cfg(unix)]
pub mod growth;
pub mod hosts;
pub mod judge;
pub mod known;
pub mod libvirtxml;
pub mod lines;
mod measure;
pub mod measures;
pub mod oldest;
pub mod oracle;
pub mod order;
pub mod own;
pub mod pairs;
pub mod qemu;
pub mod registry;
pub mod strewn;
pub mod today;
pub mod unknown;
pub mod variants;
