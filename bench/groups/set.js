// A handed over whole, one of its 3,000 fields changed: who is told a new state has to find out what is new in it.

import { applyPlainly, isSame } from "../applying.js";
import { floor } from "../floor.js";
import { keyOf, makeA } from "../inputs.js";
import { deltaOf } from "../message.js";
import { comparingPeers } from "../peers/index.js";

export async function prepare({ Chord }) {
  const chord = await Chord.open();
  const { peers, absent } = await comparingPeers();
  const microdiff = peers.find(({ name }) => name === "microdiff");
  const works = [
    floor(),
    await setA(chord),
    await setSame(chord),
    await setWithMessage(chord),
    ...peers.map((peer) => byPeer(peer, structuredClone, "structuredClone")),
    ...(microdiff ? wholeByMicrodiff(microdiff) : []),
  ];
  return { works, absent, end: () => chord.close() };
}

async function setA(chord) {
  const context = makeA();
  await chord.setContext("changed", context);
  let at = 0;
  return {
    id: "set A",
    title: "set A, one field of 3,000 changed",
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) {
        context[keyOf(at++)].count += 1;
        last = await chord.setContext("changed", context);
      }
      return last;
    },
    check: (last) => last.changed && Object.keys(last.delta.delta).length === 1 && isSame(last.context.context, context),
  };
}

async function setSame(chord) {
  const context = makeA();
  await chord.setContext("same", context);
  return {
    id: "set A, same",
    title: "set A, nothing changed",
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.setContext("same", context);
      return last;
    },
    check: (last) => !last.changed && last.context.version === 1,
  };
}

/** The message is of the change alone, so that its work is the same as of the peers'. */
async function setWithMessage(chord) {
  const context = makeA();
  await chord.setContext("told", context);
  const client = makeA();
  let at = 0;
  return {
    id: "set A, told",
    title: "set A, one field changed, and the message for clients",
    async run(n) {
      const messages = [];
      for (let i = 0; i < n; i += 1) {
        context[keyOf(at++)].count += 1;
        messages.push(JSON.stringify((await chord.setContext("told", context)).delta));
      }
      return messages;
    },
    check(messages, n) {
      for (const message of messages) applyPlainly(client, deltaOf(message));
      return messages.length === n && isSame(client, context);
    },
  };
}

/** A copy that later changes of the caller's object can't reach, what differs from the copy before, and that as text for clients. */
function byPeer({ name, diff, apply }, clone, how) {
  const context = makeA();
  let before = clone(context);
  let client = makeA();
  let at = 0;
  return {
    id: name,
    peer: name,
    title: `${how} + ${name} + stringify of the patch`,
    run(n) {
      const messages = [];
      for (let i = 0; i < n; i += 1) {
        context[keyOf(at++)].count += 1;
        const next = clone(context);
        messages.push(JSON.stringify(diff(before, next)));
        before = next;
      }
      return messages;
    },
    check(messages, n) {
      for (const message of messages) client = apply(client, JSON.parse(message));
      return messages.length === n && isSame(client, context);
    },
  };
}

/** As people write it by hand, with the whole state as text, too: to keep, or for clients that know nothing yet. */
function wholeByMicrodiff({ diff }) {
  const ways = [
    ["structuredClone", structuredClone],
    ["JSON clone", (value) => JSON.parse(JSON.stringify(value))],
  ];
  return ways.map(([how, clone]) => {
    const context = makeA();
    let before = clone(context);
    let at = 0;
    return {
      id: `microdiff, whole, ${how}`,
      peer: "microdiff",
      title: `${how} + microdiff + stringify of A`,
      run(n) {
        let changes;
        let text;
        for (let i = 0; i < n; i += 1) {
          context[keyOf(at++)].count += 1;
          const next = clone(context);
          changes = diff(before, next);
          text = JSON.stringify(next);
          before = next;
        }
        return { changes, text };
      },
      check: ({ changes, text }) => changes.length === 1 && isSame(JSON.parse(text), context),
    };
  });
}
