// Ten thousand clients that have the same version, and a change: each asks what it misses.

import { applyPlainly, isSame } from "../applying.js";
import { floor } from "../floor.js";
import { keyOf, makeA } from "../inputs.js";

const VERSIONS = [1, 10];

export async function prepare({ Chord, whole }) {
  const chord = await Chord.open();
  const clients = whole ? 10_000 : 100;
  const works = [floor()];
  for (const versions of VERSIONS) {
    works.push(await crowd(chord, clients, versions, "", (id, since) => chord.syncContext(id, since)));
    works.push(await crowd(chord, clients, versions, ", text", (id, since) => chord.syncContextText(id, since)));
  }
  return { works, absent: [], end: () => chord.close() };
}

async function crowd(chord, clients, versions, extra, sync) {
  const id = `crowd, ${versions}${extra}`;
  await chord.setContext(id, makeA());
  let at = 0;
  let since = [];
  let known;
  return {
    id,
    title: `${clients.toLocaleString("en-US")} clients ${versions === 1 ? "one version" : `${versions} versions`} behind on A${extra}, a client`,
    least: clients,
    most: clients,
    async before() {
      ({ context: known } = (await chord.updateContext(id, { [keyOf(at++)]: { count: -at } })).toJSON());
      for (let i = 0; i < versions; i += 1) await chord.updateContext(id, { [keyOf(at++)]: { count: -at } });
      // As clients send it: to each its own.
      since = Array.from({ length: clients }, () => JSON.parse(JSON.stringify({ version: known.version, revision: known.revision })));
    },
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await sync(id, since[i]);
      return last;
    },
    async check(last) {
      const answer = typeof last === "string" ? JSON.parse(last) : last;
      const state = applyPlainly(structuredClone(known.context), answer.delta);
      return answer.version - known.version === versions && isSame(state, (await chord.getContext(id)).context);
    },
  };
}
