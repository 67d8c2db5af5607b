/** Backends that fail, hang, answer nonsense or call back: every operation ends with a typed error, and the Chord stays usable. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord, ChordError, increment } from "chord-sync";
import { MemoryBackend } from "./memory-backend.js";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A backend with some methods replaced; each gets the method it replaces. */
function changed(replacements, backend = new MemoryBackend()) {
  for (const [name, replace] of Object.entries(replacements)) backend[name] = replace(backend[name].bind(backend));
  return backend;
}

async function refused(promise, code) {
  const error = await promise.then(
    () => assert.fail(`expected ${code}`),
    (reason) => reason,
  );
  assert.ok(error instanceof ChordError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

/** Operations by the method of the backend that they need. */
const operations = {
  load: (chord) => chord.getContext("new"),
  since: (chord) => chord.getContext("a"),
  commit: (chord) => chord.updateContext("a", { n: increment() }),
  remove: (chord) => chord.deleteContext("a"),
  expired: (chord) => chord.cleanup(),
  list: (chord) => chord.listContexts(),
};

/** A Chord that has "a" at version 2, and its backend. */
async function opened(options) {
  const backend = new MemoryBackend(async () => {});
  const chord = await Chord.open({ backend, ...options });
  await chord.setContext("a", { n: 0 });
  await chord.updateContext("a", { n: 1 });
  return { backend, chord };
}

for (const [name, operate] of Object.entries(operations)) {
  test(`what ${name}() throws or rejects with is the cause`, async () => {
    const own = new ChordError("quota_exceeded", "the disk is full");
    const cases = [
      [new Error("disk on fire"), "backend_error", /disk on fire/],
      [own, "quota_exceeded", /disk is full/],
      [Object.assign(new Error("theirs"), { code: "conflict" }), "backend_error", /theirs/],
      ["a string", "backend_error", /a string/],
      [undefined, "backend_error", /see the cause/],
      [Object.create(null), "backend_error", /see the cause/],
    ];
    const { backend, chord } = await opened();
    const method = backend[name];
    for (const [thrown, code, message] of cases) {
      for (const fail of [
        () => Promise.reject(thrown),
        () => {
          throw thrown;
        },
      ]) {
        backend[name] = method;
        // After a failure a context is loaded anew; `since` is asked about known ones.
        await chord.getContext("a");
        backend[name] = fail;
        const error = await refused(operate(chord), code);
        assert.equal(error.cause, thrown);
        assert.match(error.message, message);
        assert.match(error.message, new RegExp(`backend\\.${name}\\(\\)`));
      }
    }
    backend[name] = method;
    await operate(chord);
    await chord.close();
  });

  test(`${name}() that never answers is given up, and nobody waits for it any more`, async () => {
    const { backend, chord } = await opened({ timeout: 60 });
    const method = backend[name].bind(backend);
    backend[name] = () => new Promise(() => {});
    // The second waits for the first one's turn, and gets it.
    const first = refused(operate(chord), "timeout");
    await pause(30);
    backend[name] = method;
    const second = name === "expired" || name === "list" ? operate(chord) : chord.getContext("a");
    await first;
    await second;
    await operate(chord);
    await chord.setContext("a", { usable: true });
    assert.deepEqual((await chord.getContext("a")).context, { usable: true });
    await chord.close();
  });
}

test("a write that was given up before its turn came is never stored", async () => {
  const { backend, chord } = await opened({ timeout: 50 });
  const { load, since } = backend;
  backend.load = backend.since = () => new Promise(() => {});
  const hung = refused(chord.getContext("a"), "timeout");
  await Promise.resolve();
  const writes = [1, 2, 3].map(() => refused(chord.updateContext("a", { n: increment() }), "timeout"));
  await Promise.all([hung, ...writes]);
  Object.assign(backend, { load, since });
  await pause(20);
  assert.deepEqual((await chord.getContext("a")).context, { n: 1 });
  await chord.close();
});

test("an answer that comes after the deadline changes nothing", async () => {
  const { backend, chord } = await opened({ timeout: 40 });
  const commit = backend.commit.bind(backend);
  backend.commit = async (...given) => {
    await pause(100);
    return commit(...given);
  };
  await refused(chord.updateContext("a", { late: true }), "timeout");
  backend.commit = commit;
  const done = await chord.updateContext("a", { n: 2 });
  await pause(100);
  // The late commit met another head.
  assert.deepEqual((await chord.getContext("a")).context, { n: 2 });
  assert.equal((await chord.getContext("a")).version, done.context.version);
  await chord.close();
});

test("a malformed answer is a backend_error that says what was wrong and where", async () => {
  const head = { version: 3, revision: "1-3" };
  const live = { head, snapshot: { version: 3, context: "{}" }, tail: [], insertedAt: 1 };
  const entry = { ...head, previous: "1-2", delta: "{}", insertedAt: 1 };
  const cases = {
    load: [
      [7, /load\(\)/],
      ["text", /an object as load\(\)/],
      [{}, /load\(\)\.head\.version/],
      [{ head: { version: 1.5, revision: "1-1" } }, /load\(\)\.head\.version/],
      [{ head: { version: 2 ** 60, revision: "1-1" } }, /load\(\)\.head\.version/],
      [{ head: { version: 1, revision: "of my own" } }, /load\(\)\.head\.revision/],
      [{ head }, /load\(\)\.insertedAt/],
      [{ ...live, insertedAt: Number.NaN }, /load\(\)\.insertedAt/],
      [{ ...live, snapshot: undefined }, /load\(\)\.snapshot\.version/],
      [{ ...live, snapshot: { version: 3 } }, /load\(\)\.snapshot\.context/],
      [{ ...live, snapshot: { version: 3, context: { n: 1 } } }, /load\(\)\.snapshot\.context/],
      [{ ...live, snapshot: { version: 3, context: "[]" } }, /no object/],
      [{ ...live, snapshot: { version: 3, context: "{" } }, /no object/],
      [{ ...live, tail: undefined }, /load\(\)\.tail/],
      [{ ...live, tail: [{ ...entry, delta: undefined }] }, /load\(\)\.tail\[\]\.delta/],
      [{ ...live, tail: [{ ...entry, previous: null }] }, /load\(\)\.tail\[\]\.previous/],
      [{ ...live, tail: [{ ...entry, delta: "[]" }] }, /a delta that is none/],
      [{ ...live, snapshot: { version: 1, context: "{}" }, tail: [entry] }, /don't begin where the snapshot ends/],
      [{ ...live, snapshot: { version: 2, context: "{}" } }, /don't lead up to the head/],
    ],
    since: [
      [undefined, /since\(\)/],
      [{ kind: "nothing" }, /since\(\)\.kind/],
      [{ kind: "tail" }, /since\(\)\.entries/],
      [{ kind: "tail", entries: [7] }, /since\(\)\.entries\[\]\.version/],
    ],
    commit: [
      [undefined, /an object as commit\(\)/],
      [{ ok: "yes" }, /commit\(\)\.ok/],
      [{ ok: false, tail: [{}] }, /commit\(\)\.tail\[\]\.version/],
    ],
    remove: [
      [true, /remove\(\)/],
      [{ version: 1 }, /remove\(\)\.revision/],
    ],
    expired: [
      [undefined, /expired\(\)/],
      [[{}], /expired\(\)\[\]\.kind/],
      [[{ id: "a", kind: "all" }], /expired\(\)\[\]\.kind/],
      [[{ kind: "context" }], /expired\(\)\[\]\.id/],
    ],
    list: [
      [undefined, /list\(\)\.ids/],
      [{ ids: [1] }, /list\(\)\.ids\[\]/],
    ],
  };
  for (const [name, answers] of Object.entries(cases)) {
    const { backend, chord } = await opened();
    const method = backend[name];
    for (const [answer, message] of answers) {
      backend[name] = method;
      await chord.getContext("a");
      backend[name] = async () => answer;
      const error = await refused(operations[name](chord), "backend_error");
      assert.match(error.message, message);
    }
    backend[name] = method;
    await operations[name](chord);
    await chord.close();
  }
});

test("answers and errors that throw when they are read are backend_errors at once", async () => {
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const thrower = (name) =>
    Object.defineProperty({}, name, {
      get() {
        throw new Error("not to be read");
      },
    });
  const cases = [
    ["load", async () => thrower("head")],
    ["load", async () => Promise.reject(thrower("message"))],
    ["load", async () => Promise.reject(thrower("name"))],
    ["list", async () => ({ ids: revoked.proxy })],
    ["list", async () => ({ ids: Object.assign(["a"], { [Symbol.iterator]: 7 }), cursor: null })],
  ];
  for (const [name, method] of cases) {
    const { backend, chord } = await opened();
    const own = backend[name];
    backend[name] = method;
    const outcome = operations[name](chord);
    if (method === cases.at(-1)[1]) assert.equal((await outcome).cursor, undefined);
    else await refused(outcome, "backend_error");
    backend[name] = own;
    await operations[name](chord);
    await chord.close();
  }
});

test("twenty thousand calls on a backend that hangs end together, and quickly", async () => {
  const backend = changed({ load: () => () => new Promise(() => {}) });
  const chord = await Chord.open({ backend, timeout: 300 });
  const calls = Array.from({ length: 20_000 }, (_, n) => chord.getContext(`id ${n}`).catch(({ code }) => code));
  const started = performance.now();
  assert.ok((await Promise.all(calls)).every((code) => code === "timeout"));
  const took = performance.now() - started;
  // Quadratic, it was four seconds.
  assert.ok(took < 3000, `${took} ms`);
  await chord.close();
});

test("cleanup removes many at the same time", async () => {
  let now = 0;
  let most = 0;
  let under = 0;
  const backend = changed({
    remove:
      (remove) =>
      async (...given) => {
        under += 1;
        most = Math.max(most, under);
        await pause(5);
        under -= 1;
        return remove(...given);
      },
  });
  const chord = await Chord.open({ backend, contextAutoDelete: true, contextTtl: 5, timeProvider: () => now });
  await Promise.all(Array.from({ length: 250 }, (_, n) => chord.setContext(`id ${n}`, {})));
  now = 10;
  assert.equal((await chord.cleanup()).contexts, 250);
  assert.equal(most, 100);
  await chord.close();
});

test("a trim that answers with no number is a backend_error", async () => {
  let now = 0;
  const backend = changed({ trim: () => async () => "many" });
  const chord = await Chord.open({ backend, deltaTtl: 5, timeProvider: () => now });
  await chord.setContext("a", {});
  now = 10;
  assert.match((await refused(chord.cleanup(), "backend_error")).message, /trim\(\)/);
  await chord.close();
});

test("a backend that always says conflict ends in a conflict", async () => {
  for (const tail of [[], "reload", undefined]) {
    const chord = await Chord.open({ backend: changed({ commit: () => async () => ({ ok: false, tail }) }) });
    await refused(chord.setContext("a", {}), "conflict");
    await chord.close();
  }
});

test("a method may call the same Chord, and wait for another context", async () => {
  const heard = [];
  let isInside = false;
  const backend = new MemoryBackend(async () => {});
  const chord = await Chord.open({ backend });
  const commit = backend.commit.bind(backend);
  backend.commit = async (id, proposal) => {
    if (!isInside) {
      isInside = true;
      // Without waiting for it: this one comes after.
      heard.push(chord.updateContext(id, { inside: true }));
      await chord.setContext("audit", { id, large: "x".repeat(100_000) });
      chord.calculateDelta({ a: 1 }, { a: 2 });
    }
    return commit(id, proposal);
  };
  const result = await chord.setContext("a", { n: 1 });
  assert.deepEqual(result.context.context, { n: 1 });
  assert.equal((await heard[0]).context.version, 2);
  assert.deepEqual((await chord.getContext("a")).context, { n: 1, inside: true });
  assert.equal((await chord.getContext("audit")).context.id, "a");
  await chord.close();
});

test("a method that waits for its own context runs into the deadline, and no further", async () => {
  const backend = new MemoryBackend(async () => {});
  const chord = await Chord.open({ backend, timeout: 50 });
  const load = backend.load.bind(backend);
  backend.load = async (id) => {
    await chord.getContext(id);
    return load(id);
  };
  await refused(chord.setContext("a", {}), "timeout");
  backend.load = load;
  assert.equal((await chord.setContext("a", {})).changed, true);
  await chord.close();
});

test("a method may close its Chord", async () => {
  for (const isLate of [false, true]) {
    const backend = new MemoryBackend(async () => {});
    const chord = await Chord.open({ backend });
    const load = backend.load.bind(backend);
    let closing;
    backend.load = (id) => {
      if (isLate) return load(id).finally(() => (closing = chord.close()));
      closing = chord.close();
      return load(id);
    };
    await chord.setContext("a", {}).catch((error) => assert.ok(error instanceof ChordError));
    await closing;
    await refused(chord.getContext("a"), "closed");
    const next = await Chord.open({ backend: new MemoryBackend() });
    assert.equal((await next.setContext("a", {})).changed, true);
    await next.close();
  }
});

test("closing while operations are on their way ends each of them, and harms no other Chord", async () => {
  const chord = await Chord.open({ backend: new MemoryBackend(() => pause(5)) });
  await chord.setContext("a", { n: 1 });
  const known = await chord.syncContext("a");
  const started = [chord.syncContext("a", known), chord.listContexts(), chord.updateContext("a", { n: 2 }), chord.cleanup()];
  await chord.close();
  for (const outcome of await Promise.allSettled(started)) {
    if (outcome.status === "rejected") assert.equal(outcome.reason.code, "closed", outcome.reason.stack);
  }
  const other = await Chord.open();
  assert.equal((await other.setContext("a", {})).changed, true);
  await other.close();
});

test("an operation that outlives its Chord ends at its deadline, and harms no other Chord", async () => {
  const { backend, chord } = await opened({ timeout: 60 });
  backend.since = () => new Promise(() => {});
  const hung = refused(chord.getContext("a"), "timeout");
  await chord.close();
  const other = await Chord.open({ backend: new MemoryBackend() });
  await hung;
  await pause(10);
  assert.equal((await other.setContext("a", {})).changed, true);
  await other.close();
});

test("a close that fails or hangs ends with a typed error", async () => {
  const broken = new Error("no");
  const failing = await Chord.open({ backend: Object.assign(new MemoryBackend(), { close: () => Promise.reject(broken) }) });
  assert.equal((await refused(failing.close(), "backend_error")).cause, broken);
  const hanging = await Chord.open({ timeout: 40, backend: Object.assign(new MemoryBackend(), { close: () => new Promise(() => {}) }) });
  await refused(hanging.close(), "timeout");
  await refused(hanging.getContext("a"), "closed");
});

test("a lost answer: tried again with the version that was meant, nothing is done twice", async () => {
  const { backend, chord } = await opened();
  const commit = backend.commit.bind(backend);
  backend.commit = async (...given) => {
    backend.commit = commit;
    await commit(...given);
    throw new Error("connection lost");
  };
  const add = () => chord.updateContext("a", { n: increment() }, { ifVersion: 2 });
  await refused(add(), "backend_error");
  await refused(add(), "conflict");
  assert.deepEqual((await chord.getContext("a")).context, { n: 2 });
  await chord.close();
});

test("a commit that a backend sends twice is done once", async () => {
  const backend = new MemoryBackend(() => pause(Math.random() * 2));
  const commit = backend.commit.bind(backend);
  backend.commit = async (...given) => {
    await commit(...given);
    await pause(3);
    return commit(...given);
  };
  const chords = await Promise.all([Chord.open({ backend }), Chord.open({ backend })]);
  await chords[0].setContext("a", { n: 0 });
  await Promise.all(Array.from({ length: 20 }, (_, n) => chords[n % 2].updateContext("a", { n: increment() })));
  const { context, version } = await chords[1].getContext("a");
  assert.deepEqual([context, version], [{ n: 20 }, 21]);
  await Promise.all(chords.map((chord) => chord.close()));
});
