//! Devices of the host, redirected devices, and addresses as far as they are those of hosts. Rows by section; algorithms in files
//! named for their rules.

mod hostdev_duplicate;
mod numbers;
mod redirdev;
mod refused;
mod source;

use crate::rule::Rule;

/// What libvirt refuses stands first; then the facts.
pub(super) fn rules() -> Vec<Rule> {
    let sections = [
        refused::rules(),
        vec![hostdev_duplicate::rule()],
        redirdev::refused(),
        numbers::rules(),
        source::rules(),
        vec![redirdev::channel()],
    ];
    sections.into_iter().flatten().collect()
}
