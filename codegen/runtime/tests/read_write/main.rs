//! Reader and writer over bindings of every kind.

mod kept;
#[path = "../shop/mod.rs"]
mod shop;

use domxml_runtime::{
    Action, Defaults, Element, EmptyElements, Form, ReadOptions, Unknown, Verbatim, Version, WriteErrorKind,
    WriteOptions, each, each_mut,
};
use shop::{Item, ItemBook, ItemKind, Pass, Shop, Size};

const KEEP: ReadOptions = ReadOptions { unknown: Unknown::Keep, exact: true, deep: false };

/// What is written of a document when unknown content is kept; written again it is the same.
fn rewritten(text: &str) -> String {
    let shop = Shop::from_xml_with(text, &KEEP).unwrap_or_else(|errors| panic!("{errors}")).value;
    let once = shop.to_xml().expect("it can be written");
    let again = Shop::from_xml_with(&once, &KEEP).unwrap_or_else(|errors| panic!("{errors}\n{once}")).value;
    assert_eq!(again, shop, "{once}");
    assert_eq!(again.to_xml().expect("it can be written"), once);
    once
}

fn errors(text: &str) -> Vec<String> {
    let errors = Shop::from_xml(text).expect_err("there are errors");
    errors.errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_document_in_layout_stays_as_it_is() {
    let text = "\
<shop name='A &amp; B' open='false' xmlns:p='http://shop.org/schemas/pass/1.0'>
  <title>&lt;Books&gt;</title>
  <item kind='book' pages='12' size='large'>
    <author>Ada</author>
    <author>Bob</author>
    <item kind='voucher'/>
  </item>
  <item kind='voucher'>10 off</item>
  <closed/>
  <metadata>
      <any  thing=\"x\"/>
  </metadata>
  <p:pass/>
</shop>
";
    assert_eq!(rewritten(text), text);
    let shop = Shop::from_xml(text).expect("valid");
    let ItemKind::Book(book) = &shop.items[0].kind else { panic!("a book") };
    assert_eq!((book.pages, book.authors.len()), (12, 2));
    assert_eq!(shop.items[0].size, Some(Size::Large));
    assert_eq!(&text[shop.items[1].span().range()], "<item kind='voucher'>10 off</item>");
}

#[test]
fn blanks_that_are_not_read_past_are_noted() {
    let text = "<shop name=' x '><item kind='book' pages=' 12 ' size=' small'><author> A </author></item></shop>";
    let notes = |options| Shop::from_xml_with(text, options).expect("it is read").notes;
    let told: Vec<_> = notes(&KEEP).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "1:43: shop/item: ' 12 ' is no value of the attribute 'pages': no blanks are taken behind it",
            "1:55: shop/item: ' small' is no value of the attribute 'size': no blanks are taken before it",
        ]
    );
    assert!(notes(&ReadOptions { exact: false, ..KEEP }).is_empty());
}

#[test]
fn a_text_goes_on_in_unknown_elements_where_it_is_read_deep() {
    let text = "<shop name='x'><item kind='voucher'>1<b>0\n  <i/>\n</b> off<u>\n  <i>!</i>\n</u></item><title>T<b>U</b></title></shop>";
    let texts = |options| {
        let shop = Shop::from_xml_with(text, options).expect("it is read").value;
        (shop.items[0].text.clone(), shop.title)
    };
    assert_eq!(texts(&KEEP), (Some("1 off".to_owned()), Some("T".to_owned())));
    // White space is layout in <u>, which begins with it, and a part of the text in <b>.
    assert_eq!(texts(&ReadOptions { deep: true, ..KEEP }), (Some("10\n  \n off!".to_owned()), Some("TU".to_owned())));
}

#[test]
fn order_and_layout_of_the_input_do_not_matter() {
    let text = "<shop\n open=\"1\" name=\"x\"><closed></closed><item size='small' pages='1' kind='book'><author>A</author></item><title> T </title></shop>";
    let expected = "\
<shop name='x' open='true'>
  <title> T </title>
  <item kind='book' pages='1' size='small'>
    <author>A</author>
  </item>
  <closed/>
</shop>
";
    assert_eq!(rewritten(text), expected);
}

#[test]
fn all_errors_come_at_once() {
    let found = errors(
        "<shop nam='x'>\n  <item kind='boook'><ignored/></item>\n  <item kind='book' size='lrage'/>\n <itme/></shop>",
    );
    assert_eq!(
        found,
        [
            "1:1: shop: <shop> lacks the attribute 'name'",
            "1:7: shop: unknown attribute 'nam' of <shop>; expected 'name' or 'open'; did you mean 'name'?",
            "2:15: shop/item[1]: 'boook' is no value of the attribute 'kind'; expected 'book' or 'voucher'; did you mean 'book'?",
            "3:3: shop/item[2]: <item> lacks the attribute 'pages'",
            "3:3: shop/item[2]: <item> lacks <author>",
            "3:27: shop/item[2]: 'lrage' is no value of the attribute 'size'; expected 'small' or 'large'; did you mean 'large'?",
            "4:2: shop/itme: unknown element <itme> in <shop>; expected <title>, <item>, <closed>, <metadata> or <pass>; did you mean <item>?",
        ]
    );
}

#[test]
fn broken_documents_are_refused_with_a_place() {
    assert_eq!(
        errors("<shop name='x'>\n <title></shop>"),
        ["2:9: </shop> does not end <title> of line 2: </title> is expected"]
    );
    assert_eq!(errors("<item/>"), ["1:1: item: the root is <item>; expected <shop>"]);
    let entity = "<!DOCTYPE shop [<!ENTITY a 'b'>]><shop name='&a;'/>";
    assert_eq!(
        errors(entity),
        ["1:17: the document type declares an entity, which is not read: write its text in its place"]
    );
    assert_eq!(errors(""), ["1:1: the file is empty"]);
}

#[test]
fn hostile_documents_end_in_an_error() {
    let deep = format!("<shop name='x'>{}{}</shop>", "<item>".repeat(300), "</item>".repeat(300));
    let found = errors(&deep);
    assert!(found[0].ends_with("more than 200 elements stand inside each other"), "{found:?}");
    let deep = "<shop>".repeat(1_000_000);
    assert_eq!(errors(&deep).len(), 1);
    let deep =
        format!("<shop name='x'><metadata>{}{}</metadata></shop>", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(errors(&deep).len(), 1);
    let many = format!("<shop name='x'>{}</shop>", "<z/>".repeat(100_000));
    let found = Shop::from_xml(&many).expect_err("unknown");
    assert_eq!((found.errors.len(), found.omitted), (1000, 99_000));
    let wide: String = (0..20_000).map(|i| format!(" a{i}=''")).collect();
    assert!(errors(&format!("<shop{wide}/>"))[0].ends_with("more than 500 attributes in one tag"));
    let names: String = (0..100).map(|i| format!("<a xmlns:n{i}='u'>")).collect();
    assert!(errors(&names)[0].ends_with("more than 64 namespaces are in scope here"));
    let beside = "<a xmlns:n='u'/>".repeat(3000);
    assert!(Shop::from_xml(&format!("<shop name='x'><metadata>{beside}</metadata></shop>")).is_ok());
}

#[test]
fn defaults_are_added_and_dropped_by_the_tables() {
    let shop = Shop::from_xml("<shop name='x'>\n<item kind='voucher' size='small'/></shop>").expect("valid");
    let canonical =
        WriteOptions { defaults: Defaults::Canonical, empty: EmptyElements::Drop, ..WriteOptions::default() };
    let written = shop.write_with(&canonical).expect("it can be written");
    assert_eq!(written.text, "<shop name='x' open='true'>\n  <item kind='voucher'/>\n</shop>\n");
    let findings: Vec<_> =
        written.findings.iter().map(|f| (f.attribute.map_or("", |a| a.name), f.action, f.span.start)).collect();
    assert_eq!(findings, [("open", Action::Added, 0), ("size", Action::Dropped, 16)]);
    let older = WriteOptions { target: Some(Version::new(1, 1, 9)), ..canonical };
    assert!(shop.write_with(&older).expect("it can be written").text.starts_with("<shop name='x'>"));
}

#[test]
fn an_absent_discriminator_stays_absent_while_its_value_holds() {
    let text = "<shop name='x'>\n  <item/>\n</shop>\n";
    let mut shop = Shop::from_xml(text).expect("valid");
    assert_eq!(shop.items[0].kind, ItemKind::Voucher);
    assert_eq!(shop.to_xml().expect("it can be written"), text);
    let canonical =
        WriteOptions { defaults: Defaults::Canonical, empty: EmptyElements::Drop, ..WriteOptions::default() };
    let written = shop.write_with(&canonical).expect("it can be written");
    assert!(written.text.contains("<item kind='voucher'/>"), "{}", written.text);
    assert_eq!(written.findings[1].attribute.map(|a| a.name), Some("kind"));
    shop.items[0].kind = ItemKind::Book(ItemBook::default());
    assert!(shop.to_xml().expect("it can be written").contains("kind='book'"));
}

#[test]
fn namespaces_are_declared_where_nothing_declares_them() {
    let shop = Shop { name: "x".into(), pass: Some(Pass::default()), ..Shop::default() };
    assert_eq!(
        shop.to_xml().expect("it can be written"),
        "<shop name='x' xmlns:pass='http://shop.org/schemas/pass/1.0'>\n  <pass:pass/>\n</shop>\n"
    );
    let inner = "<shop name='x'>\n  <q:pass xmlns:q='http://shop.org/schemas/pass/1.0'/>\n</shop>\n";
    assert_eq!(rewritten(inner), inner);
    let text = "<shop name='x' xmlns:m='urn:m'>\n  <metadata><m:a/></metadata>\n</shop>\n";
    assert_eq!(rewritten(text), text);
    let metadata = Shop::from_xml(text).expect("valid").metadata;
    let shop = Shop { name: "y".into(), metadata, ..Shop::default() };
    assert_eq!(
        shop.to_xml().expect("it can be written"),
        "<shop name='y' xmlns:m='urn:m'>\n  <metadata><m:a/></metadata>\n</shop>\n"
    );
}

#[test]
fn an_element_alone_is_a_document() {
    let item = Item::from_xml("<item kind='book' pages='3'><author>A</author></item>").expect("valid");
    assert_eq!(item.kind, ItemKind::Book(ItemBook { pages: 3, authors: vec!["A".into()] }));
    let nested = WriteOptions { depth: 1, ..WriteOptions::default() };
    assert_eq!(
        item.write_with(&nested).expect("it can be written").text,
        "  <item kind='book' pages='3'>\n    <author>A</author>\n  </item>\n"
    );
}

#[test]
fn a_walk_meets_everything() {
    let mut shop =
        Shop::from_xml("<shop name='x'><item><item kind='book' pages='1'><author>A</author></item></item></shop>")
            .expect("valid");
    let (mut items, mut books) = (0, 0);
    shop.walk(&mut |any| {
        items += usize::from(any.is::<Item>());
        books += usize::from(any.is::<ItemBook>());
    });
    assert_eq!((items, books), (2, 1));
    shop.walk_mut(&mut |any| {
        if let Some(book) = any.downcast_mut::<ItemBook>() {
            book.pages += 1;
        }
    });
    assert!(shop.to_xml().expect("it can be written").contains("pages='2'"));
}

#[test]
fn bytes_come_back_in_the_encoding_they_had() {
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1' standalone='yes'?>\n<shop name='caf\xe9'>\n  <!-- \xfc -->\n</shop>\n";
    let (parsed, form) = Shop::from_bytes(latin, &KEEP).expect("Latin-1");
    let mut shop = parsed.value;
    assert_eq!(shop.to_bytes(&form).as_deref(), Ok(&latin[..]));
    // A string is all characters, and UTF-8 where it is written.
    let text = "<?xml version='1.0' standalone='yes'?>\n<shop name='café'>\n  <!-- ü -->\n</shop>\n";
    assert_eq!(shop.to_xml().expect("it can be written"), text);
    shop.name = "€".to_owned();
    let written = shop.to_bytes(&form).expect("a value takes a reference");
    assert!(written.windows(14).any(|part| part == b"name='&#8364;'"));
    let remark = Shop::from_xml("<shop name='x'><item kind='voucher'><!-- € --></item></shop>").expect("valid");
    let error = remark.to_bytes(&form).expect_err("a comment takes none");
    assert_eq!(error.path, "shop/item", "{error}");
    assert!(
        matches!(error.kind, WriteErrorKind::Encoding(_)) && error.to_string().contains("ISO-8859-1 has no '€'"),
        "{error}"
    );

    let marked: Vec<u8> = "\u{feff}<shop name='ä'/>\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (parsed, form) = Shop::from_bytes(&marked, &KEEP).expect("UTF-16");
    assert_eq!(parsed.value.to_bytes(&form), Ok(marked));

    let errors = Shop::from_bytes(b"<shop\n name='caf\xe9'/>", &KEEP).expect_err("not UTF-8");
    assert!(errors.to_string().starts_with("2:11: this is not UTF-8 text"), "{errors}");
}

#[test]
fn a_string_declares_no_other_encoding_than_its_own() {
    for (given, written) in [
        ("<?xml version=\"1.0\" encoding=\"US-ASCII\"?>", "<?xml version=\"1.0\"?>"),
        ("<?xml version='1.0' encoding = 'UTF-16' standalone='no'?>", "<?xml version='1.0' standalone='no'?>"),
        ("<?xml version='1.0' encoding='utf-8'?>", "<?xml version='1.0' encoding='utf-8'?>"),
        ("<!-- encoding='GBK' -->", "<!-- encoding='GBK' -->"),
    ] {
        let shop = Shop::from_xml(&format!("{given}<shop name='&#233;'/>")).expect("valid");
        assert_eq!(shop.to_xml().expect("it can be written"), format!("{written}\n<shop name='é'/>\n"));
    }
}

#[test]
fn a_character_that_no_document_can_hold_is_an_error_and_never_written() {
    let text =
        "<shop name='x'><title>T</title><item kind='voucher'/><item kind='voucher'>10 off</item><metadata/></shop>";
    let shop = Shop::from_xml(text).expect("valid");
    type Change = fn(&mut Shop, String);
    let places: [(&str, Change); 4] = [
        ("shop/@name", |shop, value| shop.name = value),
        ("shop/title", |shop, value| shop.title = Some(value)),
        ("shop/item[2]", |shop, value| shop.items[1].text = Some(value)),
        ("shop/metadata", |shop, value| {
            shop.metadata = Some(Verbatim { source: format!("<metadata>{value}</metadata>"), ..Verbatim::default() })
        }),
    ];
    for (path, change) in places {
        for character in ['\u{1}', '\0', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            let mut changed = shop.clone();
            change(&mut changed, format!("a{character}b{character}"));
            let error = changed.to_xml().expect_err("it cannot be written");
            assert_eq!((&*error.path, &error.kind), (path, &WriteErrorKind::Character(character)));
            assert!(error.to_string().contains(&format!("U+{:04X}", u32::from(character))), "{error}");
            assert_eq!(changed.to_bytes(&Form::default()), Err(error));
        }
        let mut changed = shop.clone();
        change(&mut changed, "\t\u{e9}\u{7f}\u{85}\u{fffd}\u{1f600}".to_owned());
        assert!(changed.to_xml().is_ok(), "{path}");
    }
    let mut set = shop.clone();
    for path in ["@name", "title", "item[2]"] {
        let error = set.set(path, "a\u{1}").expect_err("it is refused");
        assert!(error.to_string().contains("U+0001"), "{error}");
    }
    assert_eq!(set, shop);
    let error = Shop::edit(text, |shop| shop.name = "\u{1}".to_owned()).expect_err("it cannot be written");
    assert!(error.to_string().contains("shop/@name: no document can hold the character U+0001"), "{error}");
}

#[test]
fn all_elements_of_a_type_are_changed_or_removed() {
    let text =
        "<shop name='x'><item kind='voucher'>a<item kind='voucher'>b</item></item><item kind='voucher'>c</item></shop>";
    let mut shop = Shop::from_xml(text).expect("valid");
    each_mut(&mut shop, |item: &mut Item| item.text.iter_mut().for_each(|text| text.push('!')));
    let texts = |shop: &Shop| {
        let mut texts = Vec::new();
        each(shop, |item: &Item| texts.extend(item.text.clone()));
        texts
    };
    assert_eq!(texts(&shop), ["a!", "b!", "c!"]);
    let mut item = shop.items[0].clone();
    assert_eq!(item.remove_every::<Item>(), 1, "not itself");
    assert_eq!((item.text.as_deref(), item.part), (Some("a!"), None));
    assert_eq!(shop.remove_every::<Item>(), 2, "with what is in them");
    assert_eq!(shop.to_xml().expect("it can be written"), "<shop name='x'/>\n");
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let text = "<shop name='x'/>";
    let change = |shop: &mut Shop| -> Result<(), Box<dyn std::error::Error>> {
        shop.name = "y".to_owned();
        shop.set("@open", "ajar")?;
        Ok(())
    };
    let error = Shop::try_edit(text, change).expect_err("no such value").to_string();
    assert!(error.starts_with("'@open' cannot be 'ajar'"), "{error}");
    let changed =
        Shop::try_edit(text, |shop| shop.set("@name", "y").map(drop).map_err(Box::<dyn std::error::Error>::from));
    assert_eq!(changed.expect("it can be changed"), "<shop name='y'/>");
}
