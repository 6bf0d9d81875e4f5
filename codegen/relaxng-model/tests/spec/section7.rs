//! The restrictions.

use super::{bad, good};

/// A schema whose document element has this content, and these definitions.
fn with(content: &str, defines: &str) -> String {
    format!("<grammar NS>\n<start><element name='s'>\n{content}\n</element></start>\n{defines}\n</grammar>")
}

#[track_caller]
fn content_is_bad(content: &str, expected: &[&str]) {
    bad(&with(content, ""), expected);
}

#[test]
fn attributes_hold_neither_attributes_nor_elements_7_1_1() {
    bad(
        &with(
            "<attribute name='a'><ref name='b'/></attribute>",
            "<define name='b'><choice><ref name='c'/><attribute name='d'/></choice></define>
<define name='c'><element name='c'><empty/></element></define>",
        ),
        &[
            "5:41: an `attribute` must not stand in an `attribute` (RELAX NG 7.1.1)",
            "6:18: an `element` must not stand in an `attribute` (RELAX NG 7.1.1)",
        ],
    );
}

#[test]
fn groups_of_attributes_do_not_repeat_7_1_2() {
    bad(
        &with(
            "<oneOrMore><ref name='a'/></oneOrMore>",
            "<define name='a'><choice><ref name='b'/><interleave><attribute name='c'/><text/></interleave></choice></define>
<define name='b'><group><element name='b'><empty/></element><choice><attribute name='d'/><empty/></choice></group></define>",
        ),
        &[
            "5:53: an `attribute` must not stand in an `interleave` within a `oneOrMore` (RELAX NG 7.1.2)",
            "6:69: an `attribute` must not stand in a `group` within a `oneOrMore` (RELAX NG 7.1.2)",
        ],
    );
}

#[test]
fn lists_hold_data_alone_7_1_3() {
    content_is_bad(
        "<list>
<element name='a'><empty/></element>
<attribute name='a'/>
<list><empty/></list>
<text/>
<interleave><data type='token'/><data type='token'/></interleave>
</list>",
        &[
            "4:1: an `element` must not stand in a `list` (RELAX NG 7.1.3)",
            "5:1: an `attribute` must not stand in a `list` (RELAX NG 7.1.3)",
            "6:1: a `list` must not stand in a `list` (RELAX NG 7.1.3)",
            "7:1: `text` must not stand in a `list` (RELAX NG 7.1.3)",
            "8:1: an `interleave` must not stand in a `list` (RELAX NG 7.1.3)",
        ],
    );
}

#[test]
fn excepts_hold_values_alone_7_1_4() {
    content_is_bad(
        "<data type='token'><except>
<value>a</value>
<data type='string'/>
<empty/>
<text/>
<list><empty/></list>
<element name='a'><empty/></element>
<attribute name='a'/>
<oneOrMore><value>a</value></oneOrMore>
<group><value>a</value><value>b</value></group>
<interleave><value>a</value><value>b</value></interleave>
</except></data>",
        &[
            "7:1: `text` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
            "8:1: a `list` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
            "9:1: an `element` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
            "10:1: an `attribute` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
            "11:1: a `oneOrMore` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
            "12:1: a `group` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
            "13:1: an `interleave` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
            "6:1: `empty` must not stand in the `except` of a `data` (RELAX NG 7.1.4)",
        ],
    );
}

#[test]
fn documents_begin_with_an_element_7_1_5() {
    for (pattern, what) in [
        ("<empty/>", "`empty`"),
        ("<text/>", "`text`"),
        ("<value>a</value>", "a `value`"),
        ("<data type='string'/>", "a `data`"),
        ("<list><empty/></list>", "a `list`"),
        ("<attribute name='a'/>", "an `attribute`"),
        ("<oneOrMore><ref name='e'/></oneOrMore>", "a `oneOrMore`"),
        ("<group><ref name='e'/><ref name='e'/></group>", "a `group`"),
        ("<interleave><ref name='e'/><ref name='f'/></interleave>", "an `interleave`"),
    ] {
        let text = format!(
            "<grammar NS><define name='e'><element name='e'><empty/></element></define>
<define name='f'><element name='f'><empty/></element></define>
<start><choice><ref name='e'/><ref name='x'/></choice></start><define name='x'>
{pattern}</define></grammar>"
        );
        // A reference to `empty` is `empty` itself.
        let place = if what == "`empty`" { "3:31" } else { "4:1" };
        bad(&text, &[&format!("{place}: {what} must not stand in `start` (RELAX NG 7.1.5)")]);
    }
}

#[test]
fn strings_stand_alone_7_2() {
    const BESIDE: &str =
        "a pattern that matches a string cannot stand beside others that match text or elements (RELAX NG 7.2)";
    content_is_bad("<data type='string'/>\n<text/>", &[&format!("4:1: {BESIDE}")]);
    content_is_bad(
        "<interleave><value>a</value>\n<element name='a'><empty/></element></interleave>",
        &[&format!("4:1: {BESIDE}")],
    );
    content_is_bad(
        "<attribute name='a'><group><value>a</value>\n<value>b</value></group></attribute>",
        &[&format!("4:1: {BESIDE}")],
    );
    content_is_bad(
        "<oneOrMore><choice><empty/><list><empty/></list></choice></oneOrMore>",
        &["3:1: a pattern that matches a string cannot be repeated outside of a `list` (RELAX NG 7.2)"],
    );
    bad(
        &with("<ref name='a'/><text/>", "<define name='a'><choice><text/><data type='string'/></choice></define>"),
        &[&format!("3:16: {BESIDE}")],
    );
    good(
        "<element NS name='a'><attribute name='b'><value>c</value></attribute><choice><data type='string'/><text/></choice></element>",
        "
start
  element a
    group
      attribute b
        value token \"c\"
      choice
        data string
        text",
    );
}

#[test]
fn attributes_occur_once_7_3() {
    bad(
        &with(
            "<optional><ref name='a'/></optional>\n<group><text/>\n<attribute><choice><name>x</name><name>y</name></choice></attribute></group>",
            "<define name='a'><attribute name='y'/></define>",
        ),
        &["5:1: the attribute `y` occurs twice: schema.rng:7:18 and schema.rng:5:1 (RELAX NG 7.3)"],
    );
    bad(
        &with("<ref name='a'/>\n<ref name='a'/>", "<define name='a'><attribute name='y'/></define>"),
        &["4:1: the attribute `y` occurs twice: schema.rng:6:18 and schema.rng:6:18 (RELAX NG 7.3)"],
    );
}

#[test]
fn open_attributes_repeat_7_3() {
    bad(
        &with(
            "<oneOrMore><ref name='a'/></oneOrMore>\n<ref name='a'/>",
            "<define name='a'><attribute><nsName ns='urn:x'/></attribute></define>",
        ),
        &[
            "6:18: an `attribute` with infinitely many names must stand in a `oneOrMore` (RELAX NG 7.3)",
            "4:1: two attributes have names in common: schema.rng:6:18 and schema.rng:6:18 (RELAX NG 7.3)",
        ],
    );
    content_is_bad(
        "<attribute name='a'/>\n<zeroOrMore><attribute><anyName><except><name>b</name></except></anyName></attribute></zeroOrMore>",
        &["4:1: the attribute `a` occurs twice: schema.rng:3:1 and schema.rng:4:13 (RELAX NG 7.3)"],
    );
    good(
        "<element NS name='s'><attribute name='a'/>
<zeroOrMore><attribute><anyName><except><name>a</name><nsName ns='urn:x'/></except></anyName></attribute></zeroOrMore>
<zeroOrMore><attribute><nsName ns='urn:x'/></attribute></zeroOrMore></element>",
        "
start
  element s
    group
      attribute a
        text
      choice
        oneOrMore
          attribute * - (a | {urn:x}*)
            text
        empty
      choice
        oneOrMore
          attribute {urn:x}*
            text
        empty",
    );
}

#[test]
fn branches_of_an_interleave_differ_7_4() {
    bad(
        &with(
            "<interleave><ref name='a'/>\n<group><element><anyName><except><name>b</name></except></anyName><empty/></element><text/></group>\n<zeroOrMore><ref name='c'/></zeroOrMore></interleave>",
            "<define name='a'><element name='a'><text/></element></define>
<define name='c'><mixed><element name='b'><text/></element></mixed></define>",
        ),
        &[
            "4:1: two branches of an `interleave` take the element `a`: schema.rng:7:18 and schema.rng:4:8 (RELAX NG 7.4)",
            "5:1: two branches of an `interleave` take text: schema.rng:4:85 and schema.rng:8:18 (RELAX NG 7.4)",
        ],
    );
}

#[test]
fn interleaves_in_attributes_take_text_once_7_4() {
    content_is_bad(
        "<attribute name='a'>\n<mixed><text/></mixed></attribute>",
        &["4:1: two branches of an `interleave` take text: schema.rng:4:8 and schema.rng:4:1 (RELAX NG 7.4)"],
    );
}

#[test]
fn section_7_is_checked_beside_other_errors() {
    content_is_bad(
        "<ref name='nowhere'/><attribute name='a'/>\n<attribute name='a'/>",
        &[
            "3:1: `nowhere` is not defined (RELAX NG 4.18)",
            "4:1: the attribute `a` occurs twice: schema.rng:3:22 and schema.rng:4:1 (RELAX NG 7.3)",
        ],
    );
}
