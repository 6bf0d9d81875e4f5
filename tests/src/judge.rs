//! Verdicts: our schema and upstream's, our validator, `xmllint` and `jing`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;
use relaxng_model::validate::Validator;
use relaxng_model::{EmbeddedResolver, FileResolver, Grammar};

use crate::corpus::Document;
use crate::measures::Measure;

/// The embedded schema.
///
/// # Panics
/// When it is wrong.
#[must_use]
pub fn our_grammar() -> Grammar {
    relaxng_model::load(&EmbeddedResolver::new(domxml_schema::FILES), domxml_schema::ROOT)
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// A validator for the embedded schema, in the form in which the command embeds it.
///
/// # Panics
/// When the schema is wrong.
#[must_use]
pub fn ours() -> Validator {
    Validator::unpack(&Validator::pack(&our_grammar())).expect("what was packed is whole")
}

/// A validator for upstream's schema of a version.
///
/// # Panics
/// When the schema is wrong.
#[must_use]
pub fn upstream(shared: &Path, version: &str) -> Validator {
    let path = shared.join(format!("reference/schemas-{version}/domain.rng"));
    let grammar =
        relaxng_model::load(&FileResolver::new(), &path.to_string_lossy()).unwrap_or_else(|errors| panic!("{errors}"));
    Validator::new(&grammar)
}

/// Whether each document is valid: none where it is not well-formed.
#[must_use]
pub fn verdicts(validator: &Validator, documents: &[Document]) -> Vec<Option<bool>> {
    documents
        .par_iter()
        .map_init(
            || validator.clone(),
            |validator, document| {
                let document = roxmltree::Document::parse(&document.text).ok()?;
                Some(validator.is_valid(&document))
            },
        )
        .collect()
}

/// Agreement of a validator's verdicts with those in a manifest.
#[must_use]
pub fn agreement(name: &'static str, validator: &Validator, documents: &[Document]) -> Measure {
    let mut measure = Measure { name, ..Measure::default() };
    for (document, verdict) in documents.iter().zip(verdicts(validator, documents)) {
        let theirs = document.row.get("schema_11.3.0");
        let ours = if verdict == Some(true) { "valid" } else { "invalid" };
        measure.cases += 1;
        if ours != theirs {
            measure.failed.insert(document.name.clone(), format!("upstream says {theirs}, we say {ours}"));
        }
    }
    measure
}

/// Agreement of our schema with upstream's of a version, both judged by our validator.
#[must_use]
pub fn agreement_with(name: &'static str, shared: &Path, version: &str, documents: &[Document]) -> Measure {
    let mut measure = Measure { name, ..Measure::default() };
    let theirs = verdicts(&upstream(shared, version), documents);
    for ((document, ours), theirs) in documents.iter().zip(verdicts(&ours(), documents)).zip(theirs) {
        measure.cases += 1;
        if ours != theirs {
            let word = |verdict: Option<bool>| if verdict == Some(true) { "valid" } else { "invalid" };
            let why = format!("upstream says {}, we say {}", word(theirs), word(ours));
            measure.failed.insert(document.name.clone(), why);
        }
    }
    measure
}

/// Another validator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// libxml2's.
    Xmllint,
    /// James Clark's.
    Jing,
}

impl Engine {
    fn command(self) -> Command {
        match self {
            Self::Xmllint => {
                let mut command = Command::new("xmllint");
                command.args(["--noout", "--relaxng"]);
                command
            }
            Self::Jing => Command::new("jing"),
        }
    }

    /// Whether it is installed.
    #[must_use]
    pub fn is_installed(self) -> bool {
        let program = if self == Self::Jing { "jing" } else { "xmllint" };
        Command::new("sh").args(["-c", &format!("command -v {program}")]).output().is_ok_and(|o| o.status.success())
    }

    /// Which of the files are valid.
    ///
    /// # Errors
    /// When it cannot be run, or cannot read the schema.
    pub fn judge(self, schema: &Path, files: &[&Path]) -> Result<BTreeMap<String, bool>, String> {
        let mut verdicts = BTreeMap::new();
        for chunk in files.chunks(5000) {
            let output =
                self.command().arg(schema).args(chunk).output().map_err(|error| format!("{self:?}: {error}"))?;
            let said = match self {
                Self::Xmllint => String::from_utf8_lossy(&output.stderr).into_owned(),
                Self::Jing => String::from_utf8_lossy(&output.stdout).into_owned(),
            };
            if said.contains("failed to compile") || said.contains("fatal: ") && said.contains(".rng") {
                return Err(format!("{self:?}: {}", said.lines().next().unwrap_or_default()));
            }
            let wrong: std::collections::BTreeSet<&str> = said
                .lines()
                .filter(|line| !line.contains(" warning : "))
                .filter_map(|line| match self {
                    Self::Xmllint => line
                        .strip_suffix(" fails to validate")
                        .or_else(|| line.split_once(".xml:").map(|(stem, _)| stem)),
                    Self::Jing => line.split_once(".xml:").map(|(stem, _)| stem),
                })
                .collect();
            for file in chunk {
                let name = file.to_string_lossy().into_owned();
                let stem = name.strip_suffix(".xml").unwrap_or(&name);
                verdicts.insert(name.clone(), !wrong.contains(stem) && !wrong.contains(&*name));
            }
        }
        Ok(verdicts)
    }
}

/// Agreement of our validator with another one on our own schema.
///
/// # Errors
/// When the other cannot be run.
pub fn engines(
    name: &'static str,
    engine: Engine,
    root: &Path,
    documents: &[Document],
    schema: &Path,
) -> Result<Measure, String> {
    let paths: Vec<_> = documents.iter().map(|document| root.join(&document.name)).collect();
    let files: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    let theirs = engine.judge(schema, &files)?;
    let mut measure = Measure { name, ..Measure::default() };
    for ((document, path), verdict) in documents.iter().zip(&paths).zip(verdicts(&ours(), documents)) {
        let other = theirs[&*path.to_string_lossy()];
        measure.cases += 1;
        if verdict.unwrap_or(false) != other {
            measure.failed.insert(document.name.clone(), format!("{engine:?} says {other}, we say {verdict:?}"));
        }
    }
    Ok(measure)
}

/// As [`engines`], for documents that stand in no file.
///
/// # Errors
/// When they cannot be written or the other cannot be run.
pub fn engines_over(
    name: &'static str,
    engine: Engine,
    documents: &[Document],
    schema: &Path,
) -> Result<Measure, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let named: Vec<Document> = documents
        .iter()
        .map(|document| Document { name: format!("{}.xml", document.name.replace('/', ".")), ..document.clone() })
        .collect();
    for document in &named {
        std::fs::write(directory.path().join(&document.name), &document.text).map_err(|error| error.to_string())?;
    }
    engines(name, engine, directory.path(), &named, schema)
}
