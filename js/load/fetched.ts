/** A module that lies beside the package on a server. */

/** Where Vite looks after it has moved the entry to its cache and left the modules behind (vite#8427), and where it serves them. */
const leftBehind = /\/node_modules\/(chord(?:-\w+)?\.wasm)(?=$|\?)/;
const served = "/node_modules/chord-sync/$1";

export async function fetched({ href }: URL): Promise<WebAssembly.Module> {
  const url = href.replace(leftBehind, served);
  const response = await fetch(url);
  const type = response.headers.get("Content-Type") ?? "";
  // Servers for single pages answer with that page whatever they don't have.
  if (!response.ok || type.startsWith("text/html")) {
    throw new Error(`${url} was answered with ${response.ok ? "a page" : `status ${response.status}`}`);
  }
  // As a stream where the server names the type; many don't know it, and compileStreaming insists.
  if (type === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
