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

pub(super) use input::{assumed_bus, said_bus};

// In the order in which they run within a phase.
files![
    parts socket graphics_spice_noport_listen_none listen graphics_port_minus1 ports video_models_merged video_refused
    video_primary_reorder video input sound
];
