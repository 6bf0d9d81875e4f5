//! The test material in `shared/`, which lies beside the checkout and may be absent.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The directory with the test material; none where the checkout stands alone.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    path.join("corpus/manifest.tsv").is_file().then_some(path)
}

/// Set where the test material is left out on purpose; otherwise a test that needs it fails, so that none passes by not running.
pub const ABSENT: &str = "DOMXML_SHARED_ABSENT";

/// The directory with the test material, or, where it is left out on purpose, one line that says what does not run.
///
/// # Panics
/// Where the material is missing and nothing says that it is meant to be.
#[must_use]
pub fn shared_or_say(what: &str) -> Option<PathBuf> {
    let found = shared();
    if found.is_none() {
        let missing = "did not run, ../shared is not beside the checkout";
        assert!(std::env::var_os(ABSENT).is_some(), "{what}: {missing}; where that is on purpose, set {ABSENT}=1");
        eprintln!("{what}: {missing}");
    }
    found
}

/// A row of a manifest: its columns by the names in the first line.
#[derive(Debug, Clone, Default)]
pub struct Row {
    names: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    /// The cell of a column, empty where the row has none.
    #[must_use]
    pub fn get(&self, column: &str) -> &str {
        self.names.iter().position(|name| name == column).and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }
}

/// The rows of a tab-separated file with a line of column names.
///
/// # Panics
/// When the file cannot be read.
#[must_use]
pub fn table(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    let names: Vec<String> = lines.next().unwrap_or_default().split('\t').map(str::to_owned).collect();
    lines.map(|line| Row { names: names.clone(), cells: line.split('\t').map(str::to_owned).collect() }).collect()
}

/// A document of the material.
#[derive(Debug, Clone)]
pub struct Document {
    /// Path below the corpus directory.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Its row of the manifest.
    pub row: Row,
}

/// The documents of a manifest (column `path`, relative to `root`).
#[must_use]
pub fn documents(root: &Path, manifest: &Path) -> Vec<Document> {
    table(manifest)
        .into_iter()
        .filter_map(|row| {
            let name = row.get("path").to_owned();
            let text = fs::read_to_string(root.join(&name)).ok()?;
            Some(Document { name, text, row })
        })
        .collect()
}

/// These files as documents of their paths.
///
/// # Errors
/// When one cannot be read.
pub fn files(paths: &[PathBuf]) -> Result<Vec<Document>, String> {
    let document = |path: &PathBuf| match fs::read_to_string(path) {
        Ok(text) => Ok(Document { name: path.display().to_string(), text, row: Row::default() }),
        Err(error) => Err(format!("{}: {error}", path.display())),
    };
    paths.iter().map(document).collect()
}

/// The documents of 16 releases of libvirt.
#[must_use]
pub fn releases(shared: &Path) -> Vec<Document> {
    documents(&shared.join("corpus"), &shared.join("corpus/manifest.tsv"))
}

/// The documents of ordinary users.
#[must_use]
pub fn wild(shared: &Path) -> Vec<Document> {
    documents(&shared.join("corpus/wild"), &shared.join("corpus/wild/manifest.tsv"))
}

/// The mutated documents.
#[must_use]
pub fn mutants(shared: &Path) -> Vec<Document> {
    documents(&shared.join("corpus/mutants"), &shared.join("corpus/mutants/manifest.tsv"))
}

/// The documents of the corpus that a libvirt refuses, with its reasons.
///
/// # Panics
/// When the list cannot be read.
#[must_use]
pub fn refused(shared: &Path, version: &str) -> BTreeMap<String, String> {
    let path = shared.join(format!("corpus/refused-{version}.tsv"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let row = |line: &str| {
        let mut cells = line.split('\t');
        Some((cells.next()?.to_owned(), cells.nth(1).unwrap_or_default().to_owned()))
    };
    text.lines().filter_map(row).collect()
}

/// Our own good documents, which lie in the checkout.
///
/// # Panics
/// When they cannot be read.
#[must_use]
pub fn fixtures() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.sort();
        paths
    };
    let files = list(&root).into_iter().filter(|path| path.is_dir()).flat_map(|folder| list(&folder));
    let good =
        files.filter(|path| path.to_string_lossy().ends_with(".xml") && !path.to_string_lossy().ends_with(".bad.xml"));
    good.filter_map(|path| {
        let name = path.strip_prefix(&root).ok()?.to_string_lossy().into_owned();
        Some(Document { text: fs::read_to_string(&path).ok()?, name, row: Row::default() })
    })
    .collect()
}

/// What a libvirt makes of a document of the corpus; none where it refuses it.
#[must_use]
pub fn canonical(shared: &Path, version: &str, name: &str) -> Option<String> {
    fs::read_to_string(shared.join(format!("corpus/canonical-{version}")).join(name)).ok()
}

/// The documents that faults were found with.
#[must_use]
pub fn faults(shared: &Path) -> Vec<Document> {
    let mut found = Vec::new();
    for folder in ["documents", "reports", "command"] {
        let listed = fs::read_dir(shared.join("faults").join(folder)).into_iter().flatten().flatten();
        for path in listed.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "xml")) {
            let name = format!("{folder}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            if let Ok(text) = fs::read_to_string(&path) {
                found.push(Document { name, text, row: Row::default() });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}
