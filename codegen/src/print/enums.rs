//! Enums: payloads, sets of values, mixes.

use super::{Printer, docs, enum_attributes, ident, layout};
use crate::model::{Facts, Mix, Payload, Type, Values};
use quote::quote;

impl Printer<'_> {
    /// The items of a payload.
    pub fn payload_items(&self, ty: &Type, payload: &Payload) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let fallback = format!("What the attribute `{}` decides.", payload.attribute.local);
        let docs = docs::attributes(&ty.docs, &payload.facts, &fallback, self.options);
        // Of an attribute that must be there nothing is the default.
        let default = payload.absent.map(|index| (index, &payload.variants[index]));
        let bare = default.filter(|(_, held)| held.members.is_none()).map(|(index, _)| index);
        let attributes = enum_attributes(false, bare.is_some());
        let variants = payload.variants.iter().enumerate().map(|(index, variant)| {
            let fallback = match variant.spelt {
                true => format!("`{}='{}'`", payload.attribute.local, variant.value),
                false => format!("Without the attribute `{}`.", payload.attribute.local),
            };
            let docs = docs::attributes(&variant.docs, &variant.facts, &fallback, self.options);
            let marked = (bare == Some(index)).then(|| quote!(#[default]));
            let (variant_name, members) = (ident(&variant.name), variant.members.map(|id| self.name(id)));
            let members = members.map(|members| quote!((#members)));
            quote!(#docs #marked #variant_name #members)
        });
        let other_docs = "Another value, with what goes with it kept in `xml`.".to_owned();
        let other_docs = docs::attributes(&[other_docs], &Facts::default(), "", self.options);
        let other = ident(&payload.other);
        let other = quote!(#other_docs #other(rt::Other));
        let mut items = vec![layout::item(quote!(#docs #attributes pub enum #name { #(#variants,)* #other, }))?];
        if let Some((_, held)) = default
            && let Some(members) = held.members.map(|id| self.name(id))
        {
            let variant = ident(&held.name);
            let made = quote!(#variant(#members::default()));
            items.push(layout::item(quote!(impl Default for #name { fn default() -> Self { Self::#made } }))?);
        }
        items.push(self.payload_table(ty, payload)?);
        Ok(items)
    }

    /// The items of a set of values.
    pub fn values_items(&self, ty: &Type, values: &Values) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let docs = docs::attributes(&ty.docs, &ty.facts, "A set of values.", self.options);
        let attributes = enum_attributes(values.others.is_empty(), values.default.is_some());
        let mut variants = Vec::new();
        for (index, literal) in values.literals.iter().enumerate() {
            let docs = docs::attributes(&literal.docs, &literal.facts, &format!("`{}`", literal.value), self.options);
            let variant = ident(&literal.name);
            let default = (values.default == Some(index)).then(|| quote!(#[default]));
            variants.push(quote!(#docs #default #variant));
        }
        for other in &values.others {
            let docs = docs::attributes(&[], &Facts::default(), "Another value.", self.options);
            let (variant, scalar) = (ident(&other.name), self.scalar(&other.scalar)?);
            variants.push(quote!(#docs #variant(#scalar)));
        }
        Ok(vec![
            layout::item(quote!(#docs #attributes pub enum #name { #(#variants,)* }))?,
            self.values_table(ty, values)?,
        ])
    }

    /// The items of a mix.
    pub fn mix_items(&self, ty: &Type, mix: &Mix) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let docs = docs::attributes(&ty.docs, &ty.facts, "One of several elements.", self.options);
        let attributes = enum_attributes(false, false);
        let mut variants = Vec::new();
        for variant in &mix.variants {
            let fallback = match &variant.element {
                Some(element) => format!("The element `<{}>`.", element.local),
                None => "Text.".to_owned(),
            };
            let docs = docs::attributes(&variant.docs, &Facts::default(), &fallback, self.options);
            let (variant_name, content) = (ident(&variant.name), self.content_type(&variant.content)?);
            variants.push(quote!(#docs #variant_name(#content)));
        }
        Ok(vec![layout::item(quote!(#docs #attributes pub enum #name { #(#variants,)* }))?, self.mix_table(ty, mix)?])
    }
}
