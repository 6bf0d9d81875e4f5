//! Laying out: a whole document, or some lines of it.

use domxml_runtime::edit::Around;
use lsp_types::{Range, TextEdit};

use super::document::Document;
use super::edits::{self, Edit};
use crate::engine;
use crate::options::Layout;

/// What lays a document out, as libvirt does or in its own steps; nothing where it cannot be read.
#[must_use]
pub fn whole(document: &Document) -> Vec<TextEdit> {
    let formatted = formatted(document, &document.text);
    edits::told(document, changes(document, formatted.as_deref()).iter())
}

/// The part of that which is about some lines; nothing where these cannot be laid out without the others, as where elements change places.
#[must_use]
pub fn lines(document: &Document, range: Range) -> Vec<TextEdit> {
    let whole = formatted(document, &document.text);
    let all = changes(document, whole.as_deref());
    let wanted = document.lines.range(&document.text, range);
    let about = |edit: &&Edit| edit.range.start <= wanted.end && wanted.start <= edit.range.end;
    let some: Vec<&Edit> = all.iter().filter(about).collect();
    let result = edits::apply(&document.text, some.iter().copied());
    let same = formatted(document, &result) == whole;
    if same { edits::told(document, some.into_iter()) } else { Vec::new() }
}

fn changes(document: &Document, formatted: Option<&str>) -> Vec<Edit> {
    formatted.map(|formatted| edits::between(&document.text, formatted)).unwrap_or_default()
}

fn formatted(document: &Document, text: &str) -> Option<String> {
    if domxml_xml::parse(text, &mut domxml_xml::Spare::default()).is_err() {
        return None;
    }
    let unknown = document.settings.unknown;
    Document::rewrite(text, |text, Around { depth, put }| match document.settings.layout {
        Layout::Canonical => engine::format_at(text, unknown, depth),
        Layout::Keep => engine::indent_at(text, unknown, Around { depth, put }),
    })
}
