//! Short names for what the glue and the module call each other by.
//!
//! Generated names end in digests, so that several modules could share one glue. Here is one module, and digests don't compress.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use walrus::ModuleConfig;

/// What a closure does whose instance has trapped and been replaced. Whoever calls it late, as IndexedDB's events do, calls nobody, and an
/// exception would reach the page as an error that it can do nothing about.
const STALE: &str = "throw new Error('Cannot invoke closure from previous WASM instance');";

/// Renames the imports of the module in `folder`, and the glue's names for them.
pub fn shorten(folder: &Path) -> walrus::Result<()> {
    let (wasm, glue) = (folder.join("chord_bg.wasm"), folder.join("chord.js"));
    let mut module = ModuleConfig::new()
        .strict_validate(false)
        .parse_file(&wasm)?;
    let mut text = fs::read_to_string(&glue)?;
    let mut taken: HashMap<String, u32> = HashMap::new();
    for import in module.imports.iter_mut() {
        let name = readable(&import.name);
        let count = taken.entry(name.clone()).or_default();
        *count += 1;
        let short = match *count {
            1 => name,
            count => format!("{name}{count}"),
        };
        text = text.replace(&import.name, &short);
        import.name = short;
    }
    fs::write(&glue, text.replace(STALE, "return;"))?;
    module.emit_wasm_file(&wasm)
}

/// `__wbg_commit_0a5e84782697e68a` is `$commit`.
fn readable(name: &str) -> String {
    let digest = name.rsplit_once('_').filter(|(_, digest)| {
        digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let name = digest.map_or(name, |(name, _)| name);
    let name = name
        .trim_start_matches("__wbg_")
        .trim_start_matches("__wbindgen_");
    format!("${name}")
}
