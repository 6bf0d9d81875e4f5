//! Encodings of one byte to a character, and what those of several leave out of their tables.

use super::web::Table;
use super::{Encoding, Upper};

/// The characters of the bytes from 0x80 on.
pub(super) fn upper_half(table: Table, upper: Upper) -> [Option<char>; 128] {
    std::array::from_fn(|at| {
        let byte = 0x80 + u8::try_from(at).unwrap_or(0x7f);
        match upper {
            Upper::Controls if byte < 0xa0 => return Some(char::from(byte)),
            Upper::Nothing if byte <= 0xa0 => return None,
            _ => {}
        }
        table.character(byte).filter(|c| upper != Upper::NoControls || !c.is_control())
    })
}

/// Whether a character that the table has is one of the encoding: tables of the Web hold more than some of the names that
/// stand for them.
pub(super) fn holds(encoding: Encoding, c: char) -> bool {
    let Encoding::Multi { name, table } = encoding else { return true };
    match name {
        _ if c.is_ascii() => true,
        "GB2312" => matches!(two(table, c), Some(pair) if in_gb2312(pair)),
        // A byte of its own in the table of the Web, which others do not know.
        "GBK" => c != '\u{20ac}',
        // Hangul beyond the standard are in its extension UHC alone.
        "EUC-KR" => matches!(two(table, c), Some([0xa1..=0xff, 0xa1..=0xff])),
        // Rows 13 and from 89 on are extensions of makers.
        "Shift_JIS" => match two(table, c) {
            Some([lead, _]) => !matches!(lead, 0x87 | 0xed..=0xff),
            None => true,
        },
        "EUC-JP" => !matches!(two(table, c), Some([0xad | 0xf5..=0xff, _])),
        _ => true,
    }
}

/// The character's two bytes, where it has two.
fn two(table: Table, c: char) -> Option<[u8; 2]> {
    let mut buffer = [0; 4];
    let (bytes, has) = table.encode(c.encode_utf8(&mut buffer));
    if has { bytes.as_ref().try_into().ok() } else { None }
}

/// Whether GB 2312 assigns a character to these bytes.
fn in_gb2312(pair: [u8; 2]) -> bool {
    let [row, cell] = pair;
    match row {
        0xa1 | 0xa3 | 0xb0..=0xd6 | 0xd8..=0xf7 => cell >= 0xa1,
        0xa2 => matches!(cell, 0xb1..=0xe2 | 0xe5..=0xee | 0xf1..=0xfc),
        0xa4 => matches!(cell, 0xa1..=0xf3),
        0xa5 => matches!(cell, 0xa1..=0xf6),
        0xa6 => matches!(cell, 0xa1..=0xb8 | 0xc1..=0xd8),
        0xa7 => matches!(cell, 0xa1..=0xc1 | 0xd1..=0xf1),
        0xa8 => matches!(cell, 0xa1..=0xba | 0xc5..=0xe9),
        0xa9 => matches!(cell, 0xa4..=0xef),
        0xd7 => matches!(cell, 0xa1..=0xf9),
        _ => false,
    }
}
