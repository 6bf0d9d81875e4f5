//! Findings for people and for machines.

mod common;

#[cfg(unix)]
use std::collections::BTreeMap;
#[cfg(unix)]
use std::ffi::OsString;
use std::fs;
#[cfg(unix)]
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

#[cfg(unix)]
use common::odd::fill;
use common::{NEW, OLD, dommigrate, stdout};
use serde_json::Value;

#[test]
fn every_format_is_well_formed() {
    let json = stdout(dommigrate().args(["check", "--output-format", "json"]).write_stdin(OLD));
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["files"][0]["findings"][0]["rule"], "default-value");
    assert_eq!(json["files"][0]["findings"][0]["line"], 3);
    assert_eq!(json["summary"]["files"], 1);
    let sarif = stdout(dommigrate().args(["check", "--output-format", "sarif"]).write_stdin(OLD));
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "default-value");
    let github = stdout(dommigrate().args(["check", "--output-format", "github"]).write_stdin(OLD));
    assert!(github.starts_with("::notice file=<stdin>,line=3,col=3,title=default-value::"), "{github}");
}

/// A JSON Schema, to judge by.
fn schema(text: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(text).expect("JSON")).expect("a JSON Schema")
}

/// Our own, with nothing allowed that it does not tell.
fn own_schema(of: &str) -> jsonschema::Validator {
    let mut own: Value = serde_json::from_str(&stdout(dommigrate().args(["schema", of]))).expect("JSON");
    fn close(schema: &mut Value) {
        if schema["properties"].is_object() {
            schema["additionalProperties"] = false.into();
        }
        match schema {
            Value::Object(members) => members.values_mut().for_each(close),
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut own);
    schema(&own.to_string())
}

fn holds(schema: &jsonschema::Validator, json: &Value, about: &str) {
    let errors: Vec<String> =
        schema.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).take(3).collect();
    assert!(errors.is_empty(), "{about}: {errors:?}");
}

/// The picture in the README is what the command prints.
#[test]
fn the_picture_is_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let call = ["check", "--color", "always", "examples/legacy/archive"];
    let said = stdout(dommigrate().current_dir(root).args(call));
    let picture = anstyle_svg::Term::new().render_svg(&format!("$ dommigrate check examples/legacy/archive\n{said}"));
    let golden = root.join("examples/check.svg");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &picture).expect("written");
    }
    let kept = fs::read_to_string(&golden).expect("the picture");
    assert!(kept == picture, "BLESS=1 writes {} anew", golden.display());
}

#[test]
fn json_follows_its_schema() {
    let schema = own_schema("json");
    let unknown = NEW.replace("</domain>", "  <extra/>\n</domain>");
    for (arguments, text) in [
        (&["check"][..], OLD),
        (&["check", "--strict"], &unknown),
        (&["upgrade", "--diff"], OLD),
        (&["upgrade", "--dry-run"], OLD),
        (&["fmt", "--check"], OLD),
        (&["validate"], &unknown),
        (&["info"], OLD),
        (&["check"], "no XML"),
    ] {
        let output =
            dommigrate().args(arguments).args(["--output-format", "json"]).write_stdin(text).output().expect("it runs");
        let bytes = if output.stdout.starts_with(b"{") { output.stdout } else { output.stderr };
        let json: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(json["version"], 1);
        holds(&schema, &json, &format!("{arguments:?}"));
    }
    assert!(!schema.is_valid(&serde_json::json!({ "version": 1 })), "it takes anything");
}

/// The bytes that a URI stands for.
#[cfg(unix)]
fn decoded(uri: &str) -> PathBuf {
    let mut bytes = uri.trim_start_matches("file://").bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        let hex: Vec<u8> = if byte == b'%' { bytes.by_ref().take(2).collect() } else { Vec::new() };
        let code = std::str::from_utf8(&hex).expect("digits");
        out.push(if byte == b'%' { u8::from_str_radix(code, 16).expect("a byte") } else { byte });
    }
    OsString::from_vec(out).into()
}

/// The text with every fix of a SARIF report made.
#[cfg(unix)]
fn mended(text: &str, results: &[&Value]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut changes: BTreeMap<(u64, u64), &str> = BTreeMap::new();
    for fix in results.iter().flat_map(|result| result["fixes"].as_array().into_iter().flatten()) {
        for replacement in fix["artifactChanges"][0]["replacements"].as_array().expect("a list") {
            let region = &replacement["deletedRegion"];
            assert_eq!((&region["startColumn"], &region["endColumn"]), (&1.into(), &1.into()));
            let range =
                (region["startLine"].as_u64().expect("a line") - 1, region["endLine"].as_u64().expect("a line") - 1);
            changes.insert(range, replacement["insertedContent"]["text"].as_str().expect("a text"));
        }
    }
    let (mut out, mut at) = (String::new(), 0);
    for ((start, end), new) in changes {
        let (start, end) = (usize::try_from(start).expect("small"), usize::try_from(end).expect("small"));
        assert!(at <= start && start <= end && end <= lines.len(), "changes overlap");
        out.push_str(&lines[at..start].concat());
        out.push_str(new);
        at = end;
    }
    out + &lines[at..].concat()
}

/// Over files of odd names and contents, and documents in which much is found: each report is valid, calls each file by its very bytes, and
/// the fixes of SARIF make of each file what `upgrade` does.
#[cfg(unix)]
#[test]
fn reports_are_valid_for_every_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = fs::canonicalize(directory.path()).expect("a path");
    for part in ["one", "two", "three", "four"] {
        fill(&root.join(part));
    }
    let legacy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/legacy");
    for (number, file) in fs::read_dir(legacy).expect("examples").flatten().enumerate() {
        if file.path().is_file() {
            fs::copy(file.path(), root.join(format!("legacy {number}: a%b,c.xml"))).expect("copied");
        }
    }
    let report =
        |format: &str| stdout(dommigrate().current_dir(&root).args(["check", "--output-format", format]).arg(&root));
    let json: Value = serde_json::from_str(&report("json")).expect("JSON");
    holds(&own_schema("json"), &json, "json");
    let files = json["files"].as_array().expect("files").len();
    assert!(files > 576, "{files} files");

    let sarif: Value = serde_json::from_str(&report("sarif")).expect("JSON");
    // One pattern of the published schema, which is about a key that we do not print, is no regular expression everywhere.
    let published = include_str!("sarif-schema-2.1.0.json").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    holds(&schema(&published), &sarif, "sarif");
    let mut by_file: BTreeMap<PathBuf, Vec<&Value>> = BTreeMap::new();
    for result in sarif["runs"][0]["results"].as_array().expect("results") {
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        by_file.entry(decoded(uri.as_str().expect("a URI"))).or_default().push(result);
    }
    assert_eq!(by_file.len(), files, "each file has a finding");
    let mut upgraded: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let text = |bytes: &[u8]| domxml_xml::decode(bytes).expect("it is text").text;
    let upgrade =
        |bytes: &[u8]| dommigrate().args(["upgrade", "-q"]).write_stdin(bytes).output().expect("it runs").stdout;
    for (path, results) in &by_file {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let expected = upgraded.entry(bytes.clone()).or_insert_with(|| text(&upgrade(&bytes)));
        assert_eq!(&mended(&text(&bytes), results), expected, "{}", path.display());
    }

    let github = report("github");
    assert_eq!(github.lines().count(), sarif["runs"][0]["results"].as_array().map_or(0, Vec::len));
    for line in github.lines() {
        let (command, message) = line.strip_prefix("::").and_then(|line| line.split_once("::")).expect("a command");
        let (word, properties) = command.split_once(' ').expect("properties");
        let names: Vec<&str> = properties.split(',').filter_map(|it| Some(it.split_once('=')?.0)).collect();
        assert!(["error", "warning", "notice"].contains(&word) && !message.is_empty(), "{line}");
        assert_eq!(names, ["file", "line", "col", "title"], "{line}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

/// As services name the files of a repository.
#[test]
fn files_of_the_directory_of_a_call_are_named_without_a_dot() {
    let folder = tempfile::tempdir().expect("a directory");
    fs::create_dir(folder.path().join("vms")).expect("made");
    fs::write(folder.path().join("vms/a.xml"), OLD).expect("written");
    for path in [".", "./", "./vms/.", ".//vms//a.xml"] {
        let said = |format: &str| {
            stdout(dommigrate().current_dir(folder.path()).args(["check", "--output-format", format, path]))
        };
        assert!(said("github").starts_with("::notice file=vms/a.xml,line="), "{path}: {}", said("github"));
        let sarif: Value = serde_json::from_str(&said("sarif")).expect("JSON");
        let result = &sarif["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "vms/a.xml", "{path}");
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], "vms/a.xml", "{path}");
    }
}

/// `info` answers first, and does not answer what it cannot know.
#[test]
fn info_says_its_answer_first() {
    let said = stdout(dommigrate().arg("info").write_stdin(OLD));
    assert!(said.starts_with("oldest libvirt: "), "{said}");
    let unknown = OLD.replace("</domain>", "  <extra/>\n</domain>");
    let said = stdout(dommigrate().arg("info").write_stdin(unknown.as_str()));
    assert!(said.starts_with("oldest libvirt: cannot be told, something is unknown"), "{said}");
    let json = stdout(dommigrate().args(["info", "--output-format", "json"]).write_stdin(unknown));
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["files"][0]["features"]["certain"], false);
    // A value that is as old as its attribute is not told beside it; a newer one is.
    let devices = "  <devices><vsock><cid auto='yes'/></vsock><graphics type='dbus'/></devices>\n</domain>";
    let said = stdout(dommigrate().arg("info").write_stdin(NEW.replace("</domain>", devices)));
    assert!(said.contains(" vsock/cid/@auto\n") && !said.contains("@auto="), "{said}");
    assert!(said.contains("graphics/@type=dbus\n"), "{said}");
}

/// What is wrong with a file has no place in its text, and is said without the numbers of the system.
#[test]
fn a_file_that_cannot_be_read_is_told_as_a_file() {
    let said = |arguments: &[&str]| {
        let output = dommigrate().args(arguments).arg("/nonexistent/a.xml").output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let line = "/nonexistent/a.xml: error[io]: No such file or directory\n";
    assert!(said(&["check"]).starts_with(line), "{}", said(&["check"]));
    let line = "::error file=/nonexistent/a.xml,title=io::No such file or directory\n";
    assert_eq!(said(&["check", "--output-format", "github"]), line);
    let sarif: Value = serde_json::from_str(&said(&["check", "--output-format", "sarif"])).expect("JSON");
    assert!(sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"].get("region").is_none(), "{sarif}");
    for call in [&["diff", "/dev/null"][..], &["drift", "/nonexistent/a.xml"], &["convert", "--to", "json"]] {
        assert!(said(call).contains("dommigrate: /nonexistent/a.xml: No such file or directory\n"), "{}", said(call));
    }
}

/// A file may have thousands of lines, of which one is indented otherwise.
#[test]
fn a_layout_is_told_at_the_first_line_that_is_otherwise() {
    let text = NEW.replace("    <type>", "\t<type>");
    let cut = NEW.trim_end();
    for (text, place) in [(&*text, "5:2"), (cut, "7:1"), (&*NEW.replace('\'', "\""), "1:1"), ("<domain/>", "")] {
        let call = ["fmt", "--check", "--output-format", "concise"];
        let output = dommigrate().args(call).write_stdin(text).output().expect("it runs");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let line = format!("<stdin>:{place}: legacy[layout]: not in canonical layout\n");
        assert_eq!(said.contains(&line), !place.is_empty(), "{said}");
    }
}

/// No arrow leads to nothing, and no name steers the terminal.
#[test]
fn reports_read_well() {
    let copy = NEW.replace("</domain>", "<devices><graphics type='vnc' listen='::1'><listen type='address' address='::1'/></graphics></devices></domain>");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a\x1b[31m\n.xml");
    fs::write(&file, copy).expect("written");
    let said = stdout(dommigrate().arg("check").arg(&file));
    assert!(said.contains("graphics-listen-attr") && said.contains(": remove listen='::1'\n"), "{said}");
    assert!(!said.contains("-> \n") && !said.contains(": -> ") && !said.contains('\x1b'), "{said}");
    let styled = stdout(dommigrate().args(["check", "--color", "always"]).arg(&file));
    assert!(styled.contains("\x1b[1;36mcopy[") && !styled.contains("\x1b[31m"), "{styled}");
    let sarif = stdout(dommigrate().args(["check", "--output-format", "sarif"]).arg(&file));
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    let run = &sarif["runs"][0];
    let uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
    assert!(uri.starts_with("file:///") && uri.ends_with("a%1B%5B31m%0A.xml"), "{uri}");
    // What is inserted takes the place of what is deleted, line by line.
    let change = &run["results"][0]["fixes"][0]["artifactChanges"][0];
    let replacement = &change["replacements"][0];
    assert_eq!(change["artifactLocation"]["uri"].as_str(), Some(uri), "{sarif}");
    assert!(replacement["deletedRegion"]["startLine"].is_u64() && replacement["insertedContent"]["text"].is_string());
    let rule = &run["tool"]["driver"]["rules"][0];
    assert!(rule["shortDescription"]["text"].is_string() && rule["fullDescription"]["text"].is_string(), "{rule}");
}

/// What says what changes has the colours of git for a terminal; what other programs read has none.
#[test]
fn differences_are_coloured_where_that_is_asked() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, OLD).expect("written");
    let said = |arguments: &[&str]| stdout(dommigrate().args(arguments).arg(&file));
    let plain = said(&["upgrade", "--diff"]);
    let painted = said(&["upgrade", "--diff", "--color", "always"]);
    for part in ["\x1b[1m--- a/", "\x1b[36m@@ -1,6 +1,6 @@\x1b[0m\n", "\x1b[31m-  <memory>", "\x1b[32m+  <memory unit="]
    {
        assert!(painted.contains(part), "{painted:?}");
    }
    let bare: Vec<&str> = painted.split("\x1b[").map(|part| part.split_once('m').map_or(part, |it| it.1)).collect();
    assert!(!plain.contains('\x1b') && bare.concat().ends_with(&plain), "{bare:?}");
    assert!(!said(&["upgrade", "--diff", "--output-format", "json", "--color", "always"]).contains('\x1b'));
    let other = NEW.replace("<name>", "<name>x");
    let diff =
        dommigrate().args(["diff", "--color", "always", "-"]).arg(&file).write_stdin(other).output().expect("it runs");
    let diff = String::from_utf8_lossy(&diff.stdout).into_owned();
    assert!(diff.contains(": \x1b[33mchanged\x1b[0m domain/name: xold -> old\n"), "{diff:?}");
}

/// No command prints a name that steers the terminal or looks like two lines, wherever it comes from.
#[cfg(unix)]
#[test]
fn no_name_is_more_than_a_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let (odd, bad, none) = ("odd\x1b[31m\n\t.xml", "bad\x1b\n.xml", "none\x1b\u{2028}\n");
    for (name, text) in [(odd, OLD), ("a.xml", NEW), (bad, "<domain")] {
        fs::write(directory.path().join(name), text).expect("written");
    }
    let folder = directory.path().join("x\x1b\ny");
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("dommigrate.toml"), "ignor = 1").expect("written");
    fs::write(folder.join("a.xml"), NEW).expect("written");
    let odd_backup = format!("--backup={none}/");
    for call in [
        &["check", "--strict", odd][..],
        &["validate", odd, bad],
        &["info", odd, "a.xml"],
        &["upgrade", "--check", odd],
        &["upgrade", "--dry-run", odd, bad],
        &["upgrade", "-v", "--diff", "a.xml", bad],
        &["fmt", "--check", odd, none],
        &["diff", odd, "a.xml"],
        &["diff", "a.xml", odd],
        &["diff", odd, bad],
        &["diff", none, "a.xml"],
        &["diff", ".", "a.xml"],
        &["drift", odd, "a.xml"],
        &["drift", "a.xml", odd],
        &["drift", "-v", odd, odd],
        &["drift", odd, bad],
        &["convert", "--to", "json", bad],
        &["convert", "--to", "json", none],
        &["get", none, "name"],
        &["get", odd, none],
        &["set", odd, "name=\u{9b}\nx", "--check"],
        &["check", "--config", none, "a.xml"],
        &["check", "--host", none, "a.xml"],
        &["check", "--files-from", none],
        &["check", "--select", none],
        &["check", "x\x1b\ny"],
        &["validate", "--schema", none, "a.xml"],
        &["upgrade", &odd_backup, "a.xml"],
        &["explain", none],
        &["man", "a.xml/\x1b"],
    ] {
        let output = dommigrate().args(call).current_dir(&directory).output().expect("it runs");
        for stream in [&output.stdout, &output.stderr] {
            let said = String::from_utf8_lossy(stream);
            let steers = said.contains(|c: char| c.is_control() && c != '\n' || c == '\u{2028}');
            assert!(!steers && !said.contains("\n.xml"), "{call:?}: {said:?}");
        }
    }
}

#[test]
fn what_diff_and_drift_print_has_a_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let texts =
        [("a.xml", NEW.to_owned()), ("b.xml", NEW.replace("<name>", "<name>x")), ("c.xml", "<domain".to_owned())];
    for (name, text) in &texts {
        fs::write(path(name), text).expect("written");
    }
    for command in ["diff", "drift"] {
        let own = own_schema(command);
        for (first, second) in [("a.xml", "a.xml"), ("a.xml", "b.xml"), ("b.xml", "a.xml"), ("a.xml", "c.xml")] {
            let output = dommigrate().args([command, "--output-format", "json", &path(first), &path(second)]).output();
            let json: Value = serde_json::from_slice(&output.expect("it runs").stdout).expect("JSON");
            holds(&own, &json, &format!("{command} {first} {second}"));
        }
        assert!(!own.is_valid(&serde_json::json!({"version": 1})), "{command}: it asks for something");
    }
}
