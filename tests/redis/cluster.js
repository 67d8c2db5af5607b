/** A cluster of three masters with a replica each, and what is done to it. */
import { run } from "../../scripts/run.js";
import { redis, startServer } from "./server.js";
import { until } from "./wait.js";

const [masters, replicas] = [3, 3];

class Cluster {
  #nodeTimeout;

  constructor(nodes, nodeTimeout) {
    this.nodes = nodes;
    this.#nodeTimeout = nodeTimeout;
    this.url = nodes[0].url;
    /** What client libraries start from. */
    this.roots = nodes.map(({ port }) => ({ host: "127.0.0.1", port }));
  }

  #byPort(port) {
    return this.nodes.find((node) => node.port === port);
  }

  /** Who has which slots, as a node sees it: `{ from, to, master, replica }`, servers all. */
  async slots(node = this.nodes.find(({ isRunning }) => isRunning)) {
    const ranges = await node.call("CLUSTER", "SLOTS");
    return ranges.map(([from, to, [, master], ...others]) => ({
      ...{ from, to },
      master: this.#byPort(master),
      replica: others.length > 0 ? this.#byPort(others[0][1]) : undefined,
    }));
  }

  slotOf(key) {
    return this.nodes[0].call("CLUSTER", "KEYSLOT", key);
  }

  /** `{ master, replica }` of the slot. */
  async ownersOf(slot) {
    return (await this.slots()).find(({ from, to }) => from <= slot && slot <= to);
  }

  /** The servers that are masters now. */
  async masters() {
    return [...new Set((await this.slots()).map(({ master }) => master))];
  }

  /** CONFIG doesn't outlive a process, and with the short timeout a node finds its way around sooner: so this comes after each start. */
  relax(nodes = this.nodes) {
    return Promise.all(nodes.map((node) => node.call("CONFIG", "SET", "cluster-node-timeout", this.#nodeTimeout)));
  }

  /** Whether every node is up and agrees on who has what, and every replica follows its master. */
  async #isWhole() {
    const views = await Promise.all(
      this.nodes.map(async (node) => {
        if ((await node.info("cluster", "cluster_enabled")) !== 1) return undefined;
        if (!(await node.call("CLUSTER", "INFO")).includes("cluster_state:ok")) return undefined;
        const isReplica = (await node.info("replication", "role")) === "slave";
        if (isReplica && (await node.info("replication", "master_link_status")) !== "up") return undefined;
        const slots = await this.slots(node);
        if (slots.some(({ replica }) => replica === undefined)) return undefined;
        return JSON.stringify(slots.map(({ from, to, master, replica }) => [from, to, master.port, replica.port]).sort());
      }),
    );
    return views.every((view) => view !== undefined && view === views[0]);
  }

  untilWhole() {
    return until("the cluster to be whole", () => this.#isWhole(), 60_000);
  }

  /**
   * Gives a slot to another master while clients use it, key by key, as resharding does: meanwhile some of its keys are here and some there.
   * `pause` is what is waited for between keys.
   */
  async migrateSlot(slot, pause = async () => {}) {
    const { master: from } = await this.ownersOf(slot);
    const all = await this.masters();
    const to = all.find((server) => server !== from);
    const [fromId, toId] = await Promise.all([from.call("CLUSTER", "MYID"), to.call("CLUSTER", "MYID")]);
    await to.call("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
    await from.call("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
    let moved = 0;
    for (;;) {
      const [key] = await from.call("CLUSTER", "GETKEYSINSLOT", slot, 1);
      if (key === undefined) break;
      await from.call("MIGRATE", "127.0.0.1", to.port, key, 0, 30_000);
      moved += 1;
      await pause(moved);
    }
    // The new owner first: it would otherwise refuse those whom the old one sends.
    for (const server of [to, from, ...all.filter((other) => other !== to && other !== from)]) {
      await server.call("CLUSTER", "SETSLOT", slot, "NODE", toId);
    }
    return { from, to, moved };
  }

  /**
   * A failover that loses writes: from here on the master of `slot` keeps what it acknowledges to itself. Gives `finish`, which kills it and puts its
   * replica in its place.
   */
  async cutReplication(slot) {
    const { master, replica } = await this.ownersOf(slot);
    // Who is connected stays so; the replica, which knows no password, can't come back.
    await master.call("CONFIG", "SET", "requirepass", "nobody-knows");
    await master.call("CLIENT", "KILL", "TYPE", "replica");
    await until("replication to be cut", async () => (await replica.info("replication", "master_link_status")) === "down");
    const finish = async () => {
      await master.kill();
      await replica.call("CLUSTER", "FAILOVER", "TAKEOVER");
      const others = this.nodes.filter((node) => node !== master);
      await until("the replica to be the master for all", async () => {
        const views = await Promise.all(others.map((node) => this.slots(node)));
        return views.every((slots) => slots.some(({ from, to, master: now }) => from <= slot && slot <= to && now === replica));
      });
      return { lost: master, master: replica };
    };
    return { master, replica, finish };
  }

  /** Brings a killed node back; it follows whoever has its slots now. */
  async revive(node) {
    await node.start();
    await this.untilWhole();
    await this.relax([node]);
  }

  async close() {
    await Promise.all(this.nodes.map((node) => node.close()));
  }
}

/**
 * Starts a cluster and gives it once it is whole. No node fails over by itself within a test, busy as the machine may be, unless
 * `nodeTimeout` (ms) says so.
 */
export async function startCluster({ persistent, nodeTimeout = 60_000, settings = {} } = {}) {
  const own = {
    "cluster-enabled": "yes",
    "cluster-config-file": "nodes.conf",
    // Nodes talk as often as this asks for, and they become a cluster by talking.
    "cluster-node-timeout": 2_000,
    // With one killed, the slots of the others go on.
    "cluster-require-full-coverage": "no",
    // Otherwise a replica waits for others who might want the same copy.
    "repl-diskless-sync-delay": 0,
    // A replica counts as one for CLUSTER SLOTS once something was replicated, if only a ping.
    "repl-ping-replica-period": 1,
    ...settings,
  };
  const nodes = await Promise.all(Array.from({ length: masters + replicas }, () => startServer({ persistent, settings: own })));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const cluster = new Cluster(nodes, nodeTimeout);
  try {
    await run(redis.cli, ["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"], { show: "failure" });
    await cluster.untilWhole();
    await cluster.relax();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}
