//! Strewing.

use std::fmt::Write;

use domxml_xml::Kind;

use crate::pairs::Random;

/// A document with the same content and much beside it. Every comment has a number of its own.
#[must_use]
pub fn sow(text: &str, random: &mut Random) -> String {
    let mut out = String::with_capacity(2 * text.len());
    let pieces: Vec<_> = domxml_xml::pieces(text).collect();
    let mut number = 0;
    let mut depth = 0_usize;
    let mut last_tag = None;
    let quotes = random.below(3);
    // What is kept verbatim stays as it is: its white space says something.
    let mut verbatim: Option<usize> = None;
    for (at, piece) in pieces.iter().enumerate() {
        let source = &text[piece.range.clone()];
        match piece.kind {
            Kind::Start | Kind::Empty => {
                depth += usize::from(piece.kind == Kind::Start);
                if verbatim.is_none() && piece.kind == Kind::Start && source.starts_with("<metadata") {
                    verbatim = Some(depth);
                }
                let double = verbatim.is_none() && quotes > 0 && (quotes == 2 || random.below(2) == 0);
                if double && !source.contains('"') {
                    out.push_str(&source.replace('\'', "\""));
                } else {
                    out.push_str(source);
                }
            }
            Kind::End => {
                if verbatim == Some(depth) {
                    verbatim = None;
                }
                depth = depth.saturating_sub(1);
                out.push_str(source);
            }
            Kind::Text if depth > 0 && verbatim.is_none() && source.trim().is_empty() => {
                let next = pieces.get(at + 1).map(|piece| piece.kind);
                // White space in an element that holds nothing else may be a text.
                if last_tag == Some(Kind::Start) && next == Some(Kind::End) || !source.contains('\n') {
                    out.push_str(source);
                } else {
                    gap(&mut out, source, last_tag == Some(Kind::Start), random, &mut number);
                }
            }
            _ => out.push_str(source),
        }
        if matches!(piece.kind, Kind::Start | Kind::Empty | Kind::End) {
            last_tag = Some(piece.kind);
        }
    }
    dress(out, random)
}

/// White space between two tags, the second on a line of its own.
fn gap(out: &mut String, blank: &str, first: bool, random: &mut Random, number: &mut usize) {
    let end = blank.rfind('\n').unwrap_or(0);
    let (before, indent) = blank.split_at(end);
    let mut remark = |out: &mut String, text: &str| {
        *number += 1;
        let _ = match text {
            "?" => write!(out, "<?note {number}?>"),
            text => write!(out, "<!-- {number}{text} -->"),
        };
    };
    if !first && random.below(12) == 0 {
        out.push(' ');
        remark(out, " behind");
    }
    out.push_str(before);
    match random.below(16) {
        0 => {
            out.push_str(indent);
            remark(out, " before");
        }
        1 => {
            out.push_str(indent);
            remark(out, "\n      of two lines,\n\tone with a tab");
            out.push_str(indent);
            remark(out, " <disk/> -- ".trim_end_matches([' ', '-']));
        }
        2 => {
            out.push_str(indent);
            remark(out, "?");
        }
        3 => out.push_str("\n\n"),
        4 => {
            out.push_str("\n   \n");
            out.push_str(&indent[1..]);
            remark(out, " after a blank line");
            out.push('\n');
        }
        5 => {
            out.push_str(indent);
            remark(out, " on its line");
            out.push(' ');
            return;
        }
        _ => {}
    }
    out.push_str(indent);
}

/// Tabs, line ends, a byte order mark.
fn dress(mut text: String, random: &mut Random) -> String {
    if random.below(3) == 0 {
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| {
                let blanks = line.len() - line.trim_start_matches(' ').len();
                format!("{}{}", "\t".repeat(blanks / 2), &line[blanks..])
            })
            .collect();
        text = lines.join("\n");
    }
    match random.below(4) {
        0 => text = text.replace("\r\n", "\n").replace('\n', "\r\n"),
        1 => {
            let lines: Vec<&str> = text.split('\n').collect();
            let mut mixed = String::new();
            for (at, line) in lines.iter().enumerate() {
                mixed.push_str(line);
                if at + 1 < lines.len() {
                    mixed.push_str(if random.below(5) == 0 && !line.ends_with('\r') { "\r\n" } else { "\n" });
                }
            }
            text = mixed;
        }
        _ => {}
    }
    // A mark says UTF-8, whatever is declared.
    let declared = domxml_xml::declaration(&text).is_some();
    if random.below(6) == 0 && !declared && !text.starts_with('\u{feff}') {
        text.insert(0, '\u{feff}');
    }
    text
}
