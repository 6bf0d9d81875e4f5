//! What every rule must hold to, checked from the registry: its example, its prose, its name.

use std::collections::BTreeSet;

use dommigrate::cli::{Layout, Profile, Unknown};
use dommigrate::engine::{self, Options};
use dommigrate::finding::{Level, ids::EMPTY};
use dommigrate::rule::{Rule, Safety};
use dommigrate::{features, rules};

/// A domain around the content of an example; what the example does not say is added.
fn wrap(content: &str) -> String {
    let mut text = String::from("<domain type='kvm'>\n");
    for (name, default) in [
        ("name", "<name>example</name>"),
        ("memory", "<memory unit='KiB'>1048576</memory>"),
        ("os", "<os><type arch='x86_64'>hvm</type></os>"),
    ] {
        let open = [format!("<{name}>"), format!("<{name} ")];
        if !content.contains("<bootloader") && !open.iter().any(|tag| content.contains(tag))
            || name == "name" && !content.contains("<name>")
        {
            text.push_str(default);
        }
    }
    text.push_str(content);
    text.push_str("</domain>\n");
    text
}

fn options(rule: &'static Rule) -> Options {
    Options {
        profile: if rule.profiles.contains(&Profile::Modern) { Profile::Modern } else { Profile::Libvirt },
        target: features::newest(),
        rules: vec![rule],
        muted: Vec::new(),
        unsafe_fixes: true,
        live: false,
        unknown: Unknown::Keep,
        layout: Layout::Canonical,
    }
}

/// The canonical print of an example's expected content.
fn expected(content: &str, rule: &'static Rule) -> String {
    let mut plain = options(rule);
    plain.rules.clear();
    let outcome = engine::upgrade(&wrap(content), &plain);
    outcome.text.unwrap_or_else(|| panic!("{}: the result of the example: {:?}", rule.id, outcome.findings))
}

#[test]
fn examples_hold() {
    for rule in rules::all() {
        let outcome = engine::upgrade(&wrap(rule.example.before), &options(rule));
        let own: Vec<_> = outcome.findings.iter().filter(|finding| finding.rule == rule.id).collect();
        assert!(!own.is_empty(), "{}: finds nothing in its own example: {:?}", rule.id, outcome.findings);
        match rule.safety {
            Safety::ReportOnly => {
                assert_eq!(rule.example.before, rule.example.after, "{}: only reports, so nothing changes", rule.id);
                assert!(own.iter().all(|finding| !finding.level.is_rewrite()), "{}: {own:?}", rule.id);
            }
            Safety::Safe | Safety::Unsafe => {
                let text = outcome.text.unwrap_or_else(|| panic!("{}: {:?}", rule.id, outcome.findings));
                assert_eq!(text, expected(rule.example.after, rule), "{}", rule.id);
                let again = engine::upgrade(&text, &options(rule));
                assert!(
                    again.findings.iter().all(|finding| finding.rule != rule.id || !finding.level.is_rewrite()),
                    "{}: is not done after one run: {:?}",
                    rule.id,
                    again.findings
                );
            }
        }
    }
}

#[test]
fn unsafe_rules_rest_by_default() {
    for rule in rules::all().filter(|rule| rule.safety == Safety::Unsafe) {
        let options = Options { unsafe_fixes: false, ..options(rule) };
        let outcome = engine::upgrade(&wrap(rule.example.before), &options);
        assert_eq!(outcome.text.as_deref(), Some(&*expected(rule.example.before, rule)), "{}", rule.id);
        assert!(outcome.findings.iter().any(|f| f.rule == rule.id && f.level == Level::Note), "{}", rule.id);
    }
}

#[test]
fn ids_are_unique_kebab_case() {
    let mut seen = BTreeSet::new();
    for rule in rules::all() {
        assert!(seen.insert(rule.id), "{} stands twice", rule.id);
        assert!(
            rule.id.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.')
            }),
            "{}",
            rule.id
        );
    }
}

/// What the schema calls legacy, a rule of that name replaces, and so it is with what may be missing; an element that holds
/// nothing then is the writer's business.
#[test]
fn every_legacy_mark_of_the_schema_names_a_rule() {
    let ids: BTreeSet<&str> = rules::all().map(|rule| rule.id).collect();
    let mut marks = 0;
    for (file, text) in domxml_schema::FILES {
        let document = roxmltree::Document::parse(text).expect("well-formed");
        for node in document.descendants() {
            let marked = ["absent", "legacy"].map(|mark| node.attribute(("https://domxml.org/ns/schema/1", mark)));
            for id in marked.into_iter().flatten() {
                let line = document.text_pos_at(node.range().start).row;
                assert!(ids.contains(id) || id == EMPTY, "{file}:{line}: there is no rule {id}");
                marks += 1;
            }
        }
    }
    assert!(marks > 0, "the schema marks nothing");
}

#[test]
fn prose_is_prose() {
    for rule in rules::all() {
        let doc = rule.doc.trim();
        assert!(doc.ends_with('.') && doc.len() > 60, "{}: the doc is no prose: {doc}", rule.id);
        assert!(!rule.summary.ends_with('.') && !rule.summary.contains('\n'), "{}: {}", rule.id, rule.summary);
        assert!(!rule.profiles.is_empty(), "{}: runs nowhere", rule.id);
    }
}
