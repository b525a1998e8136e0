//! Makes what stands between a WebAssembly module and JavaScript: `edge-glue MODULE DIRECTORY`.

use std::{env, error::Error};

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, directory] = arguments.as_slice() else {
        return Err("say which module, and the directory to write into".into());
    };
    let mut glue = Bindgen::new();
    glue.input_path(module)
        .out_name("worker")
        .typescript(false)
        .bundler(true)?
        .generate(directory)?;
    Ok(())
}
