//! What programs are told of a domain: by the schema, by libvirt and by its drivers.

use dommigrate::finding::Level;
use dommigrate::{Checker, Driver};
use domxml::{Disk, Domain, DomainType, Interface};
use domxml_runtime::Version;

fn domain() -> Domain {
    let mut domain = Domain::new(DomainType::Kvm, "web", 512).vcpus(2);
    domain.attach(Disk::file("/a.qcow2", "vda")).expect("a disk");
    domain.attach(Interface::bridge("br0")).expect("a network card");
    domain
}

#[test]
fn a_domain_without_faults_is_clean() {
    let checked = Checker::new().domain(&domain());
    assert!(checked.is_clean() && checked.is_accepted(), "{checked}");
    assert_eq!(checked.text, domain().to_xml().expect("it can be written"));
}

#[test]
fn what_libvirt_refuses_is_told_with_its_place() {
    let mut twice = domain();
    twice.attach(Disk::block("/dev/b", "vda")).expect("a disk");
    let checked = Checker::new().domain(&twice);
    assert!(!checked.is_accepted() && !checked.is_clean(), "{checked}");
    let found = checked.findings.iter().find(|finding| finding.level == Level::Error).expect("an error");
    let (line, _) = checked.place(found);
    assert!(found.path.starts_with("domain/devices/disk[2]"), "{}", found.path);
    assert!(checked.text.lines().nth(line - 1).is_some_and(|line| line.contains("<disk type='block'")), "{checked}");
    assert!(
        checked.to_string().lines().any(|said| said.starts_with(&format!("{line}:")) && said.contains(": error: "))
    );
}

#[test]
fn what_the_schema_refuses_is_told_too() {
    let text =
        domain().to_xml().expect("it can be written").replace("<vcpu>2</vcpu>", "<vcpu placement='often'>2</vcpu>");
    let checked = Checker::new().text(text);
    assert!(!checked.is_clean() && checked.to_string().contains("'often'"), "{checked}");
}

#[test]
fn driver_and_target_decide_what_is_told() {
    let text = domain()
        .to_xml()
        .expect("it can be written")
        .replace("<vcpu>", "<cpu><topology sockets='3' cores='1' threads='1'/></cpu>\n  <vcpu>");
    assert!(!Checker::new().driver(Driver::Qemu).text(&*text).is_accepted());
    assert!(Checker::new().driver(Driver::Test).text(&*text).is_accepted());
    let checker = Checker::new();
    let newer =
        domain().to_xml().expect("it can be written").replace("</devices>", "<panic model='pvpanic'/></devices>");
    assert!(checker.text(&*newer).is_clean());
    let checked = checker.target(Version::new(0, 9, 0)).text(newer);
    assert!(checked.findings.iter().any(|finding| finding.message.contains("known since")), "{checked}");
}
