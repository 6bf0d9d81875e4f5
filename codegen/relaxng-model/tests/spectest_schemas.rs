//! The schemas of James Clark's RELAX NG test suite: every correct one loads, every incorrect one is refused.
//!
//! The suite is no part of the project; where it is missing this test says so and passes. Failures that are known stand in
//! `spectest_known.txt` (one a line: number of the case, blank, reason), and any other fails the test.

use std::path::Path;

use relaxng_model::{MemoryResolver, Resolver};
use roxmltree::{Document, Node, ParsingOptions};

const KNOWN: &str = include_str!("spectest_known.txt");
const ROOT: &str = "schema.rng";

/// The source text of the element within a wrapper.
fn source<'a>(text: &'a str, wrapper: Node<'_, '_>) -> &'a str {
    wrapper.first_element_child().map_or("", |element| &text[element.range()])
}

fn collect(text: &str, node: Node<'_, '_>, directory: &str, resources: &mut MemoryResolver) {
    for child in node.children().filter(Node::is_element) {
        let name = child.attribute("name").unwrap_or_default();
        match child.tag_name().name() {
            "resource" => {
                resources.insert(format!("{directory}{name}"), source(text, child).to_owned());
            }
            "dir" => collect(text, child, &format!("{directory}{name}/"), resources),
            "correct" | "incorrect" => {
                resources.insert(ROOT.to_owned(), source(text, child).to_owned());
            }
            _ => {}
        }
    }
}

#[test]
fn schemas_of_the_suite() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/relaxng/spectest.xml");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("not run: there is no test suite at {}", path.display());
        return;
    };
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&text, options).expect("the suite is well-formed");
    let known: Vec<usize> = KNOWN
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(' ').next().and_then(|number| number.parse().ok()).expect("a number begins each line"))
        .collect();

    let mut failures = Vec::new();
    let mut cases = 0;
    for (index, case) in document.descendants().filter(|node| node.has_tag_name("testCase")).enumerate() {
        let number = index + 1;
        cases += 1;
        let mut resources = MemoryResolver::new();
        collect(&text, case, "", &mut resources);
        let correct = case.children().any(|child| child.has_tag_name("correct"));
        let schema = resources.read(ROOT).unwrap_or_default();
        let failure = match relaxng_model::load(&resources, ROOT) {
            Ok(_) if correct => None,
            Ok(_) => Some("is accepted, but incorrect".to_owned()),
            Err(errors) if correct => Some(format!("is refused, but correct:\n{errors}")),
            Err(errors) => {
                if std::env::var_os("SPECTEST_MESSAGES").is_some() {
                    println!("--- case {number}\n{schema}\n{errors}");
                }
                None
            }
        };
        match failure {
            Some(what) if !known.contains(&number) => failures.push(format!("case {number} {what}\n{schema}")),
            None if known.contains(&number) => failures.push(format!("case {number} is listed as failing, but passes")),
            _ => {}
        }
    }
    println!("{} of {cases} schemas judged right", cases - failures.len() - known.len());
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
