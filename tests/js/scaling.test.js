/** Eight times as much takes about eight times as long, not sixty-four: a long log or a long array must never look like a hang. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, append } from "chord-sync";

const factor = 8;
// In between 8 and 64, with room for noise on either side.
const most = 30;

/** The best of some runs, because machines are noisy. */
async function best(work) {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run += 1) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** The step of the clock: a browser's may be a millisecond, and what takes less can't be told from nothing. */
function tick() {
  const start = performance.now();
  let now = start;
  while (now === start) now = performance.now();
  return now - start;
}

/** `prepare(size)` gives the work to be timed. What grows too fast does so each time; a machine that was busy at the wrong moment doesn't. */
function scales(claim, size, prepare) {
  test(claim, { timeout: 120_000 }, async () => {
    let ratio = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 3 && ratio >= most; attempt += 1) {
      const small = await prepare(size);
      const large = await prepare(size * factor);
      await small();
      ratio = (await best(large)) / Math.max(await best(small), tick());
    }
    assert.ok(ratio < most, `${factor} times as much took ${ratio.toFixed(0)} times as long`);
  });
}

const chord = await Chord.open({ deltaThreshold: null, deltaTtl: null });

scales("a merge of very many deltas", 2_000, (count) => {
  const deltas = Array.from({ length: count }, (_, n) => ({ [`key ${n}`]: { action: "added", value: { n, text: "some text" } } }));
  return () => assert.equal(Object.keys(chord.mergeDeltas(deltas)).length, count);
});

scales("a merge of very many appends", 2_000, (count) => {
  const deltas = Array.from({ length: count }, (_, n) => ({ list: { action: "edited", edits: [{ index: n, removed: [], added: [n] }] } }));
  return () => assert.equal(chord.mergeDeltas(deltas).list.edits[0].added.length, count);
});

let logs = 0;

/** A new context whose log is that long. */
async function longLog(kind, count) {
  logs += 1;
  const id = `${kind} ${logs}`;
  // So much that the whole state is never the shorter answer.
  await chord.setContext(id, { list: [], text: "text ".repeat(10_000) });
  for (let n = 1; n < count; n += 1) await chord.updateContext(id, kind === "appends" ? { list: append(n) } : { [`key ${n % 10}`]: n });
  return id;
}

for (const kind of ["appends", "changes of a few keys"]) {
  scales(`a sync over a log of very many ${kind}`, 600, async (count) => {
    const id = await longLog(kind, count);
    let since = 0;
    // From another version each time, so that no earlier answer can be given again.
    return async () => {
      since += 1;
      assert.equal((await chord.syncContext(id, since)).type, "delta");
    };
  });

  scales(`listing very many ${kind}`, 600, async (count) => {
    const id = await longLog(kind, count);
    const { length } = await chord.listDeltas(id);
    return async () => assert.equal((await chord.listDeltas(id)).length, length);
  });
}

scales("updates of one field as the log grows", 600, async (count) => () => longLog("changes of a few keys", count));

scales("a diff of arrays in another order", 2_000, (length) => {
  const before = Array.from({ length }, (_, id) => ({ id, text: "some text" }));
  const after = before.map(({ id }) => ({ id: (id * 7_919) % length, text: "other text" }));
  return () => chord.calculateDelta({ list: before }, { list: after });
});

scales("applying very many edits of one array", 2_000, (length) => {
  const list = Array.from({ length }, () => 0);
  const edits = list.map((_, n) => ({ index: n % 2 ? 0 : length, removed: [], added: [n] }));
  return () => assert.equal(chord.applyDelta({ list }, { list: { action: "edited", edits } }).list.length, 2 * length);
});

scales("listing very many contexts page by page", 1_000, async (count) => {
  const many = await Chord.open();
  for (let n = 0; n < count; n += 1) await many.setContext(`context ${n}`, { n });
  return async () => {
    let cursor;
    let found = 0;
    do {
      const page = await many.listContexts({ limit: 50, cursor });
      found += page.contexts.length;
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.equal(found, count);
  };
});

scales("cleaning up very many contexts", 1_000, async (count) => {
  let now = 0;
  const options = { contextAutoDelete: true, contextTtl: 10, deltaTtl: 10, timeProvider: () => now };
  const stale = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const many = await Chord.open(options);
      for (let n = 0; n < count; n += 1) await many.setContext(`context ${n}`, { n });
      return many;
    }),
  );
  now += 100;
  return async () => {
    const many = stale.pop();
    for (let removed = 1; removed > 0; ) removed = (await many.cleanup({ limit: 20 })).contexts;
    assert.deepEqual((await many.listContexts()).contexts, []);
  };
});
