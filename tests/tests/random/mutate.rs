//! Small changes to documents, most of which make a valid one invalid.

use domxml_codegen::model::XmlName;

use crate::tree::{Piece, Tree};

/// Values that some datatype takes and another does not.
const VALUES: &[&str] = &["", " ", "0", "1", "-1", "yes", "on", "0x20", "4294967296", "1.5", "a b", "nonsense", "é"];

/// Changes a document once or twice. `below` gives random numbers below a limit.
pub fn mutate(tree: &mut Tree, below: &mut dyn FnMut(usize) -> usize) {
    for _ in 0..1 + below(2) {
        let (mut names, mut attributes) = (Vec::new(), Vec::new());
        collect(tree, &mut names, &mut attributes);
        let at = below(names.len());
        let mut left = at;
        if let Some(target) = nth(tree, &mut left) {
            change(target, &names, &attributes, below);
        }
    }
}

/// The names of all elements and the attributes of all of them, in document order.
fn collect(tree: &Tree, names: &mut Vec<XmlName>, attributes: &mut Vec<(XmlName, String)>) {
    names.push(tree.name.clone());
    attributes.extend(tree.attributes.iter().cloned());
    for piece in &tree.content {
        if let Piece::Element(child) = piece {
            collect(child, names, attributes);
        }
    }
}

/// The element that is the n-th in document order.
fn nth<'t>(tree: &'t mut Tree, left: &mut usize) -> Option<&'t mut Tree> {
    if *left == 0 {
        return Some(tree);
    }
    *left -= 1;
    tree.content.iter_mut().find_map(|piece| match piece {
        Piece::Element(child) => nth(child, left),
        Piece::Text(_) => None,
    })
}

fn change(tree: &mut Tree, names: &[XmlName], attributes: &[(XmlName, String)], below: &mut dyn FnMut(usize) -> usize) {
    let (pieces, own) = (tree.content.len(), tree.attributes.len());
    let plain = |local: &str| XmlName { ns: String::new(), local: local.to_owned() };
    match below(12) {
        0 if pieces > 0 => {
            tree.content.remove(below(pieces));
        }
        1 if pieces > 0 => {
            let copy = tree.content[below(pieces)].clone();
            tree.content.insert(below(pieces + 1), copy);
        }
        2 if pieces > 1 => tree.content.swap(below(pieces), below(pieces)),
        3 if own > 0 => {
            tree.attributes.remove(below(own));
        }
        4 if own > 0 && !attributes.is_empty() => {
            tree.attributes[below(own)].1 = attributes[below(attributes.len())].1.clone();
        }
        5 if own > 0 => tree.attributes[below(own)].1 = VALUES[below(VALUES.len())].to_owned(),
        6 if !attributes.is_empty() => {
            let (name, value) = attributes[below(attributes.len())].clone();
            if tree.attributes.iter().all(|(known, _)| *known != name) {
                tree.attributes.insert(below(own + 1), (name, value));
            }
        }
        7 => {
            let name = plain("bogus");
            if tree.attributes.iter().all(|(known, _)| *known != name) {
                tree.attributes.push((name, VALUES[below(VALUES.len())].to_owned()));
            }
        }
        8 => tree.name = names[below(names.len())].clone(),
        9 => {
            let name = if below(2) == 0 { plain("bogus") } else { names[below(names.len())].clone() };
            let child = Tree { name, attributes: Vec::new(), content: Vec::new() };
            tree.content.insert(below(pieces + 1), Piece::Element(child));
        }
        10 => {
            let text = VALUES[below(VALUES.len())].to_owned();
            tree.content.insert(below(pieces + 1), Piece::Text(text));
        }
        _ => {
            let texts = tree.content.iter_mut().filter_map(|piece| match piece {
                Piece::Text(text) => Some(text),
                Piece::Element(_) => None,
            });
            if let Some(text) = texts.last() {
                VALUES[below(VALUES.len())].clone_into(text);
            }
        }
    }
}
