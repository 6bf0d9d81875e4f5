//! `dommigrate`: batch upgrades of libvirt domain XML from legacy forms to the current canonical form.
//!
//! [`engine`] turns text into text: it reads a document into the types of [`domxml`], lets [`rules`] change it, and prints it. What
//! stands around it is files (`collect`, `input`, `output`), many of them (`batch`), and saying what happened ([`report`]).
//!
//! No name, order, cardinality, default or version of the format is known here: these are the schema's. A rule names elements
//! where its logic is about them.
//!
//! Programs judge a domain by [`Checker`]; with `default-features = false` that is all there is, without the command and its dependencies.
//! What else is public is so for the project's own measures, and changes with any version.

// What only the command asks for.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

#[cfg(feature = "cli")]
mod batch;
mod checker;
mod claim;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
mod collect;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod config;
#[cfg(feature = "cli")]
pub mod drift;
pub mod engine;
pub mod features;
pub mod finding;
#[cfg(feature = "cli")]
mod holder;
pub mod host;
#[cfg(feature = "cli")]
mod input;
pub mod judgement;
mod locate;
#[cfg(feature = "cli")]
mod lsp;
mod machine;
pub mod meaning;
mod namespace;
pub mod options;
#[cfg(feature = "cli")]
mod output;
#[cfg(feature = "cli")]
mod patch;
#[cfg(feature = "cli")]
mod patterns;
#[cfg(feature = "cli")]
mod reference;
#[cfg(feature = "cli")]
pub mod report;
#[macro_use]
pub mod rule;
pub mod rules;
#[cfg(feature = "cli")]
mod sink;
mod suppress;
#[cfg(feature = "cli")]
pub mod verify;

pub use checker::{Checked, Checker};
#[cfg(feature = "cli")]
pub use commands::run;
pub use options::Driver;
#[cfg(feature = "cli")]
pub use sink::{complain, lost};
