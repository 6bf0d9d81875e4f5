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

#[test]
fn an_editor_opens_mends_completes_lays_out_and_saves() {
    if std::env::var_os("DOMMIGRATE_WITHOUT_NVIM").is_some() {
        eprintln!("not run: DOMMIGRATE_WITHOUT_NVIM is set");
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
