//! What libvirt refuses of devices of the host.

use domxml::{
    HostdevScsiAdapterType as AdapterType, HostdevSubsystemMdevModel as MdevModel, HostdevSubsystemScsiSgio as Sgio,
};

use crate::rules::prelude::*;

const ONLY_USB: &str = "startupPolicy is for USB devices alone: leave it out";
const ROM: &str = "an option ROM that is turned off has neither bar nor file: leave them out, or set enabled='yes'";
const NO_VENDOR: &str = "0 is no number of a vendor: give that of the device";
const ONE: &str = "the address of a USB device has its number or its port, one of the two: leave out the other";
const NAMELESS: &str = "an adapter is told by its name: the other ways are those of storage pools; give name";
const ONE_HOST: &str = "an iSCSI target has one server: one <host>; leave the others out";
const SECRET: &str = "the secret of an iSCSI target is of the type 'iscsi': set that";
const STAYS: &str =
    "a device of the host is the transient one of a pair: set type='transient' and persistent, or leave out <teaming>";
const TOGETHER: &str = "a USB device is named by vendor and product together: add the one that is missing";

rules![
    rule("hostdev-sgio-unfiltered", Class::Conflict)
        .summary("a SCSI unit of the host asks for unfiltered commands")
        .doc(
            "`sgio='unfiltered'` asked the kernel of the host to let all SCSI commands of the guest pass. No kernel \
             but those of one vendor ever did, and libvirt refuses it.",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no' sgio='unfiltered'><source><adapter \
             name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
        )
        .row(refuse_where(HostdevSubsystemScsi::SGIO, |sgio, _| *sgio == Sgio::Unfiltered, UNFILTERED)),
    rule("hostdev-startup-policy-pci", Class::Conflict)
        .summary("a device of the host that is not on USB has a policy for its absence")
        .doc(
            "Only of a USB device may the configuration say what happens when it is missing; libvirt refuses \
             `startupPolicy` elsewhere."
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='pci' managed='no'><source startupPolicy='optional'>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source startupPolicy='optional'><adapter \
             name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
        )
        .row(refuse_where(HostdevSourcePci::STARTUP_POLICY, |_, _| true, ONLY_USB))
        .rows(each_type!([HostdevSourceScsi HostdevSourceScsiHost HostdevSourceMdev], refuse_if(ONLY_USB, |it: &Of, _| {
            kept_attribute(&it.xml, "startupPolicy").is_some()
        }))),
    rule("hostdev-teaming-persistent", Class::Conflict)
        .since(7, 1, 0)
        .summary("a device of the host stands in for another one as the one that stays")
        .doc(
            "Of a pair that stands in for each other the device of the host is the one that goes when the guest \
             migrates; libvirt refuses `type='persistent'` of it, and a pair with a device that is not of PCI."
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='1'/><product id='2'/></source>\
             <teaming type='transient' persistent='ua-a'/></hostdev></devices>",
        )
        .row(refuse_if("only a PCI device is one of a pair: leave out <teaming>", |it: &Hostdev, _| {
            kept_child(&it.xml, "teaming").is_some() && !matches!(subsystem(it), Some(HostdevSubsystem::Pci(_)))
        }))
        .finds(
            "<devices><hostdev mode='subsystem' type='pci' managed='no'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source><teaming type='persistent'/></hostdev></devices>",
        )
        .row(refuse_in(HostdevSubsystemPci::TEAMING, |it, _| (it.type_ == TeamingType::Persistent).then_some(STAYS))),
    rule("device-rom-disabled-tuned", Class::Conflict)
        .summary("an option ROM that is turned off is described nevertheless")
        .doc("`enabled='no'` says that the device has no option ROM. libvirt refuses `bar` and `file` beside it.")
        .finds(
            "<devices><hostdev mode='subsystem' type='pci' managed='no'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source><rom enabled='no' bar='on'/>\
             </hostdev></devices>",
        )
        .row(refuse_if(ROM, |it: &Rom, _| it.enabled == Some(YesNo::No) && (it.bar.is_some() || it.file.is_some()))),
    rule("hostdev-address-type", Class::Conflict)
        .summary("a device of the host is on a bus of the guest where it cannot be")
        .doc(
            "A PCI function shows on PCI, a USB device on USB, a SCSI unit on a SCSI bus, an adapter on PCI or in the \
             channel subsystem, a mediated device where its model belongs. libvirt refuses an address of another type.",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product \
             id='0xbeef'/></source>\
             <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></hostdev></devices>",
        )
        .finds(
            "<devices><interface type='hostdev'><source><address type='usb' bus='1' device='2'/></source>\
             <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></interface></devices>",
        )
        .row(refuse_at(Interface::ADDRESS, |it, _| {
            let source = branch::<InterfaceTypeHostdev>(&it.type_)?.source.address.as_ref()?.type_.known_value()?;
            let found = it.address.as_ref()?.type_.known_value().filter(|found| !["unassigned", source].contains(found))?;
            Some(format!("a device of the host that is on {source} has an address of this type, not {found}: leave it out, or set its type"))
        }))
        .row(refuse_at(Hostdev::ADDRESS, |it, _| {
            let (type_, found) = (subsystem(it)?, it.address.as_deref()?.type_.known_value()?);
            let fits: &[&str] = match type_ {
                HostdevSubsystem::Pci(_) => &["pci", "unassigned"],
                HostdevSubsystem::Usb(_) => &["usb"],
                HostdevSubsystem::Scsi(_) => &["drive"],
                HostdevSubsystem::ScsiHost(_) => &["pci", "ccw"],
                HostdevSubsystem::Mdev(mdev) => match mdev.model {
                    MdevModel::VfioPci => &["pci"],
                    MdevModel::VfioCcw => &["ccw"],
                    _ => return None,
                },
                _ => return None,
            };
            let type_ = type_.value().unwrap_or_default();
            (!fits.contains(&found)).then(|| {
                format!(
                    "the address of this {type_} device is of the type {}, not {found}: leave it out, or set its type",
                    fits.join(" or ")
                )
            })
        })),
    rule("hostdev-usb-ids-incomplete", Class::Conflict)
        .summary("a USB device of the host lacks one of its two numbers")
        .doc(
            "Vendor and product identify a USB device together. libvirt refuses one without the other, and a vendor 0. \
             Since 12.8.0 an address can name the port in place of the device, but not both.",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x0'/><product \
             id='0x1234'/></source>\
             </hostdev></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/></source>\
                </hostdev></devices>"
        )
        .finds(
            "<devices><interface type='hostdev'><source><address type='usb' bus='1' device='2'/><vendor id='0x1234'/>\
             </source></interface>\
             </devices>",
        )
        .finds(
            "<devices><interface type='hostdev'><source><address type='usb' bus='1' device='2'/><vendor id='0x0'/>\
             <product id='0x1'/></source>\
             </interface></devices>",
        )
        .row(refuse_if(TOGETHER, |it: &HostdevSourceUsb, _| it.vendor.is_some() != it.product.is_some()))
        .row(refuse_where(required(HostdevVendor::ID), |id, _| id.0 == 0, NO_VENDOR))
        // Without an address the source says nothing, and that is what is told; one of PCI hides the numbers.
        .row(refuse(|it: &InterfaceSourceHostdev, _| {
            branch::<InterfaceHostdevAddressTypeUsb>(&it.address.as_deref()?.type_)?;
            (it.vendor.is_some() != it.product.is_some()).then_some(TOGETHER)
        }))
        .row(
            refuse_if(ONE, |it: &HostdevUsbAddress, _| {
                it.device.is_some() == it.port.as_ref().is_some_and(|port| !port.is_empty())
            })
            .since(12, 8, 0),
        )
        .row(refuse_if(ONE, |it: &InterfaceHostdevAddressTypeUsb, scope| {
            it.device.is_some() == it.port.is_some() && (it.device.is_none() || scope.knows(12, 8, 0))
        })),
    rule("hostdev-option-type", Class::Conflict)
        .summary("an option stands at a host device of another type")
        .doc(
            "`sgio` and `rawio` are for SCSI units of the host, `model` is for mediated devices and SCSI adapters. \
             libvirt refuses them at any other host device.",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes' rawio='yes'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        )
        // What the type takes is not among what is kept.
        .rows(["sgio", "rawio", "model"].map(|option| {
            refuse(move |it: &Hostdev, _| {
                let type_ = subsystem(it)?.value()?;
                kept_attribute(&it.xml, option)
                    .map(|_| format!("a host device of the type {type_} has no '{option}': leave it out"))
            })
        })),
    rule("hostdev-scsi-source", Class::Conflict)
        .summary("the source of a SCSI device of the host is incomplete or malformed")
        .doc(
            "An adapter of the host has a name. An iSCSI target has exactly one server, and its secret is one of \
             iSCSI. An adapter of vhost is named by `naa.` and 16 hexadecimal digits. libvirt refuses anything else.",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter/><address bus='0' \
             target='0' unit='0'/></source>\
             </hostdev></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi_host' managed='no'><source protocol='vhost' \
             wwpn='5123456789abcde0'/></hostdev>\
             </devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' \
             name='iqn.2013-07.com.example:pool/1'>\
             <host name='example.com'/><auth username='me'><secret type='ceph' usage='a'/></auth></source></hostdev>\
             </devices>",
        )
        .row(refuse(|adapter: &HostdevScsiAdapter, _| {
            let named = match &adapter.type_ {
                AdapterType::ScsiHost(members) => members.name.as_ref().is_some_and(|name| !name.is_empty()),
                AdapterType::FcHost(_) => kept_attribute(&adapter.xml, "name").is_some(),
                _ => true,
            };
            (!named).then_some(NAMELESS)
        }))
        .row(refuse_if(ONE_HOST, |it: &HostdevSourceScsiProtocolIscsi, _| it.hosts.len() != 1))
        .row(refuse_where(
            child(HostdevSourceScsiProtocolIscsi::AUTH),
            |auth, _| auth.secret.type_ != Some(DiskAuthSecretType::Iscsi),
            SECRET,
        ))
        .row(refuse(|it: &HostdevSourceScsiHost, _| {
            let digits = it.wwpn.strip_prefix("naa.").unwrap_or_default();
            let named = digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            (!named).then(|| format!("'{}' names no adapter: write 'naa.' and 16 hexadecimal digits", it.wwpn))
        })),
];

fn subsystem(hostdev: &Hostdev) -> Option<&HostdevSubsystem> {
    branch::<HostdevModeSubsystem>(&hostdev.mode).map(|it| &it.type_)
}
