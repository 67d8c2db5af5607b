/** What listeners hear, of their own instance and of others. */
import type { Chord } from "../../chord.js";
import type { ContextEvent } from "../../types.js";
import { same } from "../contract.js";
import { until } from "../waiting.js";
import { claim, two } from "./claims.js";

/** What contexts begin with that are there to be heard of. */
const sign = "sign ";

const told = ({ type, contextId, version }: ContextEvent): string => `${type} ${contextId} ${version}`;

/** What a listener is told. */
class Heard {
  readonly events: ContextEvent[] = [];
  readonly hear = (event: ContextEvent): void => void this.events.push(event);
  readonly #rule: string;
  readonly #patience: number;

  constructor(rule: string, patience: number) {
    this.#rule = rule;
    this.#patience = patience;
  }

  /** Waits until so many events have come. */
  async count(count: number): Promise<void> {
    const { events } = this;
    await until(
      this.#patience,
      this.#rule,
      `${count} events`,
      () => events.length >= count,
      () => events.map(told),
    );
  }

  /** Listens to a context. From then on everything that happens to it is news. */
  async listen(chord: Chord, id: string): Promise<void> {
    chord.subscribe(id, this.hear);
    // Calls on one id are answered in turn, and what is there already was asked for first.
    await chord.getContext(id);
  }

  /** Listens to all, until it hears of another instance: nobody can say what happened before. What it heard until then is left out. */
  async listenToAll(chord: Chord, other: Chord): Promise<void> {
    let isHeard = false;
    chord.subscribe("*", (event) => {
      if (!event.contextId.startsWith(sign)) this.hear(event);
      else isHeard = true;
    });
    let signs = 0;
    const isThere = async (): Promise<boolean> => {
      signs += 1;
      await other.setContext(`${sign}${signs}`, {});
      return isHeard;
    };
    await until(this.#patience, this.#rule, "anything to be heard of another instance", isThere, () => "nothing");
  }
}

export const listening = [
  claim("listeners hear each commit of their instance, in the order of versions", async (open, rule, patience) => {
    const chord = await open({ contextExternalProvider: () => ({ context: {}, version: 1 }) });
    const [ofOne, ofAll] = [new Heard(rule, patience), new Heard(rule, patience)];
    chord.subscribe("a", ofOne.hear);
    chord.subscribe("*", ofAll.hear);
    const work = [chord.setContext("a", { n: 0 }), ...[1, 2, 3].map((n) => chord.updateContext("a", { n })), chord.restoreContext("a")];
    await Promise.all([...work, chord.deleteContext("a"), chord.setContext("b", {})]);
    const expected = ["change a 1", "change a 2", "change a 3", "change a 4", "change a 5", "delete a 5"];
    await ofOne.count(expected.length);
    same(rule, ofOne.events.map(told), expected);
    same(
      rule,
      ofOne.events.map(({ origin }) => origin),
      Array(6).fill("local"),
    );
    await ofAll.count(expected.length + 1);
    same(rule, ofAll.events.map(told).toSorted(), [...expected, "change b 1"].toSorted());
  }),

  claim(
    "listeners hear what other instances commit, restore and delete, in the order of versions",
    async (open, rule, patience) => {
      const [one, other] = await two(open, { contextExternalProvider: () => ({ context: { restored: true }, version: 1 }) });
      await one.setContext("a", { n: 0 });
      const heard = new Heard(rule, patience);
      const { events } = heard;
      await heard.listen(one, "a");
      let state = { n: 0 };
      for (let n = 1; n <= 5; n += 1) await other.updateContext("a", { n });
      await heard.count(5);
      for (const { delta } of events) if (delta !== undefined) state = one.applyDelta(state, delta) as typeof state;
      same(`${rule}: their deltas lead to the state`, state, { n: 5 });
      await other.restoreContext("a");
      await heard.count(6);
      await other.deleteContext("a");
      await heard.count(7);
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
    async (open, rule, patience) => {
      const [one, other] = await two(open);
      const heard = new Heard(rule, patience);
      await heard.listenToAll(one, other);
      for (const id of ["b", "a", "日本\n{}"]) await other.setContext(id, { id });
      await heard.count(3);
      same(rule, heard.events.map(told).toSorted(), ["change a 1", "change b 1", "change 日本\n{} 1"].toSorted());
    },
    "sharing",
    "watching",
  ),

  claim(
    "writers on both sides are heard once each, in the order of versions",
    async (open, rule, patience) => {
      const chords = await two(open);
      await chords[0].setContext("a", { n: 0 });
      const heard = new Heard(rule, patience);
      await heard.listen(chords[0], "a");
      await Promise.all(Array.from({ length: 30 }, (_, n) => chords[n % 2 ? 0 : 1].updateContext("a", { [`k${n}`]: n })));
      // What was told twice would come before it.
      await chords[1].updateContext("a", { last: true });
      await heard.count(31);
      same(
        rule,
        heard.events.map(({ version }) => version),
        Array.from({ length: 31 }, (_, index) => index + 2),
      );
    },
    "sharing",
    "watching",
  ),
];
