//! Rules about graphics, video, sound and input.

mod input;
mod listen;
mod parts;
mod ports;
mod servers;
mod socket;
mod sound;
mod video;
mod video_models;

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
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
    &video_models::RULE,
    &video::CONTRADICTIONS,
    &video::IMPLICIT,
    &video::TYPE,
    &video::PRIMARY,
    &video::NONE,
    &video::MEMORY,
    &video::POWER_OF_TWO,
    &video::EMPTY_DRIVER,
    &input::CONTRADICTIONS,
    &input::BUS,
    &input::DRIVER,
    &sound::CONTRADICTIONS,
    &sound::STREAMS,
    &sound::UNREAD,
    &sound::EMPTY,
];
