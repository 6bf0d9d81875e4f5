//! Values that a type can hold and no document can: each kind is an error of writing, with its path.

use std::net::{IpAddr, Ipv4Addr};

use domxml::scalar::{CpuSet, IpAddress, LoadParm, MacAddress, NicModel, PciSlot, UsbPort, Uuid};
use domxml::{
    Address, AddressType, AddressTypePci, AddressTypeUsb, Device, Disk, Domain, DomainType, Element, Form, Interface,
    Scalar, Vcpu, WriteOptions,
};

fn domain() -> Domain {
    let mut domain = Domain::new(DomainType::Kvm, "web", 512).vcpus(2);
    domain.attach(Disk::file("/a.qcow2", "vda")).expect("a disk");
    domain.attach(Interface::bridge("br0")).expect("a network card");
    domain
}

/// What is said of writing a domain in which this is changed. Nothing else of it is written either, in place or as bytes.
fn said(change: impl Fn(&mut Domain)) -> String {
    let mut domain = domain();
    let text = domain.to_xml().expect("it can be written");
    change(&mut domain);
    let error = domain.to_xml().expect_err("it cannot be written");
    assert_eq!(domain.get(&error.path).map(drop), Ok(()), "the path leads to it: {error}");
    assert_eq!(domain.to_bytes(&Form::default()).expect_err("nor as bytes"), error);
    let edited = domxml::edit(&text, change).expect_err("nor in place");
    assert!(edited.to_string().contains(&error.to_string()), "{edited}\n{error}");
    let print = domain.print_with(&WriteOptions::default()).text;
    assert!(!Domain::from_xml(&print).is_ok_and(|read| read == domain), "it would be read as the same: {print}");
    error.to_string()
}

fn address(domain: &mut Domain, type_: AddressType) {
    domain.disk_mut("vda").expect("a disk").address = Some(Box::new(Address { type_, ..Address::default() }));
}

#[test]
fn a_number_is_within_its_range() {
    let pci = AddressTypePci { slot: Some(PciSlot(0x40)), ..AddressTypePci::default() };
    let error = said(|domain| address(domain, AddressType::Pci(pci.clone())));
    assert!(error.starts_with("domain/devices/disk[1]/address/@slot: it cannot be '0x40': "), "{error}");
}

#[test]
fn a_list_has_items() {
    let usb = AddressTypeUsb { port: Some(UsbPort(Vec::new())), ..AddressTypeUsb::default() };
    let error = said(|domain| address(domain, AddressType::Usb(usb.clone())));
    assert!(error.starts_with("domain/devices/disk[1]/address/@port: it cannot be ''"), "{error}");
    let error = said(|domain| domain.vcpu = Some(Vcpu { cpuset: Some(CpuSet::new()), ..Vcpu::default() }));
    assert!(error.starts_with("domain/vcpu/@cpuset: it cannot be ''"), "{error}");
}

#[test]
fn an_address_is_one_of_a_card() {
    let group = MacAddress([1, 0, 0, 0, 0, 1]);
    let error = said(|domain| {
        let devices = domain.devices.as_mut().expect("devices");
        devices.interfaces[0].mac.get_or_insert_default().address = Some(group);
    });
    assert!(error.starts_with("domain/devices/interface[1]/mac/@address: it cannot be '01:00:00:00:00:01'"), "{error}");
}

#[test]
fn what_is_read_as_absent_is_not_empty() {
    let error =
        said(|domain| domain.os.as_mut().expect("an os").type_.as_mut().expect("a type").machine = Some(String::new()));
    assert!(error.starts_with("domain/os/type/@machine: it cannot be empty"), "{error}");
}

#[test]
fn a_character_is_one_of_xml() {
    let error = said(|domain| domain.title = Some("a\u{1}".to_owned()));
    assert!(error.starts_with("domain/title: no document can hold the character U+0001"), "{error}");
}

#[test]
fn a_lone_device_is_written_as_its_domain_is() {
    let mut lone = Device::from_xml("<disk><target dev='vda'/><serial>1</serial></disk>").expect("a disk");
    assert!(lone.device().to_xml().is_ok());
    lone.get_mut::<Disk>().expect("a disk").serial = Some("\u{1}".to_owned());
    let error = lone.device().to_xml().expect_err("it cannot be written");
    assert_eq!(error.path, "disk/serial");
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
    domain.to_xml().expect("a UUID");
    let mut text = String::new();
    IpAddress(IpAddr::V4(Ipv4Addr::BROADCAST)).write(&mut text);
    assert_eq!(IpAddress::parse(&text), Ok(IpAddress(IpAddr::V4(Ipv4Addr::BROADCAST))));
}
