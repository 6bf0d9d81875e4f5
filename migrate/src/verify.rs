//! Reading back what is about to be written: it must say what was meant, or the file is left.

use std::collections::HashMap;
use std::ops::Range;

use domxml_xml::Kind;

use crate::cli::Unknown;
use crate::engine::{self, Printed};
use crate::holder::Content;

/// What a document is to say once it is written.
#[derive(Debug, Clone)]
pub struct Meant<'a> {
    /// The document as it was read.
    pub original: &'a str,
    /// The domains in it, as the types hold them.
    pub printed: &'a [Printed],
    /// Whether every comment of the original must be there.
    pub comments: bool,
}

/// Decodes and reads `bytes` as any reader would, and compares.
///
/// # Errors
/// What differs from what was meant, and what to do.
pub fn read_back(bytes: &[u8], meant: &Meant) -> Result<(), String> {
    differs(bytes, meant).map_or(Ok(()), |what| {
        Err(format!(
            "left as it is, since the new text does not read back as it was meant: {what}; this is a fault of dommigrate: \
             please report it with the file (--no-verify writes all the same)"
        ))
    })
}

fn differs(bytes: &[u8], meant: &Meant) -> Option<String> {
    let text = match domxml_xml::decode(bytes) {
        Ok(decoded) => decoded.text,
        Err(error) => return Some(error.to_string()),
    };
    let mut read = Vec::new();
    let outcome = Content::of(&text).rewrite(&text, |part, _| {
        let target = meant.printed.get(read.len()).and_then(|meant| meant.target);
        let outcome = engine::format_for(part, Unknown::Keep, target);
        read.extend(outcome.text.clone());
        outcome
    });
    if outcome.text.is_none() {
        return Some(engine::first_error_line(&text, &outcome.findings));
    }
    if read.len() != meant.printed.len() {
        return Some(format!("{} domains stand for {}", read.len(), meant.printed.len()));
    }
    if let Some(what) = read.iter().zip(meant.printed).find_map(|(read, meant)| other(read, meant)) {
        return Some(what);
    }
    let lost = meant.comments.then(|| lost_comment(meant.original, &text)).flatten();
    lost.map(|comment| format!("the comment {comment} is lost"))
}

/// The first difference between a domain that was read and the one that was meant.
fn other(read: &str, meant: &Printed) -> Option<String> {
    let (read, printed) = (without_declaration(read), without_declaration(&meant.text));
    // Where the layout is another, a comment may stand at another place.
    let alike = || bare(read) == bare(printed) || engine::same_but_for_places(read, printed);
    if if meant.exact { read == printed } else { alike() } {
        return None;
    }
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let (read, printed) = (lines(read), lines(printed));
    let at = read.iter().zip(&printed).take_while(|(read, printed)| read == printed).count();
    let of = |lines: &[String]| lines.get(at).map_or_else(|| "its end".to_owned(), Clone::clone);
    Some(format!("{} stands for {}", of(&read), of(&printed)))
}

/// A printed document without its declaration, which is the business of the file.
fn without_declaration(text: &str) -> &str {
    let end = domxml_xml::declaration(text).map_or(0, |declaration| declaration.range.end);
    text[end..].trim_start()
}

/// A canonically printed document without comments and white space between its tags, the attributes of a tag in one order; and the letters of
/// the texts that stand beside elements, each with the number of the element that it stands in. In a layout that is kept they stay where they
/// are, whatever goes beside them, so that two of them may become one.
fn bare(text: &str) -> (Vec<Vec<&str>>, Vec<(usize, char)>) {
    let text = without_declaration(text);
    let pieces = domxml_xml::pieces(text).filter(|piece| piece.kind != Kind::Comment);
    let pieces =
        pieces.map(|piece| (piece.kind, piece.range)).filter(|(_, range)| !text[range.clone()].trim().is_empty());
    let (mut rest, mut beside, mut open, mut count): (Vec<_>, Vec<_>, Vec<usize>, _) = Default::default();
    let mut pieces = pieces.peekable();
    let mut last = None;
    while let Some((kind, range)) = pieces.next() {
        let piece = text[range.clone()].trim();
        let between = (last, pieces.peek().map(|(next, _)| *next)) != (Some(Kind::Start), Some(Kind::End));
        match kind {
            Kind::Text | Kind::Cdata if between => {
                let element = open.last().copied().unwrap_or(0);
                beside.extend(piece.chars().filter(|letter| !letter.is_whitespace()).map(|letter| (element, letter)));
            }
            Kind::Start | Kind::Empty => rest.push(tag(text, &range)),
            _ => rest.push(vec![piece]),
        }
        match kind {
            Kind::Start => {
                count += 1;
                open.push(count);
            }
            Kind::End => drop(open.pop()),
            _ => {}
        }
        last = Some(kind);
    }
    beside.sort_unstable();
    (rest, beside)
}

/// A start tag: its end, its name, and its attributes in an order that is always the same.
fn tag<'t>(text: &'t str, range: &Range<usize>) -> Vec<&'t str> {
    let end = if text[range.clone()].ends_with("/>") { "/>" } else { ">" };
    let mut attributes: Vec<&str> =
        domxml_xml::attributes(text, range).map(|(name, value)| &text[name.start..value.end]).collect();
    attributes.sort_unstable();
    [end, &text[domxml_xml::tag_name(text, range)]].into_iter().chain(attributes).collect()
}

/// A comment that stands in one text more often than in the other; how it is indented does not matter.
fn lost_comment(before: &str, after: &str) -> Option<String> {
    let comments = |text: &str| {
        let pieces = domxml_xml::pieces(text).filter(|piece| piece.kind == Kind::Comment);
        let mut counts: HashMap<String, usize> = HashMap::new();
        for piece in pieces {
            let words: Vec<&str> = text[piece.range].split_whitespace().collect();
            *counts.entry(words.join(" ")).or_default() += 1;
        }
        counts
    };
    let after = comments(after);
    comments(before).into_iter().find(|(comment, count)| after.get(comment) < Some(count)).map(|(comment, _)| comment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<domain type='kvm'>\n  <!-- c -->\n  <name>a</name>\n  <odd x='1'/>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";

    fn of(bytes: &[u8], carried_over: bool) -> Result<(), String> {
        let printed = [Printed { text: TEXT.to_owned(), exact: !carried_over, target: None }];
        read_back(bytes, &Meant { original: TEXT, printed: &printed, comments: true })
    }

    #[test]
    fn what_reads_back_is_written() {
        assert_eq!(of(TEXT.as_bytes(), false), Ok(()));
        let declared = format!("<?xml version='1.0'?>{TEXT}");
        assert_eq!(of(declared.as_bytes(), false), Ok(()));
        // A kept layout has its own order and its own place for a comment.
        let kept = "<domain type=\"kvm\"><name>a</name><odd x='1'/> <os><type>hvm</type></os><!--  c\n --></domain>";
        assert_eq!(of(kept.as_bytes(), true), Ok(()));
    }

    #[test]
    fn a_text_beside_elements_may_stand_elsewhere_but_not_go() {
        let text = |os: &str| TEXT.replace("    <type>hvm</type>\n", os);
        let (meant, kept) =
            (text("    <type>hvm</type>\n    <init>i</init>\n    x\n"), text("    <type>hvm</type>x<init>i</init>\n"));
        let printed = [Printed { text: meant.clone(), exact: false, target: None }];
        let meant = Meant { original: &meant, printed: &printed, comments: true };
        assert_eq!(read_back(kept.as_bytes(), &meant), Ok(()));
        for other in
            [kept.replace("x<", "<"), kept.replace("x<", "y<"), kept.replace("x<", "<").replace("</os>", "</os>x")]
        {
            assert!(read_back(other.as_bytes(), &meant).is_err(), "{other}");
        }
    }

    #[test]
    fn an_unknown_attribute_may_stand_elsewhere_in_its_tag_but_not_change() {
        let printed = [Printed { text: TEXT.replace("x='1'", "x='1' y='2'"), exact: false, target: None }];
        let meant = Meant { original: TEXT, printed: &printed, comments: true };
        let alike = |odd: &str| read_back(TEXT.replace("x='1'", odd).as_bytes(), &meant).is_ok();
        assert!(alike("y='2' x='1'"));
        for other in ["y='1' x='2'", "y='2'", "y='2' x='1' z=''"] {
            assert!(!alike(other), "{other}");
        }
    }

    #[test]
    fn an_unknown_element_may_stand_elsewhere_but_not_behind_its_twin() {
        let text = |os: &str| TEXT.replace("    <type>hvm</type>\n", os);
        let alike = |meant: &str, kept: &str| {
            let printed = [Printed { text: text(meant), exact: false, target: None }];
            let meant = Meant { original: &text(meant), printed: &printed, comments: true };
            read_back(text(kept).as_bytes(), &meant).is_ok()
        };
        let unknown = "    <type>hvm</type>\n    <init>i</init>\n    <inti>x</inti>\n";
        assert!(alike(unknown, "<inti>x</inti><type>hvm</type><init>i</init>"));
        assert!(!alike(unknown, "<inti>y</inti><type>hvm</type><init>i</init>"));
        assert!(!alike(unknown, "<type>hvm</type><init>i</init>"));
        // So that two texts become one.
        let texts = "    <type>hvm</type>\n    x\n    <init>i</init>\n    <inti>x</inti>\n    y\n";
        assert!(alike(texts, "<inti>x</inti><type>hvm</type><init>i</init>xy"));
        assert!(!alike(texts, "<inti>x</inti><type>hvm</type><init>i</init>x"));
        let twin = "    <type>hvm</type>\n    <init>i</init>\n    <init>x</init>\n";
        assert!(!alike(twin, "<init>x</init><type>hvm</type><init>i</init>"));
    }

    #[test]
    fn whatever_is_lost_or_damaged_is_found() {
        for (from, to, said) in [
            ("<name>a", "<name>b", "<name>b</name> stands for <name>a</name>"),
            (" x='1'", "", "<odd/> stands for <odd x='1'/>"),
            ("  <odd x='1'/>\n", "", "<os> stands for <odd x='1'/>"),
            ("<!-- c -->", "<!-- d -->", "the comment <!-- c --> is lost"),
            ("</name>", "</nam>", "3:"),
            ("<name>a", "<name>\u{1}", "3:"),
        ] {
            for carried_over in [false, true] {
                let text = TEXT.replace(from, to);
                let error = of(text.as_bytes(), carried_over).expect_err(to);
                assert!(error.contains(said) || from.starts_with("<!--"), "{from} -> {to}: {error}");
                assert!(error.contains("please report it"), "{error}");
            }
        }
        assert!(
            of(&TEXT.replace("<name>a", "<name>\u{e4}").chars().map(|c| c as u8).collect::<Vec<u8>>(), true).is_err()
        );
    }
}
