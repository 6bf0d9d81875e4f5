//! Rules about graphics, video, sound and input. Rows by section; algorithms in files named for their rules.

mod graphics_port_minus1;
mod graphics_spice_noport_listen_none;
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

use crate::rule::Rule;

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [
        parts::rules(),
        socket::rules(),
        listen::rules(),
        socket::later_rules(),
        graphics_port_minus1::rules(),
        graphics_spice_noport_listen_none::rules(),
        ports::rules(),
        listen::later_rules(),
        video_models_merged::rules(),
        video_refused::rules(),
        video_primary_reorder::rules(),
        video::rules(),
        input::rules(),
        sound::rules(),
    ];
    sections.into_iter().flatten().collect()
}
