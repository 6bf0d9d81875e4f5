//! What the name of an encoding means: to libxml2, which reads these files in the end, and not to the Web, where US-ASCII and
//! ISO-8859-1 are windows-1252.

use super::Encoding;
use super::web;

/// How two spellings of a name are held to be the same: letters and digits alone, in lower case.
fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a declaration may hold this name (XML 1.0, production 81).
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// The encoding that a declaration names; none where it is not known here. The order of bytes of `UTF-16` is the document's.
pub(super) fn named(name: &str) -> Option<Encoding> {
    let name = normal(name);
    let known = |(_, names): &&(Encoding, &[&str])| names.contains(&name.as_str());
    NAMES.iter().chain(web::NAMES).find(known).map(|(encoding, _)| *encoding)
}

/// Every encoding that needs no table, with its names.
#[rustfmt::skip]
static NAMES: &[(Encoding, &[&str])] = &[
    (Encoding::Utf8, &["utf8"]),
    (Encoding::Utf16 { big: false, marked: true }, &["utf16"]),
    (Encoding::Utf16 { big: false, marked: false }, &["utf16le"]),
    (Encoding::Utf16 { big: true, marked: false }, &["utf16be"]),
    (Encoding::Ucs2, &["ucs2", "iso10646ucs2"]),
    (Encoding::Ucs4, &["ucs4", "iso10646ucs4", "ucs4be", "utf32", "utf32be"]),
    (Encoding::Ascii, &["usascii", "ascii", "ansix341968", "iso646us", "isoir6", "cp367", "ibm367", "csascii"]),
    (Encoding::Latin1, &["iso88591", "isolatin1", "latin1", "l1", "cp819", "ibm819", "isoir100", "csisolatin1"]),
];
