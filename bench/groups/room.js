// A chat room that grows: a message appended to few and to many, and who else can do that with 10,000.

import { applyPlainly, isSame } from "../applying.js";
import { floor } from "../floor.js";
import { makeMessage, makeRoom } from "../inputs.js";
import { deltaOf, messageMaker } from "../message.js";
import { editingPeers } from "../peers/index.js";

export async function prepare({ Chord, append, whole }) {
  const chord = await Chord.open();
  const { peers, absent } = await editingPeers();
  const many = whole ? 10_000 : 200;
  const few = await appendToFew(chord, append, whole ? 500 : 5);
  const large = await appendToMany(chord, append, many);
  const told = await appendAndTell(chord, append, many);
  const works = [floor(), few, large, told, ...peers.map((peer) => byPeer(peer, many))];
  return { works, absent, facts: () => ({ roomDeltaExtra: large.extra }), end: () => chord.close() };
}

/** Many rooms of ten messages: one would not stay small while it is measured. */
async function appendToFew(chord, append, rooms) {
  const ids = Array.from({ length: rooms }, (_, i) => `few:${i}`);
  const start = makeRoom(10);
  return {
    id: "append, 10",
    title: "append to a room of 10 messages",
    most: rooms,
    async before(n) {
      for (let i = 0; i < n; i += 1) await chord.setContext(ids[i], start);
    },
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.updateContext(ids[i], { messages: append(makeMessage(10)) });
      return last;
    },
    check: (last) => last.changed && isSame(last.context.context, makeRoom(11)),
  };
}

async function appendToMany(chord, append, messages) {
  const start = makeRoom(messages);
  const work = {
    id: "append, 10,000",
    title: "append to a room of 10,000 messages",
    most: 500,
    /** Bytes of a delta beyond the message it is about. */
    extra: undefined,
    before: () => chord.setContext("many", start),
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.updateContext("many", { messages: append(makeMessage(messages + i)) });
      return last;
    },
    check(last, n) {
      const message = makeMessage(messages + n - 1);
      work.extra = JSON.stringify(last.delta.delta).length - JSON.stringify(message).length;
      const client = applyPlainly(makeRoom(messages + n - 1), last.delta.delta);
      return last.changed && client.messages.length === messages + n && isSame(last.context.context, client);
    },
  };
  await chord.setContext("many", makeRoom(0));
  return work;
}

/** With the message for clients, so that its work is the same as of the peers'. */
async function appendAndTell(chord, append, messages) {
  const start = makeRoom(messages);
  const messageOf = messageMaker(chord);
  await chord.setContext("told", makeRoom(0));
  return {
    id: "append, told",
    title: "append to 10,000 messages, and the message for clients",
    most: 500,
    before: () => chord.setContext("told", start),
    async run(n) {
      const sent = [];
      for (let i = 0; i < n; i += 1) {
        sent.push(await messageOf("told", await chord.updateContext("told", { messages: append(makeMessage(messages + i)) })));
      }
      return sent;
    },
    check(sent, n) {
      const client = sent.map(deltaOf).reduce(applyPlainly, makeRoom(messages));
      return sent.length === n && isSame(client, makeRoom(messages + n));
    },
  };
}

/** It goes on growing, by a few in each round: to empty it would mean to make it anew. */
function byPeer({ name, open }, messages) {
  const doc = open(makeRoom(messages));
  const client = doc.replica();
  let made = messages;
  return {
    id: name,
    peer: name,
    title: `${name}, append to 10,000 messages`,
    most: 20,
    run(n) {
      const sent = [];
      for (let i = 0; i < n; i += 1) sent.push(doc.append(makeMessage(made++)));
      return sent;
    },
    check(sent, n) {
      for (const message of sent) client.apply(message);
      const state = client.value();
      return sent.length === n && state.messages.length === made && isSame(state.messages.at(-1), makeMessage(made - 1));
    },
  };
}
