//! What the rules of the chapter share.

use domxml::{Domain, Hostdev, HostdevMode, HostdevModeSubsystem};

/// The host devices of a domain.
pub(super) fn hostdevs(domain: &mut Domain) -> &mut [Hostdev] {
    domain.devices.as_mut().map_or(&mut [], |devices| &mut devices.hostdev)
}

/// What a device on a bus of the host has.
pub(super) fn subsystem(hostdev: &mut Hostdev) -> Option<&mut HostdevModeSubsystem> {
    match &mut hostdev.mode {
        HostdevMode::Subsystem(members) => Some(members),
        HostdevMode::Capabilities(_) => None,
    }
}
