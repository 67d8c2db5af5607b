import assert from "node:assert/strict";
import { ChordError } from "chord-sync";

/**
 * Checks that `error` is the documented refusal and returns it.
 * `path` lists segments that the error's path must have; `contextId` and `naming` (words of the message) are checked where given.
 */
export function assertRefusal(error, code, { path, contextId, naming = [] } = {}) {
  const told = `${error?.name} ${error?.code}: ${error?.message}`;
  assert.ok(error instanceof ChordError, `a ChordError was due, not ${told}`);
  assert.ok(error instanceof Error, told);
  assert.ok([code].flat().includes(error.code), `${code} was due, not ${told}`);
  assert.equal(typeof error.message, "string");
  assert.notEqual(error.message, "");
  if (path !== undefined) assert.deepEqual(error.path, path, told);
  if (contextId !== undefined) assert.equal(error.contextId, contextId, told);
  for (const word of naming) assert.ok(error.message.includes(word), `the message should name ${word}: ${error.message}`);
  return error;
}

/** The refusal of an asynchronous method, which must return a native promise and never throw by itself. */
export async function refusal(call, code, details) {
  let promise;
  try {
    promise = call();
  } catch (error) {
    assert.fail(`threw synchronously: ${error}`);
  }
  assert.ok(promise instanceof Promise, "a method returns a native promise");
  let value;
  try {
    value = await promise;
  } catch (error) {
    return assertRefusal(error, code, details);
  }
  assert.fail(`${code} was due, but the call gave ${JSON.stringify(value)?.slice(0, 200)}`);
}

/** The refusal of a synchronous method. */
export function thrown(call, code, details) {
  let value;
  try {
    value = call();
  } catch (error) {
    return assertRefusal(error, code, details);
  }
  assert.fail(`${code} was due, but the call gave ${JSON.stringify(value)?.slice(0, 200)}`);
}

/** The refusal of a method whose way to fail, at once or by its promise, is left open. */
export async function refusedSomehow(call, code, details) {
  return refusal(async () => call(), code, details);
}
