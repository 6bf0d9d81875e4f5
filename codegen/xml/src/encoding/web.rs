//! The encodings that have tables: those of the Web, of `encoding_rs`.

use super::{Encoding, Upper};
use encoding_rs as web;
use std::borrow::Cow;

/// The table of an encoding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Table(&'static web::Encoding);

impl Table {
    /// The character of a single byte.
    pub(super) fn character(self, byte: u8) -> Option<char> {
        let decoded = self.0.decode_without_bom_handling_and_without_replacement(std::slice::from_ref(&byte));
        decoded.and_then(|text| text.chars().next())
    }

    /// The bytes of a text, and whether the table has all of its characters.
    pub(super) fn encode(self, text: &str) -> (Cow<'_, [u8]>, bool) {
        let (bytes, _, unmappable) = self.0.encode(text);
        (bytes, !unmappable)
    }

    /// The text of bytes, and whether all of them were text.
    pub(super) fn decode(self, bytes: &[u8]) -> (String, bool) {
        let mut decoder = self.0.new_decoder_without_bom_handling();
        let mut text = String::new();
        let mut done = 0;
        loop {
            let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len() - done).unwrap_or(bytes.len());
            text.reserve(room);
            let (result, read) = decoder.decode_to_string_without_replacement(&bytes[done..], &mut text, true);
            done += read;
            match result {
                web::DecoderResult::InputEmpty => return (text, true),
                web::DecoderResult::OutputFull => {}
                web::DecoderResult::Malformed(..) => return (text, false),
            }
        }
    }

    /// Whether it has other states than that of ASCII at the end of a line.
    pub(super) fn has_states(self) -> bool {
        self.0 == web::ISO_2022_JP
    }
}

/// ISO 8859: what IANA calls control characters, from 0x80 to 0x9F, is those.
const fn iso(name: &'static str, table: &'static web::Encoding) -> Encoding {
    Encoding::Single { name, table: Table(table), upper: Upper::Controls }
}

/// A code page of Microsoft's: bytes without a character are none.
const fn windows(name: &'static str, table: &'static web::Encoding) -> Encoding {
    Encoding::Single { name, table: Table(table), upper: Upper::NoControls }
}

const fn single(name: &'static str, table: &'static web::Encoding, upper: Upper) -> Encoding {
    Encoding::Single { name, table: Table(table), upper }
}

const fn multi(name: &'static str, table: &'static web::Encoding) -> Encoding {
    Encoding::Multi { name, table: Table(table) }
}

/// Each with its names. ISO 8859-9 and -11 are the upper halves of the code pages 1254 and 874.
#[rustfmt::skip]
pub(super) static NAMES: &[(Encoding, &[&str])] = &[
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
    (single("TIS-620", web::WINDOWS_874, Upper::Nothing), &["tis620"]),
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
    (single("KOI8-R", web::KOI8_R, Upper::Table), &["koi8r", "cskoi8r"]),
    (single("KOI8-U", web::KOI8_U, Upper::Table), &["koi8u"]),
    (single("IBM866", web::IBM866, Upper::Table), &["ibm866", "cp866", "csibm866"]),
    (single("macintosh", web::MACINTOSH, Upper::Table), &["macintosh", "mac", "csmacintosh"]),
    (single("MAC-CYRILLIC", web::X_MAC_CYRILLIC, Upper::Table), &["maccyrillic", "xmaccyrillic"]),
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
