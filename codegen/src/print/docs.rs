//! Documentation: paragraphs of plain prose in, lines of rustdoc out.

use super::PrintOptions;
use crate::model::{Blank, DefaultForm, EmptyForm, Facts};
use proc_macro2::TokenStream;
use quote::quote;

/// Columns of a line of documentation, the `/// ` not counted.
const WIDTH: usize = 100;

/// Attributes for paragraphs, with what is known beside them.
pub fn attributes(docs: &[String], facts: &Facts, fallback: &str, options: &PrintOptions) -> TokenStream {
    let mut paragraphs: Vec<String> = docs.iter().map(|text| escape(text)).collect();
    if paragraphs.iter().all(|text| text.trim().is_empty()) {
        paragraphs = vec![escape(fallback)];
    }
    paragraphs.extend(known(facts, options));
    let lines = lines(&paragraphs);
    quote!(#(#[doc = #lines])*)
}

/// One line of documentation.
pub fn line(text: &str) -> TokenStream {
    let text = format!(" {text}");
    quote!(#[doc = #text])
}

/// Paragraphs as lines, each with a blank in front, empty lines between the paragraphs.
pub fn lines(paragraphs: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in paragraphs {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.len() + word.len() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            line.push(' ');
            // At the start of a line these would make a list or a heading.
            let marks_list =
                word.trim_end_matches(['.', ')']).parse::<u32>().is_ok() && !word.ends_with(char::is_numeric);
            if line.len() == 1 && (marks_list || matches!(word, "-" | "+" | "#" | "=" | "--" | "---")) {
                let at = word.len() - 1;
                line.push_str(&word[..at]);
                line.push('\\');
                line.push_str(&word[at..]);
            } else {
                line.push_str(word);
            }
        }
        lines.push(line);
    }
    lines
}

/// The paragraph that states version, default and manual.
fn known(facts: &Facts, options: &PrintOptions) -> Option<String> {
    let mut sentences = Vec::new();
    if let Some(default) = &facts.default {
        let value = if default.value.is_empty() { "the empty text".to_owned() } else { code(&default.value) };
        sentences.push(match default.form {
            DefaultForm::Assumed => format!("Where absent, {value} is assumed."),
            DefaultForm::Written => format!("Where absent, {value} is assumed; the canonical form spells it out."),
            DefaultForm::Dropped => format!("Where absent, {value} is assumed; the canonical form leaves it out."),
        });
        if let Some(until) = &default.until {
            sentences.push(format!("Since {} {until} it is written as the document has it.", options.product));
        }
    }
    if facts.output_only {
        sentences.push("Only a running domain shows it.".to_owned());
    }
    if facts.empty == EmptyForm::Dropped {
        sentences.push("The canonical form leaves it out where there is nothing in it.".to_owned());
    }
    match facts.blank {
        _ if facts.unknown_absent => sentences.push("A value that it does not know counts as absent.".to_owned()),
        Blank::Value => {}
        Blank::Absent => sentences.push("An empty one counts as absent.".to_owned()),
        Blank::Refused => sentences.push(format!("An empty one is refused by {}.", options.product)),
    }
    if facts.repeat_refused {
        sentences.push(format!("A second one is refused by {}.", options.product));
    }
    if facts.unknown_refused {
        sentences.push(format!("A child that it does not know is refused by {}.", options.product));
    }
    if let Some(rule) = &facts.legacy {
        sentences.push(format!("A legacy form; rule `{rule}` replaces it."));
    }
    if let Some(rule) = &facts.absent {
        sentences.push(format!("It must be there, but may be missing in what is read; see rule `{rule}`."));
    }
    if facts.needed {
        sentences.push("The guest cannot do without it where it is given.".to_owned());
    }
    if facts.vital {
        sentences.push("Without it the element counts as absent.".to_owned());
    }
    if let Some(since) = &facts.since {
        sentences.push(format!("Since {} {since}.", options.product));
    }
    if let Some(until) = &facts.until {
        sentences.push(format!("No longer read since {} {until}.", options.product));
    }
    if let Some(since) = &facts.optional_since {
        sentences.push(format!("May be absent since {} {since}.", options.product));
    }
    if let Some(narrow) = &facts.narrow {
        let pattern = code(&narrow.pattern);
        sentences.push(format!("Values other than {pattern} since {} {}.", options.product, narrow.until));
    }
    if let (Some(anchor), Some(manual)) = (&facts.reference, &options.manual) {
        sentences.push(format!("See [the manual]({manual}#{anchor})."));
    }
    if sentences.is_empty() { None } else { Some(sentences.join(" ")) }
}

/// Text as code, whatever it holds.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{text}{fence}")
}

/// Escapes what rustdoc would take for markup, save code in backticks; addresses become links.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`');
    let balanced = text.matches('`').count().is_multiple_of(2);
    if let Some(first) = parts.next() {
        prose(&mut out, first);
    }
    for (index, part) in parts.enumerate() {
        if balanced && index % 2 == 0 {
            out.push('`');
            out.push_str(part);
            out.push('`');
        } else {
            if !balanced {
                out.push_str("\\`");
            }
            prose(&mut out, part);
        }
    }
    out
}

fn prose(out: &mut String, text: &str) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let address = word.find("http://").or_else(|| word.find("https://"));
        let (before, rest) = word.split_at(address.unwrap_or(word.len()));
        let end = rest.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']).len();
        let (link, after) = rest.split_at(end);
        plain(out, before);
        if !link.is_empty() {
            out.push('<');
            out.push_str(link);
            out.push('>');
        }
        plain(out, after);
    }
}

fn plain(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '[' | ']' | '<' | '>' | '*' | '\\' | '_' | '~' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a <disk> of [this] `<kind>` *b*"), "a \\<disk\\> of \\[this\\] `<kind>` \\*b\\*");
        assert_eq!(escape("see https://x.org/a_b."), "see <https://x.org/a_b>.");
        assert_eq!(escape("odd ` tick_"), "odd \\` tick\\_");
    }

    #[test]
    fn long_paragraphs_are_wrapped() {
        let text = format!("{} - x", "word ".repeat(20).trim());
        let lines = lines(&[text, "Next.".to_owned()]);
        assert_eq!(lines.len(), 4);
        assert!(lines[1].starts_with(" \\-"), "{lines:?}");
        assert_eq!(lines[3], " Next.");
    }
}
