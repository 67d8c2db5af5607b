/**
 * The one place that says which tests don't run in browsers, and why.
 *
 * `file` and, where not all of the file is meant, `test` name them. `where` says in which runs: it gets `{ browser, realm, backend }`; without it,
 * in all. The harness prints each with its reason, and fails where an entry names no test any more, unless the test `isOptional`: there on
 * some machines only.
 */
const inWorkers = ({ realm }) => realm !== "page";
const inServiceWorkers = ({ realm }) => realm === "service-worker";

/** A memory backend's time is Chord's own. */
const overDatabases = ({ backend }) => backend !== "memory";

/** Programs run in a dedicated worker where the tests are in a browser. */
const noWorker = "it runs a program of its own, and a service worker can't start a worker for it";

export const skips = [
  { file: "memory.test.js", reason: "browsers don't say how much memory a page or a worker takes" },
  { file: "trap.test.js", where: inServiceWorkers, reason: noWorker },
  ...[
    ...["bytes", "a view of bytes", "module", "response"].map((source) => `it opens from ${source}`),
    "it opens from a URL that serves the module, whatever MIME type the server gives",
    "a WebAssembly module that isn't Chord's is a typed error",
  ].map((test) => ({ file: "lifecycle.test.js", test, where: inServiceWorkers, reason: noWorker })),
  {
    file: "cleanup-server.test.js",
    test: "a process that started the server and neither stops nor closes it exits by itself",
    reason: "browsers have no processes that exit by themselves",
  },
  ...["laws.test.js", "judges.test.js"].map((file) => ({ file, where: overDatabases, reason: "the algebra doesn't reach the backend" })),
  ...["a sync applied gives the newer release", ...["count", "bytes", "age"].map((by) => `with the log trimmed by ${by}`)].map((claim) => ({
    file: "releases.test.js",
    test: `${claim}: all pairs of the archive's 55 releases`,
    where: overDatabases,
    isOptional: true,
    reason: "npm's fifteen releases do, at a transaction each",
  })),
  { file: "scaling.test.js", where: overDatabases, reason: "a memory backend's: over a database its transactions would be timed" },
  {
    file: "options.test.js",
    test: "indexeddb is backend_unavailable where there is none, in each of its forms",
    reason: "browsers have it",
  },
  {
    file: "lifecycle.test.js",
    test: "it can be disposed of asynchronously",
    where: ({ browser }) => browser === "webkit",
    reason: "WebKit has no Symbol.asyncDispose yet",
  },
  ...["object", "array"].map((kind) => ({
    file: "bad-input.test.js",
    test: `another realm's ${kind} is stored as JSON has it`,
    where: inWorkers,
    reason: "a worker can't make a realm whose objects it can hold",
  })),
];

/** The entries for one run. */
export const skipsFor = (run) => skips.filter(({ where }) => where === undefined || where(run));
