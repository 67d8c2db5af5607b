// What contexts like B take, a million of them, and what clients take that ask: `memory.js <contexts> <clients>`. A process of its own, started
// with --expose-gc, so that nothing else is on the heap; prints one line of JSON after a mark.

import { wasmBytes } from "./wasm-memory.js";
import { Chord } from "chord-sync";
import { keyOf, makeA, makeB } from "./inputs.js";

const [contexts, clients] = process.argv.slice(2).map(Number);

const chord = await Chord.open();
const start = taken();
const context = makeB();
const stages = [];
for (let i = 0; i < contexts; i += 1) await chord.setContext(`user:${i}`, context);
stages.push(since(start, contexts));
for (const theme of ["dark", "light", "blue"]) {
  for (let i = 0; i < contexts; i += 1) await chord.updateContext(`user:${i}`, { metadata: { theme } });
  stages.push(since(start, contexts));
}
const crowd = await memoryOfClients();
console.log(`\nmeasured ${JSON.stringify({ contexts, stages, crowd })}`);
await chord.close();

/** Bytes a client, after all have asked and their answers are gone. */
async function memoryOfClients() {
  await chord.setContext("crowd", makeA());
  const change = async (count) => {
    const { version, revision } = (await chord.getContext("crowd")) ?? {};
    await chord.updateContext("crowd", { [keyOf(count)]: { count: -count } });
    return { version, revision };
  };
  // A first crowd, so that what is made once is there.
  const first = await change(1);
  for (let i = 0; i < clients; i += 1) await chord.syncContext("crowd", { ...first });
  const crowds = [];
  for (let round = 2; round < 5; round += 1) {
    const known = await change(round);
    const before = taken();
    for (let i = 0; i < clients; i += 1) await chord.syncContext("crowd", { ...known });
    crowds.push(since(before, clients));
  }
  // What a runtime keeps of code it has just compiled goes with neither: the least is what stays.
  return crowds.toSorted((a, b) => a.heap + a.wasm - b.heap - b.wasm)[0];
}

function taken() {
  globalThis.gc();
  globalThis.gc();
  return { heap: process.memoryUsage().heapUsed, wasm: wasmBytes() };
}

/** Bytes each, by where they are. */
function since(before, count) {
  const now = taken();
  return { heap: (now.heap - before.heap) / count, wasm: (now.wasm - before.wasm) / count };
}
