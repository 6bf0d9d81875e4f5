//! The static tables beside the types.

use super::{Printer, ident, layout};
use crate::model::{
    Basic, ChildContent, Count, DefaultForm, DefaultValue, EmptyForm, Facts, Field, FieldKind, Payload, Scalar, Shape,
    Struct, Type, XmlName,
};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Printer<'_> {
    /// The table of a struct, formatted.
    pub fn table(&self, ty: &Type, shape: &Struct) -> Result<String, String> {
        let mut head = match &shape.element {
            Some(element) => format!("element({:?}){}", element.local, namespace(element)),
            None => "members()".to_owned(),
        };
        head.push_str(&facts_calls(&ty.facts)?.concat());
        match ty.facts.empty {
            EmptyForm::Single => {}
            EmptyForm::Pair => head.push_str(".pair()"),
            EmptyForm::Dropped => head.push_str(".dropped_if_empty()"),
        }
        if let Some(reference) = &ty.facts.reference {
            head.push_str(&format!(".reference({reference:?})"));
        }
        let mut text = format!("rt::table! {{ {}: {head};\n", ty.name);
        for (index, field) in shape.fields.iter().enumerate() {
            let field_type = self.field_type(field)?.to_string().replace(' ', "");
            let (key, name) = (key(&field.name), &field.name);
            let start = format!("    {index} {key} = {name}: {field_type},");
            layout::wrapped(&mut text, &start, &self.line(field)?);
        }
        text.push_str("}\n");
        Ok(text)
    }

    /// What the table says of a field: the call that makes its line, and those that add facts.
    fn line(&self, field: &Field) -> Result<Vec<String>, String> {
        let facts = &field.facts;
        let (mut calls, count) = match &field.kind {
            FieldKind::Attribute { name, .. } => {
                (vec![format!("attribute({:?}){}", name.local, namespace(name))], None)
            }
            FieldKind::AnyAttributes => (vec!["any_attributes()".to_owned()], None),
            FieldKind::Child { name, content, count } => {
                (vec![format!("{}({:?}){}", kind(content), name.local, namespace(name))], Some(*count))
            }
            FieldKind::Text { .. } => (vec!["text()".to_owned()], None),
            // What is known of it stands with the type.
            FieldKind::Payload { .. } => return Ok(vec!["payload()".to_owned()]),
            FieldKind::Mix { count, .. } => (vec!["mix()".to_owned()], Some(*count)),
            FieldKind::AnyElements { text, .. } => {
                let text = if *text { ".text_too()" } else { "" };
                (vec![format!("any_elements(){text}")], None)
            }
        };
        if count == Some(Count::OneOrMore) {
            calls.push(".required()".to_owned());
        }
        if facts.repeat_refused {
            calls.push(".once()".to_owned());
        }
        if let Some(default) = &facts.default {
            calls.push(default_call(default));
        }
        calls.extend(facts_calls(facts)?);
        if matches!(field.kind, FieldKind::Child { .. }) && facts.empty == EmptyForm::Dropped {
            calls.push(".dropped_if_empty()".to_owned());
        }
        Ok(calls)
    }

    /// Whether a mix takes text.
    pub fn is_mixed(&self, ty: crate::model::TypeId) -> bool {
        matches!(&self.ty(ty).shape, Shape::Mix(mix) if mix.variants.iter().any(|v| v.element.is_none()))
    }

    /// The table of a payload's attribute.
    pub fn discriminator_info(&self, payload: &Payload) -> Result<TokenStream, String> {
        let mut values = Vec::new();
        for variant in payload.variants.iter().filter(|variant| variant.spelt) {
            values.push(value_info(&variant.value, &variant.facts)?);
        }
        let name = &payload.attribute;
        let mut calls = format!("attribute::<String>({:?}){}", name.local, namespace(name));
        if payload.absent.is_some() {
            calls.push_str(".optional()");
        }
        if let Some(default) = &payload.facts.default {
            calls.push_str(&default_call(default));
        }
        calls.push_str(&facts_calls(&payload.facts)?.concat());
        let calls: TokenStream = calls.parse().map_err(|error| format!("{calls}: {error}"))?;
        Ok(quote!(rt::FieldInfo::#calls.values(&[#(#values),*])))
    }

    /// The Rust type of a scalar.
    pub fn scalar(&self, scalar: &Scalar) -> Result<TokenStream, String> {
        Ok(match scalar {
            Scalar::Basic(basic) => {
                let name = ident(basic_name(*basic));
                quote!(#name)
            }
            Scalar::Type(id) => {
                let name = self.name(*id);
                quote!(#name)
            }
            Scalar::Custom(name) => {
                if self.options.scalars.is_none() {
                    return Err(format!("d:scalar=\"{name}\", but no module with scalars is named"));
                }
                let name = ident(name);
                quote!(scalar::#name)
            }
            Scalar::List(item) => {
                let item = self.scalar(item)?;
                quote!(rt::List<#item>)
            }
        })
    }
}

/// The table of one value of a set.
pub fn value_info(value: &str, facts: &Facts) -> Result<TokenStream, String> {
    let since = since_call(facts)?;
    let legacy = facts.legacy.as_ref().map(|rule| quote!(.legacy(#rule)));
    Ok(quote!(rt::ValueInfo::new(#value) #since #legacy))
}

/// What a table calls a child that holds this.
pub fn kind(content: &ChildContent) -> &'static str {
    match content {
        ChildContent::Struct(_) => "child",
        ChildContent::Scalar(_) => "leaf",
        ChildContent::Flag => "flag",
        ChildContent::Any => "verbatim",
    }
}

/// The key of a field: its name in capitals.
fn key(field: &str) -> String {
    // A keyword in capitals is none.
    let bare = field.strip_suffix('_').filter(|bare| syn::parse_str::<proc_macro2::Ident>(bare).is_err());
    bare.unwrap_or(field).to_uppercase()
}

/// The call that adds the namespace of a name.
fn namespace(name: &XmlName) -> String {
    if name.ns.is_empty() { String::new() } else { format!(".ns({:?})", name.ns) }
}

fn default_call(default: &DefaultValue) -> String {
    let form = match default.form {
        DefaultForm::Assumed => "assumed",
        DefaultForm::Written => "written",
        DefaultForm::Dropped => "dropped",
    };
    format!(".{form}({:?})", default.value)
}

/// The calls that add what is known about an element, an attribute or a child.
fn facts_calls(facts: &Facts) -> Result<Vec<String>, String> {
    let mut calls = Vec::new();
    if let Some(since) = &facts.since {
        calls.push(format!(".since({})", numbers(since)?));
    }
    if let Some(since) = &facts.optional_since {
        calls.push(format!(".optional_since({})", numbers(since)?));
    }
    if let Some(narrow) = &facts.narrow {
        calls.push(format!(".narrow({:?}, {})", narrow.pattern, numbers(&narrow.until)?));
    }
    if let Some(rule) = &facts.legacy {
        calls.push(format!(".legacy({rule:?})"));
    }
    if facts.output_only {
        calls.push(".output_only()".to_owned());
    }
    Ok(calls)
}

/// A version as arguments.
fn numbers(text: &str) -> Result<String, String> {
    let [major, minor, micro] = version(text)?;
    Ok(format!("{major}, {minor}, {micro}"))
}

fn since_call(facts: &Facts) -> Result<Option<TokenStream>, String> {
    let Some(since) = &facts.since else { return Ok(None) };
    let [major, minor, micro] = version(since)?;
    Ok(Some(quote!(.since(#major, #minor, #micro))))
}

fn version(text: &str) -> Result<[Literal; 3], String> {
    let numbers: Option<Vec<u16>> = text.split('.').map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| matches!(numbers.len(), 2 | 3));
    let Some(numbers) = numbers else { return Err(format!("'{text}' is not a version such as 1.2.7")) };
    Ok([0, 1, 2].map(|index| Literal::u16_unsuffixed(numbers.get(index).copied().unwrap_or(0))))
}

fn basic_name(basic: Basic) -> &'static str {
    match basic {
        Basic::String => "String",
        Basic::Bool => "bool",
        Basic::U8 => "u8",
        Basic::U16 => "u16",
        Basic::U32 => "u32",
        Basic::U64 => "u64",
        Basic::I8 => "i8",
        Basic::I16 => "i16",
        Basic::I32 => "i32",
        Basic::I64 => "i64",
    }
}
