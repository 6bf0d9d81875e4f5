//! libvirt's own schemas, which know nothing of this generator: each makes a crate that compiles without a warning, and
//! nothing of a document is lost on its way through the types.
//!
//! The schemas lie beside the checkout; `DOMXML_SHARED_ABSENT=1` says that they are left out on purpose.

mod interpret;
#[path = "../relaxng-model/tests/material/mod.rs"]
mod material;
mod random;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domxml_codegen::lower::Options;
use domxml_codegen::model_of;
use material::material;
use relaxng_model::FileResolver;
use relaxng_model::validate::Validator;
use roxmltree::{Document, Node};

/// The crate that reads and writes documents: it takes a list of pairs of paths, and says what it could not do.
const DRIVER: &str = r#"use domain::Domain;
use std::fs;

fn main() {
    let list = std::env::args().nth(1).expect("a list of paths");
    for line in fs::read_to_string(list).expect("the list").lines() {
        let (from, to) = line.split_once('\t').expect("two paths");
        let text = fs::read_to_string(from).expect("a document");
        match Domain::from_xml(&text) {
            Err(errors) => println!("{from}\tis refused: {errors:?}"),
            Ok(read) => {
                let written = read.to_xml().expect("it can be written");
                if Domain::from_xml(&written).ok().map(|again| again.to_xml().expect("it can be written")).as_ref() != Some(&written) {
                    println!("{from}\tis not the same when read again");
                }
                fs::write(to, written).expect("a result");
            }
        }
    }
}
"#;

/// The schemas that have a start.
fn schemas(shared: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(shared.join("reference/schemas-11.3.0")).expect("the schemas");
    let mut schemas: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| fs::read_to_string(path).expect("a schema").contains("<start"))
        .collect();
    schemas.sort();
    assert_eq!(schemas.len(), 18);
    schemas
}

fn stem(schema: &Path) -> String {
    schema.file_stem().expect("a file name").to_string_lossy().into_owned()
}

#[test]
fn upstreams_schemas_make_crates() {
    let Some(shared) = material("") else { return };
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("upstream");
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime");
    let mut members = vec!["driver".to_owned()];
    for schema in schemas(&shared) {
        let name = stem(&schema);
        let directory = root.join(&name);
        let done = Command::new(env!("CARGO_BIN_EXE_domgen"))
            .args(["generate".as_ref(), schema.as_os_str(), "--output".as_ref(), directory.as_os_str()])
            .args(["--runtime".as_ref(), runtime.as_os_str()])
            .output()
            .expect("domgen runs");
        assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
        // As members of one workspace they share their dependencies.
        let manifest = directory.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("the manifest");
        write(&manifest, text.strip_suffix("\n[workspace]\n").expect("a workspace of its own"));
        members.push(name);
    }
    write(
        &root.join("Cargo.toml"),
        &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n[profile.dev]\ndebug = false\n"),
    );
    write(
        &root.join("driver/Cargo.toml"),
        "[package]\nname = \"driver\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\ndomain = { path = \"../domain\" }\n",
    );
    write(&root.join("driver/src/main.rs"), DRIVER);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock"), root.join("Cargo.lock")).expect("the lock");

    cargo(&root, &["check", "--workspace"]);
    cargo(&root, &["build", "--package", "driver"]);
    round_trips(&shared, &root);
}

/// Writes where it differs, so that a second run has nothing to build.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::create_dir_all(path.parent().expect("a directory")).expect("the directory");
        fs::write(path, text).expect("a writable file");
    }
}

fn cargo(root: &Path, arguments: &[&str]) {
    let done = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("RUSTFLAGS", "-Dwarnings")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && !said.contains("warning"), "cargo {}:\n{said}", arguments.join(" "));
}

/// Every document of the corpus that upstream's schema calls valid, through the types made from that schema.
fn round_trips(shared: &Path, root: &Path) {
    let results = root.join("results");
    fs::create_dir_all(&results).expect("a directory");
    let manifest = fs::read_to_string(shared.join("corpus/manifest.tsv")).expect("the manifest");
    let mut pairs = Vec::new();
    let mut list = String::new();
    for line in manifest.lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(path), Some("valid")) = (cells.next(), cells.next()) else { continue };
        let (from, to) = (shared.join("corpus").join(path), results.join(format!("{}.xml", pairs.len())));
        let _ = writeln!(list, "{}\t{}", from.display(), to.display());
        let _ = fs::remove_file(&to);
        pairs.push((from, to));
    }
    write(&results.join("list"), &list);
    let done = Command::new(root.join("target/debug/driver")).arg(results.join("list")).output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut wrong: Vec<String> = String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect();

    let schema = shared.join("reference/schemas-11.3.0/domain.rng");
    let grammar = relaxng_model::load(&FileResolver::new(), &schema.to_string_lossy()).expect("the schema");
    let mut validator = Validator::new(&grammar);
    for (from, to) in &pairs {
        let Ok(after) = fs::read_to_string(to) else { continue };
        let before = fs::read_to_string(from).expect("a document");
        let (before, after) = (Document::parse(&before), Document::parse(&after));
        let (before, after) = (before.expect("well-formed"), after.expect("well-formed"));
        if let Some(lost) = difference(&before, &after) {
            wrong.push(format!("{}\t{lost}", from.display()));
        }
        if !validator.is_valid(&after) {
            let violations = validator.validate(&after);
            let first = violations.first().map(|violation| format!("{}: {}", violation.path, violation.message));
            wrong.push(format!("{}\tbecomes invalid: {}", from.display(), first.unwrap_or_default()));
        }
    }
    println!("{} documents through the types of upstream's schema, {} wrong", pairs.len(), wrong.len());
    assert!(pairs.len() > 5000, "only {} documents", pairs.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first thing that one document has more often than the other: an element, an attribute with its value, a text,
/// each with the names of the elements around it.
fn difference(before: &Document<'_>, after: &Document<'_>) -> Option<String> {
    let mut counts: BTreeMap<String, i32> = BTreeMap::new();
    collect(before.root_element(), "", &mut |thing| *counts.entry(thing).or_default() += 1);
    collect(after.root_element(), "", &mut |thing| *counts.entry(thing).or_default() -= 1);
    counts.into_iter().find(|(_, count)| *count != 0).map(|(thing, count)| {
        let verb = if count > 0 { "loses" } else { "gains" };
        format!("{verb} {thing}")
    })
}

fn collect(node: Node<'_, '_>, around: &str, found: &mut dyn FnMut(String)) {
    let name = node.tag_name();
    let path = format!("{around}/{{{}}}{}", name.namespace().unwrap_or_default(), name.name());
    for attribute in node.attributes() {
        let ns = attribute.namespace().unwrap_or_default();
        found(format!("{path}/@{{{ns}}}{}={}", attribute.name(), attribute.value()));
    }
    let text: String = node.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.is_empty() {
        found(format!("{path}: {text}"));
    }
    for child in node.children().filter(Node::is_element) {
        collect(child, &path, found);
    }
    found(path);
}

#[test]
fn random_documents_survive_the_models_of_upstreams_schemas() {
    let Some(shared) = material("") else { return };
    let mut wrong = String::new();
    for schema in schemas(&shared) {
        let name = stem(&schema);
        let grammar = relaxng_model::load(&FileResolver::new(), &schema.to_string_lossy()).expect("the schema");
        let model = model_of(&grammar, &Options::default()).expect("a model");
        let mut validator = Validator::new(&grammar);
        let mut made = 0;
        let tested = random::try_documents(&grammar, 60, |text| {
            let document = Document::parse(text).expect("well-formed");
            if !validator.is_valid(&document) {
                return Err("not valid".to_owned());
            }
            made += 1;
            let written = interpret::round_trip(&model, document.root_element())?;
            let same = written.sorted() == interpret::verbatim(document.root_element()).sorted();
            if same { Ok(()) } else { Err(format!("became\n  {}", written.to_xml())) }
        });
        if let Err(error) = tested {
            let _ = writeln!(wrong, "{name}: {error}");
        }
        println!("{name}: {made} random documents");
        assert!(made > 10, "{name}: only {made} documents made");
    }
    assert!(wrong.is_empty(), "{wrong}");
}
