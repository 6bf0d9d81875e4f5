//! What hosts say of themselves, and guests against them.

use std::fs;
use std::path::{Path, PathBuf};

use domxml::host::{Capabilities, DomainCapabilities};

use crate::measures::{Measure, first_difference};

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
            Ok(written) => first_difference(&without_empty_lines(&text), &without_empty_lines(&written)),
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
