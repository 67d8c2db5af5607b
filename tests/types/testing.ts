// The suite for authors of backends: what it takes, and what must not compile.
import { type Backend, Chord } from "chord-sync";
import { type BrokenContract, backendConformance, type ConformanceCase, chordConformance, register } from "chord-sync/testing";

declare const backend: Backend;
const store = () => ({ connect: () => backend, drop: () => 7 });

const cases: readonly ConformanceCase[] = backendConformance(store, { lacks: ["watching", "sharing", "tails", "megabytes"], timeout: 100 });
chordConformance(Chord, async () => store());
chordConformance(Chord, () => ({ connect: () => "memory" }));
chordConformance(Chord, () => ({ connect: async () => ({ type: "indexeddb", name: "a" }) }));

// As in node:test, Vitest and Jest: with overloads, options and what can be skipped.
declare function test(name?: string, body?: (context: object, done: () => void) => void | Promise<void>): Promise<void>;
declare function test(name?: string, options?: { timeout?: number }, body?: () => void | Promise<void>): Promise<void>;
declare namespace test {
  function skip(name?: string, body?: () => void | Promise<void>): Promise<void>;
}
register(cases, test);
register(cases, (name, body) => void [name.length, body()]);
cases[0]?.run().catch((error: BrokenContract) => error.rule satisfies string);

// @ts-expect-error a backend is no name of one
backendConformance(() => ({ connect: () => "memory" }));
// @ts-expect-error there is no such capability
backendConformance(store, { lacks: ["everything"] });
// @ts-expect-error the cases need the class
chordConformance(store);
