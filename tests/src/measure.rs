//! What a measure comes to.

use std::collections::BTreeMap;
use std::fmt;

/// The result of a measure.
#[derive(Debug, Clone, Default)]
pub struct Measure {
    /// Its name: also that of its list of known failures.
    pub name: &'static str,
    /// How many cases count.
    pub cases: usize,
    /// What falls short, with one line why.
    pub failed: BTreeMap<String, String>,
    /// Further figures, printed as they are.
    pub remarks: Vec<String>,
}

impl Measure {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    pub(crate) fn case(&mut self, name: &str, failure: Option<String>) {
        self.cases += 1;
        if let Some(why) = failure {
            self.failed.insert(name.to_owned(), why);
        }
    }

    /// From cases and, where they fall short, why.
    #[must_use]
    pub fn of(name: &'static str, results: Vec<(String, Option<String>)>) -> Self {
        let mut measure = Self::new(name);
        for (case, failure) in results {
            measure.case(&case, failure);
        }
        measure
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let good = self.cases - self.failed.len();
        let percent = if self.cases == 0 { 100.0 } else { good as f64 * 100.0 / self.cases as f64 };
        writeln!(f, "{}: {good} of {} ({percent:.2} %)", self.name, self.cases)?;
        for remark in &self.remarks {
            writeln!(f, "  {remark}")?;
        }
        let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for (case, why) in &self.failed {
            let entry = reasons.entry(why).or_insert((0, case));
            entry.0 += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
        for (why, (count, case)) in reasons {
            writeln!(f, "  {count:>5}  {why}  (as {case})")?;
        }
        Ok(())
    }
}
