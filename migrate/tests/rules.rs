//! What every rule must hold to, checked from the registry: its example, its prose, its name.

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::ValueEnum as _;
use dommigrate::engine::{self, Options, Outcome, Plan};
use dommigrate::finding::{
    Finding, Level,
    ids::{DEFAULT, EMPTY},
};
use dommigrate::host::Host;
use dommigrate::options::{Driver, Fate, Layout, OLDEST, Profile, Target};
use dommigrate::rule::{BOTH, Class, Drivers, Example, Kind, Rule, Safety};
use dommigrate::{features, rules};
use domxml_runtime::Version;

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

/// The host that the examples are held against.
fn host() -> Host {
    let mut host = Host::default();
    for text in [include_str!("host/capabilities.xml"), include_str!("host/domcapabilities.xml")] {
        host.read(text).expect("a document of a host");
    }
    host
}

fn options(rules: &[&'static Rule], profile: Profile, unsafe_fixes: bool) -> Options {
    // A rule that ends is shown at a version before its end.
    let end = rules.iter().filter_map(|rule| rule.until).min();
    let version = end.map_or_else(features::newest, |end| Version::new(end.major - 1, 11, 0));
    let target = Target::of(profile, Some(version));
    let named = rules.iter().flat_map(|rule| &rule.rows).map(|row| row.fact.drivers).find(|set| *set != Drivers::ANY);
    let driver = named.and_then(|set| Driver::value_variants().iter().copied().find(|driver| set.contains(*driver)));
    let host = rules.iter().any(|rule| rule.class == Class::Host).then(|| Arc::new(host()));
    Options {
        profile,
        target,
        plan: Plan::new(rules, profile, &target, driver, unsafe_fixes).on_host(host),
        muted: Vec::new(),
        live: false,
        unknown: Fate::of(profile, &target, None),
        layout: Layout::Canonical,
    }
}

/// The canonical print of an example's content, as long as no rule runs.
fn printed(content: &str, profile: Profile, id: &str) -> String {
    let outcome = engine::upgrade(&wrap(content), &options(&[], profile, false));
    outcome.text.unwrap_or_else(|| panic!("{id}: {content} cannot be printed: {:?}", outcome.findings))
}

fn own<'o>(outcome: &'o Outcome, rule: &Rule) -> Vec<&'o Finding> {
    outcome.findings.iter().filter(|finding| finding.rule == rule.id).collect()
}

#[test]
fn examples_hold() {
    for rule in rules::all() {
        assert!(!rule.examples.is_empty(), "{}: shows no example", rule.id);
        let profile = rule.shown_in();
        for Example { before, after } in &rule.examples {
            let outcome = engine::upgrade(&wrap(before), &options(&[rule], profile, true));
            let found = own(&outcome, rule);
            assert!(!found.is_empty(), "{}: finds nothing in {before}: {:?}", rule.id, outcome.findings);
            if before == after {
                assert!(found.iter().all(|finding| !finding.level.is_rewrite()), "{}: {found:?}", rule.id);
                continue;
            }
            assert_ne!(rule.safety, Safety::ReportOnly, "{}: only reports, so nothing changes", rule.id);
            let text = outcome.text.unwrap_or_else(|| panic!("{}: {:?}", rule.id, outcome.findings));
            assert_eq!(text, printed(after, profile, rule.id), "{}", rule.id);
            let again = engine::upgrade(&text, &options(&[rule], profile, true));
            let again = own(&again, rule);
            assert!(again.iter().all(|finding| !finding.level.is_rewrite()), "{}: a second run: {again:?}", rule.id);
        }
    }
}

/// What libvirt reads past and profile `libvirt` drops, profile `modern` keeps, and says so.
#[test]
fn what_is_not_read_is_kept_with_a_note() {
    let unread = |rule: &&Rule| rule.rows.iter().any(|row| row.fact.kind == Kind::Unread && row.fact.profiles == BOTH);
    for rule in rules::all().filter(unread).filter(|rule| rule.shown_in() == Profile::Libvirt) {
        for Example { before, .. } in &rule.examples {
            let outcome = engine::upgrade(&wrap(before), &options(&[rule], Profile::Modern, false));
            assert_eq!(outcome.text, Some(printed(before, Profile::Modern, rule.id)), "{}", rule.id);
            assert!(own(&outcome, rule).iter().any(|finding| finding.level == Level::Note), "{}: {before}", rule.id);
        }
    }
}

/// What every libvirt refuses is said once, and not of the older ones and of the newer ones apart.
#[test]
fn a_refusal_is_told_once() {
    let target = Target::of(Profile::Modern, None);
    for rule in rules::all().filter(|rule| rule.class == Class::Conflict) {
        for Example { before, .. } in &rule.examples {
            let plan = Plan::new(&[rule], Profile::Modern, &target, None, false);
            let options = Options { target, plan, ..options(&[rule], Profile::Modern, false) };
            let outcome = engine::upgrade(&wrap(before), &options);
            let mut told = BTreeSet::new();
            for Finding { span, message, .. } in own(&outcome, rule) {
                let fact = message.split(" (libvirt ").next();
                assert!(told.insert((span.start, fact)), "{}: {before}: {message}", rule.id);
            }
        }
    }
}

#[test]
fn unsafe_rules_rest_by_default() {
    for rule in rules::all().filter(|rule| rule.safety == Safety::Unsafe) {
        let before = rule.examples[0].before;
        let outcome = engine::upgrade(&wrap(before), &options(&[rule], rule.shown_in(), false));
        assert_eq!(outcome.text, Some(printed(before, rule.shown_in(), rule.id)), "{}", rule.id);
        assert!(own(&outcome, rule).iter().any(|finding| finding.level == Level::Note), "{}", rule.id);
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
/// nothing then is the writer's business, as a default is, and one that counts as absent is the reader's.
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
                assert!(
                    ids.contains(id) || [EMPTY, DEFAULT, "element"].contains(&id),
                    "{file}:{line}: there is no rule {id}"
                );
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

/// A row that comes after those of another rule stands behind that rule, in its phase.
#[test]
fn what_comes_after_stands_behind() {
    let order: Vec<&Rule> = rules::all().collect();
    for (at, rule) in order.iter().enumerate() {
        for row in &rule.rows {
            for id in &row.fact.after {
                let before = order[..at].iter().find(|before| before.id == *id);
                let before = before.unwrap_or_else(|| panic!("{}: {id} does not stand before it", rule.id));
                assert!(
                    before.rows.iter().any(|other| other.fact.phase == row.fact.phase),
                    "{}: {id} is of another phase",
                    rule.id
                );
            }
        }
    }
}

/// What came after 6.0.0 is not brought in unless a target asks for it, and a refusal that is none any more is no error.
#[test]
fn without_a_target_every_libvirt_from_6_0_0_on_is_meant() {
    let old = wrap(
        "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/C.fd</loader><nvram>/vm.fd</nvram>\
         <acpi><table type='slic'>/a</table><table type='raw'>/b</table></acpi></os>",
    );
    for (target, moved, refused) in
        [(None, false, false), (Some(features::newest()), true, false), (Some(OLDEST), false, true)]
    {
        let target = Target::of(Profile::Modern, target);
        let rules = rules::select(&[], &[], Profile::Modern, &target).expect("no selection is never wrong").rules;
        let plan = Plan::new(&rules, Profile::Modern, &target, None, false);
        let outcome = engine::upgrade(&old, &Options { target, plan, ..options(&[], Profile::Modern, false) });
        let found = |id: &str| outcome.findings.iter().any(|finding| finding.rule == id);
        assert_eq!(found("os-nvram-text"), moved, "{target:?}: {:?}", outcome.findings);
        let is_error = |finding: &Finding| finding.rule == "os-conflict" && finding.level == Level::Error;
        let error = outcome.findings.iter().any(is_error);
        assert_eq!(error, refused, "{target:?}: {:?}", outcome.findings);
    }
}
