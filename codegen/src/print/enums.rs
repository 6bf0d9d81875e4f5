//! Enums: payloads, sets of values, mixes.

use super::{Printer, derives, docs, ident, layout};
use crate::model::{Facts, Mix, Payload, Type, Values, Variant};
use proc_macro2::TokenStream;
use quote::quote;

impl Printer<'_> {
    /// The items of a payload.
    pub fn payload_items(&self, ty: &Type, payload: &Payload) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let fallback = format!("What the attribute `{}` decides.", payload.attribute.local);
        let docs = docs::attributes(&ty.docs, &payload.facts, &fallback, self.options);
        let default = payload.absent.unwrap_or(0);
        let Some(held) = payload.variants.get(default) else {
            return Err(format!("the payload {name} has no variants"));
        };
        let bare = held.members.is_none();
        let derives = derives(false, bare);
        let variants = payload.variants.iter().enumerate().map(|(index, variant)| {
            let fallback = match variant.spelt {
                true => format!("`{}='{}'`", payload.attribute.local, variant.value),
                false => format!("Without the attribute `{}`.", payload.attribute.local),
            };
            let docs = docs::attributes(&variant.docs, &variant.facts, &fallback, self.options);
            let marked = (bare && index == default).then(|| quote!(#[default]));
            let (variant_name, members) = (ident(&variant.name), variant.members.map(|id| self.name(id)));
            let members = members.map(|members| quote!((#members)));
            quote!(#docs #marked #variant_name #members)
        });
        let other_docs = "Another value, with what goes with it kept in `xml`.".to_owned();
        let other_docs = docs::attributes(&[other_docs], &Facts::default(), "", self.options);
        let other = ident(&payload.other);
        let other = quote!(#other_docs #other(rt::Other));
        let mut items = vec![layout::item(quote!(#docs #derives pub enum #name { #(#variants,)* #other, }))?];
        if !bare {
            let made = self.made(held);
            items.push(layout::item(quote!(impl Default for #name { fn default() -> Self { Self::#made } }))?);
        }
        items.push(self.payload_table(ty, payload)?);
        Ok(items)
    }

    fn made(&self, variant: &Variant) -> TokenStream {
        let variant_name = ident(&variant.name);
        match variant.members.map(|id| self.name(id)) {
            Some(members) => quote!(#variant_name(#members::default())),
            None => quote!(#variant_name),
        }
    }

    /// The items of a set of values.
    pub fn values_items(&self, ty: &Type, values: &Values) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let docs = docs::attributes(&ty.docs, &ty.facts, "A set of values.", self.options);
        let derives = derives(values.others.is_empty(), !values.literals.is_empty());
        let mut variants = Vec::new();
        for (index, literal) in values.literals.iter().enumerate() {
            let docs = docs::attributes(&literal.docs, &literal.facts, &format!("`{}`", literal.value), self.options);
            let variant = ident(&literal.name);
            let default = (index == 0).then(|| quote!(#[default]));
            variants.push(quote!(#docs #default #variant));
        }
        for other in &values.others {
            let docs = docs::attributes(&[], &Facts::default(), "Another value.", self.options);
            let (variant, scalar) = (ident(&other.name), self.scalar(&other.scalar)?);
            variants.push(quote!(#docs #variant(#scalar)));
        }
        let mut items = vec![layout::item(quote!(#docs #derives pub enum #name { #(#variants,)* }))?];
        if values.literals.is_empty() {
            let Some(first) = values.others.first() else { return Err(format!("the set {name} has no values")) };
            let first = ident(&first.name);
            items.push(layout::item(
                quote!(impl Default for #name { fn default() -> Self { Self::#first(Default::default()) } }),
            )?);
        }
        items.push(self.values_table(ty, values)?);
        Ok(items)
    }

    /// The items of a mix.
    pub fn mix_items(&self, ty: &Type, mix: &Mix) -> Result<Vec<String>, String> {
        let name = ident(&ty.name);
        let docs = docs::attributes(&ty.docs, &ty.facts, "One of several elements.", self.options);
        let derives = derives(false, false);
        let Some(first) = mix.variants.first() else { return Err(format!("the mix {name} has no variants")) };
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
        let first = ident(&first.name);
        Ok(vec![
            layout::item(quote!(#docs #derives pub enum #name { #(#variants,)* }))?,
            layout::item(quote!(impl Default for #name { fn default() -> Self { Self::#first(Default::default()) } }))?,
            self.mix_table(ty, mix)?,
        ])
    }
}
