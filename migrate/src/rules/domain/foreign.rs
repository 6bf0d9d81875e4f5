//! `foreign-extension`, `foreign-extension-dropped`.

use domxml::Domain;
use domxml_runtime::{Extra, Verbatim};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{LIBVIRT, MODERN};

const BEFORE: &str = "<x:commandline xmlns:x='urn:x'/>";

pub(crate) static KEPT: Rule = Rule {
    id: "foreign-extension",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "an extension of a namespace that libvirt does not know",
    doc: "Each driver of libvirt reads the extensions of its own namespace and passes over all others, so that libvirt takes the domain and \
          forgets the extension. Where the name is one of libvirt's, as `commandline`, the declaration of its namespace may be misspelt. \
          Profile `modern` keeps the extension.",
    example: Example { before: BEFORE, after: BEFORE },
    apply: note,
};

pub(super) static DROPPED: Rule = Rule {
    id: "foreign-extension-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "libvirt forgets an extension of a namespace that it does not know",
    doc: "Each driver of libvirt reads the extensions of its own namespace and passes over all others. Profile `libvirt` drops them, as \
          libvirt does.",
    example: Example { before: BEFORE, after: "" },
    apply: drop_all,
};

/// What there is to say about an extension of a namespace that libvirt does not know.
pub(crate) fn message(extension: &Verbatim) -> String {
    let prefix = extension.source.trim_start_matches('<').split_once(':').map_or("", |(prefix, _)| prefix);
    let outer = extension.namespaces.iter().find(|(declared, _)| **declared == *prefix);
    let namespace = outer.map_or_else(String::new, |(_, namespace)| format!(" {namespace}"));
    format!("libvirt does not know the namespace{namespace} and passes over <{}>", extension.name)
}

fn note(domain: &mut Domain, cx: &mut Context) {
    for extension in &domain.foreign_extensions {
        cx.note(&Extra::at(extension.span), message(extension));
    }
}

fn drop_all(domain: &mut Domain, cx: &mut Context) {
    for extension in std::mem::take(&mut domain.foreign_extensions) {
        cx.rewrote(&Extra::at(extension.span), message(&extension)).becomes(extension.source, "");
    }
}
