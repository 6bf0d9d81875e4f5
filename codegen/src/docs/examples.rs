//! Examples: of each element the shortest one of the documents that are given which still shows something.

use std::collections::HashMap;

use relaxng_model::places::{Given, Place};
use relaxng_model::{Grammar, validate::Validator};
use roxmltree::{Document, Node};

use super::Options;
use super::gather::Site;

/// A longer example is none.
const MAX_LINES: usize = 16;

/// Examples by the anchors of their elements.
#[derive(Debug, Default)]
pub struct Examples {
    by_anchor: HashMap<String, String>,
}

impl Examples {
    /// Draws examples from documents; those that are not valid are passed over.
    #[must_use]
    pub fn of_documents(grammar: &Grammar, documents: &[String]) -> Self {
        let options = Options::default();
        let site = Site::of(grammar, &options);
        let mut validator = Validator::new(grammar);
        let mut found = Self::default();
        for text in documents {
            let Ok(document) = Document::parse(text) else { continue };
            if validator.is_valid(&document) {
                found.draw(&site, &document);
            }
        }
        found
    }

    /// The example of an element.
    #[must_use]
    pub fn of(&self, anchor: &str) -> Option<&str> {
        self.by_anchor.get(anchor).map(String::as_str)
    }

    fn draw(&mut self, site: &Site<'_>, document: &Document<'_>) {
        let outermost = Place::document(site.grammar);
        let mut open = vec![(document.root(), outermost)];
        while let Some((node, place)) = open.pop() {
            let content = place.content(site.grammar, &given(node));
            for child in node.children().filter(Node::is_element) {
                let (ns, name) = (child.tag_name().namespace().unwrap_or_default(), child.tag_name().name());
                let Some(member) = content.children.iter().find(|it| it.name == name && it.ns == ns) else { continue };
                if let [form] = member.forms.as_slice()
                    && let Some(number) = site.number_of(form.pattern)
                {
                    self.take(&site.elements[number].anchor, child);
                }
                open.push((child, member.place()));
            }
        }
    }

    /// Takes a better example: of two that show something the shorter one.
    fn take(&mut self, anchor: &str, node: Node<'_, '_>) {
        let source = &node.document().input_text()[node.range()];
        let shows = node.attributes().next().is_some() || node.has_children();
        if !shows || source.lines().count() > MAX_LINES {
            return;
        }
        let rank = |text: &str| (!text.contains('\n'), text.len());
        let text = flush(node, source);
        match self.by_anchor.get(anchor) {
            Some(known) if rank(known) <= rank(&text) => {}
            _ => {
                self.by_anchor.insert(anchor.to_owned(), text);
            }
        }
    }
}

/// What an element has.
fn given<'d>(node: Node<'d, 'd>) -> Given<'d> {
    let attributes = node.attributes().filter(|it| it.namespace().is_none());
    let children = node.children().filter(Node::is_element);
    Given {
        attributes: attributes.map(|it| (it.name(), it.value())).collect(),
        children: children.map(|it| it.tag_name().name()).collect(),
    }
}

/// A part of a document without the indentation that it has there.
fn flush(node: Node<'_, '_>, source: &str) -> String {
    let text = node.document().input_text();
    let start = node.range().start;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let blanks = &text[line..start];
    if !blanks.trim().is_empty() || blanks.is_empty() {
        return source.to_owned();
    }
    source.replace(&format!("\n{blanks}"), "\n")
}
