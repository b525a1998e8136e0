//! Makes what stands between a WebAssembly module and JavaScript: `edge-glue MODULE DIRECTORY [--nameless]`.

use std::{env, error::Error};

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, directory, options @ ..] = arguments.as_slice() else {
        return Err("say which module, and the directory to write into".into());
    };
    let is_nameless = match options {
        [] => false,
        // Functions' names are a quarter of a module, and only stack traces tell them.
        [option] if option == "--nameless" => true,
        unknown => return Err(format!("there is no option {unknown:?}").into()),
    };
    let mut glue = Bindgen::new();
    glue.input_path(module)
        .out_name("worker")
        .typescript(false)
        .remove_name_section(is_nameless)
        .bundler(true)?
        .generate(directory)?;
    Ok(())
}
