//! What hosts say of themselves, and guests against them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dommigrate::engine::{self, Options};
use dommigrate::finding::{Finding, Level};
use dommigrate::host::Host;

use domxml::host::{Capabilities, DomainCapabilities};
use rayon::prelude::*;

use crate::measures::{Measure, first_difference};
use crate::qemu;

/// Every document of the hosts, typed with nothing unknown and written back as it stood, but for empty lines.
///
/// # Panics
/// When the material cannot be read.
#[must_use]
pub fn typed(name: &'static str, shared: &Path) -> Measure {
    let root = shared.join("hosts");
    let results = documents(&root).into_iter().map(|path| {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let written = if text.trim_start().starts_with("<capabilities") {
            Capabilities::from_xml(&text).map(|host| host.to_xml())
        } else {
            DomainCapabilities::from_xml(&text).map(|host| host.to_xml())
        };
        let failure = match written {
            Ok(Ok(written)) => first_difference(&without_empty_lines(&text), &without_empty_lines(&written)),
            Ok(Err(error)) => Some(error.to_string()),
            Err(errors) => Some(errors.to_string()),
        };
        (path.strip_prefix(&root).unwrap_or(&path).display().to_string(), failure)
    });
    Measure::of(name, results.collect())
}

/// The documents of every host.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut open = vec![root.to_owned()];
    let mut documents = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())).flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "xml") {
                documents.push(path);
            }
        }
    }
    documents.sort();
    documents
}

fn without_empty_lines(text: &str) -> String {
    text.lines().filter(|line| !line.trim().is_empty()).fold(String::new(), |text, line| text + line + "\n")
}

/// `check` against the host that made the pairs.
fn options(shared: &Path) -> Options {
    let mut host = Host::default();
    for path in documents(&shared.join("hosts/real-12.8.0")) {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        host.read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let options = qemu::options();
    let plan = options.plan.on_host(Some(Arc::new(host)));
    Options { plan, ..options }
}

/// What the host has to say of a document.
fn found(text: &str, options: &Options) -> Vec<Finding> {
    let findings = engine::upgrade(text, options).findings;
    findings.into_iter().filter(|finding| finding.rule.starts_with("host-")).collect()
}

/// What the QEMU driver of the host took, as it was asked for and as it stood then: the host lacks nothing.
///
/// # Panics
/// When the material cannot be read.
#[must_use]
pub fn defined(name: &'static str, shared: &Path) -> Measure {
    let options = options(shared);
    let results = qemu::taken_names(&shared.join("qemu_pairs"))
        .par_iter()
        .flat_map_iter(|name| [format!("{name}.in.xml"), format!("{name}.out.xml")])
        .map(|file| {
            let path = shared.join("qemu_pairs").join(&file);
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let error = found(&text, &options).into_iter().find(|finding| finding.level == Level::Error);
            (file, error.map(|error| format!("{}: {}", error.rule, error.message)))
        })
        .collect();
    Measure::of(name, results)
}

/// What the host refused for its machine type or its firmware, as it stands in the corpus: that is found. Where the host was not asked about
/// such guests, that is said instead; one is refused for what it says itself.
///
/// # Panics
/// When the material cannot be read.
#[must_use]
pub fn refused(name: &'static str, shared: &Path) -> Measure {
    let options = options(shared);
    let corpus = shared.join("corpus");
    let flat = |path: &Path| path.strip_prefix(&corpus).unwrap_or(path).to_string_lossy().replace('/', ".");
    let paths: BTreeMap<String, PathBuf> = documents(&corpus).into_iter().map(|path| (flat(&path), path)).collect();
    let list = fs::read_to_string(shared.join("hosts/real-12.8.0/refused-as-given.tsv")).expect("the list of refusals");
    let rows: Vec<(&str, &str)> =
        list.lines().skip(1).filter_map(|line| Some((line.split('\t').next()?, line.rsplit('\t').next()?))).collect();
    let results = rows
        .par_iter()
        .map(|(name, message)| {
            let text = fs::read_to_string(&paths[&format!("{name}.xml")]).expect("a document of the corpus");
            let found = engine::upgrade(&text, &options).findings;
            let told = ["host-machine-missing", "host-firmware-missing", "os-conflict"];
            let said = found
                .iter()
                .any(|it| it.level == Level::Error && told.contains(&&*it.rule) || it.rule == "host-not-asked");
            ((*name).to_owned(), (!said).then(|| format!("not found: {message}")))
        })
        .collect();
    Measure::of(name, results)
}
