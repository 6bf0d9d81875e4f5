//! Texts that are documents, and texts that are none.

use domxml_xml::{Spare, original, parse, text_of};

/// `line:column: message` of a text that is refused.
#[track_caller]
fn refused(text: &str) -> String {
    match parse(text, &mut Spare::default()) {
        Ok(_) => panic!("{text} is taken"),
        Err(error) => error.located(text),
    }
}

#[track_caller]
fn says(text: &str, expected: &str) {
    let said = refused(text);
    assert!(said.contains(expected), "{text}: {said}");
}

#[test]
fn what_is_no_xml_is_told_what_it_is() {
    says("", "1:1: the file is empty");
    says(" \n", "1:1: the file is empty");
    says("{\"domain\": 1}", "1:1: this is not XML: it begins with '{\"domain\": 1}'");
    says("Saved\u{2}\u{0}<domain/>", "1:1: this is not XML: it begins with 'Saved...'");
    says("\u{0}", "1:1: this is not XML: it begins with 'U+0000'");
    says("Domain a\n<domain/>", "1:1: this is not XML: it begins with 'Domain a'");
    says("\n <?xml version='1.0'?><d/>", "an XML declaration may stand at the very beginning only");
    says("<?xml version='1.0'?><?xml version='1.0'?><d/>", "an XML declaration may stand at the very beginning only");
    says("<!-- a -->", "there is no element");
}

#[test]
fn references_to_no_character_are_refused() {
    for number in ["xD800", "xdfff", "55296", "x110000", "1114112", "99999999999999999999", "x00000000000D800"] {
        says(&format!("<d>\n<a>&#{number};</a></d>"), "2:4: this refers to the number of a character, and none has");
        says(&format!("<d>\n<a b='&#{number};'/></d>"), "2:7: this refers to the number of a character, and none has");
        assert!(parse(&format!("<d><!-- &#{number}; --><![CDATA[&#{number};]]></d>"), &mut Spare::default()).is_ok());
    }
    assert!(parse("<d>&#x1F600;&#x10FFFF;&#65;</d>", &mut Spare::default()).is_ok());
    says("<d>&#xFFFE;</d>", "the character U+FFFE cannot stand in XML");
}

#[test]
fn a_template_is_told_to_be_rendered() {
    says(
        "{% set a = 1 %}\n<d/>",
        "1:1: this is not XML: it begins with '{% set a = 1 %}'; {% on line 1 looks like a template",
    );
    says("<d>\n{{#a}}<b>{{/a}}\n</d>", "{{ on line 2 looks like a template: render it first");
    says("<d>\n<% if a < b %></d>", "<% on line 2 looks like a template");
    // As long as it is XML it is a document.
    assert!(parse("<d>{{ name }}</d>", &mut Spare::default()).is_ok());
}

#[test]
fn what_stands_behind_the_root_is_named() {
    says("<d/>\n<d/>\n", "2:1: a second root element, <d>, behind the end of <d>: a file holds one document");
    says("<d></d><!-- a -->\n<e>", "2:1: a second root element, <e>");
    says("<d/>\n\n $ ", "3:2: '$ ' stands behind the end of <d>");
    says("<d/></d>", "1:5: an end tag behind the end of <d>");
}

#[test]
fn what_is_not_well_formed_is_told_in_words_at_its_place() {
    says("<d>\n <vcpu a=''>1</vcpus>\n</d>", "2:14: </vcpus> does not end <vcpu> of line 2: </vcpu> is expected");
    says("<d>\n <a>\n</d>", "3:1: </d> does not end <a> of line 2");
    says("<d>\n <a b='1>x</a>\n</d>", "2:11: a < inside a value");
    says("<d>\n <a/><\n</d>", "a < in a text is to be written as &lt;");
    says("<d>\n <a b=1/>\n</d>", "2:7: the value of an attribute stands in quotes");
    says("<d>\n <a b='1' b='2'/>\n</d>", "2:11: the attribute 'b' stands twice");
    says("<d>a & b</d>", "1:6: an & that begins no reference");
    says("<d>&nbsp;</d>", "the entity &nbsp; is not known");
    says("<d>\n <a>\n", "2:2: <a> is never ended: </a> is missing");
    says("<d>\n <!-- a\n</d>", "2:2: the file ends inside a comment that begins on line 2");
    says("<d>\n <a b", "2:2: the file ends inside a tag that begins on line 2");
    says("<d>\u{1}</d>", "1:4: the character U+0001 cannot stand in XML");
}

#[test]
fn what_is_wrong_in_a_tag_is_told_with_what_to_write() {
    for (text, expected) in [
        ("<d a></d>", "1:5: the attribute 'a' has no value: write a='...'"),
        ("<d a='1'b='2'/>", "1:9: a blank is missing here, before 'b'"),
        ("<d\u{a0}a='1'/>", "1:3: a blank is missing here, before U+00A0"),
        ("<d 1='2'/>", "1:4: no name can begin here: an attribute is written as name='value'"),
        ("<d a='<'/>", "1:7: a < inside a value"),
        ("<d / >", "1:5: '>' is expected here, not U+0020"),
        ("<d xmlns:a='x' xmlns:a='y'/>", "1:16: the prefix 'a' is declared twice"),
        ("<d xmlns:xml='x'/>", "1:4: this prefix or namespace belongs to XML itself"),
        ("</d>", "1:2: an end tag that ends nothing"),
        ("<d>]]></d>", "']]>' cannot stand in a text: write it as ']]&gt;'"),
        ("<d><!-- a -- b --></d>", "1:4: '--' cannot stand in a comment"),
        ("<d><![IF[a]]></d>", "1:4: '<![IF[a]]></d>' begins nothing that may stand here"),
        ("<!DOCTYPE d FOO><d/>", "1:13: '[' or '>' is expected here, not 'F'"),
    ] {
        says(text, expected);
    }
}

/// libxml2 refuses these too, though the parser reads past them.
#[test]
fn a_declaration_says_what_it_may() {
    for (text, expected) in [
        ("<?xml?><d/>", "1:1: the XML declaration must begin with a version"),
        ("<?xml\tx?><d/>", "1:1: the XML declaration must begin with a version"),
        ("<?xml encoding='UTF-8'?><d/>", "1:1: the XML declaration must begin with a version"),
        ("<?xml version='2.0'?><d/>", "1:16: '2.0' is no version of XML"),
        ("<?xml version='1.0' standalone='maybe'?><d/>", "1:33: standalone is 'yes' or 'no', not 'maybe'"),
        (
            "<?xml version='1.0' standalone='no' encoding='UTF-8'?><d/>",
            "1:47: an XML declaration has no 'encoding' here",
        ),
        ("<?XML version='1.0'?><d/>", "1:1: a processing instruction cannot be called 'XML'"),
        ("<d><?Xml a?></d>", "1:4: a processing instruction cannot be called 'Xml'"),
        ("<d/><?xml\ta?>", "1:5: a processing instruction cannot be called 'xml'"),
    ] {
        says(text, expected);
    }
    for text in [
        "<?xml\n version = \"1.0\"\tencoding='UTF-8' standalone='no' ?><d/>",
        "<?xml version='1.1'?><d/>",
        "<?xml-stylesheet href='a'?><d/>",
    ] {
        assert!(parse(text, &mut Spare::default()).is_ok(), "{text}");
    }
}

#[test]
fn a_document_type_without_entities_is_read() {
    for text in [
        "<!DOCTYPE d><d/>",
        "<!DOCTYPE d SYSTEM 'd.dtd'><d/>",
        "<!DOCTYPE d [<!ELEMENT d ANY> <!-- <!ENTITY a 'b'> 100% -->]><d/>",
        "<?xml version='1.0'?>\n<!DOCTYPE d PUBLIC \"-//x//y\" \"z\" []>\n<d/>",
    ] {
        assert!(parse(text, &mut Spare::default()).is_ok(), "{text}");
    }
    says("<!DOCTYPE d [\n<!ENTITY a 'b'>]><d>&a;</d>", "2:1: the document type declares an entity");
    says("<!DOCTYPE d [<!ENTITY a SYSTEM '/etc/passwd'>]><d>&a;</d>", "1:14: the document type declares an entity");
    says("<!DOCTYPE d [%a;]><d/>", "1:14: the document type refers to an entity");
    says("<!DOCTYPE d [<!ATTLIST d a CDATA 'b'>]><d/>", "1:14: the document type declares attributes");
}

#[test]
fn a_prefix_that_is_declared_nowhere_is_part_of_the_name() {
    let text = "<d>\n <qemu:commandline a='1'>\n  <qemu:arg x:y='ü'/>\n </qemu:commandline ><x:y xmlns:x='u'/> <!-- qemu:a -->qemu:b</d>\n";
    let mut spare = Spare::default();
    let tree = parse(text, &mut spare).expect("read");
    let names: Vec<_> = tree.undeclared.iter().map(|name| (&text[name.range.clone()], name.attribute)).collect();
    assert_eq!(names, [("qemu:commandline", false), ("qemu:arg", false), ("x:y", true)]);
    assert_eq!(original(&tree.document).len(), text.len());
    for node in tree.document.root_element().descendants() {
        assert_eq!(text_of(&tree.document, node.range()), text[node.range()]);
        assert!(!node.is_element() || node.tag_name().namespace().is_none() || node.tag_name().name() == "y");
    }
    let element = tree.document.descendants().find(|node| node.tag_name().name().ends_with("commandline"));
    let spelt = element.expect("it is there").tag_name().name();
    assert_eq!(tree.named(format!("unknown element <{spelt}>")), "unknown element <qemu:commandline>");
    // A declaration holds inside its element only.
    says("<d xmlns:p='u'><p:a/></d><p:b/>", "a second root element");
    let inside = "<d><a xmlns:p='u'><p:b/></a><p:b/></d>";
    assert_eq!(parse(inside, &mut Spare::default()).expect("read").undeclared.len(), 1);
    says("<d><é:a/></d>", "the prefix 'é' is declared nowhere");
    says("<d><p:a></p:b></d>", "does not end");
}

/// Whatever stands before it, what cannot begin a name does not behind a prefix either.
#[test]
fn what_is_no_name_is_none_behind_an_undeclared_prefix() {
    for text in ["<a><p:4b/></a>", "<a><q:c/><p:4b/></a>", "<a><p:4b/><q:c/></a>", "<a q:c=''><p:\u{b7}b/></a>"] {
        assert!(parse(text, &mut Spare::default()).is_err(), "{text}");
    }
    assert!(parse("<a><q:c/><p:b4/></a>", &mut Spare::default()).is_ok());
}

#[test]
fn a_reference_to_what_is_no_character_is_told() {
    says("<a>b&#27;</a>", "1:5: the character U+001B cannot stand in XML");
    says("<a b='&#x1f;'/>", "1:7: the character U+001F cannot stand in XML");
    says("<a>&#xfffe;</a>", "the character U+FFFE cannot stand in XML");
    says("<a>&#99999999999;</a>", "the number of a character, and none has that number");
    says("<a>&#;</a>", "an & that begins no reference");
}

#[test]
fn a_colon_stands_inside_a_name() {
    says("<:a/>", "1:2: the name ':a' begins with a colon");
    says("<a :b='1'/>", "1:4: the name ':b' begins with a colon");
    says("<a b='1':c='2'/>", "1:9: ");
    says("<a><b:c:d/></a>", "'b:c:d' is no name");
    says("<a b:1='2'/>", "'b:1' is no name");
    says("<a xmlns:='x'/>", "'xmlns:' is no name");
    for taken in ["<a b=' :c :' c=\":d\">/: :x <!-- :<:b/> --><![CDATA[<:b/>]]><?p :a?></a>", "<a b=':'/>"] {
        assert!(parse(taken, &mut Spare::default()).is_ok(), "{taken}");
    }
}

#[test]
fn the_limits_are_errors_with_a_place() {
    let attributes = (0..501).map(|number| format!(" a{number}=''")).collect::<String>();
    says(&format!("<d>\n<e{attributes}/></d>"), "more than 500 attributes in one tag");
    let namespaces = (0..65).map(|number| format!(" xmlns:a{number}='u'")).collect::<String>();
    says(&format!("<d>\n<e{namespaces}/></d>"), "2:1: more than 64 namespaces are in scope here");
    let nested = (0..65).map(|number| format!("<a xmlns='u{number}'>")).collect::<String>();
    says(&nested, "more than 64 namespaces are in scope here");
    says(&("<a>".repeat(201) + &"</a>".repeat(201)), "1:601: more than 200 elements stand inside each other");
    says(&format!("<d>{}</d>", "<a/>".repeat(1_000_000)), "more than 1000000 elements");
    says(&format!("<d>{}</d>", "<a b='' c=''/>".repeat(340_000)), "more than 1000000 elements");
    says(&format!("<{}/>", "a".repeat(50_001)), "1:2: a name of more than 50000 bytes");
    // Many, but none at once.
    for text in [
        format!("<d>{}</d>", "<a xmlns:x='u'/>".repeat(20_000)),
        format!("<d>{}</d>", "<a/>".repeat(50_000)),
        format!("<d>{}</d>", "<!-- c -->\n".repeat(50_000)),
        "<a>".repeat(200) + &"</a>".repeat(200),
        format!("<d>{}</d>", "=".repeat(1_100_000)),
        format!("<d a='{}'/>", "=".repeat(1_100_000)),
    ] {
        assert!(parse(&text, &mut Spare::default()).is_ok(), "{}", &text[..40]);
    }
}
