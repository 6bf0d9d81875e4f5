//! The features of the DTD Compatibility specification.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use relaxng_model::validate::compatibility::Compatibility;
use relaxng_model::{Errors, MemoryResolver, load};
use roxmltree::Document;

fn compatibility(content: &str) -> Result<Compatibility, Errors> {
    let mut resolver = MemoryResolver::new();
    let schema = format!(
        "<element name='r' xmlns='http://relaxng.org/ns/structure/1.0' xmlns:a='http://relaxng.org/ns/compatibility/annotations/1.0' \
         datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>{content}</element>"
    );
    resolver.insert("schema.rng", schema);
    Compatibility::new(&load(&resolver, "schema.rng").unwrap())
}

#[track_caller]
fn refused(content: &str, message: &str) {
    let errors = compatibility(content).unwrap_err().to_string();
    assert!(errors.contains(message), "{errors}");
}

const OPTIONAL: &str = "<optional><attribute name='a' a:defaultValue='x'><choice><value>x</value><value>y</value></choice></attribute></optional>";

#[test]
fn defaults() {
    let found = compatibility(OPTIONAL).unwrap();
    assert_eq!(found.default_value(("", "r"), ("", "a")), Some("x"));
    assert_eq!(found.default_value(("", "r"), ("", "b")), None);
    refused("<attribute name='a' a:defaultValue='x'/>", "must be optional");
    refused(
        "<choice><attribute name='a' a:defaultValue='x'/><attribute name='b'/><empty/></choice>",
        "must be optional",
    );
    refused(
        "<optional><group><attribute name='a' a:defaultValue='x'/><attribute name='b'/></group></optional>",
        "must be optional",
    );
    refused(
        "<optional><attribute name='a' a:defaultValue='x'><data type='int'/></attribute></optional>",
        "'x' is not a value",
    );
    refused(
        "<optional><attribute a:defaultValue='x'><choice><name>a</name><anyName/></choice></attribute></optional>"
            .replace("<attribute a", "<oneOrMore><attribute a")
            .replace("</attribute>", "</attribute></oneOrMore>")
            .as_str(),
        "needs a plain name",
    );
    refused(
        &format!(
            "{OPTIONAL}<element name='s'><element name='r'><optional><attribute name='a' a:defaultValue='y'/></optional></element></element>"
        ),
        "different default values",
    );
}

#[test]
fn ids() {
    let found = compatibility(
        "<zeroOrMore><element name='n'><attribute name='id'><data type='ID'/></attribute><optional><attribute name='to'>\
         <data type='IDREF'/></attribute></optional><optional><attribute name='all'><data type='IDREFS'/></attribute></optional>\
         </element></zeroOrMore>",
    )
    .unwrap();
    let check = |text: &str| -> Vec<String> {
        found.check_ids(&Document::parse(text).unwrap()).iter().map(ToString::to_string).collect()
    };
    assert!(check("<r><n id='a' to='b'/><n id=' b ' all='a b'/></r>").is_empty());
    assert_eq!(check("<r><n id='a'/><n id='a'/></r>"), ["/r/n/@id: another element has the ID 'a' already"]);
    assert_eq!(
        check("<r><n id='a' to='c' all='a  d e'/></r>"),
        [
            "/r/n/@to: no element has the ID 'c'",
            "/r/n/@all: no element has the ID 'd'",
            "/r/n/@all: no element has the ID 'e'"
        ]
    );
    refused("<data type='ID'/>", "must stand directly in an attribute");
    refused("<attribute name='a'><list><data type='ID'/></list></attribute>", "must stand directly in an attribute");
    refused(
        "<attribute name='a'><data type='ID'/></attribute><element name='s'><element name='r'><attribute name='a'/></element></element>",
        "different ID types",
    );
}
