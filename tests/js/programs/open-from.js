/** Opens Chord from one kind of source, as the first thing its process does, so that the package's own module can't stand in. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { Chord } from "chord-sync";

const [kind, type = "application/wasm"] = process.argv.slice(2);
const file = await readFile(fileURLToPath(import.meta.resolve("chord-sync/chord.wasm")));
const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
let requests = 0;

async function served() {
  const server = createServer((_, response) => {
    requests += 1;
    response.writeHead(200, { "content-type": type }).end(file);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: new URL(`http://127.0.0.1:${server.address().port}/chord.wasm`) };
}

// The shortest module there is: valid, and not Chord.
const foreign = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const sources = {
  bytes: () => bytes,
  view: () => new Uint8Array(bytes),
  module: () => WebAssembly.compile(bytes),
  response: () => new Response(bytes, { headers: { "content-type": type } }),
  foreign: () => foreign,
};

let server;
let wasm;
if (kind === "url") {
  const place = await served();
  server = place.server;
  wasm = place.url;
} else {
  wasm = await sources[kind]();
}
try {
  const chord = await Chord.open({ wasm });
  await chord.setContext("c", { n: 1 });
  const { delta } = await chord.updateContext("c", { n: 2 });
  await chord.close();
  console.log(JSON.stringify({ delta: delta.delta, requests }));
} catch (error) {
  console.log(JSON.stringify({ name: error?.name, code: error?.code, message: error?.message }));
}
server?.closeAllConnections?.();
server?.close();
