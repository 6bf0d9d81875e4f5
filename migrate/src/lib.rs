//! `dommigrate`: batch upgrades of libvirt domain XML from legacy forms to the current canonical form.
//!
//! [`engine`] turns text into text: it reads a document into the types of [`domxml`], lets [`rules`] change it, and prints it. What
//! stands around it is files ([`collect`], [`input`], [`output`]), many of them ([`batch`]), and saying what happened ([`report`]).
//!
//! No name, order, cardinality, default or version of the format is known here: these are the schema's. A rule names elements
//! where its logic is about them.

pub mod batch;
pub mod claim;
pub mod cli;
pub mod collect;
mod commands;
pub mod config;
pub mod drift;
pub mod engine;
pub mod features;
pub mod finding;
pub mod holder;
pub mod host;
pub mod input;
pub mod judgement;
pub mod locate;
mod lsp;
pub mod machine;
pub mod meaning;
pub mod options;
pub mod output;
pub mod patch;
pub mod patterns;
pub mod reference;
pub mod report;
pub mod rule;
pub mod rules;
pub mod suppress;
pub mod verify;

pub use commands::run;

/// Says what is wrong on standard error. Where that cannot be written to, there is nothing left to tell it.
pub fn complain(message: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "dommigrate: {message}");
}
