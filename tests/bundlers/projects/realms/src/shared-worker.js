import { Chord, increment } from "./chord.js";
import { program } from "./program.js";

let opening;

async function visit() {
  opening ??= Chord.open().then(async (chord) => {
    await chord.setContext("room", { visits: 0 });
    return chord;
  });
  const chord = await opening;
  await chord.updateContext("room", { visits: increment(1) });
  return (await chord.getContext("room")).context.visits;
}

addEventListener("connect", ({ ports: [port] }) => {
  port.onmessage = async ({ data: name }) => {
    const outcome = await program(name);
    port.postMessage({ outcome, visits: await visit().catch(String) });
  };
});
