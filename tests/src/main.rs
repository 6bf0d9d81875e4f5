//! Prints measures: `cargo run --release -p domxml-tests -- parses`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use dommigrate::cli::Profile;
use domxml_tests::against;
use domxml_tests::corpus;
use domxml_tests::findings;
use domxml_tests::judge::{self, Engine};
use domxml_tests::measures::{self, Measure, Rewriting};
use domxml_tests::oldest;
use domxml_tests::strewn;
use domxml_tests::today;
use domxml_tests::unknown;
use domxml_tests::{coverage, data, drift, variants};

#[derive(Debug, Parser)]
#[command(name = "measure", about = "Prints a measure over the test material beside the checkout")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// What to measure
    #[arg(value_enum, required = true)]
    measures: Vec<Name>,
    /// Print every case that falls short, one a line
    #[arg(long)]
    list: bool,
    /// Write the variants that fall short into this folder
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
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
    /// Asks today's libvirt what its test driver makes of each file, and prints where profile libvirt says otherwise
    Ask {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    Coverage,
    Parses,
    Verdicts,
    VerdictsMutants,
    VerdictsWild,
    VerdictsUpstream,
    VerdictsUpstreamMutants,
    Xmllint,
    XmllintMutants,
    Jing,
    JingMutants,
    RoundTrips,
    #[value(name = "untouched-9.0.0")]
    Untouched9,
    #[value(name = "untouched-11.3.0")]
    Untouched11,
    Live,
    OldestDocuments,
    DiffPairs,
    DriftPairs,
    DriftUpstream,
    DriftWild,
    DriftChanges,
    DriftFolders,
    DriverOutputs,
    SameFmt,
    SameModern,
    SameLibvirt,
    WildSame,
    WildComments,
    Comments,
    Idempotent,
    WildIdempotent,
    IdempotentLibvirt,
    Shuffled,
    ShuffledLibvirt,
    Strewn,
    StrewnLibvirt,
    Oldest,
    #[value(name = "canonical-9.0.0")]
    Canonical9,
    #[value(name = "canonical-11.3.0")]
    Canonical11,
    UnknownDifferent,
    UnknownSame,
    OneJudgement,
    OneJudgementMutants,
    OneJudgementWild,
    #[value(name = "passes-check-9.0.0")]
    PassesCheck9,
    #[value(name = "passes-check-11.3.0")]
    PassesCheck11,
    #[value(name = "passes-check-12.8.0")]
    PassesCheck12,
    #[value(name = "canonical-12.8.0")]
    Canonical12,
    #[value(name = "new-11.3.0")]
    New11,
    #[value(name = "new-12.8.0")]
    New12,
    InfoNew,
    NewerThanTarget,
    #[value(name = "fixtures-12.8.0")]
    Fixtures12,
    #[value(name = "variants-12.8.0")]
    Variants12,
    #[value(name = "new-variants-12.8.0")]
    NewVariants12,
    Dumps,
    DumpsCheck,
    DumpsSame,
    #[value(name = "refused-9.0.0")]
    Refused9,
    #[value(name = "refused-11.3.0")]
    Refused11,
    #[value(name = "refused-12.8.0")]
    Refused12,
    XmllintNew,
    XmllintNewMutants,
    JingNew,
    JingNewMutants,
    #[value(name = "verdicts-12.8.0")]
    Verdicts12,
    #[value(name = "verdicts-12.8.0-mutants")]
    Verdicts12Mutants,
    #[value(name = "verdicts-12.8.0-wild")]
    Verdicts12Wild,
    VerdictsNew,
    VerdictsNewMutants,
    Hosts,
    HostsDefined,
    HostsRefused,
    QemuRefusals,
    QemuTaken,
    Faults,
    Growth,
    DataJson,
    DataYaml,
    ToldOnce,
    WildToldOnce,
    FaultsToldOnce,
    WildFindings,
    Raised,
    WildRaised,
    #[value(name = "legacy-cases-9.0.0")]
    Legacy9,
    #[value(name = "legacy-cases-11.3.0")]
    Legacy11,
}

/// Documents of libvirt, of ordinary users, and our own.
fn mixed(releases: &[corpus::Document], wild: &[corpus::Document]) -> Vec<corpus::Document> {
    [releases, wild, &corpus::fixtures()].concat()
}

fn main() -> ExitCode {
    let args = Args::parse();
    let Some(shared) = corpus::shared_or_say("measure") else { return ExitCode::SUCCESS };
    match args.command {
        Some(Command::Against { version, list }) => {
            return hold_against(&shared, version.unwrap_or(measures::newest()), list);
        }
        Some(Command::Ask { files }) => return ask(&shared, &files),
        None => {}
    }
    let releases = corpus::releases(&shared);
    let wild = corpus::wild(&shared);
    let mutants = corpus::mutants(&shared);
    let root = shared.join("corpus");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/domain.rng");
    let newest = measures::newest();
    for name in args.measures {
        let modern = Rewriting::Upgrade(Profile::Modern);
        let libvirt = Rewriting::Upgrade(Profile::Libvirt);
        let nine = domxml_runtime::Version::new(9, 0, 0);
        let result: Result<Measure, String> = match name {
            Name::Coverage => Ok(coverage::coverage()),
            Name::Parses => Ok(measures::parses(&releases)),
            Name::Verdicts => Ok(judge::agreement("verdicts", &judge::ours(), &releases)),
            Name::VerdictsMutants => Ok(judge::agreement("verdicts-mutants", &judge::ours(), &mutants)),
            Name::VerdictsWild => Ok(judge::agreement("verdicts-wild", &judge::ours(), &wild)),
            Name::VerdictsUpstream => {
                Ok(judge::agreement("verdicts-upstream", &judge::upstream(&shared, "11.3.0"), &releases))
            }
            Name::VerdictsUpstreamMutants => {
                Ok(judge::agreement("verdicts-upstream-mutants", &judge::upstream(&shared, "11.3.0"), &mutants))
            }
            Name::Xmllint => judge::engines("xmllint", Engine::Xmllint, &root, &releases, &schema),
            Name::XmllintMutants => {
                judge::engines("xmllint-mutants", Engine::Xmllint, &root.join("mutants"), &mutants, &schema)
            }
            Name::Jing => judge::engines("jing", Engine::Jing, &root, &releases, &schema),
            Name::JingMutants => judge::engines("jing-mutants", Engine::Jing, &root.join("mutants"), &mutants, &schema),
            Name::DiffPairs => domxml_tests::pairs::diff("diff-pairs", &releases, &shared, 2000),
            Name::DriftPairs => Ok(drift::explained("drift-pairs", &drift::driver_pairs(&shared, false))),
            Name::DriftUpstream => Ok(drift::explained("drift-upstream", &drift::upstream_pairs(&shared))),
            Name::DriftWild => Ok(drift::explained("drift-wild", &drift::driver_pairs(&shared, true))),
            Name::DriftChanges => Ok(drift::changes("drift-changes", &drift::driver_pairs(&shared, false), 20_000)),
            Name::DriftFolders => drift::equal_folders(&drift::driver_pairs(&shared, false), 1000),
            Name::Untouched9 => Ok(measures::untouched("untouched-9.0.0", &releases, &shared, "9.0.0")),
            Name::Untouched11 => Ok(measures::untouched("untouched-11.3.0", &releases, &shared, "11.3.0")),
            Name::Live => Ok(measures::live(&releases, &shared)),
            Name::OldestDocuments => Ok(measures::oldest_documents(&releases, &shared)),
            Name::RoundTrips => Ok(measures::round_trips(&releases, &shared)),
            Name::DriverOutputs => Ok(measures::driver_outputs(&releases)),
            Name::SameFmt => measures::same("same-fmt", &releases, &shared, Rewriting::Format, newest),
            Name::SameModern => measures::same("same-modern", &releases, &shared, modern, newest),
            Name::SameLibvirt => measures::same("same-libvirt", &releases, &shared, libvirt, nine),
            Name::WildSame => measures::same("wild-same", &wild, &shared, modern, newest),
            Name::WildComments => Ok(measures::comments("wild-comments", &wild, newest)),
            Name::Comments => Ok(measures::comments("comments", &releases, newest)),
            Name::Idempotent => Ok(measures::idempotent("idempotent", &releases, Profile::Modern, newest)),
            Name::WildIdempotent => Ok(measures::idempotent("wild-idempotent", &wild, Profile::Modern, newest)),
            Name::IdempotentLibvirt => {
                Ok(measures::idempotent("idempotent-libvirt", &releases, Profile::Libvirt, newest))
            }
            Name::Shuffled => Ok(domxml_tests::order::shuffled("shuffled", &releases, Profile::Modern)),
            Name::ShuffledLibvirt => Ok(domxml_tests::order::shuffled("shuffled-libvirt", &releases, Profile::Libvirt)),
            Name::Strewn => Ok(strewn::strewn("strewn", &mixed(&releases, &wild), Profile::Modern, 2000)),
            Name::StrewnLibvirt => {
                Ok(strewn::strewn("strewn-libvirt", &mixed(&releases, &wild), Profile::Libvirt, 2000))
            }
            Name::Oldest => Ok(oldest::oldest("oldest", &releases, &shared)),
            Name::Canonical9 => Ok(measures::canonical("canonical-9.0.0", &releases, &shared, "9.0.0")),
            Name::Canonical11 => Ok(measures::canonical("canonical-11.3.0", &releases, &shared, "11.3.0")),
            Name::UnknownDifferent => Ok(unknown::different("unknown-different", &releases, 5000)),
            Name::UnknownSame => Ok(unknown::same("unknown-same", &releases, 5000)),
            Name::OneJudgement => Ok(measures::one_judgement("one-judgement", &releases)),
            Name::OneJudgementMutants => Ok(measures::one_judgement("one-judgement-mutants", &mutants)),
            Name::OneJudgementWild => Ok(measures::one_judgement("one-judgement-wild", &wild)),
            Name::PassesCheck9 => Ok(measures::passes_check("passes-check-9.0.0", &root.join("canonical-9.0.0"))),
            Name::PassesCheck11 => Ok(measures::passes_check("passes-check-11.3.0", &root.join("canonical-11.3.0"))),
            Name::PassesCheck12 => Ok(measures::passes_check("passes-check-12.8.0", &root.join("canonical-12.8.0"))),
            Name::Canonical12 => Ok(measures::canonical("canonical-12.8.0", &releases, &shared, "12.8.0")),
            Name::New11 => Ok(today::answers("new-11.3.0", &shared, "11.3.0")),
            Name::New12 => Ok(today::answers("new-12.8.0", &shared, "12.8.0")),
            Name::Fixtures12 => variants::asked("fixtures-12.8.0", &coverage::fixtures(), &shared),
            Name::Variants12 => {
                let documents = variants::variants(&coverage::fixtures(), 5000);
                variants::asked("variants-12.8.0", &documents, &shared).and_then(|it| keep(it, &documents, &args.keep))
            }
            Name::NewVariants12 => {
                let documents = variants::variants(&today::newer(&shared), 5000);
                variants::asked("new-variants-12.8.0", &documents, &shared)
                    .and_then(|it| keep(it, &documents, &args.keep))
            }
            Name::InfoNew => Ok(today::info("info-new", &shared)),
            Name::NewerThanTarget => Ok(today::newer_than_target("newer-than-target", &shared)),
            Name::Dumps => Ok(today::dumps("dumps", &shared)),
            Name::DumpsCheck => {
                Ok(measures::passes("dumps-check", &today::dumped(&shared), &measures::plain_options()))
            }
            Name::DumpsSame => today::dumps_same("dumps-same", &shared),
            Name::Refused9 => Ok(measures::refused("refused-9.0.0", &releases, &shared, "9.0.0")),
            Name::Refused11 => Ok(measures::refused("refused-11.3.0", &releases, &shared, "11.3.0")),
            Name::Refused12 => Ok(measures::refused("refused-12.8.0", &releases, &shared, "12.8.0")),
            Name::XmllintNew => judge::engines_over("xmllint-new", Engine::Xmllint, &today::newer(&shared), &schema),
            Name::JingNew => judge::engines_over("jing-new", Engine::Jing, &today::newer(&shared), &schema),
            Name::XmllintNewMutants => {
                let mutants = today::mutants(&today::newer(&shared), 3000);
                judge::engines_over("xmllint-new-mutants", Engine::Xmllint, &mutants, &schema)
            }
            Name::JingNewMutants => {
                let mutants = today::mutants(&today::newer(&shared), 3000);
                judge::engines_over("jing-new-mutants", Engine::Jing, &mutants, &schema)
            }
            Name::Verdicts12 => Ok(judge::agreement_with("verdicts-12.8.0", &shared, "12.8.0", &releases)),
            Name::Verdicts12Mutants => {
                Ok(judge::agreement_with("verdicts-12.8.0-mutants", &shared, "12.8.0", &mutants))
            }
            Name::Verdicts12Wild => Ok(judge::agreement_with("verdicts-12.8.0-wild", &shared, "12.8.0", &wild)),
            Name::VerdictsNew => Ok(judge::agreement_with("verdicts-new", &shared, "12.8.0", &today::newer(&shared))),
            Name::VerdictsNewMutants => {
                let mutants = today::mutants(&today::newer(&shared), 3000);
                Ok(judge::agreement_with("verdicts-new-mutants", &shared, "12.8.0", &mutants))
            }
            Name::Hosts => Ok(domxml_tests::hosts::typed("hosts", &shared)),
            Name::HostsDefined => Ok(domxml_tests::hosts::defined("hosts-defined", &shared)),
            Name::HostsRefused => Ok(domxml_tests::hosts::refused("hosts-refused", &shared)),
            Name::QemuRefusals => Ok(domxml_tests::qemu::refusals(&shared.join("qemu_pairs"))),
            Name::QemuTaken => Ok(domxml_tests::qemu::taken(&shared.join("qemu_pairs"))),
            Name::Faults => fault_rows(&shared),
            Name::Growth => growth(),
            Name::DataJson => Ok(data::there_and_back(
                "data-json",
                &[mixed(&releases, &wild), mutants.clone()].concat(),
                data::Format::Json,
            )),
            Name::DataYaml => Ok(data::there_and_back(
                "data-yaml",
                &[mixed(&releases, &wild), mutants.clone()].concat(),
                data::Format::Yaml,
            )),
            Name::ToldOnce => findings::told_once("told-once", &releases),
            Name::WildToldOnce => findings::told_once("wild-told-once", &wild),
            Name::FaultsToldOnce => findings::told_once("faults-told-once", &corpus::faults(&shared)),
            Name::WildFindings => findings::per_file("wild-findings", &wild),
            Name::Raised => oldest::raised("raised", &releases, &shared),
            Name::WildRaised => oldest::raised("wild-raised", &wild, &shared),
            Name::Legacy9 => Ok(measures::legacy_cases("legacy-cases-9.0.0", &shared, "9.0.0")),
            Name::Legacy11 => Ok(measures::legacy_cases("legacy-cases-11.3.0", &shared, "11.3.0")),
        };
        match result {
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

#[cfg(unix)]
fn growth() -> Result<Measure, String> {
    domxml_tests::growth::growth("growth")
}

#[cfg(not(unix))]
fn growth() -> Result<Measure, String> {
    Err("growth: did not run, the time of a thread is asked for as Unix has it".to_owned())
}

#[cfg(unix)]
fn fault_rows(shared: &Path) -> Result<Measure, String> {
    domxml_tests::fault_rows::rows("faults", shared, &domxml_tests::faults::command()?)
}

#[cfg(not(unix))]
fn fault_rows(_: &Path) -> Result<Measure, String> {
    Err("faults: did not run, its steps are for Unix".to_owned())
}

/// Writes the documents that fall short into a folder, where one is named.
fn keep(measure: Measure, documents: &[corpus::Document], folder: &Option<PathBuf>) -> Result<Measure, String> {
    let Some(folder) = folder else { return Ok(measure) };
    let write = |document: &corpus::Document| {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(format!("{}.xml", document.name.replace('/', "."))), &document.text)
    };
    let mut short = documents.iter().filter(|document| measure.failed.contains_key(&document.name));
    short.try_for_each(write).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(measure)
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
