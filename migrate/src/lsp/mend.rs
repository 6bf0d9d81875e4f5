//! A document that is being written, made well-formed, so that what is whole in it can be judged all the same.
//!
//! What is told of a broken document is what is found in elements that are whole, before the break and behind it. Not told is what is found
//! of an element around the break, which may only lack what is yet to be written, and in what may belong elsewhere: what stands between a tag
//! that is not finished and the end tag of its name, in an element of which an attribute is broken, and in one that is not closed where the
//! lines do not tell how far it reaches. Where not the tags are wrong, but a text, what is behind the break is not looked at. What one
//! element asks of another (an I/O thread, a controller) may be told to be missing while that is the broken one.

use std::ops::Range;

use domxml_xml::{Spare, tag_name};

use super::tree::{Element, Fault, Tree, indentation};

/// Where more is wrong nobody is writing, and what is behind the first fault is not looked at.
const MAX_FAULTS: usize = 200;

/// A text that was mended.
#[derive(Debug)]
pub struct Mended {
    /// The text: nothing but blanks in the place of what is wrong, and end tags where they were missing.
    pub text: String,
    /// Parts of the original of which nothing is known.
    unsure: Vec<Range<usize>>,
    /// Where the elements around these parts begin.
    around: Vec<usize>,
    /// The end tags that were put in: where, in the original, and how long they are.
    closed: Vec<(usize, usize)>,
}

impl Mended {
    /// Mends a text that cannot be parsed; `wrong_at` is where its parser stopped. None where nothing can be made of it.
    #[must_use]
    pub fn new(text: &str, tree: &Tree, wrong_at: usize) -> Option<Self> {
        let parses = |text: &str| domxml_xml::parse(text, &mut Spare::default()).is_ok();
        if tree.faults.len() <= MAX_FAULTS {
            let (mended, closed) = patched(text, tree);
            if parses(&mended) {
                return Some(Self::of(mended, closed, tree, unsure(text, tree)));
            }
        }
        // Not the tags are wrong, or all of them are: what is before the break is closed there. What a text holds that no document can hold
        // comes out when the tags are whole.
        let mut break_at = tree.broken_at().map_or(wrong_at, |at| at.min(wrong_at));
        loop {
            let tag = tree.elements.iter().rfind(|it| it.tag.contains(&break_at));
            let cut = tag.map_or(break_at, |it| it.tag.start);
            let (mended, closed) = patched(&text[..cut], &Tree::new(&text[..cut]));
            let mended = Self::of(mended, closed, tree, std::iter::once(cut..text.len()).collect());
            let Err(error) = domxml_xml::parse(&mended.text, &mut Spare::default()) else { return Some(mended) };
            break_at = Some(mended.before(error.at)).filter(|at| *at < cut)?;
        }
    }

    fn of(text: String, closed: Vec<(usize, usize)>, tree: &Tree, unsure: Vec<Range<usize>>) -> Self {
        let holds = |element: &&Element| {
            let range = &element.range;
            let is_open = element.end.is_none() && !element.is_empty;
            unsure.iter().any(|it| range.start < it.end && (it.start < range.end || is_open && it.start == range.end))
        };
        let around = tree.elements.iter().filter(holds).map(|element| element.range.start).collect();
        Self { text, unsure, around, closed }
    }

    /// The place in the original of something in the mended text, where it is the same there: no part of it is unsure, and it is not about
    /// what may only be missing yet.
    #[must_use]
    pub fn place(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let place = self.before(range.start)..self.before(range.end);
        let is_unsure = self.unsure.iter().any(|it| place.start < it.end && it.start < place.end);
        (!is_unsure && !self.around.contains(&place.start)).then_some(place)
    }

    /// A place of the mended text in the original.
    fn before(&self, at: usize) -> usize {
        let mut put_in = 0;
        for (place, length) in &self.closed {
            if place + put_in >= at {
                break;
            }
            put_in += (at - place - put_in).min(*length);
        }
        at - put_in
    }
}

/// The parts of a text in which nobody knows what belongs to what.
fn unsure(text: &str, tree: &Tree) -> Vec<Range<usize>> {
    let element = |tag: &Range<usize>| tree.elements.iter().find(|element| element.tag == *tag);
    let part = |fault: &Fault| match fault {
        Fault::Endless(at) => *at..text.len(),
        // What is missing at the end of a text is all that is wrong with it; elsewhere the lines tell where it had to be.
        Fault::Unclosed(number, at)
            if *at == text.len() || indentation(text, tree.elements[*number].tag.start).is_some() =>
        {
            *at..*at
        }
        Fault::Unclosed(number, at) => tree.elements[*number].tag.end..*at,
        // The beginning of what an end tag ends may be there and not be finished.
        Fault::Piece(range) if text[range.clone()].starts_with("</") => {
            let name = &text[tag_name(text, range)];
            let begun = |it: &&Element| !it.finished && it.tag.end <= range.start && text[it.name.clone()] == *name;
            tree.elements.iter().rfind(begun).map_or(range.start, |it| it.tag.start)..range.end
        }
        // In an element of which an attribute is missing other things may stand.
        Fault::Piece(range) => element(range).map_or(range.clone(), |it| it.range.clone()),
    };
    tree.faults.iter().map(part).collect()
}

/// Blanks for what is wrong with the tags, end tags for what is open; and where these were put in, and how long they are.
fn patched(text: &str, tree: &Tree) -> (String, Vec<(usize, usize)>) {
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
    let mut closed = Vec::new();
    for (at, name) in closing {
        mended.push_str(&patched[done..at]);
        let end = format!("</{name}>");
        closed.push((at, end.len()));
        mended.push_str(&end);
        done = at;
    }
    mended.push_str(&patched[done..]);
    (mended, closed)
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
        assert_eq!(mend("<a><b/>\u{1}<![CDATA[</a>").text, "<a><b/></a>");
    }

    #[test]
    fn what_is_whole_has_its_place_before_the_break_and_behind_it() {
        let text = "<a><b/><c><d></c><e/></a>";
        let mended = mend(text);
        assert_eq!(mended.text, "<a><b/><c><d></d></c><e/></a>");
        assert_eq!(mended.place(&(3..7)), Some(3..7));
        assert_eq!(mended.place(&(0..5)), None, "what is around the break may lack something yet");
        assert_eq!(mended.place(&(7..10)), None, "so may this");
        assert_eq!(mended.place(&(21..25)), Some(17..21), "behind it");
        let told = |text: &'static str, what: &str| {
            let mended = mend(text);
            let at = mended.text.find(what).expect("it is there");
            mended.place(&(at..at + what.len())).map(|range| &text[range])
        };
        let begun = "<a><f/><b c='d'\n<e/></b><g/></a>";
        assert_eq!(told(begun, "<f/>"), Some("<f/>"));
        assert_eq!(told(begun, "<e/>"), None, "it belongs to what was begun");
        assert_eq!(told(begun, "<g/>"), Some("<g/>"));
        let open = "<a>\n  <b>\n    <c/>\n  <d>\n    <e/>\n  </d>\n</a>";
        assert_eq!(mend(open).text, "<a>\n  <b>\n    <c/>\n</b>  <d>\n    <e/>\n  </d>\n</a>", "where the lines tell");
        assert_eq!((told(open, "<c/>"), told(open, "<e/>")), (Some("<c/>"), Some("<e/>")));
        assert_eq!(told("<a><b><c/><d/></a>", "<d/>"), None, "where they do not");
        assert_eq!(told("<a><b><c/>", "<c/>"), Some("<c/>"), "where no more is there");
        let mended = mend("<a><b/>&none;<c/></a>");
        assert_eq!(
            (&*mended.text, mended.place(&(3..7))),
            ("<a><b/></a>", Some(3..7)),
            "nothing is known of what is behind"
        );
    }
}
