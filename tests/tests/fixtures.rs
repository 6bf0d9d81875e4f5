//! Our own documents, by section of the manual: good ones are valid and canonical, bad ones draw the message beside them.
//!
//! `BLESS=1 cargo test -p domxml-tests --test fixtures` writes the messages anew.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use dommigrate::cli::{Profile, Unknown};
use dommigrate::engine;
use dommigrate::features::newest;
use dommigrate::finding::{ids, line_column};
use domxml_tests::judge;
use domxml_tests::measures::options;
use domxml_tests::pairs::apply;
use domxml_xml::Spare;
use relaxng_model::validate::Validator;

fn all() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut files = Vec::new();
    for section in fs::read_dir(root).expect("the fixtures") {
        let section = section.expect("an entry").path();
        if section.is_dir() {
            let entries = fs::read_dir(&section).expect("a section").map(|entry| entry.expect("an entry").path());
            files.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "xml")));
        }
    }
    files.sort();
    assert!(files.len() > 500, "only {} fixtures", files.len());
    files
}

fn is_bad(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".bad.xml")
}

/// Every violation as `line:column: path: message; expected ...`.
fn report(validator: &mut Validator, text: &str) -> String {
    let document = roxmltree::Document::parse(text).expect("fixtures are well-formed");
    let mut report = String::new();
    for violation in validator.validate(&document) {
        let (line, column) = line_column(text, violation.range.start);
        report.push_str(&format!("{line}:{column}: {}: {}", violation.path, violation.message));
        if !violation.expected.is_empty() {
            report.push_str(&format!("; expected {}", violation.expected.join(", ")));
        }
        if let Some(near) = violation.suggestion {
            report.push_str(&format!("; did you mean {near}?"));
        }
        report.push('\n');
    }
    report
}

#[test]
fn good_documents_are_valid_and_canonical() {
    let mut validator = judge::ours();
    let mut wrong = Vec::new();
    for path in all().into_iter().filter(|path| !is_bad(path)) {
        let text = fs::read_to_string(&path).expect("a fixture");
        let violations = report(&mut validator, &text);
        if !violations.is_empty() {
            wrong.push(format!("{}: {violations}", path.display()));
        }
        let outcome = engine::format(&text, Unknown::Deny);
        match outcome.text {
            None => wrong.push(format!("{}: {:?}", path.display(), outcome.findings)),
            Some(formatted) => {
                // A document in another spelling than the canonical one has its canonical form beside it.
                let canonical = fs::read_to_string(path.with_extension("formatted")).unwrap_or_else(|_| text.clone());
                if let Some(difference) = domxml_tests::measures::first_difference(&canonical, &formatted) {
                    wrong.push(format!("{}: {difference}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn bad_documents_draw_their_messages() {
    let mut validator = judge::ours();
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for path in all().into_iter().filter(|path| is_bad(path)) {
        let text = fs::read_to_string(&path).expect("a fixture");
        let got = report(&mut validator, &text);
        if got.is_empty() {
            wrong.push(format!("{}: is valid", path.display()));
            continue;
        }
        let expected = path.with_extension("expected");
        if bless {
            fs::write(&expected, &got).expect("the message is written");
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if wanted != got {
            wrong.push(format!("{}: expected\n{wanted}got\n{got}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_unknown_value_stays_whatever_the_rules_do() {
    const VALUE: &str = "of-tomorrow";
    let modern = options(Profile::Modern, newest());
    let mut seen = HashSet::new();
    let (mut asked, mut lost) = (0, Vec::new());
    for path in all() {
        let text = fs::read_to_string(&path).expect("a fixture");
        let document = roxmltree::Document::parse(&text).expect("fixtures are well-formed");
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
            // What the others say decides what becomes of one.
            let others: Vec<_> =
                node.attributes().filter(|own| own.value().len() < 10).map(|own| own.value()).collect();
            for own in node.attributes() {
                if !seen.insert(format!("{parent}/{}/@{} {others:?}", node.tag_name().name(), own.name())) {
                    continue;
                }
                let text = apply(&text, vec![(own.range_value(), VALUE.to_owned())]);
                let unknown = domxml_xml::parse(&text, &mut Spare::default())
                    .map_or_else(|_| Vec::new(), |tree| engine::read_findings(&tree));
                if unknown.iter().any(|finding| finding.rule == ids::UNKNOWN && finding.message.contains(VALUE)) {
                    asked += 1;
                    let upgraded = engine::upgrade(&text, &modern).text;
                    if upgraded.is_some_and(|text| !text.contains(VALUE)) {
                        lost.push(format!("{}: {}/@{}", path.display(), node.tag_name().name(), own.name()));
                    }
                }
            }
        }
    }
    assert!(asked > 500, "only {asked} are unknown");
    assert!(lost.is_empty(), "{} of {asked} lost:\n{}", lost.len(), lost.join("\n"));
}
