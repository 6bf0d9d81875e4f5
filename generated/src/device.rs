//! Devices of a domain, whatever their kind: one list of them, and what they have in common.

use crate::bindings::{Address, AddressType, AddressTypePci, Alias, DeviceBoot, Devices, Disk, Domain, Interface};
use crate::scalar::MacAddress;
use domxml_runtime::{
    Content, Described, Element, FieldInfo, FieldKind, Nest, ParseErrors, PathError, PathErrorKind, Prefer,
    ReadOptions, Slot, SlotMut, Span, TypeInfo, WriteError, WriteOptions, fields, nearest, read_into, root_name,
    write_as,
};
use std::any::Any;
use std::fmt;

pub use crate::bindings::{Device, DeviceMut};

impl<'d> Device<'d> {
    /// The name that it has in a running domain, or that the user has given it.
    #[must_use]
    pub fn alias(self) -> Option<&'d str> {
        find::<Alias>(self.content()).map(|alias| alias.name.as_str())
    }

    /// Its place on a bus of the guest.
    #[must_use]
    pub fn address(self) -> Option<&'d Address> {
        find(self.content())
    }

    /// The same, where the bus is PCI and the address says where on it.
    #[must_use]
    pub fn pci_address(self) -> Option<PciPlace> {
        PciPlace::of(self.address()?)
    }

    /// Its place in the order in which the firmware tries devices, from 1 on.
    #[must_use]
    pub fn boot_order(self) -> Option<u64> {
        find::<DeviceBoot>(self.content()).map(|boot| boot.order)
    }

    /// The device as a document, as for attaching or detaching it.
    ///
    /// # Errors
    ///
    /// As [`Element::to_xml`].
    pub fn to_xml(self) -> Result<String, WriteError> {
        write_as(self.kind(), self.content(), &WriteOptions::default()).map(|written| written.text)
    }

    /// Its bytes in the document that it was read from; empty where it was not.
    #[must_use]
    pub fn span(self) -> Span {
        self.content().extra().map_or(Span::default(), |extra| extra.span)
    }
}

impl Device<'_> {
    /// Reads a device that stands alone, as one that is to be attached, whatever its kind. Unknown content is an error.
    ///
    /// ```
    /// use domxml::{Device, Disk};
    ///
    /// let lone = Device::from_xml("<disk type='block'><source dev='/dev/sdx'/><target dev='vdb'/></disk>")?;
    /// assert_eq!(lone.device().kind(), "disk");
    /// assert_eq!(lone.device().get::<Disk>().and_then(Disk::path), Some("/dev/sdx"));
    /// # Ok::<(), domxml::ParseErrors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// It is no device, or all that is wrong with it.
    pub fn from_xml(text: &str) -> Result<LoneDevice, ParseErrors> {
        Self::from_xml_with(text, &ReadOptions::default())
    }

    /// As [`Device::from_xml`], with options.
    ///
    /// # Errors
    ///
    /// It is no device, or all that is wrong with it.
    pub fn from_xml_with(text: &str, options: &ReadOptions) -> Result<LoneDevice, ParseErrors> {
        let mut devices = Devices::default();
        let lines = devices.info().fields;
        let kind = root_name(text).unwrap_or_default();
        let place = lines.iter().position(|line| line.kind == FieldKind::Child && line.is("", kind));
        let Some(SlotMut::Child(nest)) = place.and_then(|place| devices.field_mut(place)) else {
            let kinds = lines.iter().filter(|line| line.kind == FieldKind::Child).map(|line| line.name);
            let near = nearest(kind, kinds).map(|near| format!(", did you mean <{near}>?")).unwrap_or_default();
            let message = match kind {
                "" => "this is no element".to_owned(),
                kind => format!("<{kind}> is no device{near}"),
            };
            return Err(ParseErrors::syntax(text, text.find('<').unwrap_or(0), message));
        };
        read_into(text, options, nest.open())?;
        Ok(LoneDevice { devices })
    }
}

impl DeviceMut<'_> {
    /// Gives it a name, as `ua-data`, or takes it away.
    ///
    /// # Errors
    ///
    /// Devices of its kind have none.
    pub fn set_alias(&mut self, name: impl Into<Option<String>>) -> Result<(), PathError> {
        let alias = name.into().map(|name| Alias { name, ..Alias::default() });
        self.put(alias)
    }

    /// Gives it a place on a bus of the guest, or leaves the place to libvirt.
    ///
    /// # Errors
    ///
    /// Devices of its kind have none.
    pub fn set_address(&mut self, address: impl Into<Option<Address>>) -> Result<(), PathError> {
        self.put(address.into())
    }

    /// Gives it a place in the order in which the firmware tries devices, from 1 on, or takes it out of it.
    ///
    /// # Errors
    ///
    /// No machine boots from devices of its kind.
    pub fn set_boot_order(&mut self, order: impl Into<Option<u64>>) -> Result<(), PathError> {
        let boot = order.into().map(|order| DeviceBoot { order, ..DeviceBoot::default() });
        self.put(boot)
    }

    /// Sets the child of this type; there being none is no error.
    fn put<T: Described>(&mut self, child: Option<T>) -> Result<(), PathError> {
        let table = T::table();
        let Some(field) = nest(self.content_mut(), table) else {
            let path = format!("{self}/{}", table.element.map_or(table.name, |name| name.local));
            let missing = PathError { path, kind: PathErrorKind::NoField { nearest: None } };
            return if child.is_none() { Ok(()) } else { Err(missing) };
        };
        while field.remove(0) {}
        if let Some(child) = child
            && let Some(place) = (field.open() as &mut dyn Any).downcast_mut()
        {
            *place = child;
        }
        Ok(())
    }
}

/// The field of an optional child with this table, be it one of a variant.
fn nest<'c>(content: &'c mut dyn Content, table: &'static TypeInfo) -> Option<&'c mut dyn Nest> {
    let is_it = |line: &FieldInfo| line.content.is_some_and(|content| std::ptr::eq(content(), table));
    let holds = |line: &FieldInfo| !line.many && !line.required && is_it(line);
    if let Some(at) = content.info().fields.iter().position(holds) {
        return match content.field_mut(at)? {
            SlotMut::Child(nest) => Some(nest),
            _ => None,
        };
    }
    let variant = |at: &usize| match content.field(*at) {
        Some(Slot::Payload(payload)) => payload
            .get()
            .and_then(|payload| payload.members())
            .is_some_and(|members| members.info().fields.iter().any(holds)),
        _ => false,
    };
    let payload = (0..content.info().fields.len()).find(variant)?;
    match content.field_mut(payload)? {
        SlotMut::Payload(payload) => nest(payload.members_mut()?, table),
        _ => None,
    }
}

/// A device that stands alone, of whatever kind: what is attached to a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoneDevice {
    /// With this device, and nothing else.
    devices: Devices,
}

impl LoneDevice {
    /// The device.
    #[must_use]
    pub fn device(&self) -> Device<'_> {
        Device::all(&self.devices).next().unwrap_or_else(|| unreachable!("it is made with one device"))
    }

    /// The device, to be changed.
    pub fn device_mut(&mut self) -> DeviceMut<'_> {
        DeviceMut::all(&mut self.devices).next().unwrap_or_else(|| unreachable!("it is made with one device"))
    }

    /// The device as its type, to be changed: `lone.get_mut::<Disk>()`.
    pub fn get_mut<T: Content>(&mut self) -> Option<&mut T> {
        self.device_mut().get()
    }
}

/// The child of this type, be it one of a variant.
fn find<T: Content>(content: &dyn Content) -> Option<&T> {
    let mut found = None;
    fields(content, |_, slot| {
        found = found.or_else(|| match slot {
            Slot::Child(nest) => nest.get(0).and_then(|child| (child as &dyn Any).downcast_ref()),
            Slot::Payload(payload) => payload.members().and_then(find),
            _ => None,
        });
    });
    found
}

/// A place on the PCI buses of a guest. It is printed as `0000:00:1f.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PciPlace {
    /// The domain, a hierarchy of buses.
    pub domain: u32,
    /// The bus.
    pub bus: u8,
    /// The slot on the bus.
    pub slot: u8,
    /// The function of the device in the slot.
    pub function: u8,
}

impl PciPlace {
    /// What an address says; none where it is of another bus, or asks for any place.
    #[must_use]
    pub fn of(address: &Address) -> Option<Self> {
        let AddressType::Pci(pci) = &address.type_ else { return None };
        if pci.domain.is_none() && pci.bus.is_none() && pci.slot.is_none() && pci.function.is_none() {
            return None;
        }
        Some(PciPlace {
            domain: pci.domain.map_or(0, |number| number.0),
            bus: pci.bus.map_or(0, |number| number.0),
            slot: pci.slot.map_or(0, |number| number.0),
            function: pci.function.map_or(0, |number| number.0),
        })
    }
}

/// The address of the place.
impl From<PciPlace> for Address {
    fn from(place: PciPlace) -> Self {
        let pci = AddressTypePci {
            domain: Some(place.domain.into()),
            bus: Some(place.bus.into()),
            slot: Some(place.slot.into()),
            function: Some(place.function.into()),
            ..AddressTypePci::default()
        };
        Address { type_: AddressType::Pci(pci), ..Address::default() }
    }
}

impl fmt::Display for PciPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:02x}:{:02x}.{:x}", self.domain, self.bus, self.slot, self.function)
    }
}

impl Domain {
    /// The devices, kind by kind in the order of the schema, each kind in that of the document.
    pub fn devices(&self) -> impl Iterator<Item = Device<'_>> {
        self.devices.iter().flat_map(Device::all)
    }

    /// As [`Domain::devices`], to be changed.
    ///
    /// ```
    /// # let text = "<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os><devices><disk><target dev='vda'/></disk></devices></domain>";
    /// use domxml::{DeviceMut, Domain};
    ///
    /// let mut domain = Domain::from_xml(text)?;
    /// for mut device in domain.devices_mut() {
    ///     device.set_alias(format!("ua-{}{}", device.kind(), device.number()))?;
    ///     if let DeviceMut::Disk(disk, ..) = device {
    ///         disk.serial = Some("data".to_owned());
    ///     }
    /// }
    /// # assert_eq!(domain.devices().next().and_then(|disk| disk.alias()), Some("ua-disk1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn devices_mut(&mut self) -> impl Iterator<Item = DeviceMut<'_>> {
        self.devices.iter_mut().flat_map(DeviceMut::all)
    }

    /// The devices of one type, as `domain.devices_of::<Disk>()`, in the order of the document.
    pub fn devices_of<T: Content>(&self) -> impl Iterator<Item = &T> {
        self.devices().filter_map(Device::get)
    }

    /// As [`Domain::devices_of`], to be changed.
    pub fn devices_of_mut<T: Content>(&mut self) -> impl Iterator<Item = &mut T> {
        self.devices_mut().filter_map(DeviceMut::get)
    }

    /// Adds a device of whatever kind behind those of its kind; one of which there can be one takes the place of what is there.
    pub fn attach_device(&mut self, device: LoneDevice) {
        self.devices.get_or_insert_default().merge(device.devices, Prefer::Last);
    }

    /// The places that devices have on PCI buses of the guest.
    pub fn pci_addresses(&self) -> impl Iterator<Item = (PciPlace, Device<'_>)> {
        self.devices().filter_map(|device| Some((device.pci_address()?, device)))
    }

    /// The disk with this target, as `vda`.
    #[must_use]
    pub fn disk(&self, target: &str) -> Option<&Disk> {
        self.devices_of::<Disk>().find(|disk| disk.target.dev == target)
    }

    /// As [`Domain::disk`], to be changed.
    #[must_use]
    pub fn disk_mut(&mut self, target: &str) -> Option<&mut Disk> {
        self.devices_of_mut::<Disk>().find(|disk| disk.target.dev == target)
    }

    /// The network card with this MAC address.
    #[must_use]
    pub fn interface(&self, mac: MacAddress) -> Option<&Interface> {
        self.devices_of::<Interface>().find(|interface| interface.mac_address() == Some(mac))
    }

    /// As [`Domain::interface`], to be changed.
    #[must_use]
    pub fn interface_mut(&mut self, mac: MacAddress) -> Option<&mut Interface> {
        self.devices_of_mut::<Interface>().find(|interface| interface.mac_address() == Some(mac))
    }
}
