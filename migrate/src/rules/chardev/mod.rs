//! Serial ports, consoles, channels and what stands behind them. Rows by section; algorithms in files named for their rules.

mod backends;
mod channel;
mod chardev_tcp_wiremode;
mod console;
mod console_source_differs_from_serial;
mod console_tty_attr;
mod contradictions;
mod ports;

// In the order in which they run within a phase.
files![
    contradictions chardev_tcp_wiremode channel backends ports console console_source_differs_from_serial
    console_tty_attr
];
