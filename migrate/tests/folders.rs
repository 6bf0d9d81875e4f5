//! A folder of definitions, as every command sees it.

mod common;

use std::fs;
use std::path::Path;
use std::time::Duration;

use common::{NEW, OLD, dommigrate, stdout};

/// The commands, with what each prints for a folder in which all is well.
const COMMANDS: [&str; 5] = ["upgrade", "check", "fmt", "validate", "info"];

const NETWORK: &str = "<network>\n  <name>default</name>\n  <domain name='example.com'/>\n</network>\n";

fn write(directory: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("written");
    }
}

fn run(arguments: &[&str], path: &Path) -> (i32, String) {
    let mut command = dommigrate();
    let output = command.args(arguments).arg(path).timeout(Duration::from_secs(60)).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("a status"), String::from_utf8_lossy(&said).into_owned())
}

/// A folder as libvirt keeps it: networks, links in autostart, a schema's worth of other documents.
#[cfg(unix)]
#[test]
fn a_copy_of_libvirts_own_folder_is_clean() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    let header = "<!--\nWARNING: THIS IS AN AUTO-GENERATED FILE.\n-->\n\n";
    write(
        root,
        &[
            ("vm.xml", &format!("{header}{NEW}")),
            ("networks/default.xml", &format!("{header}{NETWORK}")),
            ("nwfilter/clean.xml", "<filter name='clean'/>"),
            ("foreign.xml", "<!DOCTYPE html [<!ENTITY a 'b'>]>\n<html>&a;</html>"),
            ("caps.xml", "<capabilities><guest><domain type='kvm'><emulator/></domain></guest></capabilities>"),
        ],
    );
    for folder in ["autostart", "networks/autostart"] {
        fs::create_dir(root.join(folder)).expect("a directory");
    }
    std::os::unix::fs::symlink(root.join("vm.xml"), root.join("autostart/vm.xml")).expect("a link");
    std::os::unix::fs::symlink("../default.xml", root.join("networks/autostart/default.xml")).expect("a link");
    for command in COMMANDS {
        let (status, said) = run(&[command], root);
        assert_eq!(status, 0, "{command}: {said}");
        assert!(said.contains("5 files, 4 skipped, "), "{command}: {said}");
        let (status, said) = run(&[command], &root.join("networks/default.xml"));
        let expected = if matches!(command, "check" | "validate") { 1 } else { 2 };
        assert_eq!(status, expected, "{command}: {said}");
        assert!(
            said.contains("default.xml:5:1: error[not-a-domain]") && said.contains("<network>"),
            "{command}: {said}"
        );
    }
    let (status, said) = run(&["diff", root.to_str().expect("a path")], root);
    assert_eq!((status, said.as_str()), (0, "1 same, 0 different, 0 not judged\n"));
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(root, &[("vm.xml", NEW)]);
    mknodat(CWD, root.join("fifo.xml"), FileType::Fifo, Mode::RWXU, 0).expect("a FIFO");
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket.xml")).expect("a socket");
    for (name, target) in [
        ("gone.xml", "nothing.xml"),
        ("loop.xml", "loop.xml"),
        ("device.xml", "/dev/null"),
        ("to-fifo.xml", "fifo.xml"),
        ("out.xml", "/tmp"),
        ("in.xml", "."),
    ] {
        std::os::unix::fs::symlink(target, root.join(name)).expect("a link");
    }
    for command in COMMANDS {
        let (status, said) = run(&[command], root);
        assert_eq!(status, 0, "{command}: {said}");
        for (name, what) in [
            ("fifo.xml", "is a FIFO"),
            ("to-fifo.xml", "is a FIFO"),
            ("socket.xml", "is a socket"),
            ("device.xml", "is a device"),
            ("gone.xml", "is a symbolic link to nothing"),
            ("loop.xml", "is a symbolic link in a loop"),
            ("out.xml", "is a symbolic link to a directory"),
        ] {
            let line = said.lines().find(|line| line.contains(&format!("/{name}:")));
            assert!(
                line.is_some_and(|line| line.contains(what) && line.contains("note[")),
                "{command}, {name}: {said}"
            );
        }
        assert!(!said.contains("in.xml"), "{command}: {said}");
        // Named, it is an error rather than a wait without end.
        let names = ["gone.xml", "loop.xml", "socket.xml", "fifo.xml"];
        // One command is enough to wait for a FIFO.
        for name in &names[..if command == "check" { 4 } else { 3 }] {
            let (status, said) = run(&[command], &root.join(name));
            assert_eq!(status, 2, "{command} {name}: {said}");
        }
    }
    let (status, _) = run(&["diff", root.to_str().expect("a path")], root);
    assert_eq!(status, 0);
}

/// What a shell puts in place of `<(virsh dumpxml NAME)`.
#[cfg(unix)]
#[test]
fn a_fifo_that_someone_writes_to_is_read() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let directory = tempfile::tempdir().expect("a directory");
    let fifo = directory.path().join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RWXU, 0).expect("a FIFO");
    for (command, status) in [("validate", 0), ("upgrade", 2)] {
        let writer = std::thread::spawn({
            let fifo = fifo.clone();
            move || {
                use std::io::Write;
                let mut file = fs::OpenOptions::new().write(true).open(fifo).expect("opened");
                let (first, second) = OLD.split_at(20);
                file.write_all(first.as_bytes()).expect("written");
                std::thread::sleep(Duration::from_millis(100));
                file.write_all(second.as_bytes()).expect("written");
            }
        });
        let (got, said) = run(&[command], &fifo);
        writer.join().expect("written");
        assert_eq!(got, status, "{command}: {said}");
        assert!(command == "validate" || said.contains("no regular file"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn each_file_is_taken_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(root, &[("z.xml", OLD), ("elsewhere/other.xml", OLD), ("d/x.xml", OLD)]);
    for (name, target) in [
        ("a.xml", "z.xml"),
        ("b.xml", "a.xml"),
        ("d/y.xml", "../elsewhere/other.xml"),
        ("d/z.xml", "../elsewhere/other.xml"),
    ] {
        std::os::unix::fs::symlink(target, root.join(name)).expect("a link");
    }
    let (_, said) = run(&["upgrade", "--dry-run", root.join("z.xml").to_str().expect("a path")], root);
    assert!(said.contains("3 files, 3 would be rewritten"), "{said}");
    assert!(!said.contains("/a.xml") && said.contains("/z.xml:"), "{said}");
    // Outside of what is searched a link stands for its target, once.
    let (status, said) = run(&["upgrade"], &root.join("d"));
    assert!(status == 0 && said.contains("2 files, 2 rewritten"), "{said}");
    assert_eq!(fs::read_to_string(root.join("elsewhere/other.xml")).expect("read"), NEW);
    assert!(fs::symlink_metadata(root.join("d/y.xml")).expect("a link").is_symlink());
}

#[test]
fn patterns_choose_among_the_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(
        root,
        &[
            ("a.xml", NEW),
            ("b.domain", NEW),
            ("C.XML", NEW),
            ("old/d.xml", NEW),
            ("sub/old/e.xml", NEW),
            (".hidden.xml", NEW),
        ],
    );
    let count = |arguments: &[&str]| {
        let (status, said) = run(&[&["upgrade"], arguments].concat(), root);
        assert_eq!(status, 0, "{said}");
        said.lines().last().expect("a summary").split(' ').next().expect("a number").parse::<usize>().expect("a number")
    };
    assert_eq!(count(&[]), 4);
    assert_eq!(count(&["--include", "*.domain"]), 1);
    assert_eq!(count(&["--include", "*.domain", "--include", "*.xml"]), 4);
    assert_eq!(count(&["--exclude", "old"]), 2);
    assert_eq!(count(&["--exclude", "/old"]), 3);
    assert_eq!(count(&["--exclude", "sub/old/*.xml"]), 3);
    assert_eq!(count(&["--exclude", root.join("sub").to_str().expect("a path")]), 3);
    assert_eq!(count(&["--exclude", "*.xml", "--exclude", "!a.xml"]), 2);
    // Named files too.
    let named = root.join("a.xml");
    let output = dommigrate().args(["check", "--exclude", "a.*"]).arg(named).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("no file was found"), "{output:?}");
    for malformed in ["[z-a]", "a["] {
        dommigrate().args(["check", "--exclude", malformed]).arg(root).assert().code(2);
    }
    // A configuration file's patterns count from where it stands.
    fs::write(root.join("dommigrate.toml"), "exclude = ['/old']\n").expect("written");
    assert_eq!(count(&[]), 3);
    let (_, said) = run(&["check"], &root.join("sub"));
    assert!(said.contains("1 file, "), "{said}");
}

#[test]
fn gitignore_files_count_on_request() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(root, &[("a.xml", NEW), ("b.xml", NEW), ("sub/c.xml", NEW), (".gitignore", "b.xml\n/sub\n")]);
    for (options, files) in [(vec!["check"], "3 files"), (vec!["check", "--respect-gitignore"], "1 file,")] {
        let (_, said) = run(&options, root);
        assert!(said.contains(files), "{options:?}: {said}");
    }
}

#[test]
fn files_are_listed_by_another_program() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(root, &[("a.xml", OLD), ("b c.xml", OLD), ("d\ne.xml", OLD), ("sub/f.xml", OLD)]);
    let check = |arguments: &[&str], list: &str| {
        let mut command = dommigrate();
        command.current_dir(root).args(["upgrade", "--dry-run"]).args(arguments).write_stdin(list);
        let output = command.output().expect("it runs");
        (output.status.code().expect("a status"), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, said) = check(&["--files-from", "-"], "a.xml\nb c.xml\n\nsub\n");
    assert!(status == 1 && said.contains("3 files, 3 would be rewritten"), "{said}");
    let (status, said) = check(&["--files-from", "-", "-0"], "a.xml\0d\ne.xml\0");
    assert!(status == 1 && said.contains("2 files, 2 would be rewritten"), "{said}");
    fs::write(root.join("list"), "sub\r\na.xml\r\n").expect("written");
    let (status, said) = check(&["--files-from", "list", "b c.xml"], "");
    assert!(status == 1 && said.contains("3 files, 3 would be rewritten"), "{said}");
    let mut info = dommigrate();
    info.current_dir(root).args(["info", "--quiet", "--files-from", "-"]).write_stdin("a.xml\nb c.xml\n");
    assert_eq!(stdout(&mut info), "a.xml: oldest libvirt: 0.6.0\nb c.xml: oldest libvirt: 0.6.0\n");
    // An empty list is no document on standard input.
    let (status, said) = check(&["--files-from", "-"], "");
    assert!(status == 0 && said.starts_with("no file was found"), "{said}");
    for (list, words) in [("-\n", "cannot be a document too"), ("a.xml\0d\0", "say --null")] {
        let (status, said) = check(&["--files-from", "-"], list);
        assert!(status == 2 && said.contains(words), "{said}");
    }
    for wrong in [&["--files-from", "-", "-"][..], &["--files-from", "none"], &["-0"]] {
        assert_eq!(check(wrong, "").0, 2, "{wrong:?}");
    }
    let (status, said) = check(&["--files-from", "-"], "none.xml\na.xml\n");
    assert!(status == 2 && said.contains("none.xml") && said.contains("1 would be rewritten"), "{said}");
}

/// A domain in a snapshot, as libvirt indents it.
fn indented(text: &str, name: &str) -> String {
    let text = text.replace("<domain ", &format!("<{name} ")).replace("</domain>", &format!("</{name}>"));
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[test]
fn domains_in_other_documents_are_upgraded_in_place() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    let snapshot = |domain: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<domainsnapshot   version = \"ä\">\n\t<name>s</name> <!-- mine -->\n{}{}\
             \t<cookie>\n      <x/></cookie>\n</domainsnapshot>",
            indented(domain, "domain"),
            indented(domain, "inactiveDomain")
        )
    };
    let status = |domain: &str| {
        format!(
            "<domstatus state='running' pid='7'>\n  <monitor path='/x'/>\n{}</domstatus>\n",
            indented(domain, "domain")
        )
    };
    let checkpoint = |domain: &str| {
        format!("<domaincheckpoint>\n  <name>c</name>\n{}</domaincheckpoint>\n", indented(domain, "domain"))
    };
    let list = |domain: &str| format!("<machines>\n{}{0}</machines>\n", indented(domain, "domain"));
    let holders: [&dyn Fn(&str) -> String; 4] = [&snapshot, &status, &checkpoint, &list];
    for holder in holders {
        for options in [&["upgrade"][..], &["upgrade", "--layout", "keep"]] {
            fs::write(&file, holder(OLD)).expect("written");
            let (code, said) = run(options, &file);
            assert_eq!(code, 0, "{said}");
            assert_eq!(fs::read_to_string(&file).expect("read"), holder(NEW), "{options:?}");
            for command in ["check", "validate", "info"] {
                assert_eq!(run(&[command], &file).0, 0, "{command}");
            }
            assert_eq!(run(&["fmt", "--check"], &file).0, 0);
        }
    }
    // Places are those of the whole document.
    let bad = snapshot(&NEW.replace("<name>old", "<title>old</title>\n  <wrong/>\n  <name>old"));
    fs::write(&file, &bad).expect("written");
    for command in ["check", "validate"] {
        let (_, said) = run(&[command], &file);
        for (element, line) in [("domain", 6), ("inactiveDomain", 15)] {
            let place = format!("a.xml:{line}:");
            let path = format!("domainsnapshot/{element}");
            assert!(said.lines().any(|it| it.contains(&place) && it.contains(&path)), "{command} {line}: {said}");
        }
    }
    // One that cannot be read leaves all as it is.
    let broken = status(&OLD.replace("kvm", "")).replace("</domstatus>", &format!("{OLD}</domstatus>"));
    fs::write(&file, &broken).expect("written");
    assert_eq!(run(&["upgrade"], &file).0, 2);
    assert_eq!(fs::read_to_string(&file).expect("read"), broken);
    // Two documents are the same where all of their domains are.
    let other = directory.path().join("b.xml");
    for (text, code) in [
        (status(NEW), 0),
        (status(&NEW.replace("<name>old", "<name>new")), 1),
        (status(NEW).replace("pid='7'", "pid='8'"), 1),
    ] {
        fs::write(&file, status(OLD)).expect("written");
        fs::write(&other, text).expect("written");
        assert_eq!(run(&["diff", file.to_str().expect("a path")], &other).0, code);
    }
}

/// A definition with one disk and one card.
fn guest(name: &str, disk: &str, mac: &str) -> String {
    format!(
        "<domain type='kvm'><name>{name}</name><memory unit='KiB'>1048576</memory><vcpu placement='static'>1</vcpu>\
         <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>{disk}<interface type='network'><mac address='{mac}'/>\
         <source network='default'/><model type='virtio'/></interface></devices></domain>\n"
    )
}

const IMAGE: &str = "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/srv/a.img'/><target dev='vda' bus='virtio'/></disk>";

#[test]
fn what_two_guests_of_a_folder_both_have_is_told_of_the_second() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, other) = ("52:54:00:00:00:01", "52:54:00:00:00:02");
    write(directory.path(), &[("a.xml", &guest("a", IMAGE, one)), ("b.xml", &guest("b", IMAGE, other))]);
    let (status, said) = run(&["check", "--output-format", "concise"], directory.path());
    assert_eq!(status, 0, "{said}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("note[advice-used-twice]")).collect();
    assert!(
        matches!(told.as_slice(), [line] if line.contains("b.xml:") && line.contains("domain/devices/disk:") && line.contains("a.xml has this image too")),
        "{said}"
    );
    assert!(!run(&["check", "--ignore", "advice"], directory.path()).1.contains("this image"));
    // The same with the address of a card, in whatever case it is written.
    write(
        directory.path(),
        &[("a.xml", &guest("a", "", "52:54:00:00:00:ab")), ("b.xml", &guest("b", "", "52:54:00:00:00:AB"))],
    );
    let (_, said) = run(&["check", "--output-format", "concise"], directory.path());
    assert_eq!(said.matches("a.xml has this MAC address too").count(), 1, "{said}");
}

#[test]
fn what_guests_can_share_is_no_fault() {
    let (one, other) = ("52:54:00:00:00:01", "52:54:00:00:00:02");
    let with = |inside: &str| IMAGE.replace("</disk>", &format!("{inside}</disk>"));
    let based = "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/NAME.img'/>\
                 <backingStore type='file'><format type='raw'/><source file='/srv/template.img'/></backingStore><target dev='vda' bus='virtio'/></disk>";
    let cdrom = IMAGE.replace("device='disk'", "device='cdrom'").replace("vda' bus='virtio", "sda' bus='sata");
    for (files, why) in [
        (
            vec![("a.xml", guest("a", &with("<readonly/>"), one)), ("b.xml", guest("b", &with("<readonly/>"), other))],
            "both read",
        ),
        (
            vec![
                ("a.xml", guest("a", &with("<shareable/>"), one)),
                ("b.xml", guest("b", &with("<shareable/>"), other)),
            ],
            "both know",
        ),
        (vec![("a.xml", guest("a", &cdrom, one)), ("b.xml", guest("b", &cdrom, other))], "a medium"),
        (
            vec![
                ("a.xml", guest("a", &based.replace("NAME", "a"), one)),
                ("b.xml", guest("b", &based.replace("NAME", "b"), other)),
            ],
            "a template of both",
        ),
        (vec![("a.xml", guest("a", IMAGE, one)), ("old.xml", guest("a", IMAGE, one))], "a copy of the definition"),
        (vec![("one/a.xml", guest("a", IMAGE, one)), ("two/b.xml", guest("b", IMAGE, one))], "guests of two hosts"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        write(directory.path(), &files);
        let (_, said) = run(&["check"], directory.path());
        assert!(!said.contains("advice-used-twice"), "{why}: {said}");
    }
}
