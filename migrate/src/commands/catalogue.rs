//! `rules` and `explain`: the reference, printed from the rules themselves and from the schema.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::{DONE, FAILED};
use crate::cli::{Explain, ListFormat, Rules};
use crate::drift::{self, Allowance};
use crate::finding::Level;
use crate::finding::ids::{self, Own};
use crate::options::Driver;
use crate::report::visible;
use crate::rule::{BOTH, Class, Range, Row, Rule, Safety, whereabouts};
use crate::rules;
use crate::sink;

#[derive(Serialize)]
struct Line {
    id: &'static str,
    class: Class,
    level: Level,
    since: Option<String>,
    until: Option<String>,
    /// None: every one.
    drivers: Option<Vec<&'static str>>,
    safety: Safety,
    profiles: Vec<&'static str>,
    summary: &'static str,
    /// Where the elements stand that it is about, as paths below `<domain>`; in JSON alone.
    elements: BTreeSet<String>,
}

fn line(rule: &'static Rule) -> Line {
    Line {
        id: rule.id,
        class: rule.class,
        level: rule.level(),
        since: rule.since.map(|version| version.to_string()),
        until: rule.until.map(|version| version.to_string()),
        drivers: named(rule),
        safety: rule.safety,
        profiles: rule.profiles.iter().map(|profile| profile.as_str()).collect(),
        summary: rule.summary,
        elements: rule.rows.iter().flat_map(whereabouts::of).collect(),
    }
}

/// What `drift` takes for filled in.
fn drift_line(row: &'static Allowance) -> Line {
    let element = |at: &&str| at.split("/@").next().unwrap_or_default().to_owned();
    Line {
        id: row.id,
        class: Class::Implicit,
        level: Level::Note,
        since: None,
        until: None,
        drivers: Some(vec![Driver::Qemu.as_str()]),
        safety: Safety::ReportOnly,
        profiles: Vec::new(),
        summary: row.why,
        elements: row.at.iter().map(element).collect(),
    }
}

/// A finding that no rule makes.
fn own_line(own: &'static Own) -> Line {
    Line {
        id: own.id,
        class: own.class,
        level: own.level,
        since: None,
        until: None,
        drivers: None,
        safety: if own.level.is_rewrite() { Safety::Safe } else { Safety::ReportOnly },
        profiles: BOTH.iter().map(|profile| profile.as_str()).collect(),
        summary: own.summary,
        elements: BTreeSet::new(),
    }
}

/// The drivers that any of its rows names; none where one holds for every driver.
fn named(rule: &Rule) -> Option<Vec<&'static str>> {
    let rows: Option<Vec<_>> = rule.rows.iter().map(|row| row.fact.drivers.names()).collect();
    let mut names = rows.filter(|rows| !rows.is_empty())?.concat();
    names.sort_unstable();
    names.dedup();
    Some(names)
}

pub(super) fn rules(args: &Rules) -> Result<u8, String> {
    let rows: Vec<Line> = match args.drift {
        true => drift::rows::all().map(drift_line).collect(),
        false => lines().collect(),
    };
    let text = match args.output_format {
        ListFormat::Json => serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())? + "\n",
        ListFormat::Text => table(&rows),
    };
    print(&text)
}

/// Whatever `check` may find.
fn lines() -> impl Iterator<Item = Line> {
    rules::all().map(line).chain(ids::ALL.iter().map(own_line))
}

fn table(rows: &[Line]) -> String {
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let mut text =
        format!("{:width$}  class      level    since   safety       profiles        drivers  what it finds\n", "rule");
    for row in rows {
        let since = row.since.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "{:width$}  {:9}  {:7}  {since:6}  {:11}  {:14}  {:7}  {}",
            row.id,
            row.class.as_str(),
            row.level.as_str(),
            row.safety.as_str(),
            row.profiles.join(","),
            row.drivers.as_ref().map_or_else(|| "any".to_owned(), |names| names.join(",")),
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
    if let Some(row) = drift::rows::find(&args.subject) {
        return print(&drift_page(row));
    }
    let class = class_page(&args.subject);
    let near = match (super::describe::describe(&args.subject), class) {
        (Err(_), Some(class)) => return print(&class),
        // A class may be called as an element is.
        (Ok(text), Some(class)) => return print(&format!("{class}\n{text}")),
        (Ok(text), None) => return print(&text),
        (Err(near), None) => near.or_else(|| rules::near(&args.subject).map(|id| format!("did you mean '{id}'?"))),
    };
    let near = near.map_or_else(String::new, |near| format!("; {near}"));
    crate::complain(&format!("no rule and no element is called '{}'{near}", visible(&args.subject)));
    Ok(FAILED)
}

/// What is said of a class: its rules.
fn class_page(name: &str) -> Option<String> {
    let class: Vec<Line> = lines().filter(|line| line.class.as_str() == name).collect();
    let rules = (!class.is_empty()).then(|| table(&class))?;
    Some(format!("{name}\n\nA class of rules: --select and --ignore take all of it.\n\n{rules}"))
}

/// A row as a line: what it is about, when it happens, and who does so.
fn fact(rule: &Rule, row: &Row) -> String {
    let (kind, phase) = (row.fact.kind.as_str(), row.fact.phase.as_str());
    let mut text = format!("{kind:9} {} {}", row.fact.element, row.fact.about).trim_end().to_owned();
    let _ = write!(text, " ({phase}, {}, {})", versions(rule.range(row)), drivers(row));
    text
}

fn versions((since, until): Range) -> String {
    match (since, until) {
        (None, None) => "any libvirt".to_owned(),
        (Some(since), None) => format!("libvirt {since} and newer"),
        (None, Some(until)) => format!("libvirt before {until}"),
        (Some(since), Some(until)) => format!("libvirt from {since} on, before {until}"),
    }
}

fn drivers(row: &Row) -> String {
    row.fact.drivers.names().map_or_else(|| "any driver".to_owned(), |names| names.join(", "))
}

/// What the page of a row of `drift` says.
fn drift_page(row: &'static Allowance) -> String {
    let mut text = format!("{}\n\n{}.\n\n", row.id, sentence(row.why));
    let _ = writeln!(text, "Command:      drift");
    let _ = writeln!(text, "Allows:       that it is {}", row.change.as_str());
    let _ = writeln!(text, "At:           {}", row.at.join(", "));
    let dumps = if row.live { "of running domains" } else { "any" };
    let _ = writeln!(text, "Definitions:  {dumps}");
    text
}

/// A phrase as the beginning of a sentence; what begins with a name of the format, as `firmware=`, stays.
fn sentence(why: &str) -> String {
    let is_word = why.split(' ').next().is_some_and(|word| word.chars().all(char::is_alphabetic));
    if !is_word {
        return why.to_owned();
    }
    let mut letters = why.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn page(rule: &'static Rule) -> String {
    let mut text = format!("{}\n\n{}\n\n{}\n\n", rule.id, rule.summary, rule.doc.trim());
    let since = rule.since.map_or_else(|| "any libvirt".to_owned(), |version| format!("libvirt {version}"));
    let profiles: Vec<_> = rule.profiles.iter().map(|profile| profile.as_str()).collect();
    let _ = writeln!(text, "Class:        {}", rule.class.as_str());
    let _ = writeln!(text, "Level:        {}", level_line(rule.level()));
    let _ = writeln!(text, "Modern since: {since}");
    let _ = writeln!(text, "Fix safety:   {}", rule.safety.as_str());
    let _ = writeln!(text, "Profiles:     {}", profiles.join(", "));
    if !rule.rows.is_empty() {
        text.push_str("\nWhat libvirt does:\n\n");
    }
    for row in &rule.rows {
        let _ = writeln!(text, "    {}", fact(rule, row));
    }
    for example in &rule.examples {
        let both = [("Before", example.before), ("After", example.after)];
        let shown = if example.before == example.after { &[("Found", example.before)][..] } else { &both };
        for (title, content) in shown {
            let _ = writeln!(text, "\n{title}:\n");
            for line in content.trim_matches('\n').lines() {
                let _ = writeln!(text, "    {line}");
            }
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

/// Prints a result, which is all that there was to do.
pub(super) fn print(text: &str) -> Result<u8, String> {
    sink::print(text).map(|()| DONE)
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_name_of_the_format_begins_a_sentence_as_it_is() {
        assert_eq!(sentence("an address is chosen"), "An address is chosen");
        assert_eq!(sentence("firmware= leaves the image to libvirt"), "firmware= leaves the image to libvirt");
        assert_eq!(sentence(""), "");
    }
}
