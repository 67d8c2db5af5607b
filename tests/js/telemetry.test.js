import assert from "node:assert/strict";
import { test } from "node:test";
import { ChordError } from "chord-sync";
import { withChord } from "./open.js";

/** A test whose Chord tells its telemetry to `events`. */
const observed = (options, body) => async () => {
  const events = [];
  await withChord({ telemetry: (event) => events.push(event), ...options }, (chord) => body(chord, events))();
};

const names = (events) => events.map((event) => event.name.replace("chord.context.", ""));

test(
  "every operation tells its start and its stop, with id and duration",
  observed({ exportCallback: () => {}, contextExternalProvider: () => ({ context: {}, version: 1 }) }, async (chord, events) => {
    const operations = {
      set: () => chord.setContext("c", { n: 1 }),
      update: () => chord.updateContext("c", { n: 2 }),
      get: () => chord.getContext("c"),
      sync: () => chord.syncContext("c"),
      export: () => chord.exportContext("c"),
      restore: () => chord.restoreContext("c"),
      delete: () => chord.deleteContext("c"),
    };
    for (const [name, run] of Object.entries(operations)) {
      events.length = 0;
      await run();
      assert.deepEqual(
        events.map((event) => event.name),
        [`chord.context.${name}.start`, `chord.context.${name}.stop`],
      );
      assert.ok(events.every((event) => event.contextId === "c"));
      const { durationMs } = events[1];
      assert.ok(typeof durationMs === "number" && durationMs >= 0 && durationMs < 5_000, `${durationMs}`);
    }
    events.length = 0;
    await chord.cleanup();
    assert.deepEqual(
      events.map((event) => event.name),
      ["chord.cleanup.run.start", "chord.cleanup.run.stop"],
    );
  }),
);

test(
  "the stop of a write tells the version",
  observed({}, async (chord, events) => {
    await chord.setContext("c", { n: 1 });
    await chord.updateContext("c", { n: 2 });
    assert.deepEqual(
      events.filter((event) => event.name.endsWith("stop")).map((event) => event.version),
      [1, 2],
    );
  }),
);

test(
  "a failure tells an exception with the very error the caller gets",
  observed(
    {
      exportCallback: () => {
        throw new Error("no");
      },
      contextExternalProvider: () => null,
    },
    async (chord, events) => {
      await chord.setContext("c", { n: 1 });
      const failures = {
        set: () => chord.setContext("c", {}, { ifVersion: 9 }),
        update: () => chord.updateContext("none", {}),
        delete: () => chord.deleteContext("c", { ifVersion: 9 }),
        sync: () => chord.syncContext("none"),
        export: () => chord.exportContext("c"),
        restore: () => chord.restoreContext("c"),
      };
      for (const [name, run] of Object.entries(failures)) {
        events.length = 0;
        const error = await run().then(
          () => assert.fail("it went well"),
          (reason) => reason,
        );
        assert.ok(error instanceof ChordError);
        assert.deepEqual(names(events), [`${name}.start`, `${name}.exception`]);
        assert.equal(events[1].error, error);
        assert.equal(typeof events[1].durationMs, "number");
      }
    },
  ),
);

test("a failing cleanup tells an exception", async () => {
  const events = [];
  let broken = false;
  const timeProvider = () => {
    if (broken) throw new Error("no time");
    return 1;
  };
  await withChord({ telemetry: (event) => events.push(event), timeProvider }, async (chord) => {
    broken = true;
    await chord.cleanup().then(
      () => assert.fail("it went well"),
      () => {},
    );
    assert.deepEqual(
      events.map((event) => event.name),
      ["chord.cleanup.run.start", "chord.cleanup.run.exception"],
    );
    assert.ok(events[1].error instanceof ChordError);
  })();
});

test("operations started inside the callback emit nothing, those after it do", async () => {
  const events = [];
  const inside = [];
  let chord;
  const telemetry = (event) => {
    events.push(event.name);
    if (event.contextId === "outer")
      inside.push(chord.setContext("inner", { n: inside.length }), chord.getContext("inner"), chord.cleanup());
  };
  await withChord({ telemetry }, async (opened) => {
    chord = opened;
    await chord.setContext("outer", {});
    await Promise.all(inside);
    assert.equal(inside.length, 6);
    assert.deepEqual(names(events.map((name) => ({ name }))), ["set.start", "set.stop"]);
    await chord.getContext("later");
    assert.deepEqual(names(events.map((name) => ({ name }))).slice(2), ["get.start", "get.stop"]);
  })();
});

test(
  "concurrent operations each tell one start and one end",
  observed({}, async (chord, events) => {
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => (n % 2 ? chord.setContext(`c${n % 7}`, { n }) : chord.getContext(`c${n % 7}`))),
    );
    for (const kind of ["set", "get"]) {
      assert.equal(names(events).filter((name) => name === `${kind}.start`).length, 50);
      assert.equal(names(events).filter((name) => name === `${kind}.stop`).length, 50);
    }
    const open = new Map();
    for (const event of events) {
      const [kind, moment] = event.name.split(".").slice(-2);
      open.set(kind, (open.get(kind) ?? 0) + (moment === "start" ? 1 : -1));
      assert.ok(open.get(kind) >= 0, "a stop came before its start");
    }
  }),
);

test("a callback that throws harms no operation", async () => {
  const telemetry = () => {
    throw new Error("thrown by telemetry");
  };
  await withChord({ telemetry }, async (chord) => {
    assert.equal((await chord.setContext("c", { n: 1 })).changed, true);
    assert.deepEqual((await chord.getContext("c")).context, { n: 1 });
  })();
});
