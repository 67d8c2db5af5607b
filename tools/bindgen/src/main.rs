//! Writes the JavaScript glue of a compiled crate: `chord-bindgen <in.wasm> <out folder>`.
//!
//! The glue is of the kind `web`, which runs everywhere because it leaves finding the bytes to its caller, and it comes with
//! `__wbg_reset_state`, which puts a fresh instance in the place of one that has trapped.

mod names;
mod panics;

use std::path::Path;
use std::process::ExitCode;

use walrus::ModuleConfig;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = arguments.as_slice() else {
        eprintln!("usage: chord-bindgen <in.wasm> <out folder>");
        return ExitCode::from(2);
    };
    // The compiler's output needs no second validation, which takes longer than all the rest.
    let written = ModuleConfig::new()
        .strict_validate(false)
        .parse_file(input)
        .and_then(|mut module| {
            panics::silence(&mut module);
            Bindgen::new()
                .input_module("chord", module)
                .web(true)?
                .typescript(true)
                .omit_default_module_path(true)
                .reset_state_function(true)
                .generate(folder)
        })
        .and_then(|()| names::shorten(Path::new(folder)));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chord-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
