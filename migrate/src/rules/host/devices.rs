//! Devices and features whose values the host lists.

use domxml::host::{DomainCapabilities, YesNo};
use domxml::{
    Channel, Crypto, Disk, DomainType, FeatureAsyncTeardown, FeatureGic, Features, Filesystem, Graphics, Hostdev,
    HostdevMode, HostdevSubsystem, InterfaceBackend, LaunchSecurity, MemoryBackingSource, MemoryDevice,
    MemoryDeviceModel, OnOff, Panic, Redirdev, Rng, Tpm, Video,
};
use domxml_runtime::{Content, Described, Payload as _};

use super::{doubtful, instead, lacking};
use crate::host::Choices;
use crate::rule::kinds::refuse_in;
use crate::rule::row::Draft;
use crate::rule::{Class, rule};

/// An attribute whose values a host lists.
#[derive(Debug, Clone, Copy)]
struct Listed {
    /// The element of `virsh domcapabilities`.
    choices: fn(&DomainCapabilities) -> Option<Choices<'_>>,
    /// The list in it.
    list: &'static str,
    /// Values that are listed where they can be had; of others nothing is said.
    known: &'static [&'static str],
    /// What is missing, in front of the value.
    thing: &'static str,
    /// The attribute that the author sets instead.
    attribute: &'static str,
}

impl Listed {
    /// What is wrong with a value, as far as the host says.
    fn objection(&self, value: &str, devices: &DomainCapabilities) -> Option<String> {
        let choices = (self.choices)(devices)?;
        let machine = devices.machine.as_deref().or(devices.arch.as_deref()).unwrap_or("such");
        if !choices.supported {
            return Some(format!("{machine} guests have no {} on the host: leave it out", self.thing));
        }
        if !self.known.contains(&value) || choices.has(self.list, value)? {
            return None;
        }
        let way = match instead(&choices, self.list, &["none"]) {
            Some(others) => format!("set {} to {others}", self.attribute),
            None => "leave it out".to_owned(),
        };
        Some(format!("{machine} guests have no {} {value} on the host: {way}", self.thing))
    }
}

/// A row about an attribute whose values the host lists.
fn listed<T: Content + Described + Clone>(listed: Listed, value: fn(&T) -> Option<&'static str>) -> Draft<T> {
    lacking(move |it: &T, guest, _| listed.objection(value(it)?, guest.devices()?))
}

/// A row for each attribute: the element of `virsh domcapabilities` and the list in it, the values of interest, what is missing, and what to set.
macro_rules! listed {
    ($($name:ident: $of:ident$(.$in:ident)* $list:literal [$($known:literal)+], $thing:literal, $attribute:literal;)+) => {
        $(const $name: Listed = Listed {
            choices: |own| own.$of.as_ref()$(?.$in.as_ref())*.map(Choices::from),
            list: $list,
            known: &[$($known),+],
            thing: $thing,
            attribute: $attribute,
        };)+
    };
}

listed! {
    DISK_BUS: devices.disk "bus" ["ide" "fdc" "scsi" "virtio" "usb" "sata" "nvme"], "disks on the bus", "bus";
    DISK_DEVICE: devices.disk "diskDevice" ["disk" "cdrom" "floppy" "lun"], "disks of the kind", "device";
    GRAPHICS: devices.graphics "type" ["sdl" "vnc" "spice" "egl-headless" "dbus" "rdp"], "display of type", "type";
    VIDEO: devices.video "modelType" ["vga" "cirrus" "vmvga" "qxl" "virtio" "bochs" "ramfb"], "video card", "its type";
    CHANNEL: devices.channel "type" ["pty" "unix" "spicevmc"], "channel of type", "type";
    TPM: devices.tpm "model" ["tpm-tis" "tpm-crb" "tpm-spapr" "spapr-tpm-proxy"], "TPM of model", "model";
    TPM_BACKEND: devices.tpm "backendModel" ["passthrough" "emulator" "external"], "TPM with the back end", "its type";
    TPM_VERSION: devices.tpm "backendVersion" ["1.2" "2.0"], "TPM of version", "version";
    HOSTDEV: devices.hostdev "subsysType" ["usb" "pci" "scsi"], "devices of the host of type", "type";
    FILESYSTEM: devices.filesystem "driverType" ["path" "handle" "virtiofs"], "file systems with the driver", "the driver's type";
    RNG: devices.rng "backendModel" ["random" "egd" "builtin"], "random numbers from the back end", "its model";
    REDIRDEV: devices.redirdev "bus" ["usb"], "redirected devices on the bus", "bus";
    CRYPTO: devices.crypto "backendModel" ["builtin" "lkcf"], "crypto device with the back end", "its model";
    INTERFACE: devices.interface "backendType" ["passt"], "interfaces with the back end", "its type";
    PANIC: devices.panic "model" ["isa" "hyperv" "pvpanic" "pseries" "s390"], "panic device of model", "model";
    MEMORY: memory_backing "sourceType" ["file" "anonymous" "memfd"], "memory from", "its type";
    SECURITY: features.launch_security "sectype" ["sev" "sev-snp" "s390-pv" "tdx"], "protection by", "type";
}

rules![
    rule("host-disk-missing", Class::Host)
        .summary("a disk on a bus, or of a kind, that guests of this machine do not have on the host")
        .doc(
            "Some emulators are built without IDE or floppy drives, and other machines never had them. A guest \
             whose disk moves to another bus needs the driver for that.",
        )
        .finds(
            "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><disk type='file' device='disk'>\
             <source file='/a'/><target dev='hda' bus='ide'/></disk></devices>",
        )
        .row(listed(DISK_BUS, |disk: &Disk| disk.target.bus.as_ref().map(|bus| bus.as_str())))
        .row(listed(DISK_DEVICE, |disk: &Disk| disk.device.as_ref().map(|device| device.as_str()))),
    rule("host-display-missing", Class::Host)
        .summary("a display, a video card or a channel of SPICE that the host does not have")
        .doc(
            "Distributions build QEMU without SPICE (RHEL 9 and its like), QXL or Cirrus. Where SPICE goes, so do \
             channels of type `spicevmc`, redirected USB devices and QXL: take VNC with a `virtio` card, and \
             `qemu-vdagent` for the clipboard.",
        )
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><graphics type='spice'/></devices>")
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><video><model type='qxl'/></video></devices>")
        .row(listed(GRAPHICS, |graphics: &Graphics| graphics.type_.known_value()))
        .row(listed(VIDEO, |video: &Video| video.model.as_ref()?.type_.known_value()))
        .row(listed(CHANNEL, |channel: &Channel| channel.type_.known_value())),
    rule("host-tpm-missing", Class::Host)
        .summary("a TPM that the host does not have")
        .doc("The back end `emulator` needs the program swtpm on the host; which models there are is a matter of the machine and the emulator.")
        .finds(
            "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><tpm model='tpm-crb'>\
             <backend type='emulator' version='2.0'/></tpm></devices>",
        )
        .row(lacking(|tpm: &Tpm, guest, _| {
            let devices = guest.devices()?;
            let own = tpm.model.as_ref().map(|own| own.as_str()).and_then(|own| TPM.objection(own, devices));
            let behind = || tpm.backend.type_.value().and_then(|own| TPM_BACKEND.objection(own, devices));
            let of_version = || tpm.backend.version.as_ref().and_then(|own| TPM_VERSION.objection(own.as_str(), devices));
            own.or_else(behind).or_else(of_version)
        })),
    rule("host-device-missing", Class::Host)
        .summary("a device of the host that it cannot pass through")
        .doc(
            "To pass a PCI device through, the host needs its IOMMU switched on (in its firmware, and with \
             `intel_iommu=on` where the kernel does not do so itself) and the kernel's VFIO. libvirt takes the \
             definition and refuses to start the guest.",
        )
        .finds(
            "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><hostdev mode='subsystem' type='pci'>\
             <source><address domain='0' bus='1' slot='0' \
             function='0'/></source></hostdev></devices>",
        )
        .row(listed(HOSTDEV, subsystem))
        .row(doubtful(|hostdev: &Hostdev, guest, _| {
            let pci = subsystem(hostdev) == Some("pci");
            let choices = guest.devices().and_then(|own| own.devices.as_ref()?.hostdev.as_ref().map(Choices::from));
            let no_backend = choices.and_then(|own| own.values("pciBackend")).is_some_and(|values| values.is_empty());
            let iommu = guest.own().and_then(|own| own.iommu.as_ref()).and_then(|iommu| iommu.support);
            match iommu {
                Some(YesNo::No) if pci => Some(
                    "the host has no IOMMU in use, and does not start the guest: switch it on in the firmware and the kernel",
                ),
                _ if pci && no_backend => Some("the host has no VFIO, and does not start the guest: load the module vfio-pci"),
                _ => None,
            }
            .map(str::to_owned)
        })),
    rule("host-driver-missing", Class::Host)
        .summary("a driver or back end that the host does not have")
        .doc(
            "File systems with `virtiofs` need virtiofsd, interfaces with `passt` need that program; the others depend on how QEMU was built.",
        )
        .finds(
            "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><filesystem><driver type='virtiofs'/>\
             <source dir='/a'/><target dir='a'/></filesystem></devices>",
        )
        .row(listed(FILESYSTEM, |it: &Filesystem| it.driver.as_ref()?.type_.as_ref().map(|type_| type_.as_str())))
        .row(listed(RNG, |it: &Rng| it.backend.model.known_value()))
        .row(listed(REDIRDEV, |it: &Redirdev| it.bus.as_ref().map(|bus| bus.as_str())))
        .row(listed(CRYPTO, |it: &Crypto| Some(it.backend.model.as_str())))
        .row(listed(INTERFACE, |it: &InterfaceBackend| it.type_.as_ref().map(|type_| type_.as_str())))
        .row(listed(PANIC, |it: &Panic| it.model.as_ref().map(|model| model.as_str())))
        .row(listed(MEMORY, |it: &MemoryBackingSource| it.type_.as_ref().map(|type_| type_.as_str()))),
    rule("host-launch-security-missing", Class::Host)
        .summary("a protected guest on a host that has no such thing")
        .doc("SEV and SEV-SNP need processors of AMD, TDX of Intel, protected virtualization s390; each must be switched on in firmware and kernel.")
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><launchSecurity type='sev'><policy>1</policy></launchSecurity>")
        .row(listed(SECURITY, |it: &LaunchSecurity| it.type_.known_value()))
        .row(lacking(|memory: &MemoryDevice, guest, _| {
            let sgx = guest.devices()?.features.as_ref()?.sgx.as_ref()?;
            let asked = matches!(memory.model, MemoryDeviceModel::SgxEpc(_));
            (asked && sgx.supported == YesNo::No).then(|| "the host has no SGX: leave out this memory".to_owned())
        })),
    rule("host-feature-missing", Class::Host)
        .summary("a feature that guests do not have on the host")
        .doc("Some features need a newer emulator, and the interrupt controller of ARM guests with KVM is the host's.")
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><features><ps2 state='off'/></features>")
        .row(refuse_in(Features::PS2, |ps2, scope| {
            let guest = scope.on_host()?;
            let own = guest.devices()?.features.as_ref()?.ps2.as_ref()?;
            (own.supported == YesNo::No && ps2.state == OnOff::Off)
                .then_some("PS/2 cannot be switched off on the host: leave out <ps2>")
        }))
        .row(lacking(|teardown: &FeatureAsyncTeardown, guest, _| {
            let own = guest.devices()?.features.as_ref()?.async_teardown.as_ref()?;
            (own.supported == YesNo::No && teardown.enabled != Some(domxml::YesNo::No))
                .then(|| "memory is not given back asynchronously on the host: leave out <async-teardown>".to_owned())
        }))
        .row(lacking(|gic: &FeatureGic, guest, scope| {
            let own = guest.devices()?.features.as_ref()?.gic.as_ref().map(Choices::from)?;
            let version = gic.version.as_ref()?.as_str();
            // What QEMU emulates is listed, and what KVM gives; hosts that list nothing have no guests with such a controller.
            let known = ["2", "3"].contains(&version) && scope.type_ == DomainType::Kvm;
            if !known || !own.supported || own.has("version", version)? {
                return None;
            }
            Some(format!("the host has no GIC of version {version}: set it to {}", instead(&own, "version", &[])?))
        })),
];

fn subsystem(hostdev: &Hostdev) -> Option<&'static str> {
    match &hostdev.mode {
        HostdevMode::Subsystem(own) => match own.type_ {
            // What else can be passed through is never listed.
            HostdevSubsystem::Pci(_) | HostdevSubsystem::Usb(_) | HostdevSubsystem::Scsi(_) => own.type_.known_value(),
            _ => None,
        },
        _ => None,
    }
}
