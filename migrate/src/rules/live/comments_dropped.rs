//! `comments-dropped`.

use domxml_runtime::extras_mut;

use crate::rules::prelude::*;

/// The rule without which the writer keeps comments in profile `libvirt`, too.
pub(crate) const COMMENTS_DROPPED: &str = "comments-dropped";

rules![
    rule(COMMENTS_DROPPED, Class::Live)
        .summary("libvirt keeps no comments")
        .doc(
            "libvirt reads past comments and processing instructions, and its own form of a document has none, save \
             within metadata. Profile `modern` keeps them where they stood; with `--ignore comments-dropped` profile \
             `libvirt` does so, too.",
        )
        .example("<devices><!-- none yet --></devices>", "<devices/>")
        .row(algorithm(drop_all).profiles(LIBVIRT)),
];

fn drop_all(domain: &mut Domain, cx: &mut Context<'_>) {
    extras_mut(domain, &mut |xml| drop_of(xml, cx));
}

fn drop_of(xml: &mut Extra, cx: &mut Context<'_>) {
    let Some(kept) = &mut xml.kept else { return };
    let mut dropped: Vec<KeptNode> = kept.nodes.extract_if(.., |node| !node.is_content()).collect();
    for leaf in &mut kept.leaves {
        dropped.append(&mut leaf.before);
        dropped.append(&mut leaf.after);
    }
    // However many there are, what is said of them stays short.
    let Some(first) = dropped.first() else { return };
    let short: String = first.text.lines().next().unwrap_or_default().chars().take(60).collect();
    let message = match dropped.len() {
        1 => "libvirt keeps no comments".to_owned(),
        many => format!("libvirt keeps none of the {many} comments here, from the first on"),
    };
    cx.rewrote(xml, message).becomes(short, "");
}
