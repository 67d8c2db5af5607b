/** Replies that are lost after Redis has carried out what was asked: each update is there once all the same. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { append, ChordError, increment } from "chord-sync";
import { libraryNames, openChord } from "./clients.js";
import { startProxy } from "./proxy.js";
import { skip, startServer } from "./servers.js";
import { until, within } from "./wait.js";

const limit = { timeout: 60_000 };

/** Every loss costs a connection, and left to themselves libraries take their time to make another. */
const patience = 10;
const clientOptions = { "node-redis": { socket: { reconnectStrategy: patience } }, ioredis: { retryStrategy: () => patience } };

/** A script with a delta among its arguments: that is a commit. */
const isCommit = ([name, ...rest]) => /^EVAL/i.test(name) && rest.some((argument) => argument.includes('"action"'));
const isScript = ([name]) => /^EVAL/i.test(name);

/** Every `n`th of those that `match` wants. */
function everyNth(n, match) {
  let seen = 0;
  return (command) => {
    if (!match(command)) return false;
    seen += 1;
    return seen % n === 0;
  };
}

/** What became of updates with these tokens. */
async function outcomesOf(updates) {
  const settled = await Promise.allSettled(updates.map(({ update }) => update));
  return settled.map(({ status, value, reason }, place) => ({
    ...updates[place],
    status,
    version: value?.version ?? value?.context.version,
    reason,
  }));
}

/** Acknowledged: once, with the version it was told. Failed: with a typed error, and once or not at all. */
function checkAccount(outcomes, { context, version }) {
  assert.equal(new Set(context.tokens).size, context.tokens.length, "nothing was applied twice");
  assert.equal(context.count, context.tokens.length, "nor half");
  assert.equal(version, context.tokens.length + 1, "nor as an empty version");
  for (const { token, status, version, reason } of outcomes) {
    const place = context.tokens.indexOf(token);
    if (status === "fulfilled") assert.equal(place, version - 2, `${token} has the version that was acknowledged`);
    else assert.ok(reason instanceof ChordError, `${token} failed with ${reason}`);
  }
}

// Each has servers of its own, and most of the time is spent waiting.
describe("side by side", { skip, concurrency: libraryNames.length }, () => {
  for (const library of libraryNames) {
    describe(library, { concurrency: 1 }, () => {
      let server;
      let proxy;
      let opened;
      let chord;
      let direct;
      before(async () => {
        server = await startServer();
        proxy = await startProxy(server);
        opened = await openChord(library, proxy, { client: clientOptions[library] });
        chord = opened.chord;
        direct = await openChord(library, server);
      });
      after(async () => {
        await opened?.close();
        await direct?.close();
        await proxy?.close();
        await server?.close();
      });

      const update = (id, token) => ({ token, update: chord.updateContext(id, { tokens: append(token), count: increment() }) });

      /** Does the work while replies are lost, and looks past the proxy at what came of it. */
      async function losing(id, match, work) {
        await chord.setContext(id, { tokens: [], count: 0 });
        const before = proxy.swallowed;
        proxy.swallow(match);
        const outcomes = await work();
        proxy.swallow(() => false);
        checkAccount(outcomes, await direct.chord.getContext(id));
        // The instance itself knows no other state.
        assert.deepEqual((await chord.getContext(id)).context, (await direct.chord.getContext(id)).context);
        return { lost: proxy.swallowed - before, failed: outcomes.filter(({ status }) => status === "rejected").length };
      }

      test("of updates one after the other, every third loses its reply and none fails", limit, async () => {
        const { lost, failed } = await losing("in turn", everyNth(3, isCommit), async () => {
          const outcomes = [];
          for (let n = 0; n < 60; n += 1) outcomes.push(...(await outcomesOf([update("in turn", `token ${n}`)])));
          return outcomes;
        });
        assert.ok(lost >= 20, `${lost} replies were lost`);
        assert.equal(failed, 0);
      });

      for (const others of [1, 101, 130]) {
        test(
          `an update whose reply is lost before ${others} commits by others is applied once, or its author is told that nobody knows`,
          limit,
          async () => {
            const id = `before ${others}`;
            await chord.setContext(id, { tokens: [], count: 0 });
            proxy.swallow(isCommit);
            const before = proxy.swallowed;
            const outcome = outcomesOf([update(id, "own")]);
            await until("the reply to be lost", () => proxy.swallowed > before);
            // Nobody gets through until the others are done.
            proxy.refuse(true);
            proxy.swallow(() => false);
            for (let n = 0; n < others; n += 1) await direct.chord.updateContext(id, { others: increment() });
            proxy.refuse(false);
            const [{ status, version, reason }] = await outcome;
            const { context } = await direct.chord.getContext(id);
            assert.deepEqual([context.tokens, context.count, context.others], [["own"], 1, others]);
            if (status === "fulfilled") assert.equal(version, 2);
            else assert.equal(reason.code, "backend_unavailable", reason.message);
          },
        );
      }

      test("of updates at once, each is applied once", limit, async () => {
        const { lost, failed } = await losing("at once", everyNth(2, isCommit), async () => {
          const outcomes = [];
          for (let round = 0; round < 15; round += 1) {
            outcomes.push(...(await outcomesOf(Array.from({ length: 10 }, (_, n) => update("at once", `token ${round}:${n}`)))));
          }
          return outcomes;
        });
        assert.ok(lost >= 7, `${lost} replies were lost`);
        assert.equal(failed, 0);
      });

      test("while another process writes to the same context, each is applied once", limit, async () => {
        const id = "contended";
        const { lost, failed } = await losing(id, everyNth(3, isCommit), async () => {
          const outcomes = [];
          for (let round = 0; round < 20; round += 1) {
            const others = Array.from({ length: 3 }, (_, n) => {
              const token = `other ${round}:${n}`;
              return { token, update: direct.chord.updateContext(id, { tokens: append(token), count: increment() }) };
            });
            const own = Array.from({ length: 3 }, (_, n) => update(id, `own ${round}:${n}`));
            outcomes.push(...(await outcomesOf([...own, ...others])));
          }
          return outcomes;
        });
        assert.ok(lost >= 6, `${lost} replies were lost`);
        assert.equal(failed, 0);
      });

      test("creating, replacing, deleting and creating again tell what happened", limit, async () => {
        const before = proxy.swallowed;
        proxy.swallow(everyNth(2, isScript));
        for (let n = 0; n < 10; n += 1) {
          const id = `life ${n}`;
          assert.equal((await chord.setContext(id, { n })).context.version, 1);
          assert.equal((await chord.setContext(id, { n: n + 1 }, { ifVersion: 1 })).context.version, 2);
          assert.equal((await chord.transact(id, (current) => ({ n: current.n + 1 }))).context.version, 3);
          assert.equal(await chord.deleteContext(id), true);
          assert.equal(await chord.getContext(id), undefined);
          assert.equal((await chord.setContext(id, { n }, { ifVersion: 0 })).context.version, 4);
          assert.deepEqual((await direct.chord.getContext(id)).context, { n });
        }
        proxy.swallow(() => false);
        assert.ok(proxy.swallowed - before >= 20);
      });

      test("an update that never gets a reply fails in time, and is applied once or not at all", limit, async () => {
        const id = "never";
        const hasty = await openChord(library, proxy, { client: clientOptions[library], redis: { retryFor: 500 } });
        const { failed } = await losing(id, isCommit, () => {
          const given = hasty.chord.updateContext(id, { tokens: append("token"), count: increment() });
          return within(20_000, "giving up", outcomesOf([{ token: "token", update: given }]));
        });
        await hasty.close();
        assert.equal(failed, 1);
        assert.equal((await chord.updateContext(id, { tokens: append("later"), count: increment() })).changed, true);
      });

      test("a connection that is cut again and again applies each update once", limit, async () => {
        await losing(
          "cut",
          () => false,
          async () => {
            const outcomes = [];
            for (let round = 0; round < 40; round += 1) {
              const pending = outcomesOf(Array.from({ length: 5 }, (_, n) => update("cut", `token ${round}:${n}`)));
              // Wherever they are just then: on their way, carried out or answered.
              if (round % 2 === 0) setImmediate(() => proxy.cut());
              outcomes.push(...(await pending));
            }
            return outcomes;
          },
        );
      });
    });
  }
});
