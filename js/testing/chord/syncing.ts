/** What clients are told: an unbroken chain of deltas, or the whole state. */
import type { Chord } from "../../chord.js";
import type { ChordOptions } from "../../options.js";
import { append } from "../../operation.js";
import type { Context, JsonObject, Since, SyncResult } from "../../types.js";
import { BrokenContract, holds, same, shown } from "../contract.js";
import { claim, manualClock, refusal, two } from "./claims.js";

/** What a client holds that had `state` and is given `answer`. */
function held(chord: Chord, state: JsonObject | undefined, answer: SyncResult): JsonObject | undefined {
  if (answer.type === "full_context") return answer.context;
  return answer.type === "delta" ? chord.applyDelta(state ?? {}, answer.delta) : state;
}

/** Makes thirty versions of changes of all kinds, by turns; gives each. */
async function history(chords: readonly Chord[], id: string): Promise<readonly Context[]> {
  const pad = "x".repeat(1_500);
  const first = await (chords[0] as Chord).setContext(id, { pad, n: 0, list: [0], user: { name: "ada" } });
  const states = [first.context];
  for (let n = 1; n < 30; n += 1) {
    const changes =
      [{ n }, { list: append(n) }, { user: { name: `u${n}`, [`k${n}`]: [n] } }, { user: { [`k${n - 1}`]: undefined }, once: n }][n % 4] ??
      {};
    states.push((await (chords[n % chords.length] as Chord).updateContext(id, changes)).context);
  }
  return states;
}

/** Every client there may be, on every instance: what it ends up with is the truth, and nothing is told twice. */
async function isExact(chords: readonly Chord[], id: string, states: readonly Context[], rule: string): Promise<ReadonlySet<string>> {
  const newest = states.at(-1) as Context;
  const kinds = new Set<string>();
  for (const chord of chords) {
    for (const { context, version, revision } of states) {
      for (const since of [version, { version, revision }] as Since[]) {
        const answer = await chord.syncContext(id, since);
        kinds.add(answer.type);
        const where = `${rule}: from version ${version}, given as ${typeof since}`;
        same(where, held(chord, context, answer), newest.context);
        same(where, [answer.version, answer.revision], [newest.version, newest.revision]);
        if (version === newest.version) same(where, answer.type, "no_change");
      }
    }
    for (const since of [undefined, null, 0, newest.version + 1, { version: newest.version, revision: "ffff-ffff" }] as Since[]) {
      const { type } = await chord.syncContext(id, since);
      same(`${rule}: who comes with ${shown(since)} gets the full context`, type, "full_context");
    }
  }
  return kinds;
}

/** A claim for each way of trimming, over one instance and over two that share a store. */
function exactWith(how: string, options: ChordOptions, least: readonly string[]) {
  const check = (count: number) => async (open: (options?: ChordOptions) => Promise<Chord>, rule: string) => {
    const chords: Chord[] = [];
    for (let n = 0; n < count; n += 1) chords.push(await open(options));
    const states = await history(chords, "a");
    const kinds = await isExact(chords, "a", states, rule);
    for (const kind of least) holds(kinds.has(kind), rule, `some client to get ${kind}`, [...kinds]);
  };
  return [
    claim(`a sync is exact from every version, ${how}`, check(1)),
    claim(`a sync is exact from every version, ${how}, with two instances writing`, check(2), "sharing"),
  ];
}

/** What becomes of a client of the lineage before. */
async function getsFullContext(chord: Chord, id: string, client: Context, rule: string): Promise<void> {
  const { type } = await chord.syncContext(id, client);
  same(rule, type, "full_context");
}

export const syncing = [
  ...exactWith("with the whole log", { deltaThreshold: null, deltaTtl: null }, ["delta", "no_change"]),
  ...exactWith("with the log trimmed by count", { deltaThreshold: 7 }, ["delta", "full_context"]),
  ...exactWith("with the log trimmed to nothing", { deltaThreshold: 0 }, ["full_context"]),
  ...exactWith("with the log trimmed by bytes", { limits: { logBytes: 600 } }, ["delta", "full_context"]),

  claim("a sync is exact from every version, with the log trimmed by age and cleaned", async (open, rule) => {
    const clock = manualClock();
    const options = { deltaTtl: 100, timeProvider: clock.timeProvider };
    const chord = await open(options);
    const states = [...(await history([chord], "a"))];
    for (let n = 0; n < 12; n += 1) {
      clock.now += 30;
      states.push((await chord.updateContext("a", { late: n })).context);
    }
    const kinds = await isExact([chord], "a", states, rule);
    holds(kinds.has("delta") && kinds.has("full_context"), rule, "deltas and full contexts", [...kinds]);
    clock.now += 90;
    await chord.cleanup();
    await isExact([chord], "a", states, rule);
    same(rule, await chord.listDeltas("a").then((deltas) => deltas.every(({ insertedAt }) => insertedAt > clock.now - 100)), true);
  }),

  claim(
    "clients may ask another instance each time",
    async (open, rule) => {
      const chords = await two(open, { deltaThreshold: 20 });
      const created = await chords[0].setContext("a", { list: [], pad: "x".repeat(1_500) });
      let [since, state]: [Since, JsonObject] = [created.context, created.context.context];
      for (let n = 0; n < 30; n += 1) {
        await (chords[n % 2] as Chord).updateContext("a", { list: append(n) });
        const answer = await (chords[(n + 1) % 2] as Chord).syncContext("a", since);
        state = held(chords[0], state, answer) ?? state;
        since = answer;
        same(rule, answer.type, "delta");
        same(rule, (state.list as readonly number[]).length, n + 1);
      }
    },
    "sharing",
  ),

  claim(
    "what one instance deletes and creates again, all clients of before get in full, from each instance",
    async (open, rule) => {
      const [one, other] = await two(open);
      const states = await history([one, other], "a");
      const { version } = states.at(-1) as Context;
      same(rule, await other.deleteContext("a"), true);
      same(rule, await one.getContext("a"), undefined);
      same(rule, await one.deleteContext("a"), false);
      await refusal(one.syncContext("a", states[3]), "not_found", rule);
      await refusal(other.updateContext("a", { n: 1 }), "not_found", rule);
      const again = await one.setContext("a", { again: true });
      same("Chord: versions go on after a re-creation", again.context.version, version + 1);
      for (const chord of [one, other]) {
        for (const client of states) await getsFullContext(chord, "a", client, rule);
        same(rule, await chord.syncContext("a", again.context).then(({ type }) => type), "no_change");
      }
      const next = await other.updateContext("a", { more: 1 });
      const answer = await one.syncContext("a", again.context);
      same(rule, held(one, again.context.context, answer), next.context.context);
    },
    "sharing",
  ),

  claim("a restored context begins a lineage of its own, above every version of before", async (open, rule) => {
    const provided = { context: { restored: true } as JsonObject, version: 3 };
    const chord = await open({ contextExternalProvider: (id) => (id === "a" ? provided : null) });
    const states = await history([chord], "a");
    const first = await chord.restoreContext("a");
    same(rule, [first.version, first.context], [31, { restored: true }]);
    for (const client of states) await getsFullContext(chord, "a", client, rule);
    provided.version = 500;
    provided.context = { restored: "again" };
    const second = await chord.restoreContext("a");
    same(rule, second.version, 500);
    await getsFullContext(chord, "a", first, rule);
    const next = await chord.updateContext("a", { n: 1 });
    same(rule, next.context.version, 501);
    same(rule, held(chord, second.context, await chord.syncContext("a", second)), next.context.context);
    await refusal(chord.restoreContext("b"), "not_found", rule);
  }),

  claim("the log lists each delta with its version, and applied in a row they give the state", async (open, rule) => {
    const chord = await open({ deltaThreshold: null, deltaTtl: null });
    const states = await history([chord], "a");
    const deltas = await chord.listDeltas("a");
    same(
      rule,
      deltas.map(({ version, revision }) => ({ version, revision })),
      states.map(({ version, revision }) => ({ version, revision })),
    );
    let state: JsonObject = {};
    for (const [index, { delta }] of deltas.entries()) {
      state = chord.applyDelta(state, delta);
      same(rule, state, states[index]?.context);
    }
    const newest = await chord.listDeltas("a", { limit: 2, order: "desc" });
    if (newest.length !== 2) throw new BrokenContract(rule, "two deltas", shown(newest.length));
    same(rule, [newest[0]?.version, newest[1]?.version], [30, 29]);
  }),
];
