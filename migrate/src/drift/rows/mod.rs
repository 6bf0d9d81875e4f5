//! The rows, by chapter.

mod addresses;
mod chardev;
mod controllers;
mod cpu;
mod devices;
mod firmware;
mod live;
mod machine;
mod network;
mod storage;
mod video;

use super::allowance::Allowance;

/// The chapters.
static CHAPTERS: [&[Allowance]; 11] = [
    machine::ROWS,
    cpu::ROWS,
    firmware::ROWS,
    controllers::ROWS,
    addresses::ROWS,
    devices::ROWS,
    storage::ROWS,
    network::ROWS,
    chardev::ROWS,
    video::ROWS,
    live::ROWS,
];

/// Every row, in the order in which they are asked.
pub fn all() -> impl Iterator<Item = &'static Allowance> {
    CHAPTERS.into_iter().flatten()
}

/// The row with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Allowance> {
    all().find(|row| row.id == id)
}
