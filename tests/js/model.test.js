/**
 * A store in a few plain lines beside the real one. Random operations go to both, several clients lag behind by different amounts,
 * and every client must hold exactly the model's state after each of its syncs.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, append, increment } from "chord-sync";
import fc from "fast-check";
import { json } from "./arbitraries.js";
import { times } from "./effort.js";
import { manualClock } from "./open.js";
import { isObject, merged, overTheWire, own, put, received, same } from "./oracle.js";

const ids = ["a", "b", "__proto__"];
const clientCount = 4;
const { context, key, value } = json({ maxKeys: 4, maxItems: 4 });

const id = fc.constantFrom(...ids);
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("set"), id, context }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("update"), id, context, removed: fc.array(key, { maxLength: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("append"), id, key, items: fc.array(value, { minLength: 1, maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("increment"), id, key, by: fc.integer({ min: -5, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("transact"), id, key, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refused"), id, context, ifVersion: fc.integer({ min: 900, max: 999 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete"), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore"), id, context, version: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait"), by: fc.nat(900) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cleanup"), limit: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("sync"), id, client: fc.nat(clientCount - 1), oldValues: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("history"), id }) },
);

const options = fc.record({
  deltaThreshold: fc.constantFrom(null, 1, 3, 100),
  deltaTtl: fc.constantFrom(null, 1_000),
  contextAutoDelete: fc.boolean(),
  logBytes: fc.constantFrom(600, 1_000_000),
});

class Model {
  constructor(chord, clock, { contextAutoDelete, deltaTtl }) {
    Object.assign(this, { chord, clock, autoDelete: contextAutoDelete, tombstoneTtl: deltaTtl ?? 86_400_000 });
    /** By id: the state (undefined when deleted), its version, when it last changed, all revisions it had. */
    this.truth = new Map();
    /** By client and id: the state it holds and what it came with. Odd clients know versions only. */
    this.clients = Array.from({ length: clientCount }, () => new Map());
    this.revisions = new Set();
  }

  known(name) {
    if (!this.truth.has(name)) this.truth.set(name, { state: undefined, version: 0, changedAt: 0, deletedAt: undefined, forgotten: false });
    return this.truth.get(name);
  }

  /** A write that should lead to `next`; checks what it resolves to. */
  async write(name, next, call, { alwaysChanges = false } = {}) {
    const known = this.known(name);
    const result = await call();
    const created = known.state === undefined;
    const changed = alwaysChanges || created || !same(known.state, next);
    assert.equal(result.changed, changed);
    if (changed) {
      const { version, revision } = result.context;
      const expired = created && known.deletedAt !== undefined && this.clock.now - known.deletedAt > this.tombstoneTtl;
      if (!(expired && version === 1)) assert.equal(version, known.version + 1);
      else known.forgotten = true;
      assert.ok(!this.revisions.has(revision), "a revision came twice");
      this.revisions.add(revision);
      Object.assign(known, { version, state: next, changedAt: this.clock.now, deletedAt: undefined });
    }
    assert.ok(same(result.context.context, known.state));
    assert.equal(result.context.version, known.version);
    assert.equal(result.context.insertedAt, known.changedAt);
  }

  async refuses(code, call) {
    const error = await call().then(
      () => assert.fail(`${code} was due`),
      (reason) => reason,
    );
    assert.equal(error.code, code, String(error));
  }

  async update(name, next, changes) {
    if (this.known(name).state === undefined) await this.refuses("not_found", () => this.chord.updateContext(name, changes));
    else await this.write(name, next(this.known(name).state), () => this.chord.updateContext(name, changes));
  }

  async perform(step) {
    const { chord } = this;
    switch (step.kind) {
      case "set":
        return this.write(step.id, step.context, () => chord.setContext(step.id, step.context));
      case "update": {
        const changes = step.removed.reduce((all, name) => put(all, name, undefined), overTheWire(step.context));
        return this.update(step.id, (state) => merged(state, changes), changes);
      }
      case "append":
        return this.operate(step, append(...step.items), (old) =>
          old === undefined ? step.items : Array.isArray(old) ? [...old, ...step.items] : undefined,
        );
      case "increment":
        return this.operate(step, increment(step.by), (old) =>
          old === undefined ? step.by : typeof old === "number" ? old + step.by : undefined,
        );
      case "transact": {
        const change = (state) => put({ ...(state ?? {}) }, step.key, step.value);
        return this.write(step.id, change(this.known(step.id).state), () => chord.transact(step.id, change));
      }
      case "refused":
        return this.refuses("conflict", () => chord.setContext(step.id, step.context, { ifVersion: step.ifVersion }));
      case "delete": {
        const known = this.known(step.id);
        assert.equal(await chord.deleteContext(step.id), known.state !== undefined);
        if (known.state !== undefined) Object.assign(known, { state: undefined, deletedAt: this.clock.now });
        return undefined;
      }
      case "restore":
        return this.restore(step);
      case "wait":
        return this.clock.advance(step.by);
      case "cleanup":
        return this.cleanup(step);
      case "sync":
        return this.sync(step);
      default:
        return this.history(step);
    }
  }

  async operate(step, operation, compute) {
    const { state } = this.known(step.id);
    const next = compute(own(state ?? {}, step.key));
    const changes = put({}, step.key, operation);
    if (state !== undefined && next === undefined) return this.refuses("invalid_value", () => this.chord.updateContext(step.id, changes));
    return this.update(step.id, (current) => put({ ...current }, step.key, next), changes);
  }

  async restore(step) {
    this.provided = step;
    const known = this.known(step.id);
    const before = known.version;
    const { version, context: state } = await this.chord.restoreContext(step.id);
    const forgotten = known.state === undefined && known.deletedAt !== undefined && this.clock.now - known.deletedAt > this.tombstoneTtl;
    assert.ok(
      version === Math.max(step.version, before + 1) || (forgotten && version === Math.max(step.version, 1)),
      `restored as ${version} over ${before}`,
    );
    if (version <= before) known.forgotten = true;
    assert.ok(same(state, step.context));
    Object.assign(known, { state: step.context, version, changedAt: this.clock.now, deletedAt: undefined });
  }

  async cleanup(step) {
    const stale = [...this.truth.values()].filter(
      (known) => this.autoDelete && known.state !== undefined && this.clock.now - known.changedAt > 2_000,
    );
    const { contexts } = await this.chord.cleanup({ limit: step.limit });
    assert.ok(contexts <= Math.min(step.limit, stale.length), `${contexts} removed of ${stale.length} stale`);
    for (const [name, known] of this.truth) {
      if (known.state !== undefined && (await this.chord.getContext(name)) === undefined) {
        assert.ok(stale.includes(known), `${name} was removed while fresh`);
        Object.assign(known, { state: undefined, deletedAt: this.clock.now });
      }
    }
  }

  async sync({ id: name, client, oldValues }) {
    const known = this.known(name);
    const held = this.clients[client].get(name);
    // A bare version is exact within what one store remembers; who may have slept through a tombstone needs the revision.
    const bare = client % 2 === 1 && !known.forgotten;
    const since = held === undefined ? null : bare ? held.version : { version: held.version, revision: held.revision };
    if (known.state === undefined) return this.refuses("not_found", () => this.chord.syncContext(name, since));
    const answer = overTheWire(await this.chord.syncContext(name, since, { oldValues }));
    assert.equal(answer.version, known.version);
    const state = received(held?.state, answer);
    assert.ok(
      same(state, known.state),
      `client ${client} of ${name} at ${JSON.stringify(since)}: ${JSON.stringify({ answer, state, due: known.state })}`,
    );
    if (answer.type === "delta") assert.equal(answer.fromVersion, held.version);
    this.clients[client].set(name, { state, version: answer.version, revision: answer.revision });
    return undefined;
  }

  async history({ id: name }) {
    const known = this.known(name);
    if (known.state === undefined) return;
    const records = await this.chord.listDeltas(name, { order: "asc" });
    const versions = records.map((record) => record.version);
    assert.deepEqual(
      versions,
      versions.map((_, index) => known.version - versions.length + 1 + index),
      "the kept deltas end with the newest, without a gap",
    );
    const [latest] = await this.chord.listDeltas(name, { order: "desc", limit: 1 });
    if (latest !== undefined)
      assert.ok(
        same(this.chord.applyDelta(this.chord.applyDelta(known.state, this.chord.invertDelta(latest.delta)), latest.delta), known.state),
      );
  }
}

test("whatever happens, every client that syncs holds the truth", { timeout: 200_000 }, async () => {
  let operations = 0;
  await fc.assert(
    fc.asyncProperty(options, fc.array(operation, { minLength: 10, maxLength: 60 }), async ({ logBytes, ...chosen }, steps) => {
      const clock = manualClock();
      let model;
      const chord = await Chord.open({
        ...chosen,
        contextTtl: 2_000,
        limits: { logBytes },
        timeProvider: clock.timeProvider,
        contextExternalProvider: () => ({ context: model.provided.context, version: model.provided.version }),
      });
      model = new Model(chord, clock, chosen);
      for (const step of steps) {
        operations += 1;
        await model.perform(step);
      }
      for (const name of ids) {
        for (let client = 0; client < clientCount; client += 1) await model.sync({ id: name, client, oldValues: client < 2 });
        const { state } = model.known(name);
        assert.ok(state === undefined ? (await chord.getContext(name)) === undefined : isObject(state));
      }
      await chord.close();
    }),
    { numRuns: times(400) },
  );
  assert.ok(operations > times(5_000), `${operations} operations`);
});
