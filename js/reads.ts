/** Reads: get, sync, lists. Snapshots and earlier answers are shared as long as the engine says that nothing has happened since. */
import type { Question } from "./answers.js";
import { checkLimit, checkOrder, checkIdPart, questionOf } from "./arguments.js";
import type { Settled, State, Synced } from "./core.js";
import { chain } from "./deadline.js";
import { asChordError, ChordError, kindOf } from "./error.js";
import { parseFrozen } from "./frozen.js";
import type { Instance } from "./instance.js";
import type { Moment } from "./moment.js";
import { fieldsOf } from "./options.js";
import type { Context, ContextPage, Delta, DeltaRecord, ListDeltasOptions, ListOptions, Since, SyncOptions, SyncResult } from "./types.js";

export function getContext(instance: Instance, id: string): Settled<Context | undefined> {
  instance.checkId(id);
  const latest = instance.history.latest(id);
  const state = instance.core.get(id, latest === undefined ? undefined : (latest.seen ?? latest.stamp));
  return state instanceof Promise ? state.then((late) => read(instance, id, latest, late)) : read(instance, id, latest, state);
}

function read(instance: Instance, id: string, latest: Moment | undefined, state: State | "same" | undefined): Context | undefined {
  if (state === "same") return latest?.context;
  if (state !== undefined) return instance.history.snapshot(id, state);
  instance.history.forget(id);
  return undefined;
}

export function syncContext(instance: Instance, id: string, since: Since, options: SyncOptions | undefined): Settled<SyncResult> {
  instance.checkId(id);
  const question = questionOf(since);
  const oldValues = wantsOldValues(options);
  const known = instance.answers.find(id, question, oldValues);
  if (known === undefined) return ask(instance, id, question, oldValues);
  return chain(instance.core.get(id, known), (state) => (state === "same" ? known : ask(instance, id, question, oldValues)));
}

function wantsOldValues(options: SyncOptions | undefined): boolean {
  if (options === undefined) return true;
  const { oldValues } = fieldsOf(options, "options", ["oldValues"]);
  if (oldValues === undefined || typeof oldValues === "boolean") return oldValues ?? true;
  throw new ChordError("invalid_argument", `oldValues must be true or false, got ${kindOf(oldValues)}`);
}

function ask(instance: Instance, id: string, question: Question, oldValues: boolean): Settled<SyncResult> {
  return chain(instance.core.sync(id, question, oldValues), (synced) => answer(instance, id, question, oldValues, synced));
}

function answer(instance: Instance, id: string, question: Question, oldValues: boolean, synced: Synced): SyncResult {
  if (synced.type === "no_change") {
    return Object.freeze({ type: "no_change", contextId: id, version: synced.version, revision: synced.revision });
  }
  let result: SyncResult;
  let bytes: number;
  if (synced.type === "full_context") {
    const { context, version, revision, insertedAt } = instance.history.snapshot(id, synced.state);
    result = Object.freeze({ type: "full_context", contextId: id, context, version, revision, insertedAt });
    bytes = synced.state.context.length;
  } else {
    const { fromVersion, version, revision, insertedAt } = synced;
    const delta = parseFrozen<Delta>(synced.delta);
    result = Object.freeze({ type: "delta", contextId: id, delta, fromVersion, version, revision, insertedAt });
    bytes = synced.delta.length;
  }
  instance.answers.keep(id, question, oldValues, result, bytes);
  return result;
}

export function listContexts(instance: Instance, options: ListOptions | undefined): Settled<ContextPage> {
  const { limit, cursor, order, prefix } = fieldsOf(options, "options", ["limit", "cursor", "order", "prefix"]);
  const { idBytes } = instance.settings.limits;
  const page = instance.core.list(
    checkLimit(limit, 1000),
    checkIdPart("cursor", cursor, undefined, idBytes),
    checkOrder(order),
    checkIdPart("prefix", prefix, "", idBytes),
  );
  return chain(page, ({ ids, cursor: next }) =>
    chain(glanceAll(instance, ids), (contexts) => (next === undefined ? { contexts } : { contexts, cursor: next })),
  );
}

/** The contexts there are of `ids`: with a backend one waits for, some may have gone meanwhile. */
function glanceAll(instance: Instance, ids: readonly string[]): Settled<Context[]> {
  const found = ids.map((id) => glance(instance, id));
  const isHere = (context: Context | undefined): context is Context => context !== undefined;
  if (found.some((context) => context instanceof Promise)) return Promise.all(found).then((contexts) => contexts.filter(isHere));
  return (found as (Context | undefined)[]).filter(isHere);
}

function glance(instance: Instance, id: string): Settled<Context | undefined> {
  const latest = instance.history.latest(id);
  const state = instance.core.get(id, latest?.seen);
  const look = (state: State | "same" | undefined): Context | undefined => {
    if (state === "same") return latest?.context;
    return state === undefined ? undefined : instance.history.glance(id, state);
  };
  if (!(state instanceof Promise)) return look(state);
  // Nobody else knows which of them can't be read.
  return state.then(look, (error) => Promise.reject(asChordError(error, id)));
}

export function listDeltas(instance: Instance, id: string, options: ListDeltasOptions | undefined): Settled<DeltaRecord[]> {
  instance.checkId(id);
  const { limit, order } = fieldsOf(options, "options", ["limit", "order"]);
  return chain(instance.core.deltas(id, checkLimit(limit, 2 ** 31 - 1), checkOrder(order)), (entries) =>
    entries.map(({ delta, version, revision, insertedAt }) =>
      Object.freeze({ contextId: id, delta: parseFrozen<Delta>(delta), version, revision, insertedAt }),
    ),
  );
}
