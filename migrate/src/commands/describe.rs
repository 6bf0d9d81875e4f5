//! `explain ELEMENT`: what the schema says about an element, an attribute and its values.

use std::fmt::Write as _;

use relaxng_model::facts::Facts;
use relaxng_model::places::{ANY, Condition, Content, Form, Found, Given, Member, Values};
use relaxng_model::{Grammar, closest};

use crate::reference;

/// What a subject names.
#[derive(Debug, PartialEq, Eq)]
struct Subject<'s> {
    elements: Vec<&'s str>,
    attribute: Option<&'s str>,
    value: Option<&'s str>,
}

impl<'s> Subject<'s> {
    /// As people, findings and `get` write paths: `disk/driver/@cache`, `/domain/devices/disk[2]`, `disk/@type=network`, `<disk>`, `vcpu/text()`.
    fn parse(text: &'s str) -> Self {
        let (text, value) = match text.split_once('=') {
            Some((path, value)) => (path, Some(value.trim_matches(['\'', '"']))),
            None => (text, None),
        };
        let (path, attribute) = match text.rsplit_once('@') {
            Some((path, attribute)) => (path, Some(attribute)),
            None => (text, None),
        };
        // As `get` prints the text of an element that has attributes.
        let path = path.strip_suffix("/text()").unwrap_or(path);
        let names = path.trim_matches(['/', '<', '>']).split('/');
        let name = |step: &'s str| {
            let step = step.split_once('[').map_or(step, |(name, _)| name);
            step.rsplit_once(':').map_or(step, |(_, local)| local)
        };
        Self { elements: names.map(name).filter(|name| !name.is_empty()).collect(), attribute, value }
    }
}

/// What the schema says about `subject`: an element by its name or the end of its path, as `disk` or `devices/disk/driver`, an attribute,
/// as `disk/driver/@cache`, or `@cache` of whatever has it, or a value, as `disk/driver/@cache=none`.
///
/// # Errors
/// There is no such thing; where an element is there without the attribute or value, a line that says what it has.
pub(super) fn describe(subject: &str) -> Result<String, Option<String>> {
    let grammar = reference::grammar().map_err(Some)?;
    let subject = Subject::parse(subject);
    let of_any = subject.elements.is_empty();
    if of_any && subject.attribute.is_none() {
        return Err(None);
    }
    let found = Found::all(grammar, &subject.elements);
    if found.is_empty() {
        return Err(nearest_element(grammar, &subject.elements));
    }
    let mut pages = Pages::default();
    let mut near = None;
    for found in &found {
        match subject.attribute {
            None if subject.value.is_some() => {
                let member = Member { ns: "", name: "", min: 0, max: 0, forms: found.forms.clone() };
                match value_page(grammar, &found.path.join("/"), &member, subject.value.unwrap_or_default()) {
                    Ok(page) => pages.add(page),
                    Err(error) => near = near.or(Some(error)),
                }
            }
            None => found.forms.iter().for_each(|form| pages.add(element_page(grammar, found, form))),
            Some(name) => {
                let content = found.place().content(grammar, &Given::default());
                match (content.attribute(name), subject.value) {
                    (None, _) if of_any => {}
                    (None, _) => near = near.or_else(|| Some(no_attribute(&found.path, &content, name))),
                    (Some(member), None) => pages.add(attribute_page(grammar, &found.path, member)),
                    (Some(member), Some(value)) => {
                        match value_page(grammar, &format!("{}/@{name}", found.path.join("/")), member, value) {
                            Ok(page) => pages.add(page),
                            Err(error) => near = near.or(Some(error)),
                        }
                    }
                }
            }
        }
    }
    match subject.attribute {
        _ if !pages.text.is_empty() => Ok(pages.text),
        Some(name) if of_any => Err(near.or_else(|| nearest_attribute(grammar, &found, name))),
        _ => Err(near),
    }
}

/// The pages, each once: what is said alike of several places is said of the first.
#[derive(Default)]
struct Pages {
    text: String,
    said: Vec<String>,
}

impl Pages {
    fn add(&mut self, page: String) {
        let body = page.split_once('\n').map_or("", |(_, body)| body).to_owned();
        if self.said.contains(&body) {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&page);
        self.said.push(body);
    }
}

fn nearest_element(grammar: &Grammar, elements: &[&str]) -> Option<String> {
    let last = elements.last()?;
    let all = Found::all(grammar, &[]);
    let known = all.iter().filter_map(|found| found.path.last().copied());
    if let Some(elsewhere) = all.iter().find(|found| found.path.last() == Some(last)) {
        return Some(format!("<{last}> stands at {}", elsewhere.path.join("/")));
    }
    closest(last, known).map(|near| format!("did you mean '{near}'?"))
}

fn nearest_attribute(grammar: &Grammar, elements: &[Found<'_>], name: &str) -> Option<String> {
    let contents = elements.iter().map(|found| found.place().content(grammar, &Given::default()));
    let names = contents.flat_map(|content| content.attributes).map(|member| member.name);
    closest(name, names).map(|near| format!("did you mean '@{near}'?"))
}

fn no_attribute(path: &[&str], content: &Content<'_>, name: &str) -> String {
    let element = path.last().copied().unwrap_or_default();
    let names: Vec<&str> = content.attributes.iter().map(|member| member.name).collect();
    match closest(name, names.iter().copied()) {
        Some(near) => format!("<{element}> has no attribute '{name}'; did you mean '{near}'?"),
        None if names.is_empty() => format!("<{element}> has no attributes"),
        None => format!("<{element}> has no attribute '{name}'; it has {}", names.join(", ")),
    }
}

fn head(title: &str, facts: &Facts<'_>) -> String {
    let mut text = format!("{title}\n\n");
    for paragraph in &facts.docs {
        let _ = writeln!(text, "{paragraph}\n");
    }
    let phrases = facts.phrases().join("; ");
    if !phrases.is_empty() {
        let _ = writeln!(text, "({phrases})\n");
    }
    if let Some(rule) = reference::replaced_by(facts) {
        let _ = writeln!(text, "Replaced by {rule}\n");
    }
    text
}

fn foot(text: &mut String, facts: &Facts<'_>) {
    if let Some(url) = reference::manual(facts) {
        if !text.ends_with("\n\n") {
            text.push('\n');
        }
        let _ = writeln!(text, "Manual: {url}");
    }
}

/// What chooses a branch: `with type='network'`.
fn condition(when: &[Condition<'_>]) -> String {
    let each = when.iter().map(|(name, values)| {
        let values: Vec<_> = values.iter().map(|value| format!("'{value}'")).collect();
        format!("{name}={}", values.join(" or "))
    });
    let all: Vec<_> = each.collect();
    if all.is_empty() { String::new() } else { format!(", with {}", all.join(" and ")) }
}

/// Lines for what belongs to something; that it is as old as that is not said again.
fn rows<'f>(title: &str, of: &Facts<'_>, rows: impl Iterator<Item = (String, Facts<'f>, String)>) -> String {
    let rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let mut text = if rows.is_empty() { String::new() } else { format!("{title}:\n") };
    for (name, mut facts, more) in rows {
        facts.since = facts.since.filter(|since| of.since != Some(*since));
        let mut phrases = facts.phrases();
        phrases.extend(Some(more).filter(|more| !more.is_empty()));
        let phrases = if phrases.is_empty() { String::new() } else { format!("({})", phrases.join("; ")) };
        let line = [facts.text(), phrases].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "{}", format!("  {name:width$}  {line}").trim_end());
    }
    text
}

fn element_page(grammar: &Grammar, found: &Found<'_>, form: &Form<'_>) -> String {
    let name = found.path.last().copied().unwrap_or_default();
    let facts = form.facts(grammar);
    let mut text = head(&format!("<{name}> as {}{}", found.path.join("/"), condition(&form.when)), &facts);
    let only = Found { path: found.path.clone(), forms: vec![form.clone()] };
    let content = only.place().content(grammar, &Given::default());
    let attributes = content.attributes.iter().map(|member| {
        let more = if member.min > 0 { "required".to_owned() } else { String::new() };
        (member.name.to_owned(), member.facts(grammar), more)
    });
    text.push_str(&rows("Attributes", &facts, attributes));
    let children = content.children.iter().map(|member| {
        let more = match (member.min, member.max) {
            (1.., ANY) => "once or more",
            (_, ANY) => "any number",
            (1.., _) => "required",
            _ => "",
        };
        (member.name.to_owned(), member.facts(grammar), more.to_owned())
    });
    text.push_str(&rows("Children", &facts, children));
    let mut values = Values::default();
    content.texts.iter().for_each(|pattern| values.join(Values::of(grammar, pattern, None)));
    text.push_str(&values_of("Text", grammar, &facts, &values));
    foot(&mut text, &facts);
    text
}

fn values_of(title: &str, grammar: &Grammar, of: &Facts<'_>, values: &Values<'_>) -> String {
    let literals = values.literals.iter().map(|value| (value.text.to_owned(), value.facts(grammar), String::new()));
    let mut text = rows(title, of, literals);
    if !values.kinds.is_empty() {
        let _ = match text.is_empty() {
            true => writeln!(text, "{title}: {}", values.kinds.join("; ")),
            false => writeln!(text, "  or {}", values.kinds.join("; ")),
        };
    }
    text
}

fn attribute_page(grammar: &Grammar, path: &[&str], member: &Member<'_>) -> String {
    let facts = member.facts(grammar);
    let mut text = head(&format!("{}= of {}", member.name, path.join("/")), &facts);
    text.push_str(&values_of("Values", grammar, &facts, &member.values(grammar)));
    foot(&mut text, &facts);
    text
}

fn value_page(grammar: &Grammar, title: &str, member: &Member<'_>, value: &str) -> Result<String, String> {
    let values = member.values(grammar);
    let names: Vec<&str> = values.literals.iter().map(|literal| literal.text).collect();
    match values.literals.iter().find(|literal| literal.text == value) {
        Some(literal) => {
            let facts = literal.facts(grammar);
            let mut text = head(&format!("{title}={value}"), &facts);
            foot(&mut text, &facts);
            Ok(text)
        }
        None if names.is_empty() => {
            Err(format!("{title} has no set of values; what it takes: {}", values.kinds.join("; ")))
        }
        None => Err(format!("{title} has no value '{value}'; it has {}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_people_and_findings_write_them() {
        let is = |text: &str, elements: &[&str], attribute: Option<&str>, value: Option<&str>| {
            let subject = Subject::parse(text);
            assert_eq!((&*subject.elements, subject.attribute, subject.value), (elements, attribute, value), "{text}");
        };
        is("disk", &["disk"], None, None);
        is("<disk>", &["disk"], None, None);
        is("/domain/devices/disk[2]/driver", &["domain", "devices", "disk", "driver"], None, None);
        is("disk/driver/@cache", &["disk", "driver"], Some("cache"), None);
        is("disk@type", &["disk"], Some("type"), None);
        is("disk/@type='network'", &["disk"], Some("type"), Some("network"));
        is("qemu:commandline/qemu:arg", &["commandline", "arg"], None, None);
        is("//", &[], None, None);
    }

    #[test]
    fn what_each_branch_says_is_told_of_the_value_that_chooses_it() {
        let page = describe("devices/disk/@type").expect("an attribute");
        let network = page.lines().find(|line| line.trim_start().starts_with("network ")).expect("a value");
        assert!(
            network.contains("An image that a server provides") && network.contains("since libvirt 0.8.7"),
            "{page}"
        );
        assert!(!page.lines().nth(2).is_some_and(|line| line.starts_with("A file")), "{page}");
        let page = describe("disk/source").expect("an element");
        assert!(page.contains("<source> as domain/devices/disk/source, with type='network'"), "{page}");
    }

    #[test]
    fn a_reference_leads_to_the_manual() {
        let page = describe("devices/disk/driver/@cache").expect("an attribute");
        assert!(page.contains("Manual: https://libvirt.org/formatdomain.html#hard-drives"), "{page}");
        assert!(page.contains("Values:\n") && page.contains("writeback"), "{page}");
    }

    #[test]
    fn a_path_that_get_prints_is_explained() {
        assert_eq!(describe("memory/text()"), describe("memory"));
        assert_eq!(describe("vcpu/text()=2"), describe("vcpu=2"));
    }

    #[test]
    fn an_attribute_alone_is_explained_of_whatever_has_it() {
        let page = describe("@cache").expect("an attribute");
        assert!(page.contains("cache= of domain/devices/disk/driver\n"), "{page}");
        assert!(describe("@cache=none").expect("a value").contains("domain/devices/disk/driver/@cache=none"));
    }

    #[test]
    fn what_is_not_there_is_told_by_what_is() {
        let error = |subject: &str| describe(subject).expect_err("no such thing").unwrap_or_default();
        assert_eq!(error("dsk"), "did you mean 'disk'?");
        assert_eq!(error("disk/driver/@cach"), "<driver> has no attribute 'cach'; did you mean 'cache'?");
        assert_eq!(error("@cach"), "did you mean '@cache'?");
        assert_eq!(error("os/disk"), "<disk> stands at domain/devices/disk");
        assert!(
            error("disk/driver/@cache=no").starts_with("domain/devices/disk/driver/@cache has no value 'no'; it has ")
        );
    }

    #[test]
    fn every_element_of_the_format_has_a_page() {
        let grammar = reference::grammar().expect("the schema");
        let all = Found::all(grammar, &[]);
        assert!(all.len() > 800, "{}", all.len());
        let silent = all.iter().filter(|found| {
            found.place().facts(grammar).iter().chain(&[]).all(|facts| facts.docs.is_empty())
                && found.forms.iter().all(|form| form.facts(grammar).docs.is_empty())
        });
        let silent: Vec<_> = silent.map(|found| found.path.join("/")).collect();
        assert!(silent.is_empty(), "without a word: {silent:?}");
    }
}
