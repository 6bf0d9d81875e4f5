//! One mistake is told once, whoever sees it.

use super::Judge;
use crate::cli::RuleSelection;
use crate::engine::Options;
use crate::finding::{Finding, Level};

/// What `check` says of an element in a domain, but for notes and defaults.
fn found(content: &str) -> Vec<Finding> {
    let text = format!(
        "<domain type='test'><name>a</name><memory unit='KiB'>65536</memory><os><type arch='x86_64'>hvm</type></os>{content}</domain>"
    );
    let options = Options::new(&RuleSelection::default(), None, None).expect("no selection");
    let judge = Judge::embedded().expect("the embedded schema");
    let mut findings = judge.check(&text, &options);
    findings.retain(|finding| !matches!(finding.level, Level::Note | Level::Default));
    findings
}

#[test]
fn a_refusal_is_told_at_the_place_of_what_the_schema_refuses_with_both_reasons() {
    let findings = found("<seclabel type='dynamic' model='selinux' relabel='no'/>");
    let [finding] = &*findings else { panic!("{findings:?}") };
    assert_eq!((&*finding.rule, finding.level), ("seclabel-dynamic-relabel", Level::Error));
    assert_eq!(finding.path, "domain/seclabel/@relabel");
    assert!(finding.message.starts_with("'no' is no value of the attribute 'relabel'"), "{}", finding.message);
    assert!(finding.message.ends_with("leave out relabel='no'"), "{}", finding.message);
}

#[test]
fn what_a_rule_says_of_the_value_of_a_child_is_told_at_the_child() {
    let text =
        "<domain type='test'><name/><memory unit='KiB'>65536</memory><os><type arch='x86_64'>hvm</type></os></domain>";
    let options = Options::new(&RuleSelection::default(), None, None).expect("no selection");
    let findings = Judge::embedded().expect("the embedded schema").check(text, &options);
    let [finding] = &*findings else { panic!("{findings:?}") };
    assert_eq!((&*finding.rule, finding.level, &*finding.path), ("name-conflict", Level::Error, "domain/name"));
    let said = "there is nothing in <name>; expected any text on one line, not empty; the domain has no name: give it one in <name>";
    assert_eq!(finding.message, said);
}

#[test]
fn a_change_takes_the_place_of_what_it_mends() {
    let findings = found(
        "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><address type='usb' bus='1' device='4'/></source></hostdev></devices>",
    );
    let [finding] = &*findings else { panic!("{findings:?}") };
    assert_eq!((&*finding.rule, finding.level), ("hostdev-pci-source-type-dropped", Level::Invalid));
    assert_eq!(finding.path, "domain/devices/hostdev/source/address/@type");
    assert_eq!((finding.before.as_deref(), finding.after.as_deref()), (Some("type='usb'"), Some("")));
}

#[test]
fn two_mistakes_of_one_element_are_told_both() {
    let findings = found("<seclabel type='dynamic' model='selinux' relabel='no' odd='1'/>");
    let paths: Vec<&str> = findings.iter().map(|finding| &*finding.path).collect();
    assert_eq!(paths, ["domain/seclabel/@relabel", "domain/seclabel/@odd"], "{findings:?}");
}

#[test]
fn what_the_schema_refuses_and_libvirt_does_not_read_is_told_once() {
    let text =
        "<domain type='xen'><name>a</name><memory>65536</memory><os><type>xen</type><boot dev='hd'/></os></domain>";
    let options = Options::new(&RuleSelection::default(), None, None).expect("no selection");
    let judge = Judge::embedded().expect("the embedded schema");
    let mut findings = judge.check(text, &options);
    findings.retain(|finding| finding.path.starts_with("domain/os"));
    let [finding] = &*findings else { panic!("{findings:?}") };
    assert_eq!((&*finding.path, finding.level), ("domain/os/boot", Level::Invalid));
    assert!(
        finding.message.ends_with("libvirt does not read <boot> of this type of operating system"),
        "{}",
        finding.message
    );
}

/// What `check` says of the one mistake of a domain.
fn told(content: &str) -> String {
    let findings = found(content);
    let [finding] = &*findings else { panic!("{findings:?}") };
    finding.message.clone()
}

#[test]
fn what_belongs_elsewhere_is_told_with_its_place() {
    let disk = |attribute: &str, source: &str| {
        told(&format!(
            "<devices><disk type='file' device='disk'{attribute}><source file='/a'{source}/><target dev='vda' bus='virtio'/></disk></devices>"
        ))
    };
    assert_eq!(disk(" iothread='1'", ""), "'iothread' is no attribute of <disk>, but of <driver>");
    assert_eq!(disk("", " discard='unmap'"), "'discard' is no attribute of <source>, but of <driver>");
    assert_eq!(disk(" odd='1'", ""), "unknown attribute 'odd' of <disk>");
    let namespace = "http://libvirt.org/schemas/domain/qemu/1.0";
    assert_eq!(
        told(&format!("<devices><qemu:commandline xmlns:qemu='{namespace}'/></devices>")),
        "<qemu:commandline> does not belong in <devices>, but in <domain>"
    );
    assert_eq!(
        told("<devices><qemu:commandline/></devices>"),
        format!(
            "<qemu:commandline> does not belong in <devices>, but in <domain>, and the prefix 'qemu' is not declared: move it there, and \
             declare the prefix on the root, xmlns:qemu='{namespace}'"
        )
    );
}

#[test]
fn a_text_in_an_extension_is_told_once() {
    let namespace = "xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'";
    let findings = found(&format!("<q:commandline {namespace}> # odd <q:arg value='-s'/></q:commandline>"));
    let [finding] = &*findings else { panic!("{findings:?}") };
    assert_eq!(
        (&*finding.path, &*finding.message),
        ("domain/commandline", "unexpected text in <q:commandline>: '# odd'")
    );
}

#[test]
fn a_word_for_on_and_off_is_told_in_the_words_of_the_attribute() {
    let suspend = |word: &str| told(&format!("<pm><suspend-to-mem enabled='{word}'/></pm>"));
    assert!(suspend("off").ends_with("expected 'yes' or 'no'; did you mean 'no'?"), "{}", suspend("off"));
    assert!(suspend("True").ends_with("did you mean 'yes'?"), "{}", suspend("True"));
    assert!(suspend("maybe").ends_with("expected 'yes' or 'no'"), "{}", suspend("maybe"));
}
