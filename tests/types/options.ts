/** What `Chord.open` accepts and what it doesn't. */
import { Chord, type Backend, type ChordOptions, type Context, type Delta } from "chord-sync";
import { type Same, holds } from "./shapes.js";

export const everything: ChordOptions = {
  backend: "memory",
  contextAutoDelete: true,
  contextTtl: 5,
  deltaTtl: null,
  deltaThreshold: null,
  deltaFormatter: "json-patch",
  timeUnit: "second",
  timeProvider: (unit) => {
    holds<Same<typeof unit, "millisecond" | "second">>();
    return 1;
  },
  exportCallback: async (context) => {
    holds<Same<typeof context, Context>>();
  },
  contextExternalProvider: (contextId) => {
    holds<Same<typeof contextId, string>>();
    return contextId === "c" ? { context: { a: 1 }, version: 1 } : null;
  },
  telemetry: (event) => {
    const { name, durationMs, contextId, version, outcome, error } = event;
    holds<Same<typeof durationMs, number | undefined>>();
    holds<Same<typeof version, number | undefined>>();
    const known: "chord.context.set.start" | typeof name = name;
    void [known, contextId, outcome, error];
  },
  timeout: 1,
  limits: { contextBytes: 1, depth: 1, idBytes: 1, logBytes: 1 },
};

export const absent: ChordOptions = { contextTtl: undefined, limits: { depth: undefined }, telemetry: undefined };

export const formatters: ChordOptions[] = [
  { deltaFormatter: "default" },
  { deltaFormatter: "merge-patch" },
  {
    deltaFormatter: (delta, metadata) => {
      holds<Same<typeof delta, Delta>>();
      return metadata.contextId;
    },
  },
];

export const backends: ChordOptions[] = [
  { backend: "indexeddb" },
  { backend: { type: "indexeddb", name: "mine", durability: "strict" } },
  { backend: {} as Backend },
];

export async function wrong() {
  // @ts-expect-error options are known by name
  await Chord.open({ ttl: 5 });
  // @ts-expect-error limits are known by name
  await Chord.open({ limits: { bytes: 5 } });
  // @ts-expect-error there is no such backend
  await Chord.open({ backend: "redis" });
  // @ts-expect-error there is no such unit
  await Chord.open({ timeUnit: "minute" });
  // @ts-expect-error there is no such format
  await Chord.open({ deltaFormatter: "xml" });
  // @ts-expect-error a TTL is a number
  await Chord.open({ deltaTtl: "24h" });
  // @ts-expect-error time is a number
  await Chord.open({ timeProvider: () => new Date() });
  // @ts-expect-error a provider gives context and version
  await Chord.open({ contextExternalProvider: () => ({ context: {} }) });
  // @ts-expect-error a callback is a function
  await Chord.open({ exportCallback: "file" });
  // @ts-expect-error null doesn't stand for absent here
  await Chord.open({ timeout: null });
}
