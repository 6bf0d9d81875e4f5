//! What two schemas differ in.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use relaxng_model::diff::{Difference, MAX_PATHS, diff};
use relaxng_model::{Grammar, MemoryResolver, load};

fn grammar(schema: &str) -> Grammar {
    let mut resolver = MemoryResolver::new();
    let namespaces =
        "xmlns='http://relaxng.org/ns/structure/1.0' datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'";
    let grammar = if schema.starts_with("<start>") { schema.to_owned() } else { format!("<start>{schema}</start>") };
    resolver.insert("schema.rng", format!("<grammar {namespaces}>{grammar}</grammar>"));
    load(&resolver, "schema.rng").unwrap()
}

fn lines(old: &str, new: &str) -> Vec<String> {
    let differences = diff(&grammar(old), &grammar(new));
    let lines = differences.iter().flat_map(Difference::lines);
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[track_caller]
fn differ(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(lines(old, new), expected);
    assert!(lines(old, old).is_empty() && lines(new, new).is_empty());
}

fn root(content: &str) -> String {
    format!("<element name='r'>{content}</element>")
}

#[test]
fn the_way_a_schema_is_written_is_no_difference() {
    let plain = root(
        "<attribute name='a'/><optional><element name='b'><choice><value>x</value><value>y</value></choice></element></optional>",
    );
    let split = "<start><ref name='r'/></start><define name='r'><element name='r'><group><ref name='b'/></group><ref name='a'/></element></define>\
                 <define name='a'><attribute name='a'><text/></attribute></define>\
                 <define name='b'><choice><empty/><element name='b'><ref name='y'/></element></choice></define>\
                 <define name='y'><choice><value>y</value><choice><value>x</value><value>x</value></choice></choice></define>";
    assert_eq!(lines(&plain, split), [""; 0]);
}

#[test]
fn what_is_new_is_told_with_all_it_holds() {
    differ(
        &root("<empty/>"),
        &root(
            "<optional><attribute name='a'/></optional><zeroOrMore><element name='b'><data type='int'/></element></zeroOrMore>",
        ),
        &[
            "added attribute /r/@a optional",
            "added value /r/@a any text",
            "added element /r/b any number",
            "added value /r/b int",
        ],
    );
}

#[test]
fn what_is_gone_is_told_too() {
    differ(
        &root("<attribute name='a'><choice><value>x</value><value>y</value></choice></attribute>"),
        &root("<attribute name='a'><value>y</value></attribute>"),
        &["removed value /r/@a \"x\""],
    );
    differ(&root("<element name='b'><empty/></element>"), &root("<empty/>"), &["removed element /r/b once"]);
}

#[test]
fn numbers_of_elements_and_attributes_widen_and_narrow() {
    let once = root("<attribute name='a'/><element name='b'><empty/></element>");
    let any =
        root("<optional><attribute name='a'/></optional><zeroOrMore><element name='b'><empty/></element></zeroOrMore>");
    differ(&once, &any, &["widened attribute /r/@a required -> optional", "widened element /r/b once -> any number"]);
    differ(&any, &once, &["narrowed attribute /r/@a optional -> required", "narrowed element /r/b any number -> once"]);
    let twice = "<element name='b'><empty/></element><element name='b'><empty/></element>";
    differ(
        &root("<optional><element name='b'><empty/></element></optional>"),
        &root(twice),
        &["changed element /r/b at most once -> 2 times"],
    );
}

#[test]
fn sets_of_values_widen_and_narrow() {
    let data = |data: &str| root(&format!("<attribute name='a'>{data}</attribute>"));
    let pattern = |pattern: &str| data(&format!("<data type='string'><param name='pattern'>{pattern}</param></data>"));
    for (narrow, wide) in [
        (data("<data type='unsignedByte'/>"), data("<data type='int'/>")),
        (
            data("<data type='int'><param name='maxInclusive'>7</param></data>"),
            data("<data type='int'><param name='maxExclusive'>9</param></data>"),
        ),
        (data("<data type='NCName'/>"), data("<data type='string'/>")),
        (data("<data type='int'/>"), data("<text/>")),
        (pattern("[0-9]{2}"), pattern("[0-9]+")),
        (pattern("a(b|c)*"), pattern("[a-d]+|x")),
        (
            data("<data type='string'><param name='length'>2</param></data>"),
            data("<data type='string'><param name='maxLength'>3</param></data>"),
        ),
        (data("<data type='int'><except><value>1</value></except></data>"), data("<data type='int'/>")),
    ] {
        let wider = lines(&narrow, &wide);
        assert!(wider.len() == 1 && wider[0].starts_with("widened value /r/@a "), "{wider:?}");
        let narrower = lines(&wide, &narrow);
        assert!(narrower.len() == 1 && narrower[0].starts_with("narrowed value /r/@a "), "{narrower:?}");
    }
    // The same set, written otherwise.
    let bounds = "<param name='minInclusive'>0</param><param name='maxInclusive'>255</param>";
    let spelt = data(&format!("<data type='unsignedByte'>{bounds}</data>"));
    assert_eq!(lines(&spelt, &data("<data type='unsignedByte'/>")), [""; 0]);
    assert_eq!(lines(&pattern("(a|b)+"), &pattern("[ab][ab]*")), [""; 0]);
    let disjoint = lines(&pattern("[0-9]+"), &pattern("[a-z]+"));
    assert_eq!(disjoint, ["added value /r/@a string matching [a-z]+", "removed value /r/@a string matching [0-9]+"]);
    // A literal that the old set held already is nothing new.
    let both = data("<choice><data type='int'/><value type='int'>5</value></choice>");
    assert!(lines(&data("<data type='int'/>"), &both).iter().all(|line| line.starts_with("changed element /r ")));
}

#[test]
fn parts_that_are_put_together_otherwise_are_told() {
    let of = |a: &str, b: &str| {
        root(&format!(
            "<choice><group><attribute name='t'><value>a</value></attribute>{a}</group><group><attribute name='t'><value>b</value></attribute>{b}</group></choice>"
        ))
    };
    let (x, y) = ("<element name='x'><empty/></element>", "<element name='y'><empty/></element>");
    let changed = ["changed element /r the same parts, in another order or with other parts beside them"];
    differ(&of(x, y), &of(y, x), &changed);
    differ(&root(&format!("{x}{y}")), &root(&format!("{y}{x}")), &changed);
    // A new branch beside the old ones changes nothing in these.
    let more = of(x, y).replace("</choice>", "<attribute name='u'/></choice>");
    assert_eq!(
        lines(&of(x, y), &more),
        [
            "widened attribute /r/@t required -> optional",
            "added attribute /r/@u optional",
            "added value /r/@u any text"
        ]
    );
    // Children of one name, told apart by the branch they stand in.
    let child = |value: &str| format!("<element name='c'><value>{value}</value></element>");
    differ(&of(&child("1"), &child("2")), &of(&child("2"), &child("1")), &changed);
}

#[test]
fn names_carry_their_namespace_where_it_is_not_the_roots() {
    differ(
        "<element name='r' ns='urn:a'><empty/></element>",
        "<element name='r' ns='urn:a'><attribute name='xml:lang'/><element name='b'><empty/></element><element name='b' ns=''><empty/></element>\
         <element><nsName ns='urn:b'/><empty/></element></element>",
        &[
            "added attribute /r/@xml:lang required",
            "added value /r/@xml:lang any text",
            "added element /r/b once",
            "added element /r/{urn:b}* once",
            "added element /r/{}b once",
        ],
    );
}

#[test]
fn recursion_ends_and_every_way_to_a_difference_is_told() {
    let of = |content: &str| {
        format!(
            "<start><element name='r'><choice><element name='a'><ref name='n'/></element><element name='b'><ref name='n'/></element></choice></element></start>\
             <define name='n'><element name='n'><zeroOrMore><ref name='n'/></zeroOrMore>{content}</element></define>"
        )
    };
    differ(
        &of("<empty/>"),
        &of("<attribute name='x'><value>1</value></attribute>"),
        &[
            "added attribute /r/a/n/@x required",
            "added attribute /r/b/n/@x required",
            "added value /r/a/n/@x \"1\"",
            "added value /r/b/n/@x \"1\"",
        ],
    );
}

#[test]
fn a_schema_that_holds_itself_everywhere_is_compared_in_time() {
    let of = |content: &str| {
        let names: Vec<String> = (0..40).map(|n| format!("<ref name='e{n}'/>")).collect();
        let any = format!("<zeroOrMore><choice>{}</choice></zeroOrMore>", names.concat());
        let defines: String = (0..40)
            .map(|n| format!("<define name='e{n}'><element name='e{n}'>{any}{content}</element></define>"))
            .collect();
        format!("<start>{}</start>{defines}", names[0])
    };
    let differences = diff(&grammar(&of("<empty/>")), &grammar(&of("<attribute name='x'/>")));
    assert_eq!(differences.len(), 80);
    assert!(differences.iter().any(|difference| difference.more && difference.paths.len() <= MAX_PATHS));
    assert_eq!(differences[0].paths, ["/e0/@x"]);
}
