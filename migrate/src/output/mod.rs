//! Replacing files: all of the new content or all of the old, never something between, and no one's work lost.
//!
//! A temporary file beside the target takes the new content and what else belongs to the file (mode, owner, extended attributes), and
//! is synced. Then the target must still be what was read: the same file, of the same size, changed at the same time. Where the
//! kernel can exchange two names in one step (`renameat2` with `RENAME_EXCHANGE`), the two are exchanged, and what has come out is
//! held against what was read, content too; where it is anything else, it is put back. Elsewhere the content is compared before the
//! temporary file is renamed over the target; a change between these two calls would be lost.
//!
//! What no call of the kernel can tell: a program that has opened the file before the exchange and writes to it after what came
//! out was compared, writes to a file that no longer has a name.

mod attributes;
mod stamp;
mod temporary;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domxml_xml::why;

use crate::report::visible;
pub use attributes::Owner;
pub use stamp::Stamp;
use temporary::Temporary;

/// What is done with a file that stands under several names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum HardLinks {
    /// It is left: the other names would keep the former content.
    #[default]
    Leave,
    /// The name is given the new content, the others keep the former.
    Break,
}

/// How files are replaced.
#[derive(Debug, Clone)]
pub struct Options {
    /// The suffix under which the former content stays beside the file.
    pub backup: Option<String>,
    /// What is done with hard links.
    pub hard_links: HardLinks,
    /// What is done where the owner cannot be kept.
    pub owner: Owner,
    /// Whether the content is on the disk before the file is replaced, and the replacement before the command ends.
    pub sync: bool,
}

/// A file as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Former<'a> {
    /// Its state before it was read.
    pub stamp: Stamp,
    /// All of its bytes.
    pub content: &'a [u8],
}

/// Why a file is left as it is: one line, for people.
pub type Refusal = String;

/// Replaces the files of one run.
#[derive(Debug)]
pub struct Replacer {
    options: Options,
    /// Directories in which leftovers were looked for.
    swept: Mutex<BTreeSet<PathBuf>>,
    /// Directories in which names were changed.
    changed: Mutex<BTreeSet<PathBuf>>,
}

impl Replacer {
    /// From now on a signal that ends the command removes its temporary files.
    ///
    /// # Errors
    /// One line: the options contradict each other, or the system gives no signal handler.
    pub fn new(options: Options) -> Result<Self, String> {
        if let Some(suffix) = &options.backup
            && (suffix.is_empty() || suffix.contains('/') || suffix.contains('\0'))
        {
            return Err(format!("--backup={}: a suffix has at least one character and no slash", visible(suffix)));
        }
        temporary::remove_on_signals().map_err(|error| format!("signals cannot be handled: {}", why(&error)))?;
        Ok(Self { options, swept: Mutex::default(), changed: Mutex::default() })
    }

    /// Removes what killed runs have left beside a file. Returns the paths of what is left there: content that another program saved
    /// at the very moment in which a run was killed.
    pub fn tidy(&self, path: &Path) -> Vec<PathBuf> {
        let link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        let target = if link { fs::canonicalize(path).ok() } else { None };
        let directory = match target.as_deref().unwrap_or(path).parent() {
            Some(directory) if !directory.as_os_str().is_empty() => directory,
            _ => Path::new("."),
        };
        if lock(&self.swept).insert(directory.to_owned()) { temporary::sweep(directory) } else { Vec::new() }
    }

    /// Replaces the content of `path`, which was read as `former`. A symbolic link stays and its target is replaced.
    ///
    /// # Errors
    /// Why the file is left as it is.
    pub fn replace(&self, path: &Path, former: Former<'_>, content: &[u8]) -> Result<(), Refusal> {
        self.prepare(path, former, content)?.commit()
    }

    /// Why a file would be left, as far as that is known before anything is written.
    ///
    /// # Errors
    /// That is it.
    pub fn may_replace(&self, path: &Path) -> Result<(), Refusal> {
        let (target, metadata) = self.target(path)?;
        let directory = directory_of(&target)?;
        takes_new_files(directory).map_err(|error| no_new_file(&error))?;
        let around = fs::metadata(directory).map_err(|error| failed(&error))?;
        attributes::may_keep_owner(&metadata, &around, self.options.owner)
    }

    /// The file that a path leads to.
    fn target(&self, path: &Path) -> Result<(PathBuf, fs::Metadata), Refusal> {
        let target = fs::canonicalize(path).map_err(|error| failed(&error))?;
        let metadata = fs::metadata(&target).map_err(|error| failed(&error))?;
        if metadata.permissions().readonly() && !may_be_written(&target) {
            return Err("is read-only; left as it is".to_owned());
        }
        let names = Stamp::of(&metadata).names();
        if names > 1 && self.options.hard_links == HardLinks::Leave {
            return Err(format!(
                "has {names} names (hard links), and the others would keep the old content; left as it is: \
                 allow it with --hard-links=break, or replace the links by symbolic ones"
            ));
        }
        Ok((target, metadata))
    }

    /// Makes the temporary file.
    fn prepare<'a>(&'a self, path: &Path, former: Former<'a>, content: &'a [u8]) -> Result<Replacement<'a>, Refusal> {
        let (target, metadata) = self.target(path)?;
        let temporary = Temporary::create(directory_of(&target)?).map_err(|error| no_new_file(&error))?;
        temporary.file().write_all(content).map_err(|error| failed(&error))?;
        attributes::carry_over(&target, &metadata, temporary.path(), self.options.owner)?;
        if self.options.sync {
            temporary.file().sync_all().map_err(|error| failed(&error))?;
        }
        let stamp = temporary.file().metadata().map_err(|error| failed(&error))?;
        Ok(Replacement { replacer: self, former, content, target, temporary, stamp: Stamp::of(&stamp) })
    }

    /// Makes the replacements durable: a rename is so once its directory is synced. Not every file system can do that.
    pub fn finish(&self) {
        if self.options.sync {
            for directory in std::mem::take(&mut *lock(&self.changed)) {
                if let Ok(directory) = File::open(directory) {
                    let _ = directory.sync_all();
                }
            }
        }
    }
}

fn directory_of(target: &Path) -> Result<&Path, Refusal> {
    target.parent().ok_or_else(|| "cannot be written: it has no directory".to_owned())
}

/// Whether a new file can stand in a directory, as far as its mode, its file system and the caller tell.
#[cfg(unix)]
fn takes_new_files(directory: &Path) -> io::Result<()> {
    use rustix::fs::Access;
    Ok(rustix::fs::access(directory, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn takes_new_files(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether the system lets the caller write to a file that is read-only, as it lets root.
#[cfg(unix)]
fn may_be_written(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_be_written(_: &Path) -> bool {
    false
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(error: &io::Error) -> Refusal {
    format!("cannot be written: {}", why(error))
}

fn no_new_file(error: &io::Error) -> Refusal {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied => ": run the command as a user who may write there",
        _ => "",
    };
    let why = why(error);
    format!("cannot be written: no new file can be made in its directory, which replacing it takes: {why}{advice}")
}

fn changed() -> Refusal {
    "was changed by another program after it was read; that change is kept and nothing else done: run the command again"
        .to_owned()
}

/// A temporary file that is ready to take the place of its target.
#[derive(Debug)]
struct Replacement<'a> {
    replacer: &'a Replacer,
    former: Former<'a>,
    content: &'a [u8],
    target: PathBuf,
    temporary: Temporary,
    /// The temporary file's, when it was ready.
    stamp: Stamp,
}

impl Replacement<'_> {
    fn commit(mut self) -> Result<(), Refusal> {
        let _unsettled = temporary::unsettled();
        let done = self.unchanged().and_then(|locked| self.exchange().map(|()| locked));
        // Another run of the command may have written the same meanwhile.
        let is_written = || open(&self.target).and_then(|file| holds(file, self.content)).unwrap_or(false);
        // The lock is held until the end: while it is, no other run takes the former file for a leftover.
        let _locked = match done {
            Err(refusal) if self.temporary.is_kept() || !is_written() => return Err(refusal),
            done => done,
        };
        if let Some(directory) = self.target.parent() {
            lock(&self.replacer.changed).insert(directory.to_owned());
        }
        Ok(())
    }

    /// Opens and locks the target where it is still what was read, as far as its stamp tells.
    fn unchanged(&self) -> Result<File, Refusal> {
        let file = open(&self.target).map_err(|_| changed())?;
        if matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)) {
            return Err("is locked by another program (flock); left as it is: run the command again when that is done"
                .to_owned());
        }
        let now = Stamp::of(&file.metadata().map_err(|error| failed(&error))?);
        // Breaking one name of a file changes the stamp of the others, though not of the content.
        let same = match self.replacer.options.hard_links {
            HardLinks::Leave => now == self.former.stamp,
            HardLinks::Break => now.same_content(&self.former.stamp),
        };
        if same { Ok(file) } else { Err(changed()) }
    }

    fn exchange(&mut self) -> Result<(), Refusal> {
        self.temporary.mark(&self.former.stamp).map_err(|error| failed(&error))?;
        match exchange(self.temporary.path(), &self.target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Unsupported => return self.rename_over(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(changed()),
            Err(error) => return Err(failed(&error)),
        }
        if !self.is_former(self.temporary.path()) {
            self.put_back()?;
            return Err(changed());
        }
        // What has come out is dropped with the temporary file's name, or kept as the backup.
        if let Some(suffix) = &self.replacer.options.backup {
            if let Err(error) = numbered(&self.target, suffix, |name| rename_new(self.temporary.path(), name)) {
                self.put_back()?;
                return Err(format!("no backup can be made: {}; left as it is", why(&error)));
            }
            self.temporary.keep();
        }
        Ok(())
    }

    /// Whether a path holds exactly what was read.
    fn is_former(&self, path: &Path) -> bool {
        let same = || -> io::Result<bool> {
            let file = open(path)?;
            if !Stamp::of(&file.metadata()?).same_content(&self.former.stamp) {
                return Ok(false);
            }
            holds(file, self.former.content)
        };
        same().unwrap_or(false)
    }

    /// Gives the target's name back to what has come out of the exchange, or to what was saved under it since.
    fn put_back(&mut self) -> Result<(), Refusal> {
        let path = self.temporary.path().to_owned();
        let inode = |path: &Path| fs::symlink_metadata(path).map(|metadata| Stamp::of(&metadata).inode());
        let attempt = || -> io::Result<bool> {
            let (mut put, mut out) = (self.stamp.inode(), inode(&path)?);
            for _ in 0..100 {
                match exchange(&path, &self.target) {
                    // The name was removed meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        rename_new(&path, &self.target)?;
                        return Ok(true);
                    }
                    result => result?,
                }
                // Anything else than what was put there was saved under the name meanwhile: it is newer, and goes back.
                let now = inode(&path)?;
                if now == put {
                    return Ok(true);
                }
                (put, out) = (out, now);
            }
            Ok(false)
        };
        match attempt() {
            Ok(true) => {
                let now = self.temporary.file().metadata().map_err(|error| failed(&error))?;
                if Stamp::of(&now).same_content(&self.stamp) {
                    return Ok(());
                }
                Err(self.stranded("changed once more before that change could be put back"))
            }
            Ok(false) => Err(self.stranded("the file is changed all the time")),
            Err(error) => Err(self.stranded(&why(&error))),
        }
    }

    /// What came out could not be put back: it stays under the temporary name.
    fn stranded(&mut self, why: &str) -> Refusal {
        self.temporary.keep();
        let path = self.temporary.path().display();
        format!("was changed by another program while it was replaced, and {why}: one of the changes is now in {path}")
    }

    /// For file systems that cannot exchange.
    fn rename_over(&mut self) -> Result<(), Refusal> {
        if !self.is_former(&self.target) {
            return Err(changed());
        }
        if let Some(suffix) = &self.replacer.options.backup {
            numbered(&self.target, suffix, |name| copy_new(self.former.content, &self.target, name))
                .map_err(|error| format!("no backup can be made: {}; left as it is", why(&error)))?;
        }
        fs::rename(self.temporary.path(), &self.target).map_err(|error| failed(&error))?;
        self.temporary.keep();
        Ok(())
    }
}

/// Whether these are all bytes of a file.
fn holds(file: File, content: &[u8]) -> io::Result<bool> {
    let mut found = Vec::with_capacity(content.len() + 1);
    file.take(content.len() as u64 + 1).read_to_end(&mut found)?;
    Ok(found == content)
}

/// Opens a file for reading, and nothing else that a path may hold: no link is followed, no FIFO waited for.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits() as i32);
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("is not a regular file")) }
}

/// Exchanges two names in one step.
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    rename_with(one, other, Rename::Exchange)
}

/// Renames to a name that must not be taken.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match rename_with(from, to, Rename::New) {
        // The two steps can be told apart by a killed run alone, and then nothing is lost.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        result => result,
    }
}

#[derive(Debug, Clone, Copy)]
enum Rename {
    Exchange,
    New,
}

#[cfg(target_os = "linux")]
fn rename_with(from: &Path, to: &Path, how: Rename) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let flags = match how {
        Rename::Exchange => RenameFlags::EXCHANGE,
        Rename::New => RenameFlags::NOREPLACE,
    };
    renameat_with(CWD, from, CWD, to, flags).map_err(|error| match error {
        // The kernel, or the file system, does not know the flag.
        Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP => io::Error::from(io::ErrorKind::Unsupported),
        error => error.into(),
    })
}

#[cfg(not(target_os = "linux"))]
fn rename_with(_: &Path, _: &Path, _: Rename) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Calls `make` with the name of the backup of a file: the suffix alone, or with the first number that is free.
fn numbered(target: &Path, suffix: &str, make: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut name = target.as_os_str().to_owned();
    name.push(suffix);
    for number in 0_u32.. {
        let mut name = name.clone();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        match make(Path::new(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result,
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// Writes a file that must not exist yet, and is like another in all but its content.
fn copy_new(content: &[u8], like: &Path, to: &Path) -> io::Result<()> {
    let mut file = temporary::create_new(to)?;
    let metadata = fs::metadata(like)?;
    file.write_all(content)?;
    attributes::carry_over(like, &metadata, to, Owner::Take).map_err(io::Error::other)?;
    file.sync_all()
}
