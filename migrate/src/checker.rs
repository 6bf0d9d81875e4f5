//! For programs: what the schema, libvirt and its drivers say of a domain. Without the crate's feature `cli` this is what it consists
//! of, and nothing of the command is built.

use std::fmt;
use std::sync::Arc;

use domxml::Domain;
use domxml_runtime::{Element as _, Version, WriteOptions};

use crate::engine::{Options, Plan};
use crate::finding::{Finding, Level, Lines, line_column};
use crate::host::Host;
use crate::judgement::Judge;
use crate::options::{Driver, Fate, Layout, Profile, Target};

/// Judges domains by the schema and by all rules, as the command `check` does.
///
/// ```
/// use dommigrate::{Checker, Driver};
/// use domxml::Domain;
///
/// let text = "<domain type='kvm'>
///   <name>web</name>
///   <memory unit='GiB'>1</memory>
///   <vcpu current='4'>2</vcpu>
///   <os><type>hvm</type></os>
/// </domain>";
/// let checked = Checker::new().driver(Driver::Qemu).text(text);
/// assert!(!checked.is_accepted());
/// assert!(checked.to_string().starts_with("4:"), "{checked}");
/// # assert_eq!(Checker::new().domain(&Domain::from_xml(text)?).findings.len(), checked.findings.len());
/// # Ok::<(), domxml::ParseErrors>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Checker {
    target: Option<Version>,
    driver: Option<Driver>,
    host: Option<Arc<Host>>,
}

impl Checker {
    /// For any libvirt from [`options::OLDEST`](crate::options::OLDEST) on that reads the document, and the driver that the domain's type asks for.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// For this libvirt and all newer ones.
    #[must_use]
    pub fn target(mut self, version: Version) -> Self {
        self.target = Some(version);
        self
    }

    /// For this driver.
    #[must_use]
    pub fn driver(mut self, driver: Driver) -> Self {
        self.driver = Some(driver);
        self
    }

    /// For this host.
    #[must_use]
    pub fn host(mut self, host: Arc<Host>) -> Self {
        self.host = Some(host);
        self
    }

    /// Judges a document.
    #[must_use]
    pub fn text(&self, text: impl Into<String>) -> Checked {
        let text = text.into();
        let findings = judge().check(&text, &self.options());
        Checked { text, findings }
    }

    /// Judges a domain, also one that cannot be written. The places of findings are those in [`Checked::text`], which [`Domain::to_xml`] gives.
    #[must_use]
    pub fn domain(&self, domain: &Domain) -> Checked {
        self.text(domain.print_with(&WriteOptions::default()).text)
    }

    fn options(&self) -> Options {
        let profile = Profile::Modern;
        let target = Target::of(profile, self.target);
        Options {
            profile,
            target,
            plan: Plan::of_all(profile, target, self.driver).on_host(self.host.clone()),
            muted: Vec::new(),
            live: false,
            unknown: Fate::Kept,
            layout: Layout::Canonical,
        }
    }
}

fn judge() -> &'static Judge {
    Judge::embedded().unwrap_or_else(|error| unreachable!("{error}"))
}

/// What is said of a document. It is printed with one finding a line, each with line and column, its level and its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The document that was judged.
    pub text: String,
    /// In the order of the document.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether nothing is said that makes the command `check` fail: no errors, nothing that the schema refuses, no legacy forms.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.findings.iter().any(|finding| finding.level.fails(false))
    }

    /// Whether libvirt and the driver accept it, as far as is known, though the schema may not.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != Level::Error)
    }

    /// Line and column of a finding, both from 1.
    #[must_use]
    pub fn place(&self, finding: &Finding) -> (usize, usize) {
        line_column(&self.text, finding.span.start)
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = Lines::of(&self.text);
        for finding in &self.findings {
            let (line, column) = lines.line_column(finding.span.start);
            let (level, message) = (finding.level.as_str(), &finding.message);
            writeln!(f, "{line}:{column}: {level}: {message} [{}]", finding.rule)?;
        }
        Ok(())
    }
}
