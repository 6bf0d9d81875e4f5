//! The form in which two documents are compared piece by piece.

use domxml::Domain;
use domxml_runtime::{self as runtime, Action, Element, KeptContent, Newer, WriteOptions};

use domxml_xml::Spare;

use super::findings::from_written;
use super::options::{Options, write_options};
use super::reading::{Reading, read};
use super::{KeptParts, unknown};
use crate::finding::Finding;
use crate::locate;
use crate::options::{Fate, Profile};
use crate::rule::{Context, Scope};

/// A document in the form in which two of them are compared piece by piece.
#[derive(Debug)]
pub struct Comparable {
    /// libvirt's own form, in which what the schema does not know is kept.
    pub text: String,
    /// The same without what the schema does not know; none where there is no such thing.
    pub known: Option<String>,
    /// Whether it is the dump of a running domain.
    pub running: bool,
    /// What only a running domain shows, which is not in the text.
    pub live: Vec<Finding>,
}

/// Brings a document up to date and then into libvirt's own form, loses nothing that the schema does not know, and goes on past
/// what libvirt refuses.
///
/// # Errors
/// The findings, one of them an error, where the document cannot be read.
pub fn comparable(text: &str, modern: &Options, libvirt: &Options) -> Result<Comparable, Vec<Finding>> {
    let (_, mut domain, _) = read(text, Reading::For(Fate::Kept), &mut Spare::default())?;
    let running = domain.id.is_some_and(|id| id >= 0);
    apply(&mut domain, text, modern, false);
    let current = domain.print_with(&write_options(modern)).text;
    let mut spare = Spare::default();
    let (original, mut domain, _) = read(&current, Reading::For(Fate::Kept), &mut spare)?;
    let options = WriteOptions { newer: Newer::Keep, kept: KeptContent::Keep, ..write_options(libvirt) };
    // What is unknown can be in the way of a rule: libvirt, which drops it, does what the rule says.
    let known = original.keeps_unknown().then(|| {
        let mut domain = domain.clone();
        apply(&mut domain, &current, libvirt, true);
        domain.print_with(&WriteOptions { kept: KeptContent::Drop, ..options }).text
    });
    apply(&mut domain, &current, libvirt, false);
    let written = domain.print_with(&options);
    let is_live = |written: &&runtime::Finding| written.action == Action::Live;
    let mut live: Vec<Finding> = written.findings.iter().filter(is_live).map(from_written).collect();
    locate::place(original.tree(), &mut live);
    let known = known.filter(|known| *known != written.text);
    Ok(Comparable { text: written.text, known, running, live })
}

/// Lets the rules run over a document, whatever they find. With `drops` as if what is unknown were not there.
fn apply(domain: &mut Domain, text: &str, options: &Options, drops: bool) {
    let scope = Scope::of(domain, options.target, None, options.live);
    let mut context = Context::new(text, scope, options.profile, options.live);
    if options.profile == Profile::Libvirt {
        unknown::forget(domain, drops, &|kept| kept.absent, &mut context.findings);
    }
    context.drops = drops;
    if !drops {
        context.kept = KeptParts::of(domain);
    }
    super::run(domain, &options.plan, &mut context);
    unknown::restore(domain, &context.kept, &mut context.findings);
}
