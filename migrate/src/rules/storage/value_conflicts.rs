//! Values that libvirt refuses, or misses: `storage-value-invalid`, `secret-unidentified`.

use domxml::{
    Acpi, DeviceBoot, DiskAuthSecret, DiskDriver, DiskReconnect, DiskReservations, DiskSourceNetwork,
    DiskSourceNetworkProtocol as Protocol, DiskSourceNvme, Domain, EncryptionSecret, YesNo, walk,
};

use crate::rule::{Context, OldRule as Rule};
use crate::rules::common::conflict;

pub(super) static VALUE: Rule = conflict(
    "storage-value-invalid",
    "a number must not be 0, or something that goes with a switch is missing",
    "The I/O thread of a disk, the namespace of an NVMe controller, the boot order and the ACPI index of a device count from 1. A \
     connection that is made again needs a time-out, reservations that libvirt does not manage the socket of their helper. The \
     name of an RBD or Gluster image has a pool or volume, a slash and the image.",
    "<devices><disk type='file' device='disk'><driver name='qemu' iothread='0'/><source file='/a'/>\
     <target dev='vda' bus='virtio'/></disk></devices>",
    check_values,
);

pub(super) static SECRET: Rule = conflict(
    "secret-unidentified",
    "a secret is named by UUID or by usage",
    "Credentials and encryption refer to a secret that libvirt keeps, by its UUID or by its usage; libvirt refuses a secret with \
     neither and one with both.",
    "<devices><disk type='file' device='disk'><source file='/a'><encryption format='luks'><secret type='passphrase'/></encryption>\
     </source><target dev='vda' bus='virtio'/></disk></devices>",
    check_secrets,
);

fn check_values(domain: &mut Domain, cx: &mut Context) {
    walk(domain, &mut |any| {
        if let Some(driver) = any.downcast_ref::<DiskDriver>() {
            if driver.iothread == Some(0) {
                cx.error(&driver.xml, "I/O threads count from 1");
            }
        } else if let Some(source) = any.downcast_ref::<DiskSourceNvme>() {
            if source.namespace.0 == 0 {
                cx.error(&source.xml, "namespaces count from 1");
            }
        } else if let Some(reconnect) = any.downcast_ref::<DiskReconnect>() {
            if reconnect.enabled == Some(YesNo::Yes) && reconnect.timeout.is_none() {
                cx.error(&reconnect.xml, "a connection that is made again needs a time-out");
            }
        } else if let Some(reservations) = any.downcast_ref::<DiskReservations>() {
            if reservations.managed == Some(YesNo::No) && reservations.source.is_none() {
                cx.error(
                    &reservations.xml,
                    "reservations that libvirt does not manage need the socket of their helper",
                );
            }
        } else if let Some(source) = any.downcast_ref::<DiskSourceNetwork>() {
            let pooled = matches!(source.protocol, Protocol::Rbd(_) | Protocol::Gluster(_));
            if pooled && source.name.as_ref().is_none_or(|name| name.find('/').is_none_or(|at| at == 0)) {
                cx.error(&source.xml, "the name has a pool or volume, a slash and the image");
            }
        } else if let Some(boot) = any.downcast_ref::<DeviceBoot>() {
            if boot.order == 0 {
                cx.error(&boot.xml, "the boot order counts from 1");
            }
        } else if let Some(acpi) = any.downcast_ref::<Acpi>()
            && acpi.index == Some(0)
        {
            cx.error(&acpi.xml, "ACPI indexes count from 1");
        }
    });
}

fn check_secrets(domain: &mut Domain, cx: &mut Context) {
    walk(domain, &mut |any| {
        let (uuid, usage, xml) = if let Some(secret) = any.downcast_ref::<DiskAuthSecret>() {
            (secret.uuid.is_some(), secret.usage.is_some(), &secret.xml)
        } else if let Some(secret) = any.downcast_ref::<EncryptionSecret>() {
            (secret.uuid.is_some(), secret.usage.is_some(), &secret.xml)
        } else {
            return;
        };
        if uuid == usage {
            cx.error(
                xml,
                if uuid { "a secret has a UUID or a usage, not both" } else { "a secret needs a UUID or a usage" },
            );
        }
    });
}
