//! Reads recipes as types, doubles the portions of one, and prints them.

include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

use recipes::Recipes;

const TEXT: &str = "<recipes>
  <recipe name='Plum cake' portions='12' kind='cake' minutes='45'>
    <ingredient amount='1.5' unit='g'>salt</ingredient>
  </recipe>
</recipes>
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut recipes = Recipes::from_xml(TEXT)?;
    for recipe in &mut recipes.recipes {
        recipe.servings = Some(24.into());
    }
    let printed = recipes.to_xml()?;
    assert_eq!(printed, TEXT.replace("'12'", "'24'"));
    print!("{printed}");
    Ok(())
}
