//! `validate`: exact judgement by a RELAX NG schema, the embedded one or any other.

use relaxng_model::FileResolver;

use super::status_of_findings;
use crate::batch::{self, Documents};
use crate::cli::{Files, Validate};
use crate::config::Configs;
use crate::engine;
use crate::judgement::Judge;
use crate::report::{Action, FileReport, Findings};

pub(super) fn run(files: &Files, configs: &Configs) -> Result<u8, String> {
    let args: Validate = configs.whole(files)?;
    let foreign;
    let judge = match &args.schema {
        Some(path) => {
            let (resolver, name) = FileResolver::at(path);
            let grammar = relaxng_model::load(&resolver, &name);
            foreign = Judge::of(&grammar.map_err(|errors| errors.to_string())?);
            &foreign
        }
        None => Judge::embedded()?,
    };
    let own = args.schema.is_none();
    if !own && args.target.is_some() {
        return Err("--target says which libvirt is to take a document, and --schema asks another schema".to_owned());
    }
    let documents = if own { Documents::Judged } else { Documents::Any };
    let items = configs.collect(&args.files)?;
    let targets = configs.by_file(&items, |args: Validate| Ok(args.target))?;
    let jobs = args.files.jobs;
    let summary = batch::run(items, jobs, &args.output, Findings::Result, documents, batch::told, |origin, source| {
        let target = *targets.of(origin)?;
        let judged = |text: &str| {
            let mut findings = judge.validate(text);
            if let Some(target) = target {
                findings.extend(engine::newer(text, target));
                findings.sort_by_key(|finding| (finding.span.start, finding.level));
            }
            findings
        };
        // Another schema is about the document as it stands.
        let findings = if own { source.content.findings(&source.text, judged) } else { judged(&source.text) };
        Ok(FileReport::new(origin.label(), &source.text, findings, Action::Unchanged))
    })?;
    Ok(status_of_findings(&summary, false))
}
