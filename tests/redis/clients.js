/** Clients of both libraries, as an application makes them, and Chords over them. */
import Redis, { Cluster } from "ioredis";
import { Chord } from "chord-sync";
import { redisBackend } from "chord-sync/redis";
import { createClient, createCluster } from "redis";

const host = "127.0.0.1";

/**
 * By name: makes and connects a client for what `targetOf` tells, hears `onError`, and gives `{ client, close() }`. Without somebody who listens, an
 * error would end the process.
 */
const libraries = {
  "node-redis": async ({ url, roots }, onError, options) => {
    const client =
      roots === undefined ? createClient({ url, ...options }) : createCluster({ rootNodes: roots.map((socket) => ({ socket })), ...options });
    client.on("error", onError);
    await client.connect();
    return { client, close: () => void (client.isOpen && client.destroy()) };
  },
  ioredis: async ({ url, roots }, onError, options) => {
    const client = roots === undefined ? new Redis(url, options) : new Cluster(roots, { redisOptions: { family: 4 }, ...options });
    client.on("error", onError);
    return { client, close: () => void client.disconnect() };
  },
};

export const libraryNames = Object.keys(libraries);

/** What a process needs to know of a server, a cluster or a proxy to connect to it. */
export const targetOf = ({ url, roots }) => ({ url, roots: roots?.map(({ port }) => ({ host, port })) });

export function connectClient(library, target, { onError = () => {}, ...options } = {}) {
  return libraries[library](targetOf(target), onError, options);
}

/** A Chord over a client of its own; `close()` closes both. */
export async function openChord(library, target, { namespace = "test", client: clientOptions, redis, ...options } = {}) {
  const { client, close } = await connectClient(library, target, clientOptions);
  try {
    const chord = await Chord.open({ backend: redisBackend({ client, namespace, ...redis }), ...options });
    return {
      chord,
      client,
      close: async () => {
        await chord.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}
