//! Writes the JavaScript glue of a compiled crate: `chord-bindgen <in.wasm> <out folder>`.
//!
//! The glue is of the kind `web`, which runs everywhere because it leaves finding the bytes to its caller, and it comes with
//! `__wbg_reset_state`, which puts a fresh instance in the place of one that has trapped.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = arguments.as_slice() else {
        eprintln!("usage: chord-bindgen <in.wasm> <out folder>");
        return ExitCode::from(2);
    };
    let written = Bindgen::new()
        .input_path(input)
        .out_name("chord")
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(true)
                .omit_default_module_path(true)
                .reset_state_function(true)
                .remove_producers_section(true)
                .generate(folder)
        });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chord-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
