/** Opens Chord from one kind of source, as the first thing its process does, so that the package's own module can't stand in. */
import { Chord } from "chord-sync";
import { moduleBytes } from "../module-bytes.js";
import { serveModule } from "../served-module.js";

const [kind, type = "application/wasm"] = process.argv.slice(2);
const file = await moduleBytes();
const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);

// The shortest module there is: valid, and not Chord.
const foreign = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const sources = {
  bytes: () => bytes,
  view: () => new Uint8Array(bytes),
  module: () => WebAssembly.compile(bytes),
  response: () => new Response(bytes, { headers: { "content-type": type } }),
  foreign: () => foreign,
};

const served = kind === "url" ? await serveModule(file, type) : undefined;
try {
  const chord = await Chord.open({ wasm: served?.url ?? (await sources[kind]()) });
  await chord.setContext("c", { n: 1 });
  const { delta } = await chord.updateContext("c", { n: 2 });
  await chord.close();
  console.log(JSON.stringify({ delta: delta.delta, requests: await served?.requests() }));
} catch (error) {
  console.log(JSON.stringify({ name: error?.name, code: error?.code, message: error?.message }));
}
served?.close();
