/** `chord-sync/redis`: contexts kept in Redis. */
import type { Backend } from "../backend.js";
import { ChordError, kindOf, quote } from "../error.js";
import { checkWellFormed } from "../id.js";
import { fieldsOf } from "../options.js";
import type { Replication } from "./calls.js";
import { linkOf, type RedisClient } from "./clients.js";
import { RedisContexts } from "./contexts.js";

export type { IoredisClient, IoredisCluster, NodeRedisClient, NodeRedisCluster, RedisClient } from "./clients.js";

/** What `redisBackend` takes. An option given as `undefined` is absent. */
export interface RedisOptions {
  /**
   * A client of node-redis 6 (`createClient`, `createCluster`) or ioredis 6 (`Redis`, `Cluster`). node-redis's must be connected. It stays yours: close
   * it after every `Chord` that uses it.
   */
  readonly client: RedisClient;
  /** What all keys and channels begin with. Instances with the same namespace share their contexts. Without braces. Default `"chord"`. */
  readonly namespace?: string | undefined;
  /**
   * How many replicas must have a commit before it counts as stored, and for how many milliseconds to wait for them (default 1000). A commit that they don't
   * have by then rejects with `backend_unavailable` although the master has it. Default: none.
   */
  readonly waitReplicas?: number | { readonly replicas: number; readonly timeout?: number | undefined } | undefined;
  /** For how many milliseconds a call is tried again while the server can't be reached or isn't ready. Default 4000. */
  readonly retryFor?: number | undefined;
  /** Hears of settings of the server that endanger contexts. Default `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

const names = ["client", "namespace", "waitReplicas", "retryFor", "warn"];

function refuse(name: string, expected: string, got: unknown): never {
  throw new ChordError("invalid_argument", `option ${name} must be ${expected}, got ${kindOf(got)}`);
}

function integer(name: string, value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > 2 ** 31 - 1) {
    return refuse(name, `an integer from ${least}`, value);
  }
  return value;
}

function replicationOf(value: unknown): Replication | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return { replicas: integer("waitReplicas", value, 1), timeout: 1000 };
  const { replicas, timeout } = fieldsOf(value, "option waitReplicas", ["replicas", "timeout"]);
  return {
    replicas: integer("waitReplicas.replicas", replicas, 1),
    timeout: timeout === undefined ? 1000 : integer("waitReplicas.timeout", timeout, 1),
  };
}

function namespaceOf(value: unknown): string {
  if (value === undefined) return "chord";
  if (typeof value !== "string" || value === "") return refuse("namespace", "a non-empty string", value);
  checkWellFormed("option namespace", value);
  if (/[{}]/.test(value))
    throw new ChordError("invalid_argument", `option namespace must not contain braces, got ${quote(value)}: they decide slots`);
  return value;
}

/**
 * Keeps contexts in Redis: on one server (6.2 or later) or in a cluster (7.0 or later). Any number of processes may share them. Guarantees, loss cases, the layout of keys
 * and the permissions it takes are in docs/redis.md.
 *
 * @example
 * import { createClient } from "redis";
 * import { Chord } from "chord-sync";
 * import { redisBackend } from "chord-sync/redis";
 *
 * const client = await createClient({ url: "redis://localhost:6379" }).on("error", console.error).connect();
 * const chord = await Chord.open({ backend: redisBackend({ client }) });
 *
 * @throws ChordError `invalid_argument`
 */
export function redisBackend(options: RedisOptions): Backend {
  const fields = fieldsOf(options, "options of redisBackend", names);
  const { warn = (message: string) => console.warn(message), retryFor } = fields;
  if (typeof warn !== "function") return refuse("warn", "a function", warn);
  return new RedisContexts(linkOf(fields.client), {
    namespace: namespaceOf(fields.namespace),
    waitReplicas: replicationOf(fields.waitReplicas),
    retryFor: retryFor === undefined ? 4000 : integer("retryFor", retryFor, 1),
    warn: warn as (message: string) => void,
  });
}
