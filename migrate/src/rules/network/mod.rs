//! Rules about interfaces.

mod conflicts;
mod driver;
mod filterref;
mod generated;
mod ip;
mod target;
mod util;
mod vlan;

use crate::rule::OldRule as Rule;

/// In the order in which they run.
pub(super) static RULES: &[&Rule] = &[
    &conflicts::VIRTUALPORT,
    &conflicts::BANDWIDTH,
    &conflicts::PLACE,
    &conflicts::VHOSTUSER,
    &conflicts::SOURCE,
    &driver::OPTIONS,
    &ip::IP,
    &ip::ROUTE,
    &vlan::NATIVE,
    &generated::MAC,
    &generated::PORT,
    &ip::FAMILY,
    &vlan::TRUNK,
    &target::GENERATED,
    &target::SCRIPT,
    &target::USER_SOURCE,
    &driver::NONVIRTIO,
    &driver::VHOST,
    &driver::HOSTDEV,
    &filterref::UNSUPPORTED,
    &filterref::SORTED,
];
