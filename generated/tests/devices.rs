//! What devices have in common, and what is made from what must be there.

use domxml::device::PciPlace;
use domxml::{Device, Devices, Disk, Domain, DomainType, Interface, Memballoon, Os};

const DOMAIN: &str = "<domain type='kvm'><name>web</name><memory>1024</memory><os><type>hvm</type></os><devices>
  <controller type='pci' index='0' model='pcie-root'/>
  <disk type='file'><source file='/a'/><target dev='vda'/><boot order='2'/><alias name='ua-a'/></disk>
  <disk type='block'><source dev='/dev/b'/><target dev='vdb'/><address type='pci' bus='0x1' slot='0x1f' function='0x2'/></disk>
  <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><boot order='1'/><address type='pci'/></interface>
  <memballoon model='none'/>
</devices></domain>";

fn domain() -> Domain {
    Domain::from_xml(DOMAIN).expect("a domain")
}

#[test]
fn devices_of_every_kind_are_in_one_list() {
    let domain = domain();
    let devices: Vec<String> = domain.devices().map(|device| device.to_string()).collect();
    let expected = [
        "devices/disk[1]",
        "devices/disk[2]",
        "devices/controller[1]",
        "devices/interface[1]",
        "devices/memballoon[1]",
    ];
    assert_eq!(devices, expected);
    let boot = domain.devices().filter_map(|device| Some((device.boot_order()?, device.kind())));
    assert_eq!(boot.collect::<Vec<_>>(), [(2, "disk"), (1, "interface")]);
    let sources = domain.devices().filter_map(|device| match device {
        Device::Disk(disk, ..) => disk.path(),
        Device::Interface(interface, ..) => interface.connected_to(),
        _ => None,
    });
    assert_eq!(sources.collect::<Vec<_>>(), ["/a", "/dev/b", "default"]);
    let named = domain.devices().find(|device| device.alias() == Some("ua-a")).expect("a device");
    assert_eq!(named.get::<Disk>().and_then(Disk::path), Some("/a"));
    assert!(named.get::<Interface>().is_none());
    assert!(DOMAIN[named.span().range()].starts_with("<disk type='file'>"));
}

#[test]
fn a_device_of_any_kind_is_read_alone_and_attached() {
    let mut domain = domain();
    for (text, name) in [
        ("<disk type='file'>\n  <source file='/c'/>\n  <target dev='vdc'/>\n</disk>\n", "disk[3]"),
        (
            "<hostdev mode='subsystem' type='pci'>\n  <source>\n    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n  </source>\n</hostdev>\n",
            "hostdev[1]",
        ),
        ("<serial type='pty'>\n  <target port='0'/>\n</serial>\n", "serial[1]"),
        ("<memballoon model='virtio'/>\n", "memballoon[1]"),
    ] {
        let lone = Device::from_xml(text).unwrap_or_else(|errors| panic!("{text}: {errors}"));
        assert_eq!(lone.device().to_xml().expect("it can be written"), text);
        domain.attach_device(lone);
        let path = format!("devices/{name}");
        let there = domain.devices().find(|device| device.to_string() == path).expect("a device");
        assert_eq!(there.to_xml().expect("it can be written"), text);
    }
    assert_eq!(domain.devices().filter(|device| device.kind() == "memballoon").count(), 1, "there is one place for it");
    let mut lone = Device::from_xml("<disk type='file'><target dev='vdc'/></disk>").expect("a disk");
    lone.get_mut::<Disk>().expect("a disk").target.dev = "vdd".to_owned();
    assert!(lone.device().to_xml().expect("it can be written").contains("vdd"));
    for (text, said) in [
        ("<dsik/>", "1:1: <dsik> is no device, did you mean <disk>?"),
        ("<domain/>", "<domain> is no device"),
        ("", "this is no element"),
        ("<disk type='flie'><target dev='a'/></disk>", "'file'"),
        ("<disk", "1:"),
    ] {
        let errors = Device::from_xml(text).expect_err(text).to_string();
        assert!(errors.contains(said), "{text}: {errors}");
    }
}

#[test]
fn pci_addresses_are_those_that_say_where() {
    let domain = domain();
    let all: Vec<_> = domain.pci_addresses().map(|(place, device)| format!("{place} {device}")).collect();
    assert_eq!(all, ["0000:01:1f.2 devices/disk[2]"], "an address without numbers asks for any place");
    let place = domain.pci_addresses().next().expect("an address").0;
    assert_eq!(place, PciPlace { domain: 0, bus: 1, slot: 0x1f, function: 2 });
}

#[test]
fn devices_are_found_by_what_tells_them_apart() {
    let mut domain = domain();
    assert_eq!(domain.disk("vdb").and_then(Disk::path), Some("/dev/b"));
    assert!(domain.disk("vdc").is_none());
    domain.disk_mut("vdb").expect("a disk").target.dev = "vdc".to_owned();
    assert!(domain.disk("vdc").is_some());
    let mac = "52:54:00:00:00:01".parse().expect("an address");
    assert_eq!(domain.interface(mac).and_then(Interface::connected_to), Some("default"));
    assert!(domain.interface_mut("52:54:00:00:00:02".parse().expect("an address")).is_none());
}

#[test]
fn what_is_attached_stands_where_its_type_does() {
    let mut domain = Domain::new(DomainType::Qemu, "web", 64);
    domain.attach(Disk::block("/dev/b", "vda")).expect("a device");
    domain.attach(Disk::file("/a", "vdb")).expect("a device");
    domain.attach(Interface::network("default")).expect("a device");
    domain.attach(Memballoon::default()).expect("a device");
    assert_eq!(
        domain.devices().map(|device| device.kind()).collect::<Vec<_>>(),
        ["disk", "disk", "interface", "memballoon"]
    );
    assert_eq!(Domain::from_xml(&domain.to_xml().expect("it can be written")).expect("it is read"), domain);
    let error = domain.attach(Os::default()).expect_err("no device");
    assert_eq!(error.to_string(), "<os> is no device");
    assert_eq!(domain.devices().count(), 4);
}

/// One device of each type that the table of `<devices>` has.
#[test]
fn no_kind_of_device_is_left_out() {
    let mut devices = Devices::default();
    let mut kinds = Vec::new();
    domxml_runtime::fields_mut(&mut devices, |line, slot| {
        if let domxml_runtime::SlotMut::Child(nest) = slot {
            nest.open();
            kinds.push(line.name);
        }
    });
    let domain = Domain { devices: Some(devices), ..Domain::default() };
    assert_eq!(domain.devices().map(|device| device.kind()).collect::<Vec<_>>(), kinds);
    assert!(kinds.contains(&"disk") && kinds.contains(&"watchdog"), "{kinds:?}");
}
