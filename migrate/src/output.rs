//! Replacing files: all of the new content or all of the old, never something between.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces the content of `path`: a temporary file in the same directory is written, synced and renamed over the target. Mode, owner
/// and extended attributes are carried over; a symbolic link stays and its target is replaced. With `backup` the
/// former content is kept beside it under that suffix.
///
/// # Errors
/// When a step fails; the target is untouched then.
pub fn replace(path: &Path, content: &[u8], backup: Option<&str>) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    let directory = target.parent().ok_or_else(|| io::Error::other("has no directory"))?;
    let metadata = fs::metadata(&target)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "is read-only"));
    }
    if let Some(suffix) = backup {
        let mut name = target.clone().into_os_string();
        name.push(suffix);
        write_beside(directory, &fs::read(&target)?, &target, &metadata, &PathBuf::from(name))?;
    }
    write_beside(directory, content, &target, &metadata, &target)
}

fn write_beside(
    directory: &Path,
    content: &[u8],
    like: &Path,
    metadata: &fs::Metadata,
    destination: &Path,
) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".dommigrate-").tempfile_in(directory)?;
    file.write_all(content)?;
    carry_over(like, metadata, file.path())?;
    file.as_file().sync_all()?;
    file.persist(destination).map_err(|error| error.error)?;
    // The rename itself is durable once the directory is; not every file system can sync one.
    if let Ok(directory) = fs::File::open(directory) {
        let _ = directory.sync_all();
    }
    Ok(())
}

fn carry_over(from: &Path, metadata: &fs::Metadata, to: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let new = fs::metadata(to)?;
        if (new.uid(), new.gid()) != (metadata.uid(), metadata.gid()) {
            std::os::unix::fs::chown(to, Some(metadata.uid()), Some(metadata.gid()))?;
        }
        // Labels of security modules may not be settable by this user: a label that the system gives anew is then right.
        if let Ok(names) = xattr::list(from) {
            for name in names {
                if let Ok(Some(value)) = xattr::get(from, &name) {
                    let _ = xattr::set(to, &name, &value);
                }
            }
        }
    }
    // After chown, which clears set-id bits.
    fs::set_permissions(to, metadata.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn keeps_mode_and_follows_links() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("vm.xml");
        let link = directory.path().join("link.xml");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("vm.xml", &link).unwrap();
        replace(&link, b"new", Some(".bak")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_to_string(directory.path().join("vm.xml.bak")).unwrap(), "old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "no temporary file stays");
    }

    #[test]
    fn a_missing_target_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        assert!(replace(&directory.path().join("none.xml"), b"new", None).is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
