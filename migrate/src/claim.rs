//! What a guest has for itself: an image that it writes, the address of a network card. Of two definitions in one directory that name the same,
//! the second is told of the first.

#[cfg(feature = "cli")]
use std::collections::{HashMap, hash_map::Entry};
#[cfg(feature = "cli")]
use std::path::PathBuf;

use crate::finding::Finding;
#[cfg(feature = "cli")]
use crate::report::FileReport;

/// A thing that a definition has for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What it is, as `image /srv/web.qcow2`.
    pub thing: String,
    /// Whose it is: the names of the guest. Definitions that share one of them are copies of one guest.
    pub owner: Vec<String>,
    /// What is to be said where another guest has it already, behind the name of that one's file.
    pub finding: Finding,
}

/// What the files that are done have claimed, by directory and thing: the first file that has it, and whose it is there.
#[cfg(feature = "cli")]
#[derive(Debug, Default)]
pub struct Claims(HashMap<PathBuf, HashMap<String, (String, Vec<String>)>>);

#[cfg(feature = "cli")]
impl Claims {
    /// Tells a file what others of its directory have claimed before it, and remembers what it claims itself.
    pub fn settle(&mut self, report: &mut FileReport) {
        let Some(directory) = report.path.as_ref().and_then(|path| path.parent()) else { return };
        let claimed = self.0.entry(directory.to_owned()).or_default();
        for claim in std::mem::take(&mut report.claims) {
            match claimed.entry(claim.thing) {
                Entry::Vacant(vacant) => {
                    vacant.insert((report.label.clone(), claim.owner));
                }
                Entry::Occupied(first) => {
                    let (other, owner) = first.get();
                    if owner.iter().any(|name| claim.owner.contains(name)) {
                        continue;
                    }
                    let mut finding = claim.finding;
                    finding.message.insert_str(0, &format!("{other} "));
                    report.findings.push(finding);
                }
            }
        }
        report.findings.sort_by_key(|finding| (finding.span.start, finding.level));
    }
}
