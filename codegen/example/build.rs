//! Prints the types of `schema/library.rng`.

fn main() -> std::process::ExitCode {
    domxml_codegen::Builder::new("schema/library.rng").out_dir().run()
}
