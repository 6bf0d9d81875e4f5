//! Drift, held to the pairs that drivers made and to changes by hand.

use domxml_tests::drift::{self, Pair};
use domxml_tests::{corpus, known, measures::Measure};

fn hold(name: &str, pairs: impl FnOnce(&std::path::Path) -> Vec<Pair>, measure: impl FnOnce(&[Pair]) -> Measure) {
    let Some(shared) = corpus::shared_or_say(name) else { return };
    let measure = measure(&pairs(&shared));
    assert!(measure.cases > 0, "{name}: nothing was measured");
    println!("{measure}");
    if let Err(message) = known::compare(measure.name, &measure.failed) {
        panic!("{message}");
    }
}

#[test]
fn what_the_qemu_driver_fills_in_is_explained() {
    hold("drift-pairs", |shared| drift::driver_pairs(shared, false), |pairs| drift::explained("drift-pairs", pairs));
}

#[test]
fn what_libvirts_own_tests_expect_is_explained() {
    hold("drift-upstream", drift::upstream_pairs, |pairs| drift::explained("drift-upstream", pairs));
}

/// A share of what `measure drift-changes` makes: every kind of change, a few times.
#[test]
fn changes_by_hand_are_found() {
    hold(
        "drift-changes-few",
        |shared| drift::driver_pairs(shared, true),
        |pairs| drift::changes("drift-changes-few", pairs, 400),
    );
}
