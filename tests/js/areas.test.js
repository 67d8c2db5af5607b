/** Ids and what goes with them are as long as they may be, in a process where nothing longer was written before. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";

test("a long revision from a client finds the context it asks for, and gets it whole", async () => {
  const chord = await Chord.open();
  await chord.setContext("\0", { other: true });
  await chord.setContext("a", { n: 1 });
  for (const revision of ["f".repeat(2_000), "f".repeat(100_000), "", "-", "€".repeat(50)]) {
    const answer = await chord.syncContext("a", { version: 1, revision });
    assert.equal(answer.type, "full_context");
    assert.deepEqual(answer.context, { n: 1 });
  }
  await chord.close();
});

test("a long cursor with a long prefix goes on where the page ended", async () => {
  const chord = await Chord.open({ limits: { idBytes: 65_536 } });
  const prefix = "€".repeat(9_000);
  for (const end of ["a", "b", "c"]) await chord.setContext(prefix + end, { end });
  const ends = [];
  let cursor;
  do {
    const page = await chord.listContexts({ prefix, cursor, limit: 1 });
    ends.push(...page.contexts.map(({ context }) => context.end));
    cursor = page.cursor;
  } while (cursor !== undefined);
  assert.deepEqual(ends, ["a", "b", "c"]);
  for (const end of ["a", "b"]) assert.equal((await chord.getContext(prefix + end)).context.end, end);
  await chord.close();
});

test("what is longer than any id is refused as cursor and as prefix", async () => {
  const chord = await Chord.open();
  for (const name of ["cursor", "prefix"]) {
    await assert.rejects(chord.listContexts({ [name]: "x".repeat(513) }), { code: "limit_exceeded", message: new RegExp(name) });
  }
  await chord.close();
});

test("large and small texts may follow each other in any order", async () => {
  const chord = await Chord.open();
  for (const size of [10, 3_000_000, 100, 1_500_000, 5, 2_000_000]) {
    const context = { text: "é€x".repeat(size / 5) };
    await chord.setContext("a", context);
    assert.deepEqual((await chord.updateContext("a", { size })).context.context, { ...context, size });
  }
  await chord.close();
});
