/**
 * What pages and workers of these tests run: functions that come as text from the tests, with Chord at hand. What becomes of one goes to the
 * server, so that a browser's driver is not kept waiting and several realms can be at work at once.
 */
import { append, Chord, increment } from "chord-sync";
import * as operations from "../kills/operations.js";
import { inject } from "./inject.js";
import * as raw from "./raw.js";

/** `{ value }`, or what a rejection says: its code, or the name of what is no ChordError. */
async function outcomeOf(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    return { code: error?.code ?? error?.name ?? "Error", message: String(error?.message ?? error) };
  }
}

/** The outcome, and how long it took. */
async function timed(promise) {
  const started = performance.now();
  const outcome = await outcomeOf(promise);
  return { ...outcome, took: performance.now() - started };
}

const open = (name, options) => Chord.open({ ...options, backend: { type: "indexeddb", name, ...options?.backend } });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `check` gives something that is true. */
async function until(check, ms = 20_000) {
  const deadline = performance.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`not so within ${ms} ms: ${check}`);
    await sleep(10);
  }
}

/** Tells the test something; gives what it answers. */
async function tell(told) {
  const response = await fetch("/told", { method: "POST", body: JSON.stringify(told) });
  return response.json();
}

async function run({ key, text, input }) {
  let report;
  try {
    const value = await new Function(`return (${text})`)()(input);
    report = { value };
  } catch (error) {
    report = { error: `${error?.code ?? ""} ${error?.stack?.includes(error.message) ? error.stack : `${error} ${error?.stack}`}` };
  }
  // A test may have ended the process that does this.
  for (let tries = 0; tries < 50; tries += 1) {
    const told = await fetch(`/outcome?key=${key}`, { method: "POST", body: JSON.stringify(report) }).catch(() => undefined);
    if (told?.ok) return;
    await sleep(100);
  }
}

const script = "/app/assets/realm.js";
const workers = {
  page: () => ({ postMessage: run }),
  worker: () => new Worker(script, { type: "module" }),

  async "service-worker"() {
    const registration = await navigator.serviceWorker.register(script, { type: "module", scope: "/app/assets/" });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    while (worker.state !== "activated") {
      if (worker.state === "redundant") throw new Error("the service worker could not be installed");
      await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
    }
    return worker;
  },
};
const realms = {};

/** Has a realm of this page run something. */
async function runIn(realm, work) {
  realms[realm] ??= workers[realm]();
  (await realms[realm]).postMessage(work);
}

Object.assign(globalThis, { Chord, append, increment, open, outcomeOf, timed, sleep, until, raw, inject, runIn, operations, tell });

// Where no driver tells a page what to run, its address does.
const errand = globalThis.document && new URLSearchParams(location.search).get("errand");
if (errand) void fetch(`/errand?key=${errand}`).then(async (response) => run(await response.json()));

if (typeof document === "undefined") {
  globalThis.addEventListener("message", (event) => {
    const running = run(event.data);
    event.waitUntil?.(running);
  });
  globalThis.addEventListener("install", () => globalThis.skipWaiting?.());
}
