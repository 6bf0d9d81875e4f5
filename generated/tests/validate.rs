//! The schema judges documents.
#![cfg(feature = "validate")]

use domxml::{Disk, Domain, DomainType};

#[test]
fn a_valid_domain_is_told_from_an_invalid_one() {
    let mut domain = Domain::new(DomainType::Kvm, "web", 512);
    assert_eq!(domain.validate(), Ok(()));
    domain.attach(Disk::file("/a", "vda")).expect("a disk");
    domain.title = Some("a\nb".to_owned());
    let wrong = domain.validate().expect_err("a title is one line");
    assert_eq!((wrong.0[0].line, &*wrong.0[0].path), (3, "/domain/title"), "{wrong}");
    domain.title = Some("a\u{1}b".to_owned());
    let wrong = domain.validate().expect_err("no document can hold the title");
    assert_eq!((wrong.0[0].line, &*wrong.0[0].path), (3, "/domain/title"), "{wrong}");
}

#[test]
fn all_that_is_wrong_with_a_text_has_its_place() {
    let text = "<domain type='kvm'>\n  <name>web</name>\n  <memory unit='KBB'>1</memory>\n  <vcpu>many</vcpu>\n  <os><type>hvm</type></os>\n</domain>";
    let wrong = domxml::validate(text).expect_err("two values");
    let places: Vec<_> = wrong.0.iter().map(|it| (it.line, it.column, &text[it.range.clone()], &*it.path)).collect();
    assert_eq!(places, [(3, 17, "KBB", "/domain/memory/@unit"), (4, 9, "many", "/domain/vcpu")]);
    let broken = domxml::validate("<domain>\n</domian>").expect_err("no document");
    assert_eq!(broken.0[0].line, 2, "{broken}");
    assert!(domxml::validate("<network/>").is_err());
}
