/** The text of a sync, for servers that only hand on what they are asked for: it is the result's JSON, to the letter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import fc from "fast-check";
import { histories } from "./arbitraries.js";
import { times } from "./effort.js";
import { manualClock, withChord } from "./open.js";
import { refusal } from "./refusal.js";
import { overTheWire } from "./oracle.js";

const pad = "padding, so that a delta is the shorter answer ".repeat(30);

/** All ways to ask from one state, or from none. */
const questionsFrom = ({ version, revision }) => [version, { version }, { version, revision }, { version, revision: "foreign" }];
const wishes = [undefined, {}, { oldValues: true }, { oldValues: false }];

/** Asks for both; which of them is asked for first is not to matter. */
async function bothAnswers(chord, id, since, options, textFirst) {
  if (!textFirst) {
    const result = await chord.syncContext(id, since, options);
    return { result, text: await chord.syncContextText(id, since, options) };
  }
  const text = await chord.syncContextText(id, since, options);
  return { text, result: await chord.syncContext(id, since, options) };
}

test("it is what JSON.stringify makes of the result, whatever is asked and whichever is asked for first", async () => {
  const states = [
    { pad, status: "online", list: [1, 2, 3], 'quoted " key': "é\u2028🎵\n", user: { name: "Ann", gone: null } },
    { pad, status: "away", list: [1, 3, 4], 'quoted " key': -0.5, user: { name: "Bob" } },
    { pad, status: "away", list: [], user: { name: "Bob", tags: [{}, [], 1e21, 1e-7] } },
  ];
  for (const textFirst of [true, false]) {
    const chord = await Chord.open();
    const heads = [];
    for (const state of states) heads.push((await chord.setContext('a "quoted" id é', state)).context);
    const types = new Set();
    for (const since of [undefined, null, 0, 99, ...heads.flatMap(questionsFrom), ...heads]) {
      for (const options of wishes) {
        const { text, result } = await bothAnswers(chord, 'a "quoted" id é', since, options, textFirst);
        assert.equal(text, JSON.stringify(result));
        types.add(result.type);
      }
    }
    assert.deepEqual([...types].sort(), ["delta", "full_context", "no_change"]);
    await chord.close();
  }
});

test("old values stand in the text unless they are not wanted", async () => {
  const chord = await Chord.open();
  await chord.setContext("c", { pad, n: "the value before", gone: ["what goes"] });
  await chord.setContext("c", { pad, n: "the value after" });
  for (const options of [undefined, { oldValues: true }]) {
    const text = await chord.syncContextText("c", 1, options);
    assert.ok(text.includes("the value before") && text.includes("what goes"), text);
  }
  const text = await chord.syncContextText("c", 1, { oldValues: false });
  assert.ok(!text.includes("the value before") && !text.includes("what goes") && text.includes("the value after"), text);
  await chord.close();
});

test("times are printed as JSON prints them, whatever the time provider gives", async () => {
  for (const now of [0, 0.5, 1e-7, 1e21, 2 ** 53, -1, 1_700_000_000_000.25]) {
    const clock = manualClock(now);
    const chord = await Chord.open({ timeProvider: clock.timeProvider });
    await chord.setContext("c", { pad, n: 1 });
    await chord.setContext("c", { pad, n: 2 });
    for (const since of [null, 1, 2]) {
      assert.equal(await chord.syncContextText("c", since), JSON.stringify(await chord.syncContext("c", since)));
    }
    await chord.close();
  }
});

test("clients at one version get one text, and after a change the text of that change", async () => {
  const chord = await Chord.open();
  const { context: first } = await chord.setContext("c", { pad, n: 0 });
  for (let n = 1; n <= times(20); n += 1) {
    await chord.updateContext("c", { n });
    const due = JSON.stringify(await chord.syncContext("c", first));
    const texts = await Promise.all(Array.from({ length: 5 }, () => chord.syncContextText("c", first)));
    for (const text of texts) assert.equal(text, due);
    const { delta, version } = JSON.parse(due);
    assert.deepEqual([delta, version], [{ n: { action: "modified", oldValue: 0, value: n } }, n + 1]);
  }
  await chord.close();
});

test("random histories: the text says what the result says, from every version, with and without old values", async () => {
  const chord = await Chord.open();
  let id = 0;
  await fc.assert(
    fc.asyncProperty(histories(4), async (documents) => {
      id += 1;
      const heads = [];
      for (const document of documents) heads.push((await chord.setContext(`${id}`, document)).context);
      for (const [index, since] of [null, ...heads].entries()) {
        for (const options of [undefined, { oldValues: false }]) {
          const { text, result } = await bothAnswers(chord, `${id}`, since, options, index % 2 === 0);
          // By way of parsing, as objects put keys that look like indices first.
          assert.equal(JSON.stringify(JSON.parse(text)), JSON.stringify(result));
          assert.deepEqual(JSON.parse(text), overTheWire(result));
        }
      }
      await chord.deleteContext(`${id}`);
    }),
    { numRuns: times(300) },
  );
  await chord.close();
});

test("telemetry hears of it as of a sync, with its outcome and version", async () => {
  const events = [];
  const telemetry = (event) => events.push(event);
  await withChord({ telemetry }, async (chord) => {
    await chord.setContext("c", { pad, n: 1 });
    await chord.setContext("c", { pad, n: 2 });
    for (const [since, outcome] of [
      [null, "full_context"],
      [1, "delta"],
      [2, "no_change"],
    ]) {
      // Asked for twice: an answer that is remembered is told as well.
      for (let turn = 0; turn < 2; turn += 1) {
        events.length = 0;
        await chord.syncContextText("c", since);
        assert.deepEqual(
          events.map(({ name, contextId }) => [name, contextId]),
          [
            ["chord.context.sync.start", "c"],
            ["chord.context.sync.stop", "c"],
          ],
        );
        assert.deepEqual([events[1].outcome, events[1].version], [outcome, 2]);
      }
    }
    events.length = 0;
    const error = await refusal(() => chord.syncContextText("none"), "not_found", { contextId: "none" });
    assert.deepEqual(
      events.map(({ name }) => name),
      ["chord.context.sync.start", "chord.context.sync.exception"],
    );
    assert.equal(events[1].error, error);
  })();
});

test(
  "it refuses what a sync refuses",
  withChord({}, async (chord) => {
    await chord.setContext("c", {});
    await refusal(() => chord.syncContextText("none"), "not_found", { contextId: "none" });
    await refusal(() => chord.syncContextText("none", 3), "not_found", { contextId: "none" });
    await chord.deleteContext("c");
    await refusal(() => chord.syncContextText("c", 1), "not_found", { contextId: "c" });
    await chord.setContext("c", {});
    for (const id of ["", 5, undefined, "\ud800"]) await refusal(() => chord.syncContextText(id), "invalid_argument");
    for (const since of ["3", -1, 1.5, { revision: "r" }, true]) await refusal(() => chord.syncContextText("c", since), "invalid_argument");
    for (const options of [{ oldValues: 1 }, { oldvalues: true }, null, 7]) {
      await refusal(() => chord.syncContextText("c", 1, options), "invalid_argument");
    }
    await chord.close();
    await refusal(() => chord.syncContextText("c"), "closed");
  }),
);
