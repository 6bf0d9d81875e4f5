//! James Clark's RELAX NG test suite: every correct schema loads, every incorrect one is refused, and so it is with documents.
//!
//! The suite is no part of the project. The same matters are tested by cases of our own in `spec.rs` and `validate.rs`, which are always there.

mod material;

use material::material;
use relaxng_model::validate::Validator;
use relaxng_model::{MemoryResolver, load};
use roxmltree::{Document, Node, ParsingOptions};

const ROOT: &str = "schema.rng";

/// The text of the suite.
fn suite() -> Option<String> {
    material("relaxng/spectest.xml").map(|path| std::fs::read_to_string(path).expect("the suite can be read"))
}

/// Lets `look` say what is wrong with each case of the suite, and tells how many there are with all of that.
fn each_case(text: &str, mut look: impl FnMut(Node<'_, '_>, &MemoryResolver) -> Vec<String>) -> (usize, Vec<String>) {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let suite = Document::parse_with_options(text, options).expect("the suite is well-formed");
    let (mut cases, mut wrong) = (0, Vec::new());
    for case in suite.descendants().filter(|node| node.has_tag_name("testCase")) {
        cases += 1;
        let mut resources = MemoryResolver::new();
        collect(text, case, "", &mut resources);
        let schema = case.children().find(|child| ["correct", "incorrect"].contains(&child.tag_name().name()));
        let schema = schema.map_or("", |schema| source(text, schema));
        resources.insert(ROOT.to_owned(), schema.to_owned());
        let found = look(case, &resources);
        wrong.extend(found.into_iter().map(|what| format!("case {cases} {what}\n{schema}")));
    }
    (cases, wrong)
}

/// The source text of the element within a wrapper.
fn source<'a>(text: &'a str, wrapper: Node<'_, '_>) -> &'a str {
    wrapper.first_element_child().map_or("", |element| &text[element.range()])
}

/// The files of a case.
fn collect(text: &str, node: Node<'_, '_>, directory: &str, resources: &mut MemoryResolver) {
    for child in node.children().filter(Node::is_element) {
        let name = child.attribute("name").unwrap_or_default();
        match child.tag_name().name() {
            "resource" => {
                resources.insert(format!("{directory}{name}"), source(text, child).to_owned());
            }
            "dir" => collect(text, child, &format!("{directory}{name}/"), resources),
            _ => {}
        }
    }
}

fn is_correct(case: Node<'_, '_>) -> bool {
    case.children().any(|child| child.has_tag_name("correct"))
}

#[test]
fn schemas_of_the_suite() {
    let Some(text) = suite() else { return };
    let (cases, wrong) = each_case(&text, |case, resources| match (load(resources, ROOT), is_correct(case)) {
        (Ok(_), false) => vec!["is accepted, but incorrect".to_owned()],
        (Err(errors), true) => vec![format!("is refused, but correct:\n{errors}")],
        _ => Vec::new(),
    });
    println!("{} of {cases} schemas judged right", cases - wrong.len());
    assert!(cases > 0 && wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn documents_of_the_suite() {
    let Some(text) = suite() else { return };
    let mut judged = 0;
    let (_, wrong) = each_case(&text, |case, resources| {
        let (true, Ok(grammar)) = (is_correct(case), load(resources, ROOT)) else { return Vec::new() };
        let mut validator = Validator::new(&grammar);
        let mut wrong = Vec::new();
        for judgement in case.children().filter(|child| child.has_tag_name("valid") || child.has_tag_name("invalid")) {
            let valid = judgement.has_tag_name("valid");
            let text = source(&text, judgement);
            let document = Document::parse(text).expect("a document of the suite is well-formed");
            judged += 1;
            let violations = validator.validate(&document);
            if violations.is_empty() != valid || validator.is_valid(&document) != valid {
                wrong.push(format!("has a document of which valid is {valid}, but found {violations:#?}\n{text}"));
            }
        }
        wrong
    });
    println!("{} of {judged} documents judged right", judged - wrong.len());
    assert!(judged > 0 && wrong.is_empty(), "{}", wrong.join("\n\n"));
}
