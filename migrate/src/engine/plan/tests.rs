//! What a row is passed over for, it would have done nothing about.

use std::path::{Path, PathBuf};

use domxml::{Domain, Element, ReadOptions, Unknown};
use domxml_runtime::{Content, each_struct_mut};

use crate::options::{Profile, Target};
use crate::rule::{Context, Idle, Row, Scope};
use crate::rules;

fn fixtures(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            fixtures(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "xml") {
            found.push(entry);
        }
    }
}

/// Runs rows wherever they are idle; how often that was.
fn run_idle(rows: &[&Row], content: &mut dyn Content, cx: &mut Context<'_>) -> usize {
    let (info, filled) = (content.info(), content.filled());
    let idle = rows.iter().filter(|row| std::ptr::eq(row.fact.subject, info) && row.fact.idle.holds(filled));
    let mut ran = 0;
    for row in idle {
        row.run(content, cx);
        assert!(cx.findings.is_empty() && cx.notes.is_empty() && cx.unread.is_empty(), "{row:?}: {:?}", cx.findings);
        ran += 1;
    }
    each_struct_mut(content, &mut |inner| ran += run_idle(rows, inner, cx));
    ran
}

#[test]
fn an_idle_row_does_nothing() {
    let rows: Vec<&Row> = rules::all().flat_map(|rule| &rule.rows).filter(|row| row.fact.idle != Idle::Never).collect();
    let mut files = Vec::new();
    fixtures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures"), &mut files);
    let (target, keep) = (
        Target::from(domxml_runtime::Version::default()),
        ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() },
    );
    let mut ran = 0;
    for text in files.iter().filter_map(|file| std::fs::read_to_string(file).ok()) {
        let Ok(read) = Domain::from_xml_with(&text, &keep) else { continue };
        for profile in [Profile::Modern, Profile::Libvirt] {
            let mut domain = read.value.clone();
            let mut cx = Context::new(&text, Scope::of(&domain, target, None, false), profile, false);
            ran += run_idle(&rows, &mut domain, &mut cx);
            assert_eq!(domain, read.value);
        }
    }
    assert!(rows.len() > 300 && ran > 100_000, "{} rows ran {ran} times", rows.len());
}
