/** `tests/js/module-bytes.js` inside a browser: from the server. */
export async function moduleBytes() {
  return new Uint8Array(await (await fetch("/chord-indexeddb.wasm")).arrayBuffer());
}
