//! Every type and every facet, each with values that belong and values that do not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;

fn datatype(name: &str) -> Datatype {
    Datatype { library: XSD.to_owned(), name: name.to_owned() }
}

fn typed(name: &str, params: &[(&str, &str)]) -> Result<Type, String> {
    let params: Vec<Param> =
        params.iter().map(|&(name, value)| Param { name: name.to_owned(), value: value.to_owned() }).collect();
    Type::new(&datatype(name), &params)
}

/// Knows the prefix `p` and no default namespace.
struct OnePrefix;

impl Namespaces for OnePrefix {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        (prefix == "p").then_some("urn:p")
    }
}

#[track_caller]
fn judge(name: &str, params: &[(&str, &str)], good: &[&str], bad: &[&str]) {
    let checked = typed(name, params).unwrap();
    for text in good {
        assert!(checked.accepts(text, &OnePrefix), "{checked} should accept {text:?}");
        assert!(checked.value(text, &OnePrefix).is_some(), "{checked} should have a value for {text:?}");
    }
    for text in bad {
        assert!(!checked.accepts(text, &OnePrefix), "{checked} should refuse {text:?}");
    }
}

#[test]
fn strings_and_names() {
    judge("string", &[], &["", " a ", "\n"], &[]);
    judge("normalizedString", &[], &["", "a\tb"], &[]);
    judge("token", &[], &["", "  a   b "], &[]);
    judge("language", &[], &["en", " de-AT ", "x-klingon-1"], &["", "e1", "abcdefghi", "en-", "en_GB"]);
    judge("Name", &[], &["a", ":a:b", "_1", "\u{e4}"], &["", "1a", "a b", "-a"]);
    for name in ["NCName", "ID", "IDREF", "ENTITY"] {
        judge(name, &[], &["a", " _1 ", "a-b.c"], &["", "a:b", "1"]);
    }
    judge("NMTOKEN", &[], &["1", ":", "-a.b"], &["", "a b", "a/b"]);
    judge("NMTOKENS", &[], &["1", " a  b "], &["", " ", "a /"]);
    for name in ["IDREFS", "ENTITIES"] {
        judge(name, &[], &["a", "a b"], &["", "a 1"]);
    }
    for name in ["QName", "NOTATION"] {
        judge(name, &[], &["a", "p:a"], &["", "q:a", "a:b:c", ":a", "a:"]);
    }
    judge(
        "anyURI",
        &[],
        &["", "a", "http://a/b?c#d", "a b", "../x:y", "urn:x", "%41", "\u{e4}"],
        &["%4", "#a#b", ":a", "1:2"],
    );
}

#[test]
fn numbers_and_booleans() {
    judge("boolean", &[], &["true", "false", "1", " 0 "], &["", "TRUE", "yes"]);
    judge("decimal", &[], &["1", "-1.", ".5", "+00.10"], &["", ".", "1e2", "+-1", "1,5", "INF"]);
    judge("integer", &[], &["123456789012345678901234567890", "-0", "+7"], &["", "1.0", "-", "0x1", "1 2"]);
    judge("nonPositiveInteger", &[], &["0", "-0", "-5"], &["1"]);
    judge("negativeInteger", &[], &["-1"], &["0", "-0"]);
    judge("nonNegativeInteger", &[], &["0", "-0", "99999999999999999999"], &["-1"]);
    judge("positiveInteger", &[], &["1", "01"], &["0", "-1"]);
    judge(
        "long",
        &[],
        &["9223372036854775807", "-9223372036854775808"],
        &["9223372036854775808", "-9223372036854775809"],
    );
    judge("int", &[], &["2147483647", "-2147483648"], &["2147483648", "-2147483649"]);
    judge("short", &[], &["32767", "-32768"], &["32768", "-32769"]);
    judge("byte", &[], &["127", "-128"], &["128", "-129"]);
    judge("unsignedLong", &[], &["18446744073709551615", "0"], &["18446744073709551616", "-1"]);
    judge("unsignedInt", &[], &["4294967295"], &["4294967296"]);
    judge("unsignedShort", &[], &["65535"], &["65536"]);
    judge("unsignedByte", &[], &["255", "000255"], &["256"]);
    for name in ["float", "double"] {
        judge(
            name,
            &[],
            &["1", "-1.5E-3", ".5e+7", "INF", "-INF", "NaN"],
            &["", "+INF", "inf", "nan", "1e", "e1", "0x1", "1e1.5"],
        );
    }
}

#[test]
fn binary() {
    judge("hexBinary", &[], &["", "0aFF"], &["0", "0g", "0 0"]);
    judge(
        "base64Binary",
        &[],
        &["", "AAAA", "AA==", "AAA=", "A A A A", " AAAA AAAA "],
        &["A", "AA", "AAA", "AB==", "AAA==", "AA=A", "A-AA"],
    );
    judge("hexBinary", &[("length", "2")], &["abcd"], &["ab", "abcdef"]);
    judge("base64Binary", &[("maxLength", "2")], &["AAA=", "AA==", ""], &["AAAA"]);
}

#[test]
fn dates_and_durations() {
    judge(
        "dateTime",
        &[],
        &["2024-02-29T23:59:59", "-0001-01-01T00:00:00Z", "12024-01-01T24:00:00+14:00", "2000-01-01T00:00:00.5-05:30"],
        &[
            "2023-02-29T00:00:00",
            "0000-01-01T00:00:00",
            "02024-01-01T00:00:00",
            "2024-01-01",
            "2024-01-01T24:00:01",
            "2024-01-01T00:00:60",
            "2024-01-01T00:00:00+14:01",
            "2024-01-01T00:00:00.",
            "2024-1-01T00:00:00",
        ],
    );
    judge("date", &[], &["2024-02-29", "2024-01-31Z"], &["2024-04-31", "2024-13-01", "24-01-01"]);
    judge("time", &[], &["00:00:00", "24:00:00", "12:30:15.25Z"], &["25:00:00", "12:30", "12:60:00"]);
    judge("gYear", &[], &["2024", "-12024+01:00"], &["24", "0000", "+2024"]);
    judge("gYearMonth", &[], &["2024-12"], &["2024-00", "2024"]);
    judge("gMonth", &[], &["--12", "--01Z"], &["--13", "--1", "12"]);
    judge("gMonthDay", &[], &["--02-29", "--12-31"], &["--02-30", "--04-31"]);
    judge("gDay", &[], &["---31", "---01-14:00"], &["---32", "---00", "--01"]);
    judge(
        "duration",
        &[],
        &["P1Y", "-P1Y2M3DT4H5M6.7S", "PT0S", "P1D", "PT1M"],
        &["", "P", "P1", "PT", "P1YT", "1Y", "P1M1Y", "PT1D", "P1.5D", "PT.5S", "P-1Y", "PT1S1M"],
    );
}

#[test]
fn facets() {
    judge("string", &[("length", "2")], &["ab", "\u{e4}\u{1f600}", "  "], &["a", "abc"]);
    judge("token", &[("minLength", "1"), ("maxLength", "3")], &["a", " abc ", "a  b"], &["", "  ", "abcd"]);
    judge("NMTOKENS", &[("length", "2")], &["a b"], &["a", "a b c"]);
    judge("int", &[("minInclusive", "-1"), ("maxExclusive", "10")], &["-1", "9"], &["-2", "10"]);
    judge(
        "integer",
        &[("minExclusive", "99999999999999999999")],
        &["100000000000000000000"],
        &["99999999999999999999"],
    );
    judge("decimal", &[("totalDigits", "3"), ("fractionDigits", "1")], &["12.3", "0012.30", "999"], &["1234", "1.23"]);
    judge("decimal", &[("maxInclusive", "0.5")], &[".50", "-7"], &["0.51"]);
    judge("double", &[("maxInclusive", "1e1")], &["10", "-INF"], &["10.5", "NaN", "INF"]);
    judge("date", &[("minInclusive", "2024-01-01")], &["2024-01-01", "2025-01-01"], &["2023-12-31", "2024-01-01Z"]);
    judge("time", &[("maxExclusive", "12:00:00Z")], &["11:59:59Z", "12:59:59+01:00"], &["12:00:00Z"]);
    judge("duration", &[("maxInclusive", "P1M")], &["P27D", "P1M", "-P9Y"], &["P31DT1S", "P28D"]);
    judge("duration", &[("minExclusive", "-PT0.5S")], &["PT0S", "-PT0.25S"], &["-PT0.5S", "-PT1S"]);
    judge("QName", &[("length", "1")], &["abc"], &[]);
    judge("token", &[("pattern", "[a-c]+"), ("pattern", ".{2}")], &["ab", " cc "], &["a", "abc", "ad"]);
    judge("boolean", &[("pattern", "true|false")], &["true"], &["1"]);
}

#[test]
fn bad_facets() {
    let message = |name, params: &[(&str, &str)]| typed(name, params).map(|_| ()).unwrap_err();
    assert_eq!(message("string", &[("minInclusive", "1")]), "parameter 'minInclusive' does not apply to type 'string'");
    assert_eq!(message("int", &[("length", "1")]), "parameter 'length' does not apply to type 'int'");
    assert_eq!(message("boolean", &[("totalDigits", "1")]), "parameter 'totalDigits' does not apply to type 'boolean'");
    assert_eq!(message("int", &[("maxInclusive", "x")]), "parameter 'maxInclusive': 'x' is not a value of type 'int'");
    assert_eq!(message("string", &[("length", "-1")]), "parameter 'length': '-1' is not a non-negative integer");
    assert_eq!(message("string", &[("length", "1"), ("length", "1")]), "parameter 'length' is given twice");
    assert_eq!(message("string", &[("whiteSpace", "collapse")]), "parameter 'whiteSpace' is not allowed in RELAX NG");
    assert_eq!(message("string", &[("size", "1")]), "XML Schema has no facet 'size'");
    assert_eq!(message("int", &[("fractionDigits", "1")]), "parameter 'fractionDigits' of type 'int' can only be 0");
    assert_eq!(message("decimal", &[("totalDigits", "0")]), "parameter 'totalDigits' must be at least 1");
    assert_eq!(message("string", &[("pattern", "a**")]), "bad regular expression 'a**': '*' has nothing to repeat");
    assert_eq!(message("strange", &[]), "XML Schema has no datatype 'strange'");
}

#[test]
fn schema_checks() {
    let built_in = |name: &str| Datatype { library: String::new(), name: name.to_owned() };
    let length = [Param { name: "length".to_owned(), value: "1".to_owned() }];
    assert!(check(&built_in("string"), &[], Some("x"), &()).is_ok());
    assert!(check(&built_in("token"), &[], None, &()).is_ok());
    assert!(check(&built_in("int"), &[], None, &()).is_err());
    assert!(check(&built_in("token"), &length, None, &()).is_err());
    assert!(check(&Datatype { library: "urn:x".to_owned(), name: "x".to_owned() }, &[], None, &()).is_err());
    assert!(check(&datatype("int"), &[], Some("7"), &()).is_ok());
    assert_eq!(check(&datatype("int"), &[], Some("x"), &()).unwrap_err(), "'x' is not a value of datatype 'int'");
    assert!(check(&datatype("QName"), &[], Some("p:x"), &OnePrefix).is_ok());
    assert!(check(&datatype("QName"), &[], Some("q:x"), &OnePrefix).is_err());
}

#[test]
fn equality_is_that_of_values() {
    let equal = |name, a, b| {
        let checked = typed(name, &[]).unwrap();
        checked.value(a, &OnePrefix).unwrap() == checked.value(b, &OnePrefix).unwrap()
    };
    assert!(equal("integer", "01", " +1 "));
    assert!(equal("integer", "-0", "0"));
    assert!(equal("decimal", "1.50", "1.5"));
    assert!(!equal("decimal", "1.05", "1.5"));
    assert!(equal("double", "1e2", "100"));
    assert!(equal("double", "NaN", "NaN"));
    assert!(equal("float", "0", "-0"));
    assert!(equal("boolean", "1", "true"));
    assert!(equal("hexBinary", "0a", "0A"));
    assert!(equal("base64Binary", "AAAA", "AA AA"));
    assert!(equal("dateTime", "2000-01-01T00:00:00Z", "1999-12-31T19:00:00.0-05:00"));
    assert!(equal("dateTime", "1999-12-31T24:00:00", "2000-01-01T00:00:00"));
    assert!(!equal("dateTime", "2000-01-01T00:00:00Z", "2000-01-01T00:00:00"));
    assert!(equal("duration", "P1Y", "P12M"));
    assert!(!equal("duration", "P1M", "P30D"));
    assert!(!equal("QName", "p:a", "a"));
    assert!(!equal("string", "a", " a"));
    assert!(equal("token", "a", " a"));
    assert!(equal("NMTOKENS", "a  b", " a b"));
}

#[test]
fn expressions() {
    judge("string", &[("pattern", "")], &[""], &["a"]);
    judge("string", &[("pattern", "a|b|")], &["a", "b", ""], &["c", "ab"]);
    judge("string", &[("pattern", "^a$")], &["^a$"], &["a"]);
    judge("string", &[("pattern", ".")], &["a", "\u{1f600}", "\t"], &["\n", "\r", "", "ab"]);
    judge("string", &[("pattern", "(ab?)*c{2}d{1,}e{0,1}")], &["ccd", "aabccdde"], &["cd", "ccdee"]);
    judge("string", &[("pattern", "[a-z-[aeiou]]+")], &["xyz"], &["xaz"]);
    judge("string", &[("pattern", "[\\w-[\\d-[5]]]+")], &["a5"], &["a4"]);
    judge("string", &[("pattern", "[^a-c-[x]]")], &["d", "\n"], &["a", "x"]);
    judge("string", &[("pattern", "[-a]+")], &["-a"], &["b"]);
    judge("string", &[("pattern", "[a-]+")], &["-a"], &["b"]);
    judge("string", &[("pattern", "[a^]+")], &["^a"], &["b"]);
    judge("string", &[("pattern", "[+--]+")], &["+,-"], &["."]);
    judge("string", &[("pattern", "[\\[\\]\\-\\^]+")], &["[]-^"], &["\\"]);
    judge("string", &[("pattern", "\\s\\S")], &["\ta", " \u{a0}"], &["aa", "\u{a0}a"]);
    judge("string", &[("pattern", "\\d+")], &["12", "\u{663}"], &["a", "\u{b2}"]);
    judge("string", &[("pattern", "\\D")], &["a"], &["1"]);
    judge("string", &[("pattern", "\\w+")], &["a1\u{e4}", "+"], &["_", " ", "-"]);
    judge("string", &[("pattern", "\\W+")], &["_ -"], &["a"]);
    judge("string", &[("pattern", "\\i\\c*")], &["a-1", ":b", "\u{e4}\u{b7}"], &["1", "-", "\u{b7}"]);
    judge("string", &[("pattern", "\\I\\C")], &["1/", "- "], &["a/", "1a"]);
    judge("string", &[("pattern", "\\p{Lu}\\P{Lu}")], &["Aa", "\u{c4}1"], &["aa", "AA"]);
    judge("string", &[("pattern", "\\p{IsGreek}+")], &["\u{3b1}"], &["a"]);
    judge("string", &[("pattern", "[\\P{IsBasicLatin}x]+")], &["\u{e4}x"], &["a"]);
    judge("string", &[("pattern", "\\p{IsLowSurrogates}?")], &[""], &["a"]);
    judge("string", &[("pattern", "[\\p{L}-[\\p{IsBasicLatin}]]")], &["\u{e4}"], &["a"]);
    judge("string", &[("pattern", "a{0}b")], &["b"], &["ab"]);
    judge("string", &[("pattern", ".{0,255}")], &["", &"x".repeat(255)], &[&"x".repeat(256)]);
    for category in ["C", "Cc", "Cf", "Cn", "Co", "L", "Lm", "Lt", "M", "N", "Nl", "P", "Pi", "S", "Sc", "Z", "Zl"] {
        let pattern = format!("\\p{{{category}}}|\\P{{{category}}}");
        judge("string", &[("pattern", &pattern)], &["a", "\u{378}", "\u{20ac}"], &["ab"]);
    }
}

#[test]
fn bad_expressions() {
    for source in [
        "(",
        ")",
        "a)",
        "(a",
        "[",
        "[]",
        "[a",
        "[b-a]",
        "[a-\\d]",
        "*",
        "a**",
        "a{2,1}",
        "a{",
        "a{x}",
        "a{,2}",
        "{",
        "}",
        "]",
        "\\",
        "\\z",
        "\\p",
        "\\p{Xx}",
        "\\p{IsNowhere}",
        "\\p{Cs}",
        "[a-[b]c]",
        "[[a]]",
        "(a{1000}){5000}",
        "a{99999999999}",
        "\\$",
    ] {
        assert!(typed("string", &[("pattern", source)]).is_err(), "{source:?} should be refused");
    }
    assert!(typed("string", &[("pattern", &"(".repeat(100_000))]).is_err());
}

#[test]
fn types_describe_themselves() {
    let describe = |name, params: &[(&str, &str)]| typed(name, params).unwrap().to_string();
    assert_eq!(describe("unsignedInt", &[("maxInclusive", "31")]), "unsignedInt at most 31");
    assert_eq!(describe("string", &[("pattern", "[0-9]+")]), "string matching [0-9]+");
    assert_eq!(describe("int", &[("minInclusive", "1"), ("pattern", ".")]), "int at least 1, matching .");
}
