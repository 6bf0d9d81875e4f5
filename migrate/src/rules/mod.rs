//! The rules, by chapter of the format; and their registry.

mod advice;
mod chardev;
mod common;
mod cpu;
mod devices;
mod domain;
mod graphics;
mod host;
mod hostdev;
mod live;
mod network;
mod prelude;
mod qemu;
mod security;
mod storage;

pub(crate) use domain::{FOREIGN_EXTENSION, foreign_extension};
pub(crate) use live::COMMENTS_DROPPED;

use std::sync::LazyLock;

use crate::rule::Rule;
pub use crate::rule::selection::{Selected, is_known, is_of_class, near, select};

/// The rules of a file.
type Table = &'static [fn() -> Rule];

/// Chapter by chapter. Within a phase the rules run in this order; where it matters a row says so.
static CHAPTERS: [&[Table]; 13] = [
    qemu::FILES,
    host::FILES,
    advice::FILES,
    live::FILES,
    domain::FILES,
    cpu::FILES,
    storage::FILES,
    network::FILES,
    chardev::FILES,
    graphics::FILES,
    hostdev::FILES,
    devices::FILES,
    security::FILES,
];

static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| CHAPTERS.into_iter().flatten().copied().flatten().map(|rule| rule()).collect());

/// Every rule, in the order in which they run.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter()
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}
