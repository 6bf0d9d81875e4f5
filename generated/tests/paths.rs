//! What a path leads to is got, set and removed by the tables of the types.

use domxml::{Domain, Element, PathErrorKind, ReadOptions, Unknown};

const TEXT: &str = "<domain type='kvm'>\n  <name>web</name>\n  <memory unit='KiB'>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n  \
    <features>\n    <acpi/>\n    <hap state='on'/>\n  </features>\n  <devices>\n    <disk type='file' device='disk'>\n      \
    <source file='/a.img'/>\n      <target dev='vda' bus='virtio'/>\n    </disk>\n    <disk type='block' device='disk'>\n      \
    <source dev='/dev/sdb'/>\n      <target dev='vdb' bus='virtio'/>\n    </disk>\n    <interface type='bridge'>\n      \
    <source bridge='br0'/>\n      <driver queues='4'/>\n    </interface>\n  </devices>\n</domain>\n";

fn domain() -> Domain {
    Domain::from_xml(TEXT).expect("a domain")
}

fn got(domain: &Domain, path: &str) -> Option<String> {
    domain.get(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn kind(error: domxml::PathError) -> PathErrorKind {
    error.kind
}

#[test]
fn values_are_got_by_their_paths() {
    let domain = domain();
    for (path, value) in [
        ("name", "web"),
        ("domain/name", "web"),
        ("@type", "kvm"),
        ("memory", "1048576"),
        ("memory/text()", "1048576"),
        ("memory/@unit", "KiB"),
        ("features/acpi", ""),
        ("features/hap/@state", "on"),
        ("devices/disk[2]/target/@dev", "vdb"),
        ("devices/disk[1]/source/@file", "/a.img"),
        ("devices/interface/driver/@queues", "4"),
    ] {
        assert_eq!(got(&domain, path).as_deref(), Some(value), "{path}");
    }
    for path in ["title", "devices/disk[1]/@snapshot", "features/pae", "vcpu/@current"] {
        let found = domain.get(path);
        assert!(matches!(&found, Ok(None)) || found.is_err_and(|it| it.kind == PathErrorKind::Absent), "{path}");
    }
}

#[test]
fn every_value_is_got_by_the_path_under_which_it_is_listed() {
    let domain = domain();
    let values = domain.values();
    assert!(values.len() > 15, "{values:?}");
    for (path, value) in values {
        assert_eq!(got(&domain, &path), Some(value), "{path}");
    }
}

#[test]
fn what_is_assumed_is_not_listed() {
    let text = TEXT.replace(" type='file'", "").replace("  <devices>", "  <clock/>\n  <devices>");
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let domain = Domain::from_xml_with(&text, &options).expect("a domain").value;
    for path in ["clock/@offset", "devices/disk[1]/@type"] {
        assert_eq!(got(&domain, path), None, "{path}");
        assert!(!domain.values().iter().any(|(listed, _)| listed == path), "{path}");
    }
}

/// Whatever the profile is that the crate is built with: the lines of a mixture are told apart by where they are.
#[test]
fn elements_that_stand_in_a_mixture_are_counted_by_their_names() {
    let cache = |id: u8| format!("<cache id='{id}' level='3' type='both' size='3' unit='MiB'/>");
    let tuned = format!(
        "<cputune><cachetune vcpus='0-1'>{}<monitor level='3' vcpus='0-1'/>{}</cachetune></cputune><os>",
        cache(0),
        cache(1)
    );
    let mut domain = Domain::from_xml(&TEXT.replace("<os>", &tuned)).expect("a domain");
    let at = |step: &str| format!("cputune/cachetune[1]/{step}");
    let listed: Vec<String> = domain.values().into_iter().map(|(path, _)| path).collect();
    for path in [at("cache[2]/@id"), at("monitor[1]/@vcpus")] {
        assert!(listed.contains(&path), "{path} of {listed:?}");
    }
    assert_eq!(got(&domain, &at("cache[2]/@id")).as_deref(), Some("1"));
    let change = domain.set(&at("cache[2]/@size"), "7").expect("it takes it");
    assert_eq!(change.before.as_deref(), Some("3"));
    domain.remove(&at("cache[1]")).expect("it is there");
    assert_eq!(got(&domain, &at("cache[1]/@size")).as_deref(), Some("7"));
    assert_eq!(kind(domain.get(&at("cache[2]/@id")).expect_err("one is left")), PathErrorKind::Only(1));
}

#[test]
fn what_is_wrong_with_a_path_is_told() {
    let domain = domain();
    let wrong = |path: &str| kind(domain.get(path).expect_err(path));
    assert_eq!(wrong("devices/dsik[1]/@type"), PathErrorKind::NoField { nearest: Some("disk".to_owned()) });
    assert_eq!(wrong("memory/@unt"), PathErrorKind::NoField { nearest: Some("@unit".to_owned()) });
    assert_eq!(wrong("devices/disk/@type"), PathErrorKind::Several(2));
    assert_eq!(wrong("devices/disk[3]/@type"), PathErrorKind::Only(2));
    assert_eq!(wrong("devices/disk[2]"), PathErrorKind::NoValue);
    assert!(matches!(wrong("devices//disk"), PathErrorKind::Syntax(_)));
    let error = domain.get("devices/dsik[1]/@type").expect_err("a typo").to_string();
    assert_eq!(error, "the format has no 'devices/dsik[1]' here; did you mean 'disk'?");
}

#[test]
fn a_value_is_set_and_all_else_stays() {
    let change = |path: &str, value: &str, from: &str, to: &str| {
        let mut domain = domain();
        domain.set(path, value).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(domain.to_xml().expect("it can be written"), TEXT.replacen(from, to, 1), "{path}");
    };
    change("name", "mail", "<name>web<", "<name>mail<");
    change("memory", "2048", "1048576", "2048");
    change("devices/disk[2]/target/@dev", "vdc", "'vdb'", "'vdc'");
    change("devices/interface/mtu/@size", "9000", "    </interface>", "      <mtu size='9000'/>\n    </interface>");
    change("features/pae", "", "    <hap", "    <pae/>\n    <hap");
}

#[test]
fn another_branch_takes_along_what_it_has_too() {
    let mut domain = domain();
    let change = domain.set("devices/interface/@type", "direct").expect("a type");
    assert_eq!(change.before.as_deref(), Some("bridge"));
    assert_eq!(change.lost, [("source/@bridge".to_owned(), "br0".to_owned())]);
    assert_eq!(got(&domain, "devices/interface/driver/@queues").as_deref(), Some("4"));
}

#[test]
fn what_a_field_does_not_take_changes_nothing() {
    for (path, value) in [
        ("memory", "much"),
        ("devices/disk[1]/@device", "flopy"),
        ("devices/disk[1]/@type", "fil"),
        ("devices/disk[1]/driver/@queues", "many"),
        ("devices/disk[4]/target/@dev", "vdx"),
        ("devices/disk[1]", "a disk"),
    ] {
        let mut domain = domain();
        assert!(domain.set(path, value).is_err(), "{path}");
        assert_eq!(domain.to_xml().expect("it can be written"), TEXT, "{path}");
    }
    let error = domain().set("devices/disk[1]/@device", "flopy").expect_err("no value").to_string();
    assert!(error.starts_with("'devices/disk[1]/@device' cannot be 'flopy': expected 'floppy', 'disk'"), "{error}");
}

#[test]
fn what_is_removed_is_gone() {
    let mut domain = domain();
    assert_eq!(domain.remove("features/hap").expect("a feature").before.as_deref(), Some(""));
    assert_eq!(domain.remove("features/acpi").expect("a flag").before.as_deref(), Some(""));
    assert_eq!(domain.remove("devices/disk[1]").expect("a disk").before.as_deref(), Some(""));
    assert_eq!(domain.remove("memory/@unit").expect("a unit").before.as_deref(), Some("KiB"));
    assert_eq!(domain.remove("title").expect("no title").before, None);
    assert_eq!(got(&domain, "devices/disk/target/@dev").as_deref(), Some("vdb"));
    assert_eq!(kind(domain.remove("name").expect_err("a name")), PathErrorKind::Required);
}

#[test]
fn a_value_that_could_not_be_read_gives_way() {
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let text = TEXT.replacen("bus='virtio'", "bus='warp' shield='up'", 1);
    let mut domain = Domain::from_xml_with(&text, &options).expect("a domain").value;
    assert_eq!(got(&domain, "devices/disk[1]/target/@bus").as_deref(), Some("warp"));
    assert_eq!(got(&domain, "devices/disk[1]/target/@shield").as_deref(), Some("up"));
    domain.set("devices/disk[1]/target/@bus", "scsi").expect("a bus");
    domain.remove("devices/disk[1]/target/@shield").expect("an attribute");
    assert_eq!(domain.to_xml().expect("it can be written"), TEXT.replacen("bus='virtio'", "bus='scsi'", 1));
}

/// The first disk has no target and is kept as it stands; the paths of others are those in the document all the same.
#[test]
fn what_could_not_be_read_counts_and_is_not_overwritten() {
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let unread = "<disk type='file' device='disk'>\n      <source file='/z'/>\n    </disk>\n    ";
    let text = TEXT.replacen("<disk", &format!("{unread}<disk"), 1);
    let read = || Domain::from_xml_with(&text, &options).expect("a domain").value;
    let mut domain = read();
    assert_eq!(got(&domain, "devices/disk[2]/target/@dev").as_deref(), Some("vda"));
    for (path, value) in domain.values() {
        assert_eq!(got(&domain, &path), Some(value), "{path}");
    }
    assert!(domain.values().iter().any(|(path, _)| path == "devices/disk[3]/target/@dev"));
    assert_eq!(kind(domain.get("devices/disk/@type").expect_err("three")), PathErrorKind::Several(3));
    assert_eq!(kind(domain.get("devices/disk[1]/source/@file").expect_err("unread")), PathErrorKind::Unread);
    assert_eq!(kind(domain.set("devices/disk[1]/source/@file", "/y").expect_err("unread")), PathErrorKind::Unread);
    assert_eq!(kind(domain.remove("devices/disk[1]/source").expect_err("unread")), PathErrorKind::Unread);
    domain.set("devices/disk[2]/source/@file", "/y").expect("a file");
    assert_eq!(domain.to_xml().expect("it can be written"), text.replace("/a.img", "/y"));
    // What is removed before one that could not be read, and that itself.
    let second = "<disk type='file' device='disk'>\n      <source file='/z'/>\n    </disk>\n    <disk type='block'";
    let between = TEXT.replacen("<disk type='block'", second, 1);
    let mut domain = Domain::from_xml_with(&between, &options).expect("a domain").value;
    assert_eq!(got(&domain, "devices/disk[3]/target/@dev").as_deref(), Some("vdb"));
    domain.remove("devices/disk[1]").expect("a disk");
    assert_eq!(got(&domain, "devices/disk[2]/target/@dev").as_deref(), Some("vdb"));
    assert!(domain.remove("devices/disk[1]").expect("the other").before.is_some_and(|text| text.contains("/z")));
    assert_eq!(got(&domain, "devices/disk/target/@dev").as_deref(), Some("vdb"));
}

/// A value alone has nothing but itself to lose.
#[test]
fn an_element_that_could_not_be_read_is_removed_and_not_replaced() {
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let text = TEXT.replacen("<target dev='vda'", "<auth username='x'/>\n      <target dev='vda'", 1);
    let mut domain = Domain::from_xml_with(&text, &options).expect("a domain").value;
    assert_eq!(kind(domain.get("devices/disk[1]/auth/@username").expect_err("unread")), PathErrorKind::Unread);
    let error = domain.set("devices/disk[1]/auth/secret/@type", "ceph").expect_err("unread").to_string();
    assert_eq!(error, "'devices/disk[1]/auth' is not as the format has it, and could not be read");
    domain.remove("devices/disk[1]/auth").expect("it is there");
    assert_eq!(domain.to_xml().expect("it can be written"), TEXT);
}
