// What 200,000 small contexts take. A process of its own, started with --expose-gc, so that nothing else is on the heap;
// prints one line of JSON.

import { wasmBytes } from "./wasm-memory.js";
import { Chord } from "chord-sync";
import { makeB } from "./inputs.js";

const CONTEXTS = 200_000;

const chord = await Chord.open();
const start = taken();
for (let i = 0; i < CONTEXTS; i += 1) await chord.setContext(`user:${i}`, makeB());
const created = since(start);
for (let i = 0; i < CONTEXTS; i += 1) await chord.updateContext(`user:${i}`, { metadata: { theme: "dark" } });
const updated = since(start);
console.log(JSON.stringify({ contexts: CONTEXTS, created, updated }));
await chord.close();

function taken() {
  globalThis.gc();
  globalThis.gc();
  return { heap: process.memoryUsage().heapUsed, wasm: wasmBytes() };
}

/** Bytes a context, by where they are. */
function since(before) {
  const now = taken();
  return { heap: (now.heap - before.heap) / CONTEXTS, wasm: (now.wasm - before.wasm) / CONTEXTS };
}
