/** What a run of the suite reported: printed as it comes, counted, and checked for what never came. */
import { duration } from "../../scripts/say.js";

/** What takes longer is told with its time. */
const slow = 3_000;

const indented = (text) => text.replaceAll(/^/gm, "      ");

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** What failed, each with its message. */
  failures = [];
  #print;
  #located;
  #unusedSkips;
  #files = new Map();
  #current;

  /** `located` makes the places that a stack names those of the source. */
  constructor({ print, skips, located = (text) => text }) {
    this.#print = print;
    this.#located = located;
    this.#unusedSkips = new Set(skips.filter(({ isOptional }) => isOptional !== true));
  }

  /** Takes one event of `realm/runner.js`. */
  note(event) {
    const { type, file: name, index, test, failure } = event;
    if (type === "file") {
      // After a stall the same file is begun again.
      if (!this.#files.has(name)) this.#files.set(name, { tests: [], settled: new Set(), failed: 0, took: 0 });
      this.#current = { file: name, index: -1, test: "reading the file" };
      return;
    }
    const file = this.#files.get(name);
    if (type === "registered") {
      file.tests = event.tests;
      if (failure !== undefined) this.#fail(file, name, "reading the file", failure);
    } else if (type === "start") {
      this.#current = { file: name, index, test };
    } else if (type === "passed") {
      this.#settle(file, event);
      this.passed += 1;
      if (event.took > slow) this.#print(`  ✔ ${name} › ${test} (${duration(event.took)})`);
    } else if (type === "failed") {
      this.#settle(file, event);
      this.#fail(file, name, test, failure);
    } else if (type === "skipped") {
      this.#settle(file, event);
      this.skipped += 1;
      for (const skip of this.#unusedSkips) if (skip.file === name && (skip.test ?? test) === test) this.#unusedSkips.delete(skip);
      this.#print(`  ﹣ ${name} › ${test} # skipped: ${event.reason}`);
    } else if (type === "filed") {
      if (failure !== undefined) this.#fail(file, name, "what runs after its tests", failure);
      const { size } = file.settled;
      if (size > 0) this.#print(`  ${file.failed > 0 ? "✖" : "✔"} ${name} (${size} tests, ${duration(file.took)})`);
      file.isFiled = true;
    }
  }

  #settle(file, { index, took = 0 }) {
    file.settled.add(index);
    file.took += took;
  }

  #fail(file, name, test, failure) {
    this.failed += 1;
    if (file !== undefined) file.failed += 1;
    const message = this.#located(failure).trimEnd();
    this.failures.push(`${name} › ${test}: ${message}`);
    this.#print(`  ✖ ${name} › ${test}\n${indented(message)}`);
  }

  /** The realm has stopped. Counts a failure and gives the test it was in: `{ file, index }`, both undefined where it ran none. */
  stopped(reason) {
    const { file: name, index, test } = this.#current ?? {};
    const file = this.#files.get(name);
    if (file !== undefined && index >= 0) file.settled.add(index);
    this.#fail(file, name ?? "the suite", test ?? "its start", reason);
    return { file: name, index };
  }

  /** Counts what was to run and never came, and entries of `skipped.js` that name no test. */
  finish({ files, isWhole }) {
    const unended = files.filter((name) => this.#files.get(name)?.isFiled !== true);
    if (unended.length > 0) this.#fail(undefined, unended.join(", "), "all of it", "it did not run to its end");
    if (!isWhole) return;
    for (const [name, file] of this.#files) {
      const missing = file.tests.length - file.settled.size;
      if (file.isFiled && missing > 0) this.#fail(file, name, "some tests", `${missing} of ${file.tests.length} have no result`);
    }
    for (const { file, test } of this.#unusedSkips) {
      if (this.#files.get(file)?.isFiled !== true) continue;
      this.#fail(undefined, file, test ?? "any test", "skipped.js names it, but there is no such test");
    }
  }

  get counts() {
    return { passed: this.passed, failed: this.failed, skipped: this.skipped };
  }
}
