//! What may be written at a place and is not there yet.

use std::ops::Range;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionTextEdit, InsertTextFormat, Position, TextEdit,
};
use relaxng_model::Grammar;
use relaxng_model::facts::Facts;
use relaxng_model::places::{ANY, Content as Allowed, Given, Literal, Member, Values};

use super::document::Document;
use super::references;
use super::tree::{Spot, local};
use super::words;
use crate::reference;

/// What the editor can do with what it is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Abilities {
    /// It takes places for the cursor.
    pub snippets: bool,
    /// It leaves out edits of a version of a document that it has no longer.
    pub versions: bool,
}

/// What may stand at a place; `typed` is the letter for which the editor asks, where nobody did.
#[must_use]
pub fn complete(
    document: &Document,
    position: Position,
    typed: Option<&str>,
    abilities: Abilities,
) -> Vec<CompletionItem> {
    let offset = document.lines.offset(&document.text, position);
    let maker = Maker { document, abilities };
    let items = match document.spot(offset) {
        Spot::Name(number) => maker.elements(document.tree.elements[number].parent, Some(number), offset),
        // A blank or a quote in a text begins nothing.
        Spot::Text(_) if typed.is_some_and(|typed| typed != "<") => None,
        Spot::Text(number) => maker.content(number, offset),
        Spot::Tag(number) => maker.attributes(number, None, offset..offset),
        Spot::Attribute(number, at) => {
            let name = document.tree.elements[number].attributes[at].name.clone();
            maker.attributes(number, Some(at), name)
        }
        Spot::Value(number, at) => maker.values(number, at),
        Spot::End(number) => maker.end(number, offset),
        Spot::Elsewhere => None,
    };
    let mut items = items.unwrap_or_default();
    for (at, item) in items.iter_mut().enumerate() {
        // The order of the format, but what is old or only shown comes last.
        let last = item.tags.is_some();
        item.sort_text = Some(format!("{}{at:04}", u8::from(last)));
    }
    items
}

struct Maker<'d> {
    document: &'d Document,
    abilities: Abilities,
}

impl Maker<'_> {
    /// Elements in the place of a tag that has begun.
    fn elements(&self, parent: Option<usize>, own: Option<usize>, offset: usize) -> Option<Vec<CompletionItem>> {
        let element = own.map(|own| &self.document.tree.elements[own]);
        let range = element.map_or(offset..offset, |element| element.name.clone());
        // Where the tag is written already, its name alone is meant.
        let named = element.is_some_and(|element| element.finished || !element.attributes.is_empty());
        let Some(parent) = parent else {
            return Some(vec![self.item(
                "domain",
                "domain".to_owned(),
                &range,
                &Facts::default(),
                CompletionItemKind::CLASS,
            )]);
        };
        let allowed = self.document.allowed(parent, own, None)?;
        let open = self.open(parent, own, &allowed);
        let items = open.iter().map(|member| {
            let text = if named { member.name.to_owned() } else { self.element_text(member) };
            self.element(member, text, &range)
        });
        Some(items.collect())
    }

    /// Elements and values in the content of an element.
    fn content(&self, number: Option<usize>, offset: usize) -> Option<Vec<CompletionItem>> {
        let number = number?;
        let allowed = self.document.allowed(number, None, None)?;
        let text = &self.document.text;
        let before = &text[..offset];
        let start = before.rfind(|letter: char| letter.is_whitespace() || letter == '>').map_or(0, |at| at + 1);
        let start = (start..=offset).find(|at| text.is_char_boundary(*at)).unwrap_or(offset);
        let range = start..offset;
        let mut items = Vec::new();
        if !allowed.texts.is_empty() && self.document.tree.elements[number].children.is_empty() {
            let grammar = reference::grammar().ok()?;
            let mut values = Values::default();
            allowed.texts.iter().for_each(|pattern| values.join(Values::of(grammar, pattern, None)));
            let whole = self.document.tree.text_of(text, number).unwrap_or(range.clone());
            items.extend(self.literals(&values, grammar, &whole));
        }
        for member in self.open(number, None, &allowed) {
            let text = format!("<{}", self.element_text(member));
            items.push(CompletionItem {
                filter_text: Some(member.name.to_owned()),
                ..self.element(member, text, &range)
            });
        }
        Some(items)
    }

    /// The children that may stand in an element and are not there as often as they may.
    fn open<'m>(&self, parent: usize, own: Option<usize>, allowed: &'m Allowed<'static>) -> Vec<&'m Member<'static>> {
        let document = self.document;
        let children = document.tree.elements[parent].children.iter().filter(|child| Some(**child) != own);
        let names: Vec<&str> =
            children.map(|child| local(&document.text[document.tree.elements[*child].name.clone()])).collect();
        let free = |member: &&Member<'static>| {
            let there = names.iter().filter(|name| **name == member.name).count();
            member.ns.is_empty() && (member.max == ANY || there < member.max as usize)
        };
        allowed.children.iter().filter(free).collect()
    }

    fn element(&self, member: &Member<'static>, text: String, range: &Range<usize>) -> CompletionItem {
        let facts = reference::grammar().map(|grammar| member.facts(grammar)).unwrap_or_default();
        self.item(member.name, text, range, &facts, CompletionItemKind::CLASS)
    }

    /// A whole element behind its `<`: with the attributes that it must have, and an end tag if something may stand in it.
    fn element_text(&self, member: &Member<'static>) -> String {
        let name = member.name;
        let Ok(grammar) = reference::grammar() else { return name.to_owned() };
        let inside = member.place().content(grammar, &Given::default());
        if !self.abilities.snippets {
            return name.to_owned();
        }
        let needed = inside.attributes.iter().filter(|attribute| attribute.min > 0 && attribute.ns.is_empty());
        let attributes: String =
            needed.enumerate().map(|(at, attribute)| format!(" {}='${}'", attribute.name, at + 1)).collect();
        if inside.children.is_empty() && inside.texts.is_empty() {
            return format!("{name}{attributes}/>$0");
        }
        format!("{name}{attributes}>$0</{name}>")
    }

    /// Attributes that an element may have and has not; `own` is the one that is being written.
    fn attributes(&self, number: usize, own: Option<usize>, range: Range<usize>) -> Option<Vec<CompletionItem>> {
        let document = self.document;
        let grammar = reference::grammar().ok()?;
        let allowed = document.allowed(number, None, own)?;
        let element = &document.tree.elements[number];
        let there = element.attributes.iter().enumerate().filter(|(at, _)| Some(*at) != own);
        let there: Vec<&str> = there.map(|(_, it)| &document.text[it.name.clone()]).collect();
        let named = own.is_some_and(|own| element.attributes[own].value.is_some());
        let free = allowed.attributes.iter().filter(|it| it.ns.is_empty() && !there.contains(&it.name));
        let items = free.map(|member| {
            let text = match (named, self.abilities.snippets) {
                (true, _) => member.name.to_owned(),
                (false, true) => format!("{}='$1'$0", member.name),
                (false, false) => format!("{}=", member.name),
            };
            self.item(member.name, text, &range, &member.facts(grammar), CompletionItemKind::PROPERTY)
        });
        Some(items.collect())
    }

    /// Values that an attribute may have, and those of the document that it may refer to.
    fn values(&self, number: usize, at: usize) -> Option<Vec<CompletionItem>> {
        let document = self.document;
        let grammar = reference::grammar().ok()?;
        let attribute = &document.tree.elements[number].attributes[at];
        let range = attribute.value.clone()?;
        // A value without its end reaches too far.
        let range = if attribute.proper { range } else { range.start..range.start.max(self.end_of_word(range.start)) };
        let name = &document.text[attribute.name.clone()];
        let allowed = document.allowed(number, None, Some(at))?;
        let mut items: Vec<CompletionItem> = Vec::new();
        for there in references::choices(document, number, at) {
            items.push(self.item(&there, there.clone(), &range, &Facts::default(), CompletionItemKind::REFERENCE));
        }
        let values = allowed.attribute(name)?.values(grammar);
        items.extend(self.literals(&values, grammar, &range));
        Some(items)
    }

    fn end_of_word(&self, start: usize) -> usize {
        let stop = |letter: char| letter.is_whitespace() || matches!(letter, '\'' | '"' | '<' | '>' | '/');
        self.document.text[start..].find(stop).map_or(self.document.text.len(), |found| start + found)
    }

    /// The end tag of what is open.
    fn end(&self, closed: Option<usize>, offset: usize) -> Option<Vec<CompletionItem>> {
        let document = self.document;
        let start = document.text[..offset].rfind("</")? + 2;
        let open = document
            .tree
            .elements
            .iter()
            .rposition(|it| it.range.start < start && start <= it.range.end && it.end.is_none() && it.finished);
        let name = document.text[document.tree.elements[closed.or(open)?].name.clone()].to_owned();
        let finished = document.text[offset..].trim_start_matches(|it: char| it.is_alphanumeric()).starts_with('>');
        let text = if finished { name.clone() } else { format!("{name}>") };
        Some(vec![self.item(&name, text, &(start..offset), &Facts::default(), CompletionItemKind::CLASS)])
    }

    /// The values that the schema names for a text or an attribute.
    fn literals(
        &self,
        values: &Values<'static>,
        grammar: &'static Grammar,
        range: &Range<usize>,
    ) -> Vec<CompletionItem> {
        let kind = CompletionItemKind::ENUM_MEMBER;
        let item = |literal: &Literal<'static>| {
            self.item(literal.text, literal.text.to_owned(), range, &literal.facts(grammar), kind)
        };
        values.literals.iter().map(item).collect()
    }

    fn item(
        &self,
        label: &str,
        text: String,
        range: &Range<usize>,
        facts: &Facts<'_>,
        kind: CompletionItemKind,
    ) -> CompletionItem {
        let target = self.document.settings.options.target;
        let since = facts.since.and_then(|since| since.parse::<domxml_runtime::Version>().ok());
        let too_new = target.named && since.is_some_and(|since| since > target.oldest);
        let detail = match (facts.legacy, facts.since) {
            (Some(rule), _) => Some(format!("legacy: {rule}")),
            (None, Some(since)) if too_new => Some(format!("since libvirt {since}, later than the target")),
            (None, Some(since)) => Some(format!("since libvirt {since}")),
            (None, None) => None,
        };
        let last = facts.legacy.is_some() || facts.output_only || too_new;
        let snippet = self.abilities.snippets && text.contains('$');
        CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            detail,
            documentation: words::documentation(facts),
            tags: last.then(|| vec![CompletionItemTag::DEPRECATED]),
            insert_text_format: Some(if snippet { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT }),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: self.document.places(range), new_text: text })),
            ..CompletionItem::default()
        }
    }
}
