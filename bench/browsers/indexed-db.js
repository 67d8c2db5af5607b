/**
 * Chord over IndexedDB beside the same thing written by hand, in one page, alternating. `measureIndexedDb()` gives medians in milliseconds.
 *
 * By hand: one store, the context as an object under its id, and for each update a transaction that reads it, changes a field and puts it back.
 */
import { Chord } from "chord-sync";

const rounds = 60;
const warmUp = 10;
const crowd = 1000;

const small = () => ({ status: "online", metadata: { theme: "dark", lang: "en" } });
const large = () => ({
  items: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`user:${i}`, { status: "online", score: 7 * i, name: `Name ${i}` }])),
});

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });

async function openByHand() {
  const request = indexedDB.open("by-hand", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("contexts");
  return settled(request);
}

async function updateByHand(database, id, change) {
  const transaction = database.transaction("contexts", "readwrite", { durability: "relaxed" });
  const store = transaction.objectStore("contexts");
  const request = store.get(id);
  request.onsuccess = () => {
    change(request.result);
    store.put(request.result, id);
  };
  await completed(transaction);
}

async function setByHand(database, id, context) {
  const transaction = database.transaction("contexts", "readwrite", { durability: "relaxed" });
  transaction.objectStore("contexts").put(context, id);
  await completed(transaction);
}

const readByHand = (database, id) => settled(database.transaction("contexts").objectStore("contexts").get(id));

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

/** The medians of both ways, each first as often as the other. */
async function compare(chord, hand, count = rounds) {
  const times = { chord: [], hand: [] };
  const ways = { chord, hand };
  for (let round = 0; round < count + warmUp; round += 1) {
    for (const name of round % 2 === 0 ? ["chord", "hand"] : ["hand", "chord"]) {
      const started = performance.now();
      await ways[name](round);
      if (round >= warmUp) times[name].push(performance.now() - started);
    }
  }
  return { chord: median(times.chord), hand: median(times.hand) };
}

/** Ten in a row, because clocks of browsers are coarse. */
const ten = (work) => async (round) => {
  for (let index = 0; index < 10; index += 1) await work(10 * round + index);
};

const encoder = new TextEncoder();

function bytesOf(value) {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === "string") return encoder.encode(value).length;
  if (typeof value === "number") return 8;
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + bytesOf(item), 0);
  if (typeof value !== "object" || value === null) return 1;
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + bytesOf(item), 0);
}

/** Bytes of keys and values that `work` puts, field names included. */
async function bytesWritten(work) {
  const { put } = IDBObjectStore.prototype;
  let bytes = 0;
  IDBObjectStore.prototype.put = function (value, key) {
    bytes += bytesOf(value) + bytesOf(key);
    return put.call(this, value, key);
  };
  try {
    await work();
  } finally {
    IDBObjectStore.prototype.put = put;
  }
  return bytes;
}

export async function measureIndexedDb() {
  const database = await openByHand();
  const open = () => Chord.open({ backend: { type: "indexeddb", name: "chord" } });
  const chord = await open();
  const results = {};

  for (const [name, make, change, changes] of [
    ["update of a small context", small, (context, n) => (context.status = `s${n}`), (n) => ({ status: `s${n}` })],
    [
      "update of a 54 KB context",
      large,
      (context, n) => (context.items["user:500"].score = n),
      (n) => ({ items: { "user:500": { score: n } } }),
    ],
  ]) {
    await chord.setContext(name, make());
    await setByHand(database, name, make());
    results[name] = await compare(
      ten((n) => chord.updateContext(name, changes(n))),
      ten((n) => updateByHand(database, name, (context) => change(context, n))),
    );
  }

  const one = "update of a small context";
  results[`${crowd} concurrent updates of one context`] = await compare(
    (round) => Promise.all(Array.from({ length: crowd }, (_, n) => chord.updateContext(one, { status: `c${round}-${n}` }))),
    (round) =>
      Promise.all(Array.from({ length: crowd }, (_, n) => updateByHand(database, one, (context) => (context.status = `c${round}-${n}`)))),
    6,
  );

  for (let n = 0; n < crowd; n += 1) await Promise.all([chord.setContext(`many-${n}`, small()), setByHand(database, `many-${n}`, small())]);
  results[`concurrent updates of ${crowd} contexts`] = await compare(
    (round) => Promise.all(Array.from({ length: crowd }, (_, n) => chord.updateContext(`many-${n}`, { status: `m${round}` }))),
    (round) =>
      Promise.all(
        Array.from({ length: crowd }, (_, n) => updateByHand(database, `many-${n}`, (context) => (context.status = `m${round}`))),
      ),
    6,
  );

  const big = "update of a 54 KB context";
  results["open to first read of a 54 KB context"] = await compare(
    async () => {
      const other = await open();
      const { context } = await other.getContext(big);
      if (context.items["user:1"].name !== "Name 1") throw new Error("another context than was written");
      await other.close();
    },
    async () => {
      const other = await openByHand();
      const context = await readByHand(other, big);
      if (context.items["user:1"].name !== "Name 1") throw new Error("another context than was written");
      other.close();
    },
  );

  const changes = 1000;
  const bytes = await bytesWritten(async () => {
    for (let n = 0; n < changes; n += 1) await chord.updateContext(big, { items: { [`user:${n}`]: { score: -n } } });
  });
  await chord.close();
  database.close();
  return { times: results, bytesPerChange: bytes / changes };
}
