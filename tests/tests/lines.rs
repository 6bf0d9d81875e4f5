//! The rules stay short: what grows unseen is not read any more.

use domxml_tests::lines;

/// As many lines of logic as the rules take, without the chapters that are counted apart and with them.
const LOGIC: [usize; 2] = [5500, 8870];
/// As many lines as a file of rules takes in all.
const FILE: usize = 400;
/// As many lines as a function takes, blank ones and comments aside.
const FUNCTION: usize = 80;

#[test]
fn rules_files_and_functions_stay_short() {
    let count = lines::count().expect("the workspace is Rust");
    let print = count.print();
    let logic = count.totals().map(|lines| lines.logic);
    assert!(logic[0] <= LOGIC[0] && logic[1] <= LOGIC[1], "more than {LOGIC:?} lines of logic\n{print}");
    assert!(count.largest.1 <= FILE, "more than {FILE} lines\n{print}");
    assert!(count.longest.2 <= FUNCTION, "more than {FUNCTION} lines\n{print}");
}
