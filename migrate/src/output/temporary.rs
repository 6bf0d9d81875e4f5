//! Temporary files that no end of the command leaves behind for good.
//!
//! Each is locked (`flock`) while its run lives, so that a later run can tell the leftovers of a killed one, which it removes, from
//! the files of one that is at work beside it. Signals that end the command remove them first.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Stamp;

/// How the name of every temporary file begins.
const PREFIX: &str = ".dommigrate-";

/// The temporary files of this run.
static LIVE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Held for reading while a temporary file may be something else than the new content of a file; a signal waits for that.
static UNSETTLED: RwLock<()> = RwLock::new(());

fn live() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While the guard lives, no signal ends the command.
pub(super) fn unsettled() -> RwLockReadGuard<'static, ()> {
    UNSETTLED.read().unwrap_or_else(PoisonError::into_inner)
}

/// A locked file beside the one that it is to replace; removed when dropped.
#[derive(Debug)]
pub(super) struct Temporary {
    file: File,
    inode: u64,
    path: PathBuf,
    kept: bool,
}

impl Temporary {
    /// Makes one that only this user can read.
    pub(super) fn create(directory: &Path) -> io::Result<Self> {
        let _unsettled = unsettled();
        loop {
            let path = directory.join(format!("{PREFIX}{:016x}", unique()));
            let file = match create_new(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            // A file system without locks keeps the leftovers of killed runs.
            let locked = !matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock));
            let stamp = Stamp::of(&file.metadata()?);
            // A run that looked for leftovers between the two calls has taken it for one.
            if locked && stamp.names() > 0 {
                live().insert(path.clone());
                return Ok(Self { file, inode: stamp.inode(), path, kept: false });
            }
        }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the name say which file this is and which state of which file comes to this name when it is exchanged, so that
    /// a later run knows what it finds.
    pub(super) fn mark(&mut self, former: &Stamp) -> io::Result<()> {
        let mut name = self.path.clone().into_os_string();
        name.push(format!("-{:x}-{}", self.inode, former.mark()));
        let marked = PathBuf::from(name);
        fs::rename(&self.path, &marked)?;
        let mut live = live();
        live.remove(&self.path);
        live.insert(marked.clone());
        self.path = marked;
        Ok(())
    }

    /// Whether it is not to be removed.
    pub(super) fn is_kept(&self) -> bool {
        self.kept
    }

    /// There is no longer a file of this name, or it is not to be removed.
    pub(super) fn keep(&mut self) {
        self.kept = true;
        live().remove(&self.path);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
            live().remove(&self.path);
        }
    }
}

/// Creates a file that must not exist yet, for this user alone.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A number that no other run uses at the same time; where it does, the name is taken and the next is tried.
fn unique() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // An odd multiplier spreads the process and the count over all bits.
    now ^ (u64::from(std::process::id()) << 32 | count).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Removes what killed runs have left in a directory. Returns the paths of what is left there because it is neither a new content
/// nor a former one: what another program saved at the very moment in which a run was killed.
pub(super) fn sweep(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let ours = |entry: fs::DirEntry| {
        let name = entry.file_name();
        let rest = name.to_str()?.strip_prefix(PREFIX)?;
        let mark = Mark::read(rest)?;
        let file = entry.file_type().ok()?.is_file();
        file.then(|| (entry.path(), mark))
    };
    let leftovers: Vec<_> = entries.filter_map(Result::ok).filter_map(ours).collect();
    leftovers.into_iter().filter_map(|(path, mark)| remove(path, &mark)).collect()
}

/// Removes a leftover, unless its run lives. Returns it where it must stay.
fn remove(path: PathBuf, mark: &Mark) -> Option<PathBuf> {
    let file = super::open(&path).ok()?;
    file.try_lock().ok()?;
    // The run may have exchanged it since its name was read.
    let stamp = Stamp::of(&file.metadata().ok()?);
    let now = Stamp::of(&fs::symlink_metadata(&path).ok()?);
    if stamp.inode() != now.inode() {
        return None;
    }
    match mark {
        Mark::Unfinished => {}
        Mark::Exchange { new, .. } if *new == format!("{:x}", stamp.inode()) => {}
        Mark::Exchange { former, .. } if *former == stamp.mark() => {}
        Mark::Exchange { .. } => return Some(path),
    }
    let _ = fs::remove_file(&path);
    None
}

/// What the name of a temporary file says behind [`PREFIX`].
enum Mark {
    Unfinished,
    Exchange { new: String, former: String },
}

impl Mark {
    fn read(name: &str) -> Option<Self> {
        let hexadecimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut parts = name.split('-');
        let unique = parts.next()?;
        if unique.len() != 16 || !hexadecimal(unique) {
            return None;
        }
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Some(Self::Unfinished),
            (Some(new), Some(former), None) if hexadecimal(new) && former.split('.').all(hexadecimal) => {
                Some(Self::Exchange { new: new.to_owned(), former: former.to_owned() })
            }
            _ => None,
        }
    }
}

/// From now on signals that end the command remove its temporary files first. A signal that the caller has the command ignore
/// (`nohup`, a background job of a script) stays ignored.
///
/// # Errors
/// When the system gives no more signal handlers or threads.
#[cfg(unix)]
pub(super) fn remove_on_signals() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    static ONCE: std::sync::Once = std::sync::Once::new();
    if ONCE.is_completed() {
        return Ok(());
    }
    let ignored = ignored_signals();
    let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let mut signals = signal_hook::iterator::Signals::new(wanted)?;
    // A file larger than the caller allows is an error as a full disk is, and no end.
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    ONCE.call_once(|| {});
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Never given back: nothing may be created any more.
            let _settled = UNSETTLED.write().unwrap_or_else(PoisonError::into_inner);
            for path in live().iter() {
                let _ = fs::remove_file(path);
            }
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

/// See the other one.
#[cfg(not(unix))]
pub(super) fn remove_on_signals() -> io::Result<()> {
    Ok(())
}

/// The signals that the command was started to ignore, as a mask; none where the system does not tell.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
