//! What tells one state of a file from another.

use std::fs::Metadata;

/// Which file it is, how long, and when it was last changed. Two states of a file with the same stamp have the same content, save
/// for a change in place within one tick of the file system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds of the last change of the content.
    modified: (i64, i64),
    /// Of the last change of content, mode, owner, attributes or names.
    changed: (i64, i64),
    names: u64,
}

impl Stamp {
    /// The state that `metadata` describes.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Self {
                device: metadata.dev(),
                inode: metadata.ino(),
                size: metadata.size(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                changed: (metadata.ctime(), metadata.ctime_nsec()),
                names: metadata.nlink(),
            }
        }
        #[cfg(not(unix))]
        {
            let since = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            let modified = since.map_or((0, 0), |time| (time.as_secs() as i64, i64::from(time.subsec_nanos())));
            Self { device: 0, inode: 0, size: metadata.len(), modified, changed: modified, names: 1 }
        }
    }

    /// The number of the file on its file system.
    #[must_use]
    pub fn inode(&self) -> u64 {
        self.inode
    }

    /// Under how many names (hard links) the file stands.
    #[must_use]
    pub fn names(&self) -> u64 {
        self.names
    }

    /// Whether `later` is the same file with the same content, as far as the file system tells. Mode, owner and names may be others.
    #[must_use]
    pub fn same_content(&self, later: &Self) -> bool {
        self.content() == later.content()
    }

    fn content(&self) -> (u64, u64, u64, (i64, i64)) {
        (self.device, self.inode, self.size, self.modified)
    }

    /// The content's part of the stamp, as it stands in the name of a temporary file.
    pub(super) fn mark(&self) -> String {
        let (seconds, nanoseconds) = self.modified;
        format!("{:x}.{:x}.{seconds:x}.{nanoseconds:x}", self.inode, self.size)
    }
}
