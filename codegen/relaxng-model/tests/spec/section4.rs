//! Simplification within a file: 4.2 to 4.5, 4.8 to 4.16.

use super::{bad, comes_to, files, good, refused};

#[test]
fn white_space_is_cut_off_4_2() {
    good(
        "<element NS><name> a\n</name><attribute name=' b '/><value type=' string '> c </value></element>"
            .replace("<value", "<data type=' string '/><!--")
            .replace("</value>", "-->")
            .as_str(),
        "
start
  element a
    group
      attribute b
        text
      data string",
    );
    good(
        "<element NS name='a'><value type='string'> b </value></element>",
        "
start
  element a
    value string \" b \"",
    );
}

#[test]
fn datatype_libraries_are_absolute_4_3() {
    for (library, why) in [
        ("a/b", "is a relative URI"),
        ("a/b:c", "is a relative URI"),
        ("http://example.org/#a", "has a fragment identifier"),
        ("a_b:c", "does not begin with the scheme of a URI"),
        ("urn:", "has nothing behind the scheme"),
        ("urn:%4", "has a `%` that does not escape anything"),
    ] {
        let text = format!("<element NS name='a' datatypeLibrary='{library}'><empty/></element>");
        bad(&text, &[&format!("1:63: the datatype library `{library}` {why} (RELAX NG 4.3)")]);
    }
    good(
        "<element NS name='a' datatypeLibrary='urn:%20 \u{e9}'><empty/></element>",
        "
start
  element a
    empty",
    );
}

#[test]
fn datatype_libraries_are_inherited_4_3() {
    good(
        "<element NS name='a' datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>
  <choice><data type='int'/><data type='string' datatypeLibrary=''/><group datatypeLibrary='urn:x'><value>b</value></group></choice>
</element>",
        "
start
  element a
    choice
      data xsd:int
      data string
      value token \"b\"",
    );
}

#[test]
fn libraries_are_not_inherited_across_files_4_3() {
    let library = "datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'";
    refused(
        &files(&[
            ("schema.rng", &format!("<element NS name='a' {library}><externalRef href='x.rng'/></element>")),
            ("x.rng", "<data NS type='int'/>"),
        ]),
        &["x.rng:1:1: the built-in datatype library has no type 'int', only string and token (RELAX NG 4.16)"],
    );
}

#[test]
fn references_are_resolved_4_5() {
    bad("<externalRef NS href='x#y'/>", &["1:1: the reference `x#y` has a fragment identifier (RELAX NG 4.5)"]);
    bad("<externalRef NS href='x.rng'/>", &["1:1: `x.rng` cannot be read: there is no such file (RELAX NG 4.6)"]);
    comes_to(
        &files(&[
            ("schema.rng", "<group NS xml:base='sub/'><externalRef xml:base='y' href='../sub/./x.rng'/></group>"),
            ("sub/x.rng", "<element NS name='a'><externalRef href='y.rng'/></element>"),
            ("sub/y.rng", "<text NS/>"),
        ]),
        "
start
  element a
    text",
    );
}

#[test]
fn names_take_the_namespace_around_them_4_8_4_9() {
    good(
        "<element NS name='a' ns='urn:a' xmlns:p='urn:p'>
  <attribute name='b'/>
  <attribute name='c' ns='urn:c'/>
  <attribute><name>d</name></attribute>
  <attribute name='p:e'/>
  <attribute name='xml:lang'/>
  <div/>
</element>"
            .replace("  <div/>\n", "  <element><choice ns='urn:x'><name>f</name><name ns=''>g</name><nsName/></choice><empty/></element>\n")
            .as_str(),
        "
start
  element {urn:a}a
    group
      attribute b
        text
      attribute {urn:c}c
        text
      attribute {urn:a}d
        text
      attribute {urn:p}e
        text
      attribute {http://www.w3.org/XML/1998/namespace}lang
        text
      element {urn:x}f | g | {urn:x}*
        empty",
    );
}

#[test]
fn prefixes_are_declared_4_10() {
    bad("<element NS name='p:a'><empty/></element>", &["1:1: the prefix `p` is not declared (RELAX NG 4.10)"]);
}

#[test]
fn divs_pass_on_what_they_inherit_4_11() {
    good(
        "<grammar NS><div ns='urn:a'><div/><start><ref name='a'/></start><div><define name='a'><element name='a'><empty/></element></define></div></div></grammar>",
        "
start
  ref a
define a
  element {urn:a}a
    empty",
    );
}

#[test]
fn children_in_a_row_are_a_group_4_12() {
    good(
        "<element NS name='a'>
  <attribute name='b'/>
  <oneOrMore><element name='c'><empty/></element><element name='d'><empty/></element></oneOrMore>
  <group><choice><text/></choice></group>
</element>",
        "
start
  element a
    group
      attribute b
        text
      oneOrMore
        group
          element c
            empty
          element d
            empty
      text",
    );
}

#[test]
fn mixed_optional_and_zero_or_more_4_13_4_14_4_15() {
    good(
        "<element NS name='a'>
  <mixed><optional><element name='b'><empty/></element></optional><zeroOrMore><element name='c'><empty/></element></zeroOrMore></mixed>
</element>",
        "
start
  element a
    interleave
      group
        choice
          element b
            empty
          empty
        choice
          oneOrMore
            element c
              empty
          empty
      text",
    );
}

#[test]
fn names_that_must_not_be_4_16() {
    bad(
        "<grammar NS>
  <start><element name='xmlns'><empty/></element></start>
  <define name='unused'>
    <element><anyName><except><choice><anyName/><nsName/></choice></except></anyName><empty/></element>
    <element><nsName><except><nsName ns='urn:x'/><anyName/></except></nsName><empty/></element>
    <attribute name='xmlns'/>
    <attribute ns='http://www.w3.org/2000/xmlns'><nsName/></attribute>
  </define>
</grammar>",
        &[
            "4:39: the `except` of `anyName` must not contain `anyName` (RELAX NG 4.16)",
            "5:30: the `except` of `nsName` must not contain `nsName` (RELAX NG 4.16)",
            "5:50: the `except` of `nsName` must not contain `anyName` (RELAX NG 4.16)",
            "6:5: an attribute cannot be called `xmlns` (RELAX NG 4.16)",
            "7:50: an attribute's name cannot be in the namespace `http://www.w3.org/2000/xmlns` (RELAX NG 4.16)",
        ],
    );
}

#[test]
fn datatypes_that_are_not_4_16() {
    bad(
        "<grammar NS datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>
  <start><element name='a'><choice>
    <data type='integer' datatypeLibrary=''/>
    <data type='integer' datatypeLibrary='urn:x'/>
    <data type='Int'/>
    <data type='int'><param name='length'>1</param></data>
    <data type='int'><param name='minInclusive'>a</param></data>
    <data type='string'><param name='pattern'>[</param></data>
    <value type='int'>a</value>
  </choice></element></start>
</grammar>",
        &[
            "3:5: the built-in datatype library has no type 'integer', only string and token (RELAX NG 4.16)",
            "4:5: unknown datatype library 'urn:x' (RELAX NG 4.16)",
            "5:5: XML Schema has no datatype 'Int' (RELAX NG 4.16)",
            "6:5: parameter 'length' does not apply to type 'int' (RELAX NG 4.16)",
            "7:5: parameter 'minInclusive': 'a' is not a value of type 'int' (RELAX NG 4.16)",
            "8:5: bad regular expression '[': '[' without ']' (RELAX NG 4.16)",
            "9:5: 'a' is not a value of datatype 'int' (RELAX NG 4.16)",
        ],
    );
}

#[test]
fn names_with_prefixes_as_values_4_16() {
    let value = |prefix: &str| {
        format!(
            "<element NS xmlns:p='urn:p' name='a'><value datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes' type='QName'>{prefix}:a</value></element>"
        )
    };
    good(
        &value(" p"),
        "
start
  element a
    value xsd:QName \" p:a\"",
    );
    bad(&value("q"), &["1:79: 'q:a' is not a value of datatype 'QName' (RELAX NG 4.16)"]);
}
