//! What is typed in `domxml` and in Go's `libvirtxml`: elements and attributes by their paths, side by side.

use std::collections::{BTreeMap, BTreeSet};

use domxml::{Described, Domain, FieldInfo, FieldKind, TypeInfo};
use domxml_runtime::writer::usual_prefix;

/// The names that `libvirtxml` has, see the head of the file.
const THEIRS: &str = include_str!("../libvirtxml.txt");

/// What one of two sides has, or both.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Paths of what `libvirtxml` has a field for, an attribute with `@`.
    pub theirs: BTreeSet<String>,
    /// Paths of what `domxml` has a field for.
    pub ours: BTreeSet<String>,
}

/// Compares the two.
///
/// # Panics
/// When the list of names is broken.
#[must_use]
pub fn coverage() -> Coverage {
    let groups: BTreeMap<&str, &str> = THEIRS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(':').unwrap_or_else(|| panic!("no group: {line}")))
        .collect();
    let mut coverage = Coverage::default();
    go(&groups, "domain", &mut vec!["domain".to_owned()], &mut coverage.theirs);
    ours(Domain::table(), &mut vec!["domain".to_owned()], &mut coverage.ours);
    coverage
}

/// The paths of a group. What stands in an element of its own name is not entered: that has no end.
fn go(groups: &BTreeMap<&str, &str>, group: &str, path: &mut Vec<String>, found: &mut BTreeSet<String>) {
    let items = groups.get(group).unwrap_or_else(|| panic!("there is no group {group}"));
    for item in items.split_whitespace() {
        let (name, inner) = match item.split_once('=') {
            Some((name, ".")) => (name, Some(name)),
            Some((name, inner)) => (name, Some(inner)),
            None => (item, None),
        };
        // Elements in one of another namespace are of that.
        let prefix = path.last().and_then(|outer| outer.split_once(':')).filter(|_| !name.starts_with('@'));
        let name = prefix.map_or_else(|| name.to_owned(), |(prefix, _)| format!("{prefix}:{name}"));
        let again = path.contains(&name);
        path.push(name);
        found.insert(path.join("/"));
        if let Some(inner) = inner.filter(|_| !again) {
            go(groups, inner, path, found);
        }
        path.pop();
    }
}

/// The paths of a type and of the members of its variants.
fn ours(info: &'static TypeInfo, path: &mut Vec<String>, found: &mut BTreeSet<String>) {
    for field in info.fields {
        match field.kind {
            FieldKind::Attribute => add(field, "@", path, found),
            FieldKind::Payload => {
                add(field, "@", path, found);
                field.branches.iter().for_each(|branch| ours((branch.table)(), path, found));
            }
            FieldKind::Mix => {
                field.entries.iter().filter(|entry| entry.is_child()).for_each(|it| add(it, "", path, found))
            }
            _ if field.is_child() => add(field, "", path, found),
            _ => {}
        }
    }
}

fn add(field: &'static FieldInfo, mark: &str, path: &mut Vec<String>, found: &mut BTreeSet<String>) {
    let prefix = if field.ns.is_empty() { String::new() } else { format!("{}:", usual_prefix(field.ns)) };
    let name = format!("{mark}{prefix}{}", field.name);
    let again = path.contains(&name);
    path.push(name);
    found.insert(path.join("/"));
    if let Some(content) = field.content.filter(|_| !again) {
        ours(content(), path, found);
    }
    path.pop();
}

/// What is looked at together: a child of `<domain>`, or of its devices.
fn chapter(path: &str) -> String {
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    match steps.as_slice() {
        ["devices", device, ..] => format!("devices/{device}"),
        [attribute, ..] if attribute.starts_with('@') => "domain".to_owned(),
        [_] | [] => "domain".to_owned(),
        [chapter, ..] => (*chapter).to_owned(),
    }
}

impl Coverage {
    /// What only `libvirtxml` has.
    pub fn only_theirs(&self) -> impl Iterator<Item = &str> {
        self.theirs.difference(&self.ours).map(String::as_str)
    }

    /// What only `domxml` has.
    pub fn only_ours(&self) -> impl Iterator<Item = &str> {
        self.ours.difference(&self.theirs).map(String::as_str)
    }

    /// A table by chapters, and on request what only one of them has, one a line.
    #[must_use]
    pub fn print(&self, list: bool) -> String {
        /// Elements and attributes in both, here and there.
        type Counts = [[usize; 2]; 3];
        let mut chapters: BTreeMap<String, Counts> = BTreeMap::new();
        let mut total = Counts::default();
        for path in self.ours.union(&self.theirs) {
            let side = match (self.ours.contains(path), self.theirs.contains(path)) {
                (true, true) => 0,
                (true, false) => 1,
                _ => 2,
            };
            let kind = usize::from(path.contains('@'));
            chapters.entry(chapter(path)).or_default()[side][kind] += 1;
            total[side][kind] += 1;
        }
        let mut out = format!(
            "{:24} {:>11} {:>11} {:>11} {:>11}\n",
            "elements/attributes", "domxml", "libvirtxml", "only here", "only there"
        );
        let mut rows: Vec<(String, Counts)> = chapters.into_iter().collect();
        rows.push(("all".to_owned(), total));
        for (name, [both, here, there]) in rows {
            let cell = |counts: [usize; 2]| format!("{}/{}", counts[0], counts[1]);
            let sum = |own: [usize; 2]| cell([both[0] + own[0], both[1] + own[1]]);
            out += &format!("{name:24} {:>11} {:>11} {:>11} {:>11}\n", sum(here), sum(there), cell(here), cell(there));
        }
        for (side, paths) in [("here", self.only_ours().collect::<Vec<_>>()), ("there", self.only_theirs().collect())] {
            if list {
                paths.into_iter().for_each(|path| out += &format!("only {side}\t{path}\n"));
            }
        }
        out
    }
}
