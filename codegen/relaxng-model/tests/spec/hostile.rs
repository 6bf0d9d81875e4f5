//! Schemas made to exhaust the stack, the memory or the clock: each ends soon, with an error or without.

use std::fmt::Write as _;
use std::time::Duration;

use super::{NS, files};
use relaxng_model::{Errors, MemoryResolver, load};

/// Of the processor's time. Generous: debug builds take part of a second.
const LIMIT: Duration = Duration::from_secs(20);

/// The time that this thread has had of a processor, which others on a busy machine do not lengthen.
#[cfg(unix)]
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default());
    seconds + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(not(unix))]
fn worked() -> Duration {
    std::time::UNIX_EPOCH.elapsed().unwrap_or_default()
}

fn outcome(resolver: &MemoryResolver) -> Result<(), Errors> {
    let begin = worked();
    let outcome = load(resolver, "schema.rng").map(drop);
    let took = worked().saturating_sub(begin);
    assert!(took < LIMIT, "took {took:?}");
    outcome
}

#[track_caller]
fn fails_with(resolver: &MemoryResolver, part: &str) {
    let errors = outcome(resolver).expect_err("it is refused").to_string();
    assert!(errors.contains(part), "{}", errors.chars().take(2000).collect::<String>());
    assert!(errors.lines().count() <= 101);
}

fn one(text: &str) -> MemoryResolver {
    files(&[("schema.rng", text)])
}

fn defines(start: &str, count: usize, define: impl Fn(usize) -> String) -> MemoryResolver {
    let mut text = format!("<grammar {NS}><start><element name='s'>{start}</element></start>");
    for index in 0..count {
        let _ = write!(text, "<define name='d{index}'>{}</define>", define(index));
    }
    text.push_str("</grammar>");
    one(&text)
}

#[test]
fn deep_nesting() {
    for tag in ["group", "choice", "div", "x"] {
        let depth = 20_000;
        let text =
            format!("<grammar NS>{}{}</grammar>", format!("<{tag}>").repeat(depth), format!("</{tag}>").repeat(depth));
        assert!(outcome(&one(&text)).is_err());
    }
    let text = format!("<element NS name='a'>{}<empty/>{}</element>", "<group>".repeat(300), "</group>".repeat(300));
    fails_with(&one(&text), "more than 200 levels of elements");
    let text = format!("<element NS><anyName>{}", "<except><choice>".repeat(10_000));
    assert!(outcome(&one(&text)).is_err());
}

#[test]
fn nesting_through_files() {
    let mut resolver = MemoryResolver::new();
    for index in 0..1000 {
        let name = if index == 0 { "schema.rng".to_owned() } else { format!("{index}") };
        resolver.insert(name, format!("<element {NS} name='a'><externalRef href='{}'/></element>", index + 1));
    }
    resolver.insert("1000", format!("<text {NS}/>"));
    fails_with(&resolver, "more than 250 levels");
}

#[test]
fn files_that_double() {
    for (outer, inner) in [("<choice", "<externalRef"), ("<grammar", "<include")] {
        let mut resolver = MemoryResolver::new();
        for index in 0..60 {
            let name = if index == 0 { "schema.rng".to_owned() } else { format!("{index}") };
            let reference = format!("{inner} href='{}'/>", index + 1);
            resolver.insert(name, format!("{outer} {NS}>{reference}{reference}{}>", outer.replace('<', "</")));
        }
        resolver.insert(
            "60",
            if inner == "<include" {
                format!("<grammar {NS}><start combine='choice'><element name='a'><empty/></element></start></grammar>")
            } else {
                format!("<element {NS} name='a'><empty/></element>")
            },
        );
        fails_with(&resolver, "more than 500000 patterns");
    }
}

#[test]
fn large_texts_that_multiply() {
    let mut resolver = MemoryResolver::new();
    resolver.insert("schema.rng", format!("<choice {NS}>{}</choice>", "<externalRef href='x'/>".repeat(20_000)));
    resolver.insert("x", format!("<element {NS} name='a'><value>{}</value></element>", "x".repeat(200_000)));
    fails_with(&resolver, "more than 500000 patterns");
    let long = "x".repeat(10_000);
    fails_with(&one(&format!("<element NS name='a' ns='{long}'><empty/></element>")), "more than 2000 bytes");
    fails_with(&one(&format!("<element NS xmlns:p='{long}' name='p:a'><empty/></element>")), "more than 2000 bytes");
}

#[test]
fn entities_that_multiply() {
    let mut text = "<!DOCTYPE element [<!ENTITY e0 'x'>".to_owned();
    for index in 1..40 {
        let _ = write!(text, "<!ENTITY e{index} '&e{0};&e{0};'>", index - 1);
    }
    let _ = write!(text, "]><element {NS} name='a'><value>&e39;</value></element>");
    fails_with(&one(&text), "an entity stands for others, over and over");
}

#[test]
fn long_chains_of_definitions() {
    let count = 30_000;
    let next = |index: usize| format!("<ref name='d{}'/>", (index + 1) % count);
    fails_with(&defines("<ref name='d0'/>", count, next), "refers to itself");
    let chain = |index: usize| {
        if index + 1 < count {
            format!("<choice><empty/><ref name='d{}'/></choice>", index + 1)
        } else {
            "<text/>".to_owned()
        }
    };
    outcome(&defines("<ref name='d0'/>", count, chain)).expect("a long chain is no error");
}

#[test]
fn definitions_that_double() {
    let pair = |index: usize| {
        if index < 99 {
            format!("<group><ref name='d{0}'/><ref name='d{0}'/></group>", index + 1)
        } else {
            "<attribute name='a'/>".to_owned()
        }
    };
    fails_with(&defines("<ref name='d0'/>", 100, pair), "occurs twice");
}

#[test]
fn attributes_by_the_thousand() {
    let mut members = String::new();
    for index in 0..20_000 {
        let _ = write!(members, "<attribute name='a{index}'/>");
    }
    outcome(&defines(&members, 0, |_| String::new())).expect("many attributes are no error");
    // Each definition has one attribute more than the next: their names add up to millions.
    let chain = |index: usize| {
        let rest = if index + 1 < 30_000 { format!("<ref name='d{}'/>", index + 1) } else { String::new() };
        format!("<attribute name='a{index}'/>{rest}")
    };
    fails_with(&defines("<ref name='d0'/>", 30_000, chain), "too entangled");
    let open = |index: usize| format!("<oneOrMore><attribute><nsName ns='urn:{index}'/></attribute></oneOrMore>");
    let members: String = (0..20_000).map(open).collect();
    fails_with(&defines(&members, 0, |_| String::new()), "too entangled");
}

#[test]
fn errors_by_the_thousand() {
    let broken = |index: usize| format!("<ref name='e{index}'/><attribute name='xmlns'/><text/><data type='string'/>");
    let resolver = defines("<ref name='d0'/>", 10_000, broken);
    let errors = outcome(&resolver).expect_err("it is refused");
    assert_eq!(errors.list.len(), 100);
    assert!(errors.more > 10_000);
}

#[test]
fn one_long_line() {
    let text =
        format!("<choice NS>{}</choice>", "<element name='a'><x:y xmlns:x='urn:x'/><empty/></element>".repeat(50_000));
    outcome(&one(&text)).expect("a long line is no error");
}
