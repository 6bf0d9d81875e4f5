//! Whether two elements say the same.

use domxml::{Domain, Element, NumaCell, ReadOptions, SameAs, Unknown};

const TEXT: &str = "<domain type='kvm'><name>web</name><memory unit='KiB'>1048576</memory><os><type>hvm</type><boot dev='hd'/><boot dev='network'/></os>
  <devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>
  <interface type='bridge'><source bridge='br0'/><address type='pci' slot='0x05'/></interface></devices></domain>";

fn domain(text: &str) -> Domain {
    let keep = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    Domain::from_xml_with(text, &keep).unwrap_or_else(|errors| panic!("{errors}")).value
}

fn same(from: &str, to: &str) -> bool {
    assert!(TEXT.contains(from), "{from}");
    let (one, other) = (domain(TEXT), domain(&TEXT.replacen(from, to, 1)));
    assert_eq!(one.same_as(&other), other.same_as(&one));
    one.same_as(&other)
}

#[test]
fn what_is_written_otherwise_is_the_same() {
    for (from, to) in [
        ("<name>web</name>", "<!-- ours -->\n<name>web</name>"),
        ("<memory unit='KiB'>1048576</memory>", "<memory unit=\"GiB\">1</memory>"),
        ("<memory unit='KiB'>1048576</memory>", "<memory>1048576</memory>"),
        ("type='file' device='disk'", "device='disk' type='file'"),
        (" device='disk'", ""),
        ("slot='0x05'", "slot='5'"),
        ("slot='0x05'", "slot='0x5'"),
        ("<source file='/a'/><target dev='vda' bus='virtio'/>", "<target bus='virtio' dev='vda'/><source file='/a'/>"),
    ] {
        assert!(same(from, to), "{from} -> {to}");
    }
}

#[test]
fn what_says_something_else_differs() {
    for (from, to) in [
        ("web", "mail"),
        ("unit='KiB'", "unit='KB'"),
        ("'/a'", "'/b'"),
        ("slot='0x05'", "slot='0x06'"),
        ("<boot dev='hd'/><boot dev='network'/>", "<boot dev='network'/><boot dev='hd'/>"),
        ("<name>", "<shiny/><name>"),
        (" bus='virtio'", ""),
        ("device='disk'", "device='lun'"),
    ] {
        assert!(!same(from, to), "{from} -> {to}");
    }
}

#[test]
fn a_size_among_other_numbers_is_found() {
    let cell = |text| NumaCell::from_xml(text).expect("a cell");
    let one = cell("<cell id='1' cpus='0' memory='2' unit='MiB'/>");
    assert!(one.same_as(&cell("<cell id='1' cpus='0' memory='2048'/>")));
    assert!(!one.same_as(&cell("<cell id='2' cpus='0' memory='2048'/>")));
}
