//! Devices of the host, redirected devices, and addresses as far as they are those of hosts. Rows by section; algorithms in files
//! named for their rules.

mod hostdev_duplicate;
mod numbers;
mod redirdev;
mod refused;
mod source;

// In the order in which they run within a phase.
files![refused hostdev_duplicate redirdev numbers source];
