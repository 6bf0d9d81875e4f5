//! The syntax of URI references, as far as sections 3 and 4 ask for it (RFC 2396, after the escaping that XLink
//! prescribes for characters a URI cannot hold).

/// Checks the value of a `datatypeLibrary` attribute: empty, or an absolute URI without a fragment.
pub(super) fn check_library(uri: &str) -> Result<(), &'static str> {
    if uri.is_empty() {
        return Ok(());
    }
    if uri.contains('#') {
        return Err("has a fragment identifier");
    }
    check_escapes(uri)?;
    let Some((scheme, rest)) = uri.split_once(':') else {
        return Err("is a relative URI");
    };
    if scheme.contains(['/', '?']) {
        return Err("is a relative URI");
    }
    let mut letters = scheme.chars();
    let begins = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    if !begins || !letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) {
        return Err("does not begin with the scheme of a URI");
    }
    if rest.is_empty() { Err("has nothing behind the scheme") } else { Ok(()) }
}

/// Checks the value of an `href` attribute: a URI reference without a fragment.
pub(super) fn check_href(href: &str) -> Result<(), &'static str> {
    if href.contains('#') {
        return Err("has a fragment identifier");
    }
    check_escapes(href)
}

/// A `%` stands before two hexadecimal digits. Everything else is either allowed or escaped by the rules of XLink.
fn check_escapes(uri: &str) -> Result<(), &'static str> {
    let bytes = uri.as_bytes();
    let good = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_hexdigit);
    let bad = |(index, byte): (usize, &u8)| *byte == b'%' && !(good(index + 1) && good(index + 2));
    if bytes.iter().enumerate().any(bad) { Err("has a `%` that does not escape anything") } else { Ok(()) }
}
