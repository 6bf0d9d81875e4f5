//! The static reference: every link leads somewhere, every thing has a place, and no page is too heavy.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domxml_codegen::docs::{Examples, Options, Rules, reference};
use relaxng_model::{FileResolver, Grammar, MemoryResolver, load};
use roxmltree::{Document, Node, ParsingOptions};

/// With its style and script, which every page shares, and with the index of the search.
const MAX_WEIGHT: usize = 300_000;

fn ours() -> Grammar {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    load(&FileResolver::in_directory(&directory), "domain.rng").expect("the schema")
}

fn documents() -> Vec<String> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let mut paths: Vec<PathBuf> = Vec::new();
    for section in fs::read_dir(fixtures).expect("the fixtures").flatten().filter(|it| it.path().is_dir()) {
        paths.extend(fs::read_dir(section.path()).expect("a section").flatten().map(|it| it.path()));
    }
    paths.retain(|path| path.extension().is_some_and(|it| it == "xml"));
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("a fixture")).collect()
}

const RULES: &str = r#"[{"id": "disk-auth-under-disk", "class": "structure", "level": "legacy", "since": "3.9.0", "drivers": ["qemu"],
    "summary": "credentials & their place", "elements": ["devices/disk", "*/disk/*/address"]}]"#;

fn site() -> (Grammar, BTreeMap<PathBuf, String>) {
    let grammar = ours();
    let options = Options {
        title: "The domain format".to_owned(),
        manual: Some("https://libvirt.org/formatdomain.html".to_owned()),
        examples: Examples::of_documents(&grammar, &documents()),
        rules: Rules::read(RULES).expect("rules"),
    };
    let files = reference(&grammar, &options);
    (grammar, files)
}

fn parsed(text: &str) -> Document<'_> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd: true, ..ParsingOptions::default() })
        .expect("well-formed")
}

fn elements<'d>(document: &'d Document<'d>) -> impl Iterator<Item = Node<'d, 'd>> {
    document.descendants().filter(Node::is_element)
}

#[test]
fn every_link_leads_somewhere_and_pages_are_light() {
    let begin = Instant::now();
    let (_, files) = site();
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}, in a build without optimisation", begin.elapsed());
    let shared: usize = ["style.css", "script.js", "search.js"].iter().map(|name| files[Path::new(name)].len()).sum();
    let pages: BTreeMap<&str, &str> = files
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|it| it == "html"))
        .map(|(path, text)| (path.to_str().expect("a name"), text.as_str()))
        .collect();
    assert!(pages.len() > 40, "{:?}", pages.keys());
    let mut ids: BTreeMap<&str, HashSet<String>> = BTreeMap::new();
    for (name, text) in &pages {
        assert!(text.len() + shared < MAX_WEIGHT, "{name} weighs {}", text.len() + shared);
        let document = parsed(text);
        let own = ids.entry(name).or_default();
        for id in elements(&document).filter_map(|node| node.attribute("id")) {
            assert!(own.insert(id.to_owned()), "{name}: {id} stands there twice");
        }
    }
    let mut broken = Vec::new();
    let mut links = 0;
    for (name, text) in &pages {
        let document = parsed(text);
        for node in elements(&document) {
            let targets = ["href", "src"].iter().filter_map(|it| node.attribute(*it)).map(str::to_owned);
            let named = ["aria-labelledby", "aria-controls", "aria-describedby", "for"]
                .iter()
                .filter_map(|it| node.attribute(*it));
            for target in targets.chain(named.map(|id| format!("#{id}"))) {
                links += 1;
                if target.starts_with("https://libvirt.org/formatdomain.html#") {
                    continue;
                }
                let (page, anchor) =
                    target.split_once('#').map_or((target.as_str(), None), |(page, it)| (page, Some(it)));
                let page = if page.is_empty() { name } else { page };
                let there = match (ids.get(page), anchor) {
                    (Some(ids), Some(anchor)) => ids.contains(anchor),
                    (Some(_), None) => true,
                    (None, _) => files.contains_key(Path::new(page)),
                };
                if !there {
                    broken.push(format!("{name}: {target}"));
                }
            }
        }
    }
    assert!(links > 5_000, "{links}");
    assert!(broken.is_empty(), "{} of {links}: {broken:#?}", broken.len());
}

/// Whatever the search finds is on the page to which it leads; and everything that has an anchor of its own is found.
#[test]
fn the_search_knows_every_thing_by_its_place() {
    let (_, files) = site();
    let script = &files[Path::new("search.js")];
    let arguments =
        script.trim().strip_prefix("window.searchIndex(").and_then(|it| it.strip_suffix(");")).expect("a call");
    let both: serde_json::Value = serde_json::from_str(&format!("[{arguments}]")).expect("JSON");
    let pages: Vec<&str> = both[0].as_array().expect("pages").iter().filter_map(|it| it.as_str()).collect();
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    for (path, text) in files.iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "html")) {
        let document = parsed(text);
        let own = elements(&document).filter(|node| matches!(node.tag_name().name(), "h2" | "dt"));
        let ids = own.filter_map(|node| node.attribute("id")).filter(|id| !id.starts_with("class-"));
        wanted.extend(ids.map(|id| (path.display().to_string(), id.to_owned())));
    }
    let entries = both[1].as_array().expect("entries");
    let places = |entry: &serde_json::Value| {
        let page = entry[2].as_u64().and_then(|it| usize::try_from(it).ok()).expect("a number");
        let (page, anchor) = (pages[page].to_owned(), entry[3].as_str().expect("an anchor").to_owned());
        let attributes = entry[5].as_array().expect("attributes").iter();
        let attributes = attributes.map(|it| format!("{anchor}@{}", it[0].as_str().expect("a name")));
        let all: Vec<_> = attributes.chain([anchor.clone()]).map(|anchor| (page.clone(), anchor)).collect();
        all
    };
    let found: BTreeSet<(String, String)> = entries.iter().flat_map(places).collect();
    assert_eq!(found, wanted);
    assert!(found.len() > 1_500, "{}", found.len());
}

#[test]
fn a_section_tells_what_the_schema_says() {
    let (_, files) = site();
    let page = &files[Path::new("devices-diskdriver.html")];
    let document = parsed(page);
    let entry =
        elements(&document).find(|node| node.attribute("id") == Some("diskDriver@cache")).expect("the attribute");
    let about = entry.next_sibling_element().expect("what is said of it");
    let text: String = about.descendants().filter_map(|node| node.text()).collect();
    assert!(text.contains("writethrough") && text.contains("since 0.9.7"), "{text}");
    assert!(
        page.contains("<pre") && page.contains("https://libvirt.org/formatdomain.html#"),
        "an example, and the manual"
    );
    let disk = &files[Path::new("devices-disk.html")];
    assert!(disk.contains("rules-structure.html#disk-auth-under-disk"), "the rule that replaces a legacy form");
    let known = |page: &str, anchor: &str| {
        let text = &files[Path::new(page)];
        let section = text.split(&format!("<h2 id=\"{anchor}\"")).nth(1).expect("a section");
        section.split("</section>").next().is_some_and(|it| it.contains("1 rule about it"))
    };
    assert!(known("devices-disk.html", "disk"), "a rule stands beside the element that it is about");
    assert!(!known("devices-diskdriver.html", "diskDriver"), "and not beside others");
    assert!(files[Path::new("rules-structure.html")].contains("credentials &amp; their place"));
    assert!(
        files[Path::new("rules.html")].contains("<li id=\"disk-auth-under-disk\">"),
        "a link that knows no class still leads there"
    );
}

#[test]
fn any_schema_has_a_reference() {
    let mut schemas = MemoryResolver::new();
    let schema = "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><zeroOrMore><element name='b'><attribute name='c'>\
                  <text/></attribute></element></zeroOrMore><optional><element name='b'><empty/></element></optional></element>";
    schemas.insert("index.rng", schema);
    let grammar = load(&schemas, "index.rng").expect("a schema");
    let files = reference(&grammar, &Options { title: "A <format>".to_owned(), ..Options::default() });
    let page = parsed(&files[Path::new("format-index.html")]);
    let ids: Vec<_> =
        elements(&page).filter(|node| node.has_tag_name("h2")).filter_map(|node| node.attribute("id")).collect();
    assert_eq!(ids, ["a", "b", "b~2"]);
    assert!(!files.contains_key(Path::new("rules.html")), "no rules, no page of them");
    assert!(Rules::read("{}").is_err() && Rules::read("[{}]").is_err());
    let class = r#"[{"id": "a", "class": "../a", "level": "error", "summary": "A file is called by it."}]"#;
    assert!(Rules::read(class).is_err_and(|it| it.contains("is a word")));
}
