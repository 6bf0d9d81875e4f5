//! The test material, which lies beside the checkout.

use std::path::{Path, PathBuf};

/// A file or folder of it; none where it is left out on purpose.
pub fn material(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(name);
    if let Ok(found) = path.canonicalize() {
        return Some(found);
    }
    let missing = format!("did not run, there is no {}", path.display());
    let absent = std::env::var_os("DOMXML_SHARED_ABSENT").is_some();
    assert!(absent, "{missing}; where that is on purpose, set DOMXML_SHARED_ABSENT=1");
    println!("{missing}");
    None
}
