// Opens from whatever the program's argument names, each in a process of its own: the first open decides for the whole process.
import { Chord } from "chord-sync";

const url = new URL(process.argv[2]);
const fetched = async () => (await fetch(url)).arrayBuffer();
const sources = {
  bytes: async () => new Uint8Array(await fetched()),
  buffer: fetched,
  module: async () => WebAssembly.compile(await fetched()),
  response: () => fetch(url),
  "pending response": async () => fetch(url),
  url: async () => url,
};

async function main() {
  const chord = await Chord.open({ wasm: await sources[process.argv[3]]() });
  await chord.setContext("c", { from: process.argv[3] });
  console.log((await chord.getContext("c")).context.from);
  await chord.close();
}

main();
