//! Serial ports, consoles, channels and what stands behind them. Rows by section; algorithms in files named for their rules.

mod backends;
mod channel;
mod chardev_tcp_wiremode;
mod console;
mod console_source_differs_from_serial;
mod console_tty_attr;
mod contradictions;
mod ports;

use crate::rule::Rule;

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [
        vec![contradictions::rule(), chardev_tcp_wiremode::rule()],
        channel::rules(),
        backends::rules(),
        ports::rules(),
        console::rules(),
        vec![console_tty_attr::rule()],
    ];
    sections.into_iter().flatten().collect()
}
