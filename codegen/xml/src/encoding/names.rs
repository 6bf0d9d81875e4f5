//! What the name of an encoding means: to libxml2, which reads these files in the end, and not to the Web, where US-ASCII and
//! ISO-8859-1 are windows-1252.

use super::{Encoding, Upper};
use encoding_rs as web;

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
    NAMES.iter().find(known).map(|(encoding, _)| *encoding)
}

/// ISO 8859: what IANA calls control characters, from 0x80 to 0x9F, is those.
const fn iso(name: &'static str, table: &'static web::Encoding) -> Encoding {
    Encoding::Single { name, table, upper: Upper::Controls }
}

/// A code page of Microsoft's: bytes without a character are none.
const fn windows(name: &'static str, table: &'static web::Encoding) -> Encoding {
    Encoding::Single { name, table, upper: Upper::NoControls }
}

const fn single(name: &'static str, table: &'static web::Encoding) -> Encoding {
    Encoding::Single { name, table, upper: Upper::Table }
}

const fn multi(name: &'static str, table: &'static web::Encoding) -> Encoding {
    Encoding::Multi { name, table }
}

/// Every encoding with its names. ISO 8859-9 and -11 are the upper halves of the code pages 1254 and 874.
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
    (iso("ISO-8859-2", web::ISO_8859_2), &["iso88592", "isolatin2", "latin2", "l2", "isoir101", "csisolatin2"]),
    (iso("ISO-8859-3", web::ISO_8859_3), &["iso88593", "latin3", "l3", "csisolatin3"]),
    (iso("ISO-8859-4", web::ISO_8859_4), &["iso88594", "latin4", "l4", "csisolatin4"]),
    (iso("ISO-8859-5", web::ISO_8859_5), &["iso88595", "cyrillic", "csisolatincyrillic"]),
    (iso("ISO-8859-6", web::ISO_8859_6), &["iso88596", "arabic", "csisolatinarabic"]),
    (iso("ISO-8859-7", web::ISO_8859_7), &["iso88597", "greek", "csisolatingreek"]),
    (iso("ISO-8859-8", web::ISO_8859_8), &["iso88598", "iso88598i", "hebrew", "csisolatinhebrew"]),
    (iso("ISO-8859-9", web::WINDOWS_1254), &["iso88599", "latin5", "l5", "csisolatin5"]),
    (iso("ISO-8859-10", web::ISO_8859_10), &["iso885910", "latin6", "l6", "csisolatin6"]),
    (iso("ISO-8859-11", web::WINDOWS_874), &["iso885911"]),
    (Encoding::Single { name: "TIS-620", table: web::WINDOWS_874, upper: Upper::Nothing }, &["tis620"]),
    (iso("ISO-8859-13", web::ISO_8859_13), &["iso885913", "latin7", "l7"]),
    (iso("ISO-8859-14", web::ISO_8859_14), &["iso885914", "latin8", "l8"]),
    (iso("ISO-8859-15", web::ISO_8859_15), &["iso885915", "latin9"]),
    (iso("ISO-8859-16", web::ISO_8859_16), &["iso885916", "latin10", "l10"]),
    (windows("windows-874", web::WINDOWS_874), &["windows874", "cp874"]),
    (windows("windows-1250", web::WINDOWS_1250), &["windows1250", "cp1250", "msee"]),
    (windows("windows-1251", web::WINDOWS_1251), &["windows1251", "cp1251", "mscyrl"]),
    (windows("windows-1252", web::WINDOWS_1252), &["windows1252", "cp1252", "msansi"]),
    (windows("windows-1253", web::WINDOWS_1253), &["windows1253", "cp1253", "msgreek"]),
    (windows("windows-1254", web::WINDOWS_1254), &["windows1254", "cp1254", "msturk"]),
    (windows("windows-1255", web::WINDOWS_1255), &["windows1255", "cp1255", "mshebr"]),
    (windows("windows-1256", web::WINDOWS_1256), &["windows1256", "cp1256", "msarab"]),
    (windows("windows-1257", web::WINDOWS_1257), &["windows1257", "cp1257", "winbaltrim"]),
    (windows("windows-1258", web::WINDOWS_1258), &["windows1258", "cp1258"]),
    (single("KOI8-R", web::KOI8_R), &["koi8r", "cskoi8r"]),
    (single("KOI8-U", web::KOI8_U), &["koi8u"]),
    (single("IBM866", web::IBM866), &["ibm866", "cp866", "csibm866"]),
    (single("macintosh", web::MACINTOSH), &["macintosh", "mac", "csmacintosh"]),
    (single("MAC-CYRILLIC", web::X_MAC_CYRILLIC), &["maccyrillic", "xmaccyrillic"]),
    (multi("GB2312", web::GBK), &["gb2312", "euccn", "csgb2312"]),
    (multi("GBK", web::GBK), &["gbk", "xgbk", "cp936", "ms936", "windows936"]),
    (multi("GB18030", web::GB18030), &["gb18030"]),
    (multi("Big5", web::BIG5), &["big5", "csbig5", "cp950", "big5hkscs"]),
    (multi("EUC-JP", web::EUC_JP), &["eucjp"]),
    (multi("Shift_JIS", web::SHIFT_JIS), &["shiftjis", "sjis", "xsjis", "mskanji", "csshiftjis"]),
    (multi("windows-31J", web::SHIFT_JIS), &["windows31j", "cp932", "ms932", "cswindows31j"]),
    (multi("ISO-2022-JP", web::ISO_2022_JP), &["iso2022jp", "csiso2022jp"]),
    (multi("EUC-KR", web::EUC_KR), &["euckr", "cseuckr"]),
    (multi("UHC", web::EUC_KR), &["uhc", "cp949", "windows949"]),
];
