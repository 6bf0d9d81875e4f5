//! What belongs to a file beside its content: owner, mode, extended attributes.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use domxml_xml::why;

use super::{Refusal, failed};

/// What is done where a file cannot be given back to its owner: only root may give a file away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Owner {
    /// The file is left.
    #[default]
    Keep,
    /// It belongs to the user who runs the command from then on.
    Take,
}

/// Why a new file in a directory could not be given to the owner of the one that `metadata` describes, as far as the caller's ids tell.
#[cfg(unix)]
pub(super) fn may_keep_owner(metadata: &Metadata, directory: &Metadata, owner: Owner) -> Result<(), Refusal> {
    use rustix::process::{getegid, geteuid, getgroups};
    use std::os::unix::fs::MetadataExt;
    /// Of a directory: what is made in it has its group.
    const SET_GROUP: u32 = 0o2000;
    let (user, group) = (metadata.uid(), metadata.gid());
    let own = geteuid();
    if owner == Owner::Take || own.is_root() {
        return Ok(());
    }
    let given = if directory.mode() & SET_GROUP == 0 { getegid().as_raw() } else { directory.gid() };
    let is_member =
        || group == getegid().as_raw() || getgroups().is_ok_and(|all| all.iter().any(|it| it.as_raw() == group));
    if user == own.as_raw() && (group == given || is_member()) { Ok(()) } else { Err(not_given(user, group)) }
}

#[cfg(not(unix))]
pub(super) fn may_keep_owner(_: &Metadata, _: &Metadata, _: Owner) -> Result<(), Refusal> {
    Ok(())
}

#[cfg(unix)]
fn not_given(user: u32, group: u32) -> Refusal {
    format!(
        "belongs to user {user} and group {group}, and only root can give the new file to them; left as it is: \
         run the command as root, or let the file become yours with --owner=take"
    )
}

/// Gives `to` what `from`, described by `metadata`, has.
pub(super) fn carry_over(from: &Path, metadata: &Metadata, to: &Path, owner: Owner) -> Result<(), Refusal> {
    #[cfg(unix)]
    {
        keep_owner(metadata, to, owner)?;
        extended(from, to)?;
    }
    // After the owner: a change of owner clears the set-id bits.
    fs::set_permissions(to, metadata.permissions()).map_err(|error| failed(&error))
}

#[cfg(unix)]
fn keep_owner(metadata: &Metadata, to: &Path, owner: Owner) -> Result<(), Refusal> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (user, group) = (metadata.uid(), metadata.gid());
    let new = fs::metadata(to).map_err(|error| failed(&error))?;
    if (new.uid(), new.gid()) == (user, group) {
        return Ok(());
    }
    match chown(to, Some(user), Some(group)) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => match owner {
            Owner::Keep => Err(not_given(user, group)),
            // The group, at least, where it is one of the user's.
            Owner::Take => {
                let _ = chown(to, None, Some(group));
                Ok(())
            }
        },
        result => result.map_err(|error| failed(&error)),
    }
}

/// Copies the extended attributes. Labels of security modules may not be this user's to set: one that the system gives anew is then
/// right. Attributes of users and access control lists are the file's own, and must not get lost.
#[cfg(unix)]
fn extended(from: &Path, to: &Path) -> Result<(), Refusal> {
    let names = match xattr::list(from) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(()),
        names => {
            names.map_err(|error| format!("cannot keep its extended attributes: {}; left as it is", why(&error)))?
        }
    };
    for name in names {
        let copied =
            xattr::get(from, &name).and_then(|value| value.map_or(Ok(()), |value| xattr::set(to, &name, &value)));
        if let Err(error) = copied {
            let name = name.to_string_lossy();
            if name.starts_with("user.") || name.starts_with("system.posix_acl") {
                return Err(format!("cannot keep its extended attribute {name}: {}; left as it is", why(&error)));
            }
        }
    }
    Ok(())
}
