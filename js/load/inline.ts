/** Anywhere: from base64 inside a module of its own, for where nothing can be read or fetched. */
export async function load(): Promise<WebAssembly.Module> {
  const { base64 } = await import("./wasm-bytes.js");
  return WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
