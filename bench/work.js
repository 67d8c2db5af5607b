import { keyOf, makeA, makeB } from "./inputs.js";

const SMALL = 1_000;
const BEHIND = 10;

/**
 * The measured operations of Chord. Each is awaited, as an application would, and none reads more of a result than said.
 * `check` looks at the last result of a round, so that nothing is timed that isn't the work its name tells.
 */
export async function chordWorks(chord) {
  return [
    ...(await worksOnA(chord)),
    await setNewB(chord),
    await updateB(chord, "update B", "", () => {}),
    await updateB(chord, "update B, read", ", result read", (result) => [result.context.context, result.delta.delta]),
    await getB(chord),
    await syncB(chord),
    await syncNoChange(chord),
  ];
}

async function worksOnA(chord) {
  const context = makeA();
  await chord.setContext("a:set", context);
  await chord.setContext("a:update", makeA());
  let at = 0;
  return [
    {
      id: "set A",
      title: "set A, one field of 3,000 changed",
      batch: 10,
      async run() {
        let last;
        for (let i = 0; i < this.batch; i += 1) {
          context[keyOf(at++)].count += 1;
          last = await chord.setContext("a:set", context);
        }
        return last;
      },
      check: (last) => last.changed && Object.keys(last.delta.delta).length === 1,
    },
    {
      id: "set A, same",
      title: "set A, nothing changed",
      batch: 10,
      // The other work leaves the store as `context` is; after it this is "the same again".
      before: () => chord.setContext("a:set", context),
      async run() {
        let last;
        for (let i = 0; i < this.batch; i += 1) last = await chord.setContext("a:set", context);
        return last;
      },
      check: (last) => !last.changed,
    },
    {
      id: "update A",
      title: "update A, one field",
      batch: 1_000,
      async run() {
        let last;
        for (let i = 0; i < this.batch; i += 1) {
          at += 1;
          last = await chord.updateContext("a:update", { [keyOf(at)]: { count: -at } });
        }
        return last;
      },
      check: (last) => last.changed && Object.keys(last.delta.delta).length === 1,
    },
  ];
}

async function setNewB(chord) {
  const context = makeB();
  let made = 0;
  return {
    id: "set B new",
    title: "set B, a new context",
    batch: 2_000,
    async run() {
      let last;
      for (let i = 0; i < this.batch; i += 1) last = await chord.setContext(`new:${made++}`, context);
      return last;
    },
    check: (last) => last.changed && last.context.version === 1,
  };
}

async function updateB(chord, id, extra, read) {
  const ids = await makeMany(chord, `${id}:`);
  let theme = 0;
  return {
    id,
    title: `update B, one field${extra}`,
    batch: SMALL,
    async run() {
      let last;
      theme += 1;
      for (const contextId of ids) {
        last = await chord.updateContext(contextId, { metadata: { theme: theme % 2 === 0 ? "light" : "dark" } });
        read(last);
      }
      return last;
    },
    check: (last) => last.changed && last.context.context.metadata.lang === "en",
  };
}

async function getB(chord) {
  await chord.setContext("get", makeB());
  return {
    id: "get B",
    title: "get B, unchanged since last read",
    batch: 5_000,
    async run() {
      let last;
      for (let i = 0; i < this.batch; i += 1) last = await chord.getContext("get");
      return last;
    },
    check: (last) => last.context.status === "online",
  };
}

/** The client's last result is handed in, ten versions old; each sync follows an update, so no answer can be one given before. */
async function syncB(chord) {
  const ids = await makeMany(chord, "sync:");
  const known = ids.map(() => []);
  let theme = 0;
  const updateAll = async () => {
    theme += 1;
    for (const [i, contextId] of ids.entries()) {
      const { context } = await chord.updateContext(contextId, { metadata: { theme: `theme ${theme}` } });
      known[i].push({ version: context.version, revision: context.revision });
      if (known[i].length > BEHIND + 1) known[i].shift();
    }
  };
  for (let i = 0; i < BEHIND; i += 1) await updateAll();
  return {
    id: "sync B",
    title: "sync B, ten versions behind",
    batch: SMALL,
    before: updateAll,
    async run() {
      let last;
      for (let i = 0; i < ids.length; i += 1) last = await chord.syncContext(ids[i], known[i][0]);
      return last;
    },
    check: (last) => last.type === "delta" && last.version - last.fromVersion === BEHIND,
  };
}

async function syncNoChange(chord) {
  const { context } = await chord.setContext("same", makeB());
  const since = { version: context.version, revision: context.revision };
  return {
    id: "sync same",
    title: "sync B, no change",
    batch: 5_000,
    async run() {
      let last;
      for (let i = 0; i < this.batch; i += 1) last = await chord.syncContext("same", since);
      return last;
    },
    check: (last) => last.type === "no_change",
  };
}

async function makeMany(chord, prefix) {
  const ids = Array.from({ length: SMALL }, (_, i) => `${prefix}${i}`);
  for (const contextId of ids) await chord.setContext(contextId, makeB());
  return ids;
}
