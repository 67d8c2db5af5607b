import { Chord, increment } from "chord-sync";

// What one request has opened and others use; no promise is kept, for Workers bind those to their request.
let shared;

async function inOwn(number) {
  const chord = await Chord.open();
  const { context } = await chord.setContext("room", { number, visits: 0 });
  await scheduler.wait(5);
  await chord.updateContext("room", { visits: increment(1) });
  const missed = await chord.syncContext("room", context);
  const view = chord.applyDelta(context.context, missed.delta);
  await chord.close();
  return { type: missed.type, context: view };
}

async function inShared(number) {
  shared ??= await Chord.open();
  const id = `room:${number}`;
  await shared.setContext(id, { number });
  await scheduler.wait(5);
  const { version } = await shared.updateContext(id, { number: increment(1000) });
  return { version, context: (await shared.getContext(id)).context };
}

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const answer = pathname === "/shared" ? inShared : inOwn;
    return Response.json(await answer(Number(searchParams.get("number"))));
  },
};
