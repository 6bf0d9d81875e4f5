//! Documents of every hypervisor under their own type. libvirt's test driver takes none but its own, so that all other forms of these
//! documents are of its type; its parser and formatter can be asked without a driver.

use dommigrate::cli::Profile;
use domxml_runtime::Version;

use crate::corpus::{Document, Row};
use crate::measures::{self, Measure};
use crate::oracle::{self, Answer, Libvirt};
use crate::variants;

/// Types whose driver is not asked by another measure.
const TYPES: [&str; 7] = ["xen", "lxc", "bhyve", "vmware", "vbox", "hyperv", "openvz"];

/// The type of the domain, and where it stands.
fn type_of(text: &str) -> Option<(&str, std::ops::Range<usize>)> {
    let tree = roxmltree::Document::parse(text).ok()?;
    let type_ = tree.root_element().attribute_node("type")?.range_value();
    Some((&text[type_.clone()], type_))
}

/// Of these documents those of such a type, and every fixture as each of them.
#[must_use]
pub fn documents(documents: &[Document], fixtures: &[Document]) -> Vec<Document> {
    let own =
        documents.iter().filter(|document| type_of(&document.text).is_some_and(|(type_, _)| TYPES.contains(&type_)));
    let as_each = fixtures.iter().flat_map(|fixture| {
        let at = type_of(&fixture.text).map(|(_, at)| at);
        TYPES.iter().filter_map(move |type_| {
            let mut text = fixture.text.clone();
            text.replace_range(at.clone()?, type_);
            Some(Document { name: format!("{}+{type_}", fixture.name), text, row: Row::default() })
        })
    });
    own.cloned().chain(as_each).collect()
}

/// A form with what a driver chooses before the parser does: the type of a console in a container or a paravirtual guest, and that no
/// network device of Xen keeps a name that Xen made up. Since a release between 11.3.0 and 12.8.0 drivers take a firmware for a ROM.
fn with_choices(form: &str, document: &str, libvirt: Libvirt) -> String {
    let type_ = type_of(document).map_or("", |(type_, _)| type_);
    let own = ["xen", "lxc", "openvz"].into_iter().find(|own| *own == type_ && !form.contains(">hvm</type>"));
    let mut text = String::with_capacity(form.len());
    for line in form.lines().filter(|line| !(type_ == "xen" && line.trim_start().starts_with("<target dev='vif"))) {
        let mut line = line.to_owned();
        if let Some(own) = own.filter(|_| !document.contains("type='serial'")) {
            line = line.replace("<target type='serial' port=", &format!("<target type='{own}' port="));
        }
        // Without a driver the architecture is that of the host.
        if line.trim_start().starts_with("<type ") && !measures::says_arch(document) {
            line = line.replace(" arch='x86_64'", "");
        }
        if libvirt == Libvirt::Today {
            line = line
                .replace("<loader>", "<loader type='rom'>")
                .replace("<loader format=", "<loader type='rom' format=");
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// These documents in profile `libvirt`, held against what libvirt's parser makes of them.
///
/// # Errors
/// When it cannot be asked.
pub fn asked(
    name: &'static str,
    libvirt: Libvirt,
    version: Version,
    documents: &[Document],
) -> Result<Measure, String> {
    let answers =
        oracle::ask_own(libvirt, documents)?.into_iter().zip(documents).map(|(answer, document)| match answer {
            Answer::Form(text) => Answer::Form(with_choices(&text, &document.text, libvirt)),
            other => other,
        });
    let options = measures::options_for(Profile::Libvirt, version, None);
    Ok(variants::held(name, documents, answers.collect(), &options))
}
