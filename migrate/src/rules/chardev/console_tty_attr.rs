//! `console-tty-attr`.

use crate::rules::prelude::*;

rules![
    rule("console-tty-attr", Class::Structure)
        .summary("the terminal of a console stands in `<source>`")
        .doc(
            "The attribute `tty` told the pseudo terminal that a running domain had been given, before `<source \
             path=>` did. libvirt no longer reads it and writes it in the live form alone, as a copy. Profile `modern` \
             moves the path to `<source>`, where libvirt's live form has it; in a definition it has no meaning in \
             either place. Profile `libvirt` drops it.",
        )
        .example(
            "<devices><console type='pty' tty='/dev/pts/5'><source path='/dev/pts/5'/><target port='0'/></console>\
             </devices>",
            "<devices><console type='pty'><source path='/dev/pts/5'/><target port='0'/></console></devices>",
        )
        .row(algorithm(place_tty).phase(Phase::Write)),
];

fn place_tty(console: &mut Console, cx: &mut Context<'_>) {
    let pty = branch_mut::<ChardevBackendPty>(&mut console.type_).map(|pty| &mut pty.source);
    let path = pty.as_ref().and_then(|source| source.as_ref()?.path.clone());
    if cx.profile == Profile::Libvirt {
        let first = console.target.as_ref().is_none_or(|target| target.port.is_none_or(|port| port == 0));
        let wanted = path.filter(|_| cx.live && first);
        if console.tty != wanted {
            let [before, after] = [&console.tty, &wanted].map(|tty| attribute_if("tty", tty.as_ref()));
            console.tty = wanted;
            cx.rewrote(&console.xml, "the attribute tty only copies a live source").becomes(before, after);
        }
        return;
    }
    let Some(terminal) = &console.tty else { return };
    let before = attribute("tty", terminal);
    match (pty, path) {
        (Some(_), Some(path)) if path == *terminal => {
            console.tty = None;
            cx.rewrote(&console.xml, "the attribute tty only copies the path of <source>").becomes(before, "");
        }
        (Some(source), None) => {
            let made = ChardevSourcePty { xml: Extra::at(console.xml.span), ..Default::default() };
            let source = source.get_or_insert_with(|| made.into());
            let after = format!("<source path='{terminal}'/>");
            source.path = console.tty.take();
            cx.rewrote(&console.xml, "the path of the terminal belongs to <source>").becomes(before, after);
        }
        _ => {
            cx.note(&console.xml, format!("{before} has no effect: libvirt does not read it"));
        }
    }
}
