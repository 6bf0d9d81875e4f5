//! `comments-dropped`.

use domxml::{Domain, Extra, extras_mut};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static COMMENTS: Rule = Rule {
    id: "comments-dropped",
    class: Class::Live,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "libvirt keeps no comments",
    doc: "libvirt reads past comments and processing instructions, and its own form of a document has none, save within metadata. Profile \
          `modern` keeps them where they stood.",
    example: Example { before: "<devices><!-- none yet --></devices>", after: "<devices/>" },
    apply: drop_comments,
};

fn drop_comments(domain: &mut Domain, cx: &mut Context) {
    extras_mut(domain, &mut |xml| drop_of(xml, cx));
}

fn drop_of(xml: &mut Extra, cx: &mut Context) {
    let Some(kept) = &mut xml.kept else { return };
    let is_markup = |text: &str| text.starts_with("<!--") || text.starts_with("<?");
    let mut dropped: Vec<Box<str>> =
        kept.nodes.extract_if(.., |node| is_markup(&node.text)).map(|node| node.text).collect();
    for leaf in &mut kept.leaves {
        dropped.append(&mut leaf.before);
        dropped.append(&mut leaf.after);
    }
    for text in dropped {
        let line = text.lines().next().unwrap_or_default();
        let short: String = line.chars().take(60).collect();
        cx.rewrote(xml, "libvirt keeps no comments").becomes(short, "");
    }
}
