/** A process of the browser that stores, or that pages reach the store by, ends amid writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { below } from "./processes.js";
import { describeIn } from "./visit.js";

const timeout = 3_000;

/** Increments until the end, several at a time. */
async function write({ name, timeout, ms }) {
  globalThis.chord = await open(name, { timeout });
  await chord.setContext("a", { n: 0 });
  const outcomes = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const calls = Array.from({ length: 3 }, () => timed(chord.updateContext("a", { n: increment() })));
    const settled = await Promise.all(calls);
    outcomes.push(...settled.map(({ value, ...rest }) => ({ ...rest, n: value?.context.context.n })));
    if (settled.some(({ code }) => code !== undefined)) await sleep(50);
  }
  return outcomes;
}

/** What a new instance finds and can do. */
async function look({ name }) {
  const chord = await open(name);
  const { context, version } = (await chord.getContext("a")) ?? {};
  const log = await chord.listDeltas("a");
  if (context !== undefined) chord.applyDelta(context, chord.invertDelta(chord.mergeDeltas(log.map(({ delta }) => delta))));
  const { context: next } = await chord.setContext("a", { n: -1 });
  await chord.close();
  return { n: context?.n, version, next: next.version };
}

function kill(visit, pattern) {
  const pids = below(visit.browser.pid, pattern);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  return pids.length;
}

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isStored = ({ code }) => code === undefined;

/** Each call ended in time and in one of two ways, and no number was given twice. */
function check(outcomes, context) {
  const refused = outcomes.filter((outcome) => !isStored(outcome));
  const longest = Math.max(...outcomes.map(({ took }) => took));
  context.diagnostic(`${outcomes.length - refused.length} stored, ${refused.length} not; the longest took ${Math.round(longest)} ms`);
  assert.ok(longest < timeout + 2_000);
  for (const { code, message } of refused) assert.equal(code, "backend_unavailable", message);
  const numbers = outcomes.filter(isStored).map(({ n }) => n);
  assert.equal(new Set(numbers).size, numbers.length, "increments count once");
  return { acknowledged: numbers.length, refused };
}

const services = { "storage service": /StorageService/, "network service": /NetworkService/ };
for (const [service, pattern] of Object.entries(services)) {
  describeIn(["chromium"], (visit) => {
    test(`the ${service} is killed twice amid writes: what is acknowledged is there`, { timeout: 120_000 }, async (context) => {
      const page = await visit.open();
      const writing = page.run(write, { name: "lost-process", timeout, ms: 3_000 });
      await after(700);
      let killed = kill(visit, pattern);
      await after(1_200);
      killed += kill(visit, pattern);
      assert.equal(killed, 2);
      const outcomes = await writing;
      const { acknowledged } = check(outcomes, context);
      const { n, version, next } = await page.run(look, { name: "lost-process" });
      assert.ok(n >= acknowledged && n <= outcomes.length, `${n} of ${acknowledged}`);
      assert.deepEqual([version, next], [n + 1, n + 2]);
      assert.equal(await page.run(() => chord.getContext("a").then(({ version }) => version)), next, "the instance works on");
      await page.close();
    });
  });
}

describeIn(["webkit"], (visit) => {
  test("the network process, which has IndexedDB, is killed amid writes: calls end at once until the page is loaded again", {
    timeout: 120_000,
  }, async (context) => {
    const page = await visit.open();
    const writing = page.run(write, { name: "lost-process", timeout, ms: 3_000 });
    // The driver takes the page for crashed from then on, so it gets its next errand itself.
    const address = visit.server.errand(look, { name: "lost-process" });
    const leaving = page.run(async (address) => {
      await sleep(4_000);
      location.replace(address);
    }, address);
    await after(700);
    assert.equal(kill(visit, /WebKitNetworkProcess/), 1);
    const { acknowledged, refused } = check(await writing, context);
    assert.ok(acknowledged > 0 && refused.length > 0);
    const { message } = refused.at(-1);
    assert.match(message, /reload the page/);
    const found = visit.server.outcomeOf(address, "the page after it was loaded again", 30_000);
    await leaving;
    const { n, version, next } = await found;
    context.diagnostic(`${acknowledged} acknowledged, ${n ?? "nothing"} found, ${message}`);
    // Under automation databases are kept in memory, by that process.
    if (n !== undefined) assert.ok(n >= acknowledged && version === n + 1 && next === n + 2);
    else assert.equal(next, 1);
  });
});
