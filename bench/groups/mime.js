// All releases of the MIME type database one after the other: a context of real nested objects and arrays, 1 to 426 of its 2,000 entries
// changing at a time. How long it takes to find what changed, and how many bytes it takes to say so.

import { applyPlainly, isSame } from "../applying.js";
import { floor } from "../floor.js";
import { deltaOf } from "../message.js";
import { comparingPeers } from "../peers/index.js";

const encoder = new TextEncoder();
const bytesOf = (text) => encoder.encode(text).length;

export async function prepare({ Chord, whole, series }) {
  const { peers, absent } = await comparingPeers();
  const chord = await Chord.open();
  const releases = whole ? series.releases : series.releases.slice(-3);
  const full = releases.reduce((sum, release) => sum + bytesOf(JSON.stringify(release)), 0);
  const bytes = {};
  const ours = (id, title, oldValues) => byChord({ chord, releases, id, title, oldValues, bytes });
  const works = [
    floor(),
    ours("mime", "Chord: set each release, and its message", true),
    ours("mime, no old", "Chord: the same without old values", false),
    ...peers.map((peer) => byPeer(peer, releases, bytes)),
  ];
  const facts = () => ({ mime: { source: series.source, releases: releases.length, full, bytes } });
  return { works, absent, facts, end: () => chord.close() };
}

function byChord({ chord, releases, id, title, oldValues, bytes }) {
  const messageOf = (version) => chord.syncContextText(id, version, { oldValues });
  return {
    id,
    title,
    most: 1,
    before: () => chord.deleteContext(id),
    async run() {
      const messages = [];
      const [first, ...rest] = releases;
      let { version } = await chord.setContext(id, first);
      for (const release of rest) {
        const result = await chord.setContext(id, release);
        messages.push(await messageOf(version));
        version = result.version;
      }
      return messages;
    },
    check(messages) {
      const deltas = messages.map(deltaOf);
      // Before they are applied: the state then has their values as its own, and later ones change those.
      bytes[id] = deltas.reduce((sum, delta) => sum + bytesOf(JSON.stringify(delta)), 0);
      const state = deltas.reduce(applyPlainly, structuredClone(releases[0]));
      return isSame(state, releases.at(-1));
    },
  };
}

function byPeer({ name, diff, apply }, releases, bytes) {
  return {
    id: name,
    peer: name,
    title: `structuredClone + ${name} + stringify of the patch, each release`,
    most: 1,
    run() {
      const messages = [];
      let before = structuredClone(releases[0]);
      for (const release of releases.slice(1)) {
        const next = structuredClone(release);
        messages.push(JSON.stringify(diff(before, next)));
        before = next;
      }
      return messages;
    },
    check(messages) {
      let state = structuredClone(releases[0]);
      for (const message of messages) state = apply(state, JSON.parse(message));
      bytes[name] = messages.reduce((sum, message) => sum + bytesOf(message), 0);
      return isSame(state, releases.at(-1));
    },
  };
}
