//! Whether an address is one that the driver could have given: it is of the device's kind, it exists, and no other device has it.

use std::collections::HashMap;

use super::tree::Element;

/// The addresses and the controllers of a document.
#[derive(Debug, Default)]
pub struct Addresses<'a> {
    /// The family of the machine.
    family: &'a str,
    /// How many devices have an address, by kind and by what must be unique in it.
    taken: HashMap<String, usize>,
    /// Models of the controllers, by type and index.
    controllers: HashMap<(&'a str, u32), &'a str>,
    /// How many devices are at a bus of PCI.
    buses: HashMap<u32, usize>,
}

/// A number as the format writes it: decimal or hexadecimal.
#[must_use]
pub fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A number of an address; 0 where it is left out.
fn part(address: &Element, name: &str) -> Option<u32> {
    address.attribute(name).map_or(Some(0), number)
}

impl<'a> Addresses<'a> {
    /// Collects the addresses of the devices of a document.
    #[must_use]
    pub fn of(domain: &'a Element<'a>, family: &'a str) -> Self {
        let mut all = Self { family, ..Self::default() };
        for device in domain.child("devices").into_iter().flat_map(|devices| &devices.children) {
            if device.name == "controller" {
                let index = device.attribute("index").and_then(number).unwrap_or(0);
                let model = device.attribute("model").unwrap_or_default();
                all.controllers.insert((device.attribute("type").unwrap_or_default(), index), model);
            }
            // The first console of a serial port is that port.
            if device.name == "console" && device.value("target/@type") == Some("serial") {
                continue;
            }
            let Some(address) = device.child("address") else { continue };
            if address.attribute("type") == Some("pci") {
                *all.buses.entry(part(address, "bus").unwrap_or(0)).or_default() += 1;
            }
            if let Some(key) = key(address, device) {
                *all.taken.entry(key).or_default() += 1;
            }
        }
        all
    }

    /// The model of a controller; none where there is no such controller.
    #[must_use]
    pub fn controller(&self, kind: &str, index: u32) -> Option<&'a str> {
        self.controllers.get(&(kind, index)).copied()
    }

    /// Whether a device is at a bus of PCI.
    #[must_use]
    pub fn uses_bus(&self, bus: u32) -> bool {
        self.buses.contains_key(&bus)
    }

    /// The highest index of a PCI controller or bus that is used.
    #[must_use]
    pub fn last_bus(&self) -> u32 {
        self.buses.keys().copied().max().unwrap_or(0)
    }

    /// The lowest index of a root port without a device.
    #[must_use]
    pub fn first_free_root_port(&self) -> Option<u32> {
        let ports = self.controllers.iter().filter(|((kind, _), model)| *kind == "pci" && **model == "pcie-root-port");
        ports.map(|((_, index), _)| *index).filter(|index| !self.uses_bus(*index)).min()
    }

    /// Whether a device is another function of the place at which this address is.
    #[must_use]
    pub fn shares_slot(&self, address: &Element) -> bool {
        let numbers = ["domain", "bus", "slot"].map(|name| part(address, name));
        let [Some(domain), Some(bus), Some(slot)] = numbers else { return false };
        (1..8).any(|function| self.taken.contains_key(&format!("pci {domain} {bus} {slot} {function}")))
    }

    /// Whether the driver could have given this address to this device.
    #[must_use]
    pub fn could_give(&self, address: &Element, device: &Element) -> bool {
        let kind = address.attribute("type").unwrap_or_default();
        let alone = key(address, device).is_none_or(|key| self.taken.get(&key).is_none_or(|count| *count < 2));
        alone && suits(kind, device) && self.exists(kind, address, device).unwrap_or(false)
    }

    /// Whether there is such a place.
    fn exists(&self, kind: &str, address: &Element, device: &Element) -> Option<bool> {
        Some(match kind {
            "pci" => self.pci_place(address, device)?,
            "usb" => {
                let port = address.attribute("port").unwrap_or_default();
                let ports = port.split('.').all(|port| number(port).is_some_and(|port| (1..=15).contains(&port)));
                ports && self.controller("usb", part(address, "bus")?).is_some_and(|model| model != "none")
            }
            "virtio-serial" => self.controller("virtio-serial", part(address, "controller")?).is_some(),
            "ccid" => self.controller("ccid", part(address, "controller")?).is_some(),
            "drive" => {
                let bus = match (device.name, device.value("target/@bus")) {
                    ("disk", Some(bus)) => bus,
                    _ => "scsi",
                };
                self.controller(bus, part(address, "controller")?).is_some()
            }
            "ccw" => {
                let (cssid, ssid) = (part(address, "cssid")?, part(address, "ssid")?);
                cssid == 0xfe && ssid <= 3 && part(address, "devno")? <= 0xffff
            }
            "spapr-vio" => part(address, "reg")? > 0,
            "dimm" => address.attribute("slot").and_then(number).is_some(),
            "isa" | "virtio-mmio" => true,
            _ => false,
        })
    }

    fn pci_place(&self, address: &Element, device: &Element) -> Option<bool> {
        let (domain, bus) = (part(address, "domain")?, part(address, "bus")?);
        let (slot, function) = (part(address, "slot")?, part(address, "function")?);
        if domain != 0 || slot > 31 || function > 7 {
            return Some(false);
        }
        let index = device.attribute("index").and_then(number);
        let fixed = match (device.name, device.attribute("type"), device.attribute("model"), index) {
            // These are functions of the chipset.
            ("controller", Some("ide"), _, Some(0)) if self.family == "pc" => Some((0, 1, 1)),
            ("controller", Some("usb"), Some("piix3-uhci"), Some(0)) if self.family == "pc" => Some((0, 1, 2)),
            ("controller", Some("sata"), _, Some(0)) if self.family == "q35" => Some((0, 0x1f, 2)),
            _ => None,
        };
        if let Some(fixed) = fixed {
            return Some((bus, slot, function) == fixed);
        }
        let last = self.controllers.keys().filter(|(kind, _)| *kind == "pci").map(|(_, index)| *index).max();
        let model = self.controller("pci", bus).unwrap_or(match bus {
            0 => "pci-root",
            // The next port is one that libvirt adds when it reads the definition again.
            _ if self.family == "q35" && last.is_some_and(|last| bus == last + 1) => "pcie-root-port",
            _ => "",
        });
        Some(match model {
            "pci-root" | "pcie-root" => slot > 0 || bus > 0,
            "pcie-root-port" | "pcie-switch-downstream-port" => slot == 0,
            "pci-bridge" | "pcie-to-pci-bridge" => slot > 0,
            "dmi-to-pci-bridge" | "pcie-expander-bus" | "pci-expander-bus" | "pcie-switch-upstream-port" => true,
            _ => false,
        })
    }
}

/// What must be unique in an address; none where several devices may have the same.
fn key(address: &Element, device: &Element) -> Option<String> {
    let kind = address.attribute("type")?;
    let names: &[&str] = match kind {
        "pci" => &["domain", "bus", "slot", "function"],
        "usb" => &["bus", "port"],
        "virtio-serial" => &["controller", "bus", "port"],
        "ccid" => &["controller", "slot"],
        "drive" => &["controller", "bus", "target", "unit"],
        "ccw" => &["cssid", "ssid", "devno"],
        "spapr-vio" => &["reg"],
        "dimm" => &["slot"],
        _ => return None,
    };
    let mut key = kind.to_owned();
    if kind == "drive" {
        let bus = if device.name == "hostdev" { "scsi" } else { device.value("target/@bus").unwrap_or_default() };
        key.push_str(bus);
    }
    for name in names {
        key.push_str(&format!(" {}", part(address, name).map_or_else(String::new, |number| number.to_string())));
        if *name == "port" && kind == "usb" {
            key.push_str(address.attribute("port").unwrap_or_default());
        }
    }
    Some(key)
}

/// Whether an interface is a USB device of the host.
fn is_usb_function(interface: &Element) -> bool {
    let named = interface.value("source/vendor/@id").is_some();
    named || interface.value("source/address/@type") == Some("usb")
}

/// Whether a device can have an address of this kind.
fn suits(kind: &str, device: &Element) -> bool {
    let bus = device.attribute("bus").or_else(|| device.value("target/@bus")).unwrap_or_default();
    let model = device.attribute("model").unwrap_or_default();
    let class = device.attribute("type").unwrap_or_default();
    let target = device.value("target/@type").unwrap_or_default();
    let card = device.value("model/@type").unwrap_or_default();
    let virtio_places = ["pci", "ccw", "virtio-mmio"];
    match (device.name, bus) {
        ("disk", "virtio") | ("input", "virtio") => virtio_places.contains(&kind),
        ("disk", "ide" | "scsi" | "sata" | "fdc" | "nvme") => kind == "drive",
        (_, "usb") | ("hub" | "redirdev", _) => kind == "usb",
        ("hostdev", _) => match class {
            "usb" => kind == "usb",
            "scsi" => kind == "drive",
            _ => ["pci", "ccw"].contains(&kind),
        },
        ("smartcard", _) => kind == "ccid",
        ("channel", _) => kind == "virtio-serial" || kind == "usb" || kind == "pci",
        ("console", _) if target == "virtio" => kind == "virtio-serial",
        ("console" | "serial", _) => match target {
            "usb-serial" => kind == "usb",
            "pci-serial" => kind == "pci",
            "spapr-vio-serial" => kind == "spapr-vio",
            "serial" => ["usb", "pci", "spapr-vio", "isa"].contains(&kind),
            _ => kind == "isa",
        },
        ("memory", _) => ["dimm", "pci", "ccw"].contains(&kind),
        ("sound", _) if model == "usb" => kind == "usb",
        ("controller", _) => match class {
            "ccid" => kind == "usb",
            "scsi" | "virtio-serial" => [&virtio_places[..], &["spapr-vio"]].concat().contains(&kind),
            _ => kind == "pci",
        },
        ("interface", _) if card == "usb-net" || is_usb_function(device) => kind == "usb",
        ("interface" | "tpm" | "nvram", _) => [&virtio_places[..], &["spapr-vio"]].concat().contains(&kind),
        ("panic", _) => ["isa", "pci"].contains(&kind),
        ("input", _) => false,
        _ => virtio_places.contains(&kind),
    }
}
