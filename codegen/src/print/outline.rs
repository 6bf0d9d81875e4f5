//! The outline: all types, fields and variants as stable text, so that one sees what a change of a schema does to users.

use super::{PrintOptions, Printer, tables};
use crate::error::{Error, Errors};
use crate::model::{ChildContent, Facts, Field, FieldKind, Model, Payload, Shape, Type, XmlName};
use domxml_xml::visible;

/// Prints the types of a model in the order of their names, whichever file they come from: for each its fields or variants with
/// their Rust types, what they are called in a document, defaults and versions.
///
/// # Errors
///
/// A name in the model that is no Rust identifier.
pub fn outline(model: &Model) -> Result<String, Errors> {
    let options = PrintOptions { scalars: Some("scalar".to_owned()), ..PrintOptions::default() };
    let printer = Printer::new(model, &options)?;
    let mut types: Vec<&Type> = model.types.iter().collect();
    types.sort_by_key(|ty| &ty.name);
    let (mut text, mut errors) = (String::new(), Errors::default());
    for ty in types {
        if let Err(message) = printer.outline_type(&mut text, ty) {
            errors.list.push(Error { file: ty.place.clone(), line: 0, column: 0, message });
        }
    }
    errors.or(text)
}

impl Printer<'_> {
    fn outline_type(&self, text: &mut String, ty: &Type) -> Result<(), String> {
        let name = &ty.name;
        match &ty.shape {
            Shape::Struct(shape) => {
                let element = match &shape.element {
                    Some(element) => format!(" = <{}>", spelt(element)),
                    None if shape.shared => " = <..>".to_owned(),
                    None => String::new(),
                };
                line(text, format_args!("struct {name}{element}{}", facts(&ty.facts)));
                for field in &shape.fields {
                    let field_type = tables::compact(&self.field_type(field)?);
                    let (name, source) = (&field.name, self.outline_source(field));
                    line(text, format_args!("    {name}: {field_type}{source}{}", facts(&field.facts)));
                }
                if let Some(kinds) = &shape.kinds {
                    line(text, format_args!("enum {}, {} of {name}", kinds.name, kinds.mutable));
                    for (_, variant) in &kinds.variants {
                        line(text, format_args!("    {variant}"));
                    }
                }
            }
            Shape::Payload(payload) => self.outline_payload(text, name, payload),
            Shape::Values(values) => {
                line(text, format_args!("enum {name}"));
                for (index, literal) in values.literals.iter().enumerate() {
                    let default = if values.default == Some(index) { ", the default" } else { "" };
                    let facts = facts(&literal.facts);
                    line(text, format_args!("    {} = '{}'{default}{facts}", literal.name, literal.value));
                }
                for other in &values.others {
                    line(text, format_args!("    {}({})", other.name, tables::compact(&self.scalar(&other.scalar)?)));
                }
            }
            Shape::Mix(mix) => {
                line(text, format_args!("enum {name}"));
                for variant in &mix.variants {
                    let content = tables::compact(&self.content_type(&variant.content)?);
                    let element =
                        variant.element.as_ref().map_or("text".to_owned(), |name| format!("<{}>", spelt(name)));
                    line(text, format_args!("    {}({content}) = {element}", variant.name));
                }
            }
        }
        Ok(())
    }

    fn outline_payload(&self, text: &mut String, name: &str, payload: &Payload) {
        line(text, format_args!("enum {name} = @{}{}", spelt(&payload.attribute), facts(&payload.facts)));
        for (index, variant) in payload.variants.iter().enumerate() {
            let members = variant.members.map_or_else(String::new, |members| format!("({})", self.ty(members).name));
            let value = match (variant.spelt, payload.absent == Some(index)) {
                (true, false) => format!("'{}'", variant.value),
                (true, true) => format!("'{}' or absent", variant.value),
                (false, _) => "absent".to_owned(),
            };
            line(text, format_args!("    {}{members} = {value}{}", variant.name, facts(&variant.facts)));
        }
        line(text, format_args!("    {}(rt::Other)", payload.other));
    }

    /// What holds a field in a document, where its type does not say so.
    fn outline_source(&self, field: &Field) -> String {
        match &field.kind {
            FieldKind::Attribute { name, .. } => format!(" = @{}", spelt(name)),
            FieldKind::Child { name, content: ChildContent::Struct(ty), .. } => match &self.ty(*ty).shape {
                Shape::Struct(shape) if shape.element.as_ref() == Some(name) => String::new(),
                _ => format!(" = <{}>", spelt(name)),
            },
            FieldKind::Child { name, .. } => format!(" = <{}>", spelt(name)),
            FieldKind::Text { .. } => " = text".to_owned(),
            FieldKind::AnyAttributes => " = @*".to_owned(),
            FieldKind::AnyElements { .. } => " = <*>".to_owned(),
            FieldKind::Payload { .. } | FieldKind::Mix { .. } => String::new(),
        }
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.push_str(&visible(&line.to_string()));
    text.push('\n');
}

fn spelt(name: &XmlName) -> String {
    if name.ns.is_empty() { name.local.clone() } else { format!("{{{}}}{}", name.ns, name.local) }
}

fn facts(facts: &Facts) -> String {
    let mut text = String::new();
    if let Some(default) = &facts.default {
        text.push_str(&format!(", default '{}'", default.value));
    }
    for (word, version) in [("since", &facts.since), ("optional since", &facts.optional_since), ("until", &facts.until)]
    {
        if let Some(version) = version {
            text.push_str(&format!(", {word} {version}"));
        }
    }
    if facts.secret {
        text.push_str(", secret");
    }
    if facts.legacy.is_some() {
        text.push_str(", legacy");
    }
    text
}
