//! What must hold for any bytes at all: each function panics where it does not. `tests/fuzz` runs them by cargo-fuzz, `cargo test` for a
//! while on mutated fixtures.

use std::sync::LazyLock;

use dommigrate::engine::{self, Options};
use dommigrate::host::Host;
use dommigrate::meaning::{Comparison, Verdict};
use dommigrate::options::{Layout, Profile};
use dommigrate::verify::{self, Meant};
use domxml::{Domain, Element, ReadOptions};
use relaxng_model::MemoryResolver;
use relaxng_model::validate::Validator;

use crate::measures;
use crate::pairs::Random;

/// A target: its name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 6] =
    [("schema", schema), ("parse", parse), ("upgrade", upgrade), ("keep", keep), ("diff", diff), ("drift", drift)];

/// Schemas: anything is loaded or refused, and what is loaded judges.
pub fn schema(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut files = MemoryResolver::new();
    files.insert("a.rng", text);
    let Ok(grammar) = relaxng_model::load(&files, "a.rng") else { return };
    let document = roxmltree::Document::parse("<a b='1'><c/>text</a>").expect("it is well-formed");
    Validator::new(&grammar).validate(&document);
}

/// Parsing, printing, parsing: what is printed is read as the same, and printed the same.
pub fn parse(data: &[u8]) {
    let Ok(decoded) = domxml_xml::decode(data) else { return };
    for unknown in [domxml::Unknown::Keep, domxml::Unknown::Deny] {
        let options = ReadOptions { unknown, ..ReadOptions::default() };
        let Ok(first) = Domain::from_xml_with(&decoded.text, &options) else { continue };
        let printed = first.value.to_xml().expect("it can be written");
        let second = Domain::from_xml_with(&printed, &options).unwrap_or_else(|errors| panic!("{errors}\n{printed}"));
        assert_eq!(second.value.to_xml().expect("it can be written"), printed);
    }
}

fn options(profile: Profile, layout: Layout) -> Options {
    Options { layout, ..measures::options(profile, measures::newest()) }
}

/// The reading of two documents.
static COMPARISON: LazyLock<Comparison> = LazyLock::new(|| {
    Comparison::new(options(Profile::Modern, Layout::Canonical), options(Profile::Libvirt, Layout::Canonical))
});

/// Upgrading: well-formed, read back as it was meant, the same the second time, and of the same meaning.
pub fn upgrade(data: &[u8]) {
    static BOTH: LazyLock<[Options; 2]> =
        LazyLock::new(|| [Profile::Modern, Profile::Libvirt].map(|profile| options(profile, Layout::Canonical)));
    let Ok(decoded) = domxml_xml::decode(data) else { return };
    for options in &*BOTH {
        let outcome = engine::upgrade(&decoded.text, options);
        let Some(new) = &outcome.text else { continue };
        let meant =
            Meant { original: &decoded.text, printed: &outcome.printed, comments: options.profile == Profile::Modern };
        verify::read_back(new.as_bytes(), &meant).unwrap_or_else(|error| panic!("{error}\n{new}"));
        let again = engine::upgrade(new, options);
        assert!(
            again.text.is_some(),
            "what was made of it is refused: {}\n{new}",
            engine::first_error_line(new, &again.findings)
        );
        if options.profile == Profile::Modern
            && let Ok(Verdict::Different(changes)) = COMPARISON.compare(&decoded.text, new)
        {
            panic!("it means something else: {changes:?}\n{new}");
        }
    }
}

/// A layout that is kept: comments and bytes stay, and what is written reads back as it was meant.
pub fn keep(data: &[u8]) {
    static KEEP: LazyLock<Options> = LazyLock::new(|| options(Profile::Modern, Layout::Keep));
    let Ok(decoded) = domxml_xml::decode(data) else { return };
    let outcome = engine::upgrade(&decoded.text, &KEEP);
    let Some(new) = &outcome.text else { return };
    if !outcome.findings.iter().any(|finding| finding.level.is_rewrite()) {
        assert_eq!(new, &decoded.text, "nothing was found, and it is touched");
        return;
    }
    let meant = Meant { original: &decoded.text, printed: &outcome.printed, comments: true };
    verify::read_back(new.as_bytes(), &meant).unwrap_or_else(|error| panic!("{error}\n{new}"));
    let comments = |text: &str| {
        let pieces = domxml_xml::pieces(text).filter(|piece| piece.kind == domxml_xml::Kind::Comment);
        let mut all: Vec<String> = pieces.map(|piece| text[piece.range].to_owned()).collect();
        all.sort();
        all
    };
    assert_eq!(comments(&decoded.text), comments(new), "comments");
    // Edited without a change it is what it was.
    assert_eq!(domxml::edit(&decoded.text, |_| ()).as_ref(), Ok(&decoded.text));
}

/// Two documents in one input, cut at the first null character, or a document and itself.
fn two(data: &[u8]) -> Option<(String, String)> {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let first = domxml_xml::decode(parts.next()?).ok()?.text;
    let second = parts.next().map_or_else(|| Some(first.clone()), |part| Some(domxml_xml::decode(part).ok()?.text))?;
    Some((first, second))
}

/// Differences: a document is the same as itself, and one differs from another as that does from it.
pub fn diff(data: &[u8]) {
    let Some((a, b)) = two(data) else { return };
    let word = |a: &str, b: &str| COMPARISON.compare(a, b).ok().map(|verdict| matches!(verdict, Verdict::Different(_)));
    assert_ne!(word(&a, &a), Some(true), "it differs from itself");
    assert_eq!(word(&a, &b), word(&b, &a), "it depends on which is the first");
}

/// Drift: none between a document and itself.
pub fn drift(data: &[u8]) {
    static DRIFT: LazyLock<dommigrate::drift::Comparison> =
        LazyLock::new(|| dommigrate::drift::Comparison::new(None, Host::default()).expect("no host is never wrong"));
    let Some((a, b)) = two(data) else { return };
    let _ = DRIFT.compare(&a, &b);
    if let Ok(drift) = DRIFT.compare(&a, &a) {
        assert!(drift.differences.is_empty(), "it drifts from itself: {:?}", drift.differences);
    }
}

/// An input: one of the seeds with a few pieces and bytes changed.
#[must_use]
pub fn mutated(seeds: &[String], random: &mut Random) -> Vec<u8> {
    let pick = |random: &mut Random| &seeds[random.below(seeds.len())];
    let text = pick(random);
    let cut = |text: &str| domxml_xml::pieces(text).map(|piece| text[piece.range].to_owned()).collect::<Vec<_>>();
    let mut pieces = cut(text);
    for _ in 0..random.below(4) {
        let at = random.below(pieces.len().max(1)).min(pieces.len().saturating_sub(1));
        match random.below(7) {
            0 => drop(pieces.remove(at)),
            1 => pieces.insert(at, pieces[at].clone()),
            2 => {
                let other = random.below(pieces.len());
                pieces.swap(at, other);
            }
            3 => {
                let others = cut(pick(random));
                pieces.insert(at, others[random.below(others.len())].clone());
            }
            4 => pieces.insert(
                at,
                ["<!-- c -->", "<?p i?>", "\r\n", "<![CDATA[x]]>", "&#9;", "<a/>"][random.below(6)].to_owned(),
            ),
            5 => {
                pieces[at] =
                    pieces[at].replace('\'', "\"").replace('1', ["0", "-1", "x", "", "99999999999"][random.below(5)])
            }
            _ => pieces[at].truncate(0),
        }
        if pieces.is_empty() {
            break;
        }
    }
    let mut bytes = pieces.concat().into_bytes();
    if random.below(4) == 0 && !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] = [0, b'<', b'>', b'\'', b'&', b' ', 0x80, 0xff][random.below(8)];
    }
    bytes
}
