// A TypeScript user's program: it only has to compile, and each `@ts-expect-error` has to be one.
import { append, Chord, ChordError, increment, type ChangeResult, type Context, type Delta, type SyncResult } from "chord-sync";
import wasm from "chord-sync/chord.wasm";
import { Chord as Inline } from "chord-sync/inline";
import { Chord as InMemory } from "chord-sync/memory";

export async function program(): Promise<Delta | undefined> {
  const chord: Chord = await Chord.open({ deltaThreshold: 10, timeUnit: "second" });
  const result: ChangeResult = await chord.setContext("c", { list: [1], n: 1, gone: null });
  const context: Context = result.context;
  await chord.updateContext("c", { list: append(2), n: increment(1), gone: undefined }, { ifVersion: context.version });
  const answer: SyncResult = await chord.syncContext("c", context);
  // @ts-expect-error: an option that doesn't exist
  await Chord.open({ nosuch: true });
  // @ts-expect-error: not JSON
  await chord.setContext("c", { when: new Date() });
  // @ts-expect-error: a delta is there only in an answer of that type
  answer.delta;
  const stop: () => void = chord.subscribe("*", (event) => void event.contextId.length);
  stop();
  const same: typeof Chord = Inline;
  await (await InMemory.open()).close();
  await (await same.open({ wasm })).close();
  try {
    await chord.close();
  } catch (error) {
    if (error instanceof ChordError) return void (error.code === "closed");
    throw error;
  }
  return answer.type === "delta" ? answer.delta : undefined;
}
