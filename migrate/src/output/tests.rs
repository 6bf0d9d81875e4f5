use super::*;

const OLD: &[u8] = b"<domain>old</domain>\n";
const NEW: &[u8] = b"<domain>new</domain>\n";
const EDIT: &[u8] = b"<domain>mine</domain>";

fn options() -> Options {
    Options { backup: None, hard_links: HardLinks::Leave, owner: Owner::Keep, sync: true }
}

fn replacer(options: Options) -> Replacer {
    Replacer::new(options).unwrap()
}

/// A directory with a file.
fn one() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("vm.xml");
    fs::write(&file, OLD).unwrap();
    (directory, file)
}

fn former(path: &Path) -> Former<'static> {
    Former { stamp: Stamp::of(&fs::metadata(path).unwrap()), content: OLD }
}

fn names(directory: &tempfile::TempDir) -> Vec<String> {
    let entries = fs::read_dir(directory.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A way in which programs save a file, with its name.
type Edit = (&'static str, fn(&Path, &[u8]));

/// The ways in which programs save a file.
fn edits() -> [Edit; 3] {
    [
        ("in place", |path, content| fs::write(path, content).unwrap()),
        ("by rename", |path, content| {
            let other = path.with_extension("new");
            fs::write(&other, content).unwrap();
            fs::rename(other, path).unwrap();
        }),
        ("by removal", |path, content| {
            fs::remove_file(path).unwrap();
            fs::write(path, content).unwrap();
        }),
    ]
}

#[cfg(unix)]
#[test]
fn keeps_mode_and_follows_links() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, file) = one();
    let link = directory.path().join("link.xml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("vm.xml", &link).unwrap();
    replacer(options()).replace(&link, former(&file), NEW).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&file).unwrap(), NEW);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(names(&directory), ["link.xml", "vm.xml"], "no temporary file stays");
}

#[test]
fn a_file_that_is_gone_is_an_error() {
    let (directory, file) = one();
    let former = former(&file);
    fs::remove_file(&file).unwrap();
    assert!(replacer(options()).replace(&file, former, NEW).is_err());
    assert_eq!(names(&directory), [] as [&str; 0]);
}

#[test]
fn an_edit_after_reading_is_kept() {
    for (how, edit) in edits() {
        // The same length too: then the time or the content tells.
        for content in [EDIT, b"<domain>mad</domain>\n"] {
            let (directory, file) = one();
            let replacer = replacer(options());
            let replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
            edit(&file, content);
            let refusal = replacement.commit().unwrap_err();
            assert!(refusal.contains("changed by another program"), "{how}: {refusal}");
            assert_eq!(fs::read(&file).unwrap(), content, "{how}");
            assert_eq!(names(&directory), ["vm.xml"], "{how}");
        }
    }
}

/// As where two runs of the command are at work on one directory.
#[test]
fn what_another_program_has_made_of_a_file_already_is_done() {
    for (how, edit) in edits() {
        let (directory, file) = one();
        let replacer = replacer(options());
        let replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
        edit(&file, NEW);
        assert_eq!(replacement.commit(), Ok(()), "{how}");
        assert_eq!((fs::read(&file).unwrap(), names(&directory)), (NEW.to_vec(), vec!["vm.xml".to_owned()]), "{how}");
    }
}

#[test]
fn an_edit_after_the_last_look_is_put_back() {
    for (how, edit) in edits() {
        for content in [EDIT, b"<domain>mad</domain>\n"] {
            for backup in [None, Some(".bak".to_owned())] {
                let (directory, file) = one();
                let replacer = replacer(Options { backup, ..options() });
                let mut replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
                let locked = replacement.unchanged().unwrap();
                edit(&file, content);
                let refusal = replacement.exchange().unwrap_err();
                assert!(refusal.contains("changed by another program"), "{how}: {refusal}");
                drop((locked, replacement));
                assert_eq!(fs::read(&file).unwrap(), content, "{how}");
                assert_eq!(names(&directory), ["vm.xml"], "{how}");
            }
        }
    }
}

#[test]
fn an_edit_that_keeps_size_and_time_is_put_back() {
    let (_directory, file) = one();
    let before = fs::metadata(&file).unwrap().modified().unwrap();
    let replacer = replacer(options());
    let mut replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
    let _locked = replacement.unchanged().unwrap();
    fs::write(&file, b"<domain>mad</domain>\n").unwrap();
    File::options().write(true).open(&file).unwrap().set_modified(before).unwrap();
    replacement.exchange().unwrap_err();
    assert_eq!(fs::read(&file).unwrap(), b"<domain>mad</domain>\n");
}

/// What is saved while an edit is being put back is newer still.
#[test]
fn the_last_edit_wins() {
    for (how, edit) in edits() {
        let (directory, file) = one();
        let replacer = replacer(options());
        let mut replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
        fs::write(&file, b"first edit").unwrap();
        replacement.temporary.mark(&replacement.former.stamp).unwrap();
        exchange(replacement.temporary.path(), &file).unwrap();
        edit(&file, b"second edit");
        let result = replacement.put_back();
        let temporary = replacement.temporary.path().to_owned();
        drop(replacement);
        if how == "in place" {
            // That wrote to the new file. Which of the two is right, people must say: both are kept.
            assert!(result.unwrap_err().contains(temporary.to_str().unwrap()));
            assert_eq!(fs::read(&file).unwrap(), b"first edit");
            assert_eq!(fs::read(&temporary).unwrap(), b"second edit");
        } else {
            result.unwrap();
            assert_eq!(fs::read(&file).unwrap(), b"second edit", "{how}");
            assert_eq!(names(&directory), ["vm.xml"], "{how}");
        }
    }
}

#[test]
fn a_file_that_is_removed_while_it_is_replaced_comes_back() {
    let (directory, file) = one();
    let replacer = replacer(options());
    let mut replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
    fs::write(&file, EDIT).unwrap();
    replacement.temporary.mark(&replacement.former.stamp).unwrap();
    exchange(replacement.temporary.path(), &file).unwrap();
    fs::remove_file(&file).unwrap();
    replacement.put_back().unwrap();
    drop(replacement);
    assert_eq!(fs::read(&file).unwrap(), EDIT);
    assert_eq!(names(&directory), ["vm.xml"]);
}

#[test]
fn without_an_exchange_the_content_is_compared() {
    for backup in [None, Some("~".to_owned())] {
        let (directory, file) = one();
        let replacer = replacer(Options { backup: backup.clone(), ..options() });
        let mut replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
        fs::write(&file, EDIT).unwrap();
        replacement.rename_over().unwrap_err();
        drop(replacement);
        assert_eq!(fs::read(&file).unwrap(), EDIT);
        fs::write(&file, OLD).unwrap();
        let mut replacement = replacer.prepare(&file, former(&file), NEW).unwrap();
        replacement.rename_over().unwrap();
        drop(replacement);
        assert_eq!(fs::read(&file).unwrap(), NEW);
        assert_eq!(names(&directory).len(), 1 + usize::from(backup.is_some()));
    }
}

#[test]
fn backups_are_numbered() {
    let (directory, file) = one();
    let replacer = replacer(Options { backup: Some(".bak".to_owned()), ..options() });
    fs::write(directory.path().join("vm.xml.bak"), "precious").unwrap();
    for _ in 0..2 {
        fs::write(&file, OLD).unwrap();
        replacer.replace(&file, former(&file), NEW).unwrap();
        assert_eq!(fs::read(&file).unwrap(), NEW);
    }
    assert_eq!(names(&directory), ["vm.xml", "vm.xml.bak", "vm.xml.bak.1", "vm.xml.bak.2"]);
    assert_eq!(fs::read(directory.path().join("vm.xml.bak")).unwrap(), b"precious");
    assert_eq!(fs::read(directory.path().join("vm.xml.bak.2")).unwrap(), OLD);
}

#[test]
fn a_backup_that_cannot_be_made_leaves_the_file() {
    let (directory, file) = one();
    let suffix = "x".repeat(300);
    let refusal = replacer(Options { backup: Some(suffix), ..options() }).replace(&file, former(&file), NEW);
    assert!(refusal.unwrap_err().contains("no backup"));
    assert_eq!(fs::read(&file).unwrap(), OLD);
    assert_eq!(names(&directory), ["vm.xml"]);
    for suffix in ["", "/x", "../x"] {
        assert!(Replacer::new(Options { backup: Some(suffix.to_owned()), ..options() }).is_err(), "{suffix}");
    }
}

#[cfg(unix)]
#[test]
fn hard_links_are_left_or_broken() {
    let (directory, file) = one();
    let other = directory.path().join("other.xml");
    fs::hard_link(&file, &other).unwrap();
    let refusal = replacer(options()).replace(&file, former(&file), NEW).unwrap_err();
    assert!(refusal.contains("2 names"), "{refusal}");
    assert_eq!(fs::read(&file).unwrap(), OLD);
    let breaking = replacer(Options { hard_links: HardLinks::Break, ..options() });
    let former_other = former(&other);
    breaking.replace(&file, former(&file), NEW).unwrap();
    assert_eq!((fs::read(&file).unwrap(), fs::read(&other).unwrap()), (NEW.to_vec(), OLD.to_vec()));
    // The other name was read before; that its file has one name less now is no change of it.
    breaking.replace(&other, former_other, NEW).unwrap();
    assert_eq!(fs::read(&other).unwrap(), NEW);
}

#[test]
fn a_locked_file_is_left() {
    let (_directory, file) = one();
    let holder = File::open(&file).unwrap();
    holder.lock().unwrap();
    assert!(replacer(options()).replace(&file, former(&file), NEW).unwrap_err().contains("locked"));
    assert_eq!(fs::read(&file).unwrap(), OLD);
}

#[test]
fn leftovers_of_killed_runs_are_removed_and_nothing_else() {
    let (directory, file) = one();
    let path = |name: String| directory.path().join(name);
    // What a run that was killed leaves: an unfinished file, one that was never exchanged, one that was.
    let stamp = Stamp::of(&fs::metadata(&file).unwrap());
    let unfinished = path(".dommigrate-0123456789abcdef".to_owned());
    fs::write(&unfinished, "half").unwrap();
    let whole = path(".dommigrate-0000000000000001".to_owned());
    fs::write(&whole, NEW).unwrap();
    let inode = Stamp::of(&fs::metadata(&whole).unwrap()).inode();
    fs::rename(&whole, path(format!(".dommigrate-0000000000000001-{inode:x}-{}", stamp.mark()))).unwrap();
    fs::rename(&file, path(format!(".dommigrate-0000000000000002-1-{}", stamp.mark()))).unwrap();
    // What another program saved in the moment of the exchange, and what only looks like a leftover.
    let edit = path(".dommigrate-0000000000000003-1-2.3.4.5".to_owned());
    fs::write(&edit, EDIT).unwrap();
    fs::write(path(".dommigrate-notes".to_owned()), "mine").unwrap();
    fs::create_dir(path(".dommigrate-0000000000000004".to_owned())).unwrap();
    // Another run is at work.
    let live = Temporary::create(directory.path()).unwrap();
    let replacer = replacer(options());
    assert_eq!(replacer.tidy(&file), [edit]);
    assert!(live.path().exists());
    drop(live);
    let stay = [".dommigrate-0000000000000003-1-2.3.4.5", ".dommigrate-0000000000000004", ".dommigrate-notes"];
    assert_eq!(names(&directory), stay);
}
