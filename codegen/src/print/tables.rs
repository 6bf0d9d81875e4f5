//! The static tables beside the types.

use super::{Printer, ident};
use crate::model::{
    Basic, ChildContent, Count, DefaultForm, EmptyForm, Facts, Field, FieldKind, Payload, Scalar, Shape, Struct, Type,
    XmlName,
};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Printer<'_> {
    /// The table of a struct.
    pub fn type_info(&self, ty: &Type, shape: &Struct) -> Result<TokenStream, String> {
        let name = &ty.name;
        let mut entries = quote!(name: #name,);
        if let Some(element) = &shape.element {
            let name = self.xml_name(element);
            entries.extend(quote!(element: Some(#name),));
        }
        entries.extend(self.facts(&ty.facts)?);
        if let Some(reference) = &ty.facts.reference {
            entries.extend(quote!(reference: Some(#reference),));
        }
        let (mut attributes, mut children, mut payloads) = (Vec::new(), Vec::new(), 0usize);
        for field in &shape.fields {
            match &field.kind {
                FieldKind::Attribute { name, scalar, required } => {
                    let values = self.values_of(scalar);
                    attributes.push(self.attribute_info(name, &field.facts, *required, values)?);
                }
                FieldKind::Child { name, content, count } => {
                    children.push(self.child_info(name, content, *count, field)?);
                }
                FieldKind::Mix { ty, .. } => {
                    let Shape::Mix(mix) = &self.ty(*ty).shape else { continue };
                    for variant in &mix.variants {
                        if let Some(name) = &variant.element {
                            children.push(self.child_info(name, &variant.content, Count::Many, field)?);
                        }
                    }
                }
                FieldKind::Payload { .. } => payloads += 1,
                FieldKind::AnyAttributes | FieldKind::AnyElements { .. } | FieldKind::Text { .. } => {}
            }
        }
        if !attributes.is_empty() {
            entries.extend(quote!(attributes: &[#(#attributes),*],));
        }
        if !children.is_empty() {
            entries.extend(quote!(children: &[#(#children),*],));
        }
        entries.extend(self.text_info(shape)?);
        if payloads > 0 {
            let payloads = Literal::usize_unsuffixed(payloads);
            entries.extend(quote!(payloads: #payloads,));
        }
        let required =
            shape.fields.iter().filter(|field| matches!(field.kind, FieldKind::Attribute { required: true, .. }));
        let required = Literal::usize_unsuffixed(required.count());
        if required.to_string() != "0" {
            entries.extend(quote!(required_attributes: #required,));
        }
        let required = shape
            .fields
            .iter()
            .filter(|field| matches!(field.kind, FieldKind::Child { count: Count::One | Count::OneOrMore, .. }));
        let required = Literal::usize_unsuffixed(required.count());
        if required.to_string() != "0" {
            entries.extend(quote!(required_children: #required,));
        }
        Ok(quote!(rt::TypeInfo { #entries ..rt::TypeInfo::NONE }))
    }

    fn text_info(&self, shape: &Struct) -> Result<TokenStream, String> {
        for field in &shape.fields {
            match &field.kind {
                FieldKind::Text { scalar, required } => {
                    let values = self.values_of(scalar).unwrap_or_else(|| quote!(&[]));
                    let kind = if *required { quote!(Required) } else { quote!(Optional) };
                    let narrow = match &field.facts.narrow {
                        Some(narrow) => {
                            let pattern = &narrow.pattern;
                            let [major, minor, micro] = version(&narrow.until)?;
                            let until = quote!(rt::Version::new(#major, #minor, #micro));
                            quote!(narrow: Some(rt::Narrow { pattern: #pattern, until: #until }),)
                        }
                        None => TokenStream::new(),
                    };
                    return Ok(quote!(text: rt::TextInfo::#kind(#values), #narrow));
                }
                FieldKind::Mix { ty, .. } if self.is_mixed(*ty) => return Ok(quote!(text: rt::TextInfo::Mixed,)),
                _ => {}
            }
        }
        Ok(TokenStream::new())
    }

    /// Whether a mix takes text.
    pub fn is_mixed(&self, ty: crate::model::TypeId) -> bool {
        matches!(&self.ty(ty).shape, Shape::Mix(mix) if mix.variants.iter().any(|v| v.element.is_none()))
    }

    /// The table of a payload's attribute, as the body of the function that gives it.
    pub fn discriminator_info(&self, payload: &Payload) -> Result<TokenStream, String> {
        let mut values = Vec::new();
        for variant in payload.variants.iter().filter(|variant| variant.spelt) {
            values.push(value_info(&variant.value, &variant.facts)?);
        }
        let required = payload.absent.is_none();
        let info = self.attribute_info(&payload.attribute, &payload.facts, required, Some(quote!(VALUES)))?;
        Ok(quote! {
            static VALUES: &[rt::ValueInfo] = &[#(#values),*];
            static INFO: rt::AttributeInfo = #info;
            &INFO
        })
    }

    fn attribute_info(
        &self,
        name: &XmlName,
        facts: &Facts,
        required: bool,
        values: Option<TokenStream>,
    ) -> Result<TokenStream, String> {
        let mut calls = named(name);
        if required {
            calls.extend(quote!(.required()));
        }
        if let Some(default) = &facts.default {
            let value = &default.value;
            let form = match default.form {
                DefaultForm::Assumed => quote!(Assumed),
                DefaultForm::Written => quote!(Written),
                DefaultForm::Dropped => quote!(Dropped),
            };
            calls.extend(quote!(.default(#value, rt::DefaultForm::#form)));
        }
        calls.extend(facts_calls(facts)?);
        if let Some(values) = values {
            calls.extend(quote!(.values(#values)));
        }
        Ok(quote!(rt::AttributeInfo::#calls))
    }

    fn child_info(
        &self,
        name: &XmlName,
        content: &ChildContent,
        count: Count,
        field: &Field,
    ) -> Result<TokenStream, String> {
        let mut calls = named(name);
        if matches!(count, Count::One | Count::OneOrMore) {
            calls.extend(quote!(.required()));
        }
        if matches!(count, Count::Many | Count::OneOrMore) {
            calls.extend(quote!(.many()));
        }
        calls.extend(facts_calls(&field.facts)?);
        if field.facts.empty == EmptyForm::Dropped {
            calls.extend(quote!(.dropped_if_empty()));
        }
        if let ChildContent::Scalar(scalar) = content
            && let Some(values) = self.values_of(scalar)
        {
            calls.extend(quote!(.values(#values)));
        }
        Ok(quote!(rt::ChildInfo::#calls))
    }

    /// The entries of a type's table that tell of its annotations.
    fn facts(&self, facts: &Facts) -> Result<TokenStream, String> {
        let mut entries = TokenStream::new();
        if let Some(since) = &facts.since {
            let [major, minor, micro] = version(since)?;
            entries.extend(quote!(since: Some(rt::Version::new(#major, #minor, #micro)),));
        }
        if let Some(rule) = &facts.legacy {
            entries.extend(quote!(legacy: Some(#rule),));
        }
        if facts.output_only {
            entries.extend(quote!(output_only: true,));
        }
        match facts.empty {
            EmptyForm::Single => {}
            EmptyForm::Pair => entries.extend(quote!(empty: rt::EmptyForm::Pair,)),
            EmptyForm::Dropped => entries.extend(quote!(empty: rt::EmptyForm::Dropped,)),
        }
        Ok(entries)
    }

    /// The values of a set, if the scalar is one.
    fn values_of(&self, scalar: &Scalar) -> Option<TokenStream> {
        match scalar {
            Scalar::Type(id) => {
                let name = self.name(*id);
                Some(quote!(#name::VALUES))
            }
            Scalar::Basic(_) | Scalar::Custom(_) | Scalar::List(_) => None,
        }
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

    /// A name as an expression.
    pub fn xml_name(&self, name: &XmlName) -> TokenStream {
        let (ns, local) = (&name.ns, &name.local);
        if ns.is_empty() { quote!(rt::Name::plain(#local)) } else { quote!(rt::Name { ns: #ns, local: #local }) }
    }
}

/// The table of one value of a set.
pub fn value_info(value: &str, facts: &Facts) -> Result<TokenStream, String> {
    let since = since_call(facts)?;
    let legacy = facts.legacy.as_ref().map(|rule| quote!(.legacy(#rule)));
    Ok(quote!(rt::ValueInfo::new(#value) #since #legacy))
}

/// The calls that make the table of a name.
fn named(name: &XmlName) -> TokenStream {
    let (ns, local) = (&name.ns, &name.local);
    if ns.is_empty() { quote!(new(#local)) } else { quote!(new(#local).ns(#ns)) }
}

/// The calls that add what all tables of names share.
fn facts_calls(facts: &Facts) -> Result<TokenStream, String> {
    let mut calls = since_call(facts)?.unwrap_or_default();
    if let Some(since) = &facts.optional_since {
        let [major, minor, micro] = version(since)?;
        calls.extend(quote!(.optional_since(#major, #minor, #micro)));
    }
    if let Some(narrow) = &facts.narrow {
        let pattern = &narrow.pattern;
        let [major, minor, micro] = version(&narrow.until)?;
        calls.extend(quote!(.narrow(#pattern, #major, #minor, #micro)));
    }
    if let Some(rule) = &facts.legacy {
        calls.extend(quote!(.legacy(#rule)));
    }
    if facts.output_only {
        calls.extend(quote!(.output_only()));
    }
    Ok(calls)
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
