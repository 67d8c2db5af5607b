// B: many small contexts, and the clients that follow them.

import { applyPlainly, isSame } from "../applying.js";
import { floor } from "../floor.js";
import { dice, makeB } from "../inputs.js";
import { fill, updateAny } from "./updating.js";

const BEHIND = 10;

export async function prepare({ Chord, whole }) {
  const [chord, crowded] = [await Chord.open(), await Chord.open()];
  const crowd = await fill(crowded, "crowd:", whole ? 300_000 : 300);
  const some = whole ? 1_000 : 10;
  const works = [
    floor(),
    setNew(chord, "set B new", "set B, a new context"),
    setNew(crowded, "set B new, 300,000", "set B, a new context beside 300,000"),
    updateAnywhere(crowded, crowd),
    await getUnchanged(chord),
    await behind(chord, some, BEHIND, "sync B", "sync B, ten versions behind, a delta", (id, since) => chord.syncContext(id, since)),
    await behind(chord, some, 1, "sync B, one", "sync B, one version behind, a delta", (id, since) => chord.syncContext(id, since)),
    await noChange(chord),
    await behind(chord, some, BEHIND, "sync B, text", "sync B, ten versions behind, as text", (id, since) =>
      chord.syncContextText(id, since),
    ),
  ];
  return { works, absent: [], end: () => Promise.all([chord.close(), crowded.close()]) };
}

function setNew(chord, id, title) {
  const context = makeB();
  let made = 0;
  let ids = [];
  return {
    id,
    title,
    before(n) {
      ids = Array.from({ length: n }, () => `${id}:${made++}`);
    },
    async run() {
      let last;
      for (const contextId of ids) last = await chord.setContext(contextId, context);
      return last;
    },
    check: (last) => last.changed && last.context.version === 1,
  };
}

/** Contexts that no cache still holds. */
function updateAnywhere(chord, ids) {
  return { id: "update B, 300,000", title: "update B, one field, any of 300,000 contexts", ...updateAny(chord, ids, dice(7)) };
}

async function getUnchanged(chord) {
  await chord.setContext("get", makeB());
  return {
    id: "get B",
    title: "get B, unchanged since last read",
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.getContext("get");
      return last;
    },
    check: (last) => last.context.status === "online",
  };
}

/** Each sync follows an update, so no answer can be one given before. The client's last result is handed in, so many versions old. */
async function behind(chord, most, versions, id, title, sync) {
  const ids = await fill(chord, `${id}:`, most);
  const known = ids.map(() => []);
  let turn = 0;
  const updateAll = async (n) => {
    turn += 1;
    for (let i = 0; i < n; i += 1) {
      const { context } = await chord.updateContext(ids[i], { metadata: { theme: `theme ${turn}` } });
      known[i].push({ version: context.version, revision: context.revision, context: context.context });
      if (known[i].length > versions + 1) known[i].shift();
    }
  };
  for (let i = 0; i < versions; i += 1) await updateAll(most);
  let since = [];
  return {
    id,
    title,
    most,
    async before(n) {
      await updateAll(n);
      since = known.slice(0, n).map(([{ version, revision }]) => ({ version, revision }));
    },
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await sync(ids[i], since[i]);
      return last;
    },
    check(last, n) {
      const answer = typeof last === "string" ? JSON.parse(last) : last;
      const state = applyPlainly(structuredClone(known[n - 1][0].context), answer.delta);
      return answer.type === "delta" && answer.version - since[n - 1].version === versions && isSame(state, known[n - 1].at(-1).context);
    },
  };
}

async function noChange(chord) {
  const { context } = await chord.setContext("same", makeB());
  const since = { version: context.version, revision: context.revision };
  return {
    id: "sync same",
    title: "sync B, no change",
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.syncContext("same", since);
      return last;
    },
    check: (last) => last.type === "no_change",
  };
}
