/** Eight processes update fifty contexts while scripts are flushed, listeners killed, the server paused and restarted, and slots moved. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos } from "./chaos.js";
import { libraryNames } from "./clients.js";
import { skip, startCluster, startServer } from "./servers.js";

const limit = { skip, timeout: 240_000 };

/** Troubles spread over the work from the first tenth to the last. */
const spread = (count, trouble, offset = 0) =>
  Array.from({ length: count }, (_, place) => [0.1 + (0.8 * (place + offset)) / count, trouble]);
const inOrder = (...troubles) => troubles.flat().sort(([one], [other]) => one - other);

function check({ failures, ...counts }, context) {
  context.diagnostic(JSON.stringify(counts));
  const codes = Map.groupBy?.(failures, ({ code }) => code) ?? new Map();
  for (const [code, list] of codes) context.diagnostic(`${code}: ${list.length} × ${list[0].message}`);
  assert.ok(
    failures.every(({ name, code }) => name === "ChordError" && (code === "backend_unavailable" || code === "timeout")),
    "what failed says that Redis wasn't there",
  );
  assert.ok(failures.length < counts.acknowledged / 100, "little failed");
}

test(
  "a server that is restarted with its data and paused, without its scripts and its listeners, loses nothing",
  limit,
  async (context) => {
    const server = await startServer({ persistent: true });
    const seen = await chaos(
      libraryNames,
      server,
      inOrder(
        spread(20, () => server.call("SCRIPT", "FLUSH")),
        spread(10, () => server.call("CLIENT", "KILL", "TYPE", "pubsub"), 0.3),
        [
          [0.25, () => server.call("CLIENT", "PAUSE", 1500, "WRITE")],
          [0.45, () => server.restart()],
          [0.75, () => server.restart("SIGTERM")],
        ],
      ),
    );
    check(seen, context);
    await server.close();
  },
);

test("a cluster whose slots move, without its scripts and its listeners, loses nothing", limit, async (context) => {
  const cluster = await startCluster();
  const onMasters = async (...command) => {
    for (const master of await cluster.masters()) await master.call(...command);
  };
  // Each bucket lies in a slot of its own, so what is moved is looked for where there is something.
  const move = async () => {
    const [{ master }] = await cluster.slots();
    const keys = await master.call("KEYS", "*:c:*");
    const { moved } = await cluster.migrateSlot(await cluster.slotOf(keys[0]));
    assert.ok(moved > 0, "there was something to move");
  };
  const seen = await chaos(
    libraryNames,
    cluster,
    inOrder(
      spread(20, () => onMasters("SCRIPT", "FLUSH")),
      spread(10, () => onMasters("CLIENT", "KILL", "TYPE", "pubsub"), 0.3),
      spread(5, move, 0.5),
      [[0.25, () => onMasters("CLIENT", "PAUSE", 1500, "WRITE")]],
    ),
  );
  check(seen, context);
  await cluster.close();
});
