//! What the tests of the command share.

/// A document with one left-out default.
pub const OLD: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";

/// What `upgrade` makes of it.
pub const NEW: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory unit='KiB'>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";

/// The command that was built with its tests.
pub fn bin() -> &'static str {
    env!("CARGO_BIN_EXE_dommigrate")
}

/// The same, to be judged by `assert_cmd`.
pub fn dommigrate() -> assert_cmd::Command {
    assert_cmd::Command::new(bin())
}
