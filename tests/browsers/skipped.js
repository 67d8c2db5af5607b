/**
 * The one place that says which tests don't run in browsers, and why.
 *
 * `file` and, where not all of the file is meant, `test` name them. `where` says in which runs: it gets `{ browser, realm, backend }`; without it, in all. The harness prints each with its reason, and fails where an entry names no test any more.
 */
const process = "needs a process of its own";
const inWorkers = ({ realm }) => realm !== "page";

export const skips = [
  { file: "memory.test.js", reason: `${process}, in which memory can be measured` },
  { file: "trap.test.js", reason: `${process}, whose engine may be broken` },
  {
    file: "cleanup-server.test.js",
    test: "a process that started the server and neither stops nor closes it exits by itself",
    reason: "browsers have no processes that exit by themselves",
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
