//! Near names: what someone who mistyped may have meant.

/// Names beyond this length are not compared.
const LONGEST: usize = 64;

/// The candidate closest to `found`, if one is close: at most a third of the characters differ, or only the case. Of
/// equally close ones the first.
pub(super) fn closest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found: Vec<char> = found.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    if found.is_empty() || found.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
        let allowed = found.len().max(letters.len()) / 3;
        if letters.len() > LONGEST || found.len().abs_diff(letters.len()) > allowed {
            continue;
        }
        let distance = distance(&found, &letters);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many insertions, deletions, replacements and swaps of neighbours turn one into the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(from != to);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn close_names_are_found() {
        let names = ["file", "block", "network", "no"];
        assert_eq!(closest("flie", names), Some("file"));
        assert_eq!(closest("FILE", names), Some("file"));
        assert_eq!(closest("netwrk", names), Some("network"));
        assert_eq!(closest("yes", names), None);
        assert_eq!(closest("on", names), None);
        assert_eq!(closest("", names), None);
        assert_eq!(closest(&"x".repeat(10_000), names), None);
    }
}
