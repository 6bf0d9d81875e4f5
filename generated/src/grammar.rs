//! The schema of the format, loaded.

use std::sync::{Arc, OnceLock};

use relaxng_model::{EmbeddedResolver, Grammar, load};

/// The grammar; the first call loads it.
pub(crate) fn grammar() -> Arc<Grammar> {
    static GRAMMAR: OnceLock<Arc<Grammar>> = OnceLock::new();
    let grammar = GRAMMAR.get_or_init(|| {
        let grammar = load(&EmbeddedResolver::new(domxml_schema::FILES), domxml_schema::ROOT);
        Arc::new(grammar.unwrap_or_else(|errors| panic!("the schema that is embedded is broken: {errors}")))
    });
    Arc::clone(grammar)
}
