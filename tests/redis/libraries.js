/** The client libraries that `chord-sync/redis` takes, each with a client for one server and one for a cluster. */
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";

const ignore = () => {};

/** Each gives `{ client, close() }`, connected. Errors of connections are the user's to hear, and here nobody's. */
export const libraries = {
  "node-redis": {
    async single({ url }, options = {}) {
      const client = createClient({ url, ...options }).on("error", ignore);
      await client.connect();
      return { client, close: () => client.isOpen && client.destroy() };
    },
    async cluster({ roots }, options = {}) {
      const rootNodes = roots.map(({ host, port }) => ({ url: `redis://${host}:${port}` }));
      const client = createCluster({ rootNodes, ...options }).on("error", ignore);
      await client.connect();
      return { client, close: () => client.isOpen && client.destroy() };
    },
  },
  ioredis: {
    async single({ url }, options = {}) {
      const client = new Redis(url, options).on("error", ignore);
      return { client, close: () => client.disconnect() };
    },
    async cluster({ roots }, options = {}) {
      const client = new Cluster(roots, options).on("error", ignore);
      return { client, close: () => client.disconnect() };
    },
  },
};

/** A commit that creates a context, and those that follow it: what a backend is given, without an engine. */
export class Writer {
  head = null;
  constructor(backend, id, { keep = { count: 100, bytes: null, after: null } } = {}) {
    Object.assign(this, { backend, id, keep });
  }

  /** The next commit, not sent. */
  next({ snapshot, delta = "{}", insertedAt = 1, expiresAt = null, deltasExpireAt = null } = {}) {
    const version = (this.head?.version ?? 0) + 1;
    const head = { version, revision: `${this.id}-${version}-${Math.random().toString(36).slice(2)}` };
    const entries = [{ ...head, previous: this.head?.revision ?? "", delta, insertedAt }];
    const start = this.head === null ? { reset: true, snapshot: snapshot ?? "{}" } : snapshot === undefined ? {} : { snapshot };
    return { base: this.head, head, ...start, entries, expiresAt, deltasExpireAt, keep: this.keep };
  }

  async commit(options) {
    const commit = this.next(options);
    const answer = await this.backend.commit(this.id, commit);
    if (answer.ok) this.head = commit.head;
    return answer;
  }
}
