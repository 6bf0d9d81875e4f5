//! Metadata, as libvirt keeps and prints them.

use std::collections::BTreeSet;

use domxml_runtime::Verbatim;
use domxml_xml::fragment::{self, Token};

use crate::rules::prelude::*;

rules![
    rule("metadata-empty", Class::Spelling)
        .since(12, 8, 0)
        .summary("metadata in which there is nothing are not written")
        .doc("From a release between 11.3.0 and 12.8.0 on libvirt does not write `<metadata>` in which no element stands.")
        .example("<metadata/>", "")
        .row(algorithm(drop_empty).phase(Phase::Write).profiles(LIBVIRT)),
    rule("metadata-duplicate-ns", Class::Lossy)
        .summary("metadata hold one element of each namespace")
        .doc(
            "Of the elements at the top of `<metadata>` libvirt keeps the first of each namespace, and none without a \
             namespace. Comments and text between them are forgotten too. Profile `modern` keeps them all.",
        )
        .example(
            "<metadata>\n    <a:x xmlns:a=\"urn:a\"/>\n    <a:y xmlns:a=\"urn:a\"/>\n    <nons/>\n  </metadata>",
            "<metadata>\n    <a:x xmlns:a=\"urn:a\"/>\n  </metadata>",
        )
        .row(algorithm(drop_duplicates).profiles(LIBVIRT)),
    rule("metadata-layout", Class::Spelling)
        .summary("metadata as libxml2 lays them out")
        .doc(
            "libvirt hands metadata to libxml2 for printing, which indents elements without text, quotes attributes \
             with double quotes and declares the namespaces that are used where they are not declared inside.",
        )
        .example(
            "<metadata><a:x xmlns:a='urn:a'><a:b c='d'/></a:x></metadata>",
            "<metadata>\n    <a:x xmlns:a=\"urn:a\">\n      <a:b c=\"d\"/>\n    </a:x>\n  </metadata>",
        )
        .row(algorithm(lay_out).phase(Phase::Write).profiles(LIBVIRT).after("metadata-empty")),
];

/// How deep metadata stand in the document.
const LEVEL: usize = 1;

/// The tokens of the metadata, with the namespaces that are declared outside declared on top.
fn tokens(metadata: &Verbatim) -> Option<Vec<Token>> {
    let mut tokens = fragment::split(&metadata.source)?;
    fragment::declare(&mut tokens, metadata.namespaces.iter().map(|(prefix, uri)| (&**prefix, &**uri)));
    Some(fragment::without_blanks(tokens))
}

fn put(metadata: &mut Verbatim, tokens: &[Token]) -> bool {
    let source = fragment::write(tokens, LEVEL);
    let changed = source != metadata.source;
    metadata.source = source;
    metadata.namespaces.clear();
    changed
}

fn drop_empty(domain: &mut Domain, cx: &mut Context<'_>) {
    let Some(metadata) = &domain.metadata else { return };
    let elements = |tokens: Vec<Token>| tokens.iter().filter(|token| matches!(token, Token::Start { .. })).count();
    if tokens(metadata).is_some_and(|tokens| elements(tokens) == 1) {
        cx.rewrote(&Extra::at(metadata.span), "metadata in which there is nothing are not written")
            .becomes("<metadata>", "");
        domain.metadata = None;
    }
}

fn drop_duplicates(domain: &mut Domain, cx: &mut Context<'_>) {
    let Some(metadata) = &mut domain.metadata else { return };
    let Some(all) = tokens(metadata) else { return };
    let mut seen = BTreeSet::new();
    let kept = fragment::with_children(&all, |namespace| !namespace.is_empty() && seen.insert(namespace.to_owned()));
    if kept != all {
        put(metadata, &kept);
        cx.rewrote(&Extra::at(metadata.span), "one element of each namespace is read");
    }
}

fn lay_out(domain: &mut Domain, cx: &mut Context<'_>) {
    let Some(metadata) = &mut domain.metadata else { return };
    if tokens(metadata).is_some_and(|tokens| put(metadata, &tokens)) {
        cx.rewrote(&Extra::at(metadata.span), "libvirt writes metadata as libxml2 lays them out");
    }
}
