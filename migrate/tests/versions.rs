//! What one libvirt does and another does not: the forms of profile `libvirt` by version.

use dommigrate::engine::{self, Options};
use dommigrate::finding::{Level, ids};
use dommigrate::options::{Driver, Fate, Layout, Profile, Target};
use dommigrate::rules;
use domxml_runtime::Version;

fn options(version: Version, driver: Driver) -> Options {
    let target = Target::at(version);
    let chosen = rules::select(&[], &[], Profile::Libvirt, &target).expect("no selection is never wrong").rules;
    Options {
        profile: Profile::Libvirt,
        target,
        plan: engine::Plan::new(&chosen, Profile::Libvirt, &target, Some(driver), false),
        muted: Vec::new(),
        live: false,
        unknown: Fate::of(Profile::Libvirt, &target, None),
        layout: Layout::Canonical,
    }
}

fn form(content: &str, version: Version) -> engine::Outcome {
    form_with(content, version, Driver::Test)
}

fn form_with(content: &str, version: Version, driver: Driver) -> engine::Outcome {
    let os = if content.contains("<os") { "" } else { "<os><type arch='x86_64'>hvm</type></os>" };
    let text = format!("<domain type='kvm'><name>a</name><memory unit='KiB'>1024</memory>{os}{content}</domain>");
    engine::upgrade(&text, &options(version, driver))
}

/// What is written otherwise from a version on.
struct Change {
    /// The first version that writes it as today's.
    since: Version,
    /// The rule that has a row whose range begins or ends there; none where an annotation of the schema says it.
    rule: Option<&'static str>,
    content: &'static str,
    /// What older ones write.
    before: &'static str,
    /// What newer ones write.
    after: &'static str,
}

/// A version that the sources only bound is the later bound.
const CHANGES: &[Change] = &[
    Change {
        since: Version::new(12, 0, 0),
        rule: None,
        content: "<features><hyperv mode='passthrough'/></features>",
        before: "    <hyperv mode='passthrough'>\n    </hyperv>\n",
        after: "    <hyperv mode='passthrough'/>\n",
    },
    Change {
        since: Version::new(12, 0, 0),
        rule: Some("os-loader-format"),
        content: "<os firmware='efi'><type arch='x86_64'>hvm</type><nvram format='qcow2'/></os>",
        before: "    <loader format='qcow2'/>\n    <nvram format='qcow2'/>\n",
        after: "</type>\n    <nvram format='qcow2'/>\n",
    },
    Change {
        since: Version::new(12, 8, 0),
        rule: Some("metadata-empty"),
        content: "<metadata/>",
        before: "  <metadata/>\n",
        after: "  <name>a</name>\n  <memory",
    },
    Change {
        since: Version::new(12, 8, 0),
        rule: Some("video-models-merged"),
        content: "<devices><video><model type='vga'/><model type='vga' heads='2'/></video></devices>",
        before: "<model type='vga' vram='16384' heads='2' primary='yes'/>",
        after: "<model type='vga' vram='16384' heads='1' primary='yes'/>",
    },
    Change {
        since: Version::new(12, 8, 0),
        rule: Some("seclabel-untyped-dropped"),
        content: "<devices></devices><seclabel model='dac'/>",
        before: "  </devices>\n</domain>\n",
        after: "  </devices>\n  <seclabel type='dynamic' model='dac' relabel='yes'/>\n</domain>\n",
    },
    Change {
        since: Version::new(11, 6, 0),
        rule: Some("graphics-libvirt-ports"),
        content: "<devices><graphics type='vnc' port='-1' autoport='no'/></devices>",
        before: "<graphics type='vnc' autoport='no'>",
        after: "<graphics type='vnc' port='-1' autoport='no'>",
    },
    Change {
        since: Version::new(11, 6, 0),
        rule: Some("graphics-libvirt-ports"),
        content: "<devices><graphics type='rdp' autoport='no'/></devices>",
        before: "<graphics type='rdp' port='0' autoport='yes'>",
        after: "<graphics type='rdp'>",
    },
    Change {
        since: Version::new(11, 9, 0),
        rule: Some("features-parts-of-off"),
        content: "<features><hyperv mode='custom'><spinlocks state='on' retries='4294967295'/></hyperv></features>",
        before: "<spinlocks state='on' retries='-1'/>",
        after: "<spinlocks state='on'/>",
    },
    Change {
        since: Version::new(11, 6, 0),
        rule: None,
        content: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda'/>\
                  <blockio logical_block_size='512' discard_granularity='0'/></disk></devices>",
        before: "<blockio logical_block_size='512'/>",
        after: "<blockio logical_block_size='512' discard_granularity='0'/>",
    },
];

/// The release before: those between two years are not told apart here.
fn before(version: Version) -> Version {
    match version.minor {
        0 => Version::new(version.major - 1, 10, 0),
        minor => Version::new(version.major, minor - 1, 0),
    }
}

#[test]
fn a_document_is_written_otherwise_from_one_version_on() {
    for Change { since, content, before: old, after: new, .. } in CHANGES {
        for (version, written, other) in [(before(*since), old, new), (*since, new, old)] {
            let outcome = form(content, version);
            let text = outcome.text.unwrap_or_else(|| panic!("{content} at {version}: {:?}", outcome.findings));
            assert!(text.contains(written) && !text.contains(other), "{content} at {version}:\n{text}");
        }
    }
}

#[test]
fn what_is_written_otherwise_is_the_range_of_a_row() {
    for change in CHANGES {
        let Some(id) = change.rule else { continue };
        let rule = rules::all().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule {id}"));
        let ends = rule.rows.iter().flat_map(|row| <[_; 2]>::from(rule.range(row))).flatten();
        assert!(ends.into_iter().any(|end| end == change.since), "{id}: no row begins or ends at {}", change.since);
    }
}

#[test]
fn a_document_is_refused_or_taken_from_one_version_on() {
    let rows = include_str!("refused.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for row in rows {
        let [since, does, driver, content] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {row}")
        };
        let since: Version = since.parse().unwrap_or_else(|_| panic!("no version: {row}"));
        let driver = if driver == "qemu" { Driver::Qemu } else { Driver::Test };
        let refused =
            |version| form_with(content, version, driver).findings.iter().any(|finding| finding.level == Level::Error);
        assert_eq!(refused(since), does == "refuses", "{row}");
        assert_eq!(refused(before(since)), does != "refuses", "before it: {row}");
        count += 1;
    }
    assert!(count > 10, "only {count} rows");
}

#[test]
fn what_is_wrong_with_what_the_target_does_not_read_is_a_note() {
    let eleven = Version::new(11, 3, 0);
    for (content, since) in [
        // Newer elements and attributes, and an element that is forgotten.
        ("<hwuuid>zz</hwuuid>", Version::new(11, 7, 0)),
        ("<seclabel model='dac' relabel='no'/>", Version::new(12, 8, 0)),
        (
            "<iothreads>1</iothreads><iothreadids><iothread id='1'><poll weight='many'/></iothread></iothreadids>",
            Version::new(12, 7, 0),
        ),
        ("<iommufd enabled='perhaps'/>", Version::new(12, 2, 0)),
        ("<devices><video><model type='virtio' edid='perhaps'/></video></devices>", Version::new(11, 7, 0)),
        (
            "<devices><memballoon model='virtio'><acpi index='1' nodeset='all'/></memballoon></devices>",
            Version::new(11, 8, 0),
        ),
    ] {
        let old = form(content, eleven);
        let reader: Vec<_> = old.findings.iter().filter(|finding| finding.rule == ids::INVALID).collect();
        assert!(
            !reader.is_empty() && reader.iter().all(|finding| finding.level == Level::Note),
            "{content}: {reader:?}"
        );
        assert!(old.text.is_some(), "{content}: {:?}", old.findings);
        let new = form(content, since);
        assert!(new.text.is_none() && new.findings.iter().any(|it| it.level == Level::Error), "{content} at {since}");
    }
}

/// What `info` says of a document: the oldest libvirt, and what is new in which.
fn info(content: &str) -> serde_json::Value {
    let os = "<os><type arch='x86_64'>hvm</type></os>";
    let text = format!("<domain type='kvm'><name>a</name><memory unit='KiB'>1024</memory>{os}{content}</domain>");
    let mut command = assert_cmd::Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    let output = command.args(["info", "--output-format", "json"]).write_stdin(text).output().expect("it runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn what_older_ones_read_otherwise_is_new_to_info() {
    for (content, oldest, feature) in [
        ("<seclabel model='dac'/>", "12.8.0", "seclabel as it is read, see seclabel-untyped-dropped"),
        (
            "<devices><graphics type='vnc' port='-1' autoport='no'/></devices>",
            "11.6.0",
            "graphics as it is read, see graphics-libvirt-ports",
        ),
        (
            "<devices><graphics type='rdp' autoport='no'/></devices>",
            "11.6.0",
            "graphics as it is read, see graphics-libvirt-ports",
        ),
    ] {
        let said = info(content);
        let file = &said["files"][0];
        assert_eq!(file["features"]["oldest_libvirt"], oldest, "{content}: {said}");
        let list = file["features"]["features"].as_array().expect("a list");
        let row = list.iter().find(|row| row["feature"] == feature).unwrap_or_else(|| panic!("{content}: {said}"));
        assert_eq!(row["since"], oldest, "{content}");
    }
    // A form alone that is written otherwise is read alike.
    let said = info("<features><hyperv mode='passthrough'/></features>");
    assert_eq!(said["files"][0]["features"]["oldest_libvirt"], "8.0.0", "{said}");
}

#[test]
fn a_source_that_names_what_its_type_does_not_have_is_none() {
    let newest = Version::new(12, 8, 0);
    let target = "<target dev='sda' bus='sata'/>";
    for (type_, source) in [("file", "dev='/dev/sr0'"), ("block", "file='/a.iso'"), ("dir", "protocol='http' name='a'")]
    {
        let content =
            format!("<devices><disk type='{type_}' device='cdrom'><source {source}/>{target}</disk></devices>");
        let text = form(&content, newest).text.unwrap_or_default();
        let drive = format!("<disk type='{type_}' device='cdrom'>\n      <target dev='sda' bus='sata'/>");
        assert!(text.contains(&drive), "{content}: {text}");
    }
    // A source that names no volume is missed when the guest starts.
    for source in ["<source/>", "<source file='/a'/>", "<source mode='host'/>"] {
        let content = format!("<devices><disk type='volume' device='disk'>{source}{target}</disk></devices>");
        let text = form(&content, newest).text.unwrap_or_default();
        assert!(text.contains("<disk type='volume' device='disk'>\n      <target"), "{content}: {text}");
    }
}

#[test]
fn the_size_of_a_pstore_is_rounded_before_it_is_looked_at() {
    let size = |bytes: u32| {
        let content = format!(
            "<devices><pstore backend='acpi-erst'><path>/p</path><size unit='b'>{bytes}</size></pstore></devices>"
        );
        form(&content, Version::new(12, 8, 0)).text
    };
    assert!(size(4095).is_some_and(|text| text.contains("<size unit='KiB'>4</size>")));
    assert!(size(3072).is_none());
}
