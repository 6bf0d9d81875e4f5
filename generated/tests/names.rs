//! What the types, variants and fields are called, by the outlines.

const OUTLINES: [&str; 2] = [include_str!("../src/bindings/outline.txt"), include_str!("../src/host/outline.txt")];

/// The words of a name in `UpperCamelCase`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_ascii_uppercase() => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}

fn says_a_word_twice(name: &str) -> bool {
    words(name).windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether nothing but a number is behind the letter that makes a name of it.
fn is_a_bare_number(name: &str) -> bool {
    name.strip_prefix('V').is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '_'))
}

/// A variant of an enum, with what it holds and the value that it stands for.
struct Variant<'a> {
    name: &'a str,
    members: Option<&'a str>,
    value: &'a str,
}

fn variant(line: &str) -> Option<Variant<'_>> {
    let (head, value) = line.split_once(" = '")?;
    let value = value.split_once('\'')?.0;
    let (name, members) = match head.split_once('(') {
        Some((name, members)) => (name, Some(members.trim_end_matches(')'))),
        None => (head, None),
    };
    Some(Variant { name, members, value })
}

#[test]
fn names_say_what_a_thing_is() {
    let mut poor = Vec::new();
    for line in OUTLINES.iter().flat_map(|outline| outline.lines()) {
        if let Some(definition) = line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum ")) {
            let name = definition.split(' ').next().unwrap_or_default();
            poor.extend((says_a_word_twice(name) || is_a_bare_number(name)).then(|| line.to_owned()));
            continue;
        }
        let line = line.trim_start();
        if line.starts_with(|c: char| c.is_ascii_uppercase())
            && let Some(Variant { name, value, .. }) = variant(line)
        {
            let mut parts: Vec<&str> = value.split('-').collect();
            let own = parts.len();
            parts.dedup();
            // `ctrl-ctrl` is spelt so.
            let twice = says_a_word_twice(name) && parts.len() == own;
            poor.extend((twice || is_a_bare_number(name)).then(|| line.to_owned()));
        }
    }
    assert!(poor.is_empty(), "give these a name by d:type or d:field: {poor:#?}");
}

#[test]
fn what_several_variants_hold_is_not_named_after_one_of_them() {
    let mut poor = Vec::new();
    for outline in OUTLINES {
        for block in outline.split("\nenum ") {
            let name = block.split([' ', '\n']).next().unwrap_or_default();
            let variants: Vec<Variant<'_>> =
                block.lines().skip(1).filter_map(|line| variant(line.trim_start())).collect();
            for Variant { members, .. } in &variants {
                let Some(members) = members else { continue };
                let holders = variants.iter().filter(|other| other.members == Some(members)).count();
                let named_after_one = variants.iter().any(|other| *members == format!("{name}{}", other.name));
                poor.extend((holders > 1 && named_after_one).then(|| format!("{name}: {members}")));
            }
        }
    }
    poor.dedup();
    assert!(poor.is_empty(), "give these a name by d:type: {poor:#?}");
}

/// The fields of all structs: the Rust type and what the outline says of it.
fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    let field = |line: &'static str| {
        let (name, rest) = line.strip_prefix("    ")?.split_once(": ")?;
        name.starts_with(|c: char| c.is_ascii_lowercase()).then(|| rest.split_once([' ', ',']).unwrap_or((rest, "")))
    };
    OUTLINES.iter().flat_map(|outline| outline.lines()).filter_map(field)
}

#[test]
fn an_enum_has_a_default_where_it_is_that_of_the_format_everywhere() {
    let mut enums = std::collections::BTreeMap::new();
    let mut current = "";
    for line in OUTLINES.iter().flat_map(|outline| outline.lines()) {
        if let Some(definition) = line.strip_prefix("enum ") {
            current = definition.split(' ').next().unwrap_or_default();
        } else if line.contains(", the default")
            && let Some(Variant { value, .. }) = variant(line.trim_start())
        {
            enums.insert(format!("Option<{current}>"), value);
        }
    }
    let mut wrong = Vec::new();
    for (ty, said) in fields() {
        let Some(value) = enums.get(ty) else { continue };
        if !said.contains(&format!("default '{value}'")) {
            wrong.push(format!("{ty}: {said}"));
        }
    }
    assert!(enums.len() > 30 && wrong.is_empty(), "{} enums with a default: {wrong:#?}", enums.len());
}
