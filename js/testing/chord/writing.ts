/** Writers on one store: nothing is lost, nothing is done twice. */
import type { Chord } from "../../chord.js";
import { append, increment } from "../../operation.js";
import type { ChangeResult } from "../../types.js";
import { BrokenContract, holds, same, shown } from "../contract.js";
import { claim, refusal, two } from "./claims.js";

export const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

const versionsOf = (results: readonly ChangeResult[]): readonly number[] =>
  results.map(({ context }) => context.version).sort((one, other) => one - other);

/** How many work at once. Each goes on when it is done, so that calls come together with others', but not all of them in one commit. */
const workers = 8;

/** Does so much work, by turns on several instances, several at once. */
async function byTurns<T>(chords: readonly Chord[], count: number, work: (chord: Chord, n: number) => Promise<T>): Promise<readonly T[]> {
  const done: T[] = [];
  const goOn = async (worker: number): Promise<void> => {
    for (let n = worker; n < count; n += workers) done.push(await work(chords[n % chords.length] as Chord, n));
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => goOn(worker)));
  return done;
}

/** The outcomes of calls of which exactly one may go through; the others have to be conflicts. */
async function onlyOne(calls: readonly Promise<unknown>[], rule: string): Promise<void> {
  const outcomes = await Promise.allSettled(calls);
  const done = outcomes.filter(({ status }) => status === "fulfilled");
  holds(done.length === 1, rule, `one of ${calls.length} to go through`, `${done.length}`);
  for (const call of calls) if ((await Promise.allSettled([call]))[0]?.status === "rejected") await refusal(call, "conflict", rule);
}

export const writing = [
  claim("fifty concurrent updates are all kept, each with a version of its own", async (open, rule) => {
    const chord = await open();
    await chord.setContext("a", { n: 0 });
    const results = await Promise.all(Array.from({ length: 50 }, () => chord.updateContext("a", { n: increment() })));
    same(rule, versionsOf(results), range(2, 51));
    same(rule, (await chord.getContext("a"))?.context, { n: 50 });
  }),

  claim(
    "concurrent updates of two instances are all kept, with versions in a row",
    async (open, rule) => {
      const chords = await two(open);
      await chords[0].setContext("a", { n: 0, keys: {} });
      const results = await byTurns(chords, 60, (chord, n) => chord.updateContext("a", { n: increment(), keys: { [`k${n}`]: n } }));
      same(rule, versionsOf(results), range(2, 61));
      for (const chord of chords) {
        const found = await chord.getContext("a");
        same(rule, [found?.version, found?.context.n, Object.keys(found?.context.keys ?? {}).length], [61, 60, 60]);
      }
    },
    "sharing",
  ),

  claim(
    "increments and appends of two instances each count once",
    async (open, rule) => {
      const chords = await two(open);
      await chords[0].setContext("a", {});
      await byTurns(chords, 40, (chord, n) =>
        chord.updateContext("a", { sum: increment(n), list: append(n), deep: { sum: increment(1) } }),
      );
      const context = (await chords[1].getContext("a"))?.context as { sum: number; list: number[]; deep: { sum: number } };
      same(rule, [context.sum, context.deep.sum], [780, 40]);
      same(
        rule,
        [...context.list].sort((one, other) => one - other),
        range(0, 39),
      );
    },
    "sharing",
  ),

  claim(
    "transactions of two instances all count",
    async (open, rule) => {
      const chords = await two(open);
      await chords[0].setContext("a", { n: 0 });
      await byTurns(chords, 24, (chord) => chord.transact("a", (current) => ({ n: Number((current as { n: number }).n) + 1 })));
      same(rule, (await chords[0].getContext("a"))?.context, { n: 24 });
      same(rule, (await chords[1].getContext("a"))?.version, 25);
    },
    "sharing",
  ),

  claim(
    "of writes for one and the same version one goes through, the others are conflicts",
    async (open, rule) => {
      const chords = await two(open);
      const created = Array.from({ length: 8 }, (_, n) => (chords[n % 2] as Chord).setContext("a", { n }, { ifVersion: 0 }));
      await onlyOne(created, rule);
      const updated = Array.from({ length: 8 }, (_, n) => (chords[n % 2] as Chord).updateContext("a", { n: `u${n}` }, { ifVersion: 1 }));
      await onlyOne(updated, rule);
      same(rule, (await chords[0].getContext("a"))?.version, 2);
    },
    "sharing",
  ),

  claim(
    "contexts that two instances create at once are all there",
    async (open, rule) => {
      const chords = await two(open);
      const results = await byTurns(chords, 40, (chord, n) => chord.setContext(`c${n}`, { n }));
      same(rule, versionsOf(results), Array(40).fill(1));
      for (let n = 0; n < 40; n += 1) same(rule, (await (chords[(n + 1) % 2] as Chord).getContext(`c${n}`))?.context, { n });
    },
    "sharing",
  ),

  claim("a write that changes nothing keeps the version, and a refused one leaves nothing", async (open, rule) => {
    const chord = await open();
    const { context } = await chord.setContext("a", { n: 1, list: [1, { x: null }] });
    same(rule, (await chord.setContext("a", { list: [1, { x: null }], n: 1 })).changed, false);
    await refusal(chord.updateContext("a", { m: 1, list: increment() }), "invalid_value", rule);
    await refusal(chord.updateContext("a", { m: 1 }, { ifVersion: 7 }), "conflict", rule);
    await refusal(chord.updateContext("b", { m: 1 }), "not_found", rule);
    const found = await chord.getContext("a");
    same(rule, [found?.version, found?.revision, found?.context], [1, context.revision, { n: 1, list: [1, { x: null }] }]);
    same(rule, await chord.getContext("b"), undefined);
  }),

  claim("what is stored comes back, to the character and the number", async (open, rule) => {
    const [writer, reader] = await two(open);
    const values = {
      numbers: [0, 1, -1, 1.5, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53, 0.1 + 0.2],
      texts: ["", "\u0000\u001f\u007f\u2028\ufeff", "é日😀\uffff", '"\\/\b', "x".repeat(5_000)],
      rest: [null, true, false, [], {}, [[[]]], { "": { "": 1 } }],
      keys: JSON.parse('{"__proto__":{"polluted":1},"constructor":1,"prototype":2,"2":"b","1":"a","toString":3}'),
      deep: JSON.parse(`${"[".repeat(60)}1${"]".repeat(60)}`),
    };
    await writer.setContext("a", values);
    const again = (await writer.updateContext("a", { n: 1 })).context.context;
    same(rule, JSON.stringify(again), JSON.stringify({ ...values, n: 1 }));
    const found = await reader.getContext("a");
    // An instance that shares nothing has nothing to compare.
    if (found !== undefined) same(rule, JSON.stringify(found.context), JSON.stringify({ ...values, n: 1 }));
  }),

  claim(
    "a state of a megabyte is changed by small deltas, and found by others",
    async (open, rule) => {
      const [writer, reader] = await two(open);
      const rows = Object.fromEntries(range(0, 9_999).map((n) => [`row${n}`, { n, text: `é${"x".repeat(90)}` }]));
      await writer.setContext("a", { rows });
      const client = await reader.syncContext("a");
      for (let n = 0; n < 20; n += 1) await (n % 2 ? reader : writer).updateContext("a", { rows: { [`row${n}`]: { text: null } } });
      const answer = await reader.syncContext("a", client);
      if (answer.type !== "delta") throw new BrokenContract(rule, "a delta", shown(answer.type));
      const due = (await writer.getContext("a"))?.context;
      if (client.type === "full_context") same(rule, reader.applyDelta(client.context, answer.delta), due);
      same(rule, Object.keys((due as { rows: object }).rows).length, 10_000);
    },
    "sharing",
    "megabytes",
  ),

  claim("ids of every kind name contexts of their own", async (open, rule) => {
    const chord = await open();
    const ids = [
      "__proto__",
      "a",
      "A",
      "a ",
      " a",
      "a:1",
      "{a}",
      "a\n",
      "a\u0000b",
      "é",
      "e\u0301",
      "日本",
      "😀",
      "\ufffd",
      "%",
      "'",
      '"',
      "a/b",
      "1",
      "01",
    ];
    await Promise.all(ids.map((id) => chord.setContext(id, { id })));
    await Promise.all(ids.map((id) => chord.updateContext(id, { n: increment() })));
    for (const id of ids) same(rule, (await chord.getContext(id))?.context, { id, n: 1 });
    const { contexts } = await chord.listContexts();
    same(rule, contexts.map(({ contextId }) => contextId).sort(), ids.toSorted());
  }),
];
