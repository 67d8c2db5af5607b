/** IndexedDB by hand: what somebody else does to a database of Chord's, and what stands there. */

/** What a request comes to. */
export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The end of a transaction. */
export function stored(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
}

/** A connection that goes when it is in somebody's way. */
export async function connect(name, version, upgrade) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade?.(request.result, request.transaction);
  const database = await done(request);
  database.onversionchange = () => database.close();
  return database;
}

/** Deletes a database; says whether that had to wait for somebody, and for how long. */
export async function remove(name) {
  const started = performance.now();
  let isBlocked = false;
  const request = indexedDB.deleteDatabase(name);
  request.onblocked = () => {
    isBlocked = true;
  };
  await done(request);
  return { isBlocked, took: performance.now() - started };
}

/** Runs `work` on the stores of a database, in one transaction. */
export async function within(name, work) {
  const database = await connect(name);
  try {
    const transaction = database.transaction([...database.objectStoreNames], "readwrite");
    const end = stored(transaction);
    const value = await work((store) => transaction.objectStore(store));
    await end;
    return value;
  } finally {
    database.close();
  }
}

/** An id as a key. */
export const key = (id) => new TextEncoder().encode(id);

const told = (key) => {
  if (key instanceof ArrayBuffer || ArrayBuffer.isView(key)) return new TextDecoder().decode(key);
  return Array.isArray(key) ? key.map(told) : key;
};

/** All that is stored: `{ store: [[key, value], …] }`, with ids as text. */
export function contents(name) {
  return within(name, async (store) => {
    const stores = {};
    for (const each of store("contexts").transaction.objectStoreNames) {
      const [keys, values] = await Promise.all([done(store(each).getAllKeys()), done(store(each).getAll())]);
      stores[each] = keys.map((key, place) => [told(key), values[place]]);
    }
    return stores;
  });
}

/** The first schema, which had no notes of what is due. */
export function firstSchema(database) {
  for (const store of ["contexts", "snapshots", "log", "tombstones"]) database.createObjectStore(store);
}
