//! Our schema held against upstream's of a version: what ours lacks, what it has beyond, what it takes otherwise.
//!
//! `decided_differences.tsv` lists what was decided, one pattern a line with its reason; the rest is undecided.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use domxml_codegen::annotations::NS;
use domxml_runtime::Version;
use relaxng_model::diff::{Change, Difference, diff};
use relaxng_model::schema::{NodeId, Schema};
use relaxng_model::{FileResolver, load};

/// One path at which the schemas differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `lacks`, `beyond`, `wider`, `narrower` or `otherwise`, then what and where: the text that patterns are about.
    pub line: String,
    /// Where our schema says so, or upstream's where ours lacks it.
    pub place: String,
    /// The version since which libvirt has it, as our schema says; none where ours lacks it.
    pub since: Option<Version>,
    /// The reason why it is so, where that was decided.
    pub reason: Option<String>,
}

/// What a comparison found.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Every difference, sorted by path.
    pub entries: Vec<Entry>,
    /// Patterns of the list that are about nothing that was found.
    pub idle: Vec<String>,
}

/// The root file of upstream's schema of a version.
#[must_use]
pub fn upstream(shared: &Path, version: Version) -> Option<PathBuf> {
    let reference = shared.join("reference");
    let places = [reference.join(format!("schemas-{version}")), reference.join(format!("schemas-history/{version}"))];
    places.into_iter().map(|directory| directory.join("domain.rng")).find(|file| file.is_file())
}

/// Holds our schema against upstream's of a version. What came later, by our schema's own word, is no difference.
///
/// # Errors
/// When there is no such schema, or it cannot be read.
pub fn against(shared: &Path, version: Version) -> Result<Comparison, String> {
    let file = upstream(shared, version)
        .ok_or_else(|| format!("no schema of libvirt {version} stands in {}", shared.join("reference").display()))?;
    let theirs = load(&FileResolver::new(), &file.display().to_string()).map_err(|errors| errors.to_string())?;
    let ours = crate::judge::our_grammar();
    let decided = decided();
    let mut used = vec![false; decided.len()];
    let mut entries = Vec::new();
    for difference in diff(&theirs, &ours) {
        let since = match difference.change {
            Change::Removed => None,
            _ => since(&ours.schema, difference.origin),
        };
        for line in lines(&difference) {
            let reason = decided.iter().position(|(pattern, _)| matches(pattern, &line)).map(|index| {
                used[index] = true;
                decided[index].1.clone()
            });
            entries.push(Entry { line, place: difference.place.clone(), since, reason });
        }
    }
    // An element that came later brings all it holds with it.
    let later: Vec<String> = entries.iter().filter(|entry| entry.since > Some(version)).map(path_of).collect();
    entries.retain(|entry| !later.iter().any(|path| is_within(&path_of(entry), path)));
    let idle = decided.into_iter().zip(used).filter(|(_, used)| !used).map(|((pattern, _), _)| pattern);
    Ok(Comparison { idle: idle.collect(), entries })
}

/// The version of the nearest annotation around a node.
fn since(schema: &Schema, origin: NodeId) -> Option<Version> {
    let mut node = Some(origin);
    while let Some(id) = node {
        if let Some(since) = schema.annotations(id).attribute(NS, "since") {
            return since.parse().ok();
        }
        node = schema.node(id).parent;
    }
    None
}

/// The lines of a difference: upstream's schema is the old one, ours the new one.
fn lines(difference: &Difference) -> Vec<String> {
    let word = match difference.change {
        Change::Added => "beyond",
        Change::Removed => "lacks",
        Change::Widened => "wider",
        Change::Narrowed => "narrower",
        Change::Changed => "otherwise",
    };
    let words = difference.words();
    difference.paths.iter().map(|path| format!("{word} {} {path} {words}", difference.subject)).collect()
}

/// The path in a line.
fn path_of(entry: &Entry) -> String {
    entry.line.split(' ').nth(2).unwrap_or_default().to_owned()
}

fn is_within(path: &str, around: &str) -> bool {
    path.strip_prefix(around).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The patterns of the list with their reasons.
///
/// # Panics
/// When the list cannot be read or a line has no reason.
fn decided() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("decided_differences.tsv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (pattern, reason) = line.split_once('\t').unwrap_or_else(|| panic!("no reason: {line}"));
            (pattern.to_owned(), reason.to_owned())
        })
        .collect()
}

/// Whether a text is what a pattern says; `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

impl Comparison {
    /// What was not decided.
    pub fn undecided(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.reason.is_none())
    }

    /// The comparison as text: what is not decided, line by line, then what is, by reasons; each line too where `all` is set.
    #[must_use]
    pub fn print(&self, all: bool) -> String {
        let mut out = String::new();
        let undecided: Vec<&Entry> = self.undecided().collect();
        let _ = writeln!(out, "{} differences, {} not decided", self.entries.len(), undecided.len());
        for entry in undecided {
            let since = entry.since.map_or_else(String::new, |since| format!("  since {since}"));
            let _ = writeln!(out, "  {}{since}  ({})", entry.line, entry.place);
        }
        let mut reasons: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            if let Some(reason) = &entry.reason {
                reasons.entry(reason).or_default().push(entry);
            }
        }
        for (reason, entries) in reasons {
            let _ = writeln!(out, "decided, {}: {reason}", entries.len());
            for entry in entries.into_iter().filter(|_| all) {
                let _ = writeln!(out, "  {}", entry.line);
            }
        }
        for pattern in self.idle.iter().filter(|_| all) {
            let _ = writeln!(out, "listed and not found: {pattern}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("lacks value /a/* \"x\"", "lacks value /a/b/@c \"x\""));
        assert!(matches("lacks *", "lacks "));
        assert!(!matches("lacks value /a/* \"x\"", "lacks value /a/b/@c \"xy\""));
        assert!(!matches("a*b*c", "abd"));
    }
}
