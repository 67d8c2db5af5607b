/** What lies in a database, read through IndexedDB itself and not through Chord, whatever its stores are called. */
import { bytesOf } from "./bytes.js";

const encoder = new TextEncoder();

/** Roughly how many bytes a stored value takes. */
function sizeOf(value) {
  if (typeof value === "string") return encoder.encode(value).length;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof Blob) return value.size;
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + sizeOf(item), 0);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + sizeOf(item), 0);
  }
  return value === undefined ? 0 : bytesOf(String(value));
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * The stores of a database, `[{ name, records: [{ key, value, bytes }] }]`, or `undefined` when there is no such database.
 */
export async function storedIn(name) {
  // Opening a database that isn't there would create it.
  const known = await indexedDB.databases();
  if (!known.some((database) => database.name === name)) return undefined;
  const database = await settled(indexedDB.open(name));
  // Never in the way of somebody who deletes or upgrades it.
  database.onversionchange = () => database.close();
  try {
    const names = [...database.objectStoreNames];
    if (names.length === 0) return [];
    const transaction = database.transaction(names, "readonly");
    return await Promise.all(names.map((store) => readStore(transaction.objectStore(store))));
  } finally {
    database.close();
  }
}

async function readStore(store) {
  const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
  return { name: store.name, records: values.map((value, index) => ({ key: keys[index], value, bytes: sizeOf(value) })) };
}
