import { Chord, increment } from "./chord.js";

// Another one each time the browser starts this worker.
const instance = crypto.randomUUID();
let opening;

async function visit() {
  // Never closed: the browser stops a service worker without a word.
  opening ??= Chord.open({ backend: { type: "indexeddb", name: "service worker" } });
  const chord = await opening;
  const found = await chord.getContext("room");
  if (found === undefined) await chord.setContext("room", { visits: 0 });
  await chord.updateContext("room", { visits: increment(1) });
  const missed = await chord.syncContext("room", found);
  return { instance, type: missed.type, version: missed.version, visits: (await chord.getContext("room")).context.visits };
}

addEventListener("install", () => skipWaiting());
addEventListener("message", (event) => {
  event.waitUntil(
    visit().then(
      (answer) => event.ports[0].postMessage(answer),
      (error) => event.ports[0].postMessage(String(error)),
    ),
  );
});
