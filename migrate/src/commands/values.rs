//! `get` and `set`: single values of a definition, by the paths that findings have.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use domxml::{Domain, Element, PathError, PathErrorKind};
use domxml_runtime::{Content, Note, Span, path};

use super::rewrite::{Writing, place, status};
use super::{DONE, FAILED, FOUND};
use crate::batch::{self, Documents};
use crate::checker::Checker;
use crate::cli::{Color, Get, Output, OutputFormat, Set};
use crate::collect::Item;
use crate::config::Configs;
use crate::engine;
use crate::finding::{Finding, Level, Lines, ids};
use crate::input::{Origin, Source, is_stdin};
use crate::report::{Action, FileReport, Findings, visible};

pub(super) fn get(args: &Get) -> Result<u8, String> {
    let output = Output { output_format: OutputFormat::Text, color: Color::Auto, quiet: true, verbose: 0 };
    let absent = AtomicBool::new(false);
    let (items, place, told) = (items(&args.file), Findings::Aside, batch::told);
    let summary = batch::run(items, 1, &output, place, Documents::Domains, told, |origin, source| {
        let (values, mut findings) = got(&args.paths, source);
        absent.fetch_or(values.iter().any(Option::is_none), Ordering::Relaxed);
        let lines = Lines::of(&source.text);
        for note in findings.extract_if(.., |finding| finding.level == Level::Note) {
            let (line, column) = lines.line_column(note.span.start);
            let place = format!("{}:{line}:{column}", origin.label());
            crate::complain(&visible(&format!("{place}: {}: {}", note.path, note.message)));
        }
        let failed = !findings.is_empty();
        let action = if failed { Action::Failed } else { Action::Unchanged };
        let mut report = FileReport::new(origin.label(), &source.text, findings, action);
        // Of several values each has its line, also one that is not there.
        let several = values.len() > 1;
        let printed =
            values.into_iter().map(|value| value.unwrap_or(if several { "\n".to_owned() } else { String::new() }));
        report.output = (!failed).then(|| printed.collect::<String>().into_bytes());
        Ok(report)
    })?;
    Ok(match absent.into_inner() {
        _ if summary.unfinished() => FAILED,
        true => FOUND,
        false => DONE,
    })
}

pub(super) fn set(file: &Path, configs: &Configs) -> Result<u8, String> {
    let Set { values, unset, write, output, .. } = configs.of_call(std::iter::once(file))?;
    let place = place(is_stdin(file), &output, &write);
    let writing = Writing::new(write, &output)?;
    let (items, told) = (items(file), batch::told);
    let checker = Checker::new();
    let summary = batch::run(items, 1, &output, place, Documents::Domains, told, |origin, source| {
        let places = source.content.paths();
        let removed = unset.iter().map(|path| (Target::of(&places, path), None));
        let given = values.iter().map(|(path, value)| (Target::of(&places, path), Some(value.as_str())));
        let edits: Vec<(Target, Option<&str>)> = removed.chain(given).collect();
        let mut parts = 0..;
        let outcome = source.content.rewrite(&source.text, |text, _| {
            let part = parts.next().unwrap_or_default();
            let change = |domain: &mut Domain, findings: &mut Vec<Finding>| {
                for (target, value) in &edits {
                    findings.extend(target.in_part(part).map(|path| apply(domain, path, *value)).unwrap_or_default());
                }
            };
            engine::edit(text, change, |text| checker.text(text).findings)
        });
        writing.finish(origin, source, outcome, unset.is_empty())
    })?;
    writing.replacer.finish();
    Ok(status(&summary, &writing.options))
}

/// The one file of a call.
fn items(file: &Path) -> Vec<Item> {
    vec![Item::Document(Origin::of(file))]
}

/// Where a path leads in a file that may hold several domains.
enum Target<'p> {
    /// To the domain with this number, and from there on.
    Part(usize, &'p str),
    /// To none of them in particular.
    Nowhere(String),
}

impl<'p> Target<'p> {
    fn of(domains: &[&str], path: &'p str) -> Self {
        let below = |domain: &&str| {
            let rest = path.trim_start_matches('/').strip_prefix(*domain)?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
        };
        let named = domains.iter().enumerate().find_map(|(at, domain)| Some((at, below(domain)?)));
        match (named, domains) {
            (Some((at, rest)), _) => Target::Part(at, rest),
            (None, [_]) => Target::Part(0, path),
            (None, _) => Target::Nowhere(format!(
                "the file holds {} domains: '{}' must begin with the path of one, as {}",
                domains.len(),
                visible(path),
                domains.join(" or ")
            )),
        }
    }

    /// The path within a domain, if it is of that one; what leads nowhere is told of the first.
    fn in_part(&self, part: usize) -> Option<Result<&'p str, Box<Finding>>> {
        match self {
            Target::Part(at, path) => (*at == part).then_some(Ok(path)),
            Target::Nowhere(message) => (part == 0).then(|| Err(Box::new(finding(0..0, message.clone())))),
        }
    }
}

/// The values at paths, each with its line break, or all that the document says; and what is wrong, with a note on each thing in what
/// is listed that has no value, as it is not of the format.
fn got(paths: &[String], source: &Source) -> (Vec<Option<String>>, Vec<Finding>) {
    let places = source.content.paths();
    let targets: Vec<Target> = paths.iter().map(|path| Target::of(&places, path)).collect();
    let mut values = vec![None; targets.len()];
    let mut parts = 0..;
    let findings = source.content.findings(&source.text, |text| {
        let part = parts.next().unwrap_or_default();
        let (domain, notes) = match engine::domain(text) {
            Ok(read) => read,
            Err(findings) => return findings,
        };
        let mut listed = Vec::new();
        if targets.is_empty() {
            listed.push(domain.span());
            let around = if places.len() > 1 { places.get(part).copied().unwrap_or_default() } else { "" };
            values.push(Some(lines(around, &domain.values())));
        }
        let mut wrong = Vec::new();
        for (target, value) in targets.iter().zip(&mut values) {
            match target.in_part(part).map(|path| path.and_then(|path| got_at(&domain, path))) {
                Some(Ok((found, inside))) => {
                    *value = found;
                    listed.extend(inside);
                }
                Some(Err(finding)) => wrong.push(*finding),
                None => {}
            }
        }
        let is_listed = |note: &&Note| {
            listed.iter().any(|it: &Span| it.range().start <= note.range.start && note.range.end <= it.range().end)
        };
        let note = |note: &Note| Finding {
            path: note.path.clone(),
            level: Level::Note,
            ..finding(note.range.clone(), note.sentence(""))
        };
        wrong.extend(notes.iter().filter(is_listed).map(note));
        wrong
    });
    (values, findings)
}

/// The value that a path leads to; of an element without one, all that is in it, and its place.
fn got_at(domain: &Domain, place: &str) -> Result<(Option<String>, Option<Span>), Box<Finding>> {
    match domain.get(place) {
        Ok(value) => Ok((value.map(|value| value + "\n"), None)),
        Err(PathError { kind: PathErrorKind::Absent, .. }) => Ok((None, None)),
        Err(error @ PathError { kind: PathErrorKind::NoValue, .. }) => {
            let element = domain.find(place).ok().flatten();
            let inside = element.map(path::values).unwrap_or_default();
            if inside.is_empty() {
                Err(Box::new(misled(domain, &error)))
            } else {
                let span = element.and_then(Content::extra).map(|extra| extra.span);
                Ok((Some(lines(place.trim_matches('/'), &inside)), span))
            }
        }
        Err(error) => Err(Box::new(misled(domain, &error))),
    }
}

/// Values as `set` takes them.
fn lines(around: &str, values: &[(String, String)]) -> String {
    let slash = if around.is_empty() { "" } else { "/" };
    values.iter().map(|(path, value)| format!("{around}{slash}{path}={}\n", visible(value))).collect()
}

/// Sets or removes what a path leads to.
fn apply(domain: &mut Domain, path: Result<&str, Box<Finding>>, value: Option<&str>) -> Vec<Finding> {
    let path = match path {
        Ok(path) => path,
        Err(finding) => return vec![*finding],
    };
    let place = engine::innermost(domain, path);
    let done = match value {
        Some(value) => domain.set(path, value),
        None => domain.remove(path),
    };
    match done {
        Err(error) => vec![misled(domain, &error)],
        Ok(change) => {
            let gone = |(lost, value): (String, String)| Finding {
                level: Level::Note,
                ..at(place.clone(), format!("'{path}' has no '{lost}' with this value: '{value}' goes"))
            };
            change.lost.into_iter().map(gone).collect()
        }
    }
}

/// What is wrong with a path, at the innermost element of it that is there.
fn misled(domain: &Domain, error: &PathError) -> Finding {
    at(engine::innermost(domain, &error.path), error.to_string())
}

/// A finding at the element that [`engine::innermost`] finds.
fn at((path, span): (String, Span), message: String) -> Finding {
    Finding { path, ..finding(span.range(), message) }
}

fn finding(span: std::ops::Range<usize>, message: String) -> Finding {
    Finding::new(ids::PATH, Level::Error, span, message)
}
