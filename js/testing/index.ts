/**
 * `chord-sync/testing`: what a backend must keep to, as cases for any test runner.
 *
 * Each case names a rule of the contract in `Backend`'s documentation and checks it on a fresh store. One that fails says which rule is broken, what was expected and
 * what came.
 *
 * @example
 * import { test } from "node:test";
 * import { Chord } from "chord-sync";
 * import { backendConformance, chordConformance, register } from "chord-sync/testing";
 *
 * const store = () => {
 *   const file = temporaryFile();
 *   return { connect: () => new SqliteBackend(file), drop: () => remove(file) };
 * };
 * register(backendConformance(store, { lacks: ["watching"] }), test);
 * register(chordConformance(Chord, store, { lacks: ["watching"] }), test);
 */
import type { Backend } from "../backend.js";
import type { Chord } from "../chord.js";
import type { ChordOptions } from "../options.js";
import { doors } from "./backend/claims.js";
import { commits } from "./backend/commits.js";
import { concurrency } from "./backend/concurrency.js";
import { conflicts } from "./backend/conflicts.js";
import { expiry } from "./backend/expiry.js";
import { histories } from "./backend/histories.js";
import { isolation } from "./backend/isolation.js";
import { lifetime } from "./backend/lifetime.js";
import { listing } from "./backend/listing.js";
import { logs } from "./backend/logs.js";
import { payloads } from "./backend/payloads.js";
import { removal } from "./backend/removal.js";
import { watching } from "./backend/watching.js";
import { type BackendOption, doorsOf } from "./chord/claims.js";
import { keeping } from "./chord/keeping.js";
import { listening } from "./chord/listening.js";
import { syncing } from "./chord/syncing.js";
import { writing } from "./chord/writing.js";
import { type ConformanceCase, type ConformanceOptions, casesOf, type FreshStore } from "./suite.js";

export { BrokenContract } from "./contract.js";
export { type Capability, type ConformanceCase, type ConformanceOptions, type FreshStore, type Register, register } from "./suite.js";

const claims = [
  ...[commits, conflicts, logs, expiry, removal, listing, payloads].flat(),
  ...[isolation, concurrency, watching, lifetime, histories].flat(),
];

/** The contract of backends, rule by rule. `store` makes a store that is empty; the backends that it gives are opened and closed by the cases. */
export function backendConformance(
  store: () => FreshStore<Backend> | Promise<FreshStore<Backend>>,
  options: ConformanceOptions = {},
): readonly ConformanceCase[] {
  return casesOf(claims, store, doors, options);
}

const claimsOfChord = [writing, syncing, keeping, listening].flat();

/**
 * What `Chord` promises, over a backend: several instances on one store lose nothing and tell exactly what happened. Here `connect` gives what
 * the option `backend` takes, so that it may be `"memory"` or an IndexedDB database, too.
 */
export function chordConformance(
  chord: { open(options?: ChordOptions): Promise<Chord> },
  store: () => FreshStore<BackendOption> | Promise<FreshStore<BackendOption>>,
  options: ConformanceOptions = {},
): readonly ConformanceCase[] {
  return casesOf(
    claimsOfChord,
    store,
    doorsOf((given) => chord.open(given)),
    options,
  );
}
