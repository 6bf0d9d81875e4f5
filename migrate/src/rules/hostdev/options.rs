//! What libvirt refuses of the options of host devices: `hostdev-option-type`, `hostdev-scsi-source`.

use domxml::{DiskAuthSecretType, Domain, HostdevModeSubsystem, HostdevSourceScsiProtocol, HostdevSubsystem, Payload};

use super::util::{hostdevs, subsystem};
use crate::rule::{Context, OldRule as Rule};
use crate::rules::common::{conflict, kept_attribute};

pub(super) static TYPE: Rule = conflict(
    "hostdev-option-type",
    "an option stands at a host device of another type",
    "`sgio` and `rawio` are for SCSI units of the host, `model` is for mediated devices and SCSI adapters. libvirt refuses them at any other host \
     device.",
    "<devices><hostdev mode='subsystem' type='pci' managed='yes' rawio='yes'><source>\
     <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
    check_options,
);

pub(super) static SCSI: Rule = conflict(
    "hostdev-scsi-source",
    "the source of a SCSI device of the host is incomplete or malformed",
    "An iSCSI target has exactly one server, and its secret is one of iSCSI. An adapter of vhost is named by `naa.` and 16 \
     hexadecimal digits. libvirt refuses anything else.",
    "<devices><hostdev mode='subsystem' type='scsi_host' managed='no'><source protocol='vhost' wwpn='5123456789abcde0'/></hostdev></devices>",
    check_scsi,
);

fn check_options(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        let Some(HostdevModeSubsystem { type_, .. }) = subsystem(hostdev) else { continue };
        // What the type takes is not among what is kept.
        let name = type_.value().unwrap_or_default();
        for option in ["sgio", "rawio", "model"] {
            if kept_attribute(&hostdev.xml, option).is_some() {
                cx.error(&hostdev.xml, format!("a host device of the type {name} has no {option}"));
            }
        }
    }
}

/// Whether it is the name of an adapter of vhost.
fn is_wwpn(text: &str) -> bool {
    text.strip_prefix("naa.").is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn check_scsi(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        let Some(HostdevModeSubsystem { type_, .. }) = subsystem(hostdev) else { continue };
        match type_ {
            HostdevSubsystem::Scsi(scsi) => {
                let HostdevSourceScsiProtocol::Iscsi(target) = &scsi.source.protocol else { continue };
                if target.host.len() != 1 {
                    cx.error(&scsi.source.xml, "an iSCSI target has one server");
                }
                if let Some(auth) = &target.auth
                    && auth.secret.type_ != DiskAuthSecretType::Iscsi
                {
                    cx.error(&auth.secret.xml, "the secret must be of the type 'iscsi'");
                }
            }
            HostdevSubsystem::ScsiHost(adapter) if !is_wwpn(&adapter.source.wwpn) => {
                cx.error(&adapter.source.xml, format!("'{}' is no name of an adapter", adapter.source.wwpn));
            }
            _ => {}
        }
    }
}
