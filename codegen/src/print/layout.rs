//! Items to text: prettyplease, and the blank lines that it does not make.

use proc_macro2::TokenStream;

/// Formats one item.
///
/// # Errors
///
/// The tokens are no item; the message shows them.
pub fn item(tokens: TokenStream) -> Result<String, String> {
    let shown = tokens.clone();
    let file = syn::parse2::<syn::File>(tokens).map_err(|error| {
        let start: String = shown.to_string().chars().take(200).collect();
        format!("printed code is no item ({error}): {start}")
    })?;
    Ok(spaced(&prettyplease::unparse(&file)))
}

/// Puts a blank line between the functions of a block.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 20);
    let mut after_function = false;
    for line in text.lines() {
        if after_function && line != "}" {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        after_function =
            line == "    }" || (line.starts_with("    pub const ") && line.ends_with(';')) || line == "    ];";
    }
    out
}
