//! The full syntax.

use super::{bad, files, good, grammar, refused};

#[test]
fn text_that_is_not_xml() {
    bad("<element NS name='a'>", &["1:1: <element> is never ended: </element> is missing"]);
    refused(&files(&[]), &[" cannot be read: there is no such file"]);
}

#[test]
fn only_patterns_at_the_root() {
    bad("<start NS/>", &["1:1: `start` stands where a pattern is expected (RELAX NG 3)"]);
    bad("<element name='a'/>", &["1:1: `element` stands where a pattern is expected (RELAX NG 3)"]);
}

#[test]
fn all_errors_of_a_file_are_found() {
    bad(
        "<grammar NS>
  <start color='red'><ref/></start>
  <define name='a b'><empty/></define>
  <define name='c'>text<keyRef/></define>
  <define name='d'><group/></define>
  <element name='e'><empty/></element>
</grammar>",
        &[
            "2:10: `start` takes no attribute `color` (RELAX NG 3)",
            "2:22: `ref` needs the attribute `name` (RELAX NG 3)",
            "3:3: `a b` is not a name without a colon (RELAX NG 3)",
            "4:20: `define` takes no text (RELAX NG 3)",
            "4:24: `keyRef` stands where a pattern is expected (RELAX NG 3)",
            "5:20: `group` needs at least one pattern (RELAX NG 3)",
            "6:3: `element` stands where only `start`, `define`, `div` and `include` are expected (RELAX NG 3)",
        ],
    );
}

#[test]
fn elements_and_attributes_have_one_name() {
    bad("<element NS/>", &["1:1: `element` needs a name (RELAX NG 3)"]);
    bad("<element NS name='a'/>", &["1:1: `element` needs at least one pattern (RELAX NG 3)"]);
    bad(
        "<element NS name='a'><name>b</name></element>",
        &["1:63: `name` stands where a pattern is expected (RELAX NG 3)"],
    );
    bad(
        "<element NS><empty/></element>",
        &[
            "1:54: `empty` stands where a name or a name class is expected (RELAX NG 3)",
            "1:1: `element` needs at least one pattern (RELAX NG 3)",
        ],
    );
    bad(
        "<element NS name='a'><attribute name='b'><text/><text/></attribute></element>",
        &["1:63: `attribute` takes one pattern at most (RELAX NG 3)"],
    );
}

#[test]
fn name_classes_have_one_except() {
    bad(
        "<element NS><anyName><name>a</name><except/><except/></anyName><empty/></element>",
        &[
            "1:63: `name` must not stand here: `anyName` holds one `except` at most (RELAX NG 3)",
            "1:77: `except` needs at least one name class (RELAX NG 3)",
            "1:86: `except` must not stand here: `anyName` holds one `except` at most (RELAX NG 3)",
        ],
    );
}

#[test]
fn data_has_params_before_its_except() {
    bad(
        "<element NS name='a'><data type='string'><except><value>a</value></except><param name='b'>c</param></data></element>",
        &["1:116: `param` must not stand here: `data` holds `param`s, then one `except` (RELAX NG 3)"],
    );
    bad("<element NS name='a'><data/></element>", &["1:63: `data` needs the attribute `type` (RELAX NG 3)"]);
}

#[test]
fn names_are_names() {
    bad("<element NS name='1'><empty/></element>", &["1:1: `1` is not a name (RELAX NG 3)"]);
    bad("<element NS name='a:b:c'><empty/></element>", &["1:1: `a:b:c` is not a name (RELAX NG 3)"]);
    bad("<element NS><name/><empty/></element>", &["1:54: `` is not a name (RELAX NG 3)"]);
    bad(
        "<grammar NS><start combine='all'><element name='a'><empty/></element></start></grammar>",
        &["1:61: `combine` is `choice` or `interleave`, not `all` (RELAX NG 3)"],
    );
}

#[test]
fn foreign_elements_and_attributes_are_kept() {
    let text = "<grammar NS xmlns:a='http://relaxng.org/ns/compatibility/annotations/1.0' xmlns:x='urn:x'>
  <a:documentation>The whole.</a:documentation>
  <start x:since='1'>
    <element name='a'><x:note/>
      <a:documentation>  Some
        <x:b>bold</x:b> words. </a:documentation>
      <attribute name='b' a:defaultValue='c' xml:lang='en'><text><none xmlns=''/></text></attribute>
    </element>
  </start>
</grammar>";
    let grammar = grammar(&files(&[("schema.rng", text)]));
    let schema = &grammar.schema;
    let root = schema.root(schema.node(grammar.start.origin).location.file).expect("the root is there");
    assert_eq!(schema.annotations(root).documentation().collect::<Vec<_>>(), ["The whole."]);

    let element = schema.node(grammar.start.origin);
    assert_eq!((element.tag, schema.place(element.location).to_string()), ("element", "schema.rng:4:5".to_owned()));
    assert_eq!(element.annotations.documentation().collect::<Vec<_>>(), ["Some bold words."]);
    assert_eq!(schema.place(element.annotations.elements[0].location).to_string(), "schema.rng:4:23");
    let start = schema.node(element.parent.expect("`start` stands around it"));
    assert_eq!(start.annotations.attribute("urn:x", "since"), Some("1"));

    let attribute = schema.nodes.iter().find(|node| node.tag == "attribute").expect("there is one");
    let kept: Vec<&str> = attribute.annotations.attributes.iter().map(|kept| kept.local.as_str()).collect();
    assert_eq!(kept, ["defaultValue", "lang"]);
    assert_eq!(schema.place(attribute.annotations.attributes[0].location).to_string(), "schema.rng:7:27");
}

#[test]
fn foreign_content_must_not_stand_in_text() {
    bad(
        "<element NS name='a'><value>b<x xmlns=''/></value></element>",
        &["1:71: `value` holds text alone, no elements (RELAX NG 3)"],
    );
    bad(
        "<element NS xmlns:r='http://relaxng.org/ns/structure/1.0' name='a' r:b='c'><empty/></element>",
        &["1:109: the attribute `b` must not be in the namespace of RELAX NG (RELAX NG 3)"],
    );
}

#[test]
fn comments_do_not_cut_text() {
    good(
        "<element NS name='a'><value>b<!-- - --> <?p?>c</value></element>",
        "
start
  element a
    value token \"b c\"",
    );
}
