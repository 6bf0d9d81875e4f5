//! Writing HTML that is XML too, so that what is wrong with it shows.

use std::fmt::Write as _;

/// A text in HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Documentation: what stands between backquotes is code.
pub fn prose(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if at % 2 == 1 {
            let _ = write!(out, "<code>{part}</code>");
        } else {
            out.push_str(&part);
        }
    }
    out
}

/// A page with its frame: head, search, the chapters, what it is about.
pub struct Page<'p> {
    pub title: &'p str,
    pub site: &'p str,
    pub navigation: &'p str,
    pub versions: &'p [String],
    pub main: &'p str,
}

impl Page<'_> {
    pub fn text(&self) -> String {
        let Self { title, site, navigation, versions, main } = self;
        let (title, site) = (escaped(title), escaped(site));
        let options: String = versions.iter().map(|it| format!("<option value=\"{it}\">{it}</option>")).collect();
        let choice = if options.is_empty() {
            String::new()
        } else {
            format!(
                "<label class=\"choice\">Version <select id=\"ui-version\"><option value=\"\">all</option>{options}</select></label>"
            )
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{title} · {site}</title>\n\
<link rel=\"stylesheet\" href=\"style.css\"/>\n</head>\n<body>\n<a class=\"skip\" href=\"#ui-main\">To the content</a>\n\
<header>\n<a class=\"site\" href=\"index.html\">{site}</a>\n<form role=\"search\" id=\"ui-search\">\n\
<label for=\"ui-query\">Search</label>\n<input id=\"ui-query\" type=\"search\" autocomplete=\"off\" aria-describedby=\"ui-hint\" aria-controls=\"ui-results\"/>\n\
<span id=\"ui-hint\" class=\"hint\">Press / to search, the arrows to choose</span>\n</form>\n{choice}\n</header>\n\
<ol id=\"ui-results\" aria-label=\"Found\" hidden=\"hidden\"></ol>\n<p id=\"ui-count\" role=\"status\" class=\"hint\"></p>\n\
<div class=\"columns\">\n<nav aria-label=\"Chapters\">\n{navigation}</nav>\n<main id=\"ui-main\">\n{main}</main>\n</div>\n\
<script src=\"script.js\"></script>\n</body>\n</html>\n"
        )
    }
}
