/** Browsers, and bundlers for them: fetched from beside the package. */
export async function load(): Promise<WebAssembly.Module> {
  const url = new URL("../../chord.wasm", import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} was answered with status ${response.status}`);
  // As a stream where the server names the type; many don't know it, and compileStreaming insists.
  if (response.headers.get("Content-Type") === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
