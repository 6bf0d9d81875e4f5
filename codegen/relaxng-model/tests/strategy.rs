//! Documents that a grammar gives are valid, use all of it, and become small where a test fails.
#![cfg(feature = "proptest")]

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use relaxng_model::strategy::documents;
use relaxng_model::validate::Validator;
use relaxng_model::{Grammar, MemoryResolver};
use roxmltree::Document;

const SCHEMA: &str = r"<grammar xmlns='http://relaxng.org/ns/structure/1.0' datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>
  <start><element name='root'><interleave>
    <oneOrMore><ref name='item'/></oneOrMore>
    <optional><element name='note'><text/></element></optional>
    <zeroOrMore><element><anyName><except><name>item</name><name>note</name></except></anyName><empty/></element></zeroOrMore>
  </interleave></element></start>
  <define name='item'><element name='item'>
    <optional><attribute name='n'><data type='int'><param name='minInclusive'>70000</param><param name='maxInclusive'>70003</param></data></attribute></optional>
    <optional><attribute name='code'><data type='string'><param name='pattern'>[A-Z]{2}\d+(-x)?</param></data></attribute></optional>
    <optional><attribute name='size'><data type='token'><except><choice><value>a</value><value>en</value></choice></except></data></attribute></optional>
    <optional><attribute name='list'><list><oneOrMore><data type='unsignedByte'/></oneOrMore></list></attribute></optional>
    <zeroOrMore><ref name='item'/></zeroOrMore>
  </element></define>
</grammar>";

fn grammar(text: &str) -> Grammar {
    let mut files = MemoryResolver::new();
    files.insert("schema.rng", text);
    relaxng_model::load(&files, "schema.rng").expect("a schema")
}

fn runner() -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::with_cases(500) };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn documents_are_valid_and_use_what_the_grammar_has() {
    let grammar = grammar(SCHEMA);
    let validator = RefCell::new(Validator::new(&grammar));
    let seen: RefCell<BTreeSet<String>> = RefCell::default();
    let result = runner().run(&documents(grammar), |text| {
        let document = Document::parse(&text).expect("well-formed");
        prop_assert!(validator.borrow_mut().is_valid(&document), "{text}");
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            seen.borrow_mut().insert(node.tag_name().name().to_owned());
            seen.borrow_mut().extend(node.attributes().map(|a| a.name().to_owned()));
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    for name in ["root", "item", "note", "n", "code", "size", "list", "alpha"] {
        assert!(seen.borrow().contains(name), "{name}: {seen:?}");
    }
}

#[test]
fn a_failing_document_is_left_with_what_fails() {
    let failure = runner().run(&documents(grammar(SCHEMA)), |text| {
        prop_assert!(!text.contains("code="));
        Ok(())
    });
    let Err(TestError::Fail(_, text)) = failure else { panic!("{failure:?}") };
    let document = Document::parse(&text).expect("well-formed");
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    let attributes: Vec<_> = elements.clone().flat_map(|node| node.attributes()).map(|a| a.name()).collect();
    assert_eq!(attributes, ["code"], "{text}");
    assert!(elements.clone().all(|node| ["root", "item"].contains(&node.tag_name().name())), "{text}");
    // An item that stands in others takes these; beside them nothing is left.
    assert!(document.descendants().all(|node| node.children().count() < 2), "{text}");
}

#[test]
fn a_grammar_without_documents_is_refused() {
    let text = "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start><ref name='a'/></start><define name='a'><element name='a'><ref name='a'/></element></define></grammar>";
    let refused = documents(grammar(text)).new_tree(&mut runner());
    assert!(refused.is_err_and(|reason| reason.message().contains("no document")));
}
