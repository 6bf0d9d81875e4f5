//! The command `domgen`: what it prints and how it ends.

#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A directory with the files given.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        fs::write(directory.path().join(name), text).expect("a file");
    }
    directory
}

fn domgen(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_domgen")).args(arguments).current_dir(directory).output().expect("domgen runs")
}

#[track_caller]
fn ends(output: &Output, status: i32, text: &str) {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), text);
}

const OLD: &str = "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><optional><attribute name='b'/></optional></element>";
const NEW: &str =
    "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><attribute name='b'/><text/></element>";

#[test]
fn diff_prints_a_line_for_each_path_and_the_counts() {
    let here = directory(&[("old.rng", OLD), ("new.rng", NEW), ("bad.rng", "<element/>")]);
    ends(&domgen(here.path(), &["diff", "old.rng", "old.rng"]), 0, "no difference\n");
    ends(
        &domgen(here.path(), &["diff", "old.rng", "new.rng"]),
        1,
        "added    value     /a  any text\n\
         narrowed attribute /a/@b  optional -> required\n\
         1 added, 0 removed, 0 widened, 1 narrowed, 0 changed\n",
    );
    assert_eq!(domgen(here.path(), &["diff", "old.rng", "bad.rng"]).status.code(), Some(2));
    assert_eq!(domgen(here.path(), &["diff", "old.rng", "none.rng"]).status.code(), Some(2));
}

#[test]
fn diff_prints_json() {
    let here = directory(&[("old.rng", OLD), ("new.rng", NEW)]);
    let output = domgen(here.path(), &["diff", "old.rng", "new.rng", "--output-format", "json"]);
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(printed["counts"]["narrowed"], 1);
    let narrowed = &printed["differences"][1];
    assert_eq!(narrowed["paths"], serde_json::json!(["/a/@b"]));
    assert_eq!((&narrowed["old"], &narrowed["new"]), (&"optional".into(), &"required".into()));
    assert_eq!(narrowed["place"], "new.rng:1:63");
}

#[test]
fn outline_prints_types_fields_and_variants() {
    let schema = "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start><ref name='disk'/></start>\
                  <define name='disk'><element name='disk'><optional><attribute name='device'><choice><value>cdrom</value>\
                  <value>lun</value></choice></attribute></optional><choice><group><attribute name='type'><value>file</value></attribute>\
                  <element name='path'><text/></element></group><attribute name='type'><value>none</value></attribute></choice>\
                  <zeroOrMore><element name='alias'><attribute name='name'/></element></zeroOrMore></element></define></grammar>";
    let here = directory(&[("s.rng", schema)]);
    ends(
        &domgen(here.path(), &["outline", "s.rng"]),
        0,
        "struct Disk = <disk>\n    device: Option<DiskDevice> = @device\n    type_: DiskType\n    aliases: Vec<DiskAlias>\n\
         struct DiskAlias = <alias>\n    name: String = @name\n\
         enum DiskDevice\n    Cdrom = 'cdrom'\n    Lun = 'lun'\n\
         enum DiskType = @type\n    File(DiskTypeFile) = 'file'\n    None = 'none'\n    Other(rt::Other)\n\
         struct DiskTypeFile\n    path: String = <path>\n",
    );
    assert_eq!(domgen(here.path(), &["outline", "none.rng"]).status.code(), Some(2));
}

const ENCODED: &str = "<element name='r' xmlns='http://relaxng.org/ns/structure/1.0'><attribute name='a'><value>é</value></attribute></element>";

#[test]
fn validate_tells_line_and_column() {
    let here = directory(&[("s.rng", ENCODED)]);
    let file = |name: &str, bytes: &[u8]| fs::write(here.path().join(name), bytes).expect("written");
    file("good.xml", b"<?xml version='1.0' encoding='ISO-8859-1'?><r a='\xe9'/>");
    file("bad.xml", "<r\n  a='ü'/>".as_bytes());
    file("broken.xml", b"<r>\n </s>");
    file("latin.xml", b"<r\n a='\xe9'/>");
    let output = domgen(here.path(), &["validate", "s.rng", "good.xml", "bad.xml", "broken.xml", "latin.xml"]);
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let places: Vec<&str> = said.lines().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(places, ["bad.xml:2:6", "broken.xml:2:2", "latin.xml:2:5"], "{said}");
    assert_eq!(output.status.code(), Some(1), "{said}");
    // A schema has an encoding too.
    let latin: Vec<u8> = ENCODED.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    file("s.rng", &[b"<?xml version='1.0' encoding='latin1'?>\n".as_slice(), &latin].concat());
    file("good.xml", "<r a='é'/>".as_bytes());
    assert_eq!(domgen(here.path(), &["validate", "s.rng", "good.xml"]).status.code(), Some(0));
}

#[test]
fn check_judges_a_schema_as_relax_ng_alone() {
    let any = "<element xmlns='http://relaxng.org/ns/structure/1.0'><anyName/><text/></element>";
    let none = "<notAllowed xmlns='http://relaxng.org/ns/structure/1.0'/>";
    let wrong = "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><attribute name='b'/><attribute name='b'/></element>";
    let here = directory(&[("any.rng", any), ("none.rng", none), ("wrong.rng", wrong), ("old.rng", OLD)]);
    for correct in ["any.rng", "none.rng"] {
        let output = domgen(here.path(), &["check", correct]);
        ends(&output, 0, "");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("note: no types can be made"), "{output:?}");
        assert_eq!(domgen(here.path(), &["check", "--strict", correct]).status.code(), Some(1));
    }
    let output = domgen(here.path(), &["check", "old.rng"]);
    ends(&output, 0, "");
    assert!(output.stderr.is_empty());
    assert_eq!(domgen(here.path(), &["check", "wrong.rng"]).status.code(), Some(1));
}

#[test]
fn a_schema_that_also_takes_roots_of_any_name_makes_types_for_those_it_names() {
    let schema = "<choice xmlns='http://relaxng.org/ns/structure/1.0'><element name='sheet'><text/></element>\
                  <element><anyName/><text/></element></choice>";
    let here = directory(&[("s.rng", schema)]);
    let output = domgen(here.path(), &["generate", "s.rng", "-o", "out", "--sources"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = fs::read_to_string(here.path().join("out/s.rs")).expect("a module");
    assert!(printed.contains("pub struct Sheet"));
}

const ROOTS: &str = "default namespace = \"urn:s\"\nstart = sheet | book\nsheet = element sheet { attribute size { \"a4\" | \"a5\" } }\nbook = element book { sheet+ }\n";

/// All is written, whether anybody reads what is said of it or not.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_hinders_nothing() {
    let here = directory(&[("a.rng", NEW)]);
    for (call, made) in [("generate a.rng -o made", "made/src/lib.rs"), ("docs a.rng -o pages", "pages/index.html")] {
        let full = format!("exec \"$0\" {call} >/dev/null 2>/dev/full");
        let shell =
            Command::new("sh").args(["-c", &full, env!("CARGO_BIN_EXE_domgen")]).current_dir(here.path()).status();
        assert_eq!(shell.expect("it runs").code(), Some(0), "{call}");
        assert!(here.path().join(made).is_file(), "{call}");
    }
}

#[test]
fn what_domgen_did_not_write_stays() {
    let mine = "[package]\nname = \"mine\"\n";
    let here = directory(&[("s.rnc", ROOTS), ("mine.toml", mine)]);
    let crate_ = here.path().join("mine");
    fs::create_dir(&crate_).expect("a directory");
    fs::write(crate_.join("Cargo.toml"), mine).expect("written");
    let output = domgen(here.path(), &["generate", "s.rnc", "-o", "mine"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("Cargo.toml") && said.contains("--sources"), "{said}");
    assert_eq!(fs::read_to_string(crate_.join("Cargo.toml")).expect("it stays"), mine);
    assert_eq!(fs::read_dir(&crate_).expect("a directory").count(), 1, "nothing else is written");
    // The types alone go beside what is there, and again.
    let bindings = crate_.join("src/bindings");
    fs::create_dir_all(&bindings).expect("a directory");
    fs::write(bindings.join("own.rs"), "// mine\n").expect("written");
    for _ in 0..2 {
        let output = domgen(here.path(), &["generate", "s.rnc", "-o", "mine/src/bindings", "--sources"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(fs::read_to_string(bindings.join("own.rs")).expect("it stays"), "// mine\n");
    fs::write(bindings.join("s.rs"), "// mine too\n").expect("written");
    let output = domgen(here.path(), &["generate", "s.rnc", "-o", "mine/src/bindings", "--sources"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_generated_crate_names_the_runtime_that_is_asked_for() {
    let here = directory(&[("s.rnc", ROOTS)]);
    let manifest = |runtime: &str| {
        let output = domgen(here.path(), &["generate", "s.rnc", "-o", "out", "--runtime", runtime]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        fs::read_to_string(here.path().join("out/Cargo.toml")).expect("a manifest")
    };
    assert!(manifest("carry").contains("domxml-runtime = { path = \"runtime\" }"));
    assert!(here.path().join("out/runtime/src/lib.rs").is_file());
    assert!(manifest("0.1").contains("domxml-runtime = { version = \"0.1\" }"));
    assert!(!here.path().join("out/runtime/src/lib.rs").exists(), "what was carried along goes");
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime");
    assert!(manifest(&runtime.display().to_string()).contains("codegen/runtime"));
    let output = domgen(here.path(), &["generate", "s.rnc", "-o", "out", "--runtime", "no-such-folder"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

/// As on a machine that has nothing of ours; the crates of others are those that this test was built with.
#[test]
fn a_generated_crate_builds_as_it_stands() {
    let here = directory(&[("s.rnc", ROOTS)]);
    let output = domgen(here.path(), &["generate", "s.rnc", "-o", "out"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let out = here.path().join("out");
    let test = "use s::{Root, Sheet};\n\n#[test]\nfn roots() {\n    let text = \"<sheet size='a4' xmlns='urn:s'/>\\n\";\n    \
                let Ok(Root::Sheet(sheet)) = Root::from_xml(text) else { panic!(\"a sheet\") };\n    \
                assert_eq!(Root::Sheet(sheet).to_xml().as_deref(), Ok(text));\n    let book = Root::from_xml(\"<book xmlns='urn:s'><sheet size='a5'/></book>\");\n    \
                assert!(matches!(book, Ok(Root::Book(book)) if book.sheets.len() == 1));\n    \
                let error = Root::from_xml(\"<boko xmlns='urn:s'/>\").unwrap_err().to_string();\n    \
                assert!(error.contains(\"did you mean <book>\"), \"{error}\");\n    let _ = Sheet::default();\n}\n";
    fs::create_dir(out.join("tests")).expect("a directory");
    fs::write(out.join("tests/roots.rs"), test).expect("written");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock"), out.join("Cargo.lock")).expect("the lock");
    let built = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-q"])
        .current_dir(&out)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("as-it-stands"))
        .output()
        .expect("cargo runs");
    assert!(
        built.status.success(),
        "{}{}",
        String::from_utf8_lossy(&built.stdout),
        String::from_utf8_lossy(&built.stderr)
    );
}

#[test]
fn what_cannot_be_read_is_no_fault_of_a_schema_and_is_told_in_words() {
    let here = directory(&[("old.rng", OLD), ("empty.rng", "")]);
    fs::create_dir(here.path().join("folder")).expect("made");
    let none = "No such file or directory";
    for (call, told) in [
        (&["check", "none.rng"][..], format!("none.rng: {none}\n")),
        (&["check", "folder"], "folder: Is a directory\n".to_owned()),
        (&["diff", "old.rng", "none.rng"], format!("none.rng: cannot be read: {none}\n")),
        (&["validate", "old.rng", "none.xml", "folder"], format!("none.xml: {none}\nfolder: Is a directory\n")),
        (&["validate", "old.rng", "/dev/zero"], "/dev/zero: larger than 256 MiB\n".to_owned()),
        (&["check", "old.rng", "--overrides", "none.xml"], format!("none.xml: {none}\n")),
        (&["docs", "old.rng", "-o", "old.rng/a"], "old.rng/a: Not a directory\n".to_owned()),
        (&["validate", "empty.rng", "none.xml"], "empty.rng:1:1: the file is empty\n".to_owned()),
    ] {
        let output = domgen(here.path(), call);
        assert_eq!(String::from_utf8_lossy(&output.stderr), told, "{call:?}");
        assert_eq!(output.status.code(), Some(2), "{call:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_schema_may_have_any_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let here = directory(&[("a.xml", "<a/>"), ("b.xml", "<b/>")]);
    let name = OsStr::from_bytes(b"s\xe9.rng");
    fs::write(here.path().join(name), OLD).expect("written");
    for (document, status) in [("a.xml", 0), ("b.xml", 1)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_domgen"));
        command.current_dir(here.path()).arg("validate").arg(name).arg(document);
        assert_eq!(command.output().expect("it runs").status.code(), Some(status), "{document}");
    }
}

#[test]
fn names_that_no_crate_could_have_are_refused() {
    let here = directory(&[("a.rng", OLD)]);
    for (option, wrong, right) in [
        ("--name", &["", "1a", "../x", "a b", "a.b", "-a"][..], "a_B-1"),
        ("--root", &["", "x y", "crate::type", "a<b>", "crate::"], "crate::a::b"),
        ("--scalars", &["a b", "1"], "::a::b"),
    ] {
        let call = |value: &str| {
            let value = format!("{option}={value}");
            let sources = if option == "--name" { &[][..] } else { &["--sources"] };
            domgen(here.path(), &[&["generate", "a.rng", "-o", "out", &value], sources].concat())
        };
        for value in wrong {
            let output = call(value);
            assert_eq!(output.status.code(), Some(2), "{option} {value}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains(" expected") || said.contains("a value is required"), "{said}");
            assert!(!here.path().join("out").exists(), "{option} {value}");
        }
        assert_eq!(call(right).status.code(), Some(0), "{option} {right}");
        fs::remove_dir_all(here.path().join("out")).expect("removed");
    }
}

/// Whoever reads at a terminal is shown what is there, and nothing is done to the terminal.
#[test]
fn names_of_files_and_values_are_shown_and_not_obeyed() {
    let here = directory(&[("s.rng", OLD), ("a\u{1b}[2J.xml", "<b\u{202e}/>")]);
    let output = domgen(here.path(), &["validate", "s.rng", "a\u{1b}[2J.xml", "gone\u{7}.xml"]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
    assert!(said.contains(r"a\u{1b}[2J.xml:1:") && said.contains(r"gone\u{7}.xml: No such file"), "{said}");
    assert!(!said.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{said}");
}

/// A schema, too, may come from anywhere.
#[test]
fn what_is_said_of_a_schema_is_shown_and_not_obeyed() {
    let schema = "<element name='a' ns='u&#x9b;' xmlns='http://relaxng.org/ns/structure/1.0'><attribute name='b'>\
                  <choice><value>x&#x9b;2J</value><value>y\u{202e}</value><value type='string'>z&#xa;w</value></choice></attribute></element>";
    let here = directory(&[("s.rng", schema)]);
    for call in [
        &["outline", "s.rng"][..],
        &["dump", "s.rng", "--stage", "grammar"],
        &["dump", "s.rng", "--stage", "facts"],
        &["dump", "s.rng", "--stage", "model"],
    ] {
        let output = domgen(here.path(), call);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let said = String::from_utf8(output.stdout).expect("text");
        assert!(said.contains(r"{u\u{9b}}a"), "{call:?}: {said}");
        assert!(
            !said.contains(['\u{9b}', '\u{202e}']) && !said.lines().any(|line| line.starts_with('w')),
            "{call:?}: {said}"
        );
        let of_values = call.contains(&"facts") || said.contains(r"x\u{9b}2J") && said.contains(r"z\nw");
        assert!(of_values, "{call:?}: {said}");
    }
}
