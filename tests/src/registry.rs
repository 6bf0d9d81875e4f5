//! Every measure by its name, and what it is taken over.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use dommigrate::cli::Profile;
use domxml_runtime::Version;

use crate::corpus::{self, Document};
use crate::judge::{self, Engine};
use crate::measures::{self, Measure, Rewriting};
use crate::oracle::Libvirt;
use crate::{
    coverage, data, drift, findings, hosts, oldest, order, own, pairs, qemu, strewn, today, unknown, variants,
};

const MODERN: Rewriting = Rewriting::Upgrade(Profile::Modern);
const LIBVIRT: Rewriting = Rewriting::Upgrade(Profile::Libvirt);

/// Takes a measure, which is told its name.
pub type Take = fn(&'static str, &Material) -> Result<Measure, String>;

/// The measures in the order in which help lists them.
pub static MEASURES: &[(&str, Take)] = &[
    ("coverage", |_, _| Ok(coverage::coverage())),
    ("parses", |_, of| Ok(measures::parses(of.releases()))),
    ("verdicts", |name, of| Ok(judge::agreement(name, &judge::ours(), of.releases()))),
    ("verdicts-mutants", |name, of| Ok(judge::agreement(name, &judge::ours(), of.mutants()))),
    ("verdicts-wild", |name, of| Ok(judge::agreement(name, &judge::ours(), of.wild()))),
    ("verdicts-upstream", |name, of| Ok(judge::agreement(name, &judge::upstream(&of.shared, "11.3.0"), of.releases()))),
    ("verdicts-upstream-mutants", |name, of| {
        Ok(judge::agreement(name, &judge::upstream(&of.shared, "11.3.0"), of.mutants()))
    }),
    ("xmllint", |name, of| judge::engines(name, Engine::Xmllint, &of.corpus(), of.releases(), &of.schema())),
    ("xmllint-mutants", |name, of| {
        judge::engines(name, Engine::Xmllint, &of.corpus().join("mutants"), of.mutants(), &of.schema())
    }),
    ("jing", |name, of| judge::engines(name, Engine::Jing, &of.corpus(), of.releases(), &of.schema())),
    ("jing-mutants", |name, of| {
        judge::engines(name, Engine::Jing, &of.corpus().join("mutants"), of.mutants(), &of.schema())
    }),
    ("round-trips", |_, of| Ok(measures::round_trips(of.releases(), &of.shared))),
    ("untouched-9.0.0", |name, of| Ok(measures::untouched(name, of.releases(), &of.shared, "9.0.0"))),
    ("untouched-11.3.0", |name, of| Ok(measures::untouched(name, of.releases(), &of.shared, "11.3.0"))),
    ("live", |_, of| Ok(measures::live(of.releases(), &of.shared))),
    ("oldest-documents", |_, of| Ok(measures::oldest_documents(of.releases(), &of.shared))),
    ("diff-pairs", |name, of| pairs::diff(name, of.releases(), &of.shared, 2000)),
    ("drift-pairs", |name, of| Ok(drift::explained(name, &drift::driver_pairs(&of.shared, false)))),
    ("drift-upstream", |name, of| Ok(drift::explained(name, &drift::upstream_pairs(&of.shared)))),
    ("drift-wild", |name, of| Ok(drift::explained(name, &drift::driver_pairs(&of.shared, true)))),
    ("drift-changes", |name, of| Ok(drift::changes(name, &drift::driver_pairs(&of.shared, false), 22_000))),
    ("drift-folders", |_, of| drift::equal_folders(&drift::driver_pairs(&of.shared, false), 1000)),
    ("driver-outputs", |_, of| Ok(measures::driver_outputs(of.releases()))),
    ("same-fmt", |name, of| measures::same(name, of.releases(), &of.shared, Rewriting::Format, measures::newest())),
    ("same-modern", |name, of| measures::same(name, of.releases(), &of.shared, MODERN, measures::newest())),
    ("same-libvirt", |name, of| measures::same(name, of.releases(), &of.shared, LIBVIRT, Version::new(9, 0, 0))),
    ("wild-same", |name, of| measures::same(name, of.wild(), &of.shared, MODERN, measures::newest())),
    ("wild-comments", |name, of| Ok(measures::comments(name, of.wild(), measures::newest()))),
    ("comments", |name, of| Ok(measures::comments(name, of.releases(), measures::newest()))),
    ("idempotent", |name, of| Ok(measures::idempotent(name, of.releases(), Profile::Modern, measures::newest()))),
    ("wild-idempotent", |name, of| Ok(measures::idempotent(name, of.wild(), Profile::Modern, measures::newest()))),
    ("idempotent-libvirt", |name, of| {
        Ok(measures::idempotent(name, of.releases(), Profile::Libvirt, measures::newest()))
    }),
    ("shuffled", |name, of| Ok(order::shuffled(name, of.releases(), Profile::Modern))),
    ("shuffled-libvirt", |name, of| Ok(order::shuffled(name, of.releases(), Profile::Libvirt))),
    ("strewn", |name, of| {
        Ok(strewn::strewn(name, &of.mixed(), Profile::Modern, 2000, of.seed.unwrap_or(strewn::SEED)))
    }),
    ("strewn-libvirt", |name, of| {
        Ok(strewn::strewn(name, &of.mixed(), Profile::Libvirt, 2000, of.seed.unwrap_or(strewn::SEED)))
    }),
    ("oldest", |name, of| Ok(oldest::oldest(name, of.releases(), &of.shared))),
    ("canonical-9.0.0", |name, of| Ok(measures::canonical(name, of.releases(), &of.shared, "9.0.0"))),
    ("canonical-11.3.0", |name, of| Ok(measures::canonical(name, of.releases(), &of.shared, "11.3.0"))),
    ("unknown-different", |name, of| Ok(unknown::different(name, of.releases(), 5000))),
    ("unknown-same", |name, of| Ok(unknown::same(name, of.releases(), 5000))),
    ("one-judgement", |name, of| Ok(measures::one_judgement(name, of.releases()))),
    ("one-judgement-mutants", |name, of| Ok(measures::one_judgement(name, of.mutants()))),
    ("one-judgement-wild", |name, of| Ok(measures::one_judgement(name, of.wild()))),
    ("passes-check-9.0.0", |name, of| Ok(measures::passes_check(name, &of.corpus().join("canonical-9.0.0")))),
    ("passes-check-11.3.0", |name, of| Ok(measures::passes_check(name, &of.corpus().join("canonical-11.3.0")))),
    ("passes-check-12.8.0", |name, of| Ok(measures::passes_check(name, &of.corpus().join("canonical-12.8.0")))),
    ("canonical-12.8.0", |name, of| Ok(measures::canonical(name, of.releases(), &of.shared, "12.8.0"))),
    ("new-11.3.0", |name, of| Ok(today::answers(name, &of.shared, "11.3.0"))),
    ("new-12.8.0", |name, of| Ok(today::answers(name, &of.shared, "12.8.0"))),
    ("info-new", |name, of| Ok(today::info(name, &of.shared))),
    ("newer-than-target", |name, of| Ok(today::newer_than_target(name, &of.shared))),
    ("fixtures-12.8.0", |name, of| variants::asked(name, &coverage::fixtures(), &of.shared)),
    ("variants-12.8.0", |name, of| {
        let documents = variants::variants(&coverage::fixtures(), 5000, of.seed.unwrap_or(variants::SEED));
        variants::asked(name, &documents, &of.shared).and_then(|it| keep(it, &documents, &of.keep))
    }),
    ("new-variants-12.8.0", |name, of| {
        let documents = variants::variants(&today::newer(&of.shared), 5000, of.seed.unwrap_or(variants::SEED));
        variants::asked(name, &documents, &of.shared).and_then(|it| keep(it, &documents, &of.keep))
    }),
    ("own-types-9.0.0", |name, of| own::asked(name, Libvirt::System, Version::new(9, 0, 0), &of.own_types())),
    ("own-types-12.8.0", |name, of| own::asked(name, Libvirt::Today, measures::newest(), &of.own_types())),
    ("dumps", |name, of| Ok(today::dumps(name, &of.shared))),
    ("dumps-check", |name, of| Ok(measures::passes(name, &today::dumped(&of.shared), &measures::plain_options()))),
    ("dumps-same", |name, of| today::dumps_same(name, &of.shared)),
    ("refused-9.0.0", |name, of| Ok(measures::refused(name, of.releases(), &of.shared, "9.0.0"))),
    ("refused-11.3.0", |name, of| Ok(measures::refused(name, of.releases(), &of.shared, "11.3.0"))),
    ("refused-12.8.0", |name, of| Ok(measures::refused(name, of.releases(), &of.shared, "12.8.0"))),
    ("xmllint-new", |name, of| judge::engines_over(name, Engine::Xmllint, &today::newer(&of.shared), &of.schema())),
    ("xmllint-new-mutants", |name, of| {
        let mutants = today::mutants(&today::newer(&of.shared), 3000);
        judge::engines_over(name, Engine::Xmllint, &mutants, &of.schema())
    }),
    ("jing-new", |name, of| judge::engines_over(name, Engine::Jing, &today::newer(&of.shared), &of.schema())),
    ("jing-new-mutants", |name, of| {
        let mutants = today::mutants(&today::newer(&of.shared), 3000);
        judge::engines_over(name, Engine::Jing, &mutants, &of.schema())
    }),
    ("verdicts-12.8.0", |name, of| Ok(judge::agreement_with(name, &of.shared, "12.8.0", of.releases()))),
    ("verdicts-12.8.0-mutants", |name, of| Ok(judge::agreement_with(name, &of.shared, "12.8.0", of.mutants()))),
    ("verdicts-12.8.0-wild", |name, of| Ok(judge::agreement_with(name, &of.shared, "12.8.0", of.wild()))),
    ("verdicts-new", |name, of| Ok(judge::agreement_with(name, &of.shared, "12.8.0", &today::newer(&of.shared)))),
    ("verdicts-new-mutants", |name, of| {
        let mutants = today::mutants(&today::newer(&of.shared), 3000);
        Ok(judge::agreement_with(name, &of.shared, "12.8.0", &mutants))
    }),
    ("hosts", |name, of| Ok(hosts::typed(name, &of.shared))),
    ("hosts-defined", |name, of| Ok(hosts::defined(name, &of.shared))),
    ("hosts-refused", |name, of| Ok(hosts::refused(name, &of.shared))),
    ("qemu-refusals", |_, of| Ok(qemu::refusals(&of.shared.join("qemu_pairs")))),
    ("qemu-taken", |_, of| Ok(qemu::taken(&of.shared.join("qemu_pairs")))),
    ("qemu-variants", |name, of| {
        let given = qemu::given(&of.shared.join("qemu_pairs"));
        let documents = variants::variants(&given, 5000, of.seed.unwrap_or(variants::SEED));
        qemu::asked(name, &documents, &of.shared).and_then(|it| keep(it, &documents, &of.keep))
    }),
    ("faults", |name, of| fault_rows(name, &of.shared)),
    ("growth", |name, _| growth(name)),
    ("data-json", |name, of| Ok(data::there_and_back(name, &of.all(), data::Format::Json))),
    ("data-yaml", |name, of| Ok(data::there_and_back(name, &of.all(), data::Format::Yaml))),
    ("told-once", |name, of| findings::told_once(name, of.releases())),
    ("wild-told-once", |name, of| findings::told_once(name, of.wild())),
    ("faults-told-once", |name, of| findings::told_once(name, &corpus::faults(&of.shared))),
    ("wild-findings", |name, of| findings::per_file(name, of.wild())),
    ("raised", |name, of| oldest::raised(name, of.releases(), &of.shared)),
    ("wild-raised", |name, of| oldest::raised(name, of.wild(), &of.shared)),
    ("legacy-cases-9.0.0", |name, of| Ok(measures::legacy_cases(name, &of.shared, "9.0.0"))),
    ("legacy-cases-11.3.0", |name, of| Ok(measures::legacy_cases(name, &of.shared, "11.3.0"))),
];

/// The documents that measures are taken over, each collection read when the first measure asks for it.
#[derive(Debug)]
pub struct Material {
    /// The folder of the test material.
    pub shared: PathBuf,
    /// Where documents that fall short are to be written, if anywhere.
    pub keep: Option<PathBuf>,
    /// Where draws begin, if not where they do by default.
    pub seed: Option<u64>,
    releases: OnceCell<Vec<Document>>,
    wild: OnceCell<Vec<Document>>,
    mutants: OnceCell<Vec<Document>>,
}

impl Material {
    /// The material in this folder.
    #[must_use]
    pub fn new(shared: PathBuf, keep: Option<PathBuf>, seed: Option<u64>) -> Material {
        Material { shared, keep, seed, releases: OnceCell::new(), wild: OnceCell::new(), mutants: OnceCell::new() }
    }

    fn releases(&self) -> &[Document] {
        self.releases.get_or_init(|| corpus::releases(&self.shared))
    }

    fn wild(&self) -> &[Document] {
        self.wild.get_or_init(|| corpus::wild(&self.shared))
    }

    fn mutants(&self) -> &[Document] {
        self.mutants.get_or_init(|| corpus::mutants(&self.shared))
    }

    fn own_types(&self) -> Vec<Document> {
        own::documents(&[self.releases(), self.wild()].concat(), &coverage::fixtures())
    }

    /// Documents of libvirt, of ordinary users, and our own.
    fn mixed(&self) -> Vec<Document> {
        [self.releases(), self.wild(), &corpus::fixtures()].concat()
    }

    /// These, and what is broken on purpose.
    fn all(&self) -> Vec<Document> {
        [self.mixed(), self.mutants().to_vec()].concat()
    }

    fn corpus(&self) -> PathBuf {
        self.shared.join("corpus")
    }

    fn schema(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/domain.rng")
    }
}

#[cfg(unix)]
fn growth(name: &'static str) -> Result<Measure, String> {
    crate::growth::growth(name)
}

#[cfg(not(unix))]
fn growth(name: &'static str) -> Result<Measure, String> {
    Err(format!("{name}: did not run, the time of a thread is asked for as Unix has it"))
}

#[cfg(unix)]
fn fault_rows(name: &'static str, shared: &Path) -> Result<Measure, String> {
    crate::fault_rows::rows(name, shared, &crate::faults::command()?)
}

#[cfg(not(unix))]
fn fault_rows(name: &'static str, _: &Path) -> Result<Measure, String> {
    Err(format!("{name}: did not run, its steps are for Unix"))
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
