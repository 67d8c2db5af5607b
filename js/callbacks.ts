/** Operations that wait for the user's own functions: export, restore, transact. What such a function throws is `callback_failed`. */
import type { Committed, Settled } from "./core.js";
import { chain, type Patience } from "./deadline.js";
import { asChordError, ChordError, kindOf } from "./error.js";
import type { Instance } from "./instance.js";
import { getContext } from "./reads.js";
import type { Result } from "./result.js";
import type { Context, JsonObject } from "./types.js";

/** Calls what the user gave, and says which function failed. */
export function callBack<T>(name: string, call: () => T | PromiseLike<T>): Settled<T> {
  const failed = (cause: unknown): never => {
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    throw new ChordError("callback_failed", `${name} failed${reason}; see the cause`, { cause });
  };
  try {
    const value = call();
    const isLate = typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
    return isLate ? Promise.resolve(value).catch(failed) : (value as T);
  } catch (cause) {
    return failed(cause);
  }
}

export function exportContext(instance: Instance, id: string): Settled<void> {
  instance.checkId(id);
  const { exportCallback } = instance.settings;
  if (exportCallback === undefined) {
    throw new ChordError("no_export_callback", "exportContext needs the option exportCallback");
  }
  return chain(getContext(instance, id), (context) => {
    if (context === undefined) throw new ChordError("not_found", "there is no such context to export");
    return chain(
      callBack("exportCallback", () => exportCallback(context)),
      () => undefined,
    );
  });
}

export function restoreContext(instance: Instance, id: string, patience: Patience): Settled<Context> {
  instance.checkId(id);
  const { contextExternalProvider } = instance.settings;
  if (contextExternalProvider === undefined) {
    throw new ChordError("no_context_external_provider", "restoreContext needs the option contextExternalProvider");
  }
  return chain(
    callBack("contextExternalProvider", () => contextExternalProvider(id)),
    (provided) => {
      patience.check();
      instance.ready();
      const { context, version } = readProvided(provided);
      const now = instance.now();
      instance.history.prepare(id);
      return restore(instance, id, context, version, now, (commit) => {
        instance.history.forget(id);
        const moment = instance.history.committed(id, commit);
        instance.changed(moment, true);
        return moment.context;
      });
    },
  );
}

function malformed(problem: string, cause?: unknown): ChordError {
  return new ChordError("callback_failed", `contextExternalProvider must give { context, version }: ${problem}`, { cause });
}

/** What is wrong with a context is the provider's fault. */
function restore<T>(
  instance: Instance,
  id: string,
  context: unknown,
  version: number,
  now: number,
  done: (commit: Committed) => T,
): Settled<T> {
  const failed = (error: unknown): never => {
    throw error instanceof ChordError && error.code === "invalid_value" ? malformed(error.message, error) : error;
  };
  let commit: Settled<Committed>;
  try {
    commit = instance.core.restore(id, context, version, now);
  } catch (error) {
    return failed(error);
  }
  // In one step, as with every other write: listeners hear of commits in the order of these steps.
  return commit instanceof Promise ? commit.then(done, failed) : done(commit);
}

/** From here on, too, versions can grow by one for longer than anybody lives and stay exact. */
const latestVersion = 2 ** 52;

function readProvided(provided: unknown): { context: unknown; version: number } {
  if (provided === undefined || provided === null) {
    throw new ChordError("not_found", "contextExternalProvider has no such context");
  }
  try {
    if (typeof provided !== "object") throw malformed(`got ${kindOf(provided)}`);
    const { context, version } = provided as { context?: unknown; version?: unknown };
    if (typeof version !== "number" || !Number.isInteger(version) || version < 0 || version > latestVersion) {
      throw malformed(`version must be an integer from 0 to 2^52, got ${kindOf(version)}`);
    }
    return { context, version };
  } catch (error) {
    if (error instanceof ChordError) throw error;
    throw malformed(error instanceof Error ? error.message : "reading it threw", error);
  }
}

const mostAttempts = 100;
const longestPause = 50;

/** Full jitter, from none at all, so that writers who collided come back at different times. */
function pause(attempt: number): Promise<void> {
  const longest = Math.min(2 ** attempt - 1, longestPause);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
}

type Compute = (current: JsonObject | undefined) => unknown;

export function transact(instance: Instance, id: string, compute: Compute, patience: Patience): Settled<Result> {
  instance.checkId(id);
  const first = attempt(instance, id, compute, patience);
  if (first instanceof Promise) return first.then((result) => result ?? retry(instance, id, compute, patience));
  return first ?? retry(instance, id, compute, patience);
}

async function retry(instance: Instance, id: string, compute: Compute, patience: Patience): Promise<Result> {
  for (let count = 1; count < mostAttempts; count += 1) {
    await pause(count - 1);
    patience.check();
    instance.ready();
    const result = await attempt(instance, id, compute, patience);
    if (result !== undefined) return result;
  }
  throw new ChordError("conflict", `other writers were first ${mostAttempts} times in a row; try again, or use updateContext`);
}

/** One try; `undefined` where somebody else committed between the read and the write. */
function attempt(instance: Instance, id: string, compute: Compute, patience: Patience): Settled<Result | undefined> {
  return chain(getContext(instance, id), (current) =>
    chain(
      callBack("the transaction's function", () => compute(current?.context)),
      (next) => {
        patience.check();
        instance.ready();
        return next === undefined ? unchanged(instance, current) : commit(instance, id, current, next);
      },
    ),
  );
}

function unchanged(instance: Instance, current: Context | undefined): Result {
  if (current === undefined) {
    throw new ChordError("not_found", "there is no such context, and the transaction's function returned nothing to create it from");
  }
  return instance.unchanged(current);
}

function commit(instance: Instance, id: string, current: Context | undefined, next: unknown): Settled<Result | undefined> {
  const guard = current === undefined ? { version: 0 } : { version: current.version, revision: current.revision };
  const missed = (error: unknown): undefined => {
    if (error instanceof ChordError && error.code === "conflict") return undefined;
    throw asChordError(error, id);
  };
  const now = instance.now();
  try {
    const committed = instance.core.set(id, next, guard, now);
    if (committed instanceof Promise) return committed.then((late) => instance.committed(id, late), missed);
    return instance.committed(id, committed);
  } catch (error) {
    return missed(error);
  }
}
