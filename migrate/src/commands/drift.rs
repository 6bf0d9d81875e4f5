//! `drift`: whether a definition is what libvirt made of another, or someone changed it.

mod pairs;
mod print;

use std::path::PathBuf;

use self::pairs::{Item, Side};
pub(super) use self::print::json_schema;
use self::print::{Printer, Result as Outcome, Verdict};
use super::unread::Unread;
use super::{DONE, FAILED, FOUND, host_of};
use crate::batch::{CHUNK, Threads};
use crate::cli::Drift;
use crate::config::Configs;
use crate::drift::{Comparison, Unjudged};
use crate::holder::Content;
use crate::report::Findings;
use crate::sink::Sinks;

pub(super) fn run(paths: [&PathBuf; 2], configs: &Configs) -> Result<u8, String> {
    let args: Drift = configs.of_call(paths.into_iter().map(PathBuf::as_path))?;
    let comparison = Comparison::new(args.target, host_of(&args.host)?.unwrap_or_default())?;
    let items = pairs::collect(&args, configs)?;
    let threads = Threads::new(args.jobs, items.len())?;
    let mut printer = Printer::new(&args.output);
    let mut sinks = Sinks::new(Findings::Result);
    for chunk in items.chunks(CHUNK) {
        for result in threads.each(chunk, |item| judge(item, &comparison)).into_iter().flatten() {
            sinks.report(|out, diagnostics| printer.pair(&result, out, diagnostics));
        }
        sinks.flush();
    }
    sinks.report(|out, diagnostics| printer.finish(out, diagnostics));
    let lost = sinks.end();
    Ok(if lost { FAILED } else { status(&printer) })
}

fn status(printer: &Printer) -> u8 {
    match (printer.count(Verdict::Unjudged), printer.count(Verdict::Drift)) {
        (1.., _) => FAILED,
        (0, 1..) => FOUND,
        (0, 0) => DONE,
    }
}

/// None: two other documents than domains, which directories may hold too.
fn judge(item: &Item, comparison: &Comparison) -> Option<Outcome> {
    let (desired, actual) = match item {
        Item::Pair(desired, actual) => (desired, actual),
        Item::Only { document, side, name } => return Some(Outcome::alone(document, *side, name)),
        Item::Failed(unread, Side::Desired) => return Some(Outcome::unjudged([Some(&unread.label), None], unread)),
        Item::Failed(unread, Side::Actual) => return Some(Outcome::unjudged([None, Some(&unread.label)], unread)),
    };
    let labels = [desired.label(), actual.label()];
    let labels = labels.each_ref().map(|label| Some(&**label));
    let texts = desired.text().and_then(|before| Ok((before, actual.text()?)));
    let (before, after) = match texts {
        Ok(texts) => texts,
        Err(unread) => return Some(Outcome::unjudged(labels, &unread)),
    };
    let other = |text: &str| matches!(Content::of(text), Content::Other { .. });
    if desired.is_found() && actual.is_found() && other(&before) && other(&after) {
        return None;
    }
    Some(match comparison.compare(&before, &after) {
        Ok(drift) => Outcome::judged(desired, actual, before, after, drift),
        Err(Unjudged::Desired(findings)) => {
            Outcome::unjudged(labels, &Unread::found(desired.label(), before, findings))
        }
        Err(Unjudged::Actual(findings)) => Outcome::unjudged(labels, &Unread::found(actual.label(), after, findings)),
    })
}
