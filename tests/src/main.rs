//! Prints measures: `cargo run --release -p domxml-tests -- parses`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use domxml_tests::registry::{MEASURES, Material};
use domxml_tests::{against, corpus, libvirtxml, lines, measures, variants};

#[derive(Debug, Parser)]
#[command(name = "measure", about = "Prints a measure over the test material beside the checkout")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// What to measure
    #[arg(required = true, value_parser = PossibleValuesParser::new(MEASURES.iter().map(|(name, _)| *name)))]
    measures: Vec<String>,
    /// Print every case that falls short, one a line
    #[arg(long)]
    list: bool,
    /// Write the variants that fall short into this folder
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Draw others: of what is strewn into documents (strewn, strewn-libvirt), and of variants
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Holds our schema against upstream's of a version: what ours lacks, what it has beyond, what it takes otherwise
    Against {
        /// The version; the newest that our schema knows otherwise
        version: Option<domxml_runtime::Version>,
        /// Print the decided differences too, one a line
        #[arg(long)]
        list: bool,
    },
    /// Counts the elements and attributes that are typed in domxml and in Go's libvirtxml
    Libvirtxml {
        /// Print what only one of them has, one a line
        #[arg(long)]
        list: bool,
    },
    /// Counts the lines of the rules by chapter, those of logic and those that tell of it, and rows by kind
    Lines,
    /// Asks today's libvirt what its test driver makes of each file, and prints where profile libvirt says otherwise
    Ask {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(Command::Libvirtxml { list }) = args.command {
        print!("{}", libvirtxml::coverage().print(list));
        return ExitCode::SUCCESS;
    }
    if let Some(Command::Lines) = args.command {
        return say_lines();
    }
    let Some(shared) = corpus::shared_or_say("measure") else { return ExitCode::SUCCESS };
    match args.command {
        Some(Command::Against { version, list }) => {
            return hold_against(&shared, version.unwrap_or(measures::newest()), list);
        }
        Some(Command::Ask { files }) => return ask(&shared, &files),
        Some(Command::Libvirtxml { .. } | Command::Lines) | None => {}
    }
    let material = Material::new(shared, args.keep, args.seed);
    for (name, take) in args.measures.iter().flat_map(|asked| MEASURES.iter().filter(move |(name, _)| asked == name)) {
        match take(name, &material) {
            Ok(measure) => {
                print!("{measure}");
                if args.list {
                    for (case, why) in &measure.failed {
                        println!("{case}\t{why}");
                    }
                }
            }
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Prints how many lines the code takes.
fn say_lines() -> ExitCode {
    match lines::count() {
        Ok(count) => {
            print!("{}", count.print());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints how our schema differs from upstream's; what is not decided fails.
fn hold_against(shared: &Path, version: domxml_runtime::Version, list: bool) -> ExitCode {
    match against::against(shared, version) {
        Ok(comparison) => {
            print!("{}", comparison.print(list));
            if comparison.undecided().next().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints where profile `libvirt` says otherwise of these files than today's libvirt; any difference fails.
fn ask(shared: &Path, files: &[PathBuf]) -> ExitCode {
    match corpus::files(files).and_then(|documents| variants::asked("ask", &documents, shared)) {
        Ok(measure) => {
            for (case, why) in &measure.failed {
                println!("{case}: {why}");
            }
            println!("{} of {} alike", measure.cases - measure.failed.len(), measure.cases);
            if measure.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
