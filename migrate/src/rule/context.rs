//! What a row is told and where it reports.

use std::borrow::Cow;
use std::collections::HashSet;

use domxml_runtime::{Extra, FieldInfo, Note, Span, Version};
use domxml_xml::{attributes, pieces};

use super::{Range, Scope};
use crate::claim::Claim;
use crate::engine::KeptParts;
use crate::finding::{Finding, Level};
use crate::options::Profile;
use crate::suppress::Suppressions;

/// What a rule is told and where it reports.
#[derive(Debug)]
pub struct Context<'t> {
    /// The text of the document, in which the spans count bytes.
    pub source: &'t str,
    /// The version that must read the result, or whose form is produced; the newest where none is named.
    pub target: Version,
    /// The form to produce.
    pub profile: Profile,
    /// Whether what only a running domain shows is kept.
    pub live: bool,
    /// Whether what the schema does not know is left out.
    pub(crate) drops: bool,
    /// What surrounds the element: as it was when the phase began.
    pub scope: Scope,
    /// Where the element stands that is in hand.
    pub(crate) here: Span,
    /// The message that the row has in place of the usual one.
    pub(crate) says: Option<&'static str>,
    /// From when to when the row holds, where that is not the case for all of the target.
    pub(crate) partly: Option<Range>,
    /// The rule that runs.
    pub(crate) rule: &'static str,
    /// The level of its rewrites.
    pub(crate) level: Level,
    pub(crate) findings: Vec<Finding>,
    /// What the guest has for itself.
    pub(crate) claims: Vec<Claim>,
    /// From when to when what was refused is refused.
    pub(crate) refusals: Vec<Range>,
    /// What the author does not want to be told.
    pub(crate) hushed: Option<&'t Suppressions>,
    /// What the reader says of blocks that are read once it is known that libvirt reads them too.
    pub(crate) notes: Vec<Note>,
    /// Where in the document stands what libvirt does not read: whatever is wrong there it does not see.
    pub(crate) unread: Vec<std::ops::Range<usize>>,
    /// The elements that have the name of a field and are kept, which change what libvirt reads where one comes or goes beside them.
    pub(crate) kept: KeptParts,
    /// The rules that did so, and in which element.
    pub(crate) spoilt: Vec<(&'static str, Span)>,
    /// Those that are not to run there.
    pub(crate) passed_over: HashSet<(&'static str, Span)>,
}

impl<'t> Context<'t> {
    pub(crate) fn new(source: &'t str, scope: Scope, profile: Profile, live: bool) -> Self {
        Self {
            source,
            target: scope.target.strictest(),
            profile,
            live,
            drops: false,
            scope,
            here: Span::default(),
            says: None,
            partly: None,
            rule: "",
            level: Level::Legacy,
            findings: Vec::new(),
            claims: Vec::new(),
            refusals: Vec::new(),
            hushed: None,
            notes: Vec::new(),
            unread: Vec::new(),
            kept: KeptParts::default(),
            spoilt: Vec::new(),
            passed_over: HashSet::new(),
        }
    }

    /// Whether the target knows what came with this version.
    #[must_use]
    pub fn knows(&self, major: u16, minor: u16, micro: u16) -> bool {
        self.target >= Version::new(major, minor, micro)
    }

    /// Whether the target reads what stands in a field. In profile `libvirt` it reads past what is newer.
    #[must_use]
    pub fn reads(&self, line: &FieldInfo) -> bool {
        self.profile == Profile::Modern || line.since.is_none_or(|since| since <= self.target)
    }

    /// The attributes of the element in hand as the document spells them.
    pub(crate) fn as_spelt(&self) -> impl Iterator<Item = (&'t str, &'t str)> + use<'t> {
        let element = self.source.get(self.here.range()).unwrap_or_default();
        let tag = pieces(element).next().map_or(0..0, |tag| tag.range);
        attributes(element, &tag).map(|(name, value)| (&element[name], &element[value]))
    }

    /// What stands between the tags of the element in hand.
    pub(crate) fn inside(&self) -> std::ops::Range<usize> {
        let here = self.here.range();
        let element = self.source.get(here.clone()).unwrap_or_default();
        let tag = pieces(element).next().map_or(0, |tag| tag.range.end);
        here.start + tag..here.end
    }

    /// Reports a rewrite of the element that `at` belongs to.
    pub fn rewrote(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.rewrote_here(at.span, message)
    }

    /// Reports something that is left as it is.
    pub fn note(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.note_here(at.span, message)
    }

    /// Reports a contradiction.
    pub fn error(&mut self, at: &Extra, message: impl Into<String>) -> &mut Finding {
        self.refuse_here(at.span, message)
    }

    /// Claims a thing for the guest. `message` is said of it where another definition has it already, behind the name of that file.
    pub fn claim(&mut self, at: &Extra, owner: &[String], thing: String, message: &str) {
        let finding = Finding {
            rule: Cow::Borrowed(self.rule),
            level: Level::Note,
            span: at.span.range(),
            path: String::new(),
            message: message.to_owned(),
            before: None,
            after: None,
        };
        self.claims.push(Claim { thing, owner: owner.to_vec(), finding });
    }

    pub(crate) fn rewrote_here(&mut self, at: Span, message: impl Into<String>) -> &mut Finding {
        self.push(self.level, at, message.into())
    }

    pub(crate) fn note_here(&mut self, at: Span, message: impl Into<String>) -> &mut Finding {
        let message = self.qualified(message.into());
        self.push(Level::Note, at, message)
    }

    pub(crate) fn refuse_here(&mut self, at: Span, message: impl Into<String>) -> &mut Finding {
        self.refusals.push(self.partly.unwrap_or((None, None)));
        let plain = message.into();
        let message = self.qualified(plain.clone());
        // Where a target is not asked for, old libvirts that do not take the original are not meant.
        let newest = self.scope.target.newest;
        let gone = self.partly.is_some_and(|(_, until)| until.is_some_and(|until| until <= newest));
        let level = if gone && !self.scope.target.named { Level::Note } else { Level::Error };
        // What one row says of older libvirts and another of newer ones, in the same words, is one finding.
        let rest =
            |finding: &Finding| finding.message.strip_prefix(&plain).is_some_and(|rest| rest.starts_with(" (libvirt "));
        let same = |finding: &Finding| finding.rule == self.rule && finding.span == at.range() && rest(finding);
        if self.partly.is_some()
            && let Some(other) = self.findings.iter().rposition(same)
        {
            let other = &mut self.findings[other];
            other.level = other.level.max(level);
            other.message = plain;
            return other;
        }
        self.push(level, at, message)
    }

    fn qualified(&self, message: String) -> String {
        match self.partly {
            Some((Some(since), Some(until))) => format!("{message} (libvirt {since} and newer, before {until})"),
            Some((Some(since), None)) => format!("{message} (libvirt {since} and newer)"),
            Some((None, Some(until))) => format!("{message} (libvirt before {until})"),
            Some((None, None)) | None => message,
        }
    }

    fn push(&mut self, level: Level, at: Span, message: String) -> &mut Finding {
        self.findings.push(Finding {
            rule: Cow::Borrowed(self.rule),
            level,
            span: at.range(),
            path: String::new(),
            message: self.says.map_or(message, str::to_owned),
            before: None,
            after: None,
        });
        self.findings.last_mut().expect("one was just pushed")
    }
}

impl Finding {
    /// Adds what stood there and what stands there now.
    pub fn becomes(&mut self, before: impl Into<String>, after: impl Into<String>) {
        self.before = Some(before.into());
        self.after = Some(after.into());
    }
}
