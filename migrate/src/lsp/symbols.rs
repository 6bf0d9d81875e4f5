//! The outline of a document, and what of it can be folded.

use lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, SymbolKind};

use super::document::Document;

/// How deep the outline goes: an editor shows it in a tree that nobody opens further. Each element takes two levels of the answer, of which
/// readers of JSON take no more than some 128.
const DEPTH: usize = 48;

/// How many elements an outline shows, the first ones: nobody reads more, and an answer takes many times the memory of the document.
const MOST: usize = 20_000;

/// How much of a text names an element.
const SHOWN: usize = 60;

/// The elements of a document, each with what tells it from others.
#[must_use]
pub fn symbols(document: &Document) -> Vec<DocumentSymbol> {
    let outermost =
        (0..document.tree.elements.len().min(MOST)).filter(|it| document.tree.elements[*it].parent.is_none());
    outermost.map(|number| symbol(document, number, 0)).collect()
}

fn symbol(document: &Document, number: usize, depth: usize) -> DocumentSymbol {
    let element = &document.tree.elements[number];
    let name = document.text[element.name.clone()].to_owned();
    let children: Vec<DocumentSymbol> = match depth < DEPTH {
        true => shown(&element.children).map(|child| symbol(document, child, depth + 1)).collect(),
        false => Vec::new(),
    };
    #[expect(deprecated, reason = "the field has to be given; `tags` took its place")]
    DocumentSymbol {
        // An empty name is refused by editors.
        name: if name.is_empty() { "<>".to_owned() } else { name },
        detail: Some(detail(document, number)).filter(|detail| !detail.is_empty()),
        kind: if children.is_empty() { SymbolKind::FIELD } else { SymbolKind::STRUCT },
        tags: None,
        deprecated: None,
        range: document.places(&element.range),
        selection_range: document.places(&element.name),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

fn shown(children: &[usize]) -> impl Iterator<Item = usize> + '_ {
    children.iter().copied().take_while(|child| *child < MOST)
}

/// The values of an element's attributes and its text; where it has none of its own, those of its children's first attributes.
fn detail(document: &Document, number: usize) -> String {
    let tree = &document.tree;
    let own = |number: usize| {
        let values = tree.elements[number].attributes.iter().filter_map(|attribute| attribute.value.clone());
        values.chain(tree.text_of(&document.text, number)).map(|range| document.text[range].trim().to_owned())
    };
    let mut parts: Vec<String> = own(number).filter(|part| !part.is_empty()).collect();
    // What names a device stands in its target, its source or its alias.
    if tree.elements[number].parent.is_some() && parts.len() < 3 {
        let first = tree.elements[number].children.iter().filter_map(|child| own(*child).next());
        parts.extend(first.filter(|part| !part.is_empty()).take(3 - parts.len()));
    }
    let mut text = parts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Elements and comments of several lines.
#[must_use]
pub fn folds(document: &Document) -> Vec<FoldingRange> {
    let fold = |range: &std::ops::Range<usize>, kind: Option<FoldingRangeKind>| {
        let places = document.places(range);
        let (start, mut end) = (places.start.line, places.end.line);
        // The line of the end tag stays to be seen.
        if kind.is_none() {
            end = end.saturating_sub(1);
        }
        (start < end).then(|| FoldingRange { start_line: start, end_line: end, kind, ..FoldingRange::default() })
    };
    let elements = document.tree.elements.iter().filter_map(|element| fold(&element.range, None));
    let comments = document.tree.comments.iter().filter_map(|range| fold(range, Some(FoldingRangeKind::Comment)));
    let mut all: Vec<FoldingRange> = elements.chain(comments).collect();
    all.sort_by_key(|fold| (fold.start_line, std::cmp::Reverse(fold.end_line)));
    all.dedup_by_key(|fold| fold.start_line);
    all
}
