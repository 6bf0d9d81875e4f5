//! Time grows as the document does.
#![cfg(unix)]

use domxml_tests::{growth, known};

#[test]
fn time_grows_as_the_document_does() {
    let measure = growth::growth("growth").expect("the schema");
    println!("{measure}");
    if let Err(message) = known::compare(measure.name, &measure.failed) {
        panic!("{message}");
    }
}
