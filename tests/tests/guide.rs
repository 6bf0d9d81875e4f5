//! What the guide shows is what the sources say: it is read by those who cannot tell yet.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders that are upstream's, or made.
const ELSEWHERE: [&str; 2] = ["src/conf/schemas", "target/debian"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn guide() -> String {
    std::fs::read_to_string(root().join("CONTRIBUTING.md")).expect("the guide is there")
}

/// Without blanks, so that it does not matter how deep a piece stands.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The text of all files below these folders.
fn sources(folders: &[&str]) -> String {
    let mut rest: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut text = String::new();
    while let Some(path) = rest.pop() {
        if path.is_dir() {
            rest.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else {
            text.push_str(&squeezed(&std::fs::read_to_string(&path).expect("a text")));
        }
    }
    text
}

#[test]
fn pieces_of_the_guide_stand_in_the_sources() {
    let (guide, sources) = (guide(), sources(&["migrate/src/rules", "schema/devices"]));
    let pieces = ["```rust\n", "```xml\n"].into_iter().flat_map(|fence| guide.split(fence).skip(1));
    let pieces: Vec<&str> = pieces.filter_map(|rest| rest.split_once("\n```")).map(|(piece, _)| piece).collect();
    assert!(pieces.len() >= 6, "the guide shows pieces of code");
    for piece in pieces {
        assert!(sources.contains(&squeezed(piece)), "no source has this any more:\n{piece}");
    }
}

#[test]
fn files_that_the_guide_names_are_there() {
    let guide = guide();
    let names = guide.split('`').skip(1).step_by(2).filter(|code| {
        code.contains('/')
            && !code.contains([' ', '*', '(', '<', '~'])
            && !code.starts_with("../")
            && !ELSEWHERE.contains(code)
            && *code == code.to_lowercase()
    });
    let missing: Vec<&str> =
        names.filter(|name| !["", "migrate/src"].iter().any(|at| root().join(at).join(name).exists())).collect();
    assert!(missing.is_empty(), "the guide names what is not there: {missing:?}");
}

#[test]
fn the_table_of_kinds_has_every_kind() {
    let guide = guide();
    let table =
        guide.lines().skip_while(|line| !line.starts_with("| kind |")).skip(2).take_while(|line| line.starts_with('|'));
    let cells = table.filter_map(|line| line.split(" | ").next());
    let told: BTreeSet<&str> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter_map(|code| code.split(['(', ':']).next())
        .collect();
    let files = ["migrate/src/rule/kinds.rs", "migrate/src/rule/kinds/size.rs"];
    let code = files.map(|file| std::fs::read_to_string(root().join(file)).expect("the kinds are there")).concat();
    let drafts = code
        .split("\npub fn ")
        .skip(1)
        .filter(|function| function.split_once('{').is_some_and(|(signature, _)| signature.contains("-> Draft<")));
    let kinds: BTreeSet<&str> = drafts.filter_map(|function| function.split(['<', '(']).next()).collect();
    assert_eq!(told, kinds);
}
