//! Documents into which comments, processing instructions, blank lines, tabs, double quotes and other line ends are strewn, and what a
//! rewriting that keeps the layout must leave of them.

mod sow;
mod whole;

use dommigrate::engine::{self, Options};
use dommigrate::options::{Layout, Profile};
use rayon::prelude::*;

use crate::corpus::Document;
use crate::measures::{self, Measure};
use crate::pairs::Random;

pub use sow::sow;

/// Where the draws begin, if nobody says otherwise.
pub const SEED: u64 = 15;

/// Upgrades documents in their own layout, with all sorts of things strewn in: every comment stays, where it belongs; what no rule is
/// about is not touched; and a second run, or `check`, finds nothing. `seed` says where the draws begin.
#[must_use]
pub fn strewn(name: &'static str, documents: &[Document], profile: Profile, count: usize, seed: u64) -> Measure {
    let options = Options { layout: Layout::Keep, ..measures::options(profile, measures::newest()) };
    // Documents that libvirt refuses are left in its profile, whatever stands in them.
    let mut drawn: Vec<&Document> =
        documents.iter().filter(|document| engine::upgrade(&document.text, &options).text.is_some()).collect();
    let mut random = Random::new(seed);
    while drawn.len() > count {
        drawn.swap_remove(random.below(drawn.len()));
    }
    let results = drawn
        .par_iter()
        .enumerate()
        .map(|(number, document)| {
            let mut random = Random::new(seed.wrapping_add(number as u64));
            let text = sow(&document.text, &mut random);
            (document.name.clone(), wrong(&text, &options))
        })
        .collect();
    Measure::of(name, results)
}

/// What is wrong with the new text of a document, if anything is.
#[must_use]
pub fn wrong(text: &str, options: &Options) -> Option<String> {
    let bytes = text.as_bytes();
    let decoded = domxml_xml::decode(bytes).ok()?;
    let (text, form) = (decoded.text, decoded.form);
    let outcome = engine::upgrade(&text, options);
    let Some(new) = outcome.text else {
        return Some(format!("it is left: {}", engine::first_error_line(&text, &outcome.findings)));
    };
    let written = form.encode(&new).ok()?;
    if written.starts_with(b"\xef\xbb\xbf") != bytes.starts_with(b"\xef\xbb\xbf") {
        return Some("the byte order mark".to_owned());
    }
    let rewritten = outcome.findings.iter().any(|finding| finding.level.is_rewrite());
    if !rewritten && new != text {
        return Some("nothing was found, and it is touched".to_owned());
    }
    let again = engine::upgrade(&new, options);
    let still = again.findings.iter().find(|finding| finding.level.is_rewrite());
    if let Some(finding) = still {
        return Some(format!("check still finds {}: {}", finding.rule, finding.message));
    }
    if again.text.as_ref() != Some(&new) {
        return Some("a second run changes it".to_owned());
    }
    match options.profile {
        Profile::Modern => whole::comments(&text, &new).or_else(|| whole::bytes(&text, &new)),
        Profile::Libvirt => whole::bytes(&text, &new),
    }
}
