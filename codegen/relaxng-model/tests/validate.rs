//! Verdicts and reasons, for every kind of pattern.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;

use relaxng_model::validate::{Validator, Violation, ViolationKind};
use relaxng_model::{MemoryResolver, load};
use roxmltree::Document;

const HEAD: &str = "xmlns='http://relaxng.org/ns/structure/1.0' \
                    datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'";

/// A validator for an element `r` with this content.
fn validator(content: &str) -> Validator {
    grammar(&format!("<start><element name='r'>{content}</element></start>"))
}

/// A validator for a grammar with these components.
fn grammar(components: &str) -> Validator {
    let mut resolver = MemoryResolver::new();
    resolver.insert("schema.rng", format!("<grammar {HEAD}>{components}</grammar>"));
    Validator::new(&load(&resolver, "schema.rng").unwrap())
}

fn violations(validator: &mut Validator, document: &str) -> Vec<Violation> {
    let document = Document::parse(document).unwrap();
    let violations = validator.validate(&document);
    assert_eq!(violations.is_empty(), validator.is_valid(&document), "both ways give one verdict");
    violations
}

#[track_caller]
fn judge(content: &str, valid: &[&str], invalid: &[&str]) {
    let mut validator = validator(content);
    for document in valid {
        let found = violations(&mut validator, document);
        assert!(found.is_empty(), "{document} should be valid, but {}", found[0]);
    }
    for document in invalid {
        assert!(!violations(&mut validator, document).is_empty(), "{document} should be invalid");
    }
}

#[test]
fn empty_not_allowed_and_text() {
    judge("<empty/>", &["<r/>", "<r> </r>", "<r><!-- --></r>"], &["<r>x</r>", "<r a=''/>", "<r><a/></r>", "<s/>"]);
    judge("<notAllowed/>", &[], &["<r/>"]);
    judge("<text/>", &["<r/>", "<r>x<!-- -->y<?p?></r>", "<r> </r>"], &["<r><a/></r>"]);
}

#[test]
fn sequences() {
    let two = "<element name='a'><empty/></element><element name='b'><empty/></element>";
    judge(
        two,
        &["<r><a/><b/></r>", "<r> <a/> <!-- --> <b/> </r>"],
        &["<r><b/><a/></r>", "<r><a/></r>", "<r><a/>x<b/></r>"],
    );
    judge(
        &format!("<interleave>{two}</interleave>"),
        &["<r><a/><b/></r>", "<r><b/><a/></r>"],
        &["<r><a/></r>", "<r><a/><b/><a/></r>"],
    );
    judge(&format!("<choice>{two}</choice>"), &["<r><a/></r>", "<r><b/></r>"], &["<r/>", "<r><a/><b/></r>"]);
    judge(&format!("<optional>{two}</optional>"), &["<r/>", "<r><a/><b/></r>"], &["<r><a/></r>"]);
    judge(&format!("<zeroOrMore>{two}</zeroOrMore>"), &["<r/>", "<r><a/><b/><a/><b/></r>"], &["<r><a/><b/><a/></r>"]);
    judge(&format!("<oneOrMore>{two}</oneOrMore>"), &["<r><a/><b/></r>", "<r><a/><b/><a/><b/></r>"], &["<r/>"]);
    judge(&format!("<mixed>{two}</mixed>"), &["<r>x<a/>y<b/>z</r>", "<r><a/><b/></r>"], &["<r>x<b/>y<a/></r>"]);
    judge(
        &format!(
            "<interleave><group>{two}</group><zeroOrMore><element name='c'><text/></element></zeroOrMore></interleave>"
        ),
        &["<r><c/><a/><c/><b/><c/></r>"],
        &["<r><c/><b/><a/></r>"],
    );
}

#[test]
fn attributes() {
    let two = "<attribute name='a'/><optional><attribute name='b'><value>1</value></attribute></optional>";
    judge(
        two,
        &["<r a=''/>", "<r b='1' a='x'/>", "<r a='' b=' 1 '/>"],
        &["<r/>", "<r b='1'/>", "<r a='' b='2'/>", "<r a='' c=''/>"],
    );
    judge("<attribute name='a'><empty/></attribute>", &["<r a=''/>", "<r a='  '/>"], &["<r a='x'/>"]);
    judge(
        "<choice><group><attribute name='t'><value>x</value></attribute><attribute name='x'/></group>\
         <group><attribute name='t'><value>y</value></attribute><element name='y'><empty/></element></group></choice>",
        &["<r t='x' x=''/>", "<r x='' t='x'/>", "<r t='y'><y/></r>"],
        &["<r t='x'/>", "<r t='y' x=''><y/></r>", "<r t='y'/>", "<r t='z'/>"],
    );
    judge(
        "<oneOrMore><attribute><nsName ns='urn:n'><except><name ns='urn:n'>not</name></except></nsName><data type='int'/></attribute></oneOrMore>",
        &["<r xmlns:n='urn:n' n:a='1'/>", "<r xmlns:n='urn:n' n:a='1' n:b='2'/>"],
        &["<r/>", "<r xmlns:n='urn:n' n:not='1'/>", "<r a='1'/>", "<r xmlns:n='urn:n' n:a='1' n:b='x'/>"],
    );
}

#[test]
fn name_classes() {
    let element = |class: &str| format!("<element>{class}<empty/></element>");
    judge(&element("<anyName/>"), &["<r><a/></r>", "<r><a xmlns='urn:x'/></r>"], &["<r/>"]);
    judge(
        &element("<anyName><except><nsName ns=''/><name ns='urn:n'>a</name></except></anyName>"),
        &["<r><b xmlns='urn:n'/></r>", "<r><a xmlns='urn:x'/></r>"],
        &["<r><a/></r>", "<r><a xmlns='urn:n'/></r>"],
    );
    judge(
        &element("<choice><name ns='urn:n'>a</name><name>b</name></choice>"),
        &["<r><a xmlns='urn:n'/></r>", "<r><b/></r>"],
        &["<r><a/></r>", "<r><b xmlns='urn:n'/></r>"],
    );
}

#[test]
fn data_values_and_lists() {
    judge(
        "<data type='int'><param name='minInclusive'>1</param></data>",
        &["<r>1</r>", "<r> 7<!-- -->7 </r>"],
        &["<r>0</r>", "<r/>", "<r>1<a/></r>"],
    );
    judge(
        "<data type='NCName'><except><choice><value>a</value><value>b</value></choice></except></data>",
        &["<r>c</r>"],
        &["<r>a</r>", "<r> b </r>", "<r>1</r>"],
    );
    judge("<value type='integer'>01</value>", &["<r>1</r>", "<r>+001</r>"], &["<r>2</r>", "<r>01x</r>"]);
    judge("<value type='string'> a </value>", &["<r> a </r>"], &["<r>a</r>"]);
    judge("<value>a  b</value>", &["<r> a b</r>"], &["<r>ab</r>"]);
    judge("<value type='token'/>", &["<r/>", "<r>  </r>"], &["<r>x</r>"]);
    judge(
        "<value xmlns:p='urn:p' type='QName'>p:a</value>",
        &["<r xmlns:q='urn:p'>q:a</r>", "<r xmlns:q='urn:p'> q:<!-- -->a</r>"],
        &["<r>a</r>", "<r xmlns:p='urn:q'>p:a</r>"],
    );
    judge("<data type='QName'/>", &["<r>xml:lang</r>"], &["<r>p:lang</r>"]);
    judge("<value ns='urn:d' type='QName'>a</value>", &["<r xmlns:q='urn:d'>q:a</r>"], &["<r>a</r>"]);
    judge(
        "<list><oneOrMore><data type='int'/><value>x</value></oneOrMore></list>",
        &["<r>1 x</r>", "<r> 1\n x 2 x </r>"],
        &["<r/>", "<r>1</r>", "<r>x 1</r>", "<r>1 x 2</r>"],
    );
    judge("<list><empty/></list>", &["<r/>", "<r> </r>"], &["<r>x</r>"]);
    judge("<list><zeroOrMore><data type='token'/></zeroOrMore></list>", &["<r/>", "<r>a b c</r>"], &[]);
    judge(
        "<choice><data type='int'/><element name='a'><empty/></element></choice>",
        &["<r>1</r>", "<r> <a/> </r>"],
        &["<r/>", "<r>1<a/></r>"],
    );
    judge("<data type='string'><param name='length'>0</param></data>", &["<r/>"], &["<r>x</r>", "<r> x</r>"]);
    // Whitespace alone may count for nothing, where nothing would do; here it would not.
    judge("<data type='string'><param name='length'>2</param></data>", &["<r>  </r>"], &["<r> </r>", "<r/>"]);
}

#[test]
fn ambiguity() {
    // The same element may be the last of one branch or the first of another, with contents and continuations apart.
    judge(
        "<choice><group><element name='a'><attribute name='x'/></element><element name='b'><empty/></element></group>\
         <group><element name='a'><optional><attribute name='x'/></optional><optional><element name='d'><empty/></element></optional></element>\
         <element name='c'><empty/></element></group></choice>",
        &["<r><a x=''/><b/></r>", "<r><a x=''/><c/></r>", "<r><a/><c/></r>", "<r><a x=''><d/></a><c/></r>"],
        &["<r><a/><b/></r>", "<r><a x=''><d/></a><b/></r>", "<r><a x=''/></r>"],
    );
    judge(
        "<zeroOrMore><choice><element name='a'><element name='i'><data type='int'/></element></element>\
         <group><element name='a'><element name='i'><text/></element></element><element name='z'><empty/></element></group></choice></zeroOrMore>",
        &["<r><a><i>1</i></a><a><i>x</i></a><z/></r>", "<r><a><i>1</i></a><z/></r>"],
        &["<r><a><i>x</i></a></r>", "<r><a><i>x</i></a><a><i>1</i></a><z/></r>"],
    );
}

#[test]
fn recursion() {
    let mut validator = grammar(
        "<start><ref name='tree'/></start><define name='tree'><element name='t'><optional><attribute name='n'>\
         <data type='int'/></attribute></optional><zeroOrMore><ref name='tree'/></zeroOrMore></element></define>",
    );
    assert!(violations(&mut validator, "<t><t n='1'><t/></t><t/></t>").is_empty());
    assert_eq!(violations(&mut validator, "<t><t n='x'><u/></t><t m=''/></t>").len(), 3);
}

/// One line a violation: kind, what is marked, the violation in words.
fn report(validator: &mut Validator, document: &str) -> String {
    let mut report = String::new();
    for violation in violations(validator, document) {
        let marked = &document[violation.range.clone()];
        writeln!(report, "{} [{marked}] {violation}", violation.kind.code()).unwrap();
    }
    report
}

#[track_caller]
fn explain(content: &str, document: &str, expected: &[&str]) {
    let report = report(&mut validator(content), document);
    assert_eq!(report.lines().collect::<Vec<_>>(), expected, "of {document}");
}

const ABC: &str = "<element name='alpha'><empty/></element><optional><element name='beta'><attribute name='n'><data type='int'/>\
                   </attribute></element></optional><element name='gamma'><empty/></element>";

#[test]
fn reasons_for_elements() {
    explain(ABC, "<s/>", &["unknown-element [s] /s: the document element must not be 's' (expected r)"]);
    explain(
        ABC,
        "<r><alpha/><x><y/></x><gamma/></r>",
        &["unknown-element [x] /r/x: element 'x' is not allowed in 'r' (expected gamma or beta)"],
    );
    explain(
        ABC,
        "<r><alhpa/><gamma/></r>",
        &["unknown-element [alhpa] /r/alhpa: element 'alhpa' is not allowed in 'r' (did you mean 'alpha'?)"],
    );
    explain(
        ABC,
        "<r><gamma/></r>",
        &["missing-content [gamma] /r: element 'r' lacks the element 'alpha' before 'gamma' (expected alpha)"],
    );
    explain(
        ABC,
        "<r><alpha/></r>",
        &["missing-content [r] /r: element 'r' lacks the element 'gamma' (expected gamma)"],
    );
    explain(
        ABC,
        "<r><gamma/><alpha/></r>",
        &["misplaced-element [gamma] /r/gamma: element 'gamma' must stand after 'alpha' (expected alpha)"],
    );
    explain(
        ABC,
        "<r><alpha/><gamma/><beta n='x'/></r>",
        &[
            "misplaced-element [beta] /r/beta: element 'beta' is not allowed after 'gamma'",
            "attribute-value [x] /r/beta/@n: attribute 'n' has the bad value 'x' (expected int)",
        ],
    );
    explain(
        ABC,
        "<r><alpha/><alpha/><gamma/></r>",
        &["repeated-element [alpha] /r/alpha[2]: another element 'alpha' is not allowed here (expected gamma or beta)"],
    );
    explain(
        ABC,
        "<r/>",
        &[
            "missing-content [r] /r: element 'r' lacks the element 'alpha' (expected alpha)",
            "missing-content [r] /r: element 'r' lacks the element 'gamma' (expected gamma)",
        ],
    );
    explain(
        "<choice><element name='a'><empty/></element><element name='b'><empty/></element></choice>",
        "<r/>",
        &["missing-content [r] /r: element 'r' lacks content (expected a or b)"],
    );
    explain(
        "<element name='p:a' xmlns:p='urn:p'><empty/></element>",
        "<r xmlns:q='urn:p'><q:b/><q:a/></r>",
        &["unknown-element [q:b] /r/q:b: element 'q:b' is not allowed in 'r' (expected q:a)"],
    );
}

#[test]
fn reasons_for_attributes_and_text() {
    let disk = "<choice><group><attribute name='type'><value>file</value></attribute><attribute name='source'/></group>\
                <group><attribute name='type'><value>block</value></attribute><attribute name='device'/></group></choice>\
                <optional><attribute name='mode'><choice><value>ro</value><value>rw</value></choice></attribute></optional>";
    explain(
        disk,
        "<r type='flie' source=''/>",
        &["attribute-value [flie] /r/@type: attribute 'type' has the bad value 'flie' (did you mean 'file'?)"],
    );
    explain(
        disk,
        "<r type='nfs' source=''/>",
        &["attribute-value [nfs] /r/@type: attribute 'type' has the bad value 'nfs' (expected file or block)"],
    );
    explain(
        disk,
        "<r type='file'/>",
        &["missing-attribute [r] /r: element 'r' lacks the attribute 'source' (expected source)"],
    );
    explain(
        disk,
        "<r source=''/>",
        &["missing-attribute [r] /r: element 'r' lacks the attribute 'type' (expected type)"],
    );
    explain(
        disk,
        "<r device='' type='file' source=''/>",
        &[
            "conflicting-attribute [device] /r/@device: attribute 'device' does not go with the other attributes of 'r' (expected mode)",
        ],
    );
    explain(
        disk,
        "<r type='file' suorce=''/>",
        &["unknown-attribute [suorce] /r/@suorce: attribute 'suorce' is not allowed on 'r' (did you mean 'source'?)"],
    );
    explain(
        disk,
        "<r type='file' source='' x=''/>",
        &["unknown-attribute [x] /r/@x: attribute 'x' is not allowed on 'r' (expected mode)"],
    );
    explain(disk, "<r type='file' source=''>text</r>", &["unexpected-text [text] /r: text is not allowed in 'r'"]);
    explain(
        disk,
        "<r type='block' device='' mode='x' y=''><z/></r>",
        &[
            "attribute-value [x] /r/@mode: attribute 'mode' has the bad value 'x' (expected ro or rw)",
            "unknown-attribute [y] /r/@y: attribute 'y' is not allowed on 'r'",
            "unknown-element [z] /r/z: element 'z' is not allowed in 'r'",
        ],
    );
    let size = "<data type='unsignedInt'><param name='maxInclusive'>31</param></data>";
    explain(
        size,
        "<r> 32 </r>",
        &["element-value [32] /r: element 'r' has the bad value '32' (expected unsignedInt at most 31)"],
    );
    explain(size, "<r/>", &["missing-value [r] /r: element 'r' lacks a value (expected unsignedInt at most 31)"]);
    explain(
        size,
        "<r><a/></r>",
        &[
            "missing-value [r] /r: element 'r' lacks a value (expected unsignedInt at most 31)",
            "unknown-element [a] /r/a: element 'a' is not allowed in 'r'",
        ],
    );
    explain(
        "<list><data type='int'/><value>x</value></list>",
        "<r>1</r>",
        &["element-value [1] /r: element 'r' has the bad value '1' (expected list of int, x)"],
    );
}

#[test]
fn expectations_are_bounded() {
    let values: String = (0..100).map(|n| format!("<value>v{n}</value>")).collect();
    let found = violations(&mut validator(&format!("<choice>{values}</choice>")), "<r>other</r>");
    assert_eq!((found.len(), found[0].expected.len(), found[0].more_expected), (1, 16, 84));
    assert_eq!(found[0].kind, ViolationKind::ElementValue);
}

#[test]
fn hostile_documents() {
    let mut validator = grammar(
        "<start><ref name='t'/></start><define name='t'><element name='t'><optional><attribute name='n'><data type='int'/></attribute>\
         </optional><interleave><zeroOrMore><ref name='t'/></zeroOrMore><optional><element name='u'><empty/></element></optional>\
         </interleave></element></define>",
    );
    let deep = format!("{}{}", "<t>".repeat(20_000), "</t>".repeat(20_000));
    assert!(violations(&mut validator, &deep).is_empty());
    let wrong = format!("{}<x/>{}", "<t n='?'>".repeat(20_000), "</t>".repeat(20_000));
    let found = violations(&mut validator, &wrong);
    assert_eq!(found.len(), relaxng_model::validate::MAX_VIOLATIONS);
    assert!(found.iter().all(|violation| violation.path.len() < 1000));
    let wide = format!("<t>{}<u/>{}</t>", "<t/>".repeat(50_000), "<t n='1'/>".repeat(50_000));
    assert!(violations(&mut validator, &wide).is_empty());
    let names: String = (0..20_000).fold(String::new(), |mut names, n| {
        write!(names, "<x{n} a{n}=''/>").unwrap();
        names
    });
    assert_eq!(violations(&mut validator, &format!("<t>{names}</t>")).len(), 10_000);
}

#[test]
fn pathological_schemas() {
    // Each definition twice the next: written out, 2^40 elements.
    let mut components = String::from("<start><element name='r'><ref name='d0'/></element></start>");
    for n in 0..40 {
        let next = format!("<ref name='d{}'/>", n + 1);
        write!(components, "<define name='d{n}'><optional>{next}{next}</optional></define>").unwrap();
    }
    components.push_str("<define name='d40'><element name='a'><empty/></element></define>");
    let mut doubled = grammar(&components);
    for count in [0, 2, 4, 6] {
        assert!(violations(&mut doubled, &format!("<r>{}</r>", "<a/>".repeat(count))).is_empty());
    }
    assert!(!violations(&mut doubled, "<r><a/></r>").is_empty());
    assert_eq!(violations(&mut doubled, "<r><a/><b/><a/></r>").len(), 1);

    // Half of them, in any order: every subset is a state.
    let many: String =
        (0..60).map(|n| format!("<optional><element name='e{n}'><empty/></element></optional>")).collect();
    let mut mingled = validator(&format!("<interleave>{many}</interleave>"));
    for round in 0..50 {
        let elements: String = (0..60)
            .map(|n| (n * 7 + round * 13) % 60)
            .filter(|n| n % 2 == round % 2)
            .map(|n| format!("<e{n}/>"))
            .collect();
        assert!(violations(&mut mingled, &format!("<r>{elements}</r>")).is_empty());
    }

    // Any of the a's may be the one that counts.
    let a = "<element name='a'><empty/></element>";
    let optional: String = format!("<optional>{a}</optional>").repeat(80);
    let required = a.repeat(80);
    let mut counted = validator(&format!("{optional}{required}"));
    assert!(violations(&mut counted, &format!("<r>{}</r>", "<a/>".repeat(120))).is_empty());
    assert!(!violations(&mut counted, &format!("<r>{}</r>", "<a/>".repeat(79))).is_empty());
    assert!(!violations(&mut counted, &format!("<r>{}</r>", "<a/>".repeat(161))).is_empty());
}

#[test]
fn clones_judge_alike_on_their_own_threads() {
    let validator = validator(
        "<oneOrMore><element name='a'><data type='token'><param name='pattern'>[a-z]+</param></data></element></oneOrMore>",
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut validator = validator.clone();
            scope.spawn(move || {
                for _ in 0..100 {
                    assert!(violations(&mut validator, "<r><a>x</a><a>yz</a></r>").is_empty());
                    assert!(!violations(&mut validator, "<r><a>x</a><a>1</a></r>").is_empty());
                }
            });
        }
    });
}
