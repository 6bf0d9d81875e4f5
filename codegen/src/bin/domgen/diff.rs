//! `domgen diff`: what two schemas differ in.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use domxml_xml::visible_lines;
use relaxng_model::Grammar;
use relaxng_model::diff::{Change, Difference, diff};
use serde_json::{Value, json};

use crate::shared::say;

/// Arguments of the command.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The root file of the old schema.
    old: PathBuf,
    /// The root file of the new schema.
    new: PathBuf,
    /// How the differences are printed.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    output_format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One line for each path.
    Text,
    /// One object with all differences.
    Json,
}

/// Prints what two schemas differ in; whether that is nothing.
pub fn run(arguments: &DiffArgs, load: &dyn Fn(&Path) -> Result<Grammar, String>) -> Result<bool, String> {
    let differences = diff(&load(&arguments.old)?, &load(&arguments.new)?);
    say(&match arguments.output_format {
        Format::Text => visible_lines(&text(&differences)),
        Format::Json => format!("{:#}\n", json(&differences)),
    })?;
    Ok(differences.is_empty())
}

/// The lines, sorted by path, and how many there are of each kind.
fn text(differences: &[Difference]) -> String {
    let mut lines: Vec<(&str, String)> = Vec::new();
    for difference in differences {
        lines.extend(difference.paths.iter().map(String::as_str).zip(difference.lines()));
    }
    // What stands at one path keeps its order.
    lines.sort_by_key(|(path, _)| *path);
    let mut out = String::new();
    for (_, line) in lines {
        let _ = writeln!(out, "{line}");
    }
    let counts = counts(differences).map(|(change, count)| format!("{count} {change}"));
    let _ = match differences.len() {
        0 => writeln!(out, "no difference"),
        _ => writeln!(out, "{}", counts.collect::<Vec<_>>().join(", ")),
    };
    out
}

fn json(differences: &[Difference]) -> Value {
    let each: Vec<Value> = differences
        .iter()
        .map(|difference| {
            json!({
                "change": difference.change.to_string(),
                "subject": difference.subject.to_string(),
                "paths": difference.paths,
                "more": difference.more,
                "old": difference.old,
                "new": difference.new,
                "place": difference.place,
            })
        })
        .collect();
    let counts: serde_json::Map<String, Value> =
        counts(differences).map(|(change, count)| (change, count.into())).collect();
    json!({ "differences": each, "counts": counts })
}

/// How many paths there are of each kind of change.
fn counts(differences: &[Difference]) -> impl Iterator<Item = (String, usize)> + '_ {
    let kinds = [Change::Added, Change::Removed, Change::Widened, Change::Narrowed, Change::Changed];
    kinds.into_iter().map(|change| {
        let of_kind = differences.iter().filter(|difference| difference.change == change);
        (change.to_string(), of_kind.map(|difference| difference.paths.len()).sum())
    })
}
