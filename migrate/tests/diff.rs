//! `diff`: whether two documents mean the same.

mod common;

use common::{NEW, OLD, diff};

#[test]
fn diff_names_changes_by_path_and_place() {
    let other = NEW.replace("1048576", "2097152").replace("  <os>", "  <title>t</title>\n  <os>");
    let (status, said) = diff(OLD, &other, &[]);
    assert_eq!(status, Some(1), "{said}");
    for line in [
        "a.xml:3:3, <stdin>:3:3: changed domain/memory: 1048576 -> 2097152\n",
        "<stdin>:4:3: added domain/title: <title>t</title>\n",
        "0 same, 1 different, 0 not judged\n",
    ] {
        assert!(said.contains(line), "expected {line}, got {said}");
    }
    assert_eq!(diff(OLD, NEW, &[]), (Some(0), "1 same, 0 different, 0 not judged\n".to_owned()));
    assert_eq!(diff(OLD, "<domain/>", &[]).0, Some(2));
    let (_, json) = diff(OLD, &other, &["--output-format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["pairs"][0]["verdict"], "different");
    assert_eq!(json["pairs"][0]["changes"][0]["after"]["line"], 3);
    let (_, github) = diff(OLD, &other, &["--output-format", "github"]);
    assert!(github.starts_with("::error file=<stdin>,line=3,col=3,title=difference::domain/"), "{github}");
    let (_, sarif) = diff(OLD, &other, &["--output-format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "difference");
}

/// libvirt keeps what is in metadata as it stands: comments mean nothing there either, the order of text and elements does.
#[test]
fn of_metadata_comments_alone_are_the_same() {
    let with = |inner: &str| {
        NEW.replace("  <os>", &format!("  <metadata><a:a xmlns:a='u:a'>{inner}</a:a></metadata>\n  <os>"))
    };
    let (one, commented) = (with("<a:b/>text<a:c/>"), with("<!-- c --><a:b/>text<a:c/>"));
    assert_eq!(diff(&one, &commented, &[]), (Some(0), "1 same, 0 different, 0 not judged\n".to_owned()));
    for other in ["<a:b/><a:c/>text", "<a:c/>text<a:b/>"] {
        let (status, said) = diff(&one, &with(other), &[]);
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains("changed domain"), "what differs is told: {said}");
    }
}

#[test]
fn what_differs_around_the_domains_is_shown() {
    let held = |time: u32| format!("<domainsnapshot>\n  <creationTime>{time}</creationTime>\n{NEW}</domainsnapshot>\n");
    let (status, said) = diff(&held(1), &held(2), &[]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains(": changed /: <creationTime>1</creationTime> -> <creationTime>2</creationTime>\n"), "{said}");
    let (_, said) = diff(NEW, &held(1), &[]);
    assert!(said.contains(": changed /: <domain> -> <domainsnapshot>\n"), "{said}");
    let (_, github) = diff(NEW, &held(1), &["--output-format", "github"]);
    assert_eq!(github.matches("<domainsnapshot>").count(), 1, "{github}");
}

/// Of two domains that a snapshot holds the second tells its own places, though both are the same otherwise.
#[test]
fn what_differs_within_a_snapshot_is_told_where_it_stands() {
    let held = |number: u32| {
        let domain = |name: &str, number: u32| {
            format!(
                "<{name} type='kvm'>\n<name>a</name>\n<memory unit='KiB'>65536</memory>\n<vcpu placement='static'>{number}</vcpu>\n\
                 <os><type>hvm</type></os>\n</{name}>\n"
            )
        };
        format!("<domainsnapshot>\n{}{}</domainsnapshot>\n", domain("domain", 1), domain("inactiveDomain", number))
    };
    let (status, said) = diff(&held(1), &held(2), &[]);
    assert_eq!(status, Some(1), "{said}");
    let change = said.lines().next().unwrap_or_default();
    assert!(change.ends_with(":11:1: changed domainsnapshot/inactiveDomain/vcpu: 1 -> 2"), "{said}");
    assert_eq!(change.matches(":11:1").count(), 2, "{said}");
}

/// What cannot be looked at hinders nothing else.
#[cfg(unix)]
#[test]
fn of_two_folders_all_is_compared_that_can_be() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    let folders = ["one", "other", "empty", "void"].map(|name| root.join(name));
    folders.iter().for_each(|folder| std::fs::create_dir(folder).expect("made"));
    for folder in &folders[..2] {
        std::fs::write(folder.join("a.xml"), OLD).expect("written");
    }
    // A file is no directory in which there could be another.
    std::os::unix::fs::symlink("a.xml/b.xml", folders[0].join("b.xml")).expect("linked");
    let compare = |one: &std::path::Path, other: &std::path::Path| {
        let output = common::dommigrate().arg("diff").args([one, other]).output().expect("it runs");
        let said = [output.stderr, output.stdout].concat();
        (output.status.code(), String::from_utf8_lossy(&said).replace(&format!("{}/", root.display()), ""))
    };
    let (status, said) = compare(&folders[0], &folders[1]);
    assert_eq!(status, Some(2), "{said}");
    assert_eq!(said, "dommigrate: one/b.xml: Not a directory\n1 same, 0 different, 1 not judged\n");
    for (format, told) in [("github", "::error file=one/b.xml,title=io::Not a directory"), ("sarif", "Not a directory")]
    {
        let output =
            common::dommigrate().current_dir(root).args(["diff", "--output-format", format, "one", "other"]).output();
        let said = String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned();
        assert!(said.contains(told), "{format}: {said}");
    }
    std::fs::remove_file(folders[0].join("b.xml")).expect("removed");
    std::fs::create_dir(folders[1].join("sub")).expect("made");
    for file in [folders[0].join("sub"), folders[0].join("gone.xml"), folders[1].join("sub/new.xml")] {
        std::fs::write(file, OLD).expect("written");
    }
    std::fs::write(folders[1].join("net.xml"), "<network/>").expect("written");
    let (status, said) = compare(&folders[0], &folders[1]);
    let removed = "one/gone.xml:1:1: removed domain: <domain>\nother/sub/new.xml:1:1: added domain: <domain>\n";
    assert_eq!((status, said), (Some(1), format!("{removed}1 same, 2 different, 0 not judged\n")));
    let (status, said) = compare(&folders[2], &folders[3]);
    assert_eq!((status, &*said), (Some(0), "nothing was compared: no document was found\n"));
}
