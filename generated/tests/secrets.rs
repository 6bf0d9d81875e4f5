//! What is secret is not shown: not by `{:?}`, not in an error.

use domxml::{Described, Disk, Domain, Element, Graphics, ReadOptions, RngRate, TypeInfo, Unknown};

const KEEP: ReadOptions = ReadOptions { unknown: Unknown::Keep, exact: false, deep: false };

fn each_table(table: &'static TypeInfo, seen: &mut Vec<&'static TypeInfo>) {
    if seen.iter().any(|known| std::ptr::eq(*known, table)) {
        return;
    }
    seen.push(table);
    table.inner().for_each(|(_, inner)| each_table(inner, seen));
}

#[test]
fn every_password_is_marked() {
    let mut tables = Vec::new();
    each_table(Domain::table(), &mut tables);
    let marked: Vec<&str> = tables
        .iter()
        .flat_map(|table| table.fields.iter().map(move |line| (table.name, line)))
        .filter(|(_, line)| matches!(line.name, "passwd" | "password") || line.secret)
        .map(|(owner, line)| {
            assert!(line.secret, "{owner}/{}: d:secret", line.name);
            owner
        })
        .collect();
    assert_eq!(marked, ["DiskCookie", "GraphicsTypeVnc", "GraphicsTypeSpice", "GraphicsTypeRdp"]);
}

#[test]
fn what_is_secret_is_not_shown() {
    for display in [
        "<graphics type='vnc' passwd='hunter2'/>",
        "<graphics type='spice' passwd='hunter2'><channel name='main' mode='secure'/></graphics>",
        // What is kept as it stood is not shown either.
        "<graphics type='unheard-of' passwd='hunter2'/>",
        "<graphics type='sdl' passwd='hunter2'/>",
        "<graphics type='vnc' passwd='hunter2'><listen>hunter2</listen></graphics>",
    ] {
        let text = format!("<domain type='kvm'><name>a</name><devices>{display}</devices></domain>");
        let domain = Domain::from_xml_with(&text, &KEEP).expect(display).value;
        let shown = format!("{domain:?} {domain:#?}");
        assert!(!shown.contains("hunter2") && shown.contains("***"), "{shown}");
        assert!(domain.to_xml().expect("it can be written").contains("hunter2"), "it is not lost");
        if let Err(errors) = Domain::from_xml(&text) {
            assert!(!errors.to_string().contains("hunter2"), "{errors}");
        }
    }
    let display = Graphics::from_xml("<graphics type='vnc' port='5900'/>").expect("a display");
    let shown = format!("{display:?}");
    assert!(shown.contains("passwd: None") && shown.contains("5900"), "{shown}");
}

#[test]
fn a_field_says_what_it_means() {
    let disk = Disk::file("/a", "vda");
    assert_eq!(Disk::DEVICE.meant(&disk), Some(domxml::DiskDevice::Disk));
    assert_eq!(
        Disk::DEVICE.meant(&disk.with(Disk::DEVICE, domxml::DiskDevice::Cdrom)),
        Some(domxml::DiskDevice::Cdrom)
    );
    assert_eq!(RngRate::PERIOD.meant(&RngRate::default()), Some(1000));
    assert_eq!(RngRate::BYTES.meant(&RngRate::default()), None);
}
