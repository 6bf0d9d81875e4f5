//! Structs: elements, and the members of payloads.

use super::{Printer, docs, ident, layout};
use crate::model::{ChildContent, Count, Facts, Field, FieldKind, Kinds, Shape, Struct, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl Printer<'_> {
    /// The items of a struct.
    pub fn struct_items(&self, ty: &Type, shape: &Struct) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let fallback = match &shape.element {
            Some(element) => format!("The element `<{}>`.", element.local),
            None if shape.shared => "What elements of several names hold.".to_owned(),
            None => "The members of one variant.".to_owned(),
        };
        let docs = docs::attributes(&ty.docs, &ty.facts, &fallback, self.options);
        // `Debug` and `Default` come with the table.
        let derives = quote!(#[derive(Clone, PartialEq, Eq, Hash)]);
        let mut fields = Vec::new();
        for field in &shape.fields {
            let (name, ty) = (ident(&field.name), self.field_type(field)?);
            let docs = docs::attributes(&field.docs, &field.facts, &self.field_fallback(field), self.options);
            fields.push(quote!(#docs pub #name: #ty));
        }
        if shape.element.is_some() || shape.shared {
            let docs = docs::line("Where it stands in its document, and what is kept of it verbatim.");
            fields.push(quote!(#docs pub xml: rt::Extra));
        }
        let definition = quote!(#docs #derives pub struct #name { #(#fields,)* });
        let mut items = vec![layout::item(definition)?, self.table(ty, shape)?];
        if let Some(kinds) = &shape.kinds {
            items.extend(self.kinds_items(ty, shape, kinds)?);
        }
        Ok(items)
    }

    /// The items of the enum of an element's children.
    fn kinds_items(&self, ty: &Type, shape: &Struct, kinds: &Kinds) -> Result<[String; 2], String> {
        let (enum_name, element) =
            (ident(&kinds.name), shape.element.as_ref().map_or(&*ty.name, |element| &element.local));
        let docs = docs::line(&format!(
            "A child of `<{element}>`, whatever its name, with its number among those of its name, from 1 on.",
        ));
        let mut table = format!("rt::kinds! {{ {}, {} of {};\n", kinds.name, kinds.mutable, ty.name);
        let mut variants = Vec::new();
        for (index, variant) in &kinds.variants {
            let field = &shape.fields[*index];
            let FieldKind::Child { name, content: ChildContent::Struct(held), .. } = &field.kind else { continue };
            let fallback = format!("The element `<{}>`.", name.local);
            let docs = docs::attributes(&field.docs, &Facts::default(), &fallback, self.options);
            let (variant_name, held) = (ident(variant), self.name(*held));
            variants.push(quote!(#docs #variant_name(&'a #held, usize)));
            table.push_str(&format!("    {index} {} = {variant}({held});\n", ident(&field.name)));
        }
        table.push_str("}\n");
        let definition =
            quote!(#docs #[derive(Clone, Copy)] #[non_exhaustive] pub enum #enum_name<'a> { #(#variants,)* });
        Ok([layout::item(definition)?, table])
    }

    /// The Rust type of a field.
    pub fn field_type(&self, field: &Field) -> Result<TokenStream, String> {
        Ok(match &field.kind {
            FieldKind::Attribute { scalar, required, .. } | FieldKind::Text { scalar, required } => {
                let scalar = self.scalar(scalar)?;
                if *required { scalar } else { quote!(Option<#scalar>) }
            }
            FieldKind::AnyAttributes => quote!(Vec<rt::AnyAttribute>),
            FieldKind::AnyElements { .. } => quote!(Vec<rt::Verbatim>),
            FieldKind::Child { content: ChildContent::Flag, count, .. } => match count {
                Count::One => quote!(rt::Present),
                Count::Optional => quote!(bool),
                Count::Many | Count::OneOrMore => quote!(u32),
            },
            FieldKind::Child { content, count, .. } => {
                let ty = self.content_type(content)?;
                let ty = if field.boxed { quote!(Box<#ty>) } else { ty };
                counted(ty, *count)
            }
            FieldKind::Payload { ty, optional } => {
                let ty = self.name(*ty);
                if *optional { quote!(Option<#ty>) } else { quote!(#ty) }
            }
            FieldKind::Mix { ty, count } => {
                let ty = self.name(*ty);
                counted(quote!(#ty), *count)
            }
        })
    }

    /// The Rust type of what a child holds.
    pub fn content_type(&self, content: &ChildContent) -> Result<TokenStream, String> {
        Ok(match content {
            ChildContent::Struct(id) => {
                let name = self.name(*id);
                quote!(#name)
            }
            ChildContent::Scalar(scalar) => self.scalar(scalar)?,
            ChildContent::Flag => quote!(rt::Present),
            ChildContent::Any => quote!(rt::Verbatim),
        })
    }

    fn field_fallback(&self, field: &Field) -> String {
        match &field.kind {
            FieldKind::Attribute { name, .. } => format!("The attribute `{}`.", name.local),
            FieldKind::AnyAttributes => "Attributes of any name.".to_owned(),
            FieldKind::Child { name, count: Count::Many | Count::OneOrMore, .. } => {
                format!("The elements `<{}>`.", name.local)
            }
            FieldKind::Child { name, .. } => format!("The element `<{}>`.", name.local),
            FieldKind::Text { .. } => "The text.".to_owned(),
            FieldKind::Payload { ty, .. } => match &self.ty(*ty).shape {
                Shape::Payload(payload) => format!("What the attribute `{}` decides.", payload.attribute.local),
                _ => "A choice.".to_owned(),
            },
            FieldKind::Mix { .. } => "Elements whose order is kept.".to_owned(),
            FieldKind::AnyElements { .. } => "Elements of any name.".to_owned(),
        }
    }
}

fn counted(ty: TokenStream, count: Count) -> TokenStream {
    match count {
        Count::One => ty,
        Count::Optional => quote!(Option<#ty>),
        Count::Many | Count::OneOrMore => quote!(Vec<#ty>),
    }
}
