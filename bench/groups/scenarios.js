// What the original library measures itself with (bench/chord_benchmark.exs of stefanzvkvc/chord): fifty participants of one context, two of
// three tell something and one asks; and a hundred contexts, each set, after which a third each are set, updated and asked for.

import { isSame } from "../applying.js";
import { floor } from "../floor.js";
import { makeParticipants } from "../inputs.js";

const UPDATES = 34;
const SYNCS = 16;
const CONTEXTS = 100;

export async function prepare({ Chord }) {
  const chord = await Chord.open();
  const initial = makeParticipants();
  let told = 0;

  /** One set, then 34 updates and 16 syncs from what the set left, a sync after every second or third update. */
  async function participants(id) {
    const { version } = await chord.setContext(id, initial);
    let last;
    for (let i = 0; i < UPDATES + SYNCS; i += 1) {
      if (i % 3 === 2) last = await chord.syncContext(id, version);
      else last = await chord.updateContext(id, { [`participant_${i}`]: `status ${told++}` });
    }
    return last;
  }

  async function single(n) {
    let last;
    for (let i = 0; i < n; i += 1) last = await participants("group:123");
    return last;
  }

  async function hundredWhole(n) {
    let last;
    for (let i = 0; i < n; i += 1) {
      for (let group = 0; group < CONTEXTS; group += 1) last = await participants(`whole:${group}`);
    }
    return last;
  }

  async function hundred(n) {
    let last;
    for (let i = 0; i < n; i += 1) {
      for (let group = 0; group < CONTEXTS; group += 1) {
        const id = `group:${group}`;
        const { version } = await chord.setContext(id, initial);
        if (group % 3 === 0) await chord.setContext(id, { ...initial, status: `active ${told++}` });
        else if (group % 3 === 1) await chord.updateContext(id, { status: `inactive ${told++}` });
        else last = await chord.syncContext(id, version - 1);
      }
    }
    return last;
  }

  /** Whether a batch left what the last of its calls say: all that was told stands in the context. */
  const isTold = async (id) => {
    const { context } = await chord.getContext(id);
    return Object.keys(context).length === Object.keys(initial).length + UPDATES && context.participant_49 === `status ${told - 1}`;
  };

  const works = [
    floor(),
    { id: "original, single", title: "one context: 1 set of 7 KB, 34 updates, 16 syncs", run: single, check: () => isTold("group:123") },
    {
      id: "original, hundred",
      title: "100 contexts: 1 set of 7 KB each, then a set, an update or a sync",
      run: hundred,
      check: async () => isSame((await chord.getContext(`group:2`)).context, initial),
    },
    {
      id: "original, hundred whole",
      title: "100 contexts, all 51 operations each",
      most: 1,
      run: hundredWhole,
      check: () => isTold(`whole:${CONTEXTS - 1}`),
    },
  ];
  return { works, absent: [], end: () => chord.close() };
}
