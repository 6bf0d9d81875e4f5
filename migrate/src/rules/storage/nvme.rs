//! `nvme-controller-serial`, `nvme-serials`.

use domxml::{Controller, ControllerType, DiskTargetBus, Domain, Extra};
use domxml_runtime::Version;

use super::util::{self, Drive};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{LIBVIRT, conflict};

pub(super) static SERIAL: Rule = Rule {
    id: "nvme-controller-serial",
    class: Class::Implicit,
    since: Some(Version::new(11, 5, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "an NVMe controller has the serial number of its disks",
    doc: "The serial number of an NVMe disk is that of its controller; libvirt copies it there.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='nvme0n1' bus='nvme'/><serial>x</serial>\
                 <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk><controller type='nvme' index='0'/></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='nvme0n1' bus='nvme'/><serial>x</serial>\
                <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>\
                <controller type='nvme' index='0'><serial>x</serial></controller></devices>",
    },
    apply: copy_serial,
};

pub(super) static SERIALS: Rule = conflict(
    "nvme-serials",
    "an NVMe controller whose disks have several serial numbers",
    "All disks of an NVMe controller have the serial number of the controller, where they have one at all; libvirt refuses others.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='nvme0n1' bus='nvme'/><serial>x</serial></disk>\
     <controller type='nvme' index='0'><serial>y</serial></controller></devices>",
    check_serials,
);

/// The serial numbers of the disks on NVMe controllers: of which controller, which number, of which disk.
fn serials(domain: &Domain) -> Vec<(u32, String, Extra)> {
    let disks = domain.devices.iter().flat_map(|devices| &devices.disk);
    let on_nvme = disks.filter(|disk| util::bus(disk) == DiskTargetBus::Nvme);
    on_nvme
        .filter_map(|disk| {
            let named = || Drive::of_disk(DiskTargetBus::Nvme, util::plain_name(&disk.target.dev));
            let drive = Drive::of(disk.address.as_ref()).or_else(named)?;
            let serial = disk.serial.clone().filter(|serial| !serial.is_empty())?;
            Some((drive.controller, serial, Extra::at(disk.xml.span)))
        })
        .collect()
}

fn serial_of(controller: &mut Controller) -> Option<&mut Option<String>> {
    match &mut controller.type_ {
        ControllerType::Nvme(nvme) => Some(&mut nvme.serial),
        _ => None,
    }
}

fn copy_serial(domain: &mut Domain, cx: &mut Context) {
    let serials = serials(domain);
    let Some(devices) = &mut domain.devices else { return };
    for controller in &mut devices.controller {
        let index = controller.index.unwrap_or(0);
        let xml = controller.xml.clone();
        let Some(own) = serial_of(controller).filter(|own| own.as_ref().is_none_or(String::is_empty)) else { continue };
        if let Some((_, serial, _)) = serials.iter().find(|(at, ..)| *at == index) {
            *own = Some(serial.clone());
            cx.rewrote(&xml, "the controller has the serial number of its disks")
                .becomes("", format!("<serial>{serial}</serial>"));
        }
    }
}

fn check_serials(domain: &mut Domain, cx: &mut Context) {
    let serials = serials(domain);
    for (at, (index, serial, disk)) in serials.iter().enumerate() {
        let differs = serials[..at].iter().any(|(other, theirs, _)| other == index && theirs != serial);
        let controllers = domain.devices.iter_mut().flat_map(|devices| &mut devices.controller);
        let mut owns = controllers.filter(|controller| controller.index.unwrap_or(0) == *index).filter_map(serial_of);
        let of_controller = owns.any(|own| own.as_ref().is_some_and(|own| !own.is_empty() && own != serial));
        if differs || of_controller {
            let message =
                format!("the serial number {serial} is not that of the other disks of NVMe controller {index}");
            cx.error(disk, message);
        }
    }
}
