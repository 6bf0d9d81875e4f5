//! What a host says of itself (`virsh capabilities`, `virsh domcapabilities`), as far as a comparison needs it: the machines behind
//! aliases, emulators, firmware images, the processor behind host-model. Nothing else of these documents is read here.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

/// Facts of a host.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// The machine behind an alias, by architecture and alias.
    aliases: BTreeMap<(String, String), String>,
    /// Emulators by architecture.
    emulators: BTreeMap<String, Vec<String>>,
    /// Firmware images.
    loaders: Vec<String>,
    /// Processors behind host-model, by architecture.
    host_models: BTreeMap<String, Vec<String>>,
}

impl Host {
    /// Takes up one more document.
    ///
    /// # Errors
    /// One line: it is not well-formed, or neither of the two documents.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        let document = Document::parse(text).map_err(|error| error.to_string())?;
        let root = document.root_element();
        match root.tag_name().name() {
            "capabilities" => self.capabilities(root),
            "domainCapabilities" => self.domain_capabilities(root),
            other => {
                return Err(format!("<{other}> is neither <capabilities> nor <domainCapabilities>"));
            }
        }
        Ok(())
    }

    fn capabilities(&mut self, root: Node) {
        for arch in root.descendants().filter(|node| node.has_tag_name("arch") && node.has_attribute("name")) {
            let name = arch.attribute("name").unwrap_or_default();
            for node in arch.descendants() {
                let text = node.text().unwrap_or_default().trim();
                if node.has_tag_name("emulator") {
                    self.emulator(name, text);
                } else if node.has_tag_name("machine")
                    && let Some(canonical) = node.attribute("canonical")
                {
                    self.aliases.insert((name.to_owned(), text.to_owned()), canonical.to_owned());
                }
            }
        }
    }

    fn domain_capabilities(&mut self, root: Node) {
        let child = |parent: Node<'_, '_>, name: &str| {
            let own = parent.children().find(|child| child.has_tag_name(name));
            own.and_then(|own| own.text()).unwrap_or_default().trim().to_owned()
        };
        let arch = child(root, "arch");
        self.emulator(&arch, &child(root, "path"));
        for node in root.descendants() {
            if node.has_tag_name("loader") {
                let values = node.children().filter(|value| value.has_tag_name("value"));
                self.loaders.extend(values.filter_map(|value| value.text()).map(|path| path.trim().to_owned()));
            } else if node.has_tag_name("mode") && node.attribute("name") == Some("host-model") {
                let model = child(node, "model");
                if !model.is_empty() {
                    self.host_models.entry(arch.clone()).or_default().push(model);
                }
            }
        }
    }

    fn emulator(&mut self, arch: &str, path: &str) {
        let known = self.emulators.entry(arch.to_owned()).or_default();
        if !path.is_empty() && !known.iter().any(|own| own == path) {
            known.push(path.to_owned());
        }
    }

    /// The machine behind an alias; none where the host does not say.
    #[must_use]
    pub fn machine(&self, arch: &str, alias: &str) -> Option<&str> {
        self.aliases.get(&(arch.to_owned(), alias.to_owned())).map(String::as_str)
    }

    /// Whether the host has this emulator for an architecture; none where it does not say which it has.
    #[must_use]
    pub fn has_emulator(&self, arch: &str, path: &str) -> Option<bool> {
        self.emulators.get(arch).map(|known| known.iter().any(|own| own == path))
    }

    /// Whether the host has this firmware image; none where it does not say which it has.
    #[must_use]
    pub fn has_loader(&self, path: &str) -> Option<bool> {
        (!self.loaders.is_empty()).then(|| self.loaders.iter().any(|own| own == path))
    }

    /// Whether host-model can be this processor; none where the host does not say.
    #[must_use]
    pub fn is_host_model(&self, arch: &str, model: &str) -> Option<bool> {
        self.host_models.get(arch).map(|known| known.iter().any(|own| own == model))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_documents_and_no_other() {
        let mut host = Host::default();
        host.read(
            "<capabilities><guest><arch name='x86_64'><emulator>/usr/bin/q</emulator>\
             <machine canonical='pc-q35-9.9' maxCpus='1'>q35</machine><machine>pc-q35-9.9</machine></arch></guest></capabilities>",
        )
        .unwrap();
        host.read(
            "<domainCapabilities><path>/usr/bin/r</path><arch>x86_64</arch><os><loader><value>/usr/share/a.fd</value></loader></os>\
             <cpu><mode name='host-model'><model fallback='forbid'>EPYC</model></mode></cpu></domainCapabilities>",
        )
        .unwrap();
        assert_eq!(host.machine("x86_64", "q35"), Some("pc-q35-9.9"));
        assert_eq!(host.machine("x86_64", "pc"), None);
        assert_eq!(host.has_emulator("x86_64", "/usr/bin/r"), Some(true));
        assert_eq!(host.has_emulator("x86_64", "/usr/bin/s"), Some(false));
        assert_eq!(host.has_emulator("s390x", "/usr/bin/s"), None);
        assert_eq!(host.has_loader("/usr/share/b.fd"), Some(false));
        assert_eq!(host.is_host_model("x86_64", "EPYC"), Some(true));
        assert!(host.read("<domain/>").is_err());
    }
}
