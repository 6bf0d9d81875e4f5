//! The measures: each a function from the material to counts and a list of what falls short.

use std::fs;
use std::path::{Path, PathBuf};

use dommigrate::cli::RuleSelection;
use dommigrate::engine::{self, Options, Plan};
use dommigrate::finding::{Finding, Level};
use dommigrate::judgement::Judge;
use dommigrate::options::{Driver, Fate, Layout, Profile, Target, Unknown};
use dommigrate::rules;
use domxml_runtime::Version;
use rayon::prelude::*;

use crate::corpus::{self, Document};
pub use crate::measure::Measure;
use crate::oracle::Libvirt;

/// Options of `upgrade` with the defaults of the command line.
#[must_use]
pub fn options(profile: Profile, target: Version) -> Options {
    // The goldens are of the test driver.
    options_for(profile, target, Some(Driver::Test))
}

/// As [`options`], for a driver, or that of each document's type.
#[must_use]
pub fn options_for(profile: Profile, target: Version, driver: Option<Driver>) -> Options {
    let target = Target::of(profile, Some(target));
    let rules = rules::select(&[], &[], profile, &target).expect("no selection is never wrong").rules;
    let plan = Plan::new(&rules, profile, &target, driver, false);
    let muted = Vec::new();
    let unknown = Fate::of(profile, &target, None);
    Options { profile, target, plan, muted, live: false, unknown, layout: Layout::Canonical }
}

/// The newest version that the schema knows.
#[must_use]
pub fn newest() -> Version {
    dommigrate::features::newest()
}

/// The first error of an outcome as one line without its place, so that like errors count together.
pub(crate) fn first_error(outcome: &engine::Outcome) -> Option<String> {
    outcome.findings.iter().find(|finding| finding.level == Level::Error).map(|finding| {
        format!(
            "{}: {}",
            finding.path.replace(|c: char| c.is_ascii_digit() || c == '[' || c == ']', ""),
            finding.message
        )
    })
}

/// The first line in which two texts differ.
#[must_use]
pub fn first_difference(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let mut lines = expected.lines().zip(got.lines());
    Some(match lines.find(|(a, b)| a != b) {
        Some((a, b)) => format!("expected {} got {}", a.trim(), b.trim()),
        None => "one ends before the other".to_owned(),
    })
}

/// Documents that upstream's 11.3.0 schema calls valid and that `fmt --unknown deny` takes.
#[must_use]
pub fn parses(documents: &[Document]) -> Measure {
    let results = documents
        .par_iter()
        .filter(|document| document.row.get("schema_11.3.0") == "valid")
        .map(|document| (document.name.clone(), first_error(&engine::format(&document.text, Unknown::Deny))))
        .collect();
    Measure::of("parses", results)
}

/// Documents that libvirt wrote (equal to what it makes of them) and that come out of `fmt` byte for byte.
#[must_use]
pub fn round_trips(documents: &[Document], shared: &Path) -> Measure {
    let results = documents
        .par_iter()
        .filter(|document| {
            corpus::canonical(shared, "9.0.0", &document.name).as_ref() == Some(&document.text)
                || corpus::canonical(shared, "11.3.0", &document.name).as_ref() == Some(&document.text)
        })
        .filter_map(|document| {
            let outcome = engine::format(&document.text, Unknown::Deny);
            let text = outcome.text?;
            Some((document.name.clone(), first_difference(&document.text, &text)))
        })
        .collect();
    Measure::of("round-trips", results)
}

/// The expected outputs of qemu's own tests (`*.ARCH-VERSION.xml`), which must come out of `fmt` byte for byte.
#[must_use]
pub fn driver_outputs(documents: &[Document]) -> Measure {
    let results = documents
        .par_iter()
        .filter(|document| document.name.contains("/qemuxmlconfdata/"))
        .filter(|document| {
            Path::new(&document.name).file_stem().is_some_and(|stem| stem.to_string_lossy().contains('.'))
        })
        .map(|document| {
            let outcome = engine::format(&document.text, Unknown::Deny);
            let failure = match &outcome.text {
                Some(text) => first_difference(&document.text, text),
                None => first_error(&outcome),
            };
            (document.name.clone(), failure)
        })
        .collect();
    Measure::of("driver-outputs", results)
}

/// Documents that profile `libvirt` turns into what that libvirt makes of them.
#[must_use]
pub fn canonical(name: &'static str, documents: &[Document], shared: &Path, version: &str) -> Measure {
    let options = options(Profile::Libvirt, version.parse().expect("a version"));
    let results = documents
        .par_iter()
        .filter_map(|document| {
            let expected = corpus::canonical(shared, version, &document.name)?;
            let outcome = engine::upgrade(&document.text, &options);
            let failure = match &outcome.text {
                Some(text) => first_difference(&neutral(&expected, &document.text), &neutral(text, &document.text)),
                None => first_error(&outcome),
            };
            Some((document.name.clone(), failure))
        })
        .collect();
    Measure::of(name, results)
}

/// Evens out what the test driver makes up where the document says nothing: UUIDs, addresses and identifiers of ports, names of network
/// devices, the architecture, the video model; and the pass-through of hypervisors, which it does not read. This is the one place.
#[must_use]
pub fn neutral(text: &str, original: &str) -> String {
    let mut lines = Vec::new();
    let mut skip_until: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(end) = &skip_until {
            if trimmed == end {
                skip_until = None;
            }
            continue;
        }
        if trimmed.starts_with("<target dev='testnet") {
            continue;
        }
        let pass_through = ["  <qemu:", "  <lxc:", "  <xen:", "  <bhyve:", "  <vmware:"];
        if pass_through.iter().any(|start| line.starts_with(start)) {
            let name = trimmed[1..].split([' ', '>']).next().unwrap_or_default();
            let end = format!("</{name}>");
            if !trimmed.ends_with("/>") && !trimmed.ends_with(&end) {
                skip_until = Some(end);
            }
            continue;
        }
        // Newer versions make up an address in place of zeros.
        if trimmed.starts_with("<mac address='00:00:00:00:00:00'") {
            continue;
        }
        // libvirt makes up what an empty one leaves to it.
        if line == "  <genid/>" {
            continue;
        }
        if trimmed.contains("(made up)")
            && (trimmed.starts_with("<uuid>") || trimmed.starts_with("<mac ") || trimmed.starts_with("<genid>"))
        {
            continue;
        }
        let mut line = line.to_owned();
        if line.starts_with("<domain ") {
            while let Some(start) = line.find(" xmlns:") {
                let end = line[start + 1..].find([' ', '>']).map_or(line.len(), |at| start + 1 + at);
                line.replace_range(start..end, "");
            }
        }
        if line.trim_start().starts_with("<type ") && !says_arch(original) {
            line = line.replace(" arch='i686'", "");
        }
        if trimmed.starts_with("<parameters ") && trimmed.contains("(made up)") {
            line = line.replace(" instanceid='(made up)'", "").replace(" interfaceid='(made up)'", "");
            if line.trim() == "<parameters/>" {
                continue;
            }
        }
        // What held nothing but what was left out above.
        if ["</virtualport>", "</interface>"].contains(&trimmed)
            && let Some(start) = lines.last_mut().filter(|line: &&mut String| {
                line.trim().strip_prefix('<').is_some_and(|tag| tag.starts_with(&trimmed[2..trimmed.len() - 1]))
            })
        {
            start.pop();
            start.push_str("/>");
            continue;
        }
        lines.push(line);
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// Whether the types that libvirt reads, of which each `<os>` has one, say what architecture the guest has.
pub(crate) fn says_arch(text: &str) -> bool {
    let Ok(document) = roxmltree::Document::parse(text) else { return text.contains("arch=") };
    let blocks = document.descendants().filter(|child| child.has_tag_name("os"));
    let mut types = blocks.filter_map(|os| os.children().find(|child| child.has_tag_name("type")));
    types.any(|type_| type_.attribute("arch").is_some_and(|arch| !arch.is_empty()))
}

/// Documents that are the same after a second `upgrade`, and that `check` then passes.
#[must_use]
pub fn idempotent(name: &'static str, documents: &[Document], profile: Profile, target: Version) -> Measure {
    let options = options(profile, target);
    let results = documents
        .par_iter()
        .filter_map(|document| {
            let once = engine::upgrade(&document.text, &options).text?;
            let again = engine::upgrade(&once, &options);
            let failure = match &again.text {
                None => first_error(&again),
                Some(twice) => first_difference(&once, twice).or_else(|| {
                    again
                        .findings
                        .iter()
                        .find(|finding| finding.level.is_rewrite())
                        .map(|finding| format!("check still finds {}: {}", finding.rule, finding.message))
                }),
            };
            Some((document.name.clone(), failure))
        })
        .collect();
    Measure::of(name, results)
}

/// Comments and processing instructions that do not come out of `upgrade` as they went in.
#[must_use]
pub fn comments(name: &'static str, documents: &[Document], target: Version) -> Measure {
    let options = options(Profile::Modern, target);
    let results = documents
        .par_iter()
        .filter_map(|document| {
            let after = engine::upgrade(&document.text, &options).text?;
            let (before, after) = (comments_of(&document.text), comments_of(&after));
            let failure = (before != after).then(|| format!("{} before, {} after", before.len(), after.len()));
            Some((document.name.clone(), failure))
        })
        .collect();
    Measure::of(name, results)
}

fn comments_of(text: &str) -> Vec<String> {
    let Ok(document) = roxmltree::Document::parse(text) else { return Vec::new() };
    let mut all: Vec<String> = document
        .root()
        .descendants()
        .filter_map(|node| match node.node_type() {
            roxmltree::NodeType::Comment => node.text().map(str::to_owned),
            roxmltree::NodeType::PI => node.pi().map(|pi| format!("?{} {}", pi.target, pi.value.unwrap_or_default())),
            _ => None,
        })
        .collect();
    all.sort();
    all
}

/// What to do with each document before libvirt compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewriting {
    /// `fmt`.
    Format,
    /// `upgrade` in a profile.
    Upgrade(Profile),
}

/// Documents that libvirt reads otherwise after the rewriting, or refuses then. The oracle runs once over all.
///
/// # Errors
/// When the oracle cannot be run.
pub fn same(
    name: &'static str,
    documents: &[Document],
    shared: &Path,
    rewriting: Rewriting,
    target: Version,
) -> Result<Measure, String> {
    let rewrite = |text: &str| match rewriting {
        Rewriting::Format => engine::format(text, Unknown::Keep),
        Rewriting::Upgrade(profile) => engine::upgrade(text, &options(profile, target)),
    };
    same_to(name, documents, shared, Libvirt::System, rewrite)
}

/// As [`same`], for any rewriting and any libvirt.
///
/// # Errors
/// When that libvirt cannot be asked.
pub fn same_to(
    name: &'static str,
    documents: &[Document],
    shared: &Path,
    libvirt: Libvirt,
    rewrite: impl Fn(&str) -> engine::Outcome + Sync,
) -> Result<Measure, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (before, after) = (directory.path().join("before"), directory.path().join("after"));
    let written: usize = documents
        .par_iter()
        .map(|document| {
            let Some(text) = rewrite(&document.text).text else { return Ok(0) };
            put(&before.join(&document.name), &document.text)?;
            put(&after.join(&document.name), &text)?;
            Ok(1)
        })
        .sum::<Result<usize, std::io::Error>>()
        .map_err(|error| error.to_string())?;
    let answer = libvirt.same(shared, &before, &after)?;
    let mut measure = Measure::new(name);
    let mut current: Option<String> = None;
    for line in answer.lines() {
        if let Some((case, why)) = line.split_once(": taken before, ") {
            measure.failed.insert(case.to_owned(), why.to_owned());
            current = None;
        } else if let Some(case) = line.strip_suffix(": read differently") {
            measure.failed.insert(case.to_owned(), String::new());
            current = Some(case.to_owned());
        } else if let Some(case) = &current
            && (line.starts_with('-') || line.starts_with('+'))
            && !line.starts_with("---")
            && !line.starts_with("+++")
            && let Some(why) = measure.failed.get_mut(case)
            && why.len() < 120
        {
            why.push_str(line);
        }
    }
    measure.cases = written;
    measure.remarks.push(format!("libvirt's reading: {}", answer.lines().last().unwrap_or_default()));
    measure.remarks.push(format!("left by the command: {}", documents.len() - written));
    Ok(measure)
}

fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}

/// The minimal legacy documents, in profile `libvirt`, against the answers of a libvirt.
///
/// # Panics
/// When the directory cannot be read.
#[must_use]
pub fn legacy_cases(name: &'static str, shared: &Path, version: &str) -> Measure {
    let directory = shared.join("legacy_cases");
    let suffix = if version == "9.0.0" { "libvirt" } else { "libvirt-11.3.0" };
    let mut inputs: Vec<PathBuf> = fs::read_dir(&directory)
        .expect("the directory of legacy cases")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.to_string_lossy().ends_with(".in.xml"))
        .collect();
    inputs.sort();
    let options = options(Profile::Libvirt, version.parse().expect("a version"));
    let results = inputs
        .par_iter()
        .filter_map(|path| {
            let id = path.file_name()?.to_str()?.strip_suffix(".in.xml")?.to_owned();
            let text = fs::read_to_string(path).ok()?;
            let outcome = engine::upgrade(&text, &options);
            if directory.join(format!("{id}.{suffix}.err")).is_file() {
                let said = outcome.findings.iter().any(|finding| !finding.level.is_rewrite());
                return Some((id, (!said).then(|| "libvirt refuses it; nothing was reported".to_owned())));
            }
            let expected = fs::read_to_string(directory.join(format!("{id}.{suffix}.xml"))).ok()?;
            let failure = match &outcome.text {
                Some(got) => first_difference(&neutral(&expected, &text), &neutral(got, &text)),
                None => first_error(&outcome),
            };
            Some((id, failure))
        })
        .collect();
    Measure::of(name, results)
}

/// Documents that are already in a libvirt's own form, which profile `libvirt` leaves as they are.
#[must_use]
pub fn untouched(name: &'static str, documents: &[Document], shared: &Path, version: &str) -> Measure {
    let options = options(Profile::Libvirt, version.parse().expect("a version"));
    let results = documents
        .par_iter()
        .filter(|document| corpus::canonical(shared, version, &document.name).as_ref() == Some(&document.text))
        .map(|document| {
            let outcome = engine::upgrade(&document.text, &options);
            let failure = match &outcome.text {
                Some(text) => first_difference(&document.text, text),
                None => first_error(&outcome),
            };
            (document.name.clone(), failure)
        })
        .collect();
    Measure::of(name, results)
}

/// Live forms: the dumps of running domains, which `--live` leaves as they are, and the legacy cases with an expected live form.
///
/// # Panics
/// When the directory of legacy cases cannot be read.
#[must_use]
pub fn live(documents: &[Document], shared: &Path) -> Measure {
    let options = Options { live: true, ..options(Profile::Libvirt, newest()) };
    let upgrade = |text: &str, expected: &str| {
        let outcome = engine::upgrade(text, &options);
        match &outcome.text {
            Some(got) => first_difference(&neutral(expected, text), &neutral(got, text)),
            None => first_error(&outcome),
        }
    };
    let dumps = documents
        .iter()
        .filter(|document| document.name.contains("qemuxmlactive2xmldata/") && document.name.contains("-active."));
    let mut results: Vec<_> =
        dumps.map(|document| (document.name.clone(), upgrade(&document.text, &document.text))).collect();
    for entry in fs::read_dir(shared.join("legacy_cases")).expect("the directory of legacy cases").flatten() {
        let path = entry.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(id) = name.strip_suffix(".expected-live.xml") else { continue };
        let input = fs::read_to_string(path.with_file_name(format!("{id}.in.xml"))).expect("an input");
        // These expectations were made by hand, in a layout of their own.
        let expected = fs::read_to_string(&path).expect("an expectation");
        let expected = engine::format(&expected, Unknown::Keep).text.unwrap_or(expected);
        results.push((id.to_owned(), upgrade(&input, &expected)));
    }
    Measure::of("live", results)
}

/// The documents of releases up to 1.2.16 which libvirt 11.3.0 takes: what `upgrade` makes of them is valid.
#[must_use]
pub fn oldest_documents(documents: &[Document], shared: &Path) -> Measure {
    let options = options(Profile::Modern, newest());
    let validator = crate::judge::ours();
    let old = |name: &str| {
        let release = name.trim_start_matches("libvirt-").split('/').next().unwrap_or_default();
        release.parse::<Version>().is_ok_and(|version| version <= Version::new(1, 2, 16))
    };
    let results = documents
        .par_iter()
        .filter(|document| old(&document.name) && corpus::canonical(shared, "11.3.0", &document.name).is_some())
        .map_init(
            || validator.clone(),
            |validator, document| {
                let outcome = engine::upgrade(&document.text, &options);
                let failure = match &outcome.text {
                    None => first_error(&outcome).map(|error| format!("left: {error}")),
                    Some(text) => match roxmltree::Document::parse(text) {
                        Ok(tree) => validator
                            .validate(&tree)
                            .first()
                            .map(|violation| format!("not valid after: {}", violation.message)),
                        Err(error) => Some(error.to_string()),
                    },
                };
                (document.name.clone(), failure)
            },
        )
        .collect();
    Measure::of("oldest-documents", results)
}

/// Documents of which `validate` says something that `check` does not say at the same place in the same words, or which the one calls
/// invalid and the other passes.
///
/// # Panics
/// When the embedded schema cannot be loaded.
#[must_use]
pub fn one_judgement(name: &'static str, documents: &[Document]) -> Measure {
    let judge = Judge::embedded().expect("the embedded schema");
    let options = options(Profile::Modern, dommigrate::features::newest());
    let results = documents
        .par_iter()
        .map(|document| {
            let (validated, checked) = (judge.validate(&document.text), judge.check(&document.text, &options));
            // A rule may tell more of it: why libvirt refuses it, or what is done about it.
            let told = |finding: &Finding| {
                let same =
                    |it: &Finding| it.span == finding.span && it.path == finding.path && it.level >= finding.level;
                checked.iter().any(|it| same(it) && it.message.starts_with(&finding.message))
            };
            let missing = validated.iter().find(|finding| finding.level.fails(false) && !told(finding));
            (document.name.clone(), missing.map(|finding| format!("check does not say: {}", finding.message)))
        })
        .collect();
    Measure::of(name, results)
}

/// What a libvirt wrote itself and `check` does not pass. A value that libvirt made up stands there as `(made up)`: such a document is no
/// longer what it wrote.
///
/// # Panics
/// When the directory cannot be read.
#[must_use]
pub fn passes_check(name: &'static str, directory: &Path) -> Measure {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("the directory").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|extension| extension == "xml") => paths.push(path),
                false => {}
            }
        }
    }
    paths.sort();
    let documents = paths.iter().filter_map(|path| {
        let text = fs::read_to_string(path).ok().filter(|text| !text.contains("(made up)"))?;
        let name = path.strip_prefix(directory).unwrap_or(path).display().to_string();
        Some(Document { name, text, row: corpus::Row::default() })
    });
    passes(name, &documents.collect::<Vec<_>>(), &options(Profile::Modern, newest()))
}

/// Documents that `check` does not pass.
#[must_use]
pub fn passes(name: &'static str, documents: &[Document], options: &Options) -> Measure {
    let results = documents
        .par_iter()
        .map(|document| {
            let outcome = engine::upgrade(&document.text, options);
            let failing = outcome.findings.iter().find(|finding| finding.level.fails(false));
            let why = failing.map(|finding| format!("{}: {}", finding.rule, finding.message));
            (document.name.clone(), why)
        })
        .collect();
    Measure::of(name, results)
}

/// Options with which a command runs where nothing is asked for.
///
/// # Panics
/// Never: no selection is never wrong.
#[must_use]
pub fn plain_options() -> Options {
    Options::new(&RuleSelection::default(), None, Some(Layout::Keep)).expect("no selection is never wrong")
}

/// What a libvirt refuses and takes of the documents of the corpus, by its list: profile `libvirt` for that version has no form of the
/// one, and one of the other.
#[must_use]
pub fn refused(name: &'static str, documents: &[Document], shared: &Path, version: &str) -> Measure {
    let options = options(Profile::Libvirt, version.parse().expect("a version"));
    let refused = corpus::refused(shared, version);
    let results = documents
        .par_iter()
        .filter_map(|document| {
            let reason = refused.get(&document.name);
            let taken = corpus::canonical(shared, version, &document.name).is_some();
            let outcome = engine::upgrade(&document.text, &options);
            let failure = match (reason, &outcome.text) {
                (None, _) if !taken => return None,
                (Some(reason), Some(_)) => Some(format!("libvirt refuses it: {reason}")),
                (None, None) => Some(format!("libvirt takes it: {}", first_error(&outcome).unwrap_or_default())),
                (Some(_), None) | (None, Some(_)) => None,
            };
            Some((document.name.clone(), failure))
        })
        .collect();
    Measure::of(name, results)
}
