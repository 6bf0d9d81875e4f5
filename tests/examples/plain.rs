//! What a program cannot do without: reads every file of a folder, parses it with `roxmltree` and, where told to, writes the same bytes
//! beside it and renames that over it. `tests/bench/peers` holds the command against it.
//!
//! `plain read|write FOLDER THREADS`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, folder, threads] = arguments.as_slice() else { return usage() };
    let (Ok(threads), "read" | "write") = (threads.parse(), what.as_str()) else { return usage() };
    match run(what == "write", Path::new(folder), threads) {
        Ok(parsed) => {
            println!("{parsed} files parsed");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: plain read|write FOLDER THREADS");
    ExitCode::FAILURE
}

fn run(write: bool, folder: &Path, threads: usize) -> Result<usize, Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let done: Result<Vec<bool>, std::io::Error> =
        pool.install(|| paths.par_iter().map(|path| through(path, write)).collect());
    Ok(done?.into_iter().filter(|parsed| *parsed).count())
}

/// Whether the file could be parsed; only then is it written.
fn through(path: &Path, write: bool) -> Result<bool, std::io::Error> {
    let text = fs::read_to_string(path)?;
    let parsed = roxmltree::Document::parse(&text).is_ok();
    if parsed && write {
        let beside = path.with_extension("new");
        fs::write(&beside, &text)?;
        fs::rename(&beside, path)?;
    }
    Ok(parsed)
}
