// One field told as a change: who is told what is new has only to keep it and to pass it on.

import { applyPlainly, isSame } from "../applying.js";
import { floor } from "../floor.js";
import { keyOf, makeA, makeLarge } from "../inputs.js";
import { deltaOf, messageMaker } from "../message.js";
import { editingPeers } from "../peers/index.js";
import { fill, updateOneField } from "./updating.js";

export async function prepare({ Chord, increment, whole }) {
  const chord = await Chord.open();
  const { peers, absent } = await editingPeers();
  const works = [
    floor(),
    await updateA(chord),
    await updateWithMessage(chord),
    await incrementA(chord, increment),
    await updateB(chord, whole),
    await updateLarge(chord, whole ? 5_000_000 : 50_000),
    ...peers.map(byPeer),
  ];
  return { works, absent, end: () => chord.close() };
}

async function updateA(chord) {
  await chord.setContext("a", makeA());
  let at = 0;
  return {
    id: "update A",
    title: "update A, one field",
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) {
        at += 1;
        last = await chord.updateContext("a", { [keyOf(at)]: { count: -at } });
      }
      return last;
    },
    check: (last) => last.changed && last.delta.delta[keyOf(at)].count.value === -at && Object.keys(last.delta.delta).length === 1,
  };
}

async function updateWithMessage(chord) {
  await chord.setContext("told", makeA());
  const messageOf = messageMaker(chord);
  const client = makeA();
  let at = 0;
  return {
    id: "update A, told",
    title: "update A, one field, and the message for clients",
    async run(n) {
      const messages = [];
      for (let i = 0; i < n; i += 1) {
        at += 1;
        messages.push(await messageOf("told", await chord.updateContext("told", { [keyOf(at)]: { count: -at } })));
      }
      return messages;
    },
    async check(messages, n) {
      for (const message of messages) applyPlainly(client, deltaOf(message));
      return messages.length === n && isSame(client, (await chord.getContext("told")).context);
    },
  };
}

async function incrementA(chord, increment) {
  await chord.setContext("counted", makeA());
  let at = 0;
  return {
    id: "increment A",
    title: "increment of one number in A",
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.updateContext("counted", { [keyOf(at++)]: { count: increment(1) } });
      return last;
    },
    check(last) {
      const { oldValue, value } = last.delta.delta[keyOf(at - 1)].count;
      return last.changed && value === oldValue + 1;
    },
  };
}

async function updateB(chord, whole) {
  const ids = await fill(chord, "b:", whole ? 1_000 : 10);
  let at = 0;
  return {
    id: "update B",
    title: "update B, one field, 1,000 contexts in turn",
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) {
        const turn = Math.floor(at / ids.length);
        last = await chord.updateContext(ids[at++ % ids.length], { metadata: { theme: turn % 2 === 0 ? "dark" : "light" } });
      }
      return last;
    },
    check: (last) => last.changed && last.context.context.metadata.lang === "en",
  };
}

async function updateLarge(chord, bytes) {
  return { id: "update 5 MB", title: "update 5 MB, one field", ...(await updateOneField(chord, "large", makeLarge(bytes))) };
}

/** The document keeps the change and gives its message; a replica that hears of all messages must have the same state. */
function byPeer({ name, open }) {
  const doc = open(makeA());
  const client = doc.replica();
  let at = 0;
  return {
    id: name,
    peer: name,
    title: `${name}, one field of A, and its message`,
    run(n) {
      const messages = [];
      for (let i = 0; i < n; i += 1) {
        at += 1;
        messages.push(doc.update(keyOf(at), -at));
      }
      return messages;
    },
    check(messages, n) {
      for (const message of messages) client.apply(message);
      const state = doc.value();
      return messages.length === n && state[keyOf(at)].count === -at && isSame(client.value(), state);
    },
  };
}
