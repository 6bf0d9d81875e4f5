//! Speed over many documents: those of the test material where it lies beside the checkout, else our fixtures.
//!
//! `cargo bench -p domxml-tests`. The budgets stand in units of the first benchmark, which is `roxmltree` alone.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use clap::Parser;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use dommigrate::cli::{Cli, Profile};
use dommigrate::engine;
use domxml::{Domain, Element, ReadOptions, Unknown};
use domxml_tests::{corpus, judge, measures};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use tempfile::TempDir;

fn main() {
    divan::main();
}

static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let texts: Vec<String> = match corpus::shared() {
        Some(shared) => corpus::releases(&shared).into_iter().map(|document| document.text).collect(),
        None => fixtures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")),
    };
    texts.into_iter().filter(|text| Domain::from_xml(text).is_ok()).collect()
});

fn fixtures(directory: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts.extend(fixtures(&path));
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            texts.extend(fs::read_to_string(path));
        }
    }
    texts
}

fn over_all(bencher: Bencher, mut work: impl FnMut(&str)) {
    let bytes: usize = TEXTS.iter().map(String::len).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(TEXTS.len()))
        .bench_local(|| TEXTS.iter().for_each(|text| work(text)));
}

#[divan::bench(sample_count = 20)]
fn a_roxmltree_alone(bencher: Bencher) {
    over_all(bencher, |text| {
        divan::black_box(roxmltree::Document::parse(text).expect("well-formed"));
    });
}

#[divan::bench(sample_count = 20)]
fn b_parse_to_types(bencher: Bencher) {
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    over_all(bencher, |text| {
        divan::black_box(Domain::from_xml_with(text, &options).expect("readable"));
    });
}

#[divan::bench(sample_count = 20)]
fn c_parse_and_format(bencher: Bencher) {
    over_all(bencher, |text| {
        divan::black_box(Domain::from_xml(text).expect("readable").to_xml().expect("it can be written"));
    });
}

#[divan::bench(sample_count = 20)]
fn d_validate(bencher: Bencher) {
    let mut validator = judge::ours();
    over_all(bencher, |text| {
        let document = roxmltree::Document::parse(text).expect("well-formed");
        divan::black_box(validator.is_valid(&document));
    });
}

#[divan::bench(sample_count = 5)]
fn e_upgrade(bencher: Bencher) {
    let options = measures::options(Profile::Modern, measures::newest());
    over_all(bencher, |text| {
        divan::black_box(engine::upgrade(text, &options));
    });
}

/// A directory with 10,000 files that `upgrade` takes.
fn directory() -> TempDir {
    static TAKEN: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let options = measures::options(Profile::Modern, measures::newest());
        TEXTS.iter().map(String::as_str).filter(|text| engine::upgrade(text, &options).text.is_some()).collect()
    });
    let directory = tempfile::tempdir().expect("a directory");
    for (index, text) in TAKEN.iter().cycle().take(10_000).enumerate() {
        fs::write(directory.path().join(format!("{index}.xml")), text).expect("written");
    }
    directory
}

/// What `upgrade` of a directory is measured by: reading, parsing and writing the same bytes, on two threads.
#[divan::bench(sample_count = 5)]
fn g_copy_files(bencher: Bencher) {
    let pool = ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    bencher.with_inputs(directory).bench_local_refs(|directory| {
        let paths: Vec<_> = fs::read_dir(directory.path()).expect("read").flatten().map(|e| e.path()).collect();
        pool.install(|| {
            paths.par_iter().for_each(|path| {
                let text = fs::read_to_string(path).expect("read");
                divan::black_box(roxmltree::Document::parse(&text).expect("well-formed"));
                fs::write(path, text).expect("written");
            });
        });
    });
}

#[divan::bench(sample_count = 5)]
fn h_upgrade_files(bencher: Bencher) {
    bencher.with_inputs(directory).bench_local_refs(|directory| {
        let path = directory.path().to_string_lossy();
        let typed = ["dommigrate", "upgrade", "--quiet", "--jobs", "2", &*path].map(OsString::from);
        dommigrate::run(Cli::parse_from(&typed), &typed).expect("upgraded");
    });
}

#[divan::bench]
fn f_load_the_schema() {
    divan::black_box(judge::ours());
}
