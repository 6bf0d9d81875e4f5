//! `get` and `set` as users call them.

mod common;

use std::fs;
use std::path::PathBuf;

use common::dommigrate;
use tempfile::TempDir;

/// Written by hand: double quotes, tabs, a comment, an unknown element, several children on a line.
const TEXT: &str = "<?xml version=\"1.0\"?>
<domain type=\"kvm\">
\t<name>web</name> <!-- ours -->
\t<memory>1048576</memory>
\t<shiny level='9'/>
\t<os><type>hvm</type></os>
\t<devices>
\t\t<disk type=\"file\"><source file=\"/a.img\"/><target dev=\"vda\"/></disk>
\t\t<disk type=\"block\">
\t\t\t<source dev=\"/dev/sdb\"/>
\t\t\t<target dev=\"vdb\"/>
\t\t</disk>
\t</devices>
</domain>
";

fn file(text: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("web.xml");
    fs::write(&path, text).expect("written");
    (directory, path)
}

/// Status, standard output and standard error of `get`.
fn get(text: &str, paths: &[&str]) -> (Option<i32>, String, String) {
    let output = dommigrate().args(["get", "-"]).args(paths).write_stdin(text).output().expect("it runs");
    let [out, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    (output.status.code(), out, error)
}

/// Status and standard error of `set`, and what then stands in the file.
fn set(text: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let (_directory, path) = file(text);
    let output = dommigrate().arg("set").arg(&path).args(arguments).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).replace(&path.display().to_string(), "web.xml");
    (output.status.code(), said, fs::read_to_string(&path).expect("the file"))
}

#[test]
fn values_are_printed() {
    let printed = |paths: &[&str]| {
        let (status, out, error) = get(TEXT, paths);
        assert_eq!((status, &*error), (Some(0), ""), "{paths:?}");
        out
    };
    assert_eq!(printed(&["name"]), "web\n");
    assert_eq!(printed(&["domain/name"]), "web\n");
    assert_eq!(printed(&["/domain/devices/disk[2]/target/@dev", "@type"]), "vdb\nkvm\n");
    assert_eq!(
        printed(&["devices/disk[2]"]),
        "devices/disk[2]/@type=block\ndevices/disk[2]/source/@dev=/dev/sdb\ndevices/disk[2]/target/@dev=vdb\n"
    );
    let (status, all, error) = get(TEXT, &[]);
    assert!(status == Some(0) && all.starts_with("@type=kvm\nname=web\nmemory/text()=1048576\n"), "{all}");
    assert_eq!(
        error, "dommigrate: <stdin>:5:2: domain/shiny: unknown element <shiny> in <domain>\n",
        "what has no value is told"
    );
}

#[test]
fn all_that_is_printed_can_be_set() {
    let (_, all, _) = get(TEXT, &[]);
    let values: Vec<&str> = all.lines().collect();
    assert!(values.len() > 8, "{all}");
    let (status, said, text) = set(TEXT, &values);
    assert_eq!((status, &*text), (Some(0), TEXT), "{said}");
}

#[test]
fn what_is_not_there_is_told_by_the_status() {
    assert_eq!(get(TEXT, &["title"]), (Some(1), String::new(), String::new()));
    assert_eq!(get(TEXT, &["vcpu/@cpuset"]), (Some(1), String::new(), String::new()));
    assert_eq!(get(TEXT, &["title", "name"]), (Some(1), "\nweb\n".to_owned(), String::new()));
}

#[test]
fn what_leads_nowhere_has_a_place_and_a_near_name() {
    for (path, said) in [
        (
            "devices/dsik[1]",
            "<stdin>:7:2: error[path] domain/devices: the format has no 'devices/dsik[1]' here; did you mean 'disk'?",
        ),
        (
            "devices/disk/target/@dev",
            "<stdin>:7:2: error[path] domain/devices: there are 2 of 'devices/disk': say which",
        ),
        ("devices/disk[2]/target/@dve", "<stdin>:11:4: error[path] domain/devices/disk[2]/target: the format has no"),
        ("devices//disk", "is no path"),
    ] {
        let (status, out, error) = get(TEXT, &[path]);
        assert_eq!((status, &*out), (Some(2), ""), "{path}: {error}");
        assert!(error.contains(said), "{path}: {error}");
        let (status, error, text) = set(TEXT, &[&format!("{path}=x")]);
        assert!(error.contains(&said.replace("<stdin>", "web.xml")), "{path}: {error}");
        assert_eq!((status, &*text), (Some(2), TEXT), "{path}");
    }
    assert_eq!(get("<domain", &["name"]).0, Some(2));
    assert_eq!(get("<network/>", &["name"]).0, Some(2));
    dommigrate().args(["get", "no-such-file.xml", "name"]).assert().code(2);
    dommigrate().args(["set", "no-such-file.xml", "name"]).assert().code(2);
}

#[test]
fn what_is_set_is_all_that_changes() {
    let changes = |arguments: &[&str], edits: &[(&str, &str)]| {
        let expected = edits.iter().fold(TEXT.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let (status, said, text) = set(TEXT, arguments);
        assert_eq!((status, text), (Some(0), expected), "{arguments:?}: {said}");
    };
    changes(&["name=mail"], &[("<name>web<", "<name>mail<")]);
    changes(&["memory=4", "memory/@unit=GiB"], &[("<memory>1048576<", "<memory unit=\"GiB\">4<")]);
    changes(&["devices/disk[1]/source/@file=/b=c.img"], &[("/a.img", "/b=c.img")]);
    changes(&["title=a & b"], &[("</name> <!-- ours -->\n", "</name> <!-- ours -->\n\t<title>a &amp; b</title>\n")]);
    changes(
        &["--unset", "devices/disk[2]", "devices/disk[1]/target/@bus=virtio"],
        &[
            (
                "\t\t<disk type=\"block\">\n\t\t\t<source dev=\"/dev/sdb\"/>\n\t\t\t<target dev=\"vdb\"/>\n\t\t</disk>\n",
                "",
            ),
            ("dev=\"vda\"", "dev=\"vda\" bus=\"virtio\""),
        ],
    );
    changes(&["domain/name=web"], &[]);
}

#[test]
fn one_wrong_value_leaves_the_file() {
    for wrong in
        ["memory=much", "devices/disk[1]/@type=flie", "features/acpi=yes", "name=\u{1}", "devices/disk[9]/@type=file"]
    {
        let (status, said, text) = set(TEXT, &["title=x", wrong]);
        assert_eq!((status, &*text), (Some(2), TEXT), "{wrong}: {said}");
        assert!(said.contains("error[") && !said.contains("please report"), "{wrong}: {said}");
    }
    let (_, said, _) = set(TEXT, &["devices/disk[1]/@device=flopy"]);
    assert!(
        said.contains("web.xml:8:3: error[path] domain/devices/disk[1]") && said.contains("did you mean")
            || said.contains("'floppy'"),
        "{said}"
    );
    let (status, said, text) = set(TEXT, &["--unset", "name"]);
    assert_eq!((status, &*text), (Some(2), TEXT), "{said}");
    for wrong in ["name", "=", "=x"] {
        dommigrate().args(["set", "-", wrong]).write_stdin(TEXT).assert().code(2).stdout("");
    }
    dommigrate().args(["set", "-"]).write_stdin(TEXT).assert().code(2);
}

#[test]
fn what_is_refused_with_what_is_set_is_told_and_set() {
    let (status, said, text) = set(TEXT, &["title=two\nlines", "devices/disk[2]/target/@dev=vda"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(text.contains("two\nlines") && text.matches("dev=\"vda\"").count() == 2, "{text}");
    // Once each, and where it stands in the file, or will.
    let title = said.lines().find(|line| line.contains("error[name-conflict] domain/title: with this change: "));
    assert!(title.is_some_and(|line| line.starts_with("web.xml:2:1: ") && line.contains("has a line break")), "{said}");
    let disk = said.lines().find(|line| line.contains("with this change: ") && line.contains("'vda'"));
    assert!(
        disk.is_some_and(|line| !line.starts_with("web.xml:2:1: ") && !line.starts_with("web.xml:1:1: ")),
        "{said}"
    );
    assert!(said.contains("2 findings: 2 error"), "{said}");
    // What was wrong before is the business of `check`.
    let (status, said, _) = set(&text, &["name=mail"]);
    assert_eq!(status, Some(0), "{said}");
    let (status, said, _) = set(&text, &["title=one line", "devices/disk[2]/target/@dev=vdb"]);
    assert_eq!(status, Some(0), "{said}");
}

#[test]
fn what_goes_with_a_choice_is_told() {
    let (status, said, text) = set(TEXT, &["devices/disk[1]/@type=block", "devices/disk[1]/source/@dev=/dev/sdc"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("source/@file") && said.contains("/a.img"), "{said}");
    assert_eq!(
        text,
        TEXT.replacen("type=\"file\"><source file=\"/a.img\"", "type=\"block\"><source dev=\"/dev/sdc\"", 1)
    );
}

#[test]
fn nothing_is_written_where_that_is_asked() {
    for option in ["--diff", "--check", "--dry-run"] {
        let (status, _, text) = set(TEXT, &[option, "name=mail"]);
        assert_eq!((status, &*text), (Some(1), TEXT), "{option}");
        let (status, _, text) = set(TEXT, &[option, "name=web"]);
        assert_eq!((status, &*text), (Some(0), TEXT), "{option}");
    }
    let output = dommigrate().args(["set", "--diff", "-", "name=mail"]).write_stdin(TEXT).assert().code(1);
    let diff = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(diff.contains("-\t<name>web</name>") && diff.contains("+\t<name>mail</name>"), "{diff}");
    let piped = dommigrate().args(["set", "-", "name=mail"]).write_stdin(TEXT).assert().code(0);
    piped.stdout(TEXT.replacen(">web<", ">mail<", 1));
}

#[test]
fn one_of_several_domains_is_named_by_its_path() {
    let domain = "<domain type='kvm'>\n<name>a</name>\n<os><type>hvm</type></os></domain>";
    let text = format!("<machines>{domain}{domain}</machines>");
    let (status, _, error) = get(&text, &["name"]);
    assert!(status == Some(2) && error.contains("machines/domain[1] or machines/domain[2]"), "{error}");
    let (_, _, changed) = set(&text, &["machines/domain[2]/name=b"]);
    let second = text.rfind(">a<").expect("a name");
    assert_eq!(changed, format!("{}>b<{}", &text[..second], &text[second + 3..]));
    assert_eq!(get(&changed, &["machines/domain[2]/name", "machines/domain[1]/name"]).1, "b\na\n");
}

/// Paths are those of findings, which count what could not be read.
#[test]
fn what_could_not_be_read_is_told_and_counts() {
    let text = TEXT.replacen("<disk", "<disk type='file'/>\n\t\t<disk", 1);
    let (status, all, error) = get(&text, &["devices"]);
    assert!(status == Some(0) && all.contains("devices/disk[2]/target/@dev=vda\n"), "{all}");
    assert!(error.starts_with("dommigrate: <stdin>:8:3: domain/devices/disk[1]: <disk> lacks <target>"), "{error}");
    let (status, out, error) = get(&text, &["devices/disk[1]/@type"]);
    assert_eq!((status, &*out), (Some(2), ""));
    assert!(error.contains(": 'devices/disk[1]' is not as the format has it, and could not be read\n"), "{error}");
    let (status, said, after) = set(&text, &["devices/disk[2]/target/@dev=vdc"]);
    assert_eq!((status, after), (Some(0), text.replace("vda", "vdc")), "{said}");
    let (status, said, after) = set(&text, &["--unset", "devices/disk[1]"]);
    assert_eq!((status, &*after), (Some(0), TEXT), "{said}");
}
