//! Every field of every type survives what goes by the table of the fields: writing and reading, a merge, a copy, a walk.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use domxml::{
    Content, Described, Disk, Domain, Element, FieldInfo, FieldKind, Prefer, ReadOptions, TypeInfo, Unknown, Verbatim,
    each_struct, walk, walk_places,
};
use domxml_runtime::{AnyAttribute, Field, NestPayload, Payload, SlotMut, ways_from, whole};

/// Spellings of which every scalar of the format takes one.
const SPELLINGS: &[&str] = &[
    "a",
    "1",
    "yes",
    "on",
    "0x1234",
    "52:54:00:00:00:01",
    "3e3fce45-4f53-4fa7-bb32-11f34168b82b",
    "0-1",
    "10.0.0.1",
    "0",
    "1.1",
    "/a",
    "0x500a09872a8a0b0c",
    "1,2",
    "KiB",
    "a:b",
    "2024-01-31T12:00:00",
    "0xff",
    "1-2",
    "12:00",
    "0:0",
    "1M",
    "v1.0",
    "0x01:0x02:0x03:0x04:1",
];

/// Fills all that a document can hold.
#[derive(Default)]
struct Filler {
    /// Which variant each payload gets.
    turn: usize,
    /// Whether some payload has a variant for this turn.
    more: bool,
    /// The types that are being filled.
    open: Vec<&'static str>,
    /// The types that were filled.
    seen: BTreeSet<&'static str>,
    /// How many structs were filled.
    structs: usize,
    /// How many elements, attributes and texts must be written.
    parts: usize,
    /// The fields for which there is no spelling.
    unfit: BTreeSet<String>,
}

impl Filler {
    fn fill(&mut self, content: &mut dyn Content) {
        let info = content.info();
        self.structs += 1;
        self.seen.insert(info.name);
        self.open.push(info.name);
        for (index, line) in info.fields.iter().enumerate() {
            let slot = content.field_mut(index).expect("the table knows the field");
            self.fill_slot(info.name, line, slot);
        }
        self.open.pop();
    }

    fn fill_slot(&mut self, owner: &str, line: &'static FieldInfo, slot: SlotMut<'_>) {
        self.parts += match line.kind {
            FieldKind::Child | FieldKind::Payload | FieldKind::Mix => 0,
            FieldKind::Leaf => 2,
            _ => 1,
        };
        match slot {
            SlotMut::Value(field) => {
                if !fill_value(line, field) {
                    self.unfit.insert(format!("{owner}/{}", line.name));
                }
            }
            SlotMut::Child(nest) => {
                let name = line.content.expect("a child has a table")().name;
                // Where there must be one there is one already, and what it holds is no endless row.
                if nest.count() > 0 || !self.open.contains(&name) {
                    self.parts += 1;
                    self.fill(nest.open());
                }
            }
            SlotMut::Flag(flag) => flag.raise(),
            SlotMut::Payload(payload) => self.fill_payload(payload),
            SlotMut::Mix(mix) => {
                for (variant, entry) in line.entries.iter().enumerate() {
                    if let Some(slot) = mix.open(variant) {
                        self.fill_slot(owner, entry, slot);
                    }
                }
            }
            SlotMut::Verbatim(verbatim) => {
                let (name, ns) = match line.kind {
                    FieldKind::AnyElements => ("foreign", "urn:foreign"),
                    _ => (line.name, line.ns),
                };
                let source = if ns.is_empty() { format!("<{name}/>") } else { format!("<a:{name} xmlns:a='{ns}'/>") };
                verbatim.put(Verbatim::element(&source).expect("an element"));
            }
            SlotMut::Attributes(attributes) => {
                attributes.push(AnyAttribute { ns: String::new(), name: "any".to_owned(), value: "a".to_owned() });
            }
        }
    }

    fn fill_payload(&mut self, payload: &mut dyn NestPayload) {
        let values = payload.table().values;
        let turn = self.turn;
        self.more |= turn < values.len();
        // The turn behind the last leaves the attribute out, if that means something of its own.
        match values.get(turn % (values.len() + 1)) {
            Some(value) => payload.select(Some(value.value)),
            None => payload.select(None),
        };
        self.parts += usize::from(payload.get().is_some_and(|payload| payload.value().is_some()));
        if let Some(members) = payload.get_mut().and_then(Payload::members_mut) {
            // Payloads within take their turns while this one stays.
            self.turn = turn / (values.len() + 1);
            self.fill(members);
            self.turn = turn;
        }
    }
}

fn fill_value(line: &FieldInfo, field: &mut dyn Field) -> bool {
    let listed = line.values.first().map(|value| value.value);
    listed.iter().chain(SPELLINGS).any(|text| field.read(text).is_ok_and(|objection| objection.is_none()))
}

/// Domains in which every field holds something, for each variant of the payloads.
static FULL: LazyLock<Vec<(Domain, Filler)>> = LazyLock::new(|| {
    let (mut all, mut last) = (Vec::new(), 0);
    for turn in 0.. {
        let mut filler = Filler { turn, parts: 1, ..Filler::default() };
        let mut domain = Domain::default();
        filler.fill(&mut domain);
        // A payload within another one has its turn only where that has the variant.
        last = if filler.more { turn } else { last };
        all.push((domain, filler));
        if turn > last + 32 {
            break;
        }
    }
    all
});

#[test]
fn every_type_is_looked_at() {
    let unfit: BTreeSet<String> = FULL.iter().flat_map(|(_, filler)| filler.unfit.clone()).collect();
    assert!(unfit.is_empty(), "no spelling suits {unfit:?}");
    let seen: BTreeSet<&str> = FULL.iter().flat_map(|(_, filler)| filler.seen.iter().copied()).collect();
    let mut printed = BTreeSet::new();
    tables(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/src/bindings"), &mut printed);
    let missing: Vec<&String> = printed.iter().filter(|name| !seen.contains(name.as_str())).collect();
    assert!(printed.len() > 500 && missing.is_empty(), "of {} types these are not reached: {missing:?}", printed.len());
}

fn tables(directory: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).expect("the bindings") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tables(&path, names);
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file");
        names.extend(
            text.lines().filter_map(|line| Some(line.strip_prefix("rt::table! { ")?.split_once(':')?.0.to_owned())),
        );
    }
}

#[test]
fn what_all_branches_hold_stands_beside_the_choice() {
    let choices = ways_from(Domain::table()).into_values().flatten().map(|way| &way.from.fields[way.field]);
    let mut looked_at = BTreeSet::new();
    for choice in choices.filter(|choice| choice.kind == FieldKind::Payload && choice.branches.len() > 1) {
        let of_absence = choice.branches.iter().filter(|branch| branch.value.is_none()).count();
        if choice.branches.len() < choice.values.len() + of_absence {
            // One of them holds nothing.
            continue;
        }
        // Two fields are alike by all that a table says of them.
        let held = |table: &'static TypeInfo| -> BTreeSet<String> {
            let shape = |line: &FieldInfo| format!("{line:?}");
            table.fields.iter().map(shape).collect()
        };
        let mut tables = choice.branches.iter().map(|branch| held((branch.table)()));
        let first = tables.next().expect("two branches");
        let common = tables.fold(first, |common, more| common.intersection(&more).cloned().collect());
        let first = (choice.branches[0].table)().name;
        looked_at.insert(first);
        assert_eq!(common, BTreeSet::new(), "all branches beside {first} hold these");
    }
    println!("{} choices of which every branch holds something: {looked_at:?}", looked_at.len());
    assert!(looked_at.len() > 10, "{looked_at:?}");
}

#[test]
fn every_field_is_written_and_read() {
    for (domain, filler) in FULL.iter() {
        let text = domain.to_xml().expect("it can be written");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let written = document.descendants().filter(|node| match node.text() {
            Some(text) if node.is_text() => !text.trim().is_empty(),
            _ => node.is_element(),
        });
        let written: usize = written.map(|node| 1 + node.attributes().len()).sum();
        assert_eq!(written, filler.parts, "turn {}\n{text}", filler.turn);
        // What no field takes would be an error.
        let again = Domain::from_xml(&text).unwrap_or_else(|errors| panic!("turn {}: {errors}\n{text}", filler.turn));
        assert_eq!(again.to_xml().expect("it can be written"), text, "turn {}", filler.turn);
    }
}

#[test]
fn every_field_survives_a_merge() {
    for (domain, _) in FULL.iter() {
        let mut merged = Domain::default();
        merged.merge(domain.clone(), Prefer::Last);
        assert_eq!(merged, *domain);
        let before = merged.to_xml().expect("it can be written");
        merged.merge(Domain::default(), Prefer::First);
        assert_eq!(merged.to_xml().expect("it can be written"), before, "nothing is taken over from nothing");
    }
}

#[test]
fn every_field_survives_a_copy() {
    for (domain, _) in FULL.iter() {
        let mut copy = Domain::default();
        assert!(whole::carry(&mut domain.clone(), &mut copy));
        assert_eq!(copy, *domain);
    }
}

#[test]
fn every_struct_is_met_on_a_walk() {
    for (domain, filler) in FULL.iter() {
        let (mut structs, mut members, mut met, mut places) = (0, 0, 0, BTreeSet::new());
        count(domain, &mut structs, &mut members);
        walk(domain, &mut |_| met += 1);
        walk_places(domain, &mut |place| {
            assert!(places.insert(place.to_string()), "{place} is told twice");
        });
        assert_eq!(structs, filler.structs);
        assert_eq!(places.len(), structs - members);
        // It shows the enums of the payloads, too.
        assert!(met >= structs + members);
    }
}

fn count(content: &dyn Content, structs: &mut usize, members: &mut usize) {
    *structs += 1;
    *members += usize::from(content.extra().is_none());
    each_struct(content, &mut |inner| count(inner, structs, members));
}

#[test]
fn an_element_with_anything_in_it_says_something() {
    let (domain, _) = &FULL[0];
    walk_places(domain, &mut |place| {
        if !place.content.info().fields.is_empty() {
            assert!(!whole::says_nothing(place.content), "{place}");
        }
    });
    let driver = |text: &str| {
        Disk::from_xml_with(text, &ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() })
            .map(|disk| disk.value.driver)
    };
    let says_nothing = |text: &str| driver(text).expect("a disk").is_some_and(|driver| driver.says_nothing());
    assert!(says_nothing("<disk><driver/><target dev='vda'/></disk>"));
    assert!(says_nothing("<disk><driver><!-- not yet --></driver><target dev='vda'/></disk>"));
    assert!(!says_nothing("<disk><driver unheard='of'/><target dev='vda'/></disk>"));
    assert!(!says_nothing("<disk><driver><unheard/></driver><target dev='vda'/></disk>"));
}
