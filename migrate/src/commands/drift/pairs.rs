//! Which document is to be compared with which.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domxml_xml::Spare;

use crate::cli::{Drift, Files};
use crate::collect;
use crate::commands::unread::Unread;
use crate::config::Configs;
use crate::engine;
use crate::finding::{Finding, Level, ids};
use crate::input::{self, Origin};

/// A document, read already where its name had to be known.
#[derive(Debug, Clone)]
pub(super) struct Document {
    origin: Origin,
    text: Option<String>,
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// What was asked for.
    Desired,
    /// What stands there.
    Actual,
}

/// What is to be judged.
#[derive(Debug)]
pub(super) enum Item {
    /// Two documents.
    Pair(Document, Document),
    /// A domain that the other side does not have.
    Only { document: Document, side: Side, name: String },
    /// What cannot be judged, of this side.
    Failed(Unread, Side),
}

impl Document {
    fn new(origin: Origin) -> Self {
        Self { origin, text: None }
    }

    pub(super) fn label(&self) -> String {
        self.origin.label()
    }

    /// Whether it was found in a directory.
    pub(super) fn is_found(&self) -> bool {
        matches!(self.origin, Origin::Found(_))
    }

    /// The text.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn text(&self) -> Result<String, Unread> {
        match &self.text {
            Some(text) => Ok(text.clone()),
            None => {
                input::read(&self.origin).map(|source| source.text).map_err(|error| Unread::of(&self.origin, &error))
            }
        }
    }
}

/// The pairs that two paths stand for: the two files; of two directories what has the same relative path, and of the rest what
/// describes the domain of the same name; of a directory and a file the file in it that describes the same domain.
pub(super) fn collect(args: &Drift, configs: &Configs) -> Result<Vec<Item>, String> {
    let (desired, actual) = (args.desired.as_path(), args.actual.as_path());
    if input::is_stdin(desired) && input::is_stdin(actual) {
        return Err("only one of DESIRED and ACTUAL can be standard input".to_owned());
    }
    let mut all = Vec::new();
    match (desired.is_dir(), actual.is_dir()) {
        (false, false) => all.push(Item::Pair(named(desired), named(actual))),
        (true, true) => {
            let mut before = search((desired, Side::Desired), (&args.exclude, configs), &mut all)?;
            let mut after = search((actual, Side::Actual), (&args.exclude, configs), &mut all)?;
            let same: Vec<PathBuf> = before.keys().filter(|path| after.contains_key(*path)).cloned().collect();
            for path in same {
                if let (Some(before), Some(after)) = (before.remove(&path), after.remove(&path)) {
                    all.push(Item::Pair(before, after));
                }
            }
            by_name(before.into_values(), after.into_values(), true, &mut all);
        }
        (true, false) => {
            let folder = search((desired, Side::Desired), (&args.exclude, configs), &mut all)?;
            by_name(folder.into_values(), [named(actual)].into_iter(), false, &mut all);
        }
        (false, true) => {
            let folder = search((actual, Side::Actual), (&args.exclude, configs), &mut all)?;
            by_name([named(desired)].into_iter(), folder.into_values(), false, &mut all);
        }
    }
    Ok(all)
}

fn named(path: &Path) -> Document {
    Document::new(Origin::of(path))
}

/// The documents of a directory by their relative paths.
fn search(
    (root, side): (&Path, Side),
    (exclude, configs): (&[String], &Configs),
    all: &mut Vec<Item>,
) -> Result<BTreeMap<PathBuf, Document>, String> {
    let mut found = BTreeMap::new();
    let files = Files { paths: vec![root.to_owned()], exclude: exclude.to_vec(), ..Files::default() };
    for item in configs.collect(&files)? {
        match item {
            collect::Item::Document(origin) => {
                let relative = origin.path().and_then(|path| path.strip_prefix(root).ok()).map(Path::to_owned);
                found.insert(relative.unwrap_or_default(), Document::new(origin));
            }
            collect::Item::PassedOver(..) => {}
            collect::Item::Failed(path, why) => {
                all.push(Item::Failed(Unread::new(path.display().to_string(), why), side));
            }
        }
    }
    Ok(found)
}

/// Pairs documents by the names of their domains. Where `whole` is false, one side is one document only, and what is asked is what becomes
/// of that: nothing is said of what the directory has beside it.
fn by_name(
    desired: impl Iterator<Item = Document>,
    actual: impl Iterator<Item = Document>,
    whole: bool,
    all: &mut Vec<Item>,
) {
    let mut names: BTreeMap<String, (Vec<Document>, Vec<Document>)> = BTreeMap::new();
    let sides = desired.map(|it| (Side::Desired, it)).chain(actual.map(|it| (Side::Actual, it)));
    let mut unnamed = Vec::new();
    for (side, mut document) in sides {
        match document.text() {
            Ok(text) => {
                let name = domain_name(&text, document.is_found());
                document.text = Some(text.clone());
                match name {
                    Some(Ok(name)) => {
                        let entry = names.entry(name).or_default();
                        if side == Side::Desired { entry.0.push(document) } else { entry.1.push(document) }
                    }
                    Some(Err(why)) => {
                        let unread = Unread { label: document.label(), text, why: Box::new(why) };
                        unnamed.push(Item::Failed(unread, side));
                    }
                    None => {}
                }
            }
            Err(unread) => unnamed.push(Item::Failed(unread, side)),
        }
    }
    all.extend(unnamed);
    for (name, (desired, actual)) in names {
        let only = |documents: Vec<Document>, side| {
            let asked_about = documents.into_iter().filter(|it| whole || !it.is_found());
            asked_about.map(|document| Item::Only { document, side, name: name.clone() }).collect::<Vec<_>>()
        };
        match (desired.len(), actual.len()) {
            (1, 1) => all.extend(desired.into_iter().zip(actual).map(|(before, after)| Item::Pair(before, after))),
            (_, 0) => all.extend(only(desired, Side::Desired)),
            (0, _) => all.extend(only(actual, Side::Actual)),
            (1, _) => all.push(Item::Failed(ambiguous(&name, &actual), Side::Actual)),
            (_, _) => all.push(Item::Failed(ambiguous(&name, &desired), Side::Desired)),
        }
    }
}

/// What is said of a domain that several files of one side describe.
fn ambiguous(name: &str, files: &[Document]) -> Unread {
    let labels: Vec<String> = files.iter().map(Document::label).collect();
    let (last, others) =
        labels.split_last().map_or((String::new(), String::new()), |(last, others)| (last.clone(), others.join(", ")));
    Unread::new(
        last,
        format!("describes the domain {name}, and so do {others}: leave one of them, or name the file that is meant"),
    )
}

/// The name of the domain that a document describes; none where it was found in a directory, which may hold something else too.
fn domain_name(text: &str, is_found: bool) -> Option<Result<String, Finding>> {
    let mut spare = Spare::default();
    let document = match domxml_xml::parse(text, &mut spare) {
        Ok(tree) => tree.document,
        Err(error) => return Some(Err(engine::syntax_error(error))),
    };
    let root = document.root_element();
    if !root.has_tag_name("domain") {
        let other = format!("the root is <{}>; expected <domain>", root.tag_name().name());
        let other = Finding::new(ids::NOT_A_DOMAIN, Level::Error, root.range(), other);
        return if is_found { None } else { Some(Err(other)) };
    }
    let name = root.children().find(|child| child.has_tag_name("name")).and_then(|name| name.text());
    let nameless = || Finding::new(ids::INVALID, Level::Error, root.range(), "the domain has no name");
    Some(name.map(str::to_owned).ok_or_else(nameless))
}
