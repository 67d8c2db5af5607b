/** What importing `chord-sync/chord.wasm` gives depends on the host or the bundler: a module, bytes, or an address. Option `wasm` takes each. */
import type { WasmSource } from "../options.js";

declare const wasm: WasmSource;
export default wasm;
