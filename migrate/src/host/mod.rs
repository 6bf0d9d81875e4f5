//! What a host says of itself: any number of documents of `virsh capabilities` and `virsh domcapabilities`, and what follows from them
//! for one guest.

mod choices;
mod guest;

use domxml::Element as _;
use domxml::host::{Capabilities, CpuModeItem, DomainCapabilities, GuestArch};
use domxml_runtime::{ReadOptions, Unknown};
use domxml_xml::Spare;

use crate::finding::line_column;
pub use choices::Choices;
pub use guest::{Guest, MachineState, ModelState};

/// Facts of a host.
#[derive(Debug, Clone, Default)]
pub struct Host {
    capabilities: Vec<Capabilities>,
    domains: Vec<DomainCapabilities>,
}

impl Host {
    /// Takes up one more document. What a newer libvirt says beyond what is known is passed over.
    ///
    /// # Errors
    /// `line:column: message`: it is not well-formed, or neither of the two documents.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        let mut spare = Spare::default();
        let tree = domxml_xml::parse(text, &mut spare).map_err(|error| error.located(text))?.document;
        let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
        let root = tree.root_element();
        match root.tag_name().name() {
            "capabilities" => {
                let read = Capabilities::from_xml_with(text, &options).map_err(|errors| errors.to_string())?;
                self.capabilities.push(read.value);
            }
            "domainCapabilities" => {
                let read = DomainCapabilities::from_xml_with(text, &options).map_err(|errors| errors.to_string())?;
                self.domains.push(read.value);
            }
            other => {
                let (line, column) = line_column(text, root.range().start);
                return Err(format!("{line}:{column}: <{other}> is neither <capabilities> nor <domainCapabilities>"));
            }
        }
        Ok(())
    }

    /// The machine behind an alias; none where the host does not say.
    #[must_use]
    pub fn machine(&self, arch: &str, alias: &str) -> Option<&str> {
        let machines = self.arches(arch).flat_map(|arch| {
            let own = arch.domains.iter().flat_map(|domain| &domain.machines);
            arch.machines.iter().chain(own)
        });
        let mut canonical = machines.filter(|machine| machine.value == alias).filter_map(|it| it.canonical.as_deref());
        canonical.next()
    }

    /// Whether the host has this emulator for an architecture; none where it does not say which it has.
    #[must_use]
    pub fn has_emulator(&self, arch: &str, path: &str) -> Option<bool> {
        let emulators = self.emulators(arch, |_| true);
        (!emulators.is_empty()).then(|| emulators.contains(&path))
    }

    /// Whether the host has this firmware image; none where it does not say which it has.
    #[must_use]
    pub fn has_loader(&self, path: &str) -> Option<bool> {
        let mut loaders = self.domains.iter().flat_map(|domain| domain.os.iter().flat_map(|os| &os.loader));
        let mut images = loaders.by_ref().flat_map(|loader| &loader.values).peekable();
        images.peek().is_some().then(|| images.any(|own| own == path))
    }

    /// Whether host-model can be this processor; none where the host does not say.
    #[must_use]
    pub fn is_host_model(&self, arch: &str, model: &str) -> Option<bool> {
        let domains = self.domains.iter().filter(|domain| domain.arch.as_deref() == Some(arch));
        let modes = domains.flat_map(|domain| &domain.cpu).flat_map(|cpu| &cpu.modes);
        let mut models = modes.filter(|mode| mode.name == "host-model").flat_map(|mode| &mode.items).peekable();
        models.peek().is_some().then(|| models.any(|it| matches!(it, CpuModeItem::Model(own) if own.value == model)))
    }

    /// Whether any document names this emulator: the one of a wide architecture often runs the narrow one too.
    pub(crate) fn names_emulator(&self, path: &str) -> bool {
        let guests = self.capabilities.iter().flat_map(|capabilities| &capabilities.guests).map(|guest| &guest.arch);
        let of_arches = guests.flat_map(|arch| {
            let own = arch.domains.iter().filter_map(|domain| domain.emulator.as_deref());
            arch.emulator.as_deref().into_iter().chain(own)
        });
        of_arches.chain(self.domains.iter().filter_map(|domain| domain.path.as_deref())).any(|own| own == path)
    }

    /// Every emulator of an architecture that the documents name for guests of these types.
    fn emulators(&self, arch: &str, is_meant: impl Fn(&str) -> bool) -> Vec<&str> {
        let arches = self.arches(arch).filter(|arch| arch.domains.iter().any(|domain| is_meant(&domain.type_)));
        let of_arches = arches.flat_map(|arch| {
            let own = arch.domains.iter().filter_map(|domain| domain.emulator.as_deref());
            arch.emulator.as_deref().into_iter().chain(own)
        });
        let of_arch = self.domains.iter().filter(|own| own.arch.as_deref() == Some(arch));
        let domains = of_arch.filter(|own| own.domain.as_deref().is_none_or(&is_meant));
        let mut emulators: Vec<&str> = of_arches.chain(domains.filter_map(|domain| domain.path.as_deref())).collect();
        emulators.sort_unstable();
        emulators.dedup();
        emulators
    }

    fn arches<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h GuestArch> {
        let guests = self.capabilities.iter().flat_map(|capabilities| &capabilities.guests);
        guests.map(|guest| &guest.arch).filter(move |arch| arch.name == name)
    }
}

/// Whether guests of two types have the same emulators: those of QEMU do, however they are run.
pub(crate) fn are_kin(one: &str, other: &str) -> bool {
    let of_qemu = |type_: &str| matches!(type_, "qemu" | "kvm" | "hvf");
    one == other || of_qemu(one) && of_qemu(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_documents_and_no_other() {
        let mut host = Host::default();
        host.read(
            "<capabilities><host><cpu><arch>x86_64</arch></cpu></host><guest><os_type>hvm</os_type><arch name='x86_64'>\
             <wordsize>64</wordsize><emulator>/usr/bin/q</emulator>\
             <machine canonical='pc-q35-9.9' maxCpus='1'>q35</machine><machine>pc-q35-9.9</machine>\
             <domain type='qemu'/></arch></guest></capabilities>",
        )
        .unwrap();
        host.read(
            "<domainCapabilities><path>/usr/bin/r</path><domain>kvm</domain><arch>x86_64</arch>\
             <os supported='yes'><loader supported='yes'><value>/usr/share/a.fd</value></loader></os>\
             <cpu><mode name='host-model' supported='yes'><model fallback='forbid'>EPYC</model></mode></cpu>\
             <newer/></domainCapabilities>",
        )
        .unwrap();
        assert_eq!(host.machine("x86_64", "q35"), Some("pc-q35-9.9"));
        assert_eq!(host.machine("x86_64", "pc"), None);
        assert_eq!(host.has_emulator("x86_64", "/usr/bin/r"), Some(true));
        assert_eq!(host.has_emulator("x86_64", "/usr/bin/s"), Some(false));
        assert_eq!(host.has_emulator("s390x", "/usr/bin/s"), None);
        assert_eq!(host.has_loader("/usr/share/b.fd"), Some(false));
        assert_eq!(host.has_loader("/usr/share/a.fd"), Some(true));
        assert_eq!(host.is_host_model("x86_64", "EPYC"), Some(true));
        assert!(host.read("<domain/>").is_err());
        assert!(host.read("<capabilities").is_err());
    }
}
