//! What the options of writing make of the format's annotations.

use domxml::{
    Action, Defaults, Domain, Element, Filesystem, KeptContent, NoteKind, OutputOnly, ReadOptions, Unknown, Version,
    Video, WriteOptions,
};
use domxml_runtime::{EmptyElements, Newer};

const HEAD: &str = "<domain type='kvm'>\n  <name>n</name>\n";

fn written(content: &str, options: &WriteOptions) -> (String, Vec<(Action, String)>) {
    let domain = Domain::from_xml(&format!("{HEAD}{content}</domain>\n")).expect("valid");
    let written = domain.write_with(options).expect("it can be written");
    let content = written.text.strip_prefix(HEAD).and_then(|text| text.strip_suffix("</domain>\n"));
    let findings = written.findings.into_iter().map(|finding| (finding.action, finding.value)).collect();
    (content.expect("the frame").to_owned(), findings)
}

#[test]
fn empty_elements_have_their_form() {
    let content = "  <features/>\n  <devices/>\n";
    let pair = "  <features/>\n  <devices>\n  </devices>\n";
    assert_eq!(written(content, &WriteOptions::default()), (pair.to_owned(), Vec::new()));
    let canonical = WriteOptions { empty: EmptyElements::Drop, ..WriteOptions::default() };
    let dropped = vec![(Action::Emptied, "features".to_owned())];
    assert_eq!(written(content, &canonical), ("  <devices>\n  </devices>\n".to_owned(), dropped));
    let comment = "  <features>\n    <!-- none -->\n  </features>\n";
    assert_eq!(written(comment, &canonical).0, comment, "a comment is something");
}

#[test]
fn an_element_whose_parts_are_left_out_is_left_out_too() {
    let content = "  <devices>\n    <interface type='user'>\n      <coalesce>\n        <rx>\n          <frames max='0'/>\n        </rx>\n      \
                   </coalesce>\n    </interface>\n  </devices>\n";
    let canonical =
        WriteOptions { defaults: Defaults::Canonical, empty: EmptyElements::Drop, ..WriteOptions::default() };
    assert_eq!(written(content, &canonical).0, "  <devices>\n    <interface type='user'/>\n  </devices>\n");
}

#[test]
fn live_state_is_written_noted_or_left_out() {
    let content = "  <devices>\n    <interface type='network'>\n      \
                   <source network='n' portid='4dea22b3-1d52-d8f3-2516-782e98ab3fa0'/>\n    </interface>\n  </devices>\n";
    let with = |output_only| WriteOptions { output_only, ..WriteOptions::default() };
    let portid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0".to_owned();
    assert_eq!(written(content, &with(OutputOnly::Keep)), (content.to_owned(), Vec::new()));
    let noted = vec![(Action::LiveKept, portid.clone())];
    assert_eq!(written(content, &with(OutputOnly::Note)), (content.to_owned(), noted));
    let (text, findings) = written(content, &with(OutputOnly::Drop));
    assert!(text.contains("<source network='n'/>"), "{text}");
    assert_eq!(findings, [(Action::Live, portid)]);
}

#[test]
fn what_the_target_does_not_know_is_left_out_on_request() {
    let content = "  <devices>\n    <hostdev mode='subsystem' type='pci' managed='no'>\n      \
                   <driver name='vfio' model='mlx5_vfio_pci'/>\n      <source>\n        \
                   <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/>\n      </source>\n    </hostdev>\n  </devices>\n";
    let older = WriteOptions { target: Some(Version::new(9, 0, 0)), ..WriteOptions::default() };
    assert_eq!(written(content, &older).0, content);
    let (text, findings) = written(content, &WriteOptions { newer: Newer::Drop, ..older });
    assert!(text.contains("<driver name='vfio'/>"), "{text}");
    assert_eq!(findings, [(Action::Newer, "mlx5_vfio_pci".to_owned())]);
}

#[test]
fn namespaces_are_declared_where_they_are_used() {
    let text = "<domain xmlns:a='urn:unused' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0' type='kvm'>\n  <name>n</name>\n  \
                <q:commandline>\n    <q:arg value='-s'/>\n  </q:commandline>\n</domain>\n";
    let domain = Domain::from_xml(text).expect("valid");
    let written = domain
        .write_with(&WriteOptions { kept: KeptContent::Drop, ..WriteOptions::default() })
        .expect("it can be written");
    let expected = "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n  <name>n</name>\n  \
                    <qemu:commandline>\n    <qemu:arg value='-s'/>\n  </qemu:commandline>\n</domain>\n";
    assert_eq!(written.text, expected);
}

#[test]
fn an_empty_value_counts_as_none_where_libvirt_takes_it_so() {
    let keep = ReadOptions { unknown: Unknown::Keep, exact: true, deep: false };
    let text = "<filesystem accessmode=''>\n  <driver type='path' format=''/>\n  <source dir='/a'/>\n  <target dir='b'/>\n</filesystem>\n";
    let read = Filesystem::from_xml_with(text, &keep).expect("read");
    assert_eq!(read.value.accessmode, None);
    let kinds: Vec<_> = read.notes.iter().map(|note| (note.kind, note.column)).collect();
    assert_eq!(kinds, [(NoteKind::ReadPast, 25), (NoteKind::Unread, 31)], "the other one is refused");
    assert_eq!(read.value.to_xml().expect("it can be written"), text, "both stay as they stand");
    assert!(Filesystem::from_xml(text).is_err());
}

#[test]
fn a_value_that_libvirt_reads_past_is_kept() {
    let keep = ReadOptions { unknown: Unknown::Keep, exact: true, deep: false };
    let text = "<video>\n  <model type='vga' vram='16384' primary='perhaps'/>\n</video>\n";
    let read = Video::from_xml_with(text, &keep).expect("read");
    assert_eq!(read.notes.iter().map(|note| note.kind).collect::<Vec<_>>(), [NoteKind::ReadPast]);
    assert_eq!(read.value.to_xml().expect("it can be written"), text);
    assert!(Video::from_xml(text).is_err());
}

#[test]
fn types_read_what_libvirt_does_beside_its_schema() {
    let text = "<filesystem type='bind'>\n  <driver type='virtiofs'/>\n  <binary path='/v'/>\n  <source dir='/a'/>\n  <target dir='b'/>\n</filesystem>\n";
    let read = Filesystem::from_xml(text).expect("read");
    assert!(read.binary.is_some());
    assert_eq!(read.to_xml().expect("it can be written"), text);
}
