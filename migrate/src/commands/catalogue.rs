//! `rules` and `explain`: the reference, printed from the rules themselves and from the schema.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use super::{DONE, FAILED};
use crate::cli::{Explain, ListFormat, Profile, Rules};
use crate::finding::Level;
use crate::finding::ids::{self, Own};
use crate::rule::{Class, Rule, Safety};
use crate::rules;

#[derive(Serialize)]
struct Row {
    id: &'static str,
    class: Class,
    level: Level,
    since: Option<String>,
    safety: Safety,
    profiles: Vec<&'static str>,
    summary: &'static str,
}

fn row(rule: &'static Rule) -> Row {
    Row {
        id: rule.id,
        class: rule.class,
        level: rule.level(),
        since: rule.since.map(|version| version.to_string()),
        safety: rule.safety,
        profiles: rule.profiles.iter().map(|profile| profile_name(*profile)).collect(),
        summary: rule.summary,
    }
}

/// A finding that no rule makes.
fn own_row(own: &'static Own) -> Row {
    Row {
        id: own.id,
        class: own.class,
        level: own.level,
        since: None,
        safety: if own.level.is_rewrite() { Safety::Safe } else { Safety::ReportOnly },
        profiles: vec![profile_name(Profile::Modern), profile_name(Profile::Libvirt)],
        summary: own.summary,
    }
}

fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::Modern => "modern",
        Profile::Libvirt => "libvirt",
    }
}

pub(super) fn rules(args: &Rules) -> Result<u8, String> {
    let rows: Vec<Row> = rules::all().map(row).chain(ids::ALL.iter().map(own_row)).collect();
    let text = match args.output_format {
        ListFormat::Json => serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())? + "\n",
        ListFormat::Text => table(&rows),
    };
    print(&text)
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let mut text =
        format!("{:width$}  class      level    since   safety       profiles        what it finds\n", "rule");
    for row in rows {
        let since = row.since.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "{:width$}  {:9}  {:7}  {since:6}  {:11}  {:14}  {}",
            row.id,
            row.class.as_str(),
            row.level.as_str(),
            row.safety.as_str(),
            row.profiles.join(","),
            row.summary,
        );
    }
    text
}

pub(super) fn explain(args: &Explain) -> Result<u8, String> {
    if let Some(rule) = rules::find(&args.subject) {
        return print(&page(rule));
    }
    if let Some(own) = ids::find(&args.subject) {
        return print(&own_page(own));
    }
    if let Some(text) = super::describe::describe(&args.subject) {
        return print(&text);
    }
    let near = rules::near(&args.subject).map_or_else(String::new, |id| format!("; did you mean {id}?"));
    crate::complain(&format!("no rule and no element is called {}{near}", args.subject));
    Ok(FAILED)
}

fn page(rule: &'static Rule) -> String {
    let mut text = format!("{}\n\n{}\n\n{}\n\n", rule.id, rule.summary, rule.doc.trim());
    let since = rule.since.map_or_else(|| "any libvirt".to_owned(), |version| format!("libvirt {version}"));
    let profiles: Vec<_> = rule.profiles.iter().map(|profile| profile_name(*profile)).collect();
    let _ = writeln!(text, "Class:        {}", rule.class.as_str());
    let _ = writeln!(text, "Level:        {}", level_line(rule.level()));
    let _ = writeln!(text, "Modern since: {since}");
    let _ = writeln!(text, "Fix safety:   {}", rule.safety.as_str());
    let _ = writeln!(text, "Profiles:     {}", profiles.join(", "));
    for (title, example) in [("Before", rule.example.before), ("After", rule.example.after)] {
        let _ = writeln!(text, "\n{title}:\n");
        for line in example.trim_matches('\n').lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

fn own_page(own: &Own) -> String {
    let mut text = format!("{}\n\n{}\n\n{}\n\n", own.id, own.summary, own.doc);
    let _ = writeln!(text, "Class:        {}", own.class.as_str());
    let _ = writeln!(text, "Level:        {}", level_line(own.level));
    text
}

fn level_line(level: Level) -> String {
    let fails = match (level.fails(false), level.fails(true)) {
        (true, _) => "fails check",
        (false, true) => "fails check --strict",
        (false, false) => "never fails check",
    };
    format!("{} ({fails})", level.as_str())
}

/// Prints a result; a reader that has gone away is no error.
pub(super) fn print(text: &str) -> Result<u8, String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(DONE),
    }
}
