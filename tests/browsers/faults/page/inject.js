/** Errors put into IndexedDB, by wrapping its methods. */

const error = (name) => new DOMException("put in by a test", name);

/** Puts `around` in the place of a method; it gets what calls the original, and the arguments. Gives what takes it away. */
function wrap({ prototype }, name, around) {
  const original = prototype[name];
  prototype[name] = function (...given) {
    return around.call(this, () => original.apply(this, given), given);
  };
  return () => {
    prototype[name] = original;
  };
}

/** Keeps events of an object from whoever listens to it, if that is done before they listen. */
const silence = (target, ...events) => {
  for (const event of events) target.addEventListener(event, (told) => told.stopImmediatePropagation());
};

const throwing = (of, name, code) => (hits) =>
  wrap(of, name, function (go) {
    // What is only read is not what this is about, but for what reads.
    const transaction = this.transaction?.mode === undefined ? this : this.transaction;
    if (transaction.mode !== "readonly" && hits()) throw error(code);
    return go();
  });

/** Around commits: `commit` gets the transaction, and what commits it. */
const committing = (commit) => (hits) =>
  wrap(IDBTransaction, "commit", function (go) {
    return hits() ? commit(this, go) : go();
  });

/** By name: what puts the fault in while `hits()` says so, and gives what takes it away. */
const faults = {
  "transaction() throws": (hits) =>
    wrap(IDBDatabase, "transaction", (go, [, mode]) => {
      if (mode === "readwrite" && hits()) throw error("InvalidStateError");
      return go();
    }),
  "get() throws": throwing(IDBObjectStore, "get", "UnknownError"),
  "put() throws": throwing(IDBObjectStore, "put", "UnknownError"),
  "delete() throws": throwing(IDBObjectStore, "delete", "TransactionInactiveError"),
  "a get fails": (hits) =>
    wrap(IDBObjectStore, "get", function (go) {
      if (this.transaction.mode !== "readwrite" || !hits()) return go();
      const { transaction } = this;
      const request = go();
      Object.defineProperty(request, "result", { get: () => undefined });
      Object.defineProperty(request, "error", { get: () => error("UnknownError") });
      request.addEventListener("success", () => transaction.abort());
      return request;
    }),
  "a put fails": (hits) =>
    wrap(IDBObjectStore, "put", function (go, given) {
      const request = go();
      if (!hits()) return request;
      // There is one by that key by now, and that undoes the transaction.
      Object.defineProperty(this.transaction, "error", { get: () => error("UnknownError") });
      return this.add(...given);
    }),
  "put() finds no room": throwing(IDBObjectStore, "put", "QuotaExceededError"),
  "commit() throws and nothing is stored": committing((transaction) => {
    transaction.abort();
    throw error("UnknownError");
  }),
  "commit() throws and it is stored": committing((_, go) => {
    go();
    throw error("UnknownError");
  }),
  "it is aborted right before its end": committing((transaction) => transaction.abort()),
  "it is stored and its end is not heard of": committing((transaction, go) => {
    // Whoever waits has begun to listen already.
    transaction.oncomplete = null;
    go();
  }),
  "it never ends": committing((transaction) => {
    const store = transaction.objectStore("contexts");
    const keep = () => {
      if (isOver) return transaction.abort();
      store.get(0).onsuccess = keep;
    };
    transaction.oncomplete = null;
    transaction.onabort = null;
    // Chord gives it up; it doesn't go.
    transaction.abort = () => {
      if (isOver) IDBTransaction.prototype.abort.call(transaction);
    };
    keep();
  }),
  "open() throws": (hits) =>
    wrap(IDBFactory, "open", (go) => {
      if (hits()) throw error("UnknownError");
      return go();
    }),
  "opening fails": (hits) =>
    wrap(IDBFactory, "open", (go) => {
      const request = go();
      if (!hits()) return request;
      Object.defineProperty(request, "error", { get: () => error("UnknownError") });
      silence(request, "success");
      request.addEventListener("success", () => request.result.close());
      setTimeout(() => request.dispatchEvent(new Event("error")), 20);
      return request;
    }),
  "opening never ends": (hits) =>
    wrap(IDBFactory, "open", (go) => {
      const request = go();
      if (!hits()) return request;
      request.addEventListener("success", () => request.result.close());
      silence(request, "success", "error", "blocked");
      return request;
    }),
  "the upgrade fails": (hits) =>
    wrap(IDBDatabase, "createObjectStore", (go) => {
      if (hits()) throw error("UnknownError");
      return go();
    }),
};

let isOver = true;

/** Has a fault happen so many times, until the function it gives is called, which says how often it did. */
export function inject(name, times) {
  let left = times;
  isOver = false;
  const takeAway = faults[name](() => {
    left -= 1;
    return left >= 0;
  });
  return () => {
    takeAway();
    isOver = true;
    return times - Math.max(left, 0);
  };
}
