//! Schemas that others publish, with documents of their own: what `jing` takes is read and written by the generated types without
//! loss. `tests/public/fetch` brings the material; where it is not there, or no `jing`, the test says so and passes.
//!
//! `cargo test -p domxml-codegen --test public -- --nocapture` prints the figures. The schemas beside the checkout in which faults of the
//! generator were found are held in the same way.

#[path = "../relaxng-model/tests/material/mod.rs"]
mod material;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domxml_codegen::lower::Options;
use domxml_codegen::model::Shape;
use domxml_codegen::model_of;
use relaxng_model::validate::Validator;
use relaxng_model::{FileResolver, load};
use roxmltree::{Document, Node, ParsingOptions};

/// A schema, and where its documents are: below a directory, or named with this beginning and a dot, with an ending.
struct Set {
    name: &'static str,
    schema: &'static str,
    documents: &'static [(&'static str, &'static str)],
}

const SETS: &[Set] = &[
    Set {
        name: "atom",
        schema: "lxml/doc/s5/ep2008/atom.rng",
        documents: &[("lxml/doc/s5/ep2008", ".xml"), ("pelican", ".atom.xml")],
    },
    Set {
        name: "docbook",
        schema: "docbook5-xml/usr/share/xml/docbook/schema/rng/5.0/docbook.rng",
        documents: &[("articles", ".xml"), ("asciidoc-tests", "-docbook5.xml")],
    },
    Set {
        name: "gtk3-builder",
        schema: "libgtk-3-dev/usr/share/gtk-3.0/gtkbuilder.rng",
        documents: &[("gtk-3-examples", ".ui"), ("virt-manager", ".ui"), ("zenity-common", ".ui")],
    },
    Set {
        name: "gtk4-builder",
        schema: "libgtk-4-dev/usr/share/gtk-4.0/gtk4builder.rng",
        documents: &[("gtk-4-examples", ".ui")],
    },
    Set {
        name: "gtksourceview-languages",
        schema: "libgtksourceview-4-common/usr/share/gtksourceview-4/language-specs/language2.rng",
        documents: &[("libgtksourceview-4-common", ".lang")],
    },
    Set {
        name: "gtksourceview-styles",
        schema: "libgtksourceview-4-common/usr/share/gtksourceview-4/styles/styles.rng",
        documents: &[("libgtksourceview-4-common/usr/share/gtksourceview-4/styles", ".xml")],
    },
    Set {
        name: "kiwi",
        schema: "kiwi/kiwi/schema/kiwi.rng",
        documents: &[("kiwi/test/data", ".xml"), ("kiwi/build-tests", ".xml"), ("kiwi/build-tests", ".kiwi")],
    },
    Set {
        name: "mallard",
        schema: "mallard-rng/usr/share/xml/mallard/1.0/mallard-1.0.rng",
        documents: &[("gnome-user-docs/usr/share/help/C", ".page")],
    },
    Set {
        name: "osinfo",
        schema: "osinfo-db/usr/share/osinfo/schema/osinfo.rng",
        documents: &[("osinfo-db/usr/share/osinfo", ".xml")],
    },
    Set {
        name: "schematron",
        schema: "lxml/src/lxml/isoschematron/resources/rng/iso-schematron.rng",
        documents: &[("lxml/src/lxml/tests", ".sch"), ("openscap-common", ".sch")],
    },
    Set { name: "relaxng", schema: "relaxng/relaxng.rng", documents: &[("", ".rng")] },
    Set {
        name: "svg",
        schema: "epubcheck/com/adobe/epubcheck/schema/20/rng/svg11.rng",
        documents: &[("librsvg2-tests", ".svg")],
    },
    Set { name: "xhtml", schema: "xhtml/xhtml.rng", documents: &[("pages", ".xml")] },
    Set { name: "xslt", schema: "xslt/xslt.rng", documents: &[("docbook-xsl", ".xsl")] },
];

/// Of each set, this many documents at most, spread over all of them.
const MAX_DOCUMENTS: usize = 100;

/// Reads a list of `set TAB from TAB to`, and says what it could not do.
const DRIVER: &str = r#"fn main() {
    let list = std::env::args().nth(1).expect("a list of paths");
    for line in std::fs::read_to_string(list).expect("the list").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [set, root, from, to] = parts[..] else { panic!("four columns") };
        let bytes = std::fs::read(from).expect("a document");
        match again(set, root, &bytes) {
            Ok(written) => std::fs::write(to, written).expect("a result"),
            Err(error) => println!("{from}\t{}", error.replace('\n', "; ")),
        }
    }
}

fn read<T: domxml_runtime::Element + Default>(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())?;
    let read = T::from_xml(&text).map_err(|errors| errors.to_string())?;
    read.to_xml().map(String::into_bytes).map_err(|error| error.to_string())
}

fn again(set: &str, root: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
    match (set, root) {
        // ROOTS
        _ => Err(format!("no type for the root {root}")),
    }
}
"#;

fn published() -> Option<PathBuf> {
    let place = std::env::var_os("PUBLIC_SCHEMAS").map(PathBuf::from);
    let place = place.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/public-schemas"));
    let jing = Command::new("jing").output().is_ok();
    if place.is_dir() && jing {
        return place.canonicalize().ok();
    }
    eprintln!(
        "public schemas: did not run, they are not in {} (tests/public/fetch) or there is no jing",
        place.display()
    );
    None
}

/// The files whose names end so below a directory, sorted.
fn files(directory: &Path, ending: &str, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
        if kind.is_dir() {
            files(&path, ending, found);
        } else if kind.is_file() && path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending)) {
            found.insert(path);
        }
    }
}

/// The documents of a set that jing takes. It judges many in one run; where it took what our validator refuses, a run of its own tells
/// whether it came to it at all.
fn documents(place: &Path, set: &Set) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    for (directory, ending) in set.documents {
        files(&place.join(directory), ending, &mut found);
        if directory.ends_with('.') {
            files(place, ending, &mut found);
            let named =
                |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(directory));
            found.retain(named);
        }
    }
    // Jing ends its run at what is not well-formed, and reads a document type wherever it is; an entity of the document's own is not read here.
    found.retain(|path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let refers = text.contains("<!DOCTYPE") && (text.contains(".dtd") || text.contains("<!ENTITY"));
        !refers && Document::parse_with_options(&text, options()).is_ok()
    });
    let schema = place.join(set.schema);
    let grammar = load(&FileResolver::new(), &schema.display().to_string()).expect("a schema");
    let mut validator = Validator::new(&grammar);
    let mut taken = Vec::new();
    for some in found.into_iter().collect::<Vec<_>>().chunks(200) {
        let said = jing(&schema, some);
        for path in some.iter().filter(|path| !said.contains(&format!("{}:", path.display()))) {
            let text = fs::read_to_string(path).unwrap_or_default();
            let parsed = Document::parse_with_options(&text, options());
            if parsed.is_ok_and(|document| validator.is_valid(&document)) || jing(&schema, &[path]).is_empty() {
                taken.push(path.clone());
            }
        }
    }
    let step = taken.len().div_ceil(MAX_DOCUMENTS).max(1);
    taken.into_iter().step_by(step).collect()
}

/// What jing says of documents.
fn jing(schema: &Path, documents: &[impl AsRef<OsStr>]) -> String {
    let output = Command::new("jing").arg(schema).args(documents).output().expect("jing runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn documents_of_public_schemas_survive() {
    let Some(place) = published() else { return };
    let made = survive(&place, "public", SETS);
    assert!(made >= 14, "material of only {made} schemas");
}

/// Schemas that are left out, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("foreign_datatype_library", "jing refuses the schema, unless it has the library; asked below"),
    ("doctype", "a document declares an entity of its own, which is not read"),
    ("comment_in_text", "a comment within a text goes behind it, so that the text is one value"),
];

#[test]
fn schemas_in_which_faults_were_found_make_types_that_lose_nothing() {
    let Some(place) = material::material("faults/generator") else { return };
    if Command::new("jing").output().is_err() {
        return eprintln!("faults of the generator: did not run, there is no jing");
    }
    let names: Vec<&'static str> = fs::read_dir(&place)
        .expect("the faults")
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name()?.to_str()?.strip_suffix(".rng")?.to_owned();
            // The part of a schema is none.
            (!name.contains('.') && LEFT_OUT.iter().all(|(other, _)| *other != name)).then_some(&*name.leak())
        })
        .collect();
    let sets: Vec<Set> = names
        .iter()
        .map(|name| Set {
            name,
            schema: &*format!("{name}.rng").leak(),
            documents: &*vec![(&*format!("{name}.").leak(), ".xml")].leak(),
        })
        .collect();
    let made = survive(&place, "faults", &sets);
    assert_eq!(made, sets.len(), "each schema has documents");
    a_foreign_datatype_library_is_taken_for_strings(&place);
}

fn a_foreign_datatype_library_is_taken_for_strings(place: &Path) {
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign.overrides.xml");
    let library = "<library uri='http://whattf.org/datatype-draft' as='string'/>";
    let text = format!("<overrides xmlns='https://domxml.org/ns/schema/1'>{library}</overrides>");
    fs::write(&beside, text).expect("written");
    for (overrides, code) in [(Some(&beside), 0), (None, 2)] {
        let judged = Command::new(env!("CARGO_BIN_EXE_domgen"))
            .arg("validate")
            .args(overrides.map(|file| [OsStr::new("--overrides"), file.as_os_str()]).into_iter().flatten())
            .args(["foreign_datatype_library.rng", "foreign_datatype_library.1.xml"].map(|name| place.join(name)))
            .output()
            .expect("domgen runs");
        assert_eq!(judged.status.code(), Some(code), "{}", String::from_utf8_lossy(&judged.stderr));
    }
}

/// Makes the types of schemas, and reads and writes their documents by these; how many schemas have any.
fn survive(place: &Path, work: &str, all: &[Set]) -> usize {
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join(work);
    let results = work.join("results");
    let _ = fs::remove_dir_all(&results);
    fs::create_dir_all(work.join("driver/src")).expect("a directory");
    fs::create_dir_all(&results).expect("a directory");
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime");
    let (mut members, mut needs, mut roots, mut list) =
        (vec!["driver".to_owned()], String::new(), String::new(), String::new());
    let mut sets: Vec<(&Set, Vec<(PathBuf, PathBuf)>)> = Vec::new();
    for set in all {
        let schema = place.join(set.schema);
        let taken = if schema.is_file() { documents(place, set) } else { Vec::new() };
        if taken.is_empty() {
            eprintln!("{}: no documents", set.name);
            continue;
        }
        generate(&schema, &work.join(set.name), set.name, &runtime);
        members.push(set.name.to_owned());
        let _ = writeln!(needs, "{} = {{ path = \"../{}\" }}", set.name, set.name);
        for (root, ty) in root_types(&schema) {
            let module = set.name.replace('-', "_");
            let _ = writeln!(roots, "        ({:?}, {root:?}) => read::<{module}::{ty}>(bytes),", set.name);
        }
        let mut pairs = Vec::new();
        for (index, from) in taken.into_iter().enumerate() {
            let to = results.join(format!("{}-{index}.xml", set.name));
            let _ = writeln!(list, "{}\t{}\t{}\t{}", set.name, root_of(&from), from.display(), to.display());
            pairs.push((from, to));
        }
        sets.push((set, pairs));
    }
    let said = run(&work, &members, &needs, &roots, &list);
    let mut failures = String::new();
    for (set, pairs) in &sets {
        judge(place, set, pairs, &said, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
    sets.len()
}

/// Makes the crate of a schema.
fn generate(schema: &Path, directory: &Path, name: &str, runtime: &Path) {
    let done = Command::new(env!("CARGO_BIN_EXE_domgen"))
        .args(["generate".as_ref(), schema.as_os_str(), "--output".as_ref(), directory.as_os_str()])
        .args(["--runtime".as_ref(), runtime.as_os_str(), "--name".as_ref(), name.as_ref()])
        .output()
        .expect("domgen runs");
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    // The workspace is that of all crates.
    let manifest = directory.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest").replace("\n[workspace]\n", "");
    fs::write(manifest, text).expect("a manifest");
}

/// The document elements with their types.
fn root_types(schema: &Path) -> Vec<(String, String)> {
    let grammar = load(&FileResolver::new(), &schema.display().to_string()).expect("a schema");
    let model = model_of(&grammar, &Options::default()).expect("a model");
    let root = |id: &domxml_codegen::model::TypeId| {
        let ty = &model.types[id.0 as usize];
        let Shape::Struct(shape) = &ty.shape else { panic!("a root is a struct") };
        (shape.element.as_ref().expect("a root is an element").local.clone(), ty.name.clone())
    };
    let mut roots: Vec<(String, String)> = model.roots.iter().map(root).collect();
    roots.sort();
    roots.dedup_by(|a, b| a.0 == b.0);
    roots
}

fn options<'a>() -> ParsingOptions<'a> {
    ParsingOptions { allow_dtd: true, ..ParsingOptions::default() }
}

/// The local name of a document's root.
fn root_of(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let document = Document::parse_with_options(&text, options());
    document.map(|document| document.root_element().tag_name().name().to_owned()).unwrap_or_default()
}

/// Compiles the crates without a warning and runs the driver; what it says.
fn run(work: &Path, members: &[String], needs: &str, roots: &str, list: &str) -> String {
    fs::write(work.join("Cargo.toml"), format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"))
        .expect("written");
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime");
    let manifest = format!(
        "[package]\nname = \"driver\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\ndomxml-runtime = {{ path = {:?} }}\n{needs}",
        runtime.display().to_string()
    );
    fs::write(work.join("driver/Cargo.toml"), manifest).expect("written");
    fs::write(work.join("driver/src/main.rs"), DRIVER.replace("        // ROOTS\n", roots)).expect("written");
    fs::write(work.join("list.tsv"), list).expect("written");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    fs::copy(lock, work.join("Cargo.lock")).expect("the lock file");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "-p", "driver", "--", "list.tsv"])
        .current_dir(work)
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Counts and prints what came through, and adds what did not.
fn judge(place: &Path, set: &Set, pairs: &[(PathBuf, PathBuf)], said: &str, failures: &mut String) {
    let written: Vec<&PathBuf> = pairs.iter().map(|(_, to)| to).filter(|to| to.is_file()).collect();
    let invalid = jing(&place.join(set.schema), &written);
    let (mut good, mut in_order) = (0, 0);
    for (from, to) in pairs {
        let refused = said.lines().find_map(|line| line.strip_prefix(&format!("{}\t", from.display())));
        let why = match refused {
            Some(error) => Some(format!("refused: {error}")),
            None if invalid.contains(&format!("{}:", to.display())) => {
                let line = invalid.lines().find(|line| line.starts_with(&*to.to_string_lossy()));
                Some(format!("no longer valid: {}", line.unwrap_or_default()))
            }
            None => differs(from, to, true),
        };
        match why {
            Some(why) => drop(writeln!(failures, "{}: {} {why}", set.name, from.display())),
            None => good += 1,
        }
        in_order += usize::from(refused.is_none() && differs(from, to, false).is_none());
    }
    println!("{}: {good} of {} ({in_order} in the very same order)", set.name, pairs.len());
}

/// The first difference between two documents, layout aside. Where `interleaved`, children of different names may change places.
fn differs(from: &Path, to: &Path, interleaved: bool) -> Option<String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| error.to_string());
    let (old, new) = match (read(from), read(to)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => return old.err().or(new.err()),
    };
    let parsed = (Document::parse_with_options(&old, options()), Document::parse_with_options(&new, options()));
    match parsed {
        (Ok(old), Ok(new)) => differ(old.root_element(), new.root_element(), interleaved),
        (old, new) => old.err().or(new.err()).map(|error| error.to_string()),
    }
}

fn differ(old: Node<'_, '_>, new: Node<'_, '_>, interleaved: bool) -> Option<String> {
    let here = |what: String| Some(format!("<{}>: {what}", old.tag_name().name()));
    if old.tag_name() != new.tag_name() {
        return here(format!("became <{}>", new.tag_name().name()));
    }
    let attributes = |node: Node<'_, '_>| -> BTreeSet<(String, String, String)> {
        let parts = node
            .attributes()
            .map(|a| (a.namespace().unwrap_or_default().to_owned(), a.name().to_owned(), a.value().trim().to_owned()));
        parts.collect()
    };
    if attributes(old) != attributes(new) {
        return here(format!("attributes {:?} became {:?}", attributes(old), attributes(new)));
    }
    let (mut before, mut after) = (pieces(old), pieces(new));
    // A comment within a text goes behind it, so that the text is one value.
    if let (Some(before), Some(after)) = (only_text(&before), only_text(&after)) {
        return if before == after { None } else { here(format!("{before:?} became {after:?}")) };
    }
    let is_mixed = before.iter().any(Node::is_text);
    if interleaved && !is_mixed {
        let key = |node: &Node<'_, '_>| {
            (node.tag_name().namespace().unwrap_or_default().to_owned(), node.tag_name().name().to_owned())
        };
        before.sort_by_key(key);
        after.sort_by_key(key);
    }
    if before.len() != after.len() {
        return here(format!("{} pieces of content became {}", before.len(), after.len()));
    }
    for (a, b) in before.into_iter().zip(after) {
        let why = match (a.is_text(), b.is_text()) {
            (true, true) if squeezed(a.text().unwrap_or_default()) == squeezed(b.text().unwrap_or_default()) => None,
            (false, false) => differ(a, b, interleaved),
            _ => here(format!("{:?} became {:?}", a.text(), b.text())),
        };
        if why.is_some() {
            return why;
        }
    }
    None
}

/// Elements and text; text that is nothing but layout is left out.
fn pieces<'a>(node: Node<'a, 'a>) -> Vec<Node<'a, 'a>> {
    let shown = |node: &Node<'_, '_>| {
        node.is_element() || node.text().is_some_and(|text| node.is_text() && !text.trim().is_empty())
    };
    node.children().filter(shown).collect()
}

/// The text of an element that has nothing else.
fn only_text(pieces: &[Node<'_, '_>]) -> Option<String> {
    let text = || pieces.iter().filter_map(Node::text).collect::<String>();
    pieces.iter().all(Node::is_text).then(|| squeezed(&text()))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
