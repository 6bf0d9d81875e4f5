//! `diff`: whether two documents mean the same to libvirt, and where not.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::unread::Unread;
use super::{DONE, FAILED, FOUND, NOTHING_TO_COMPARE, catalogue};
use crate::cli::{Diff, Files, OutputFormat, Profile, RuleSelection, Unknown};
use crate::collect::Item;
use crate::config::Configs;
use crate::engine::{Options, Outcome};
use crate::features;
use crate::finding::{Finding, Level, Lines, ids};
use crate::holder::Content;
use crate::input::{self, Origin, Source};
use crate::meaning::{Change, Comparison, Side, Verdict};
use crate::report::{Action, FileReport, Summary, coloured, reporter, visible};

/// A pair of documents that is to be compared.
struct Wanted {
    before: Origin,
    after: Origin,
    /// What came of it already: why one of them cannot even be looked for.
    failed: Option<Unread>,
}

/// A pair of documents and what it came to.
struct Pair {
    before: Origin,
    after: Origin,
    texts: [String; 2],
    verdict: Result<Verdict, Unread>,
}

pub(super) fn run(paths: [&PathBuf; 2], configs: &Configs) -> Result<u8, String> {
    let args: Diff = configs.of_call(paths.into_iter().map(PathBuf::as_path))?;
    let options = |profile| {
        let selection = RuleSelection {
            profile: Some(profile),
            // Both forms are of one libvirt: what it knows of newer forms is brought in.
            target: Some(args.target.unwrap_or_else(features::newest)),
            ..RuleSelection::default()
        };
        Options::new(&selection, Some(Unknown::Keep), None)
    };
    let comparison = Comparison::new(options(Profile::Modern)?, options(Profile::Libvirt)?);
    let mut wanted = Vec::new();
    for pair in pairs(&args.before, &args.after, configs)? {
        if pair.failed.is_some() || !(is_left_out(&pair.before, configs)? || is_left_out(&pair.after, configs)?) {
            wanted.push(pair);
        }
    }
    let pairs: Vec<Pair> = wanted.into_par_iter().filter_map(|pair| compare(pair, &comparison)).collect();
    for pair in &pairs {
        match &pair.verdict {
            Err(unread) => crate::complain(&visible(&unread.line())),
            Ok(Verdict::Unjudged(why)) => {
                let place = place(&pair.before, &Lines::of(&pair.texts[0]), &why.span);
                crate::complain(&visible(&format!("{place}: {}: {}", why.path, why.message)));
            }
            Ok(_) => {}
        }
    }
    let counts = Counts::of(&pairs);
    let text = match args.output.output_format {
        OutputFormat::Text | OutputFormat::Concise => {
            text(&pairs, &counts, args.output.quiet, args.output.color.is_wanted(io::stdout().is_terminal()))
        }
        OutputFormat::Json => json(&pairs, counts)?,
        OutputFormat::Github | OutputFormat::Sarif => findings(&args, &pairs)?,
    };
    catalogue::print(&text)?;
    Ok(match (counts.unjudged, counts.different) {
        (1.., _) => FAILED,
        (0, 1..) => FOUND,
        (0, 0) => DONE,
    })
}

/// Whether a configuration leaves out what was found in a directory.
fn is_left_out(origin: &Origin, configs: &Configs) -> Result<bool, String> {
    match origin {
        Origin::Found(path) => configs.leaves_out(Some(path)),
        Origin::Named(_) | Origin::Stdin => Ok(false),
    }
}

/// How many pairs came to what.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
struct Counts {
    same: usize,
    different: usize,
    unjudged: usize,
}

impl Counts {
    fn of(pairs: &[Pair]) -> Self {
        let count = |wanted: &str| pairs.iter().filter(|pair| pair.word() == wanted).count();
        Self { same: count("same"), different: count("different"), unjudged: count("unjudged") }
    }
}

impl Pair {
    /// What cannot be compared, and why.
    fn unread(before: Origin, after: Origin, why: Unread) -> Self {
        Self { before, after, texts: [String::new(), String::new()], verdict: Err(why) }
    }

    fn word(&self) -> &'static str {
        match self.verdict {
            Ok(Verdict::Same) => "same",
            Ok(Verdict::Different(_)) => "different",
            Ok(Verdict::Unjudged(_)) | Err(_) => "unjudged",
        }
    }

    fn changes(&self) -> &[Change] {
        match &self.verdict {
            Ok(Verdict::Different(changes)) => changes,
            _ => &[],
        }
    }

    /// The places in both texts.
    fn lines(&self) -> [Lines<'_>; 2] {
        self.texts.each_ref().map(|text| Lines::of(text))
    }
}

/// The documents to compare: the two paths, or what two directories hold under the same relative paths; and what cannot be.
fn pairs(before: &Path, after: &Path, configs: &Configs) -> Result<Vec<Wanted>, String> {
    match (before.is_dir(), after.is_dir()) {
        (false, false) if before == after && input::is_stdin(before) => {
            return Err("standard input is one document: name a file to compare it with".to_owned());
        }
        (false, false) => {
            return Ok(vec![Wanted { before: Origin::of(before), after: Origin::of(after), failed: None }]);
        }
        (true, true) => {}
        (directory, _) => {
            let (directory, file) = if directory { (before, after) } else { (after, before) };
            let (directory, file) = (input::shown(directory), input::shown(file));
            return Err(format!("{directory} is a directory and {file} is none: compare two files or two directories"));
        }
    }
    let found = |relative: &Path, failed| {
        let [before, after] = [before, after].map(|root| Origin::Found(root.join(relative)));
        Wanted { before, after, failed }
    };
    let mut all: Vec<PathBuf> = Vec::new();
    let mut wanted = Vec::new();
    for root in [before, after] {
        for item in configs.collect(&Files { paths: vec![root.to_owned()], ..Files::default() })? {
            match item {
                Item::Document(origin) => {
                    all.extend(origin.path().and_then(|path| path.strip_prefix(root).ok()).map(Path::to_owned));
                }
                Item::PassedOver(..) => {}
                Item::Failed(path, error) => {
                    let why = Unread::new(path.display().to_string(), error);
                    wanted.push(found(path.strip_prefix(root).unwrap_or(&path), Some(why)));
                }
            }
        }
    }
    all.sort();
    all.dedup();
    wanted.extend(all.iter().map(|relative| found(relative, None)));
    Ok(wanted)
}

/// None where neither is a domain, and both were found in directories.
fn compare(wanted: Wanted, comparison: &Comparison) -> Option<Pair> {
    let Wanted { before, after, failed } = wanted;
    if let Some(why) = failed {
        return Some(Pair::unread(before, after, why));
    }
    let read = |origin: &Origin| input::read(origin).map_err(|error| Unread::of(origin, &error));
    let (a, b) = match (read(&before), read(&after)) {
        (Ok(a), Ok(b)) => (a, b),
        (Ok(only), Err(_)) if is_missing(&after) => return alone(only, before, after, 0),
        (Err(_), Ok(only)) if is_missing(&before) => return alone(only, before, after, 1),
        (Err(error), _) | (_, Err(error)) => {
            return Some(Pair::unread(before, after, error));
        }
    };
    let found = matches!(before, Origin::Found(_));
    if found && [&a, &b].iter().all(|source| matches!(source.content, Content::Other { .. })) {
        return None;
    }
    let verdict = judge(&a, &b, comparison).map_err(|(second, findings)| {
        let (origin, source) = if second { (&after, &b) } else { (&before, &a) };
        Unread::found(origin.label(), source.text.clone(), findings)
    });
    // Nothing is told of places in documents that are the same, and there may be many.
    let texts = if matches!(verdict, Ok(Verdict::Same)) { [String::new(), String::new()] } else { [a.text, b.text] };
    Some(Pair { before, after, texts, verdict })
}

/// Whether a file was found in the other of two directories alone.
fn is_missing(origin: &Origin) -> bool {
    let Origin::Found(path) = origin else { return false };
    let is_nowhere = |kind| matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    fs::symlink_metadata(path).is_err_and(|error| is_nowhere(error.kind()))
}

/// What one of two directories alone has, the first (0) or the second (1): removed as a whole, or added. None where it is no domain.
fn alone(only: Source, before: Origin, after: Origin, at: usize) -> Option<Pair> {
    if let Content::Other { .. } = only.content {
        return None;
    }
    let root = domxml_xml::root_name(&only.text).unwrap_or("domain").to_owned();
    let side = |wanted| (at == wanted).then(|| Side { value: format!("<{root}>"), span: 0..0 });
    let change = Change { before: side(0), after: side(1), path: root.clone() };
    let mut texts = [String::new(), String::new()];
    texts[at] = only.text;
    Some(Pair { before, after, texts, verdict: Ok(Verdict::Different(vec![change])) })
}

/// What tells two documents around their domains apart: the names of their roots, or the first line that differs.
fn told_apart(documents: [(&str, &Option<String>); 2]) -> [String; 2] {
    let roots = documents.map(|(text, _)| format!("<{}>", domxml_xml::root_name(text).unwrap_or_default()));
    if roots[0] != roots[1] {
        return roots;
    }
    let mut lines = documents.map(|(_, around)| around.as_deref().unwrap_or_default().lines());
    loop {
        match lines.each_mut().map(Iterator::next) {
            [None, None] => return roots,
            [old, new] if old != new => return [old, new].map(|line| line.unwrap_or_default().trim().to_owned()),
            _ => {}
        }
    }
}

/// Compares two domains, or the domains that two documents hold, and what else these say.
fn judge(a: &Source, b: &Source, comparison: &Comparison) -> Result<Verdict, (bool, Vec<Finding>)> {
    if let (Content::Domain, Content::Domain) = (&a.content, &b.content) {
        return comparison.compare(&a.text, &b.text);
    }
    let around = |source: &Source, second| {
        if let Some(objection) = source.content.objection() {
            return Err((second, vec![objection]));
        }
        let around =
            |_: &str, _| Outcome { text: Some("<domain/>".to_owned()), carried_over: true, ..Outcome::default() };
        Ok(source.content.rewrite(&source.text, around).text)
    };
    let (around, other) = (around(a, false)?, around(b, true)?);
    let (olds, news) = (a.content.domains(&a.text), b.content.domains(&b.text));
    if olds.len() != news.len() || around != other {
        let side = |value: &String| (!value.is_empty()).then(|| Side { value: value.clone(), span: 0..0 });
        let [old, new] = &told_apart([(&a.text, &around), (&b.text, &other)]);
        return Ok(Verdict::Different(vec![Change { path: "/".to_owned(), before: side(old), after: side(new) }]));
    }
    let mut changes = Vec::new();
    for (old, new) in olds.iter().zip(&news) {
        let place = |(second, findings): (bool, Vec<Finding>)| {
            let domain = if second { new } else { old };
            (second, findings.into_iter().map(|finding| domain.place(finding)).collect())
        };
        match comparison.compare(&old.text, &new.text).map_err(place)? {
            Verdict::Same => {}
            Verdict::Different(found) => changes.extend(found.into_iter().map(|change| Change {
                path: old.path(change.path),
                before: change.before.map(|side| Side { span: old.span(side.span), ..side }),
                after: change.after.map(|side| Side { span: new.span(side.span), ..side }),
            })),
            Verdict::Unjudged(why) => return Ok(Verdict::Unjudged(old.place(why))),
        }
    }
    Ok(if changes.is_empty() { Verdict::Same } else { Verdict::Different(changes) })
}

fn place(origin: &Origin, lines: &Lines<'_>, span: &std::ops::Range<usize>) -> String {
    let (line, column) = lines.line_column(span.start);
    format!("{}:{line}:{column}", origin.label())
}

/// `1 same, 2 different, 0 not judged` after what differs, a line each.
fn text(pairs: &[Pair], counts: &Counts, quiet: bool, colours: bool) -> String {
    let mut text = String::new();
    for pair in pairs {
        let lines = pair.lines();
        for change in pair.changes() {
            let sides = [(&pair.before, &change.before), (&pair.after, &change.after)].into_iter().zip(&lines);
            let places = sides.filter_map(|((origin, side), lines)| Some(place(origin, lines, &side.as_ref()?.span)));
            let places = places.collect::<Vec<_>>().join(", ");
            let (word, value) = said(change);
            let colour = match word {
                "changed" => 33,
                "removed" => 31,
                _ => 32,
            };
            let word = coloured(word, colour, colours);
            let what = format!("{}: {value}", change.path);
            let _ = writeln!(text, "{}: {word} {}", visible(&places), visible(&what));
        }
    }
    if !quiet {
        let Counts { same, different, unjudged } = counts;
        if pairs.is_empty() {
            return format!("{NOTHING_TO_COMPARE}\n");
        }
        let _ = writeln!(text, "{same} same, {different} different, {unjudged} not judged");
    }
    text
}

#[derive(Serialize, JsonSchema)]
struct JsonSide<'a> {
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    /// What stands there.
    value: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct JsonChange<'a> {
    /// `changed`, `removed` or `added`.
    change: &'static str,
    /// As `domain/devices/disk[2]/source/@file`.
    path: &'a str,
    /// In the first document.
    before: Option<JsonSide<'a>>,
    /// In the second.
    after: Option<JsonSide<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct JsonPair<'a> {
    /// The first document.
    before: String,
    /// The second.
    after: String,
    /// `same`, `different` or `unjudged`.
    verdict: &'static str,
    /// Why it cannot be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    /// What they differ in.
    changes: Vec<JsonChange<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "What dommigrate diff prints with --output-format json")]
struct Json<'a> {
    /// Grows where a key changes its meaning or goes.
    version: u32,
    /// The documents that were compared.
    pairs: Vec<JsonPair<'a>>,
    /// Over all of them.
    summary: Counts,
}

/// The JSON Schema of what `diff` prints.
pub(super) fn json_schema() -> Result<String, String> {
    Ok(serde_json::to_string_pretty(&schemars::schema_for!(Json)).map_err(|error| error.to_string())? + "\n")
}

fn json(pairs: &[Pair], summary: Counts) -> Result<String, String> {
    let document = Json { version: crate::report::JSON_VERSION, pairs: pairs.iter().map(json_pair).collect(), summary };
    Ok(serde_json::to_string_pretty(&document).map_err(|error| error.to_string())? + "\n")
}

fn json_pair(pair: &Pair) -> JsonPair<'_> {
    let lines = pair.lines();
    JsonPair {
        before: pair.before.label(),
        after: pair.after.label(),
        verdict: pair.word(),
        reason: match &pair.verdict {
            Ok(Verdict::Unjudged(why)) => Some(why.message.as_str().into()),
            Err(unread) => Some(unread.line().into()),
            Ok(_) => None,
        },
        changes: pair.changes().iter().map(|change| json_change(&lines, change)).collect(),
    }
}

fn json_change<'a>(lines: &[Lines<'_>; 2], change: &'a Change) -> JsonChange<'a> {
    fn side<'a>(side: Option<&'a Side>, lines: &Lines<'_>) -> Option<JsonSide<'a>> {
        let side = side?;
        let (line, column) = lines.line_column(side.span.start);
        Some(JsonSide { line, column, value: &side.value })
    }
    JsonChange {
        change: said(change).0,
        path: &change.path,
        before: side(change.before.as_ref(), &lines[0]),
        after: side(change.after.as_ref(), &lines[1]),
    }
}

/// What became of something, in a word, and its value, or both.
fn said(change: &Change) -> (&'static str, String) {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => ("changed", format!("{} -> {}", before.value, after.value)),
        (Some(side), None) => ("removed", side.value.clone()),
        (None, side) => ("added", side.as_ref().map_or_else(String::new, |side| side.value.clone())),
    }
}

/// The changes as findings of the file in which they are seen: the second, or the first for what was removed; and what cannot be judged.
fn findings(args: &Diff, pairs: &[Pair]) -> Result<String, String> {
    let mut reporter = reporter(&args.output, false);
    let mut summary = Summary::default();
    let (mut out, mut aside) = (Vec::new(), Vec::new());
    let failed = |error: std::io::Error| error.to_string();
    for pair in pairs {
        let unjudged = match &pair.verdict {
            Err(unread) => Some(unread.report()),
            Ok(Verdict::Unjudged(why)) => {
                let error = Finding { level: Level::Error, ..why.clone() };
                Some(FileReport::new(pair.before.label(), &pair.texts[0], vec![error], Action::Failed))
            }
            Ok(_) => None,
        };
        if let Some(report) = unjudged {
            summary.add(&report);
            reporter.file(&report, &mut out, &mut aside).map_err(failed)?;
            continue;
        }
        for (at, origin) in [&pair.before, &pair.after].into_iter().enumerate() {
            let seen = |change: &&Change| usize::from(change.after.is_some()) == at;
            let findings: Vec<Finding> = pair.changes().iter().filter(seen).map(difference).collect();
            let report = FileReport::new(origin.label(), &pair.texts[at], findings, Action::Unchanged);
            let report = FileReport { path: origin.path().map(Path::to_owned), ..report };
            summary.add(&report);
            reporter.file(&report, &mut out, &mut aside).map_err(failed)?;
        }
    }
    reporter.finish(&summary, &mut out, &mut aside).map_err(failed)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn difference(change: &Change) -> Finding {
    let side = change.after.as_ref().or(change.before.as_ref());
    let value = |side: &Option<Side>| side.as_ref().map(|side| side.value.clone());
    let (word, values) = said(change);
    let was = if word == "changed" { "" } else { "was " };
    Finding {
        rule: ids::DIFFERENCE.into(),
        level: Level::Error,
        span: side.map_or(0..0, |side| side.span.clone()),
        path: change.path.clone(),
        message: format!("{} {was}{word}: {values}", change.path),
        before: value(&change.before),
        after: value(&change.after),
    }
}
