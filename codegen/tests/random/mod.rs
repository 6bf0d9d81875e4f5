//! Random documents that are valid for a grammar, the same ones in each run.

use std::cell::RefCell;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use relaxng_model::Grammar;
use relaxng_model::strategy::documents;

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Tests with so many documents. What fails is told with the smallest document that fails.
#[allow(dead_code, reason = "not every test does")]
pub fn try_documents(
    grammar: &Grammar,
    cases: u32,
    test: impl FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let test = RefCell::new(test);
    let tested = runner(cases).run(&documents(grammar.clone()), |text| {
        test.borrow_mut()(&text).map_err(|error| TestCaseError::fail(format!("{error}\n  {text}")))
    });
    tested.map_err(|error| error.to_string())
}

/// So many documents.
#[allow(dead_code, reason = "not every test does")]
pub fn some_documents(grammar: &Grammar, cases: u32) -> Vec<String> {
    let (strategy, mut runner) = (documents(grammar.clone()), runner(cases));
    let document = |_| strategy.new_tree(&mut runner).ok().map(|tree| tree.current());
    (0..cases).filter_map(document).collect()
}
