//! The compact syntax: each file means what its counterpart in XML syntax means.

use relaxng_model::dump::dump;
use relaxng_model::schema::NodeId;
use relaxng_model::{Grammar, MemoryResolver, load};

fn loaded(name: &str, text: &str) -> Result<Grammar, String> {
    let mut files = MemoryResolver::new();
    files.insert(name, text);
    files
        .insert("other.rnc", "default namespace = inherit\nb = element b { text }\nc = element c { empty }\nstart = b");
    load(&files, name).map_err(|errors| errors.to_string())
}

fn compact(text: &str) -> Grammar {
    loaded("s.rnc", text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// The places of a dump differ between the two syntaxes.
fn bare(grammar: &Grammar) -> String {
    let text = dump(grammar);
    let mut out = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let place = word.trim().split(':').skip(1).filter(|part| part.parse::<u32>().is_ok()).count() >= 2;
        if !place {
            out.push_str(word);
        }
    }
    out
}

#[track_caller]
fn same(text: &str, xml: &str) {
    let xml = format!(
        "<grammar xmlns='http://relaxng.org/ns/structure/1.0' datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>{xml}</grammar>"
    );
    let xml = loaded("s.rng", &xml).unwrap_or_else(|errors| panic!("{errors}\n{xml}"));
    assert_eq!(bare(&compact(text)), bare(&xml), "{text}");
}

/// The same, of a pattern that is the whole schema.
#[track_caller]
fn same_pattern(text: &str, xml: &str) {
    same(&format!("start = {text}"), &format!("<start>{xml}</start>"));
    same(&format!("start = a a = {text}"), &format!("<start><ref name='a'/></start><define name='a'>{xml}</define>"));
}

#[test]
fn patterns() {
    for (text, xml) in [
        ("element a { text }", "<element name='a'><text/></element>"),
        ("element a { empty }", "<element name='a'><empty/></element>"),
        (
            "element a { attribute b { text }?, element c { text }* }",
            "<element name='a'><optional><attribute name='b'/></optional><zeroOrMore><element name='c'><text/></element></zeroOrMore></element>",
        ),
        (
            "element a { (element b { empty } | element c { empty })+ }",
            "<element name='a'><oneOrMore><choice><element name='b'><empty/></element><element name='c'><empty/></element></choice></oneOrMore></element>",
        ),
        (
            "element a { element b { empty } & element c { empty } }",
            "<element name='a'><interleave><element name='b'><empty/></element><element name='c'><empty/></element></interleave></element>",
        ),
        (
            "element a { mixed { element b { empty }* } }",
            "<element name='a'><mixed><zeroOrMore><element name='b'><empty/></element></zeroOrMore></mixed></element>",
        ),
        (
            "element a { list { xsd:int, xsd:int } }",
            "<element name='a'><list><data type='int'/><data type='int'/></list></element>",
        ),
        (
            "element a { xsd:string { maxLength = \"5\" pattern = \"a'&<\" } }",
            "<element name='a'><data type='string'><param name='maxLength'>5</param><param name='pattern'>a'&amp;&lt;</param></data></element>",
        ),
        (
            "element a { xsd:int - (\"1\" | xsd:int \"2\") }",
            "<element name='a'><data type='int'><except><choice><value>1</value><value type='int'>2</value></choice></except></data></element>",
        ),
        (
            "element a { token | string \" b \" }",
            "<element name='a'><choice><data type='token' datatypeLibrary=''/><value type='string' datatypeLibrary=''> b </value></choice></element>",
        ),
        ("element a { \"x\" ~ 'y' ~ \"\"\"\nz\"\"\" }", "<element name='a'><value>xy&#10;z</value></element>"),
        (
            "element \\element { attribute \\text { \"\\x{E9}\" } }",
            "<element name='element'><attribute name='text'><value>é</value></attribute></element>",
        ),
        ("element text { attribute start { text } }", "<element name='text'><attribute name='start'/></element>"),
        ("element a { \"x\\x{A}y\" }", "<element name='a'><value>x&#10;y</value></element>"),
        ("element * { empty }", "<element><anyName/><empty/></element>"),
        ("element a | b { empty }", "<element><choice><name>a</name><name>b</name></choice><empty/></element>"),
        (
            "element * - (a | b) { attribute (c | d) { text } }",
            "<element><anyName><except><choice><name>a</name><name>b</name></choice></except></anyName><attribute><choice><name ns=''>c</name><name ns=''>d</name></choice><text/></attribute></element>",
        ),
        (
            "element a { notAllowed | empty } # the end",
            "<element name='a'><choice><notAllowed/><empty/></choice></element>",
        ),
    ] {
        same_pattern(text, xml);
    }
}

#[test]
fn names_and_namespaces() {
    same(
        "default namespace = \"urn:d\"\nnamespace p = \"urn:p\"\nnamespace local = \"\"\nstart = element a { attribute b { text }, attribute p:c { text }, element p:d { empty }, element local:e { empty }, element p:* - p:x { empty } }",
        "<start ns='urn:d'><element name='a'><attribute name='b'/><attribute name='c' ns='urn:p'/><element name='d' ns='urn:p'><empty/></element>\
         <element name='e' ns=''><empty/></element><element><nsName ns='urn:p'><except><name ns='urn:p'>x</name></except></nsName><empty/></element></element></start>",
    );
    same(
        "default namespace q = \"urn:q\"\nstart = element q:a { attribute xml:lang { text } }",
        "<start ns='urn:q'><element name='a'><attribute name='xml:lang'/></element></start>",
    );
    same(
        "datatypes d = \"http://www.w3.org/2001/XMLSchema-datatypes\"\nstart = element a { d:date }",
        "<start><element name='a'><data type='date'/></element></start>",
    );
}

#[test]
fn grammars() {
    same(
        "start = a\nstart |= b\na = element a { empty }\nb &= element b { c }\nb &= empty\ndiv { c = grammar { start = parent d } }\nd = attribute e { text }",
        "<start combine='choice'><choice><ref name='a'/></choice></start><start combine='choice'><ref name='b'/></start><define name='a'><element name='a'><empty/></element></define>\
         <define name='b' combine='interleave'><element name='b'><ref name='c'/></element></define><define name='b' combine='interleave'><empty/></define>\
         <div><define name='c'><grammar><start><parentRef name='d'/></start></grammar></define></div><define name='d'><attribute name='e'/></define>",
    );
    let of = |ns: &str| {
        format!(
            "<start{ns}><element name='a'><ref name='b'/><ref name='c'/></element></start><define name='b'><element name='b'{ns}><text/></element></define><define name='c'><element name='x'{ns}><empty/></element></define>"
        )
    };
    for (declared, ns) in [("", ""), ("default namespace = \"urn:d\"\n", " ns='urn:d'")] {
        let text =
            format!("{declared}include \"other.rnc\" {{ start = element a {{ b, c }} c = element x {{ empty }} }}");
        let (one, other) = (
            bare(&compact(&text)),
            bare(
                &loaded("s.rng", &format!("<grammar xmlns='http://relaxng.org/ns/structure/1.0'>{}</grammar>", of(ns)))
                    .expect("a schema"),
            ),
        );
        // The order in which definitions are found is that of the files.
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&one), sorted(&other), "{text}");
    }
    same_pattern("element a { external \"other.rnc\" }", "<element name='a'><externalRef href='other.rnc'/></element>");
}

#[test]
fn annotations_are_kept_where_they_belong() {
    let text = "namespace a = \"http://relaxng.org/ns/compatibility/annotations/1.0\"\nnamespace x = \"urn:x\"\nx:about [ by = \"us\" \"text\" x:more [] ]\n\
                ## The root.\n## Of all.\n[ x:since = \"1\" ]\nstart = element r {\n  ## A choice.\n  [ a:defaultValue = \"u\" ] attribute b { ## One.\n \"u\" | ## Other.\n \"v\" }? >> x:note [ \"n\" ]\n}";
    let grammar = compact(text);
    let schema = &grammar.schema;
    let of = |tag: &'static str| {
        let nodes = schema.nodes.iter().enumerate().filter(move |(_, node)| node.tag == tag);
        nodes.map(|(at, _)| schema.annotations(NodeId(u32::try_from(at).expect("a number"))))
    };
    let docs = |tag: &'static str| of(tag).flat_map(|it| it.documentation().map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(docs("start"), ["The root. Of all."]);
    assert_eq!(of("start").next().and_then(|it| it.attribute("urn:x", "since")), Some("1"));
    assert_eq!(docs("attribute"), ["A choice."]);
    assert_eq!(docs("value"), ["One.", "Other."]);
    let default = of("attribute")
        .next()
        .and_then(|it| it.attribute("http://relaxng.org/ns/compatibility/annotations/1.0", "defaultValue"));
    assert_eq!(default, Some("u"));
    let foreign: Vec<_> =
        of("grammar").chain(of("element")).flat_map(|it| &it.elements).map(|it| (&*it.ns, &*it.local)).collect();
    assert_eq!(foreign, [("urn:x", "about"), ("urn:x", "note")]);
}

#[test]
fn what_is_wrong_has_its_place_in_the_file() {
    for (text, place, said) in [
        ("start = element a {\n  text", "2:7:", "the end of the file stands where `}` is expected"),
        ("start = element a { text, text | empty }", "1:32:", "parentheses"),
        ("start =\n  element a { nothing }", "2:15:", "nothing"),
        ("start = element p:a { text }", "1:17:", "the prefix `p` is not declared"),
        ("start = element a { ys:int }", "1:21:", "stands for no library"),
        ("start = element a { xsd:itn }", "1:21:", "itn"),
        ("start = element a { \"x }", "1:21:", "has no end"),
        ("start = element a { text } ;", "1:28:", "`;`"),
        ("start = element a { attribute b { text },\n attribute b { text } }", "2:2:", ""),
        ("start = element a { \\x{0} }", "1:21:", "escape"),
        ("", "1:1:", ""),
    ] {
        let errors = loaded("s.rnc", text).expect_err(text);
        assert!(errors.contains(&format!("s.rnc:{place}")) && errors.contains(said), "{text}: {errors}");
    }
    let deep = format!("start = {}", "element a { ".repeat(100_000));
    assert!(loaded("s.rnc", &deep).is_err_and(|errors| errors.contains("100 brackets")));
}

/// A large schema of many files, that of the project, as trang writes it in compact syntax.
#[test]
fn what_trang_writes_is_read() {
    use std::path::Path;
    use std::process::Command;

    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/domain.rng");
    let folder = std::env::temp_dir().join(format!("compact-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let compact = folder.join("domain.rnc");
    let done = match Command::new("trang").arg(&schema).arg(&compact).status() {
        Ok(status) => status.success(),
        Err(error) => return println!("trang cannot be asked: {error}"),
    };
    assert!(done, "trang fails");
    let load = |path: &Path| {
        let grammar = load(&relaxng_model::FileResolver::new(), &path.display().to_string());
        let text = bare(&grammar.unwrap_or_else(|errors| panic!("{errors}")));
        // Definitions stand in the order of the files. trang writes namespaces of values as they come.
        let mut lines: Vec<String> =
            text.lines().map(|it| it.trim().split(" ns ").next().unwrap_or_default().to_owned()).collect();
        lines.sort();
        lines
    };
    let (one, other) = (load(&compact), load(&schema));
    std::fs::remove_dir_all(&folder).expect("removed");
    assert!(one.len() > 8000 && one == other, "{:?}", one.iter().zip(&other).find(|(one, other)| one != other));
}
