/** Reads: get, sync, lists. Snapshots and earlier answers are shared as long as the engine says that nothing has happened since. */
import { type Answer, headOf, type Question } from "./answers.js";
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
  const newest = instance.newest(id);
  if (newest !== undefined) return newest;
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
  const answer = answerTo(instance, id, since, options);
  return answer instanceof Promise ? answer.then((late) => resultOf(instance, id, late)) : resultOf(instance, id, answer);
}

/** The text of what `syncContext` gives, and what it is of. */
export function syncContextText(instance: Instance, id: string, since: Since, options: SyncOptions | undefined): Settled<Answer> {
  return chain(answerTo(instance, id, since, options), (answer) => {
    answer.text ??= textOf(id, answer.synced);
    return answer;
  });
}

function wantsOldValues(options: SyncOptions | undefined): boolean {
  if (options === undefined) return true;
  const { oldValues } = fieldsOf(options, "options", ["oldValues"]);
  if (oldValues === undefined || typeof oldValues === "boolean") return oldValues ?? true;
  throw new ChordError("invalid_argument", `oldValues must be true or false, got ${kindOf(oldValues)}`);
}

function answerTo(instance: Instance, id: string, since: Since, options: SyncOptions | undefined): Settled<Answer> {
  instance.checkId(id);
  const question = questionOf(since);
  const oldValues = wantsOldValues(options);
  const known = instance.answers.find(id, question, oldValues);
  if (known === undefined) return ask(instance, id, question, oldValues);
  if (instance.isAlone) return known;
  return chain(instance.core.get(id, headOf(known.synced)), (state) => (state === "same" ? known : ask(instance, id, question, oldValues)));
}

function ask(instance: Instance, id: string, question: Question, oldValues: boolean): Settled<Answer> {
  const synced = instance.core.sync(id, question, oldValues);
  return synced instanceof Promise
    ? synced.then((late) => keep(instance, id, question, oldValues, late))
    : keep(instance, id, question, oldValues, synced);
}

function keep(instance: Instance, id: string, question: Question, oldValues: boolean, synced: Synced): Answer {
  const answer: Answer = { question, oldValues, synced, result: undefined, text: undefined };
  instance.answers.keep(id, answer);
  return answer;
}

function resultOf(instance: Instance, id: string, answer: Answer): SyncResult {
  answer.result ??= madeOf(instance, id, answer.synced);
  return answer.result;
}

function madeOf(instance: Instance, id: string, synced: Synced): SyncResult {
  if (synced.type === "no_change") {
    return Object.freeze({ type: "no_change", contextId: id, version: synced.version, revision: synced.revision });
  }
  if (synced.type === "full_context") {
    const { context, version, revision, insertedAt } = instance.history.snapshot(id, synced.state);
    return Object.freeze({ type: "full_context", contextId: id, context, version, revision, insertedAt });
  }
  const { fromVersion, version, revision, insertedAt } = synced;
  const delta = parseFrozen<Delta>(synced.delta);
  return Object.freeze({ type: "delta", contextId: id, delta, fromVersion, version, revision, insertedAt });
}

/** With its fields in the order of the result's. */
function textOf(id: string, synced: Synced): string {
  const begin = `{"type":"${synced.type}","contextId":${JSON.stringify(id)},`;
  if (synced.type === "no_change") return `${begin}"version":${synced.version},"revision":"${synced.revision}"}`;
  const { version, revision, insertedAt } = synced.type === "delta" ? synced : synced.state;
  const end = `"version":${version},"revision":"${revision}","insertedAt":${insertedAt}}`;
  if (synced.type === "delta") return `${begin}"delta":${synced.delta},"fromVersion":${synced.fromVersion},${end}`;
  return `${begin}"context":${synced.state.context},${end}`;
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
