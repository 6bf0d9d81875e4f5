//! What devices have in common, and what is made from what must be there.

use domxml::device::PciPlace;
use domxml::{Address, Device, DeviceMut, Devices, Disk, Domain, DomainType, Interface, Memballoon, Os};

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

#[test]
fn every_device_is_changed_where_it_stands() {
    let mut domain = domain();
    for mut device in domain.devices_mut() {
        let name = format!("ua-{}-{}", device.kind(), device.number());
        device.set_alias(name).expect("a name");
        device.set_address(None).expect("no place");
        device.set_boot_order(None).expect("none is in the order, or none can be");
        if let DeviceMut::Disk(disk, 2) = device {
            disk.target.dev = "vdz".to_owned();
        }
    }
    let names: Vec<_> = domain.devices().map(|device| device.alias().unwrap_or("-").to_owned()).collect();
    assert_eq!(names, ["ua-disk-1", "ua-disk-2", "ua-controller-1", "ua-interface-1", "ua-memballoon-1"]);
    assert!(domain.devices().all(|device| device.address().is_none() && device.boot_order().is_none()));
    assert!(domain.disk("vdz").is_some());
    assert_eq!(domain.devices_of::<Disk>().count(), 2);
    domain.devices_of_mut::<Interface>().for_each(|card| *card = Interface::network("other"));
    assert_eq!(domain.devices_of().next().and_then(Interface::connected_to), Some("other"));

    let place = PciPlace { domain: 0, bus: 1, slot: 2, function: 3 };
    let mut first = domain.devices_mut().next().expect("a disk");
    first.set_address(Address::from(place)).expect("a place");
    first.set_boot_order(1).expect("a disk boots");
    assert_eq!((first.as_ref().pci_address(), first.as_ref().boot_order()), (Some(place), Some(1)));
    assert_eq!(domain.pci_addresses().map(|(place, _)| place).collect::<Vec<_>>(), [place]);
    let mut last = domain.devices_mut().last().expect("a balloon");
    let error = last.set_boot_order(1).expect_err("no machine boots from it");
    assert_eq!(error.to_string(), "the format has no 'devices/memballoon[1]/boot' here");
}

#[test]
fn what_every_device_can_have_can_be_set_on_it() {
    let mut devices = Devices::default();
    domxml_runtime::fields_mut(&mut devices, |_, slot| {
        if let domxml_runtime::SlotMut::Child(nest) = slot {
            nest.open();
        }
    });
    let mut domain = Domain { devices: Some(devices), ..Domain::default() };
    let place = PciPlace { domain: 0, bus: 0, slot: 1, function: 0 };
    for mut device in domain.devices_mut() {
        // What the table of the type or of its variant has, as a path finds it.
        let has = |device: &DeviceMut<'_>, path| {
            let mut copy = device.as_ref().content().info().fields.iter();
            copy.any(|line| line.is_child() && line.name == path)
        };
        let (alias, address, boot) = (has(&device, "alias"), has(&device, "address"), has(&device, "boot"));
        assert_eq!(device.set_alias("ua-a".to_owned()).is_ok(), alias, "{device}");
        assert_eq!(device.set_address(Address::from(place)).is_ok(), address, "{device}");
        assert_eq!(device.set_boot_order(1).is_ok(), boot, "{device}");
        assert_eq!(device.as_ref().alias().is_some(), alias, "{device}");
        assert_eq!(device.as_ref().address().is_some(), address, "{device}");
        assert_eq!(device.as_ref().boot_order().is_some(), boot, "{device}");
    }
}

#[test]
fn a_medium_is_put_in_and_taken_out() {
    let mut domain = domain();
    domain.disk_mut("vda").expect("a disk").insert("/new").expect("a file");
    domain.disk_mut("vdb").expect("a disk").insert("/dev/new").expect("a block device");
    assert_eq!(domain.devices_of().map(Disk::path).collect::<Vec<_>>(), [Some("/new"), Some("/dev/new")]);
    *domain.disk_mut("vda").and_then(Disk::path_mut).expect("a path") += ".qcow2";
    assert_eq!(domain.disk("vda").and_then(Disk::path), Some("/new.qcow2"));
    domain.disk_mut("vda").expect("a disk").eject().expect("it does without");
    assert_eq!(domain.disk("vda").and_then(Disk::path), None);
    let mut network =
        Disk::from_xml("<disk type='network'><source protocol='nbd' name='a'/><target dev='vda'/></disk>")
            .expect("a disk");
    let before = network.clone();
    assert!(network.insert("/a").is_err());
    assert_eq!(network, before, "nothing is changed");
}
