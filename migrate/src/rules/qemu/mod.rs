//! What the QEMU driver refuses beyond what libvirt refuses for every driver. Rows by section.

mod channels;
mod cpu;
mod devices;
mod disk_options;
mod disk_places;
mod disks;
mod features;
mod graphics;
mod guest;
mod hyperv;
mod interfaces;
mod machine;
mod machine_devices;
mod memory;
mod overrides;
mod pci;
mod pci_addresses;
mod pci_plugs;
mod ports;
mod timers;
mod usb;
mod vcpus;

use domxml::{Console, Devices};
use domxml_runtime::{Content, Described, Key};

use crate::options::Driver;
use crate::rule::kinds::{refuse, refuse_in};
use crate::rule::place::Slot;
use crate::rule::row::Draft;
use crate::rule::scope::Scope;

// In the order in which they run within a phase.
files![
    features hyperv timers guest machine cpu memory vcpus disks disk_options disk_places pci pci_addresses pci_plugs usb
    overrides channels ports interfaces graphics devices machine_devices
];

/// The first console where it is the first serial port, too: what is said of it is not read.
fn unread_console(devices: &Devices) -> Option<&Console> {
    devices.consoles.first().filter(|_| !devices.serials.is_empty())
}

/// What the QEMU driver refuses, with the reason.
fn refused<T: Content + Described + Clone>(
    objection: impl Fn(&T, &Scope) -> Option<String> + Send + Sync + 'static,
) -> Draft<T> {
    refuse(objection).driver(Driver::Qemu)
}

/// As [`refused_where`], of the elements in one field, where those in others are of the same type.
fn refused_in<T, S>(
    field: Key<T, S>,
    condition: impl Fn(&Scope) -> bool + Send + Sync + 'static,
    reason: &'static str,
) -> Draft<T>
where
    T: Content + Described + Clone,
    S: Slot + 'static,
    S::Item: Content,
{
    refuse_in(field, move |_, scope| condition(scope).then_some(reason)).driver(Driver::Qemu)
}

/// What the QEMU driver refuses wherever a condition about the guest holds, for one reason.
fn refused_where<T: Content + Described + Clone>(
    condition: impl Fn(&Scope) -> bool + Send + Sync + 'static,
    reason: &'static str,
) -> Draft<T> {
    refuse(move |_: &T, scope| condition(scope).then_some(reason)).driver(Driver::Qemu)
}
