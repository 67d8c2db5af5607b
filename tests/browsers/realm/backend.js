/** Which backend the suite's instances have: unless a test names one, each opens contexts of its own there, as over memory. */
import { Chord } from "chord-sync";

/** Makes `Chord.open` open with that backend. `cleanUp` removes what was stored since it was called last. */
export function useBackend(type, run) {
  // For `freshStore` in `tests/js/open.js`.
  globalThis.suiteBackend = type;
  if (type === "memory") return { async cleanUp() {} };
  if (type !== "indexeddb") throw new Error(`no such backend: ${type}`);
  // For `tests/js/effort.js`.
  globalThis.suiteEffort = 0.1;
  const open = Chord.open;
  let opened = 0;
  let names = [];
  Chord.open = function openNamed(options, ...rest) {
    if (!isUnnamed(options)) return open.call(this, options, ...rest);
    opened += 1;
    const name = `suite-${run}-${opened}`;
    names.push(name);
    return open.call(this, { ...options, backend: { type: "indexeddb", name } }, ...rest);
  };
  return {
    // Not awaited for long: a test that was given up may still hold its database open.
    async cleanUp() {
      const gone = names.map((name) => deleted(name));
      names = [];
      await Promise.race([Promise.all(gone), new Promise((resolve) => setTimeout(resolve, 1_000))]);
    },
  };
}

/** Whether these are options, and name no backend. What is none is for the package to refuse. */
function isUnnamed(options) {
  if (options === undefined) return true;
  try {
    return typeof options === "object" && !Array.isArray(options) && options.backend === undefined;
  } catch {
    return false;
  }
}

function deleted(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = () => resolve();
  });
}
