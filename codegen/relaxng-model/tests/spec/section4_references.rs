//! Simplification across files and definitions: 4.6, 4.7, 4.17 to 4.21.

use super::{bad, comes_to, files, good, refused};

#[test]
fn external_references_4_6() {
    let files_ = files(&[
        (
            "schema.rng",
            "<grammar NS><start><externalRef href='x.rng' ns='urn:x'/></start><define name='a'><text/></define></grammar>",
        ),
        // The reference is to the grammar that the pattern is put into.
        ("x.rng", "<element NS name='x'><ref name='a'/></element>"),
    ]);
    comes_to(
        &files_,
        "
start
  element {urn:x}x
    ref a
define a
  text",
    );
    refused(
        &files(&[("schema.rng", "<element NS name='a'><externalRef href='schema.rng'/></element>")]),
        &["1:63: the files refer to each other in a circle: schema.rng -> schema.rng (RELAX NG 4.6)"],
    );
}

#[test]
fn the_same_file_twice_is_no_circle_4_6() {
    comes_to(
        &files(&[
            ("schema.rng", "<choice NS><externalRef href='x.rng'/><externalRef href='y.rng'/></choice>"),
            ("x.rng", "<externalRef NS href='y.rng'/>"),
            ("y.rng", "<element NS name='y'><empty/></element>"),
        ]),
        "
start
  choice
    element y
      empty
    element y
      empty",
    );
}

#[test]
fn includes_4_7() {
    let included = "<grammar NS><start><ref name='a'/></start>
  <define name='a'><element name='a'><ref name='b'/></element></define>
  <define name='b'><text/></define>
</grammar>";
    comes_to(
        &files(&[
            (
                "schema.rng",
                "<grammar NS><include href='x.rng' ns='urn:x'><div><define name='b'><empty/></define></div></include></grammar>",
            ),
            ("x.rng", included),
        ]),
        "
start
  ref a
define a
  element {urn:x}a
    empty",
    );
    refused(
        &files(&[
            (
                "schema.rng",
                "<grammar NS>
  <include href='x.rng'><start><text/></start><define name='c'><text/></define></include>
  <include href='y.rng'><start><text/></start></include>
  <include href='z.rng'/>
</grammar>",
            ),
            ("x.rng", included),
            ("y.rng", "<grammar NS/>"),
            ("z.rng", "<grammar NS/>"),
        ]),
        &[
            "2:47: the included grammar has no definition of `c` to override (RELAX NG 4.7)",
            "3:25: the included grammar has no `start` to override (RELAX NG 4.7)",
            "3:25: `start` is defined again without `combine`; first at schema.rng:2:25 (RELAX NG 4.17)",
            "2:32: `text` must not stand in `start` (RELAX NG 7.1.5)",
            "3:32: `text` must not stand in `start` (RELAX NG 7.1.5)",
        ],
    );
    refused(
        &files(&[
            ("schema.rng", "<grammar NS><include href='x.rng'/></grammar>"),
            ("x.rng", "<element NS name='a'><empty/></element>"),
        ]),
        &["1:54: what is included must be a `grammar` (RELAX NG 4.7)"],
    );
    refused(
        &files(&[
            ("schema.rng", "<grammar NS><include href='x.rng'/></grammar>"),
            ("x.rng", "<grammar NS><include href='./schema.rng'/></grammar>"),
        ]),
        &["x.rng:1:54: the files refer to each other in a circle: schema.rng -> x.rng -> schema.rng (RELAX NG 4.7)"],
    );
}

#[test]
fn an_override_may_be_combined_with_what_stands_outside_4_7() {
    comes_to(
        &files(&[
            (
                "schema.rng",
                "<grammar NS><start><element name='s'><ref name='a'/></element></start>
  <include href='x.rng'><define name='a' combine='interleave'><element name='b'><empty/></element></define></include>
  <define name='a'><element name='c'><empty/></element></define>
</grammar>",
            ),
            ("x.rng", "<grammar NS><define name='a'><text/></define></grammar>"),
        ]),
        "
start
  element s
    ref a
define a
  interleave
    element b
      empty
    element c
      empty",
    );
}

#[test]
fn combine_4_17() {
    bad(
        "<grammar NS>
  <start combine='choice'><ref name='a'/></start>
  <start combine='interleave'><ref name='a'/></start>
  <define name='a'><element name='a'><empty/></element></define>
  <define name='a' combine='choice'><element name='b'><empty/></element></define>
  <define name='a'><element name='c'><empty/></element></define>
</grammar>",
        &[
            "3:3: `start` is combined differently here and at schema.rng:2:3 (RELAX NG 4.17)",
            "6:3: `a` is defined again without `combine`; first at schema.rng:4:3 (RELAX NG 4.17)",
        ],
    );
}

#[test]
fn grammars_have_scopes_4_18() {
    good(
        "<grammar NS>
  <start><ref name='a'/></start>
  <define name='a'><element name='a'>
    <grammar><start><ref name='a'/><!-- the inner one --></start>
      <define name='a'><element name='b'><parentRef name='b'/></element></define>
    </grammar>
  </element></define>
  <define name='b'><text/></define>
</grammar>",
        "
start
  ref a
define a
  element a
    ref a_2
define a_2
  element b
    ref b
define b
  text",
    );
    bad(
        "<grammar NS>
  <start><choice><ref name='volumes'/><parentRef name='a'/><grammar/></choice></start>
  <define name='volume'><element name='a'><grammar><start><parentRef name='inner'/></start><define name='inner'><empty/></define></grammar></element></define>
</grammar>",
        &[
            "2:18: `volumes` is not defined; did you mean `volume`? (RELAX NG 4.18)",
            "2:39: there is no grammar around to define `a`, which `parentRef` refers to (RELAX NG 4.18)",
            "2:60: the grammar has no `start` (RELAX NG 4.18)",
            "3:59: `inner` is not defined (RELAX NG 4.18)",
        ],
    );
    bad(
        "<element NS name='a'><ref name='b'/></element>",
        &["1:63: there is no grammar around to define `b`, which `ref` refers to (RELAX NG 4.18)"],
    );
}

#[test]
fn what_is_not_reached_is_dropped_4_19() {
    good(
        "<grammar NS>
  <define name='unused'><ref name='unused'/></define>
  <start><element name='a'><choice><group><notAllowed/><ref name='b'/></group><empty/></choice></element></start>
  <define name='b'><list><attribute name='wrong'/></list></define>
</grammar>",
        "
start
  element a
    empty",
    );
}

#[test]
fn circles_without_an_element_4_19() {
    bad(
        "<grammar NS>
  <start><element name='s'><ref name='a'/></element></start>
  <define name='a'><optional><ref name='b'/></optional></define>
  <define name='b'><attribute name='x'><ref name='a'/></attribute></define>
</grammar>",
        &["4:40: a definition refers to itself with no element between: a -> b -> a (RELAX NG 4.19)"],
    );
}

#[test]
fn not_allowed_and_empty_4_20_4_21() {
    good(
        "<grammar NS>
  <start><element name='s'>
    <choice><notAllowed/><ref name='never'/><attribute name='x'><notAllowed/></attribute><text/></choice>
    <optional><ref name='nothing'/></optional>
    <oneOrMore><ref name='nothing'/></oneOrMore>
    <element name='t'><ref name='never'/></element>
    <optional><optional><element name='u'><data type='string'><except><notAllowed/></except></data></element></optional></optional>
  </element></start>
  <define name='never'><group><empty/><list><notAllowed/></list></group></define>
  <define name='nothing'><interleave><empty/><choice><notAllowed/><empty/></choice></interleave></define>
</grammar>",
        "
start
  element s
    group
      text
      element t
        notAllowed
      choice
        element u
          data string
        empty",
    );
}
