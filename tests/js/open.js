import { Chord } from "chord-sync";

/** A test body with an open Chord of its own, closed whatever happens. */
export const withChord = (options, body) => async () => {
  const chord = await Chord.open(options);
  try {
    await body(chord);
  } finally {
    await chord.close();
  }
};

/** The most that `limits.depth` may be: workers of browsers have smaller stacks. */
export const mostDepth = typeof WorkerGlobalScope === "function" && globalThis instanceof WorkerGlobalScope ? 300 : 1_000;

/** A clock that stands still until it is told to go on, to be given as `timeProvider`. */
export function manualClock(start = 1_000_000) {
  const clock = {
    now: start,
    advance(by) {
      clock.now += by;
    },
    timeProvider: () => clock.now,
  };
  return clock;
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` holds; a condition that never does fails the test instead of hanging it. */
export async function until(condition, what, ms = 5_000) {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(2);
  }
}

/** The promise's outcome, or a failure when it is still pending after `ms`: a hang must fail, not time the whole file out. */
export async function settled(promise, ms = 5_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still pending after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

let stores = 0;

/** A fresh store for the suite of `chord-sync/testing`: in memory, or where the suite runs over IndexedDB, a database. */
export function freshStore() {
  if (globalThis.suiteBackend !== "indexeddb") return { connect: () => "memory" };
  stores += 1;
  const name = `suite-store-${performance.timeOrigin}-${stores}`;
  return { connect: () => ({ type: "indexeddb", name }), drop: () => void indexedDB.deleteDatabase(name) };
}

/** What such a store can't do: one in memory is its instance's own. */
export const storeLacks = () => (globalThis.suiteBackend === "indexeddb" ? [] : ["sharing", "watching"]);
