//! Network interfaces. Rows by section; algorithms in files named for their rules.

mod bandwidth;
mod card;
mod interface;
mod interface_route_invalid;
mod ip;
mod link;
mod virtualport;

// In the order in which they run within a phase.
files![virtualport bandwidth link card ip interface_route_invalid];
