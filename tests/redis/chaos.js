/**
 * Many processes that update few contexts while Redis is troubled, and the account afterwards: what was acknowledged is there once, what
 * failed at most once, and nothing else.
 */
import assert from "node:assert/strict";
import { startProcesses } from "./process.js";
import { until } from "./wait.js";

const writers = 8;
const updates = 2000;
const contexts = 50;
const inFlight = 8;
/** A subscriber that was told nothing finds out by itself within fifteen seconds. */
const latest = 20_000;

const contextIds = Array.from({ length: contexts }, (_, number) => `context ${number}`);
// The whole log is kept: it is looked through at the end.
const options = { deltaThreshold: null, timeout: 20_000 };

/** Updates contexts at random; each update brings a token of its own. Gives what became of each. */
async function write({ chord, append, increment, tell }, { writer, updates, inFlight, contextIds }) {
  const acknowledged = [];
  const failed = [];
  let next = 0;
  let done = 0;
  async function lane() {
    while (next < updates) {
      const token = `${writer}:${next}`;
      next += 1;
      const id = contextIds[Math.floor(Math.random() * contextIds.length)];
      try {
        const { version } = await chord.updateContext(id, { tokens: append(token), [writer]: increment() });
        acknowledged.push({ id, token, version });
      } catch ({ name, code, message }) {
        failed.push({ id, token, name, code, message });
      }
      done += 1;
      if (done % 50 === 0) tell({ done: 50 });
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { acknowledged, failed };
}

/** Begins to listen, to each context by its name or to all. */
async function listen(realm, ids) {
  realm.heard = {};
  realm.disorder = [];
  for (const id of ids) {
    realm.chord.subscribe(id, ({ contextId, version }) => {
      const before = realm.heard[contextId] ?? 0;
      if (version <= before) realm.disorder.push({ contextId, before, version });
      realm.heard[contextId] = version;
    });
  }
}

/** Waits until it has heard of these versions; gives what it lacks and heard in the wrong order. */
async function heard({ heard, disorder, until }, { heads, ms }) {
  const lacking = () => Object.entries(heads).filter(([id, version]) => heard[id] !== version);
  await until("all heads", () => lacking().length === 0, ms).catch(() => {});
  return { lacking: lacking().map(([id, version]) => ({ id, version, heard: heard[id] })), disorder };
}

/** All of a context that there is, and its log. */
async function readAll({ chord }, contextIds) {
  const all = [];
  for (const id of contextIds) {
    const { context, version } = await chord.getContext(id);
    const log = await chord.listDeltas(id, { limit: 100_000, order: "asc" });
    all.push({ id, context, version, log: log.map(({ version, delta }) => ({ version, delta })) });
  }
  return all;
}

function account(all, outcomes) {
  const acknowledged = new Map(outcomes.flatMap(({ acknowledged }) => acknowledged.map((update) => [update.token, update])));
  const failed = new Map(outcomes.flatMap(({ failed }) => failed.map((update) => [update.token, update])));
  assert.equal(acknowledged.size + failed.size, writers * updates, "each update had an end");
  const found = new Set();
  let storedThough = 0;
  for (const { id, context, version, log } of all) {
    assert.equal(context.tokens.length, version - 1, `${id}: a version for each update that was stored, and the first`);
    assert.deepEqual(
      log.map((entry) => entry.version),
      Array.from({ length: version }, (_, place) => place + 1),
      `${id}: versions without a gap`,
    );
    const counts = {};
    for (const [place, token] of context.tokens.entries()) {
      assert.ok(!found.has(token), `${token} is there once`);
      found.add(token);
      const update = acknowledged.get(token) ?? failed.get(token);
      assert.equal(update?.id, id, `${token} is where it was put`);
      // Updates of one context come in the order of their versions.
      if (acknowledged.has(token)) assert.equal(update.version, place + 2, `${token} has the version that was acknowledged`);
      else storedThough += 1;
      const [writer] = token.split(":");
      counts[writer] = (counts[writer] ?? 0) + 1;
    }
    const { tokens, ...counters } = context;
    assert.deepEqual(counters, counts, `${id}: counters say the same`);
  }
  const lost = [...acknowledged.keys()].filter((token) => !found.has(token));
  assert.deepEqual(lost, [], "everything that was acknowledged is there");
  return { acknowledged: acknowledged.size, failed: failed.size, storedThough };
}

/**
 * Runs it. `troubles` are `[share, trouble]`: what is done, in order, when so much of the work is done (from 0 to 1). Gives counts, and
 * the failures.
 */
export async function chaos(libraries, target, troubles) {
  let done = 0;
  const hear = (told) => (done += told.done);
  const wanted = Array.from({ length: writers + 2 }, (_, number) => libraries[number % libraries.length]);
  const started = await startProcesses(wanted, target, { hear, ...options });
  const [everything, each, ...writing] = started;
  try {
    await writing[0].run(async ({ chord }, ids) => {
      for (const id of ids) await chord.setContext(id, { tokens: [] });
    }, contextIds);
    await everything.run(listen, ["*"]);
    await each.run(listen, contextIds);
    await writing[0].run(listen, contextIds);

    const work = Promise.all(
      writing.map((process, number) => process.run(write, { writer: `writer ${number}`, updates, inFlight, contextIds })),
    );
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    const total = writers * updates;
    for (const [share, trouble] of troubles) {
      await until(`${share} of the work`, () => isOver || done >= share * total, 120_000);
      assert.ok(!isOver, "troubles come while there is work");
      await trouble();
    }
    const outcomes = await work;

    const all = await each.run(readAll, contextIds);
    const counts = account(all, outcomes);
    const heads = Object.fromEntries(all.map(({ id, version }) => [id, version]));
    const listening = { all: everything, each, "each, and writes": writing[0] };
    const told = await Promise.all(
      Object.entries(listening).map(async ([to, process]) => [to, await process.run(heard, { heads, ms: latest })]),
    );
    for (const [to, { lacking, disorder }] of told) {
      assert.deepEqual(lacking, [], `whoever listens to ${to} is at the head`);
      assert.deepEqual(disorder, [], `whoever listens to ${to} heard versions in their order`);
    }
    return { ...counts, failures: outcomes.flatMap(({ failed }) => failed) };
  } finally {
    await Promise.all(started.map((process) => process.close()));
  }
}
