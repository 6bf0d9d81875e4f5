//! What is told of the thing under the cursor.

use std::ops::Range;

use lsp_types::{Hover, HoverContents, Position};
use relaxng_model::places::{Member, Values};

use super::document::Document;
use super::tree::{Spot, local};
use super::words;
use crate::reference;

/// What is known of what stands at a place.
#[must_use]
pub fn hover(document: &Document, position: Position) -> Option<Hover> {
    let offset = document.lines.offset(&document.text, position);
    let (text, range) = match document.spot(offset) {
        Spot::Name(number) => element(document, number, document.tree.elements[number].name.clone())?,
        Spot::End(Some(number)) => {
            let end = document.tree.elements[number].end.clone()?;
            element(document, number, end)?
        }
        Spot::Attribute(number, at) => attribute(document, number, at)?,
        Spot::Value(number, at) => value(document, number, at)?,
        Spot::Text(Some(number)) => content(document, number, offset)?,
        _ => return None,
    };
    let contents = HoverContents::Markup(words::markdown(text));
    Some(Hover { contents, range: Some(document.places(&range)) })
}

fn element(document: &Document, number: usize, range: Range<usize>) -> Option<(String, Range<usize>)> {
    let grammar = reference::grammar().ok()?;
    let (member, place) = document.place(number)?;
    let mut text = format!("**`<{}>`** · {}\n\n", member.name, document.path(number));
    let all = place.facts(grammar);
    if member.forms.len() > 1 && all.iter().any(|facts| facts.docs != all[0].docs) {
        // What is there does not say which of them it is.
        let each: Vec<_> = member.forms.iter().map(|form| words::about(&form.facts(grammar))).collect();
        let mut told: Vec<String> = Vec::new();
        for about in each {
            if !told.contains(&about) {
                told.push(about);
            }
        }
        text.push_str(&told.join("\n\n---\n\n"));
    } else {
        text.push_str(&words::about(&member.facts(grammar)));
    }
    Some((text, range))
}

fn attribute(document: &Document, number: usize, at: usize) -> Option<(String, Range<usize>)> {
    let range = document.tree.elements[number].attributes[at].name.clone();
    let member = member(document, number, at)?;
    let grammar = reference::grammar().ok()?;
    let element = local(&document.text[document.tree.elements[number].name.clone()]);
    let text = format!("**`{}=`** of `<{element}>`\n\n{}", member.name, words::about(&member.facts(grammar)));
    let values = words::values(&member.values(grammar));
    Some((format!("{text}\n\n{values}"), range))
}

fn member(document: &Document, number: usize, at: usize) -> Option<Member<'static>> {
    let name = &document.text[document.tree.elements[number].attributes[at].name.clone()];
    let allowed = document.allowed(number, None, Some(at))?;
    allowed.attribute(name).cloned()
}

fn value(document: &Document, number: usize, at: usize) -> Option<(String, Range<usize>)> {
    let range = document.tree.elements[number].attributes[at].value.clone()?;
    let member = member(document, number, at)?;
    let said = &document.text[range.clone()];
    match one_of(&member.values(reference::grammar().ok()?), said) {
        Some(text) => Some((format!("**`{}='{said}'`**\n\n{text}", member.name), range)),
        None => attribute(document, number, at),
    }
}

/// What is said of one value.
fn one_of(values: &Values<'_>, said: &str) -> Option<String> {
    let literal = values.literals.iter().find(|literal| literal.text == said.trim())?;
    let text = words::about(&literal.facts(reference::grammar().ok()?));
    (!text.is_empty()).then_some(text)
}

fn content(document: &Document, number: usize, offset: usize) -> Option<(String, Range<usize>)> {
    let range = document.tree.text_of(&document.text, number)?;
    if offset < range.start || range.end < offset {
        return None;
    }
    let grammar = reference::grammar().ok()?;
    let mut values = Values::default();
    for text in document.allowed(number, None, None)?.texts {
        values.join(Values::of(grammar, text, None));
    }
    let (about, _) = element(document, number, range.clone())?;
    match one_of(&values, &document.text[range.clone()]) {
        Some(text) => Some((format!("**`{}`**\n\n{text}", &document.text[range.clone()]), range)),
        None => Some((format!("{about}\n\n{}", words::values(&values)), range)),
    }
}
