//! Where in a domain the elements stand that a row is about, as paths below `<domain>`: `devices/disk/driver`, or nothing for the domain itself.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use domxml::Domain;
use domxml_runtime::{ByTable, Described as _, address};

use super::Row;

/// The paths at which elements of each type stand; a way that leads through a type twice is not gone on.
static PATHS: LazyLock<ByTable<BTreeSet<String>>> = LazyLock::new(|| {
    let mut paths: ByTable<BTreeSet<String>> = ByTable::default();
    let mut open = vec![(Domain::table(), String::new(), Vec::new())];
    while let Some((table, path, mut chain)) = open.pop() {
        let own = address(table);
        if chain.contains(&own) {
            continue;
        }
        chain.push(own);
        paths.entry(own).or_default().insert(path.clone());
        for field in table.fields {
            let entries = field.entries.iter().filter_map(|entry| Some((entry.name, entry.content?)));
            for (name, inner) in field.content.map(|content| (field.name, content)).into_iter().chain(entries) {
                open.push((inner(), below(&path, name), chain.clone()));
            }
            // The members of a choice are the element's own.
            open.extend(field.branches.iter().map(|branch| ((branch.table)(), path.clone(), chain.clone())));
        }
    }
    paths
});

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// Where the elements stand that a row is about.
#[must_use]
pub fn of(row: &Row) -> BTreeSet<String> {
    let subject = PATHS.get(&address(row.fact.subject)).cloned().unwrap_or_default();
    let is_child = |name: &str| row.fact.subject.fields.iter().any(|field| field.is_child() && field.name == name);
    if row.fact.about.is_empty() || !is_child(row.fact.about) {
        return subject;
    }
    subject.iter().map(|path| below(path, row.fact.about)).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules;

    #[test]
    fn rows_say_where_their_elements_stand() {
        let places = |id: &str| {
            let rule = rules::find(id).expect("a rule");
            rule.rows.iter().flat_map(super::of).collect::<Vec<_>>()
        };
        assert!(places("disk-auth-under-disk").contains(&"devices/disk".to_owned()));
        assert!(places("memory-conflict").contains(&"maxMemory".to_owned()));
        assert!(places("disk-address-conflict").iter().any(|path| path.starts_with("devices")));
        for rule in rules::all() {
            assert!(rule.rows.iter().all(|row| !super::of(row).is_empty()), "{}", rule.id);
        }
    }
}
