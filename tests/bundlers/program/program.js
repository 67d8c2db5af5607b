// What every page and every worker does, whichever tool built it; `chord.js` beside it is how that project gets the package.
import { Chord, increment, options } from "./chord.js";

async function inMemory() {
  const chord = await Chord.open(options);
  const { context } = await chord.setContext("room", { status: "open", members: ["ada"] });
  await chord.updateContext("room", { status: "full" });
  const missed = await chord.syncContext("room", context);
  const view = chord.applyDelta(context.context, missed.delta);
  await chord.close();
  return { type: missed.type, context: view };
}

/** Counts its own runs: what is stored outlives the page. */
async function inDatabase(name) {
  const chord = await Chord.open({ ...options, backend: { type: "indexeddb", name } });
  const found = await chord.getContext("runs");
  if (found === undefined) await chord.setContext("runs", { count: 0 });
  const { version } = await chord.updateContext("runs", { count: increment(1) });
  const synced = await chord.syncContext("runs", found);
  await chord.close();
  return { found: found?.context ?? null, version, type: synced.type };
}

/** The outcome as JSON text, or the error's. */
export async function program(name) {
  try {
    return JSON.stringify({ memory: await inMemory(), database: await inDatabase(name) });
  } catch (error) {
    return `${error.code ?? "?"}: ${error.stack ?? error}`;
  }
}
