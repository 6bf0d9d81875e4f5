//! What the rules about character devices share.

use domxml::{
    ChannelTargetType, ChardevBackend, ConsoleTargetType, Devices, Domain, Extra, OsTypeValue, RngBackendModel,
    SmartcardMode,
};

/// The device that a back end stands behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A port of the guest.
    Port,
    /// A console that is the first serial port under another name: libvirt does not look at its back end.
    SerialCopy,
    /// A channel on virtio, which libvirt can make a socket for.
    VirtioChannel,
    /// A channel of Xen's, which libvirt can make a socket for.
    XenChannel,
    /// A channel to an address of the guest's network.
    Guestfwd,
    /// A redirected device, whose channel on D-Bus has a usual name.
    Redirdev,
    /// A smartcard or an entropy source.
    Other,
}

/// Whether the guest is fully virtualized: the only ones whose first console is a serial port.
pub(super) fn is_hvm(domain: &Domain) -> bool {
    domain.os.as_ref().is_some_and(|os| os.type_.value == OsTypeValue::Hvm)
}

/// Whether it is a console of the type `serial`, the default.
pub(super) fn is_serial(type_: Option<ConsoleTargetType>) -> bool {
    type_.is_none_or(|type_| type_ == ConsoleTargetType::Serial)
}

/// Whether the first console is the first serial port under another name.
pub(super) fn copies_serial(devices: &Devices, hvm: bool) -> bool {
    let first = devices.console.first();
    hvm && !devices.serial.is_empty()
        && first.is_some_and(|console| is_serial(console.target.as_ref().and_then(|target| target.type_)))
}

/// Calls `visit` with every back end of the domain, its device and the element it stands in.
pub(super) fn backends(domain: &mut Domain, mut visit: impl FnMut(&mut ChardevBackend, Owner, &Extra)) {
    let hvm = is_hvm(domain);
    let Some(devices) = &mut domain.devices else { return };
    let copy = copies_serial(devices, hvm);
    for card in &mut devices.smartcard {
        if let SmartcardMode::Passthrough(members) = &mut card.mode {
            visit(&mut members.type_, Owner::Other, &card.xml);
        }
    }
    for serial in &mut devices.serial {
        visit(&mut serial.type_, Owner::Port, &serial.xml);
    }
    for parallel in &mut devices.parallel {
        visit(&mut parallel.type_, Owner::Port, &parallel.xml);
    }
    for (at, console) in devices.console.iter_mut().enumerate() {
        let owner = if at == 0 && copy { Owner::SerialCopy } else { Owner::Port };
        visit(&mut console.type_, owner, &console.xml);
    }
    for channel in &mut devices.channel {
        let owner = match &channel.target.type_ {
            ChannelTargetType::Guestfwd(_) => Owner::Guestfwd,
            ChannelTargetType::Virtio(_) => Owner::VirtioChannel,
            ChannelTargetType::Xen(_) => Owner::XenChannel,
        };
        visit(&mut channel.type_, owner, &channel.xml);
    }
    for redirdev in &mut devices.redirdev {
        visit(&mut redirdev.type_, Owner::Redirdev, &redirdev.xml);
    }
    for rng in &mut devices.rng {
        if let RngBackendModel::Egd(members) = &mut rng.backend.model {
            visit(&mut members.type_, Owner::Other, &rng.xml);
        }
    }
}
