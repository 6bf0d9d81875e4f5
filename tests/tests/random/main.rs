//! Random documents, valid ones and mutants of these: our validator, the generated parser, `jing` and `xmllint` are held
//! against each other.
//!
//! `RANDOM_DOCUMENTS=100000 cargo test --release -p domxml-tests --test random -- --nocapture` makes more documents than
//! the small number that every run makes; `RANDOM_SEED=7` makes others.

mod mutate;
#[path = "../../../codegen/tests/interpret/tree.rs"]
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domxml::{Domain, strategy};
use domxml_tests::judge::Engine;
use proptest::prelude::{Rng, Strategy};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rayon::prelude::*;
use relaxng_model::strategy::{Documents, documents};
use relaxng_model::validate::Validator;
use relaxng_model::{FileResolver, Grammar};

/// How many documents are made and judged at a time.
const BATCH: usize = 5000;

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

fn load(schema: &Path) -> Grammar {
    relaxng_model::load(&FileResolver::new(), &schema.to_string_lossy()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Documents by one seed each: every other one is a mutant.
fn make(documents: &Documents, seeds: std::ops::Range<usize>) -> Vec<String> {
    let make = |seed: usize| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&(seed as u64).to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let text = documents.new_tree(&mut runner).ok()?.current();
        if seed.is_multiple_of(2) {
            return Some(text);
        }
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let mut tree = tree::verbatim(document.root_element());
        mutate::mutate(&mut tree, &mut |limit| runner.rng().next_u32() as usize % limit.max(1));
        Some(tree.to_xml())
    };
    seeds.into_par_iter().filter_map(make).collect()
}

/// What is wrong with how the types treat a document, if anything is.
fn through_types(validator: &mut Validator, text: &str, valid: bool) -> Option<String> {
    let read = match Domain::from_xml(text) {
        Err(errors) if valid => Domain::from_xml(&strategy::in_decimal(text, &errors)),
        read => read,
    };
    let read = match read {
        Ok(read) => read,
        Err(errors) if valid => return Some(format!("the parser refuses a valid document: {errors}")),
        Err(_) => return None,
    };
    let written = match read.to_xml() {
        Ok(written) => written,
        Err(error) => return Some(format!("what was read cannot be written: {error}")),
    };
    match Domain::from_xml(&written) {
        Err(errors) => return Some(format!("the parser refuses what it wrote: {errors}\n  {written}")),
        Ok(again) if again.to_xml().as_ref() != Ok(&written) => {
            return Some(format!("reads differently again:\n  {written}"));
        }
        Ok(_) => {}
    }
    let document = roxmltree::Document::parse(&written).ok()?;
    if valid && !validator.is_valid(&document) {
        let violations = validator.validate(&document);
        return Some(format!("is written as an invalid one: {}\n  {written}", violations[0].message));
    }
    None
}

/// Holds everything against everything over `count` documents of a schema.
fn hold(schema: &Path, count: usize, types: bool) {
    let name = schema.file_stem().expect("a name").to_string_lossy().into_owned();
    let grammar = load(schema);
    let validator = Validator::new(&grammar);
    // Documents of large grammars stay small.
    let documents = documents(grammar).left_out(4, 5);
    let first = number("RANDOM_SEED", 0) * 1_000_003;
    let directory = tempfile::tempdir().expect("a directory");
    let engines: Vec<Engine> = [Engine::Jing, Engine::Xmllint].into_iter().filter(|e| e.is_installed()).collect();
    let (mut made, mut valid, mut lenient) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut start = 0;
    while start < count {
        let texts = make(&documents, first + start..first + count.min(start + BATCH));
        start += BATCH;
        let judged: Vec<(bool, bool, Option<String>)> = texts
            .par_iter()
            .map_init(
                || validator.clone(),
                |validator, text| {
                    let document = roxmltree::Document::parse(text).expect("well-formed");
                    let valid = validator.is_valid(&document);
                    if valid != validator.validate(&document).is_empty() {
                        return (valid, false, Some("a verdict without violations".to_owned()));
                    }
                    let accepted = types && !valid && Domain::from_xml(text).is_ok();
                    (valid, accepted, if types { through_types(validator, text, valid) } else { None })
                },
            )
            .collect();
        let mut paths: Vec<PathBuf> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let path = directory.path().join(format!("{index}.xml"));
            if !engines.is_empty() {
                fs::write(&path, text).expect("a document");
            }
            paths.push(path);
        }
        let files: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let mut verdicts = Vec::new();
        for engine in &engines {
            match engine.judge(schema, &files) {
                Ok(said) => verdicts.push((engine, said)),
                Err(error) if *engine == Engine::Jing => panic!("{error}"),
                Err(error) => println!("{name}: cannot be asked: {error}"),
            }
        }
        for (index, (text, (ours, accepted, complaint))) in texts.iter().zip(&judged).enumerate() {
            made += 1;
            valid += usize::from(*ours);
            lenient += usize::from(*accepted);
            if let Some(complaint) = complaint {
                wrong.push(format!("{complaint}\n  {text}"));
            }
            let said: Vec<_> =
                verdicts.iter().map(|(by, said)| (*by, said[&*paths[index].to_string_lossy()])).collect();
            for (engine, theirs) in &said {
                let alone = if said.iter().filter(|(_, theirs)| theirs == ours).count() > 0 { " alone" } else { "" };
                if theirs != ours {
                    wrong.push(format!("{engine:?}{alone} says {theirs}, we say {ours}\n  {text}"));
                }
            }
        }
    }
    let read = if types { format!(", {lenient} of the invalid ones are read all the same") } else { String::new() };
    println!(
        "{name}: {made} documents, {valid} of them valid{read}; {} disagreements; asked: {engines:?}",
        wrong.len()
    );
    assert!(made * 2 > count, "{name}: only {made} documents");
    assert!(valid * 3 > made, "{name}: only {valid} of {made} valid");
    assert!(wrong.is_empty(), "{name}:\n{}", shortest(&wrong));
}

/// The shortest of each kind of complaint, kinds being told apart by the words outside quotes.
fn shortest(wrong: &[String]) -> String {
    let mut kinds: BTreeMap<String, (usize, &String)> = BTreeMap::new();
    for complaint in wrong {
        let line = complaint.lines().next().unwrap_or_default();
        let words = line.split('\'').step_by(2).collect::<String>();
        let kind: String = words.chars().filter(|letter| !letter.is_ascii_digit()).collect();
        let entry = kinds.entry(kind).or_insert((0, complaint));
        entry.0 += 1;
        if complaint.len() < entry.1.len() {
            entry.1 = complaint;
        }
    }
    let lines: Vec<String> = kinds.values().map(|(count, complaint)| format!("{count} like: {complaint}")).collect();
    lines.join("\n")
}

#[test]
fn our_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/domain.rng");
    hold(&schema, number("RANDOM_DOCUMENTS", 2000), true);
}

#[test]
fn small_grammars() {
    for name in ["interleave", "values", "wildcards"] {
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/random/grammars/{name}.rng"));
        hold(&schema, number("RANDOM_DOCUMENTS", 2000).min(10_000), false);
    }
}
