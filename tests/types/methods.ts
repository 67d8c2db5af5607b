/** What each method takes and gives. */
import {
  Chord,
  type ChangeResult,
  type Context,
  type Delta,
  type DeltaRecord,
  type JsonObject,
  type Since,
  type SyncOptions,
  type SyncResult,
  append,
  increment,
} from "chord-sync";
import { type Same, holds } from "./shapes.js";

export async function reading(chord: Chord) {
  const held = await chord.getContext("c");
  holds<Same<typeof held, Context | undefined>>();
  // @ts-expect-error an absent context is undefined, and has to be looked at
  held.context;
  const page = await chord.listContexts({ limit: 5, cursor: undefined, order: "desc", prefix: "user:" });
  holds<Same<typeof page.contexts, Context[]>>();
  holds<Same<typeof page.cursor, string | undefined>>();
  const records = await chord.listDeltas("c", { limit: 5, order: "asc" });
  holds<Same<typeof records, DeltaRecord[]>>();
  // @ts-expect-error there are two orders
  await chord.listContexts({ order: "up" });
  // @ts-expect-error options are known by name
  await chord.listContexts({ page: 1 });
  // @ts-expect-error an id is a string
  await chord.getContext(1);
}

export async function writing(chord: Chord) {
  const result = await chord.setContext("c", { a: [1, { b: null }], absent: undefined }, { ifVersion: 0 });
  holds<Same<typeof result, ChangeResult>>();
  holds<Same<typeof result.changed, boolean>>();
  holds<Same<typeof result.context, Context>>();
  holds<Same<typeof result.delta, DeltaRecord>>();
  await chord.updateContext("c", { a: undefined, deep: { list: append(1, "two", { three: 3 }), n: increment(-1), gone: undefined } });
  holds<Same<ReturnType<Chord["deleteContext"]>, Promise<boolean>>>();
  // @ts-expect-error a context is an object
  await chord.setContext("c", [1]);
  // @ts-expect-error a context is an object
  await chord.setContext("c", "text");
  // @ts-expect-error a context is not nothing
  await chord.setContext("c");
  // @ts-expect-error JSON has no Date
  await chord.setContext("c", { at: new Date() });
  // @ts-expect-error JSON has no functions
  await chord.setContext("c", { f: () => 1 });
  // @ts-expect-error JSON has no BigInt
  await chord.setContext("c", { n: 1n });
  // @ts-expect-error JSON has no symbols
  await chord.updateContext("c", { s: Symbol("s") });
  // @ts-expect-error there is no undefined in an array
  await chord.setContext("c", { list: [undefined] });
  // @ts-expect-error a field operation is no value
  await chord.setContext("c", { list: append(1) });
  // @ts-expect-error a field operation is no element
  await chord.updateContext("c", { list: [append(1)] });
  // @ts-expect-error an increment takes a number
  increment("1");
  // @ts-expect-error an append takes JSON
  append(new Date());
  // @ts-expect-error a version is a number
  await chord.setContext("c", {}, { ifVersion: "1" });
  // @ts-expect-error options are known by name
  await chord.deleteContext("c", { version: 1 });
}

interface Cart {
  readonly items: readonly { readonly id: string; readonly count: number }[];
  readonly note?: string | undefined;
}

export async function typedValues(chord: Chord, cart: Cart) {
  await chord.setContext("cart", { ...cart });
  await chord.updateContext("cart", { note: undefined, items: cart.items });
}

export async function transactions(chord: Chord) {
  const result = await chord.transact("c", (current) => {
    holds<Same<typeof current, JsonObject | undefined>>();
    return { ...current, n: 1 };
  });
  holds<Same<typeof result, ChangeResult>>();
  await chord.transact("c", async () => undefined);
  // @ts-expect-error the state that is read can be absent
  await chord.transact("c", (current) => ({ n: current.n }));
  // @ts-expect-error what is committed is a context
  await chord.transact("c", () => 7);
}

export async function syncing(chord: Chord) {
  const answer = await chord.syncContext("c");
  holds<Same<typeof answer, SyncResult>>();
  await chord.syncContext("c", null);
  await chord.syncContext("c", 3, { oldValues: false });
  await chord.syncContext("c", { version: 3, revision: "r" });
  await chord.syncContext("c", answer);
  holds<Same<typeof chord.syncContextText, (id: string, since?: Since, options?: SyncOptions) => Promise<string>>>();
  // @ts-expect-error a version is a number
  await chord.syncContext("c", "3");
  // @ts-expect-error a revision belongs to a version
  await chord.syncContext("c", { revision: "r" });
  switch (answer.type) {
    case "full_context":
      holds<Same<typeof answer.context, JsonObject>>();
      break;
    case "delta":
      holds<Same<typeof answer.delta, Delta>>();
      holds<Same<typeof answer.fromVersion, number>>();
      break;
    case "no_change":
      // @ts-expect-error no change has neither context nor delta
      answer.context;
      break;
    default:
      holds<Same<typeof answer, never>>();
  }
}

export function algebra(chord: Chord, delta: Delta) {
  holds<Same<ReturnType<Chord["calculateDelta"]>, Delta>>();
  holds<Same<ReturnType<Chord["mergeDeltas"]>, Delta>>();
  holds<Same<ReturnType<Chord["invertDelta"]>, Delta>>();
  holds<Same<ReturnType<Chord["applyDelta"]>, JsonObject>>();
  chord.formatDelta(delta, { contextId: "c", version: 1, context: { a: 1 } });
  chord.formatDelta(delta);
  // @ts-expect-error deltas come in an array
  chord.mergeDeltas(delta);
  // @ts-expect-error a context is not applied to a delta
  chord.applyDelta(delta);
}

export async function restOfTheMethods(chord: Chord) {
  holds<Same<ReturnType<Chord["exportContext"]>, Promise<void>>>();
  holds<Same<ReturnType<Chord["restoreContext"]>, Promise<Context>>>();
  const { contexts, deltas } = await chord.cleanup({ limit: 1 });
  holds<Same<typeof contexts, number>>();
  holds<Same<typeof deltas, number>>();
  chord.startCleanupServer({ interval: 1_000, backendOptions: { limit: 1 } });
  chord.updateCleanupInterval(5);
  chord.updateCleanupBackendOptions({ limit: 1 });
  chord.stopCleanupServer();
  // @ts-expect-error the server has no such option
  chord.startCleanupServer({ every: 5 });
  await chord.close();
  await using disposed = await Chord.open();
  void disposed;
  // @ts-expect-error instances are opened, not constructed
  new Chord();
}

export function subscribing(chord: Chord) {
  const unsubscribe = chord.subscribe("*", (event) => {
    holds<Same<typeof event.type, "change" | "delete">>();
    holds<Same<typeof event.origin, "local" | "remote">>();
    holds<Same<typeof event.delta, Delta | undefined>>();
    // @ts-expect-error events are frozen
    event.version = 2;
  });
  unsubscribe();
  // @ts-expect-error a listener is a function
  chord.subscribe("c");
}
