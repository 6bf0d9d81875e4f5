//! A document that is being written, made well-formed, so that what stands before the break can be judged all the same.

use std::ops::Range;

use domxml_xml::Spare;

use super::tree::{Fault, Tree};

/// A text that was mended.
#[derive(Debug)]
pub struct Mended {
    /// The text: nothing but blanks in the place of what is wrong, and end tags where they were missing.
    pub text: String,
    /// The elements around the first break, which may lack what is yet to be written.
    unsure: Vec<Range<usize>>,
    /// Where the first break is.
    break_at: usize,
}

impl Mended {
    /// Mends a text that cannot be parsed; `wrong_at` is where its parser stopped. None where nothing can be made of it.
    #[must_use]
    pub fn new(text: &str, tree: &Tree, wrong_at: usize) -> Option<Self> {
        let break_at = tree.broken_at().map_or(wrong_at, |at| at.min(wrong_at));
        let around = |at: usize| {
            let around = tree.elements.iter().filter(move |it| it.range.start < at && at <= it.range.end);
            around.map(|it| it.range.clone()).collect()
        };
        let mended = patched(text, tree);
        let parses = |text: &str| domxml_xml::parse(text, &mut Spare::default()).is_ok();
        if parses(&mended) {
            return Some(Self { text: mended, unsure: around(break_at), break_at });
        }
        // Not the tags are wrong: what is before the break is closed there.
        let tag = tree.elements.iter().rfind(|it| it.tag.contains(&break_at));
        let cut = tag.map_or(break_at, |it| it.tag.start);
        let mended = patched(&text[..cut], &Tree::new(&text[..cut]));
        parses(&mended).then(|| Self { text: mended, unsure: around(cut), break_at: cut })
    }

    /// Whether something in the mended text is what it is in the original: it stands before the break, where both are the same, and is not
    /// about what may only be missing yet.
    #[must_use]
    pub fn is_sure(&self, range: &Range<usize>) -> bool {
        let unsure = self.unsure.iter().any(|element| element.start == range.start);
        range.end <= self.break_at && !unsure
    }
}

/// Blanks for what is wrong with the tags, end tags for what is open.
fn patched(text: &str, tree: &Tree) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut blank = |range: Range<usize>| {
        for byte in &mut bytes[range] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    };
    let mut closing: Vec<(usize, &str)> = Vec::new();
    for fault in &tree.faults {
        match fault {
            Fault::Piece(range) => {
                let element = tree.elements.iter().find(|element| element.tag == *range);
                let attributes = element.filter(|it| it.finished && !it.name.is_empty()).map(|it| &it.attributes);
                match attributes.filter(|attributes| attributes.iter().any(|it| !it.proper)) {
                    // The element stays, and what of its attributes is whole.
                    Some(attributes) => {
                        attributes.iter().filter(|it| !it.proper).for_each(|it| blank(it.range.clone()))
                    }
                    None => blank(range.clone()),
                }
            }
            Fault::Endless(at) => blank(*at..text.len()),
            Fault::Unclosed(number, at) => closing.push((*at, &text[tree.elements[*number].name.clone()])),
        }
    }
    let mut mended = String::with_capacity(text.len());
    let mut done = 0;
    let patched = String::from_utf8_lossy(&bytes).into_owned();
    closing.sort_by_key(|(at, _)| *at);
    for (at, name) in closing {
        mended.push_str(&patched[done..at]);
        mended.push_str(&format!("</{name}>"));
        done = at;
    }
    mended.push_str(&patched[done..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend(text: &str) -> Mended {
        let wrong = domxml_xml::parse(text, &mut Spare::default()).err().map_or(text.len(), |error| error.at);
        Mended::new(text, &Tree::new(text), wrong).expect("mended")
    }

    #[test]
    fn what_is_wrong_gives_way_to_blanks() {
        assert_eq!(mend("<a><b c='d'/><e f=</a>").text, "<a><b c='d'/>     </a>");
        assert_eq!(mend("<a><b c='d' e/></a>").text, "<a><b c='d'  /></a>");
        assert_eq!(mend("<a><b></a>").text, "<a><b></b></a>");
        assert_eq!(mend("<a><b>text</c></b>").text, "<a><b>text    </b></a>");
        assert_eq!(mend("<a><!-- <b/>").text, "<a>         </a>");
        assert_eq!(mend("<a><b/>&none;<c/></a>").text, "<a><b/></a>");
    }

    #[test]
    fn places_before_the_break_are_the_originals() {
        let text = "<a><b/><c><d></c><e/></a>";
        let mended = mend(text);
        assert_eq!(mended.text, "<a><b/><c><d></d></c><e/></a>");
        assert!(mended.is_sure(&(3..7)));
        assert!(
            !mended.is_sure(&(0..5)) && !mended.is_sure(&(7..10)),
            "what is open at the break may lack something yet"
        );
        assert!(!mended.is_sure(&(21..25)), "behind it");
    }
}
