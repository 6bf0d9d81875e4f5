//! Start tags: attributes come, go and change, and the rest of the tag stays.

use super::style::with_quotes;
use std::ops::Range;

/// The bytes of an element's start tag, its end included.
pub(super) fn range(text: &str, element: Range<usize>) -> Range<usize> {
    let tag = domxml_xml::pieces(&text[element.clone()]).next();
    element.start..tag.map_or(element.end, |tag| element.start + tag.range.end)
}

/// A start tag of the original with the differences between two printed ones, which lack their end.
pub(super) fn edited(original: &str, before: &str, after: &str, quote: char) -> String {
    if before == after {
        return original.to_owned();
    }
    let (old, new) = (attributes(before), attributes(after));
    let own = attributes(original);
    let quote = own.last().map_or(quote, |last| original[last.value.end..].chars().next().unwrap_or(quote));
    let find = |list: &[Attribute], tag: &str, name: &str| list.iter().position(|it| &tag[it.name.clone()] == name);
    // Each of the original's attributes as it is to be; what is new stands behind one of them, or behind the name.
    let mut pieces: Vec<String> = own.iter().map(|it| original[it.whole.clone()].to_owned()).collect();
    let mut added: Vec<String> = vec![String::new(); own.len() + 1];
    for (at, it) in own.iter().enumerate() {
        let name = &original[it.name.clone()];
        let Some(was) = find(&old, before, name) else { continue };
        match find(&new, after, name) {
            None => pieces[at].clear(),
            Some(is) if after[new[is].value.clone()] != before[old[was].value.clone()] => {
                let (start, end) = (it.whole.start, it.value.clone());
                pieces[at] = format!(
                    "{}{}{}",
                    &original[start..end.start],
                    &after[new[is].value.clone()],
                    &original[end.end..it.whole.end]
                );
            }
            Some(_) => {}
        }
    }
    let mut place = 0;
    for it in &new {
        let name = &after[it.name.clone()];
        match find(&own, original, name) {
            Some(at) => place = at + 1,
            None => added[place].push_str(&with_quotes(&format!(" {}", after[it.whole.clone()].trim_start()), quote)),
        }
    }
    let name_end = own.first().map_or_else(|| bare_end(original), |first| first.whole.start);
    let mut tag = format!("{}{}", &original[..name_end], added[0]);
    for (piece, added) in pieces.iter().zip(&added[1..]) {
        tag.push_str(piece);
        tag.push_str(added);
    }
    tag.push_str(&original[own.last().map_or(name_end, |last| last.whole.end)..]);
    tag
}

/// A start tag without its end and the blanks before it.
pub(super) fn open(tag: &str) -> &str {
    &tag[..bare_end(tag)]
}

/// Where the end of a tag begins, the blanks before it included.
fn bare_end(tag: &str) -> usize {
    let end = tag.strip_suffix('>').unwrap_or(tag);
    end.strip_suffix('/').unwrap_or(end).trim_end().len()
}

/// An attribute in a tag.
struct Attribute {
    /// From the white space before it to its closing quote.
    whole: Range<usize>,
    name: Range<usize>,
    value: Range<usize>,
}

fn attributes(tag: &str) -> Vec<Attribute> {
    let mut end = domxml_xml::tag_name(tag, &(0..tag.len())).end;
    let found = domxml_xml::attributes(tag, &(0..tag.len()));
    let whole = |(name, value): (Range<usize>, Range<usize>)| {
        let start = std::mem::replace(&mut end, value.end + 1);
        Attribute { whole: start..value.end + 1, name, value }
    };
    found.map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::edited;

    #[test]
    fn attributes_come_go_and_change_where_they_stand() {
        let tag = "<d\n  b = \"2\"   a='1'\n  g=\"x\" >";
        assert_eq!(
            edited(tag, "<d a='1' b='2' g='x'", "<d a='3' b='2' c='4'", '\''),
            "<d\n  b = \"2\" c=\"4\"   a='3' >"
        );
        assert_eq!(edited("<d/>", "<d", "<d a='1'", '"'), "<d a=\"1\"/>");
        assert_eq!(edited("<d />", "<d", "<d a='1'", '\''), "<d a='1' />");
        assert_eq!(edited("<d a='1'>", "<d a='1'", "<d", '\''), "<d>");
    }
}
