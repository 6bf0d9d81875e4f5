//! Network interfaces. Rows by section; algorithms in files named for their rules.

mod bandwidth;
mod card;
mod interface;
mod interface_route_invalid;
mod ip;
mod link;
mod virtualport;

use crate::rule::Rule;

/// What libvirt refuses stands first; then the facts.
pub(super) fn rules() -> Vec<Rule> {
    let refused = vec![
        virtualport::refused(),
        bandwidth::rule(),
        link::places(),
        link::vhostuser(),
        link::sources(),
        card::refused(),
        ip::refused(),
        interface_route_invalid::rule(),
        link::native(),
    ];
    let facts = [vec![virtualport::identifiers(), ip::family()], link::rules(), card::rules()];
    refused.into_iter().chain(facts.into_iter().flatten()).collect()
}
