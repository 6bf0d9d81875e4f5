//! Rules about serial ports, consoles, channels and their back ends.

mod channel;
mod console;
mod contradictions;
mod devices;
mod ports;
mod source;
mod tty;
mod wiremode;

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &contradictions::RULE,
    &channel::GUESTFWD_OCTAL,
    &wiremode::RULE,
    &source::UNIX_PROTOCOL,
    &source::RECONNECT,
    &source::UNREAD,
    &source::UDP_ENDS,
    &source::TCP_PROTOCOL,
    &ports::SERIAL,
    &ports::PARALLEL,
    &ports::CONSOLE,
    &console::AS_SERIAL,
    &console::ADDS_CONSOLE,
    &console::SOURCE_DIFFERS,
    &console::COPY,
    &tty::RULE,
    &channel::GUESTFWD,
];
