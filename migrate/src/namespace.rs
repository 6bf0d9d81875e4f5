//! Namespaces that libvirt does not know, and which one may be meant.

use domxml::Domain;
use domxml_runtime::{Described, Verbatim};
use relaxng_model::closest;

/// The namespace of an extension with a blank before it, and the one of libvirt that may be meant: one that has something of its name and
/// is spelt nearly so. Nothing where the namespace is not found.
pub(crate) fn of(extension: &Verbatim) -> String {
    let Some(namespace) = extension.namespace() else { return String::new() };
    let of_its_name = Domain::table().children().filter(|child| child.name == extension.name && !child.ns.is_empty());
    match closest(&namespace, of_its_name.map(|child| child.ns)) {
        Some(meant) => format!(" {namespace} (did you mean {meant}?)"),
        None => format!(" {namespace}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of the namespace of the extension in a domain.
    fn said(extension: &str) -> String {
        let text = format!("<domain type='kvm'><name>a</name><os><type>hvm</type></os>{extension}</domain>");
        let domain = Domain::from_xml(&text).expect("a domain");
        of(domain.foreign_extensions.first().expect("an extension"))
    }

    #[test]
    fn a_misspelt_namespace_of_libvirt_is_told_from_one_of_others() {
        let meant = " (did you mean http://libvirt.org/schemas/domain/qemu/1.0?)";
        let misspelt = "https://libvirt.org/schemas/domain/qemu/1.0";
        assert_eq!(said(&format!("<qemu:commandline xmlns:qemu='{misspelt}'/>")), format!(" {misspelt}{meant}"));
        assert_eq!(said(&format!("<commandline a='1' xmlns=\"{misspelt}\"/>")), format!(" {misspelt}{meant}"));
        assert_eq!(said(&format!("<qemu:instance xmlns:qemu='{misspelt}'/>")), format!(" {misspelt}"));
        assert_eq!(said("<x:commandline xmlns:x='urn:x'/>"), " urn:x");
        assert_eq!(said("<x:arg a='b=c' xmlns:y='urn:y' xmlns:x = 'urn:x&amp;y'/>"), " urn:x&y");
    }
}
