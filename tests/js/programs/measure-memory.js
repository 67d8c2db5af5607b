/**
 * Does one kind of work over and over and prints, as JSON lines, how much memory is in use at points along the way.
 * What is measured: the process as a whole, the JavaScript heap after a collection, and the WebAssembly memories that are still reachable.
 */
import process from "node:process";

const memories = [];

/** Every instance's linear memory, seen by standing between the loader and the runtime. */
function watchInstances() {
  const remember = (instance) => {
    for (const exported of Object.values(instance.exports)) {
      if (exported instanceof WebAssembly.Memory) memories.push(new WeakRef(exported));
    }
    return instance;
  };
  const { Instance, instantiate } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct: (target, args, self) => remember(Reflect.construct(target, args, self === WebAssembly.Instance ? target : self)),
  });
  WebAssembly.instantiate = async (source, imports) => {
    const result = await instantiate.call(WebAssembly, source, imports);
    remember(result instanceof Instance ? result : result.instance);
    return result;
  };
}

watchInstances();
const { Chord, append, increment } = await import("chord-sync");

const collect = globalThis.gc ?? (() => globalThis.Bun?.gc(true));
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

async function measure(done) {
  for (let round = 0; round < 6; round += 1) {
    collect();
    await tick();
  }
  const { rss, heapUsed: used, external } = process.memoryUsage();
  // Bun counts linear memory and other buffers as part of the heap, the other runtimes beside it.
  const heapUsed = process.versions.bun ? used - external : used;
  const linear = memories.map((memory) => memory.deref()?.buffer.byteLength ?? 0).reduce((sum, bytes) => sum + bytes, 0);
  console.log(JSON.stringify({ done, rss, heapUsed, external, linear, instances: memories.length }));
}

const works = {
  /** Open, use, close. */
  async cycles(points) {
    for (const [from, to] of points) {
      for (let n = from; n < to; n += 1) {
        const chord = await Chord.open({ telemetry: () => {} });
        chord.subscribe("*", () => {});
        await chord.startCleanupServer({ interval: 100_000 });
        await chord.setContext("c", { n, text: "some text to keep" });
        await chord.updateContext("c", { n: n + 1 });
        await chord.close();
      }
      await measure(to);
    }
  },

  /** Updates of a small, a list-holding and a large context, results dropped unread, read at once, or read later. */
  async updates(points) {
    const chord = await Chord.open();
    const large = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`row ${i}`, { id: i, name: `name ${i}`, n: 0 }]));
    await chord.setContext("small", { n: 0 });
    await chord.setContext("list", { list: [] });
    await chord.setContext("large", large);
    const held = [];
    for (const [from, to] of points) {
      for (let n = from; n < to; n += 1) {
        if (n % 10 < 6) await chord.updateContext("small", { n });
        else if (n % 10 < 9) await chord.updateContext("large", { [`row ${n % 1_000}`]: { n } });
        else if (n % 1_000 === 999) await chord.updateContext("list", { list: [] });
        else await chord.updateContext("list", { list: append(n), count: increment(1) });
        if (n % 1_000 === 0) held.push(await chord.updateContext("large", { n }));
        if (held.length > 20) void held.shift().context;
        if (n % 5_000 === 0) await chord.syncContext("large", 1);
        if (n % 300 === 0) await chord.getContext("large");
      }
      await measure(to);
    }
    await chord.close();
  },

  /** Contexts that are made, changed, deleted and cleaned away, under ever new ids. */
  async churn(points) {
    let now = 0;
    const chord = await Chord.open({ deltaTtl: 1_000, timeProvider: () => now });
    for (const [from, to] of points) {
      for (let n = from; n < to; n += 1) {
        now += 1;
        const id = `context ${n}`;
        const result = await chord.setContext(id, { n, text: "some text that makes it a little longer" });
        if (n % 50 === 0) void result.context;
        await chord.updateContext(id, { n: n + 1 });
        await chord.deleteContext(id);
        if (n % 500 === 0) await chord.cleanup();
      }
      await measure(to);
    }
    await chord.close();
  },

  /** Ever more contexts, each written and its results dropped unread; then some read. What JavaScript holds of them must not grow with them. */
  async crowd(points) {
    const chord = await Chord.open();
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`field ${i}`, `a value of some length in field ${i}`]));
    for (const [from, to] of points) {
      for (let n = from; n < to; n += 1) {
        await chord.setContext(`context ${n}`, { ...fields, n });
        await chord.updateContext(`context ${n}`, { n: -n });
      }
      for (let n = from; n < to; n += 5) await chord.getContext(`context ${n}`);
      for (let n = from; n < to; n += 5) await chord.syncContext(`context ${n}`, 1);
      await measure(to);
    }
    await chord.close();
  },
};

const [work, ...steps] = process.argv.slice(2);
const ends = steps.map(Number);
await works[work](ends.map((end, index) => [index === 0 ? 0 : ends[index - 1], end]));
