//! `domgen docs`: writes the static reference of a format.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use domxml_codegen::Overrides;
use domxml_codegen::docs::{Examples, Options, Rules, reference};
use domxml_xml::visible_lines;
use relaxng_model::FileResolver;

use crate::shared::{failed, load_in, say};

/// Arguments of `docs`.
#[derive(Debug, Args)]
pub struct DocsArgs {
    /// The schema's root file.
    schema: PathBuf,
    /// Where the pages go.
    #[arg(short, long)]
    output: PathBuf,
    /// What the format is called; the schema's file name otherwise.
    #[arg(long)]
    title: Option<String>,
    /// The address of a manual, in which the schema's `d:ref` names anchors.
    #[arg(long, value_name = "URL")]
    manual: Option<String>,
    /// Documents to draw examples from, or directories that are searched for *.xml; those that are not valid are passed over.
    #[arg(long, value_name = "PATH")]
    examples: Vec<PathBuf>,
    /// Rules beside the elements that they are about: what `dommigrate rules --output-format json` prints, and what it prints with
    /// `--drift` (may be repeated).
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
}

/// Writes the pages; those that are as they should be are not touched.
pub fn run(args: &DocsArgs, beside: Option<&Overrides>) -> Result<(), String> {
    let (resolver, file) = FileResolver::beside(&args.schema);
    let grammar = load_in(&resolver, &file, beside).map_err(|errors| errors.to_string())?;
    let read = |path: &Path| fs::read_to_string(path).map_err(failed(path));
    let mut rules = Rules::default();
    for path in &args.rules {
        rules.extend(Rules::read(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let mut paths = Vec::new();
    for path in &args.examples {
        documents(path, &mut paths)?;
    }
    paths.sort();
    // What is no text in UTF-8 shows nothing that another does not.
    let documents: Vec<String> = paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    let title = args.title.clone().unwrap_or_else(|| file.trim_end_matches(".rng").to_owned());
    let examples = Examples::of_documents(&grammar, &documents);
    let options = Options { title, manual: args.manual.clone(), examples, rules };
    let files = reference(&grammar, &options);
    fs::create_dir_all(&args.output).map_err(failed(&args.output))?;
    for (name, text) in &files {
        let path = args.output.join(name);
        if fs::read_to_string(&path).is_ok_and(|there| there == *text) {
            continue;
        }
        fs::write(&path, text).map_err(failed(&path))?;
    }
    say(&visible_lines(&format!("{} files in {}\n", files.len(), args.output.display())))
}

/// The documents at a path.
fn documents(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let wrong = failed(path);
    if !fs::metadata(path).map_err(&wrong)?.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(&wrong)? {
        let entry = entry.map_err(&wrong)?;
        // A link could lead round in a circle.
        if entry.file_type().map_err(&wrong)?.is_dir() {
            documents(&entry.path(), found)?;
        } else if entry.path().extension().is_some_and(|it| it == "xml") {
            found.push(entry.path());
        }
    }
    Ok(())
}
