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

macro_rules! of_devices {
    ($field:ident) => {
        |own| own.devices.as_ref()?.$field.as_ref().map(Choices::from)
    };
}

rules![
    {
        let bus = Listed {
            choices: of_devices!(disk),
            list: "bus",
            known: &["ide", "fdc", "scsi", "virtio", "usb", "sata", "nvme"],
            thing: "disks on the bus",
            attribute: "bus",
        };
        let device = Listed {
            list: "diskDevice",
            known: &["disk", "cdrom", "floppy", "lun"],
            thing: "disks of the kind",
            attribute: "device",
            ..bus
        };
        rule("host-disk-missing", Class::Host)
            .summary("a disk on a bus, or of a kind, that guests of this machine do not have on the host")
            .doc(
                "Some emulators are built without IDE or floppy drives, and other machines never had them. A guest \
                 whose disk moves to another bus needs the driver for that.",
            )
            .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/></disk></devices>")
            .row(listed(bus, |disk: &Disk| disk.target.bus.as_ref().map(|bus| bus.as_str())))
            .row(listed(device, |disk: &Disk| disk.device.as_ref().map(|device| device.as_str())))
    },
    {
        let graphics = Listed {
            choices: of_devices!(graphics),
            list: "type",
            known: &["sdl", "vnc", "spice", "egl-headless", "dbus", "rdp"],
            thing: "display of type",
            attribute: "type",
        };
        let video = Listed {
            choices: of_devices!(video),
            list: "modelType",
            known: &["vga", "cirrus", "vmvga", "qxl", "virtio", "bochs", "ramfb"],
            thing: "video card",
            attribute: "its type",
        };
        let channel = Listed {
            choices: of_devices!(channel),
            list: "type",
            known: &["pty", "unix", "spicevmc"],
            thing: "channel of type",
            attribute: "type",
        };
        rule("host-display-missing", Class::Host)
            .summary("a display, a video card or a channel of SPICE that the host does not have")
            .doc(
                "Distributions build QEMU without SPICE (RHEL 9 and its like), QXL or Cirrus. Where SPICE goes, so do \
                 channels of type `spicevmc`, redirected USB devices and QXL: take VNC with a `virtio` card, and \
                 `qemu-vdagent` for the clipboard.",
            )
            .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><graphics type='spice'/></devices>")
            .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><video><model type='qxl'/></video></devices>")
            .row(listed(graphics, |graphics: &Graphics| graphics.type_.known_value()))
            .row(listed(video, |video: &Video| video.model.as_ref()?.type_.known_value()))
            .row(listed(channel, |channel: &Channel| channel.type_.known_value()))
    },
    {
        let model = Listed {
            choices: of_devices!(tpm),
            list: "model",
            known: &["tpm-tis", "tpm-crb", "tpm-spapr", "spapr-tpm-proxy"],
            thing: "TPM of model",
            attribute: "model",
        };
        let backend = Listed {
            list: "backendModel",
            known: &["passthrough", "emulator", "external"],
            thing: "TPM with the back end",
            attribute: "its type",
            ..model
        };
        let version = Listed {
            list: "backendVersion",
            known: &["1.2", "2.0"],
            thing: "TPM of version",
            attribute: "version",
            ..model
        };
        rule("host-tpm-missing", Class::Host)
            .summary("a TPM that the host does not have")
            .doc("The back end `emulator` needs the program swtpm on the host; which models there are is a matter of the machine and the emulator.")
            .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm></devices>")
            .row(lacking(move |tpm: &Tpm, guest, _| {
                let devices = guest.devices()?;
                let own = tpm.model.as_ref().map(|own| own.as_str()).and_then(|own| model.objection(own, devices));
                let behind = || tpm.backend.type_.value().and_then(|own| backend.objection(own, devices));
                let of_version = || tpm.backend.version.as_ref().and_then(|own| version.objection(own.as_str(), devices));
                own.or_else(behind).or_else(of_version)
            }))
    },
    {
        let kind = Listed {
            choices: of_devices!(hostdev),
            list: "subsysType",
            known: &["usb", "pci", "scsi"],
            thing: "devices of the host of type",
            attribute: "type",
        };
        rule("host-device-missing", Class::Host)
            .summary("a device of the host that it cannot pass through")
            .doc(
                "To pass a PCI device through, the host needs its IOMMU switched on (in its firmware, and with \
                 `intel_iommu=on` where the kernel does not do so itself) and the kernel's VFIO. libvirt takes the \
                 definition and refuses to start the guest.",
            )
            .finds(
                "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' \
                 function='0'/></source></hostdev></devices>",
            )
            .row(listed(kind, subsystem))
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
            }))
    },
    {
        let filesystem = Listed {
            choices: of_devices!(filesystem),
            list: "driverType",
            known: &["path", "handle", "virtiofs"],
            thing: "file systems with the driver",
            attribute: "the driver's type",
        };
        let rng = Listed {
            choices: of_devices!(rng),
            list: "backendModel",
            known: &["random", "egd", "builtin"],
            thing: "random numbers from the back end",
            attribute: "its model",
        };
        let redirdev = Listed {
            choices: of_devices!(redirdev),
            list: "bus",
            known: &["usb"],
            thing: "redirected devices on the bus",
            attribute: "bus",
        };
        let crypto = Listed {
            choices: of_devices!(crypto),
            list: "backendModel",
            known: &["builtin", "lkcf"],
            thing: "crypto device with the back end",
            attribute: "its model",
        };
        let interface = Listed {
            choices: of_devices!(interface),
            list: "backendType",
            known: &["passt"],
            thing: "interfaces with the back end",
            attribute: "its type",
        };
        let panic = Listed {
            choices: of_devices!(panic),
            list: "model",
            known: &["isa", "hyperv", "pvpanic", "pseries", "s390"],
            thing: "panic device of model",
            attribute: "model",
        };
        let memory = Listed {
            choices: |own| own.memory_backing.as_ref().map(Choices::from),
            list: "sourceType",
            known: &["file", "anonymous", "memfd"],
            thing: "memory from",
            attribute: "its type",
        };
        rule("host-driver-missing", Class::Host)
            .summary("a driver or back end that the host does not have")
            .doc(
                "File systems with `virtiofs` need virtiofsd, interfaces with `passt` need that program; the others depend on how QEMU was built.",
            )
            .finds(
                "<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><filesystem><driver type='virtiofs'/><source dir='/a'/><target dir='a'/></filesystem></devices>",
            )
            .row(listed(filesystem, |it: &Filesystem| it.driver.as_ref()?.type_.as_ref().map(|type_| type_.as_str())))
            .row(listed(rng, |it: &Rng| it.backend.model.known_value()))
            .row(listed(redirdev, |it: &Redirdev| it.bus.as_ref().map(|bus| bus.as_str())))
            .row(listed(crypto, |it: &Crypto| Some(it.backend.model.as_str())))
            .row(listed(interface, |it: &InterfaceBackend| it.type_.as_ref().map(|type_| type_.as_str())))
            .row(listed(panic, |it: &Panic| it.model.as_ref().map(|model| model.as_str())))
            .row(listed(memory, |it: &MemoryBackingSource| it.type_.as_ref().map(|type_| type_.as_str())))
    },
    {
        let kind = Listed {
            choices: |own| own.features.as_ref()?.launch_security.as_ref().map(Choices::from),
            list: "sectype",
            known: &["sev", "sev-snp", "s390-pv", "tdx"],
            thing: "protection by",
            attribute: "type",
        };
        rule("host-launch-security-missing", Class::Host)
            .summary("a protected guest on a host that has no such thing")
            .doc("SEV and SEV-SNP need processors of AMD, TDX of Intel, protected virtualization s390; each must be switched on in firmware and kernel.")
            .finds("<os><type arch='x86_64' machine='pc'>hvm</type></os><launchSecurity type='sev'><policy>1</policy></launchSecurity>")
            .row(listed(kind, |it: &LaunchSecurity| it.type_.known_value()))
            .row(lacking(|memory: &MemoryDevice, guest, _| {
                let sgx = guest.devices()?.features.as_ref()?.sgx.as_ref()?;
                let asked = matches!(memory.model, MemoryDeviceModel::SgxEpc(_));
                (asked && sgx.supported == YesNo::No).then(|| "the host has no SGX: leave out this memory".to_owned())
            }))
    },
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
