//! From schema to running code, case by case: printed files are as expected, compile without warnings, and read and write
//! documents without loss. See `cases/README.md`.

mod common;
mod interpret;
mod random;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{cases, expect, grammar, model};
use domxml_codegen::model::{Model, Shape};
use domxml_codegen::print::{Output, PrintOptions, print, write_files};
use relaxng_model::validate::Validator;

/// Random documents of each case that are read and written beside those in its directory.
const RANDOM: u32 = 40;

fn printed(model: &Model, root: &str) -> Vec<Output> {
    let options =
        PrintOptions { root: root.to_owned(), scalars: Some("crate::scalar".to_owned()), ..PrintOptions::default() };
    print(model, &options).expect("a model that can be printed")
}

/// Cases with a directory `printed` show in full what is printed.
#[test]
fn files() {
    let mut failures = String::new();
    for case in cases().into_iter().filter(|case| case.join("printed").is_dir()) {
        let outputs = printed(&model(&case).expect("a schema that lowers"), "crate");
        for output in &outputs {
            expect(&case.join("printed").join(&output.path), &output.text, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}\nto accept: BLESS=1 cargo test -p domxml-codegen --test print");
}

#[test]
fn files_are_written_only_where_they_differ() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("written");
    let _ = fs::remove_dir_all(&directory);
    let case = cases().into_iter().find(|case| case.ends_with("modules")).expect("the case");
    let mut outputs = printed(&model(&case).expect("a schema that lowers"), "crate");
    let changes = write_files(&directory, &outputs).expect("written");
    assert_eq!(changes.len(), outputs.len());
    assert_eq!(write_files(&directory, &outputs).expect("written"), []);
    fs::write(directory.join("by_hand.rs"), "//! Mine.\n").expect("written");
    outputs.pop();
    assert_eq!(write_files(&directory, &outputs).expect("written").len(), 1, "the stale file is removed");
    assert!(directory.join("by_hand.rs").exists());
}

#[test]
fn printed_code_runs() {
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("printed");
    let documents = work.join("documents");
    let _ = fs::remove_dir_all(&documents);
    let mut main = String::from(MAIN);
    let mut table = String::new();
    let mut outputs = Vec::new();
    let mut run = Vec::new();
    for case in cases() {
        let Ok(model) = model(&case) else { continue };
        let name = case.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let module = name.replace('-', "_");
        for output in printed(&model, &format!("crate::{module}")) {
            outputs.push(Output { path: format!("src/{module}/{}", output.path), text: output.text });
        }
        let _ = writeln!(main, "pub mod {module};");
        for root in &model.roots {
            let ty = &model.types[root.0 as usize];
            let Shape::Struct(shape) = &ty.shape else { continue };
            let element = &shape.element.as_ref().expect("a root is an element").local;
            let _ = writeln!(table, "        ({name:?}, {element:?}) => again::<{module}::{}>(text),", ty.name);
        }
        let directory = documents.join(&name);
        fs::create_dir_all(&directory).expect("a directory");
        collect_documents(&case, &directory);
        run.push((case, name));
    }
    main.push_str(&RUN.replace("        // CASES\n", &table));
    outputs.push(Output { path: "src/main.rs".to_owned(), text: main });
    outputs.push(Output { path: "src/scalar.rs".to_owned(), text: SCALARS.to_owned() });
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime");
    let manifest = MANIFEST.replace("RUNTIME", &format!("{:?}", runtime.display().to_string()));
    outputs.push(Output { path: "Cargo.toml".to_owned(), text: manifest });
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    outputs.push(Output { path: "Cargo.lock".to_owned(), text: fs::read_to_string(lock).expect("the lock file") });
    write_files(&work, &outputs).expect("written");
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(&work)
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env("RUSTFLAGS", "-D warnings")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the printed code in {} does not compile or run", work.display());
    let mut failures = String::new();
    for (case, name) in &run {
        judge(case, &documents.join(name), &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Puts the documents of a case, and random ones, below `directory`.
fn collect_documents(case: &Path, directory: &Path) {
    for kind in ["good", "bad"] {
        for path in documents(&case.join(kind)) {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            fs::copy(&path, directory.join(format!("{kind}-{name}"))).expect("copied");
        }
    }
    let grammar = grammar(case).expect("a schema that lowers loads");
    for (number, text) in random::some_documents(&grammar, RANDOM).into_iter().enumerate() {
        fs::write(directory.join(format!("random-{number}.xml")), text).expect("written");
    }
}

fn documents(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "xml")).collect();
    paths.sort();
    paths
}

/// Looks at what the printed code made of the documents of one case.
fn judge(case: &Path, directory: &Path, failures: &mut String) {
    let grammar = grammar(case).expect("a schema that lowers loads");
    let mut validator = Validator::new(&grammar);
    let model = model(case).expect("a schema that lowers");
    for path in documents(directory) {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let written = path.with_extension("out");
        let error = fs::read_to_string(path.with_extension("err")).ok();
        if let Some(name) = name.strip_prefix("bad-") {
            let expected = case.join("bad").join(format!("{name}.stderr"));
            expect(&expected, &error.unwrap_or_else(|| "taken\n".to_owned()), failures);
            continue;
        }
        match (error, fs::read_to_string(&written)) {
            (Some(error), _) => {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let _ = writeln!(failures, "{}: {error}{text}", path.display());
            }
            (None, Ok(text)) => {
                let read = fs::read_to_string(&path).unwrap_or_default();
                if let Err(message) = compare(&model, &mut validator, &read, &text) {
                    let _ = writeln!(failures, "{} {message}\n{read}\n{text}", path.display());
                }
            }
            (None, Err(error)) => {
                let _ = writeln!(failures, "{}: {error}", written.display());
            }
        }
    }
}

/// Holds what printed code wrote against what the model says, which stands for the order too, and against the schema.
fn compare(model: &Model, validator: &mut Validator, read: &str, written: &str) -> Result<(), String> {
    // The model knows neither layout nor that booleans are spelt as words.
    let bare: String = written.lines().map(str::trim_start).collect();
    let parse = |text| roxmltree::Document::parse(text).map_err(|error| error.to_string());
    let (read, written, bare) = (parse(read)?, parse(written)?, parse(&bare)?);
    if !validator.is_valid(&written) {
        return Err("became invalid".to_owned());
    }
    let seen = |root| {
        let text = interpret::round_trip(model, root)?.to_xml();
        Ok::<_, String>(text.replace("on='true'", "on='1'").replace("on='false'", "on='0'"))
    };
    let (expected, found) = (seen(read.root_element())?, seen(bare.root_element())?);
    if found == expected { Ok(()) } else { Err(format!("became\n{found}\nand not\n{expected}")) }
}

const MANIFEST: &str = r#"[package]
name = "printed"
version = "0.1.0"
edition = "2024"

[dependencies]
domxml-runtime = { path = RUNTIME }

[workspace]
"#;

const MAIN: &str = "//! Printed code of all cases.\n\npub mod scalar;\n";

const RUN: &str = r#"
use domxml_runtime::Element;

fn main() {
    for case in std::fs::read_dir("documents").unwrap() {
        let case = case.unwrap().path();
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        for document in std::fs::read_dir(&case).unwrap() {
            let path = document.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "xml") {
                let text = std::fs::read_to_string(&path).unwrap();
                match run(&name, &text) {
                    Ok(written) => std::fs::write(path.with_extension("out"), written).unwrap(),
                    Err(error) => std::fs::write(path.with_extension("err"), error + "\n").unwrap(),
                }
            }
        }
    }
}

fn run(case: &str, text: &str) -> Result<String, String> {
    let body = text.trim_start_matches(|c: char| c.is_whitespace());
    let tag = body.trim_start_matches('<');
    let name = tag.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next().unwrap();
    match (case, name.rsplit(':').next().unwrap()) {
        // CASES
        _ => Err(format!("no root <{name}>")),
    }
}

/// Reads, writes, reads again and writes again.
fn again<T: Element + PartialEq>(text: &str) -> Result<String, String> {
    let value = T::from_xml(text).map_err(|errors| errors.to_string())?;
    let written = value.to_xml().map_err(|error| error.to_string())?;
    let second = T::from_xml(&written).map_err(|errors| format!("not read again: {errors}\n{written}"))?;
    if second != value {
        return Err(format!("read again as another value:\n{written}"));
    }
    if second.to_xml().as_ref() != Ok(&written) {
        return Err(format!("written again otherwise:\n{written}"));
    }
    Ok(written)
}
"#;

const SCALARS: &str = r#"//! Scalars that cases name.

use domxml_runtime::{Scalar, ScalarError};

macro_rules! texts {
    ($($name:ident)*) => {$(
        /// A text.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
        pub struct $name(pub String);

        impl Scalar for $name {
            fn parse(text: &str) -> Result<Self, ScalarError> {
                Ok($name(text.to_owned()))
            }

            fn write(&self, out: &mut String) {
                out.push_str(&self.0);
            }
        }
    )*};
}

texts! { CpuSet Mask }
"#;
