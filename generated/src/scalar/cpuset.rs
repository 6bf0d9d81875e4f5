//! Sets of CPUs and of NUMA nodes.

use domxml_runtime::{Scalar, ScalarError};
use std::fmt::Write;
use std::ops::RangeInclusive;

/// The largest number that libvirt takes in a set.
const MAX: u32 = 16_383;

/// A set of CPU or node numbers, written as `1-2,4,6`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CpuSet {
    /// Ranges of members, in order, neither overlapping nor adjacent.
    ranges: Vec<(u32, u32)>,
    /// The spelling of a set that libvirt refuses, and why it does; there are no ranges then.
    refused: Option<Box<(Box<str>, &'static str)>>,
}

impl CpuSet {
    /// The empty set; it has no spelling that libvirt takes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a range; an empty one does nothing.
    pub fn insert(&mut self, range: RangeInclusive<u32>) {
        let (mut first, mut last) = (*range.start(), *range.end());
        if first > last {
            return;
        }
        self.refused = None;
        // What it overlaps or touches becomes one with it.
        let start = self.ranges.partition_point(|&(_, to)| to.saturating_add(1) < first);
        let end = self.ranges.partition_point(|&(from, _)| from <= last.saturating_add(1));
        for (from, to) in &self.ranges[start..end] {
            (first, last) = (first.min(*from), last.max(*to));
        }
        self.ranges.splice(start..end, [(first, last)]);
    }

    /// Takes a number out.
    pub fn remove(&mut self, number: u32) {
        let Some(at) = self.ranges.iter().position(|&(from, to)| (from..=to).contains(&number)) else { return };
        let (from, to) = self.ranges.remove(at);
        if number < to {
            self.ranges.insert(at, (number + 1, to));
        }
        if from < number {
            self.ranges.insert(at, (from, number - 1));
        }
    }

    /// Whether a number is a member.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        self.ranges.iter().any(|&(from, to)| (from..=to).contains(&number))
    }

    /// Whether it has no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many members it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|&(from, to)| (to - from) as usize + 1).sum()
    }

    /// Its members in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.ranges.iter().flat_map(|&(from, to)| from..=to)
    }
}

impl FromIterator<u32> for CpuSet {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut set = CpuSet::new();
        for number in numbers {
            set.insert(number..=number);
        }
        set
    }
}

/// Reads the text from left to right.
struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A number; one that no type holds is as much too large as any other.
    fn number(&mut self) -> Option<u32> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(u32::MAX))
    }
}

/// A part of a set's spelling.
enum Term {
    In(u32, u32),
    Out(u32),
}

/// Calls `take` with each part of a spelling; none where it is none. A text may have as many parts as it has room for: nothing is kept of them.
fn terms(text: &str, mut take: impl FnMut(Term)) -> Option<()> {
    let mut cursor = Cursor { rest: text };
    cursor.blanks();
    if cursor.rest.is_empty() {
        return None;
    }
    while !cursor.rest.is_empty() {
        let out = cursor.take('^');
        let first = cursor.number()?;
        cursor.blanks();
        take(if out {
            Term::Out(first)
        } else if cursor.take('-') {
            cursor.blanks();
            let last = cursor.number()?;
            cursor.blanks();
            Term::In(first, last)
        } else {
            Term::In(first, first)
        });
        if !cursor.rest.is_empty() && !cursor.take(',') {
            return None;
        }
        cursor.blanks();
    }
    Some(())
}

/// Which numbers are in a set that is being read, a bit for each: what is in need not be looked for, however many parts a text has.
struct Members([u64; WORDS]);

/// The bits of a word.
const WORD: u32 = u64::BITS;

/// How many words there are.
const WORDS: usize = (MAX / WORD + 1) as usize;

impl Members {
    /// Puts numbers in or takes one out, or says what is wrong.
    fn apply(&mut self, term: &Term) -> Result<(), &'static str> {
        let (first, last, is_in) = match *term {
            Term::In(first, last) => (first, last, true),
            Term::Out(number) => (number, number, false),
        };
        if first.max(last) > MAX {
            return Err("numbers go up to 16383");
        }
        if first > last {
            return Err("a range must not run downwards");
        }
        for at in first / WORD..=last / WORD {
            let from = if at == first / WORD { first % WORD } else { 0 };
            let to = if at == last / WORD { last % WORD } else { WORD - 1 };
            let bits = u64::MAX << from & u64::MAX >> (WORD - 1 - to);
            match is_in {
                true => self.0[at as usize] |= bits,
                false => self.0[at as usize] &= !bits,
            }
        }
        Ok(())
    }

    /// The numbers that are in, in order.
    fn numbers(&self) -> impl Iterator<Item = u32> {
        let words = (0..).step_by(WORD as usize).zip(self.0).filter(|(_, word)| *word != 0);
        words.flat_map(|(first, word)| (0..WORD).filter(move |bit| word >> bit & 1 != 0).map(move |bit| first + bit))
    }
}

/// The set that a spelling makes, or what is wrong with it; none where it is none.
fn evaluate(text: &str) -> Option<Result<CpuSet, &'static str>> {
    let (mut members, mut wrong) = (Members([0; WORDS]), Ok(()));
    terms(text, |term| {
        if wrong.is_ok() {
            wrong = members.apply(&term);
        }
    })?;
    let set: CpuSet = members.numbers().collect();
    let made = if set.is_empty() { Err("nothing is left of the set") } else { Ok(set) };
    Some(wrong.and(made))
}

impl Scalar for CpuSet {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        let set = evaluate(text).ok_or_else(|| ScalarError::expected("a set of numbers, as 0-3,^2,8"))?;
        Ok(set
            .unwrap_or_else(|objection| Self { ranges: Vec::new(), refused: Some(Box::new((text.into(), objection))) }))
    }

    fn objection(&self) -> Option<&'static str> {
        self.refused.as_ref().map(|refused| refused.1)
    }

    fn write(&self, out: &mut String) {
        if let Some(refused) = &self.refused {
            out.push_str(&refused.0);
        }
        for (index, (from, to)) in self.ranges.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = match from == to {
                true => write!(out, "{separator}{from}"),
                false => write!(out, "{separator}{from}-{to}"),
            };
        }
    }
}

domxml_runtime::scalar_text!(CpuSet);
domxml_runtime::initial!(CpuSet);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn sets_are_read_as_libvirt_reads_them() {
        check::<CpuSet>(&[
            ("1-4,^3,6", Some("1-2,4,6")),
            (" 1 - 3 , 5", Some("1-3,5")),
            ("1,", Some("1")),
            ("1-4,^9", Some("1-4")),
            ("5-5,6", Some("5-6")),
            ("7,1", Some("1,7")),
            ("^3,1-4", Some("1-4")),
            ("01-03", Some("1-3")),
            ("0-3,2", Some("0-3")),
            ("3-4,1,2", Some("1-4")),
            ("16383", Some("16383")),
            ("^1-2", None),
            ("1,,2", None),
            (",1", None),
            ("1;2", None),
            ("", None),
            ("1-", None),
        ]);
    }

    #[test]
    fn sets_that_libvirt_refuses_keep_their_spelling() {
        for spelling in ["16384", "99999999999", "3-1", "^2", "1 , ^1"] {
            let set: CpuSet = spelling.parse().expect("spelt as a set");
            assert!(set.objection().is_some() && set.is_empty(), "{spelling}");
            assert_eq!(set.to_string(), spelling);
        }
        let mut set: CpuSet = "3-1".parse().expect("spelt as a set");
        set.insert(4..=4);
        assert_eq!((set.objection(), set.to_string().as_str()), (None, "4"));
    }

    /// Members are not looked for: 160,000 numbers, each of which is compared with 8,192 ranges, would take seconds.
    #[test]
    fn a_long_spelling_takes_as_long_as_it_is() {
        let sparse: Vec<String> = (0..=MAX).step_by(2).map(|number| number.to_string()).collect();
        let once = sparse.join(",");
        let set: CpuSet = vec![once.as_str(); 20].join(",").parse().expect("spelt as a set");
        assert_eq!((set.len(), set.to_string()), (8_192, once));
    }

    #[test]
    fn sets_are_sets() {
        let mut set: CpuSet = [5, 1, 2, 4].into_iter().collect();
        assert_eq!(set.to_string(), "1-2,4-5");
        set.insert(3..=3);
        assert_eq!((set.len(), set.to_string().as_str()), (5, "1-5"));
        set.remove(1);
        set.remove(5);
        assert_eq!(set.iter().collect::<Vec<_>>(), [2, 3, 4]);
        assert!(set.contains(3) && !set.contains(5) && !set.is_empty());
    }
}
