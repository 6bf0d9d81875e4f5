//! Values that a type can hold and no document can: each kind is told with its path.

use std::net::{IpAddr, Ipv4Addr};

use domxml::scalar::{CpuSet, IpAddress, LoadParm, MacAddress, NicModel, PciSlot, UsbPort, Uuid};
use domxml::{
    Address, AddressType, AddressTypePci, AddressTypeUsb, Disk, Domain, DomainType, Element, Interface, Scalar, Vcpu,
};

fn domain() -> Domain {
    let mut domain = Domain::new(DomainType::Kvm, "web", 512).vcpus(2);
    domain.attach(Disk::file("/a.qcow2", "vda")).expect("a disk");
    domain.attach(Interface::bridge("br0")).expect("a network card");
    domain
}

/// What is said of a domain in which this is changed.
fn said(change: impl FnOnce(&mut Domain)) -> String {
    let mut domain = domain();
    assert_eq!(domain.check_values(), Ok(()));
    change(&mut domain);
    let error = domain.check_values().expect_err(&domain.to_xml());
    assert!(Domain::from_xml(&domain.to_xml()).is_err(), "it would be read: {}", domain.to_xml());
    error.to_string()
}

fn address(domain: &mut Domain, type_: AddressType) {
    domain.disk_mut("vda").expect("a disk").address = Some(Address { type_, ..Address::default() });
}

#[test]
fn a_number_is_within_its_range() {
    let pci = AddressTypePci { slot: Some(PciSlot(0x40)), ..AddressTypePci::default() };
    let error = said(|domain| address(domain, AddressType::Pci(pci)));
    assert!(error.starts_with("devices/disk[1]/address/@slot cannot be '0x40': "), "{error}");
}

#[test]
fn a_list_has_items() {
    let usb = AddressTypeUsb { port: Some(UsbPort(Vec::new())), ..AddressTypeUsb::default() };
    let error = said(|domain| address(domain, AddressType::Usb(usb)));
    assert!(error.starts_with("devices/disk[1]/address/@port cannot be ''"), "{error}");
    let error = said(|domain| domain.vcpu = Some(Vcpu { cpuset: Some(CpuSet::new()), ..Vcpu::default() }));
    assert!(error.starts_with("vcpu/@cpuset cannot be ''"), "{error}");
}

#[test]
fn an_address_is_one_of_a_card() {
    let group = MacAddress([1, 0, 0, 0, 0, 1]);
    let error = said(|domain| {
        let devices = domain.devices.as_mut().expect("devices");
        devices.interfaces[0].mac.get_or_insert_default().address = Some(group);
    });
    assert!(error.starts_with("devices/interface[1]/mac/@address cannot be '01:00:00:00:00:01'"), "{error}");
}

#[test]
fn texts_of_a_pattern_are_made_by_reading() {
    assert!(NicModel::parse("no model").is_err() && NicModel::parse("").is_err());
    assert!(LoadParm::parse("far too long a text").is_err());
}

#[test]
fn types_of_which_every_value_is_one_take_all() {
    let mut domain = domain();
    domain.uuid = Some(Uuid([0xff; 16]));
    domain.check_values().expect("a UUID");
    let mut text = String::new();
    IpAddress(IpAddr::V4(Ipv4Addr::BROADCAST)).write(&mut text);
    assert_eq!(IpAddress::parse(&text), Ok(IpAddress(IpAddr::V4(Ipv4Addr::BROADCAST))));
}
