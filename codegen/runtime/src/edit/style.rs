//! How the original is written: its quotes, its indentation, its line ends.

use std::borrow::Cow;

/// What the whole document prefers.
#[derive(Debug)]
pub(super) struct Style {
    /// The quote around most values.
    pub(super) quote: char,
    /// What an element is indented more than the one around it.
    pub(super) unit: String,
    /// Whether elements stand on lines of their own.
    pub(super) broken: bool,
}

impl Style {
    pub(super) fn of(text: &str, root: roxmltree::Node<'_, '_>) -> Self {
        let double = memchr::memmem::find_iter(text.as_bytes(), "=\"").count();
        let single = memchr::memmem::find_iter(text.as_bytes(), "='").count();
        let first = root.first_element_child().map(|child| indentation(text, child.range().start));
        // Of a text that begins with the root, as one cut out of another does, the end tag shows how deep it stands.
        let shown = if root.range().start == 0 { text.rfind("</").unwrap_or(0) } else { root.range().start };
        let own = indentation(text, shown);
        let unit = first.and_then(|first| first.strip_prefix(own)).filter(|unit| !unit.is_empty()).unwrap_or("  ");
        let inside = &text[root.range()];
        Style {
            quote: if double > single { '"' } else { '\'' },
            unit: unit.to_owned(),
            broken: inside.contains(['\n', '\r']),
        }
    }
}

/// The blanks before a place on its line; none where something else stands there.
pub(super) fn indentation(text: &str, at: usize) -> &str {
    let before = text[..at].trim_end_matches([' ', '\t']);
    if before.is_empty() || before.ends_with(['\n', '\r']) { &text[before.len()..at] } else { "" }
}

/// Where the lines of a text end: found once, so that a text that is one long line is not searched for each of its elements.
#[derive(Debug)]
pub(super) struct LineEnds(Vec<usize>);

impl LineEnds {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
        Self(ends.filter(|at| !(bytes[*at] == b'\n' && *at > 0 && bytes[*at - 1] == b'\r')).collect())
    }

    /// The line end before a place in the text, or the one behind it.
    pub(super) fn near(&self, text: &str, at: usize) -> &'static str {
        let behind = self.0.partition_point(|end| *end < at);
        match self.0.get(behind.saturating_sub(1)).map(|end| &text[*end..]) {
            Some(end) if end.starts_with("\r\n") => "\r\n",
            Some(end) if end.starts_with('\r') => "\r",
            _ => "\n",
        }
    }
}

/// A printed text with other line ends.
pub(super) fn with_line_ends<'t>(text: &'t str, line_end: &str) -> Cow<'t, str> {
    if line_end == "\n" || !text.contains('\n') {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace('\n', line_end))
    }
}

/// A printed start tag with other quotes. The printer writes single ones, and neither kind inside a value.
pub(super) fn with_quotes(tag: &str, quote: char) -> Cow<'_, str> {
    if quote == '\'' { Cow::Borrowed(tag) } else { Cow::Owned(tag.replace('\'', &quote.to_string())) }
}

/// A text that is put together, and where lines of its layout begin in it.
#[derive(Debug, Default)]
pub(super) struct Fragment {
    pub(super) text: String,
    lines: Vec<usize>,
}

impl Fragment {
    /// Adds what is not layout.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds white space between elements.
    pub(super) fn push_blank(&mut self, blank: &str) {
        let start = self.text.len();
        self.text.push_str(blank);
        let ends = blank.char_indices().filter(|(at, c)| match c {
            '\n' => true,
            '\r' => !blank[*at..].starts_with("\r\n"),
            _ => false,
        });
        self.lines.extend(ends.map(|(at, _)| start + at + 1));
    }

    pub(super) fn append(&mut self, other: Fragment) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.lines.extend(other.lines.into_iter().map(|line| start + line));
    }

    /// With its lines, but the first, at another depth.
    pub(super) fn moved(self, from: &str, to: &str) -> Self {
        if from == to {
            return self;
        }
        let mut moved = Fragment::default();
        let mut done = 0;
        for line in self.lines {
            moved.text.push_str(&self.text[done..line]);
            moved.lines.push(moved.text.len());
            done = line;
            // A line that is indented less has no depth to keep.
            if self.text[line..].starts_with(from) && !self.text[line..].starts_with(['\n', '\r']) {
                moved.text.push_str(to);
                done += from.len();
            }
        }
        moved.text.push_str(&self.text[done..]);
        moved
    }
}
