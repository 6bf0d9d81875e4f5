//! Metadata, as libvirt keeps and prints them.

use std::collections::BTreeSet;

use domxml_runtime::Verbatim;
use domxml_xml::fragment::{self, Token};

use crate::rules::prelude::*;

rules![
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
        .row(algorithm(lay_out).phase(Phase::Write).profiles(LIBVIRT)),
];

/// How deep metadata stand in the document.
const LEVEL: usize = 1;

/// The tokens of the metadata, with the namespaces that are declared outside declared on top.
fn tokens(metadata: &Verbatim) -> Option<Vec<Token>> {
    let mut tokens = fragment::split(&metadata.source)?;
    let used = undeclared(&tokens);
    if let Some(Token::Start { namespaces, .. }) = tokens.first_mut() {
        let outer = metadata.namespaces.iter().filter(|(prefix, _)| used.contains(&**prefix));
        let outer = outer.map(|(prefix, uri)| (prefix.to_string(), uri.to_string()));
        namespaces.extend(outer);
    }
    Some(fragment::without_blanks(tokens))
}

/// The prefixes that are used where nothing around them declares them.
fn undeclared(tokens: &[Token]) -> BTreeSet<String> {
    let mut scopes: Vec<&[(String, String)]> = Vec::new();
    let mut used = BTreeSet::new();
    for token in tokens {
        match token {
            Token::Start { name, namespaces, attributes } => {
                scopes.push(namespaces);
                let of_attributes = attributes.iter().filter_map(|(name, _)| name.split_once(':'));
                let prefixes = of_attributes.map(|(prefix, _)| prefix);
                let own = name.split_once(':').map_or("", |(prefix, _)| prefix);
                for prefix in prefixes.chain([own]) {
                    if !scopes.iter().any(|scope| scope.iter().any(|(known, _)| known == prefix)) {
                        used.insert(prefix.to_owned());
                    }
                }
            }
            Token::End => {
                scopes.pop();
            }
            Token::Text(_) | Token::Verbatim(_) => {}
        }
    }
    used
}

fn put(metadata: &mut Verbatim, tokens: &[Token]) -> bool {
    let source = fragment::write(tokens, LEVEL);
    let changed = source != metadata.source;
    metadata.source = source;
    metadata.namespaces.clear();
    changed
}

/// The namespace of an element in the scope of its parent; empty for none.
fn namespace<'a>(name: &str, own: &'a [(String, String)], outer: &'a [(String, String)]) -> &'a str {
    let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
    let declared = own.iter().chain(outer).find(|(declared, _)| declared == prefix);
    declared.map_or("", |(_, uri)| uri)
}

fn drop_duplicates(domain: &mut Domain, cx: &mut Context<'_>) {
    let Some(metadata) = &mut domain.metadata else { return };
    let Some(all) = tokens(metadata) else { return };
    let Some(Token::Start { namespaces: outer, .. }) = all.first().cloned() else { return };
    let (mut kept, mut seen, mut depth, mut keep) = (Vec::new(), BTreeSet::new(), 0usize, true);
    for token in all {
        if depth == 1 {
            keep = match &token {
                Token::Start { name, namespaces, .. } => {
                    let namespace = namespace(name, namespaces, &outer).to_owned();
                    !namespace.is_empty() && seen.insert(namespace)
                }
                Token::End => true,
                Token::Text(_) | Token::Verbatim(_) => false,
            };
        }
        match &token {
            Token::Start { .. } => depth += 1,
            Token::End => depth = depth.saturating_sub(1),
            _ => {}
        }
        if keep {
            kept.push(token);
        }
    }
    let before = tokens(metadata).unwrap_or_default();
    if kept != before {
        put(metadata, &kept);
        cx.rewrote(&Extra::at(metadata.span), "one element of each namespace is read");
    }
}

fn lay_out(domain: &mut Domain, cx: &mut Context<'_>) {
    let Some(metadata) = &mut domain.metadata else { return };
    if let Some(tokens) = tokens(metadata)
        && put(metadata, &tokens)
    {
        cx.rewrote(&Extra::at(metadata.span), "libvirt writes metadata as libxml2 lays them out");
    }
}
