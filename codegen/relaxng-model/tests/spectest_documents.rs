//! The documents of James Clark's RELAX NG test suite: every valid one is accepted, every invalid one is refused.
//!
//! The suite is no part of the project; where it is missing this test says so and passes. The same matters are tested by
//! cases of our own in `validate.rs`, which is always there.

use std::path::Path;

use relaxng_model::validate::Validator;
use relaxng_model::{MemoryResolver, load};
use roxmltree::{Document, Node, ParsingOptions};

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
            "correct" => {
                resources.insert(ROOT.to_owned(), source(text, child).to_owned());
            }
            _ => {}
        }
    }
}

#[test]
fn documents_of_the_suite() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/relaxng/spectest.xml");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("not run: there is no test suite at {}", path.display());
        return;
    };
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let suite = Document::parse_with_options(&text, options).expect("the suite is well-formed");
    let (mut judged, mut failures) = (0, Vec::new());
    for (index, case) in suite.descendants().filter(|node| node.has_tag_name("testCase")).enumerate() {
        if !case.children().any(|child| child.has_tag_name("correct")) {
            continue;
        }
        let mut resources = MemoryResolver::new();
        collect(&text, case, "", &mut resources);
        let grammar = match load(&resources, ROOT) {
            Ok(grammar) => grammar,
            Err(errors) => {
                failures.push(format!("case {}: the schema does not load:\n{errors}", index + 1));
                continue;
            }
        };
        let mut validator = Validator::new(&grammar);
        for judgement in case.children().filter(|child| child.has_tag_name("valid") || child.has_tag_name("invalid")) {
            let valid = judgement.has_tag_name("valid");
            let text = source(&text, judgement);
            let document = Document::parse(text).expect("a document of the suite is well-formed");
            judged += 1;
            let violations = validator.validate(&document);
            if violations.is_empty() != valid || validator.is_valid(&document) != valid {
                let schema = case.children().find(|child| child.has_tag_name("correct"));
                let schema = schema.map_or("", |schema| source(suite.input_text(), schema));
                failures
                    .push(format!("case {}: valid is {valid}, but found {violations:#?}\n{schema}\n{text}", index + 1));
            }
        }
    }
    println!("{} of {judged} documents judged right", judged - failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
