//! Holds verdicts on many documents against those that another validator gave, and measures the time they take.
//!
//! ```text
//! cargo run --release -p domxml-relaxng-model --example validate_corpus -- SCHEMA.rng MANIFEST.tsv COLUMN...
//! ```
//!
//! Each manifest has a heading; the first column is a path relative to the manifest, and the column whose heading is
//! `COLUMN` says `valid` or `invalid`. Several manifests may be given, each followed by its column.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use relaxng_model::validate::Validator;
use relaxng_model::{FileResolver, load};
use roxmltree::Document;

struct Case {
    path: PathBuf,
    text: String,
    valid: bool,
}

fn read_manifest(manifest: &Path, column: &str) -> Result<Vec<Case>, String> {
    let directory = manifest.parent().unwrap_or(Path::new("."));
    let text = std::fs::read_to_string(manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let mut lines = text.lines();
    let heading = lines.next().unwrap_or_default();
    let at = heading
        .split('\t')
        .position(|name| name == column)
        .ok_or_else(|| format!("{}: there is no column {column}", manifest.display()))?;
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let path = directory.join(fields.first().copied().unwrap_or_default());
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(Case { path, text, valid: fields.get(at) == Some(&"valid") })
        })
        .collect()
}

fn seconds(duration: Duration, count: usize) -> String {
    format!("{:.3} s, {:.0} documents/s", duration.as_secs_f64(), count as f64 / duration.as_secs_f64())
}

fn run() -> Result<bool, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (schema, manifests) =
        arguments.split_first().ok_or("usage: validate_corpus SCHEMA.rng MANIFEST.tsv COLUMN...")?;
    let mut cases = Vec::new();
    for pair in manifests.chunks(2) {
        let [manifest, column] = pair else { return Err("each manifest needs its column".to_owned()) };
        cases.extend(read_manifest(Path::new(manifest), column)?);
    }

    let start = Instant::now();
    let grammar = load(&FileResolver::new(), schema).map_err(|errors| errors.to_string())?;
    let loaded = start.elapsed();
    let mut validator = Validator::new(&grammar);
    println!("schema: loaded in {:.1?}, compiled in {:.1?}", loaded, start.elapsed() - loaded);

    let start = Instant::now();
    for case in &cases {
        let _ = Document::parse(&case.text);
    }
    println!("parsing alone:        {}", seconds(start.elapsed(), cases.len()));
    for round in ["first", "second", "third"] {
        let start = Instant::now();
        for case in &cases {
            if let Ok(document) = Document::parse(&case.text) {
                validator.is_valid(&document);
            }
        }
        println!("verdicts, {round:6} time: {}", seconds(start.elapsed(), cases.len()));
    }
    let start = Instant::now();
    let (mut wrong, mut violations) = (0, 0);
    for case in &cases {
        let found = Document::parse(&case.text).map(|document| validator.validate(&document)).unwrap_or_default();
        violations += found.len();
        if found.is_empty() != case.valid {
            wrong += 1;
            let reason = found.first().map_or("no violation".to_owned(), ToString::to_string);
            println!(
                "{}: {} expected, found: {reason}",
                case.path.display(),
                if case.valid { "valid" } else { "invalid" }
            );
        }
    }
    println!("with reasons:         {}", seconds(start.elapsed(), cases.len()));
    println!(
        "{} documents, {} verdicts agree, {wrong} do not; {violations} violations",
        cases.len(),
        cases.len() - wrong
    );
    Ok(wrong == 0)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
