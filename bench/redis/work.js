import { keyOf, makeA, makeB } from "../inputs.js";
import { BareContext, retryBlindly } from "./bare.js";

const many = 1024;
const inFlight = 64;
const hotInFlight = 4;

const themes = ["light", "dark"];
const change = (step) => ({ metadata: { theme: themes[step % 2] } });
/** The delta of that change, as Chord stores it. */
const deltaOf = (step) =>
  JSON.stringify({ metadata: { theme: { action: "modified", oldValue: themes[(step + 1) % 2], value: themes[step % 2] } } });

const state = JSON.stringify(makeB());

/** Does `update` so many times, with so many of them under way. */
async function spread(times, update) {
  let next = 0;
  let last;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < times) last = await update(next++);
    }),
  );
  return last;
}

/** One context, one update after the other. */
export async function oneContext(chord, client, sha) {
  await chord.setContext("one", makeB());
  const bare = new BareContext(client, sha, "one");
  let step = 0;
  const batch = 1_000;
  return {
    chord: {
      id: "one",
      title: "Chord",
      batch,
      async run() {
        let last;
        for (let n = 0; n < batch; n += 1) last = await chord.updateContext("one", change(++step));
        return last;
      },
      check: (last) => last.changed,
    },
    without: {
      id: "one, bare",
      title: "bare script",
      batch,
      async run() {
        for (let n = 0; n < batch; n += 1) await bare.update(deltaOf(n), state);
      },
      check: () => true,
    },
  };
}

/** Many contexts, 64 updates under way. */
export async function manyContexts(chord, client, sha) {
  const ids = Array.from({ length: many }, (_, number) => `many ${number}`);
  const bare = ids.map((id) => new BareContext(client, sha, id));
  await Promise.all(ids.map((id) => chord.setContext(id, makeB())));
  const batch = 4 * many;
  let step = 0;
  return {
    chord: {
      id: "many",
      title: "Chord",
      batch,
      run() {
        const start = step;
        step += batch;
        return spread(batch, (n) => chord.updateContext(ids[n % many], change(Math.floor((start + n) / many) + 1)));
      },
      check: (last) => last.changed,
    },
    without: {
      id: "many, bare",
      title: "bare script",
      batch,
      run: () => spread(batch, (n) => bare[n % many].update(deltaOf(n), state)),
      check: () => true,
    },
  };
}

/** One context that all processes increment. */
export async function hotContext(chord, processes, sha) {
  await chord.setContext("hot", { n: 0 });
  const each = 100;
  const batch = each * processes.length;
  const inEach = (work) => Promise.all(processes.map((process) => process.run(work, { sha, times: each, inFlight: hotInFlight })));
  let expected = 0;
  const conflicts = [];
  async function increment({ chord, increment }, { times, inFlight }) {
    let left = times;
    async function lane() {
      while (left > 0) {
        left -= 1;
        await chord.updateContext("hot", { n: increment(1) });
      }
    }
    await Promise.all(Array.from({ length: inFlight }, lane));
  }
  return {
    conflicts,
    chord: {
      id: "hot",
      title: "Chord",
      batch,
      async run() {
        expected += batch;
        await inEach(increment);
        return chord.getContext("hot");
      },
      check: ({ context }) => context.n === expected,
    },
    without: {
      id: "hot, bare",
      title: "blind retry",
      batch,
      async run() {
        const vain = await inEach(retryBlindly);
        conflicts.push(vain.reduce((sum, count) => sum + count, 0) / batch);
      },
      check: () => true,
    },
  };
}

/** What Redis receives for a change of one field of 50 KB, on average over so many. */
export async function bytesPerChange(chord, server, changes) {
  const context = makeA();
  await chord.setContext("large", context);
  const received = () => server.info("stats", "total_net_input_bytes");
  const before = await received();
  for (let n = 0; n < changes; n += 1) await chord.updateContext("large", { [keyOf(7 * n)]: { count: -n - 1 } });
  return { size: JSON.stringify(context).length, bytes: ((await received()) - before) / changes };
}
