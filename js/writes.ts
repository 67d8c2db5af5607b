/** Writes: set, update, delete, cleanup. Each checks, asks for the time, calls the engine once, and tells what came of it. */
import { checkLimit, guardOf } from "./arguments.js";
import type { Settled } from "./core.js";
import { chain } from "./deadline.js";
import type { Instance } from "./instance.js";
import { fieldsOf } from "./options.js";
import type { Result } from "./result.js";
import type { CleanupOptions, CleanupResult, WriteOptions } from "./types.js";

export function setContext(instance: Instance, id: string, context: unknown, options: WriteOptions | undefined): Settled<Result> {
  instance.checkId(id);
  const guard = guardOf(options);
  const commit = instance.core.set(id, context, guard, instance.now());
  return commit instanceof Promise ? commit.then((late) => instance.committed(id, late)) : instance.committed(id, commit);
}

export function updateContext(instance: Instance, id: string, changes: unknown, options: WriteOptions | undefined): Settled<Result> {
  instance.checkId(id);
  const guard = guardOf(options);
  const commit = instance.core.update(id, changes, guard, instance.now());
  return commit instanceof Promise ? commit.then((late) => instance.committed(id, late)) : instance.committed(id, commit);
}

export function deleteContext(instance: Instance, id: string, options: WriteOptions | undefined): Settled<boolean> {
  instance.checkId(id);
  const guard = guardOf(options);
  const now = instance.now();
  instance.history.prepare(id);
  return instance.deleting(id, () =>
    chain(instance.core.delete(id, guard, now), (head) => {
      if (head === undefined) return false;
      instance.deleted(id, head, now);
      return true;
    }),
  );
}

export function cleanup(instance: Instance, options: CleanupOptions | undefined): Settled<CleanupResult> {
  const { limit } = fieldsOf(options, "options", ["limit"]);
  const most = checkLimit(limit, 1000);
  const now = instance.now();
  const { contextAutoDelete, contextTtl } = instance.settings;
  // Reckoned as the engine does: rounding may tell `now - contextTtl` from it.
  if (contextAutoDelete && contextTtl !== null) instance.history.settle((insertedAt) => insertedAt + contextTtl <= now);
  return instance.deleting("*", () =>
    chain(instance.core.cleanup(most, now), ({ deltas, deleted }) => {
      instance.answers.clear();
      for (const head of deleted) instance.deleted(head.contextId, head, now);
      return { contexts: deleted.length, deltas };
    }),
  );
}
