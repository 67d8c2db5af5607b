/** Waiting for what will come, with an end. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is truthy, and gives it. After `ms` it fails and says for `what` it waited and the last answer or error: what throws
 * is asked again.
 */
export async function until(what, ask, ms = 30_000) {
  const end = performance.now() + ms;
  let last;
  do {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  } while (performance.now() < end);
  throw new Error(`waited ${ms} ms for ${what}: ${last instanceof Error ? last.message : JSON.stringify(last)}`, { cause: last });
}

/** The promise's outcome, or a failure after `ms`: a test that hangs is to say where. */
export async function within(ms, what, promise) {
  const cancel = new AbortController();
  const late = sleep(ms, undefined, { signal: cancel.signal }).then(() => {
    throw new Error(`${what} took longer than ${ms} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel.abort();
  }
}
