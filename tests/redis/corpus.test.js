/** What one process stores comes to another as it was, to the byte: whole, and as what has changed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { corpus, ids, pairs } from "./corpus.js";
import { startProcess } from "./process.js";
import { skip, startServer } from "./servers.js";

const limit = { timeout: 120_000 };
// The deepest of the corpus lie deeper here, in what a delta is made to.
const options = { limits: { depth: 110 } };

// Between processes it travels as text: theirs would be another hop that may lose something.
const set = async ({ chord }, [id, text]) => void (await chord.setContext(id, JSON.parse(text)));

const get = async ({ chord }, id) => JSON.stringify((await chord.getContext(id)).context);

/** Brings its replica up to date and gives its text and how. */
async function follow(realm, id) {
  realm.replicas ??= new Map();
  const known = realm.replicas.get(id);
  const told = await realm.chord.syncContext(id, known?.told);
  const state = told.type === "delta" ? realm.chord.applyDelta(known.state, told.delta) : told.context;
  realm.replicas.set(id, { told, state });
  return { type: told.type, text: JSON.stringify(state) };
}

for (const [writing, reading] of [
  ["node-redis", "ioredis"],
  ["ioredis", "node-redis"],
]) {
  describe(`${writing} writes, ${reading} reads`, { skip }, () => {
    let server;
    let writer;
    let reader;
    before(async () => {
      server = await startServer();
      writer = await startProcess(writing, server, options);
      reader = await startProcess(reading, server, options);
    });
    after(async () => {
      await Promise.all([writer?.close(), reader?.close()]);
      await server?.close();
    });

    for (const [name, value] of Object.entries(corpus())) {
      test(`${name}: the same bytes, as a context and in deltas`, limit, async () => {
        const text = JSON.stringify(value);
        await writer.run(set, [name, text]);
        assert.ok((await reader.run(get, name)) === text, "another process reads what was written");

        // The padding makes a delta shorter than the context, which would otherwise be sent.
        const pad = "x".repeat(8 * text.length + 2000);
        const id = `${name}, in a delta`;
        const steps = [
          ["added", { pad }],
          ["changed", { pad, value }],
          ["removed and added", { pad, other: [value] }],
        ];
        for (const [place, [what, context]] of steps.entries()) {
          await writer.run(set, [id, JSON.stringify(context)]);
          const told = await reader.run(follow, id);
          assert.equal(told.type, place === 0 ? "full_context" : "delta", what);
          assert.ok(told.text === JSON.stringify(context), `${what}: what the deltas lead to`);
        }
      });
    }

    test("all code points that take two units: the same bytes", limit, async () => {
      for (const [name, value] of Object.entries(pairs())) {
        const text = JSON.stringify(value);
        await writer.run(set, [name, text]);
        assert.ok((await reader.run(get, name)) === text, name);
      }
    });

    test("ids are told apart and listed in the order of their bytes, whatever they are made of", limit, async () => {
      for (const id of ids) await writer.run(set, [id, JSON.stringify({ id })]);
      for (const id of ids) assert.equal(await reader.run(get, id), JSON.stringify({ id }));
      const listed = await reader.run(async ({ chord }) => {
        const found = [];
        for (let cursor; ; ) {
          const page = await chord.listContexts({ limit: 7, cursor });
          found.push(...page.contexts.map(({ contextId }) => contextId));
          cursor = page.cursor;
          if (cursor === undefined) return found;
        }
      });
      assert.deepEqual(
        listed.filter((id) => ids.includes(id)),
        ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    });

    test("no key has touched a prototype", async () => {
      const names = () => Object.getOwnPropertyNames(Object.prototype).sort();
      for (const process of [writer, reader]) assert.deepEqual(await process.run(names), names());
    });
  });
}
