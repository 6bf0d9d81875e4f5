//! Prints the types of `schema/recipes.rnc`.

fn main() -> std::process::ExitCode {
    domxml_codegen::Builder::new("schema/recipes.rnc").overrides("schema/recipes.overrides.xml").out_dir().run()
}
