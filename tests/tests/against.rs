//! Our schema against upstream's, and what `domgen diff` makes of two of upstream's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use domxml_codegen::annotations::NS;
use domxml_runtime::Version;
use domxml_tests::{against, corpus, measures};
use relaxng_model::diff::diff;
use relaxng_model::{FileResolver, Grammar, load};

#[test]
fn every_difference_to_upstreams_schema_is_decided() {
    let Some(shared) = corpus::shared_or_say("against") else { return };
    let comparison = against::against(&shared, measures::newest()).expect("both schemas");
    assert!(comparison.entries.len() > 100, "too few differences to be true");
    let undecided: Vec<&str> = comparison.undecided().map(|entry| entry.line.as_str()).collect();
    assert!(undecided.is_empty(), "not decided: {undecided:#?}");
    assert!(comparison.idle.is_empty(), "listed and not found: {:#?}", comparison.idle);
}

#[test]
fn what_came_later_is_no_difference_to_an_older_schema() {
    let Some(shared) = corpus::shared_or_say("against an older version") else { return };
    let old = Version::new(7, 0, 0);
    let comparison = against::against(&shared, old).expect("both schemas");
    assert!(!comparison.entries.iter().any(|entry| entry.line.starts_with("beyond element /domain/devices/crypto ")));
    assert!(comparison.entries.iter().all(|entry| entry.since <= Some(old)));
}

#[test]
fn the_manual_has_every_anchor_that_the_schema_names() {
    let Some(shared) = corpus::shared_or_say("anchors of the manual") else { return };
    let manual = shared.join(format!("reference/formatdomain-{}.html", measures::newest()));
    let manual = fs::read_to_string(&manual).unwrap_or_else(|error| panic!("{}: {error}", manual.display()));
    let mut anchors = BTreeSet::new();
    for (file, text) in domxml_schema::FILES {
        let schema = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        anchors.extend(schema.descendants().filter_map(|node| Some(node.attribute((NS, "ref"))?.to_owned())));
    }
    assert!(anchors.len() > 50, "only {} anchors", anchors.len());
    let missing: Vec<_> = anchors.iter().filter(|anchor| !manual.contains(&format!("id=\"{anchor}\""))).collect();
    assert!(missing.is_empty(), "not in the manual of {}: {missing:?}", measures::newest());
}

/// What is known from elsewhere of the two schemas' differences: `+`, `~`; `E`, `A`, `V`; path.
#[test]
fn the_known_differences_of_two_schemas_are_found() {
    let Some(shared) = corpus::shared_or_say("schema-diff") else { return };
    let grammar = |version: &str| -> Grammar {
        let file = shared.join(format!("reference/schemas-{version}/domain.rng"));
        load(&FileResolver::new(), &file.display().to_string()).expect("a schema")
    };
    let mut found: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for difference in diff(&grammar("11.3.0"), &grammar("12.8.0")) {
        for path in &difference.paths {
            let key = (difference.change.to_string(), difference.subject.to_string(), path.clone());
            *found.entry(key).or_default() += 1;
        }
    }
    let text = fs::read_to_string(shared.join("reference/schema-diff-11.3.0-12.8.0.txt")).expect("the list");
    let mut known: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut words = line.split(' ');
        let (change, subject, path) = (words.next(), words.next(), words.next().expect("a path"));
        let change = if change == Some("~") { "widened" } else { "added" };
        let subject = match subject {
            Some("E") => "element",
            Some("A") => "attribute",
            _ => "value",
        };
        *known.entry((change.to_owned(), subject.to_owned(), path.to_owned())).or_default() += 1;
    }
    let missing: Vec<_> = known
        .iter()
        .filter(|((change, subject, path), count)| {
            // A path that passes a place twice is told without the loop.
            let straight = without_loops(path).into_iter().map(|path| (change.clone(), subject.clone(), path));
            !straight.into_iter().any(|key| found.get(&key) == Some(count))
        })
        .collect();
    assert!(known.len() > 150 && missing.is_empty(), "not found: {missing:#?}");
    // The list counts parts and does not hold how they stand together.
    let together = [
        "/domain/devices/graphics", // `wait` is of VNC alone, and the `fullscreen` of a desktop has gone
        "/domain/devices/video/model", // `device` and `edid` are of virtio alone
        "/domain/os/nvram",         // a template's format without the template
    ];
    let told: BTreeSet<_> = known
        .keys()
        .flat_map(|(change, subject, path)| {
            without_loops(path).into_iter().map(move |path| (change.clone(), subject.clone(), path))
        })
        .collect();
    let beyond: Vec<_> = found.keys().filter(|key| !told.contains(*key)).collect();
    // A data store has sources of its own, whose kinds the list names at one of the places where there is one.
    let of_data_store = |path: &str| path.ends_with("/source/dataStore/@type");
    let explained = |(change, subject, path): &(String, String, String)| match change.as_str() {
        "changed" => subject == "element" && together.contains(&path.as_str()),
        "added" => subject == "value" && of_data_store(path) && known.keys().any(|(_, _, other)| of_data_store(other)),
        _ => false,
    };
    let unexplained: Vec<_> = beyond.iter().filter(|key| !explained(key)).collect();
    assert!(beyond.len() > 2 && unexplained.is_empty(), "not explained: {unexplained:#?}");
}

/// A path, and those that it leaves when a part between two steps of one name is left out.
fn without_loops(path: &str) -> BTreeSet<String> {
    let steps: Vec<&str> = path.split('/').collect();
    let mut all = BTreeSet::from([path.to_owned()]);
    for (from, name) in steps.iter().enumerate() {
        for to in (from + 1..steps.len()).filter(|to| steps[*to] == *name) {
            all.insert([&steps[..from], &steps[to..]].concat().join("/"));
        }
    }
    all
}
