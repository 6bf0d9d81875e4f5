//! Rules about graphics, video, sound and input.

mod input;
mod listen;
mod parts;
mod ports;
mod servers;
mod socket;
mod sound;
mod video;
mod video_models_merged;
mod video_primary_reorder;
mod video_refused;

use crate::rule::{OldRule, Rule};

/// The rules that are not written as rows yet, in the order in which they run.
static RULES: &[&OldRule] = &[
    &parts::CONTRADICTIONS,
    // What the attributes say must be held against the elements before anything takes their place.
    &listen::ATTRIBUTE,
    &socket::ATTRIBUTE,
    &socket::OVER_ADDRESS,
    &socket::SPICE_FILLS,
    &socket::SPICE,
    &socket::SPICE_LIBVIRT,
    &listen::COPY,
    &listen::IGNORED,
    &ports::UNREADABLE,
    &ports::MINUS_ONE,
    &ports::NOWHERE,
    &ports::ONE_MINUS_ONE,
    &ports::NUMBER_LOST,
    &ports::AUTOPORT,
    &listen::DEFAULT,
    &ports::LIBVIRT_FORM,
    &socket::DROPS_PORT,
    &parts::PASSWORD,
    &parts::CHANNELS,
    &parts::EMPTY,
];

/// The sections that are, behind them.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [
        video_models_merged::rules(),
        video_refused::rules(),
        video::rules(),
        video_primary_reorder::rules(),
        input::rules(),
        sound::rules(),
    ];
    super::old(RULES).into_iter().chain(sections.into_iter().flatten()).collect()
}
