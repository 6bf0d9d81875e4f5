//! Documents that are broken, and such that are large.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::editor::{Editor, MACHINE, URI, codes, place};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }
}

/// 200 documents, each broken at a random place in a random way: the server answers each request, and what was found before the break is
/// found still, but for what is about an element that is open there.
#[test]
fn broken_documents_are_served() {
    let mut editor = Editor::start(&[], json!({}));
    let whole = editor.open(URI, MACHINE);
    let mut dice = Dice(17);
    let (mut expected, mut missing) = (0, Vec::new());
    for version in 2..202 {
        let mut at = dice.below(MACHINE.len());
        while !MACHINE.is_char_boundary(at) {
            at -= 1;
        }
        let mut text = MACHINE.to_owned();
        match dice.below(6) {
            0 => text.truncate(at),
            1 => text.insert(at, '<'),
            2 => text.insert(at, '\''),
            3 => text.insert_str(at, "<!--"),
            4 => text.insert_str(at, "</"),
            _ => {
                text = text[at..]
                    .find('>')
                    .map_or(String::new(), |end| format!("{}{}", &text[..at], &text[at + end + 1..]))
            }
        }
        let found = editor.change(URI, version, json!([{"text": text}]));
        for request in ["textDocument/hover", "textDocument/completion", "textDocument/definition"] {
            editor.at(request, place(MACHINE, &MACHINE[at..], 0));
        }
        for request in ["textDocument/documentSymbol", "textDocument/foldingRange"] {
            editor.ask(request, json!({"textDocument": {"uri": URI}}));
        }
        let Some(broken) = found.iter().find(|it| it["code"] == "xml-syntax") else { continue };
        let line = broken["range"]["start"]["line"].as_u64().min(place(MACHINE, &MACHINE[at..], 0)["line"].as_u64());
        for one in whole
            .iter()
            .filter(|it| it["range"]["end"]["line"].as_u64() < line && it["range"]["start"] != it["range"]["end"])
        {
            let is_leaf = MACHINE
                .lines()
                .nth(one["range"]["start"]["line"].as_u64().map_or(0, |it| usize::try_from(it).unwrap_or(0)));
            if is_leaf.is_some_and(|it| it.contains("/>") || it.contains("</")) {
                expected += 1;
                if !found.iter().any(|it| it["range"] == one["range"] && it["code"] == one["code"]) {
                    missing.push(format!(
                        "{} after {:?}",
                        one["message"],
                        &text[at.saturating_sub(20).min(text.len())..text.len().min(at + 5)]
                            .chars()
                            .take(30)
                            .collect::<String>()
                    ));
                }
            }
        }
    }
    assert!(expected > 100, "{expected}");
    assert!(missing.is_empty(), "{} of {expected}: {missing:#?}", missing.len());
}

/// Documents of a hundred kilobytes that a reader could take minutes for: each request is answered while the editor waits.
#[test]
fn hostile_documents_are_served() {
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, MACHINE);
    for (version, (what, text)) in (2..).zip([
        ("all inside each other", "<a>".repeat(20_000)),
        ("never ended, line by line", format!("<a>\n{}</a>", "<b>\n".repeat(20_000))),
        ("end tags that end nothing", format!("{}{}", "<a>".repeat(10_000), "</b>".repeat(10_000))),
        ("one line", format!("<domain>{}</domain>", "<a b='c'/>".repeat(10_000))),
        ("one tag", format!("<domain {}/>", "a='b' ".repeat(20_000))),
        ("tags that begin", "<".repeat(60_000)),
        ("comments that begin", "<domain><!--".repeat(10_000)),
        ("values that begin", "<domain a='".repeat(10_000)),
    ]) {
        let begin = Instant::now();
        let found = editor.change(URI, version, json!([{"text": text}]));
        assert!(!found.is_empty() && found.len() <= 2_001, "{what}: {}", found.len());
        let at = json!({"line": 0, "character": text.len() - 3});
        for request in ["textDocument/hover", "textDocument/definition"] {
            editor.at(request, at.clone());
        }
        for request in ["textDocument/documentSymbol", "textDocument/foldingRange"] {
            editor.ask(request, json!({"textDocument": {"uri": URI}}));
        }
        println!("{what}: {:.1} s", begin.elapsed().as_secs_f64());
    }
    let typed =
        json!({"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "\n"});
    editor.change(URI, 99, serde_json::Value::Array(vec![typed; 20_000]));
}

/// What would take seconds after each change is told to be too large, and is served again once it is not.
#[test]
fn a_document_that_is_too_large_is_told_to_be() {
    let mut editor = Editor::start(&[], json!({}));
    let large = format!("{MACHINE}<!--{}-->\n", "x".repeat(8 << 20));
    let found = editor.open(URI, &large);
    assert_eq!(codes(&found), ["io"]);
    let told = "a document of more than 8 MiB is not looked at while it is open in an editor: `dommigrate check` takes up to 256";
    assert_eq!(found[0]["message"], told);
    let about = json!({"textDocument": {"uri": URI}});
    assert_eq!(editor.at("textDocument/hover", place(MACHINE, "<disk", 2)), json!(null));
    for request in ["textDocument/documentSymbol", "textDocument/foldingRange"] {
        assert_eq!(editor.ask(request, about.clone()), json!(null), "{request}");
    }
    let found = editor.change(URI, 2, json!([{"text": MACHINE}]));
    assert!(!codes(&found).contains(&"io"), "{found:?}");
    assert_ne!(editor.at("textDocument/hover", place(MACHINE, "<disk", 2)), json!(null));
}

/// Requests about a document of 30 KB are answered while one types; what each takes is printed. The bound is 20 ms, for builds with
/// optimisation: `cargo test --release -p dommigrate --test lsp hard::answers_come_at_once -- --nocapture`.
#[test]
fn answers_come_at_once() {
    let bound = if cfg!(debug_assertions) { Duration::from_secs(1) } else { Duration::from_millis(20) };
    let start = MACHINE.find("    <disk").expect("a disk");
    let end = MACHINE.find("    <graphics").expect("a display");
    let devices: String = (0..60)
        .map(|number| {
            MACHINE[start..end].replace("vda", &format!("vd{number}")).replace("ua-net", &format!("ua-{number}"))
        })
        .collect();
    let text = format!("{}{devices}{}", &MACHINE[..start], &MACHINE[end..]);
    assert!(text.len() > 28_000, "{}", text.len());
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, &text);
    let at = place(&text, "iothread='2'", 10);
    let near = json!({"start": at, "end": place(&text, "iothread='2'", 12)});
    let options = json!({"tabSize": 2, "insertSpaces": true});
    let mut late = Vec::new();
    for method in [
        "hover",
        "completion",
        "definition",
        "references",
        "documentSymbol",
        "foldingRange",
        "codeAction",
        "formatting",
        "rangeFormatting",
        "publishDiagnostics",
    ] {
        let mut times: Vec<Duration> = (0..21_i64)
            .map(|turn| {
                let begin = Instant::now();
                if method == "publishDiagnostics" {
                    let range = json!({"start": place(&text, "hvm<", 0), "end": place(&text, "hvm<", 0)});
                    let edit = if turn % 2 == 0 { " " } else { "" };
                    editor.change(URI, turn + 2, json!([{"range": range, "text": edit}]));
                } else {
                    let asked = json!({"textDocument": {"uri": URI}, "position": at, "range": near, "options": options,
                        "context": {"diagnostics": [], "includeDeclaration": true, "triggerKind": 1}});
                    editor.ask(&format!("textDocument/{method}"), asked);
                }
                begin.elapsed()
            })
            .collect();
        times.sort();
        let median = times[times.len() / 2];
        println!("{method}: {:.1} ms", median.as_secs_f64() * 1000.0);
        if median > bound {
            late.push(method);
        }
    }
    assert!(late.is_empty(), "later than {bound:?}: {late:?}");
}
