//! Prints the types of `schema/recipes.rnc`.

fn main() -> std::process::ExitCode {
    domxml_codegen::Builder::new("schema/recipes.rnc").out_dir().run()
}
