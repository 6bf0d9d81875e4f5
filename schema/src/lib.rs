//! The RELAX NG schema of the libvirt domain XML format, embedded file by file.

/// Name of the file that includes all others.
pub const ROOT: &str = "domain.rng";

macro_rules! embed {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../", $name)))),*]
    };
}

/// Name, relative to the schema's directory, and text of every file.
pub const FILES: &[(&str, &str)] = embed! {
    "domain.rng"
    "capabilities.rng"
    "clock.rng"
    "container.rng"
    "cpu.rng"
    "cputune.rng"
    "devices.rng"
    "encryption.rng"
    "enlightenments.rng"
    "events.rng"
    "features.rng"
    "firmware.rng"
    "memory.rng"
    "namespaces.rng"
    "os.rng"
    "security.rng"
    "sysinfo.rng"
    "tuning.rng"
    "types.rng"
    "devices/address.rng"
    "devices/audio.rng"
    "devices/chardev.rng"
    "devices/common.rng"
    "devices/controller.rng"
    "devices/crypto.rng"
    "devices/disk.rng"
    "devices/diskauth.rng"
    "devices/diskdriver.rng"
    "devices/diskmirror.rng"
    "devices/disknetwork.rng"
    "devices/disksource.rng"
    "devices/filesystem.rng"
    "devices/graphics.rng"
    "devices/hostdev-source.rng"
    "devices/hostdev.rng"
    "devices/hub.rng"
    "devices/input.rng"
    "devices/interface-driver.rng"
    "devices/interface-source.rng"
    "devices/interface.rng"
    "devices/iommu.rng"
    "devices/lease.rng"
    "devices/memballoon.rng"
    "devices/memory.rng"
    "devices/network.rng"
    "devices/nvram.rng"
    "devices/panic.rng"
    "devices/pstore.rng"
    "devices/redirdev.rng"
    "devices/rng.rng"
    "devices/serial.rng"
    "devices/shmem.rng"
    "devices/smartcard.rng"
    "devices/sound.rng"
    "devices/spice.rng"
    "devices/tpm.rng"
    "devices/video.rng"
    "devices/vsock.rng"
    "devices/watchdog.rng"
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::{FILES, ROOT};

    #[test]
    fn every_file_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = BTreeSet::new();
        for directory in ["", "devices"] {
            for entry in std::fs::read_dir(root.join(directory)).expect("the schema's directory") {
                let name = entry.expect("an entry").file_name().into_string().expect("a UTF-8 name");
                if name.ends_with(".rng") {
                    found.insert(Path::new(directory).join(name).to_string_lossy().into_owned());
                }
            }
        }
        assert_eq!(FILES.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), found);
        assert_eq!(FILES[0].0, ROOT);
    }
}
