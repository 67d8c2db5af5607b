import { equal } from "./equality.js";

/** What a client remembers between two syncs; every third remembers as little as a bare version number. */
const habits = [
  { remember: (answer) => answer, options: undefined },
  { remember: ({ version, revision }) => ({ version, revision }), options: { oldValues: false } },
  { remember: ({ version }) => version, options: undefined },
];

/** A client holding its own copy of one context, brought up to date only by what `syncContext` answers. */
class Client {
  view = undefined;
  since = null;

  constructor(number, patience) {
    this.habit = habits[number % habits.length];
    this.patience = patience;
    this.firstVisit = number % patience;
  }

  isDue(round) {
    return round >= this.firstVisit && (round - this.firstVisit) % this.patience === 0;
  }

  async sync(chord, contextId) {
    const answer = await chord.syncContext(contextId, this.since, this.habit.options);
    if (answer.type === "full_context") this.view = answer.context;
    if (answer.type === "delta") this.view = chord.applyDelta(this.view, answer.delta);
    this.since = this.habit.remember(answer);
    return answer;
  }
}

/** Many clients, the first syncing after every release and the most patient after every `patience`-th. */
export class Crowd {
  constructor(size, patience) {
    this.clients = Array.from({ length: size }, (_, i) => new Client(i, 1 + (i % patience)));
  }

  /** Syncs those that are due (all of them when `everyone`), comparing each with the truth afterwards. */
  async sync(chord, contextId, truth, { round, everyone = false }) {
    const tally = { full_context: 0, delta: 0, no_change: 0, bytes: 0, fullBytes: 0, different: 0 };
    const whole = Buffer.byteLength(JSON.stringify(truth));
    for (const client of this.clients) {
      if (!everyone && !client.isDue(round)) continue;
      const answer = await client.sync(chord, contextId);
      tally[answer.type] += 1;
      tally.bytes += sent(answer, whole);
      tally.fullBytes += whole;
      if (!equal(client.view, truth)) tally.different += 1;
    }
    return tally;
  }
}

/** Bytes the payload of an answer takes as JSON; the whole state's size is known already. */
function sent(answer, whole) {
  if (answer.type === "full_context") return whole;
  return answer.type === "delta" ? Buffer.byteLength(JSON.stringify(answer.delta)) : 0;
}
