//! Extensions of namespaces that libvirt does not know.

use domxml_runtime::Verbatim;

use crate::namespace;
use crate::rules::prelude::*;

/// The id of what is said about them.
pub(crate) const FOREIGN_EXTENSION: &str = "foreign-extension";

rules![
    rule(FOREIGN_EXTENSION, Class::Lossy)
        .summary("an extension of a namespace that libvirt does not know")
        .doc(
            "Each driver of libvirt reads the extensions of its own namespace and passes over all others, so that \
             libvirt takes the domain and forgets the extension. Where the name is one of libvirt's, as `commandline`, \
             the declaration of its namespace may be misspelt. Profile `modern` keeps the extension, profile `libvirt` \
             drops it, as libvirt does.",
        )
        .example("<x:commandline xmlns:x='urn:x'/>", "")
        .row(check(tell).profiles(MODERN))
        .row(algorithm(forget).phase(Phase::Write).profiles(LIBVIRT)),
];

/// What there is to say about an extension of a namespace that libvirt does not know.
pub(crate) fn foreign_extension(extension: &Verbatim) -> String {
    format!("libvirt does not know the namespace{} and passes over <{}>", namespace::of(extension), extension.name)
}

fn tell(domain: &Domain, cx: &mut Context<'_>) {
    for extension in &domain.foreign_extensions {
        cx.note(&Extra::at(extension.span), foreign_extension(extension));
    }
}

fn forget(domain: &mut Domain, cx: &mut Context<'_>) {
    for extension in std::mem::take(&mut domain.foreign_extensions) {
        cx.rewrote(&Extra::at(extension.span), foreign_extension(&extension)).becomes(extension.source, "");
    }
}
