//! Encodings with and without the tables of the feature `encodings`.

use domxml_xml::decode;

/// The text of bytes, and that it is written back as it was.
#[track_caller]
fn goes_round(bytes: &[u8], encoding: &str) -> String {
    let decoded = decode(bytes).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(decoded.form.encoding(), encoding);
    assert_eq!(decoded.form.encode(&decoded.text).expect("the encoding has all of it"), bytes);
    decoded.text
}

#[test]
fn unicode_and_latin_take_no_tables() {
    let latin = goes_round(b"<?xml version='1.0' encoding='ISO-8859-1'?><a b='caf\xe9'/>", "ISO-8859-1");
    assert!(latin.ends_with("<a b='caf\u{e9}'/>"));
    assert_eq!(goes_round("<a b='caf\u{e9}'/>".as_bytes(), "UTF-8"), "<a b='caf\u{e9}'/>");
    goes_round(b"\xff\xfe<\0a\0/\0>\0", "UTF-16");
    goes_round(b"<?xml version='1.0' encoding='us-ascii'?><a/>", "US-ASCII");
}

#[test]
fn other_encodings_are_read_or_said_to_take_the_feature() {
    let cyrillic = b"<?xml version='1.0' encoding='KOI8-R'?><a b='\xc4\xc1'/>";
    let kanji = b"<?xml version='1.0' encoding='Shift_JIS'?><a b='\x93\xfa'/>";
    if cfg!(feature = "encodings") {
        assert!(goes_round(cyrillic, "KOI8-R").ends_with("<a b='\u{434}\u{430}'/>"));
        assert!(goes_round(kanji, "Shift_JIS").ends_with("<a b='\u{65e5}'/>"));
    } else {
        let said = |bytes| decode(bytes).expect_err("no table").to_string();
        assert!(said(cyrillic).contains("'KOI8-R' is not known without the feature `encodings`"), "{}", said(cyrillic));
        assert!(said(kanji).contains("turn that on, or convert the file to UTF-8"), "{}", said(kanji));
    }
    let unknown = decode(b"<?xml version='1.0' encoding='none-such'?><a/>").expect_err("no encoding").to_string();
    assert!(unknown.starts_with("1:31: the encoding 'none-such' is not known"), "{unknown}");
}
