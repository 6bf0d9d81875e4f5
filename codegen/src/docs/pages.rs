//! The pages.

use std::fmt::Write as _;

use relaxng_model::facts::Facts;
use relaxng_model::places::{ANY, Condition, Member, Values};

use super::gather::{Element, Site};
use super::html::{Page, escaped, prose};
use super::rules::{self, Rule};

/// How many elements around one are named.
const MAX_PARENTS: usize = 12;

/// The first page: what there is.
pub fn front(site: &Site<'_>) -> String {
    let mut main = format!("<h1>{}</h1>\n", escaped(&site.options.title));
    main.push_str("<p>Each chapter tells of elements with their attributes, values, defaults and versions.</p>\n<dl class=\"chapters\">\n");
    for chapter in site.chapters.iter().filter(|chapter| !chapter.elements.is_empty()) {
        let (title, docs) = (escaped(&chapter.title), prose(chapter.docs.first().copied().unwrap_or_default()));
        let _ = writeln!(main, "<dt><a href=\"{}\">{title}</a></dt><dd>{docs}</dd>", chapter.page);
    }
    if !site.options.rules.is_empty() {
        let _ = writeln!(main, "<dt><a href=\"{}\">Rules</a></dt><dd>{}</dd>", rules::PAGE, rules::ABOUT);
    }
    main.push_str("</dl>\n");
    page(site, "Reference", None, &main)
}

/// The names of all rules, by class: links to a rule that know nothing of its class come here.
pub fn of_rules(site: &Site<'_>) -> String {
    let mut main = format!("<h1>Rules</h1>\n<p>{}</p>\n", rules::ABOUT);
    for (class, all) in site.options.rules.by_class() {
        let (page, count) = (rules::page_of(class), all.len());
        let _ =
            writeln!(main, "<section>\n<h2 id=\"class-{class}\"><a href=\"{page}\">{class}</a> ({count})</h2>\n<ul>");
        for rule in all {
            let (id, link) = (escaped(&rule.id), escaped(&rule.link()));
            let _ = writeln!(main, "<li id=\"{id}\"><a href=\"{link}\"><code>{id}</code></a></li>");
        }
        main.push_str("</ul>\n</section>\n");
    }
    page(site, "Rules", None, &main)
}

/// The rules of a class.
pub fn of_class(site: &Site<'_>, class: &str, all: &[&Rule]) -> String {
    let mut main = format!("<h1>Rules: {class}</h1>\n<p><a href=\"{}\">All rules</a></p>\n<dl>\n", rules::PAGE);
    for rule in all {
        // One mark for all of it: there are hundreds of rules on a page.
        let since = rule.since.iter().map(|since| format!("since {since}"));
        let said = std::iter::once(rule.level.clone()).chain(since).chain(rule.drivers.iter().flatten().cloned());
        let marks = mark("level", &said.collect::<Vec<_>>().join(" · "));
        let (id, since) = (escaped(&rule.id), since_of(rule));
        let _ = writeln!(
            main,
            "<dt id=\"{id}\"{since}><a class=\"self\" href=\"#{id}\"><code>{id}</code></a>{marks}</dt><dd{since}>{}</dd>",
            prose(&rule.summary)
        );
    }
    main.push_str("</dl>\n");
    page(site, &format!("Rules: {class}"), None, &main)
}

/// From when a rule holds, for the choice of a version.
fn since_of(rule: &Rule) -> String {
    rule.since.as_ref().map_or_else(String::new, |since| format!(" data-since=\"{}\"", escaped(since)))
}

/// The page of a chapter.
pub fn chapter(site: &Site<'_>, number: usize) -> String {
    let chapter = &site.chapters[number];
    let mut main = format!("<h1>{}</h1>\n", escaped(&chapter.title));
    for paragraph in &chapter.docs {
        let _ = writeln!(main, "<p>{}</p>", prose(paragraph));
    }
    if chapter.elements.is_empty() {
        main.push_str("<p>This part of the schema defines no elements, only what others are made of.</p>\n");
    }
    for element in &chapter.elements {
        main.push_str(&section(site, *element));
    }
    page(site, &chapter.title, Some(number), &main)
}

fn page(site: &Site<'_>, title: &str, current: Option<usize>, main: &str) -> String {
    let mut navigation = String::from("<ul>\n");
    for (number, chapter) in site.chapters.iter().enumerate().filter(|(_, chapter)| !chapter.elements.is_empty()) {
        let here = if current == Some(number) { " aria-current=\"page\"" } else { "" };
        let _ = writeln!(navigation, "<li><a href=\"{}\"{here}>{}</a></li>", chapter.page, escaped(&chapter.title));
    }
    if !site.options.rules.is_empty() {
        let _ = writeln!(navigation, "<li><a href=\"{}\">Rules</a></li>", rules::PAGE);
    }
    navigation.push_str("</ul>\n");
    Page { title, site: &site.options.title, navigation: &navigation, versions: &site.versions, main }.text()
}

fn section(site: &Site<'_>, number: usize) -> String {
    let element = &site.elements[number];
    let (name, anchor) = (escaped(element.name), escaped(&element.anchor));
    let mut text = format!("<section{}>\n", versions(&element.facts));
    let _ = writeln!(
        text,
        "<h2 id=\"{anchor}\"><a class=\"self\" href=\"#{anchor}\"><code>&lt;{name}&gt;</code></a>{}</h2>",
        marks(site, &element.facts, None)
    );
    text.push_str(&parents(site, element));
    for paragraph in &element.facts.docs {
        let _ = writeln!(text, "<p>{}</p>", prose(paragraph));
    }
    if let (Some(manual), Some(reference)) = (&site.options.manual, element.facts.reference) {
        let _ = writeln!(text, "<p><a href=\"{}#{}\">Manual</a></p>", escaped(manual), escaped(reference));
    }
    if !element.content.attributes.is_empty() {
        text.push_str("<h3>Attributes</h3>\n<dl>\n");
        for attribute in &element.content.attributes {
            text.push_str(&attribute_entry(site, element, attribute));
        }
        text.push_str("</dl>\n");
    }
    let mut values = Values::default();
    element.content.texts.iter().for_each(|it| values.join(Values::of(site.grammar, it, None)));
    let texts = values_list(site, &values, &element.facts);
    if !texts.is_empty() {
        let _ = writeln!(text, "<h3>Text</h3>\n{texts}");
    }
    if !element.content.children.is_empty() {
        text.push_str("<h3>Children</h3>\n<dl>\n");
        for child in &element.content.children {
            text.push_str(&child_entry(site, element, child));
        }
        text.push_str("</dl>\n");
    }
    text.push_str(&rules_list(site, number));
    if let Some(example) = site.options.examples.of(&element.anchor) {
        let _ = writeln!(text, "<h3>Example</h3>\n<pre tabindex=\"0\"><code>{}</code></pre>", escaped(example));
    }
    text.push_str("</section>\n");
    text
}

/// What is refused, filled in or told of an element, by the rules that say so.
fn rules_list(site: &Site<'_>, number: usize) -> String {
    let rules = site.rules_of(number);
    if rules.is_empty() {
        return String::new();
    }
    let mut text = format!("<details class=\"rules\">\n<summary>{} about it</summary>\n<ul>\n", counted(rules.len()));
    for rule in rules {
        let since = since_of(rule);
        let drivers = rule.drivers.iter().flatten().map(|driver| mark("driver", driver)).collect::<String>();
        let (id, level) = (escaped(&rule.id), mark("level", &rule.level));
        let link = format!("<a href=\"{}\">{id}</a>", escaped(&rule.link()));
        let _ = writeln!(text, "<li{since}>{link}{level}{drivers} {}</li>", prose(&rule.summary));
    }
    text.push_str("</ul>\n</details>\n");
    text
}

fn counted(rules: usize) -> String {
    if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") }
}

fn parents(site: &Site<'_>, element: &Element<'_>) -> String {
    if element.parents.is_empty() {
        return String::new();
    }
    let mut said: Vec<String> = Vec::new();
    for (parent, when) in &element.parents {
        let link = site.link(*parent, element.chapter);
        let one = format!(
            "<a href=\"{link}\"><code>&lt;{}&gt;</code></a>{}",
            escaped(site.elements[*parent].name),
            conditions(when)
        );
        if !said.contains(&one) {
            said.push(one);
        }
    }
    let more = said.len().saturating_sub(MAX_PARENTS);
    said.truncate(MAX_PARENTS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("<p class=\"parents\">In {}{more}</p>\n", said.join(", "))
}

/// What chooses a form.
fn conditions(when: &[Condition<'_>]) -> String {
    let each = when.iter().map(|(name, values)| {
        let values: Vec<_> = values.iter().map(|value| format!("'{}'", escaped(value))).collect();
        format!("<code>{}={}</code>", escaped(name), values.join("|"))
    });
    let all: Vec<_> = each.collect();
    if all.is_empty() { String::new() } else { format!(" with {}", all.join(" ")) }
}

fn attribute_entry(site: &Site<'_>, element: &Element<'_>, attribute: &Member<'_>) -> String {
    let facts = attribute.facts(site.grammar);
    let (name, anchor) = (escaped(attribute.name), escaped(&format!("{}@{}", element.anchor, attribute.name)));
    let since = versions(&facts);
    let mut marks = if attribute.min > 0 { mark("required", "required") } else { String::new() };
    marks.push_str(&self::marks(site, &facts, element.facts.since));
    format!(
        "<dt id=\"{anchor}\"{since}><a class=\"self\" href=\"#{anchor}\"><code>{name}</code></a>{marks}</dt><dd{since}>{}{}</dd>\n",
        facts.docs.iter().map(|it| format!("<p>{}</p>", prose(it))).collect::<String>(),
        values_list(site, &attribute.values(site.grammar), &facts)
    )
}

fn child_entry(site: &Site<'_>, element: &Element<'_>, child: &Member<'_>) -> String {
    let facts = child.facts(site.grammar);
    let since = versions(&facts);
    let often = match (child.min, child.max) {
        (1.., ANY) => "once or more",
        (_, ANY) => "any number",
        (1.., 1) => "required",
        (_, 1) => "",
        _ => "several",
    };
    let mut marks = if often.is_empty() { String::new() } else { mark("often", often) };
    marks.push_str(&self::marks(site, &facts, element.facts.since));
    let mut text = String::new();
    let name = escaped(child.name);
    match child.forms.as_slice() {
        [form] => {
            let link = site.number_of(form.pattern).map(|it| site.link(it, element.chapter)).unwrap_or_default();
            let _ = write!(
                text,
                "<dt{since}><a href=\"{link}\"><code>&lt;{name}&gt;</code></a>{marks}</dt><dd{since}><p>{}",
                prose(&facts.text())
            );
            let _ = writeln!(text, "{}</p></dd>", conditions(&form.when));
        }
        forms => {
            let _ = writeln!(text, "<dt{since}><code>&lt;{name}&gt;</code>{marks}</dt><dd{since}><ul>");
            for form in forms {
                let link = site.number_of(form.pattern).map(|it| site.link(it, element.chapter)).unwrap_or_default();
                let facts = form.facts(site.grammar);
                let anchor = link.rsplit('#').next().unwrap_or_default();
                let _ = writeln!(
                    text,
                    "<li{}><a href=\"{link}\">{anchor}</a>{}: {}</li>",
                    versions(&facts),
                    conditions(&form.when),
                    prose(&facts.text())
                );
            }
            text.push_str("</ul></dd>\n");
        }
    }
    text
}

fn values_list(site: &Site<'_>, values: &Values<'_>, of: &Facts<'_>) -> String {
    let mut items = String::new();
    for literal in &values.literals {
        let facts = literal.facts(site.grammar);
        let default = if of.default == Some(literal.text) { mark("default", "default") } else { String::new() };
        let _ = write!(
            items,
            "<li{}><code>{}</code>{default}{} {}</li>",
            versions(&facts),
            escaped(literal.text),
            marks(site, &facts, of.since),
            prose(&facts.text())
        );
    }
    items.extend(values.kinds.iter().map(|kind| format!("<li>{}</li>", prose(kind))));
    if items.is_empty() { items } else { format!("<ul class=\"values\">{items}</ul>") }
}

/// What is known of something in short; that it is as old as what is around it is not said.
fn marks(site: &Site<'_>, facts: &Facts<'_>, around: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(since) = facts.since.filter(|since| Some(*since) != around) {
        text.push_str(&mark("since", &format!("since {since}")));
    }
    if let Some(until) = facts.until {
        text.push_str(&mark("until", &format!("until {until}")));
    }
    if let Some(default) = facts.default {
        text.push_str(&mark("default", &format!("default {default}")));
    }
    if let Some(rule) = facts.legacy {
        let link = match site.options.rules.named(rule) {
            Some(known) => format!("<a href=\"{}\">{rule}</a>", escaped(&known.link())),
            None => escaped(rule),
        };
        let _ = write!(text, " <span class=\"mark legacy\">legacy: {link}</span>");
    }
    if facts.output_only {
        text.push_str(&mark("live", "running only"));
    }
    text
}

fn mark(class: &str, text: &str) -> String {
    format!(" <span class=\"mark {class}\">{}</span>", escaped(text))
}

/// From when to when there is something, for the choice of a version.
fn versions(facts: &Facts<'_>) -> String {
    let since = facts.since.map(|since| format!(" data-since=\"{}\"", escaped(since)));
    let until = facts.until.map(|until| format!(" data-until=\"{}\"", escaped(until)));
    since.into_iter().chain(until).collect()
}
