//! A document as it was made: what stands in it, and what of that can be left out.

use std::fmt::Write as _;

/// A name in a namespace; `ns` is empty for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) ns: String,
    pub(super) local: String,
}

/// What a pattern has become.
#[derive(Debug)]
pub(super) enum Part {
    Attribute(Name, String),
    Text(String),
    Element(Name, Vec<Part>),
    /// The members of an interleave; by the number it is decided whose turn it is.
    Mingled {
        members: Vec<Vec<Part>>,
        order: u64,
    },
    /// What can be left out, by its number among [`Spares::all`].
    Spare(usize, Vec<Part>),
}

/// A part that can be left out.
#[derive(Debug, Clone)]
pub(super) struct Spare {
    /// The number behind those that stand in it.
    pub(super) end: usize,
    /// The group of which one must stay.
    pub(super) group: Option<usize>,
    pub(super) is_left_out: bool,
}

/// All that can be left out, what stands in another behind it.
#[derive(Debug, Clone, Default)]
pub(super) struct Spares {
    pub(super) all: Vec<Spare>,
    /// How many of each group are there.
    pub(super) alive: Vec<usize>,
}

impl Spares {
    /// A group of so many, of which one must stay.
    pub(super) fn group(&mut self, members: usize) -> Option<usize> {
        self.alive.push(members);
        Some(self.alive.len() - 1)
    }

    /// How much there is, to come back to.
    pub(super) fn length(&self) -> (usize, usize) {
        (self.all.len(), self.alive.len())
    }

    pub(super) fn truncate(&mut self, (all, alive): (usize, usize)) {
        self.all.truncate(all);
        self.alive.truncate(alive);
    }

    /// Leaves one out; false where it must stay.
    pub(super) fn leave_out(&mut self, spare: usize) -> bool {
        let Spare { group, is_left_out, .. } = &mut self.all[spare];
        if let Some(group) = *group {
            if self.alive[group] == 1 {
                return false;
            }
            self.alive[group] -= 1;
        }
        *is_left_out = true;
        true
    }

    pub(super) fn put_back(&mut self, spare: usize) {
        let Spare { group, is_left_out, .. } = &mut self.all[spare];
        if let Some(group) = *group {
            self.alive[group] += 1;
        }
        *is_left_out = false;
    }
}

/// The document, on one line.
pub(super) fn print(parts: &[Part], spares: &Spares) -> String {
    let mut out = String::new();
    for part in flat(parts, spares) {
        put(part, "", spares, &mut out);
    }
    out
}

/// Attributes, texts and elements that are there, in their order.
fn flat<'p>(parts: &'p [Part], spares: &Spares) -> Vec<&'p Part> {
    let mut all = Vec::new();
    for part in parts {
        match part {
            Part::Attribute(..) | Part::Text(_) | Part::Element(..) => all.push(part),
            Part::Spare(spare, _) if spares.all[*spare].is_left_out => {}
            Part::Spare(_, parts) => all.extend(flat(parts, spares)),
            Part::Mingled { members, order } => {
                let members = members.iter().map(|member| flat(member, spares)).collect();
                mingle(members, *order, &mut all);
            }
        }
    }
    all
}

fn mingle<'p>(members: Vec<Vec<&'p Part>>, mut order: u64, all: &mut Vec<&'p Part>) {
    let mut open: Vec<_> = members.into_iter().map(|member| member.into_iter().peekable()).collect();
    loop {
        open.retain_mut(|member| member.peek().is_some());
        if open.is_empty() {
            return;
        }
        // The multiplier and the increment of Knuth's MMIX.
        order = order.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let turn = (order >> 33) as usize % open.len();
        all.extend(open[turn].next());
    }
}

fn put(part: &Part, scope: &str, spares: &Spares, out: &mut String) {
    match part {
        Part::Text(text) => out.push_str(&escaped(text)),
        Part::Element(name, content) => {
            let content = flat(content, spares);
            let _ = write!(out, "<{}", name.local);
            if name.ns != scope {
                let _ = write!(out, " xmlns='{}'", escaped(&name.ns));
            }
            attributes(&content, out);
            out.push('>');
            for part in content {
                put(part, &name.ns, spares, out);
            }
            let _ = write!(out, "</{}>", name.local);
        }
        Part::Attribute(..) | Part::Mingled { .. } | Part::Spare(..) => {}
    }
}

fn attributes(content: &[&Part], out: &mut String) {
    let mut known: Vec<&Name> = Vec::new();
    for part in content {
        let Part::Attribute(name, value) = part else { continue };
        // A wildcard may have taken the same name twice.
        if known.contains(&name) {
            continue;
        }
        known.push(name);
        let value = escaped(value);
        if name.ns.is_empty() {
            let _ = write!(out, " {}='{value}'", name.local);
        } else if name.ns == roxmltree::NS_XML_URI {
            let _ = write!(out, " xml:{}='{value}'", name.local);
        } else {
            let (prefix, ns) = (format!("n{}", known.len()), escaped(&name.ns));
            let _ = write!(out, " xmlns:{prefix}='{ns}' {prefix}:{}='{value}'", name.local);
        }
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' | '\r' | '\t' => drop(write!(escaped, "&#{};", u32::from(letter))),
            _ => escaped.push(letter),
        }
    }
    escaped
}
