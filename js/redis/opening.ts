/** What is looked at before anything is stored: the layout, the servers, what they do when memory is short. */
import { ChordError, quote } from "../error.js";
import type { Ask, Link } from "./clients.js";
import { wordOf } from "./failures.js";
import { type Bucket, buckets as bucketCount, layout, metaKey } from "./keys.js";

const expected = `layout ${layout}, ${bucketCount} buckets`;
/** For `XTRIM MINID`; in a cluster for `SPUBLISH`. */
const leastVersion = { server: [6, 2], cluster: [7, 0] } as const;

/** @throws ChordError where this is not a place to keep contexts in */
export async function check(
  link: Link,
  { namespace, warn }: { readonly namespace: string; readonly warn: (message: string) => void },
  publish: string,
  buckets: readonly Bucket[],
): Promise<void> {
  if (link.closed !== undefined) throw new ChordError("backend_unavailable", link.closed);
  for (const ask of await link.masters()) await checkServer(ask, link.isCluster, warn);
  const key = metaKey(namespace);
  await link.send(key, ["SET", key, expected, "NX"]);
  const found = await link.send(key, ["GET", key]);
  if (found !== expected) {
    throw new ChordError(
      "backend_error",
      `namespace ${quote(namespace)} holds something else at key ${quote(key)}: ${quote(String(found))} where this release has ${quote(expected)}; ` +
        "use another namespace, or the release that made it",
    );
  }
  // An empty message, which nobody is told of: whoever may not publish learns of it here.
  const { channel } = buckets[0] as Bucket;
  await link.send(channel, [publish, channel, ""]);
}

/** A field of what INFO says; `undefined` where the user may not ask. */
async function fields(ask: Ask, section: string): Promise<(name: string) => string | undefined> {
  try {
    const info = String(await ask(["INFO", section]));
    return (name) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  } catch (reason) {
    if (wordOf(reason) === "NOPERM") return () => undefined;
    throw reason;
  }
}

async function checkServer(ask: Ask, isCluster: boolean, warn: (message: string) => void): Promise<void> {
  const server = await fields(ask, "server");
  if (server("redis_mode") === "cluster" && !isCluster) {
    throw new ChordError("invalid_argument", "the server is part of a cluster: pass a cluster client (createCluster, Cluster)");
  }
  const version = server("redis_version");
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  const [leastMajor, leastMinor] = leastVersion[isCluster ? "cluster" : "server"];
  if (version !== undefined && (major < leastMajor || (major === leastMajor && minor < leastMinor))) {
    throw new ChordError(
      "backend_error",
      `the server is Redis ${version}; it takes ${leastMajor}.${leastMinor} or later${isCluster ? " in a cluster" : ""}`,
    );
  }
  const policy = (await fields(ask, "memory"))("maxmemory_policy");
  // The other policies take only keys that expire, which Chord's don't.
  if (policy?.startsWith("allkeys-")) {
    warn(
      `chord-sync/redis: the server evicts any key when memory is short (maxmemory-policy ${policy}), contexts too; ` +
        "set it to noeviction (CONFIG SET maxmemory-policy noeviction, and in redis.conf)",
    );
  }
}
