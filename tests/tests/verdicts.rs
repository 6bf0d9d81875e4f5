//! Verdicts of the schemas and of the validators, over the corpus and its mutants.

use std::path::Path;

use domxml_tests::judge::{self, Engine};
use domxml_tests::measures::Measure;
use domxml_tests::{corpus, known, today};

fn hold(measure: &Measure) {
    assert!(measure.cases > 0, "{}: nothing was judged", measure.name);
    println!("{measure}");
    known::compare(measure.name, &measure.failed).unwrap_or_else(|message| panic!("{message}"));
}

#[test]
fn our_schema_says_what_upstreams_says() {
    let Some(shared) = corpus::shared_or_say("verdicts") else { return };
    let ours = judge::ours();
    hold(&judge::agreement("verdicts", &ours, &corpus::releases(&shared)));
    hold(&judge::agreement("verdicts-mutants", &ours, &corpus::mutants(&shared)));
    hold(&judge::agreement("verdicts-wild", &ours, &corpus::wild(&shared)));
}

#[test]
fn our_schema_says_what_todays_says() {
    let Some(shared) = corpus::shared_or_say("verdicts-12.8.0") else { return };
    let newer = today::newer(&shared);
    let mutants = today::mutants(&newer, 3000);
    for (name, documents) in [
        ("verdicts-12.8.0", &corpus::releases(&shared)),
        ("verdicts-12.8.0-mutants", &corpus::mutants(&shared)),
        ("verdicts-12.8.0-wild", &corpus::wild(&shared)),
        ("verdicts-new", &newer),
        ("verdicts-new-mutants", &mutants),
    ] {
        hold(&judge::agreement_with(name, &shared, "12.8.0", documents));
    }
}

#[test]
fn our_validator_judges_upstreams_schema_exactly() {
    let Some(shared) = corpus::shared_or_say("verdicts-upstream") else { return };
    let upstream = judge::upstream(&shared, "11.3.0");
    hold(&judge::agreement("verdicts-upstream", &upstream, &corpus::releases(&shared)));
    hold(&judge::agreement("verdicts-upstream-mutants", &upstream, &corpus::mutants(&shared)));
}

#[test]
fn other_validators_agree_on_what_came_later() {
    let Some(shared) = corpus::shared_or_say("engines over what came later") else { return };
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/domain.rng");
    let newer = today::newer(&shared);
    let mutants = today::mutants(&newer, 3000);
    for (engine, names) in
        [(Engine::Jing, ["jing-new", "jing-new-mutants"]), (Engine::Xmllint, ["xmllint-new", "xmllint-new-mutants"])]
    {
        if !engine.is_installed() {
            eprintln!("{}: did not run, it is not installed", names[0]);
            continue;
        }
        for (name, documents) in names.into_iter().zip([&newer, &mutants]) {
            let measure = judge::engines_over(name, engine, documents, &schema);
            hold(&measure.unwrap_or_else(|error| panic!("{name}: {error}")));
        }
    }
}

#[test]
fn other_validators_agree_on_our_schema() {
    let Some(shared) = corpus::shared_or_say("engines") else { return };
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/domain.rng");
    let (root, mutants) = (shared.join("corpus"), shared.join("corpus/mutants"));
    for (engine, names) in [
        (Engine::Jing, ["jing", "jing-mutants", "jing-wild"]),
        (Engine::Xmllint, ["xmllint", "xmllint-mutants", "xmllint-wild"]),
    ] {
        if !engine.is_installed() {
            eprintln!("{}: did not run, it is not installed", names[0]);
            continue;
        }
        let sets = [
            (&root, corpus::releases(&shared)),
            (&mutants, corpus::mutants(&shared)),
            (&root.join("wild"), corpus::wild(&shared)),
        ];
        for (name, (directory, documents)) in names.into_iter().zip(sets) {
            let measure = judge::engines(name, engine, directory, &documents, &schema);
            hold(&measure.unwrap_or_else(|error| panic!("{name}: {error}")));
        }
    }
}
