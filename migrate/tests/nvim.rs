//! The language server in an editor: Neovim, without a screen, drives it through a session.
//!
//! Neovim has to be there (`apt-get install neovim`); where it is absent on purpose, `DOMMIGRATE_WITHOUT_NVIM=1` says so.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const BEFORE: &str = "<domain type=\"kvm\">
<name>ä😀</name>
<memory>1048576</memory>
<os>
<type>hvm</type>
</os>
<devices>
<disk type='file' device='disk'>
<driver name='qemu' type='raw'/>
<source file='/a.img'/>
<target dev='vda' bus='virtio'/>
</disk>
</devices>
</domain>
";

const AFTER: &str = "<domain type='kvm'>
  <name>ä😀</name>
  <memory unit='KiB'>1048576</memory>
  <os>
    <type>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/a.img'/>
      <target dev='vdb' bus='virtio'/>
    </disk>
  </devices>
</domain>
";

/// Whether a test must be left out.
fn is_without_editor() -> bool {
    let without = std::env::var_os("DOMMIGRATE_WITHOUT_NVIM").is_some();
    if without {
        eprintln!("not run: DOMMIGRATE_WITHOUT_NVIM is set");
    }
    without
}

#[test]
fn an_editor_opens_mends_completes_lays_out_and_saves() {
    if is_without_editor() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("machine.xml");
    fs::write(&file, BEFORE).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nvim/drive.lua");
    let output = Command::new("nvim")
        .args(["--clean", "--headless", "-n", "-c"])
        .arg(format!("luafile {}", script.display()))
        .env("DOMMIGRATE", env!("CARGO_BIN_EXE_dommigrate"))
        .env("DOCUMENT", &file)
        .envs(["XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"].map(|name| (name, directory.path())))
        .stdin(Stdio::null())
        .output()
        .expect("Neovim starts; without it set DOMMIGRATE_WITHOUT_NVIM=1");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("seen a saved file"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("read"), AFTER, "{said}");
}

/// `virsh edit` with the settings of the manual: what is wrong is seen, the fix that is offered is taken, and libvirt takes what is saved, of a
/// driver of its own for tests that keeps nothing.
#[test]
fn a_machine_is_mended_in_the_editor_of_virsh() {
    if is_without_editor() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    let manual = include_str!("../docs/editors.md").split("For older ones").nth(1).expect("the settings of older ones");
    let settings = manual.split("```").nth(1).and_then(|block| block.strip_prefix("lua")).expect("a block");
    fs::write(at("init.lua"), settings).expect("written");
    // The manual's command, as the one that is tested.
    fs::create_dir(at("bin")).expect("made");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dommigrate"), at("bin/dommigrate")).expect("linked");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nvim/virsh_edit.lua");
    let editor = format!("nvim --headless -n -u {} -c 'luafile {}'", at("init.lua").display(), script.display());
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("virsh")
        .args(["--connect", "test:///default", "edit test; dumpxml --inactive test"])
        .env("VISUAL", editor)
        .env("PATH", format!("{}:{path}", at("bin").display()))
        .envs(["XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"].map(|name| (name, directory.path())))
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        eprintln!("not run: there is no virsh");
        return;
    };
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("seen a saved file"), "{said}");
    assert!(said.contains("XML configuration edited") && said.contains("<title>edited</title>"), "{said}");
}
