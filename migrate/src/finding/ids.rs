//! Findings that no rule makes: what the reader, the writer and the commands say of their own accord. They are listed, explained, selected
//! and ignored as the rules are.

use super::Level;
use crate::rule::Class;

/// A finding that no rule makes.
#[derive(Debug)]
pub struct Own {
    /// Kebab-case identity.
    pub id: &'static str,
    /// What kind of thing it is about.
    pub class: Class,
    /// Its level, where nothing graver comes of it.
    pub level: Level,
    /// One line.
    pub summary: &'static str,
    /// Prose: what it is about and what to do.
    pub doc: &'static str,
}

/// Not well-formed XML, or not decodable.
pub const SYNTAX: &str = "xml-syntax";
/// Does not fit the schema.
pub const INVALID: &str = "invalid";
/// Not known to the schema, kept.
pub const UNKNOWN: &str = "unknown-content";
/// An omitted or superfluous default, by the schema's annotations.
pub const DEFAULT: &str = "default-value";
/// An element with nothing in it, which the schema says is not written then.
pub const EMPTY: &str = "empty-element";
/// What only a running domain shows.
pub const LIVE: &str = "live-only";
/// Newer than the target version.
pub const NEWER: &str = "newer-than-target";
/// Not in canonical layout.
pub const LAYOUT: &str = "layout";
/// Not a domain document.
pub const NOT_A_DOMAIN: &str = "not-a-domain";
/// What two documents differ in.
pub const DIFFERENCE: &str = "difference";
/// A comment that suppresses nothing.
pub const UNUSED: &str = "unused-suppression";
/// A path that leads to nothing that could be got or set.
pub const PATH: &str = "path";
/// Could not be read or written.
pub const IO: &str = "io";

/// Asked for and not there.
pub const DRIFT_MISSING: &str = "drift-missing";
/// Another value than was asked for.
pub const DRIFT_CHANGED: &str = "drift-changed";
/// Neither asked for nor filled in.
pub const DRIFT_ADDED: &str = "drift-added";

/// Every finding that no rule makes.
pub const ALL: &[Own] = &[
    Own {
        id: IO,
        class: Class::Validity,
        level: Level::Error,
        summary: "a file that cannot be read or written",
        doc: "The operating system refuses to open, read or replace the file, or it is too large for any machine definition. The \
other files are still done, and the exit status is 2.",
    },
    Own {
        id: SYNTAX,
        class: Class::Validity,
        level: Level::Error,
        summary: "a document that is not well-formed XML",
        doc: "An XML parser cannot read the document, so libvirt cannot either. A template must be filled in before it is \
looked at; a file with more than one root element holds more than one document. Document type declarations are read past, \
entities are not expanded.",
    },
    Own {
        id: NOT_A_DOMAIN,
        class: Class::Validity,
        level: Level::Error,
        summary: "a document whose root is another element than <domain>",
        doc: "Only machine definitions are looked at. In a directory other documents, such as networks and storage pools, are passed \
over; a file that is named on the command line must be a domain.",
    },
    Own {
        id: INVALID,
        class: Class::Validity,
        level: Level::Invalid,
        summary: "content that the schema refuses",
        doc: "The document does not fit the schema of the format. Where libvirt reads it all the same, or reads past it, the level is \
invalid: `virsh define` takes such a document, `virsh edit` and `virsh define --validate` do not. What libvirt refuses too is \
an error.",
    },
    Own {
        id: UNKNOWN,
        class: Class::Validity,
        level: Level::Invalid,
        summary: "an element, attribute or value that the schema does not know",
        doc: "It is misspelt, stands in the wrong place, or is newer than the newest libvirt that this command knows. libvirt reads \
past most elements and attributes that it does not know, without a word: what was meant to be set is then not set; most values it \
refuses. The content is kept as it stands. Profile libvirt leaves elements and attributes out where `--target` names the libvirt that does; \
else the file is left, unless `--unknown keep` says that the content is to stay. `--unknown deny` refuses such a document.",
    },
    Own {
        id: DEFAULT,
        class: Class::Default,
        level: Level::Default,
        summary: "a default that libvirt spells out, or never does",
        doc: "An attribute is absent whose value libvirt fills in and always writes, so that its own form of the document says it: it \
is spelt out. A few attributes are never written where they have their default: these are left out in profile libvirt.",
    },
    Own {
        id: EMPTY,
        class: Class::Structure,
        level: Level::Legacy,
        summary: "an element with nothing in it, which libvirt does not write",
        doc: "An element that says nothing unless something is in it, as <source/> without any attribute. libvirt reads it as if it \
were absent and does not write it.",
    },
    Own {
        id: LIVE,
        class: Class::Live,
        level: Level::Note,
        summary: "what only a running domain shows",
        doc: "Such content comes from `virsh dumpxml` of a running domain. libvirt does not read it from a configuration. It is noted; \
profile libvirt leaves it out, unless `--live` is given.",
    },
    Own {
        id: NEWER,
        class: Class::Validity,
        level: Level::Note,
        summary: "what the target libvirt does not know yet",
        doc: "The document uses an element, an attribute or a value that is younger than the libvirt named by `--target`. That libvirt \
reads past an element or attribute that it does not know, which is a note: the machine lacks what is set there. It refuses most values \
that it does not know, which is an error.",
    },
    Own {
        id: DIFFERENCE,
        class: Class::Conflict,
        level: Level::Error,
        summary: "something that two documents differ in",
        doc: "Only `diff` says so: libvirt reads the one document otherwise than the other, or the one holds something unknown that the other \
lacks. Forms, spellings and order that mean the same are no difference.",
    },
    Own {
        id: LAYOUT,
        class: Class::Spelling,
        level: Level::Legacy,
        summary: "a document that is not in canonical layout",
        doc: "Only `fmt` says so, where it writes nothing: the document is indented, quoted or ordered otherwise than libvirt prints it, or, \
with `--layout keep`, lines of it are not indented by the file's own steps. `fmt` lays it out; its content stays the same.",
    },
    Own {
        id: PATH,
        class: Class::Validity,
        level: Level::Error,
        summary: "a path that cannot be followed, or a value that does not go there",
        doc: "Only `get` and `set` say so. A path names elements by their names, with a number from 1 on where there are several, and ends in an \
attribute or an element: `devices/disk[2]/target/@dev`, as findings are placed. The place that is told is that of the last element \
of the path that is there. Where one of the values cannot be set none is, and the file is left.",
    },
    Own {
        id: UNUSED,
        class: Class::Validity,
        level: Level::Note,
        summary: "a comment that is to suppress findings and suppresses none",
        doc: "`<!-- dommigrate: ignore RULE, RULE; why -->` before an element keeps what these rules find in it from being told and \
rewritten, `<!-- dommigrate: ignore-file RULE -->` what they find in the document, without a rule what any of them finds. `check` notes such a \
comment where it is of no use: the finding has gone, or a rule is misspelt.",
    },
    Own {
        id: DRIFT_MISSING,
        class: Class::Validity,
        level: Level::Error,
        summary: "something that was asked for and is not there",
        doc: "`drift` compares a definition with what stands on the host. This was asked for and is not there, and libvirt does not leave it out: \
someone removed it, or the definition was never taken over.",
    },
    Own {
        id: DRIFT_CHANGED,
        class: Class::Validity,
        level: Level::Error,
        summary: "something that has another value than was asked for",
        doc: "`drift` compares a definition with what stands on the host. This has another value than was asked for, and libvirt does not \
change it so.",
    },
    Own {
        id: DRIFT_ADDED,
        class: Class::Validity,
        level: Level::Error,
        summary: "something that neither the definition nor the driver is the reason of",
        doc: "`drift` compares a definition with what stands on the host. Nobody asked for this, and no row says that libvirt's driver fills it \
in: someone added it. Where it is wanted, it belongs into the definition.",
    },
];

/// The finding with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Own> {
    ALL.iter().find(|own| own.id == id)
}
