//! Whether one definition is what libvirt made of another, or someone changed it.
//!
//! Both documents are brought into libvirt's own form ([`engine::comparable`]), so that legacy forms, units, spellings and defaults count as
//! the same. Elements are then matched by what identifies them (`identity`), compared value by value (`compare`), and each
//! difference is judged by [`rows`]: what the driver may have filled in, bound to values.

mod addresses;
mod allowance;
mod compare;
mod copies;
mod identity;
mod matching;
mod place;
pub mod rows;
mod tree;
mod world;

use std::collections::HashSet;

use domxml_runtime::Version;
use domxml_xml::{Spare, Tree};

pub use allowance::{Allowance, Case, Change, Covers};
pub use matching::Pair;
pub use place::{Finder, Place};
pub use tree::{Attribute, Element};
pub use world::World;

use crate::cli::{Profile, RuleSelection, Unknown};
use crate::engine::{self, Comparable, Options};
use crate::features;
use crate::finding::Finding;
use crate::host::Host;

/// Something that stands otherwise than it was asked for, and not by libvirt's doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whether it is missing, has another value, or was added.
    pub change: Change,
    /// Where: a path of XPath from the domain on.
    pub path: String,
    /// The same in steps, by which the element can be found in the original text.
    pub place: Place,
    /// The value that was asked for, or the element on one line.
    pub desired: Option<String>,
    /// The value that stands there, or the element on one line.
    pub actual: Option<String>,
}

impl Difference {
    /// By what it is the same change at the same place as another one. What is missing need not have the same number among elements that
    /// are alike.
    fn likeness(&self) -> Likeness<'_> {
        if self.change != Change::Missing {
            return Likeness { change: self.change, path: &self.path, steps: Vec::new() };
        }
        let leaf = self.path.rsplit_once('/').map(|(_, last)| last).filter(|last| last.starts_with('@'));
        Likeness { change: self.change, path: leaf.unwrap_or_default(), steps: self.place.but_for_numbers() }
    }
}

/// See [`Difference::likeness`].
#[derive(PartialEq, Eq, Hash)]
struct Likeness<'d> {
    change: Change,
    path: &'d str,
    steps: Vec<(&'d str, Option<&'d str>)>,
}

/// Something that libvirt filled in.
#[derive(Debug, Clone)]
pub struct Filled {
    /// The row that says so.
    pub row: &'static Allowance,
    /// Where, as in [`Difference::path`].
    pub path: String,
    /// The same in steps.
    pub place: Place,
    /// The value, or the element on one line.
    pub value: String,
}

/// What the comparison of two documents came to.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// What is missing, changed or added.
    pub differences: Vec<Difference>,
    /// What libvirt filled in.
    pub filled: Vec<Filled>,
    /// What only a running domain shows, where the second document is the dump of one.
    pub live: Vec<Finding>,
}

/// Why two documents cannot be compared.
#[derive(Debug)]
pub enum Unjudged {
    /// The first cannot be read.
    Desired(Vec<Finding>),
    /// The second cannot be read.
    Actual(Vec<Finding>),
}

/// How documents are brought into the form in which they are compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    desired: [Options; 2],
    actual: [Options; 2],
    /// The same where a serial port was asked for.
    with_serial: [Options; 2],
    host: Host,
}

/// Rules that do not run on what was asked for: they add devices or choose models as one driver does, which is for the rows to judge.
const DRIVERS_OWN: [&str; 9] = [
    "implicit-hostdev-scsi-controller",
    "implicit-disk-controllers",
    "implicit-virtio-serial",
    "implicit-ccid",
    "implicit-hostdev-scsi-controller-full",
    "implicit-video",
    "video-type-absent",
    "panic-bare-dropped",
    "input-bus-default",
];

/// Makes the serial port of which a document has the console only. Where a port was asked for, its console alone is not what libvirt
/// makes of it: someone removed the port.
const SERIAL_OF_CONSOLE: &str = "console-as-serial-hvm";

impl Comparison {
    /// By the reading of one libvirt; none: of the newest that is known. What the host says of itself makes known what else is allowed.
    ///
    /// # Errors
    /// Never with the rules as they stand.
    pub fn new(target: Option<Version>, host: Host) -> Result<Self, String> {
        let options = |profile, ignore: &[&str]| {
            let selection = RuleSelection {
                select: Vec::new(),
                ignore: ignore.iter().map(|id| (*id).to_owned()).collect(),
                profile: Some(profile),
                // What came latest is the form in which all is said most plainly.
                target: Some(target.unwrap_or_else(features::newest)),
                driver: None,
                unsafe_fixes: false,
                live: false,
            };
            Options::new(&selection, Some(Unknown::Keep), None)
        };
        let both = |ignore| Ok::<_, String>([options(Profile::Modern, ignore)?, options(Profile::Libvirt, ignore)?]);
        Ok(Self {
            desired: both(&DRIVERS_OWN)?,
            actual: both(&["implicit"])?,
            with_serial: both(&["implicit", SERIAL_OF_CONSOLE])?,
            host,
        })
    }

    /// Compares two documents.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn compare(&self, desired: &str, actual: &str) -> Result<Drift, Unjudged> {
        let form = |text, [modern, libvirt]: &[Options; 2]| engine::comparable(text, modern, libvirt);
        if desired == actual {
            // Nothing can differ, but it must be something that can be read.
            let live = form(actual, &self.actual).map_err(Unjudged::Actual)?.live;
            return Ok(Drift { live, ..Drift::default() });
        }
        let with_serial = desired.contains("<serial");
        let desired = form(desired, &self.desired).map_err(Unjudged::Desired)?;
        let stands =
            form(actual, if with_serial { &self.with_serial } else { &self.actual }).map_err(Unjudged::Actual)?;
        let mut drift = Drift::default();
        if desired.text != stands.text {
            drift = judge(&desired.text, &stands, &self.host)?;
            if let Some(known) = &desired.known
                && !drift.differences.is_empty()
            {
                // libvirt drops what it does not know. Only what differs whether or not it did is of anyone's doing.
                let other = judge(known, &stands, &self.host)?;
                let others: HashSet<_> = other.differences.iter().map(Difference::likeness).collect();
                drift.differences.retain(|own| own.change == Change::Changed || others.contains(&own.likeness()));
                let told: HashSet<String> = drift.differences.iter().map(|own| own.path.clone()).collect();
                let values = other.differences.into_iter().filter(|own| own.change == Change::Changed);
                drift.differences.extend(values.filter(|own| !told.contains(&own.path)));
            }
        }
        let mut spare = Spare::default();
        let tree = parse(actual, &mut spare).map_err(Unjudged::Actual)?;
        drift.differences.extend(copies::differences(&Element::of(&tree.document), stands.running));
        drift.live = stands.live;
        Ok(drift)
    }
}

fn judge(desired: &str, actual: &Comparable, host: &Host) -> Result<Drift, Unjudged> {
    let mut spare: [Spare; 2] = Default::default();
    let [of_desired, of_actual] = &mut spare;
    let before = parse(desired, of_desired).map_err(Unjudged::Desired)?;
    let after = parse(&actual.text, of_actual).map_err(Unjudged::Actual)?;
    let (before, after) = (Element::of(&before.document), Element::of(&after.document));
    Ok(compare::Walk::run(&World::new(&before, &after, actual.running, host)))
}

fn parse<'t>(text: &'t str, spare: &'t mut Spare) -> Result<Tree<'t>, Vec<Finding>> {
    domxml_xml::parse(text, spare).map_err(|error| vec![engine::syntax_error(error)])
}
