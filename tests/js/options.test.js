import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { withChord } from "./open.js";
import { refusal } from "./refusal.js";

const wrong = {
  backend: ["redis", 7, null, {}, { type: "sqlite" }, []],
  contextAutoDelete: ["yes", 1, null],
  contextTtl: [-1, Number.NaN, Number.POSITIVE_INFINITY, "1h", {}],
  deltaTtl: [-1, Number.NaN, "1h", true],
  deltaThreshold: [-1, 1.5, Number.NaN, "100", true],
  deltaFormatter: ["xml", 7, {}, null],
  timeUnit: ["minute", 1, null],
  timeProvider: [7, "now", {}],
  exportCallback: ["file", {}, 1],
  contextExternalProvider: ["url", {}, 1],
  telemetry: ["on", true, {}],
  timeout: [-1, "10", Number.NaN, null],
  limits: [7, "none", [], null],
};

for (const [name, values] of Object.entries(wrong)) {
  test(`a wrong ${name} is invalid_argument naming it`, async () => {
    for (const value of values) await refusal(() => Chord.open({ [name]: value }), "invalid_argument", { naming: [name] });
  });
}

test("a wrong limit is invalid_argument naming it", async () => {
  for (const name of ["contextBytes", "depth", "idBytes", "logBytes"]) {
    for (const value of [-1, 1.5, Number.NaN, "10", null, {}]) {
      await refusal(() => Chord.open({ limits: { [name]: value } }), "invalid_argument", { naming: [name] });
    }
  }
  await refusal(() => Chord.open({ limits: { depth: 1_001 } }), "invalid_argument", { naming: ["depth"] });
  await refusal(() => Chord.open({ limits: { depth: 0 } }), "invalid_argument", { naming: ["depth"] });
});

test("an unknown option or limit is invalid_argument naming it", async () => {
  for (const options of [{ deltaTTL: 1 }, { ttl: 1 }, { onChange: () => {} }]) {
    await refusal(() => Chord.open(options), "invalid_argument", { naming: Object.keys(options) });
  }
  await refusal(() => Chord.open({ limits: { bytes: 1 } }), "invalid_argument", { naming: ["bytes"] });
});

test("options that are no object are invalid_argument", async () => {
  for (const options of [7, "memory", true, [], () => {}]) await refusal(() => Chord.open(options), "invalid_argument");
});

test("contextAutoDelete without contextTtl is invalid_argument naming both", async () => {
  for (const options of [
    { contextAutoDelete: true },
    { contextAutoDelete: true, contextTtl: null },
    { contextAutoDelete: true, contextTtl: undefined },
  ]) {
    await refusal(() => Chord.open(options), "invalid_argument", { naming: ["contextAutoDelete", "contextTtl"] });
  }
});

test("an option given as undefined is absent", async () => {
  const options = Object.fromEntries([...Object.keys(wrong)].map((name) => [name, undefined]));
  await withChord(
    { ...options, limits: { contextBytes: undefined, depth: undefined, idBytes: undefined, logBytes: undefined } },
    async (chord) => {
      for (let n = 0; n < 120; n += 1) await chord.setContext("c", { n });
      assert.equal((await chord.listDeltas("c")).length, 100, "the default threshold");
    },
  )();
  await withChord({ limits: undefined }, async (chord) => {
    assert.equal((await chord.setContext("c", {})).changed, true);
  })();
});

test("null means unbounded for TTLs and threshold, and none for callbacks", async () => {
  const options = {
    contextTtl: null,
    deltaTtl: null,
    deltaThreshold: null,
    exportCallback: null,
    contextExternalProvider: null,
    telemetry: null,
  };
  await withChord(options, async (chord) => {
    for (let n = 0; n < 120; n += 1) await chord.setContext("c", { n });
    assert.equal((await chord.listDeltas("c")).length, 120);
    await refusal(() => chord.exportContext("c"), "no_export_callback");
  })();
});

test("options are neither altered nor kept by reference", async () => {
  const options = { deltaThreshold: 2, limits: { depth: 3 } };
  await withChord(options, async (chord) => {
    assert.deepEqual(options, { deltaThreshold: 2, limits: { depth: 3 } });
    options.limits.depth = 50;
    await refusal(() => chord.setContext("c", { a: { b: { c: {} } } }), "limit_exceeded");
  })();
});

test("insertedAt is in timeUnit, by the system's clock unless a provider is given", async () => {
  for (const [timeUnit, scale] of [
    ["millisecond", 1],
    ["second", 1_000],
  ]) {
    await withChord({ timeUnit }, async (chord) => {
      const before = Math.floor(Date.now() / scale);
      const { insertedAt } = (await chord.setContext("c", {})).context;
      assert.ok(insertedAt >= before && insertedAt <= Math.ceil(Date.now() / scale), `${insertedAt} as ${timeUnit}`);
    })();
    const units = new Set();
    const timeProvider = (unit) => {
      units.add(unit);
      return 77;
    };
    await withChord({ timeUnit, timeProvider }, async (chord) => {
      assert.equal((await chord.setContext("c", {})).context.insertedAt, 77);
    })();
    assert.deepEqual([...units], [timeUnit]);
  }
});

test("TTLs are in timeUnit", async () => {
  let now = 1_000;
  await withChord({ timeUnit: "second", deltaTtl: 10, contextTtl: 20, contextAutoDelete: true, timeProvider: () => now }, async (chord) => {
    await chord.setContext("c", { n: 1 });
    now += 11;
    assert.deepEqual(await chord.cleanup(), { contexts: 0, deltas: 1 });
    now += 10;
    assert.equal((await chord.cleanup()).contexts, 1);
  })();
});

test("indexeddb is backend_unavailable where there is none, in each of its forms", async () => {
  for (const backend of ["indexeddb", { type: "indexeddb" }, { type: "indexeddb", name: "mine", durability: "strict" }]) {
    await refusal(() => Chord.open({ backend }), "backend_unavailable");
  }
});
