/** What listeners hear, of their own instance and of others. */
import type { ContextEvent } from "../../types.js";
import { BrokenContract, same, shown } from "../contract.js";
import { claim, two } from "./claims.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until so many events have come. */
async function heard(events: readonly ContextEvent[], count: number, rule: string): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (events.length < count) {
    if (Date.now() > deadline) throw new BrokenContract(rule, `${count} events within 8 seconds`, shown(events.map(told)));
    await pause(10);
  }
}

const told = ({ type, contextId, version }: ContextEvent): string => `${type} ${contextId} ${version}`;

export const listening = [
  claim("listeners hear each commit of their instance, in the order of versions", async (open, rule) => {
    const chord = await open({ contextExternalProvider: () => ({ context: {}, version: 1 }) });
    const [ofOne, ofAll]: [ContextEvent[], ContextEvent[]] = [[], []];
    chord.subscribe("a", (event) => ofOne.push(event));
    chord.subscribe("*", (event) => ofAll.push(event));
    const work = [chord.setContext("a", { n: 0 }), ...[1, 2, 3].map((n) => chord.updateContext("a", { n })), chord.restoreContext("a")];
    await Promise.all([...work, chord.deleteContext("a"), chord.setContext("b", {})]);
    const expected = ["change a 1", "change a 2", "change a 3", "change a 4", "change a 5", "delete a 5"];
    await heard(ofOne, expected.length, rule);
    same(rule, ofOne.map(told), expected);
    same(
      rule,
      ofOne.map(({ origin }) => origin),
      Array(6).fill("local"),
    );
    await heard(ofAll, expected.length + 1, rule);
    same(rule, ofAll.map(told).toSorted(), [...expected, "change b 1"].toSorted());
  }),

  claim(
    "listeners hear what other instances commit, restore and delete, in the order of versions",
    async (open, rule) => {
      const [one, other] = await two(open, { contextExternalProvider: () => ({ context: { restored: true }, version: 1 }) });
      await one.setContext("a", { n: 0 });
      const events: ContextEvent[] = [];
      one.subscribe("a", (event) => events.push(event));
      await pause(100);
      let state = { n: 0 };
      for (let n = 1; n <= 5; n += 1) await other.updateContext("a", { n });
      await heard(events, 5, rule);
      for (const { delta } of events) if (delta !== undefined) state = one.applyDelta(state, delta) as typeof state;
      same(`${rule}: their deltas lead to the state`, state, { n: 5 });
      await other.restoreContext("a");
      await heard(events, 6, rule);
      await other.deleteContext("a");
      await heard(events, 7, rule);
      same(rule, events.map(told), ["change a 2", "change a 3", "change a 4", "change a 5", "change a 6", "change a 7", "delete a 7"]);
      same(
        rule,
        events.map(({ origin }) => origin),
        Array(7).fill("remote"),
      );
    },
    "sharing",
    "watching",
  ),

  claim(
    "who listens to all contexts hears of those that other instances create",
    async (open, rule) => {
      const [one, other] = await two(open);
      const events: ContextEvent[] = [];
      one.subscribe("*", (event) => events.push(event));
      await pause(100);
      for (const id of ["b", "a", "日本\n{}"]) await other.setContext(id, { id });
      await heard(events, 3, rule);
      same(rule, events.map(told).toSorted(), ["change a 1", "change b 1", "change 日本\n{} 1"].toSorted());
    },
    "sharing",
    "watching",
  ),

  claim(
    "writers on both sides are heard once each, in the order of versions",
    async (open, rule) => {
      const chords = await two(open);
      await chords[0].setContext("a", { n: 0 });
      const events: ContextEvent[] = [];
      chords[0].subscribe("a", (event) => events.push(event));
      await pause(100);
      await Promise.all(Array.from({ length: 30 }, (_, n) => chords[n % 2 ? 0 : 1].updateContext("a", { [`k${n}`]: n })));
      await heard(events, 30, rule);
      await pause(50);
      same(
        rule,
        events.map(({ version }) => version),
        Array.from({ length: 30 }, (_, index) => index + 2),
      );
    },
    "sharing",
    "watching",
  ),
];
