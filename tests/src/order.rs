//! Whether the order of rules matters: within a phase it may not, be they of one chapter or of several, but where a row says which it
//! comes after.

use dommigrate::engine::{self, Options, Plan};
use dommigrate::options::{Driver, Profile, Target};
use dommigrate::rule::Rule;
use dommigrate::rules;
use rayon::prelude::*;

use crate::corpus::Document;
use crate::measures::{self, Measure, first_difference};

/// Documents that come out otherwise, or with other findings, where the rules run in another order.
#[must_use]
pub fn shuffled(name: &'static str, documents: &[Document], profile: Profile) -> Measure {
    let target = Target::of(profile, Some(measures::newest()));
    let rules = rules::select(&[], &[], profile, &target).expect("no selection is never wrong").rules;
    let stated = measures::options(profile, measures::newest());
    let others: Vec<Options> = (1..=3)
        .map(|seed| {
            let plan = Plan::new(&shuffle(&rules, seed), profile, &target, Some(Driver::Test), false);
            Options { plan, ..stated.clone() }
        })
        .collect();
    let results = documents
        .par_iter()
        .map(|document| {
            let one = engine::upgrade(&document.text, &stated);
            let differs = others.iter().find_map(|options| {
                let other = engine::upgrade(&document.text, options);
                let found = |outcome: &engine::Outcome| {
                    let mut found: Vec<_> =
                        outcome.findings.iter().map(|it| format!("{} {}", it.rule, it.message)).collect();
                    found.sort();
                    found.join("\n")
                };
                let texts = first_difference(one.text.as_deref()?, other.text.as_deref().unwrap_or_default());
                texts.or_else(|| first_difference(&found(&one), &found(&other)))
            });
            (document.name.clone(), differs)
        })
        .collect();
    Measure::of(name, results)
}

/// The rules in another order that their rows allow.
fn shuffle(rules: &[&'static Rule], seed: u64) -> Vec<&'static Rule> {
    let mut state = seed;
    let mut random = move |below: usize| {
        // Knuth's generator: what counts is that it is the same everywhere.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below as u64).unwrap_or(0)
    };
    let mut order: Vec<&'static Rule> = Vec::new();
    let mut left = rules.to_vec();
    while !left.is_empty() {
        let waits = |rule: &Rule| {
            let after = rule.rows.iter().flat_map(|row| &row.fact.after);
            after.into_iter().any(|id| left.iter().any(|other| other.id == *id))
        };
        let ready: Vec<usize> = (0..left.len()).filter(|at| !waits(left[*at])).collect();
        assert!(!ready.is_empty(), "rules wait for each other: {:?}", left.iter().map(|it| it.id).collect::<Vec<_>>());
        let at = ready[random(ready.len())];
        order.push(left.remove(at));
    }
    order
}
