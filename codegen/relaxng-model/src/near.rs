//! Near names: what someone who mistyped may have meant.

/// Names beyond this length are not compared.
const LONGEST: usize = 64;

/// The candidate closest to `found`, if one is close: at most a third of the characters differ, or only the case. Of
/// equally close ones the first.
#[must_use]
pub fn closest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found: String = found.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    let length = found.chars().count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let candidate_length = candidate.chars().take(LONGEST + 1).count();
        let allowed = length.max(candidate_length) / 3;
        if candidate_length > LONGEST || length.abs_diff(candidate_length) > allowed {
            continue;
        }
        let distance = strsim::osa_distance(&found, &candidate.to_lowercase());
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
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
