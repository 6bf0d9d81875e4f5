//! The test material, which lies beside the checkout. The tests of the generator take this file too.

use std::path::{Path, PathBuf};

/// A file or folder of it; none where it is left out on purpose.
pub fn material(name: &str) -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = above.map(|folder| folder.join("shared").join(name)).find(|path| path.exists());
    if found.is_some() {
        return found;
    }
    let missing = format!("did not run, there is no shared/{name} beside the checkout");
    let absent = std::env::var_os("DOMXML_SHARED_ABSENT").is_some();
    assert!(absent, "{missing}; where that is on purpose, set DOMXML_SHARED_ABSENT=1");
    println!("{missing}");
    None
}
