//! What libvirt writes twice, or never writes so: where the copy is another than what it copies, someone changed it by hand.

use super::Difference;
use super::allowance::{Change, TEXT};
use super::matching::Pair;
use super::place::Place;
use super::tree::Element;

/// The differences in a document as it stands, which was not brought into libvirt's form: that form would write the copies anew.
pub(super) fn differences(domain: &Element, running: bool) -> Vec<Difference> {
    let mut found = Found { differences: Vec::new(), frames: vec![only(domain)] };
    found.current_memory(domain);
    if let Some(devices) = domain.child("devices") {
        found.frames.push(only(devices));
        devices.children_named("graphics").for_each(|own| found.display(own, running));
        if domain.value("os/type") == Some("hvm") {
            found.first_console(devices);
        }
    }
    found.differences
}

fn only<'a>(element: &'a Element<'a>) -> Pair<'a> {
    Pair { desired: None, actual: Some(element) }
}

/// What was found, and the way from the domain to the element that is looked at.
struct Found<'a> {
    differences: Vec<Difference>,
    frames: Vec<Pair<'a>>,
}

impl<'a> Found<'a> {
    fn differs(&mut self, element: &'a Element<'a>, leaf: Option<&str>, desired: Option<&str>, actual: &str) {
        self.frames.push(only(element));
        let place = Place::of(&self.frames);
        self.frames.pop();
        let change = if desired.is_some() { Change::Changed } else { Change::Added };
        let path = place.path(leaf);
        let desired = desired.map(str::to_owned);
        self.differences.push(Difference { change, path, place, desired, actual: Some(actual.to_owned()) });
    }

    /// libvirt lowers the current memory to the memory when it reads them.
    fn current_memory(&mut self, domain: &'a Element<'a>) {
        let (memory, current) = (domain.child("memory"), domain.child("currentMemory"));
        let kib = |size: Option<&Element>| size.and_then(Element::kib);
        let (Some(total), Some(given)) = (kib(memory), kib(current)) else { return };
        if let Some(current) = current.filter(|_| total > 0 && given > total) {
            self.differs(current, Some(TEXT), Some(&total.to_string()), &given.to_string());
        }
    }

    /// The attributes `listen` and `socket` copy the first place to listen at; a port that is chosen when the guest starts is none.
    fn display(&mut self, graphics: &'a Element<'a>, running: bool) {
        let chosen = !running && graphics.attribute("autoport") == Some("yes");
        if let Some(port) = graphics.attribute("port").filter(|port| chosen && *port != "-1") {
            self.differs(graphics, Some("port"), Some("-1"), port);
        }
        let Some(first) = graphics.child("listen") else { return };
        for (attribute, own) in [("listen", "address"), ("socket", "socket")] {
            let copied = first.attribute(own).filter(|it| !it.is_empty());
            match (graphics.attribute(attribute), copied) {
                (Some(copy), Some(original)) if copy != original => {
                    self.differs(graphics, Some(attribute), Some(original), copy);
                }
                _ => {}
            }
        }
    }

    /// The first console of a guest that is fully virtualized is its first serial port under another name.
    fn first_console(&mut self, devices: &'a Element<'a>) {
        let (Some(serial), Some(console)) = (devices.child("serial"), devices.child("console")) else { return };
        if console.value("target/@type").is_some_and(|kind| kind != "serial") {
            return;
        }
        if let (Some(port), Some(own)) = (serial.value("target/@port"), console.value("target/@port"))
            && port != own
            && let Some(target) = console.child("target")
        {
            self.frames.push(only(console));
            self.differs(target, Some("port"), Some(port), own);
            self.frames.pop();
        }
        self.copy(console, serial, &["target", "tty"]);
    }

    /// Compares what a copy says with what it copies. What it does not say an older libvirt did not copy.
    fn copy(&mut self, copy: &'a Element<'a>, original: &Element<'a>, but: &[&str]) {
        for own in copy.attributes.iter().filter(|own| !but.contains(&own.name)) {
            let said = original.attribute(own.name);
            if said != Some(own.value) {
                self.differs(copy, Some(own.name), said, own.value);
            }
        }
        if copy.text != original.text {
            self.differs(copy, Some(TEXT), Some(&original.text), &copy.text);
        }
        self.frames.push(only(copy));
        let mut seen: Vec<&str> = Vec::new();
        for own in copy.children.iter().filter(|own| !but.contains(&own.name)) {
            let before = seen.iter().filter(|name| **name == own.name).count();
            seen.push(own.name);
            match original.children_named(own.name).nth(before) {
                Some(said) => self.copy(own, said, &[]),
                None => self.differs(own, None, None, &own.line()),
            }
        }
        self.frames.pop();
    }
}
