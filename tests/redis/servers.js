/** Servers, singly and together. */
import { startServer } from "./server.js";
import { until } from "./wait.js";

export { startCluster } from "./cluster.js";
export { redis, skip, startServer } from "./server.js";

/** Whether a server is a replica that has all of its master's data and hears the rest. */
export const isLinked = async (server) => (await server.info("replication", "master_link_status")) === "up";

/** Waits until a replica has all that its master has acknowledged so far. */
export async function untilCaughtUp({ master, replica }) {
  const offset = await master.info("replication", "master_repl_offset");
  await until("the replica to catch up", async () => (await replica.info("replication", "slave_repl_offset")) >= offset);
}

/** A master and its replica: `{ master, replica, close() }`. */
export async function startPair({ persistent, password, settings = {} } = {}) {
  const diskless = { "repl-diskless-sync-delay": 0, ...settings };
  const master = await startServer({ persistent, password, settings: diskless });
  const replica = await startServer({ persistent, password, settings: { ...diskless, replicaof: `127.0.0.1 ${master.port}` } });
  await until("the replica to follow its master", () => isLinked(replica));
  return { master, replica, close: () => Promise.all([master.close(), replica.close()]) };
}
