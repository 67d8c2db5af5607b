/** One browser profile after whose kills everything is looked at: what was acknowledged must be there, and nothing that was not under way. */
import assert from "node:assert/strict";
import { start, temporaryFolder } from "../../drivers/program.js";
import { switches } from "../../drivers/switches.js";
import { isRunning } from "../processes.js";
import { isDamaged, tornLogs } from "./leveldb.js";
import { after, counter, ids, operation, window } from "./operations.js";
import { work } from "./work.js";

// Starting quickly is all that matters here.
const quickly = ["--disable-extensions", "--disable-default-apps", "--disable-crash-reporter", "--no-zygote"];

async function kill(group) {
  process.kill(-group, "SIGKILL");
  const deadline = performance.now() + 10_000;
  while (isRunning(group)) {
    if (performance.now() > deadline) throw new Error(`process group ${group} can't be killed`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export class Lane {
  /** What was seen, for the report. */
  counts = { kills: 0, acknowledged: 0, inFlight: 0, undecided: 0, resets: 0 };
  #model;
  #counted;
  /** Logs that a kill tore, and whether the browser has gone on behind the tear. */
  #torn = [];
  #isDamaged = false;
  #profile = temporaryFolder();
  #ending = [];
  #problem;
  #onAcknowledged = () => {};

  constructor({ program, server, number, durability }) {
    Object.assign(this, { program, server, number, durability });
    this.#forget();
  }

  #forget() {
    this.#model = new Map(ids.map((id) => [id, { number: 0, context: undefined, version: 0, revision: undefined, log: new Map() }]));
    this.#counted = { acknowledged: 0, log: new Map() };
  }

  /** Hears what the page tells; gives what it is to know. */
  hear(told) {
    try {
      if (told.type === "failed") throw new Error(`a write failed: ${told.error}`);
      if (told.type === "found") return this.#check(told.there);
      for (const each of told.batch) this.#acknowledged(...each);
      this.#onAcknowledged();
    } catch (error) {
      this.#problem ??= error;
      this.#onAcknowledged();
    }
    return {};
  }

  #acknowledged(id, number, version, revision) {
    this.counts.acknowledged += 1;
    if (id === counter) {
      this.#counted.acknowledged += 1;
      this.#counted.log.set(version, revision);
      return;
    }
    const model = this.#model.get(id);
    assert.equal(number, model.number + 1, `${id}: acknowledged in their order`);
    this.#advance(model, id);
    // A deletion tells none.
    if (version !== null) {
      assert.equal(version, model.version, `${id}: the version of operation ${number}`);
      model.revision = revision;
      model.log.set(version, revision);
    }
  }

  #advance(model, id) {
    const next = operation(id, model.number + 1, model.context !== undefined);
    Object.assign(model, after(model, next), { number: model.number + 1 });
  }

  #check(there) {
    const isEmpty = Object.values(there).every(({ version }) => version === undefined);
    if (isEmpty && this.#isDamaged) {
      // The browser has found its own log damaged, and begun anew.
      this.counts.resets += 1;
      this.#forget();
    }
    const numbers = {};
    for (const id of ids) {
      const model = this.#model.get(id);
      const { context, version, revision, synced, log } = there[id];
      const next = { ...model };
      this.#advance(next, id);
      // Every state but absence tells the number of the operation that led to it.
      const isNext = (context?.n ?? (next.context === undefined ? next.number : undefined)) === next.number && model.number > 0;
      const isFirst = model.number === 0 && context !== undefined;
      if (isNext || isFirst) {
        // A deletion that was under way and one that wasn't look the same where nothing was there before.
        if (context === undefined && model.context === undefined) this.counts.undecided += 1;
        else {
          this.#advance(model, id);
          model.revision = revision;
          this.counts.inFlight += 1;
        }
      }
      assert.deepEqual(context, model.context, `${id}: what was acknowledged, or what was under way besides`);
      if (context !== undefined) {
        assert.equal(version, model.version, `${id}: its version`);
        checkLog(id, log, { version, revision }, model.log);
        if (synced !== undefined) assert.deepEqual(synced, context, `${id}: what a client is told that had been acknowledged`);
      }
      numbers[id] = model.number + 1;
    }
    const { context, version, revision, log } = there[counter];
    if (version !== undefined) {
      assert.ok(context.count >= this.#counted.acknowledged, `${context.count} of ${this.#counted.acknowledged} acknowledged increments`);
      assert.ok(context.count <= this.#counted.acknowledged + window, "no more than were under way");
      assert.equal(version, context.count + 1);
      checkLog(counter, log, { version, revision }, this.#counted.log);
      // What was under way counts from now on.
      this.#counted.acknowledged = context.count;
    } else assert.equal(this.#counted.acknowledged, 0);
    return { numbers };
  }

  /** Starts the browser, has everything looked at, and kills it amid its writes. */
  async run({ isLast = false } = {}) {
    const known = Object.fromEntries([...this.#model].map(([id, { context, version, revision }]) => [id, { context, version, revision }]));
    const input = { name: "killed", lane: this.number, durability: this.durability, known };
    const address = this.server.errand(work, input);
    const browser = start(this.program, ["--headless=new", ...switches, ...quickly, `--user-data-dir=${this.#profile.folder}`, address]);
    try {
      const writing = new Promise((resolve) => {
        this.#onAcknowledged = resolve;
      });
      // It comes to an end only where something is wrong.
      await Promise.race([writing, this.server.outcomeOf(address, "looking at what is there, and the first write", 60_000)]);
      if (this.#problem !== undefined) throw this.#problem;
      if (!isLast) await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    } finally {
      await kill(browser.pid);
      this.counts.kills += 1;
      this.#isDamaged = isDamaged(this.#torn);
      if (!this.#isDamaged) this.#torn = tornLogs(this.#profile.folder);
      this.#ending.push(browser.end());
    }
    // What had been said before the kill still arrives.
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (this.#problem !== undefined) throw this.#problem;
  }

  async end() {
    await Promise.all(this.#ending);
    this.#profile.remove();
  }
}

/** The log ends at the head, has no gaps, and has the revisions that were acknowledged. */
function checkLog(id, log, head, acknowledged) {
  assert.deepEqual(log.at(-1), [head.version, head.revision], `${id}: the log ends at the head`);
  log.forEach(([version, revision], place) => {
    if (place > 0) assert.equal(version, log[place - 1][0] + 1, `${id}: the log has no gaps`);
    if (acknowledged.has(version)) assert.equal(revision, acknowledged.get(version), `${id}: version ${version} is the one acknowledged`);
  });
  for (const version of acknowledged.keys()) if (version < head.version - 200) acknowledged.delete(version);
}
